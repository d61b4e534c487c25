package io.ebpf4j.observability.event;

/**
 * A process asks for a connection. The local port is 0: the kernel chooses it afterwards.
 *
 * @param timestamp when, CLOCK_MONOTONIC nanoseconds
 * @param cpu the CPU that told it
 * @param connection which connection
 */
public record ConnectStarted(long timestamp, int cpu, Connection connection) implements ConnectionEvent {}
