package io.ebpf4j.observability.event;

import java.time.Duration;

/**
 * An attempt ended without a connection.
 *
 * @param timestamp when, CLOCK_MONOTONIC nanoseconds
 * @param cpu the CPU that told it
 * @param connection which connection; where the call itself failed its cookie may be 0
 * @param reason why
 * @param error the error number, 0 where the process gave up by itself
 * @param duration from the start of the attempt; zero where it began before the program did
 * @param synRetransmits SYNs sent again
 * @param unsentRetransmits SYNs that should have been sent again but did not leave this host
 */
public record ConnectFailed(
        long timestamp,
        int cpu,
        Connection connection,
        FailureReason reason,
        int error,
        Duration duration,
        int synRetransmits,
        int unsentRetransmits)
        implements ConnectionEvent {}
