package io.ebpf4j.observability.verdict;

import java.time.Duration;

/**
 * How journeys are put together.
 *
 * @param connections how many connections are remembered; the one longest unused makes room
 * @param askers how many processes' questions for names are remembered, the last 64 of each
 * @param addresses how many addresses are remembered with the answer that held them
 * @param waiting how many journeys may wait for what belongs to them; when there are more, the one due first is told early
 * @param settle how long after its end a journey waits for what other layers tell late: rings are drained by turns
 * @param resolutionSettle how long a failed question waits for a better answer: resolvers try other suffixes, servers and
 *     types one after the other
 * @param resolutionAge how old an answer may be that a connection is said to go by
 */
public record JourneyOptions(
        int connections,
        int askers,
        int addresses,
        int waiting,
        Duration settle,
        Duration resolutionSettle,
        Duration resolutionAge) {
    /** 16,384 connections, 4,096 askers, 16,384 addresses, 65,536 waiting; 500 ms to settle, 1.5 s for names, answers of 5 minutes. */
    public static final JourneyOptions DEFAULTS = new JourneyOptions(
            1 << 14,
            1 << 12,
            1 << 14,
            1 << 16,
            Duration.ofMillis(500),
            Duration.ofMillis(1_500),
            Duration.ofMinutes(5));

    /**
     * Options as given.
     *
     * @throws IllegalArgumentException for a bound below one and a time below zero
     */
    public JourneyOptions {
        if (connections < 1 || askers < 1 || addresses < 1 || waiting < 1) {
            throw new IllegalArgumentException("room for %d connections, %d askers, %d addresses, %d waiting"
                    .formatted(connections, askers, addresses, waiting));
        }
        if (settle.isNegative() || resolutionSettle.isNegative() || resolutionAge.isNegative()) {
            throw new IllegalArgumentException(
                    "a time below zero: %s, %s, %s".formatted(settle, resolutionSettle, resolutionAge));
        }
    }

    /**
     * {@return a copy that remembers so many connections}
     *
     * @param most how many
     */
    public JourneyOptions withConnections(int most) {
        return new JourneyOptions(most, askers, addresses, waiting, settle, resolutionSettle, resolutionAge);
    }

    /**
     * {@return a copy with so much room for journeys that wait}
     *
     * @param most how many
     */
    public JourneyOptions withWaiting(int most) {
        return new JourneyOptions(connections, askers, addresses, most, settle, resolutionSettle, resolutionAge);
    }

    /**
     * {@return a copy that waits so long}
     *
     * @param time how long a journey waits after its end
     */
    public JourneyOptions withSettle(Duration time) {
        return new JourneyOptions(connections, askers, addresses, waiting, time, resolutionSettle, resolutionAge);
    }

    /**
     * {@return a copy that waits so long for names}
     *
     * @param time how long a failed question waits for a better answer
     */
    public JourneyOptions withResolutionSettle(Duration time) {
        return new JourneyOptions(connections, askers, addresses, waiting, settle, time, resolutionAge);
    }

    /**
     * {@return a copy that goes by answers of that age}
     *
     * @param age how old an answer may be
     */
    public JourneyOptions withResolutionAge(Duration age) {
        return new JourneyOptions(connections, askers, addresses, waiting, settle, resolutionSettle, age);
    }
}
