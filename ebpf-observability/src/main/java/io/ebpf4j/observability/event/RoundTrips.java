package io.ebpf4j.observability.event;

import java.time.Duration;

/**
 * Round trips over the life of a connection, from samples of the socket's own estimate: at most one an interval (100 ms
 * unless set otherwise) while segments arrive, and one with the record. All durations are zero where there is no sample.
 *
 * @param samples how many samples there are
 * @param least the least smoothed round trip
 * @param mean the mean of the smoothed round trips
 * @param most the greatest smoothed round trip
 * @param deviation the mean of the mean deviations
 * @param minimum the least round trip of a single segment
 */
public record RoundTrips(
        int samples, Duration least, Duration mean, Duration most, Duration deviation, Duration minimum) {}
