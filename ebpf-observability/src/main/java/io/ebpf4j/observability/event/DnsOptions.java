package io.ebpf4j.observability.event;

import java.time.Duration;
import java.util.Objects;

/**
 * How transactions are made of DNS messages.
 *
 * @param pending for how many questions an answer is waited at a time; of more, the oldest is given up, and counted
 * @param timeout how long an answer is waited for
 */
public record DnsOptions(int pending, Duration timeout) {
    /** 16,384 questions, 10 seconds: twice what resolvers wait before they ask again. */
    public static final DnsOptions DEFAULTS = new DnsOptions(1 << 14, Duration.ofSeconds(10));

    /**
     * Options as given.
     *
     * @throws IllegalArgumentException for less than one question, or no time
     */
    public DnsOptions {
        Objects.requireNonNull(timeout, "timeout");
        if (pending < 1) {
            throw new IllegalArgumentException("waiting for " + pending + " answers: one at least");
        }
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("waiting for " + timeout);
        }
    }

    /**
     * {@return a copy with another number of questions}
     *
     * @param most for how many questions an answer is waited at a time
     */
    public DnsOptions withPending(int most) {
        return new DnsOptions(most, timeout);
    }

    /**
     * {@return a copy with another time}
     *
     * @param time how long an answer is waited for
     */
    public DnsOptions withTimeout(Duration time) {
        return new DnsOptions(pending, time);
    }
}
