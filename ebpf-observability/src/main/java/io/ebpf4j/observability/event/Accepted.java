package io.ebpf4j.observability.event;

import java.time.Duration;

/**
 * A process took a connection from a listener's queue.
 *
 * @param timestamp when, CLOCK_MONOTONIC nanoseconds
 * @param cpu the CPU that told it
 * @param connection which connection
 * @param queued how long the connection waited for it; zero where it was established before the program began
 */
public record Accepted(long timestamp, int cpu, Connection connection, Duration queued) implements ConnectionEvent {}
