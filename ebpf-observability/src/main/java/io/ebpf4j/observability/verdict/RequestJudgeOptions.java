package io.ebpf4j.observability.verdict;

import java.time.Duration;

/**
 * From when on a part of a request is slow.
 *
 * @param resolution waiting for the name
 * @param connect from SYN to established
 * @param acceptQueue waiting to be accepted
 * @param tls from hello to hello
 * @param stall standing still until what was lost is sent again
 * @param roundTrip one round trip
 * @param zeroWindow waiting for the receiver to read
 * @param answer from the request's first byte to the answer's, without what other parts explain
 * @param timesUsual how many times what is usual an answer has to take to be slow, where that is known and less than {@code answer}
 * @param leastSlow below this no answer is slow, however fast the others are
 */
public record RequestJudgeOptions(
        Duration resolution,
        Duration connect,
        Duration acceptQueue,
        Duration tls,
        Duration stall,
        Duration roundTrip,
        Duration zeroWindow,
        Duration answer,
        double timesUsual,
        Duration leastSlow) {
    /**
     * A name 500 ms, a connect 500 ms, the queue 100 ms, TLS 500 ms, a stall 150 ms, a round trip 300 ms, a closed window 200 ms, an
     * answer 1 s or three times the usual but not below 20 ms.
     */
    public static final RequestJudgeOptions DEFAULTS = new RequestJudgeOptions(
            Duration.ofMillis(500),
            Duration.ofMillis(500),
            Duration.ofMillis(100),
            Duration.ofMillis(500),
            Duration.ofMillis(150),
            Duration.ofMillis(300),
            Duration.ofMillis(200),
            Duration.ofSeconds(1),
            3,
            Duration.ofMillis(20));

    /**
     * Options as given.
     *
     * @throws IllegalArgumentException for a time that is not above zero, or a factor below one
     */
    public RequestJudgeOptions {
        for (Duration time :
                new Duration[] {resolution, connect, acceptQueue, tls, stall, roundTrip, zeroWindow, answer, leastSlow
                }) {
            if (!time.isPositive()) {
                throw new IllegalArgumentException("a bound of " + time);
            }
        }
        if (!(timesUsual >= 1)) {
            throw new IllegalArgumentException("slow at " + timesUsual + " times the usual");
        }
    }

    /**
     * {@return a copy with another bound for answers}
     *
     * @param bound from when on an answer is slow
     */
    public RequestJudgeOptions withAnswer(Duration bound) {
        return new RequestJudgeOptions(
                resolution, connect, acceptQueue, tls, stall, roundTrip, zeroWindow, bound, timesUsual, leastSlow);
    }

    /**
     * {@return a copy with another bound for names}
     *
     * @param bound from when on a name is slow
     */
    public RequestJudgeOptions withResolution(Duration bound) {
        return new RequestJudgeOptions(
                bound, connect, acceptQueue, tls, stall, roundTrip, zeroWindow, answer, timesUsual, leastSlow);
    }

    /**
     * {@return a copy with another factor}
     *
     * @param factor how many times what is usual is slow
     */
    public RequestJudgeOptions withTimesUsual(double factor) {
        return new RequestJudgeOptions(
                resolution, connect, acceptQueue, tls, stall, roundTrip, zeroWindow, answer, factor, leastSlow);
    }
}
