package io.ebpf4j.observability.identity;

import java.time.Duration;
import java.util.Objects;

/**
 * How much {@link MergedIdentities} keeps.
 *
 * @param mostConnections of how many connections it keeps who their ends are, at least one
 * @param grace how long after a connection's end it does so: events of other layers come a little later
 */
public record MergeOptions(int mostConnections, Duration grace) {
    /** 65,536 connections, kept for 30 seconds after their end. */
    public static final MergeOptions DEFAULTS = new MergeOptions(1 << 16, Duration.ofSeconds(30));

    /**
     * Checks the bounds.
     *
     * @throws IllegalArgumentException for less than one connection or a negative time
     */
    public MergeOptions {
        Objects.requireNonNull(grace, "grace");
        if (mostConnections < 1 || grace.isNegative()) {
            throw new IllegalArgumentException(mostConnections + " connections, kept for " + grace);
        }
    }

    /**
     * {@return the same with another bound}
     *
     * @param connections of how many connections the ends are kept
     */
    public MergeOptions withMostConnections(int connections) {
        return new MergeOptions(connections, grace);
    }

    /**
     * {@return the same with another time}
     *
     * @param time how long after its end a connection is kept
     */
    public MergeOptions withGrace(Duration time) {
        return new MergeOptions(mostConnections, time);
    }

    long graceNanos() {
        return grace.toNanos();
    }
}
