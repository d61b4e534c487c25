package io.ebpf4j.observability.verdict;

import java.time.Duration;

/**
 * From when on a pair of services is not well. Shares are held against the lower end of their confidence interval (Wilson,
 * 95 %), so that few events prove little.
 *
 * @param enough how many requests, or connections where no requests are understood, make "no fault seen" an answer
 * @param failures the share of requests or attempts that may fail
 * @param loss the share of segments that may have to be sent again
 * @param zeroWindow the share of the window's time for which receivers may keep their windows closed
 * @param slower how many times the baseline's median or 95th percentile is slow
 * @param leastSlower by how much it has to be slower, too
 * @param slowAnswer a median above this is slow without any baseline
 * @param slowName the same of names
 * @param slowRoundTrip the same of round trips
 * @param slowQueue a 95th percentile of waits to be accepted above this is slow
 */
public record PairJudgeOptions(
        int enough,
        double failures,
        double loss,
        double zeroWindow,
        double slower,
        Duration leastSlower,
        Duration slowAnswer,
        Duration slowName,
        Duration slowRoundTrip,
        Duration slowQueue) {
    /** Enough are 10; 1 % failures, 1 % loss, 5 % closed windows; twice the baseline and 5 ms; 1 s, 500 ms, 300 ms, 100 ms. */
    public static final PairJudgeOptions DEFAULTS = new PairJudgeOptions(
            10,
            0.01,
            0.01,
            0.05,
            2,
            Duration.ofMillis(5),
            Duration.ofSeconds(1),
            Duration.ofMillis(500),
            Duration.ofMillis(300),
            Duration.ofMillis(100));

    /**
     * Options as given.
     *
     * @throws IllegalArgumentException for a share that is not between 0 and 1, a factor not above 1, a time or number not above 0
     */
    public PairJudgeOptions {
        for (double share : new double[] {failures, loss, zeroWindow}) {
            if (!(share > 0 && share < 1)) {
                throw new IllegalArgumentException("a share of " + share);
            }
        }
        for (Duration time : new Duration[] {leastSlower, slowAnswer, slowName, slowRoundTrip, slowQueue}) {
            if (!time.isPositive()) {
                throw new IllegalArgumentException("a bound of " + time);
            }
        }
        if (enough < 1 || !(slower > 1)) {
            throw new IllegalArgumentException("enough are " + enough + ", slow is " + slower + " times");
        }
    }

    /**
     * {@return a copy in which so many are enough}
     *
     * @param requests how many requests
     */
    public PairJudgeOptions withEnough(int requests) {
        return new PairJudgeOptions(
                requests,
                failures,
                loss,
                zeroWindow,
                slower,
                leastSlower,
                slowAnswer,
                slowName,
                slowRoundTrip,
                slowQueue);
    }

    /**
     * {@return a copy in which so many may fail}
     *
     * @param share the share of requests or attempts
     */
    public PairJudgeOptions withFailures(double share) {
        return new PairJudgeOptions(
                enough, share, loss, zeroWindow, slower, leastSlower, slowAnswer, slowName, slowRoundTrip, slowQueue);
    }

    /**
     * {@return a copy in which so many segments may be sent again}
     *
     * @param share the share of segments
     */
    public PairJudgeOptions withLoss(double share) {
        return new PairJudgeOptions(
                enough,
                failures,
                share,
                zeroWindow,
                slower,
                leastSlower,
                slowAnswer,
                slowName,
                slowRoundTrip,
                slowQueue);
    }

    /**
     * {@return a copy in which answers of that median are slow without a baseline}
     *
     * @param bound the median
     */
    public PairJudgeOptions withSlowAnswer(Duration bound) {
        return new PairJudgeOptions(
                enough, failures, loss, zeroWindow, slower, leastSlower, bound, slowName, slowRoundTrip, slowQueue);
    }
}
