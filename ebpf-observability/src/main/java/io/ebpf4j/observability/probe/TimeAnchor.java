package io.ebpf4j.observability.probe;

import java.time.Instant;
import java.util.Objects;

/**
 * What the wall clock said at a moment of CLOCK_MONOTONIC, by which timestamps of events become times of day. A wall clock
 * that is set or slewed later changes nothing: order and distances stay those of CLOCK_MONOTONIC.
 *
 * @param wall what the wall clock said
 * @param monotonic the moment, CLOCK_MONOTONIC nanoseconds
 */
public record TimeAnchor(Instant wall, long monotonic) {
    /** Both are needed. */
    public TimeAnchor {
        Objects.requireNonNull(wall, "wall");
    }

    /** {@return an anchor in this moment} */
    public static TimeAnchor now() {
        long before = System.nanoTime();
        Instant wall = Instant.now();
        return new TimeAnchor(wall, before + (System.nanoTime() - before) / 2);
    }

    /**
     * {@return the time of day of a timestamp}
     *
     * @param timestamp CLOCK_MONOTONIC nanoseconds
     */
    public Instant at(long timestamp) {
        return wall.plusNanos(timestamp - monotonic);
    }
}
