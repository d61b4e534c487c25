package io.ebpf4j.observability.event;

import java.time.Duration;

/**
 * The peer answered: the connection exists.
 *
 * @param timestamp when, CLOCK_MONOTONIC nanoseconds
 * @param cpu the CPU that told it
 * @param connection which connection
 * @param latency from the start of the attempt; zero where the attempt began before the program did
 * @param synRetransmits SYNs sent again before one was answered
 * @param roundTrip the handshake's round trip, as the kernel measured it
 */
public record Connected(
        long timestamp, int cpu, Connection connection, Duration latency, int synRetransmits, Duration roundTrip)
        implements ConnectionEvent {}
