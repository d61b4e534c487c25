package io.ebpf4j.observability.event;

import java.time.Duration;

/**
 * A connection is over.
 *
 * @param timestamp when, CLOCK_MONOTONIC nanoseconds
 * @param cpu the CPU that told it
 * @param connection which connection
 * @param reason how it ended
 * @param error the socket's error number, 0 for none
 * @param before the state that it was in
 * @param duration from established to closed; zero where it was established before the program began
 * @param traffic what went over it
 */
public record Closed(
        long timestamp,
        int cpu,
        Connection connection,
        CloseReason reason,
        int error,
        TcpState before,
        Duration duration,
        Traffic traffic)
        implements ConnectionEvent {}
