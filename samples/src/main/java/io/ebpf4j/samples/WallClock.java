package io.ebpf4j.samples;

import java.time.Instant;

/** Says when by the wall clock something was whose CLOCK_MONOTONIC time is known. The two are joined once, when made. */
final class WallClock {
    private final Instant wall = Instant.now();
    private final long monotonic = System.nanoTime();

    Instant at(long timestamp) {
        return wall.plusNanos(timestamp - monotonic);
    }
}
