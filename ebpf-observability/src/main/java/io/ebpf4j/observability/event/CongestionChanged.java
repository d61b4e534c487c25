package io.ebpf4j.observability.event;

/**
 * A sender thinks otherwise of the path. Told since Linux 5.19.
 *
 * @param timestamp when, CLOCK_MONOTONIC nanoseconds
 * @param cpu the CPU that told it
 * @param connection which connection
 * @param before what it thought
 * @param after what it thinks now
 * @param window the congestion window in segments, as it was before
 * @param threshold the slow start threshold in segments; {@code Integer.MAX_VALUE} is the kernel's "none yet"
 */
public record CongestionChanged(
        long timestamp,
        int cpu,
        Connection connection,
        CongestionState before,
        CongestionState after,
        int window,
        int threshold)
        implements ConnectionEvent {}
