package io.ebpf4j.observability.verdict;

import io.ebpf4j.observability.aggregate.FlowKey;
import io.ebpf4j.observability.identity.Identity;
import io.ebpf4j.observability.identity.WorkloadIdentity;
import io.ebpf4j.observability.protocol.HttpExchange;
import io.ebpf4j.observability.protocol.TraceContext;
import io.ebpf4j.observability.verdict.JourneyCounts.Cause;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * Counts journeys by pair of services and by whose fault they were. Bounded: a pair for which there is no room is not counted,
 * but for {@link Counted#folded()}. Any thread may feed and read.
 */
public final class JourneySummary implements Consumer<RequestJourney> {
    private static final double NANOS = 1e9;

    private final int most;
    private final RequestJudge judge;
    private final UnaryOperator<Identity> grouping;
    private final Map<FlowKey, Pair> pairs = new HashMap<>(); // guarded by this
    private long folded; // guarded by this

    /**
     * All that was counted, at one moment.
     *
     * @param pairs the counts by source, destination and reporter, addresses empty
     * @param folded journeys that are in none of them for want of room
     */
    public record Counted(Map<FlowKey, JourneyCounts> pairs, long folded) {
        /** Nothing. */
        public static final Counted NONE = new Counted(Map.of(), 0);

        /** Copies the map. */
        public Counted {
            pairs = Map.copyOf(pairs);
        }

        /**
         * {@return the counts of one pair as one end told them}
         *
         * @param key source, destination and reporter; addresses are passed over
         */
        public JourneyCounts of(FlowKey key) {
            return pairs.getOrDefault(
                    new FlowKey(key.source(), key.destination(), "", "", key.reporter()), JourneyCounts.NONE);
        }

        /**
         * {@return what came after an earlier state of the same summary; pairs of which nothing came are left out}
         *
         * @param earlier the earlier state
         */
        public Counted since(Counted earlier) {
            Map<FlowKey, JourneyCounts> window = new HashMap<>();
            pairs.forEach((key, counts) -> {
                JourneyCounts more = counts.since(earlier.of(key));
                if (more.journeys() > 0) {
                    window.put(key, more);
                }
            });
            return new Counted(window, folded - earlier.folded);
        }
    }

    private static final class Pair {
        private long journeys;
        private final Map<Cause, Long> causes = new HashMap<>();
        private double waitSeconds;
        private double stallSeconds;
        private long resolutions;
        private double resolutionSeconds;
        private final Map<Fault, JourneyCounts.Example> examples = new EnumMap<>(Fault.class);

        JourneyCounts counts() {
            List<JourneyCounts.Example> latest = new ArrayList<>(examples.values());
            latest.sort(
                    Comparator.comparingLong(JourneyCounts.Example::timestamp).reversed());
            return new JourneyCounts(
                    journeys, causes, waitSeconds, stallSeconds, resolutions, resolutionSeconds, latest);
        }
    }

    /**
     * A summary that has counted nothing, of workloads whatever the pod.
     *
     * @param most how many pairs to count, those seen from both ends twice
     * @param judge who says whose fault a journey was
     */
    public JourneySummary(int most, RequestJudge judge) {
        this(most, judge, identity -> identity instanceof WorkloadIdentity workload ? workload.withoutPod() : identity);
    }

    /**
     * A summary that has counted nothing.
     *
     * @param most how many pairs to count, those seen from both ends twice
     * @param judge who says whose fault a journey was
     * @param grouping what an identity is counted as; the same as in the aggregate that the counts are to go with
     * @throws IllegalArgumentException for a bound below one
     */
    public JourneySummary(int most, RequestJudge judge, UnaryOperator<Identity> grouping) {
        if (most < 1) {
            throw new IllegalArgumentException("room for " + most + " pairs");
        }
        this.most = most;
        this.judge = Objects.requireNonNull(judge, "judge");
        this.grouping = Objects.requireNonNull(grouping, "grouping");
    }

    /** Judges a journey and counts it. */
    @Override
    public void accept(RequestJourney journey) {
        add(journey, judge.judge(journey));
    }

    /**
     * Counts a journey that was judged already.
     *
     * @param journey the journey
     * @param verdict whose fault it was
     */
    public void add(RequestJourney journey, LayerVerdict verdict) {
        FlowKey key = new FlowKey(
                grouping.apply(journey.source().identity()),
                grouping.apply(journey.destination().identity()),
                "",
                "",
                journey.reporter());
        synchronized (this) {
            Pair pair = pairs.get(key);
            if (pair == null) {
                if (pairs.size() == most) {
                    folded++;
                    return;
                }
                pair = new Pair();
                pairs.put(key, pair);
            }
            count(pair, journey, verdict);
        }
    }

    private static void count(Pair pair, RequestJourney journey, LayerVerdict verdict) {
        pair.journeys++;
        pair.waitSeconds += journey.exchange().map(HttpExchange::latency).orElse(0L) / NANOS;
        pair.stallSeconds += journey.stallNanos() / NANOS;
        if (journey.resolutionNanos() >= 0) {
            pair.resolutions++;
            pair.resolutionSeconds += journey.resolutionNanos() / NANOS;
        }
        if (verdict.fault() != Fault.NONE_SEEN && verdict.fault() != Fault.NOT_ENOUGH_SEEN) {
            Cause cause = new Cause(verdict.fault(), verdict.side());
            pair.causes.merge(cause, 1L, Long::sum);
            String trace = journey.exchange()
                    .flatMap(HttpExchange::trace)
                    .map(TraceContext::traceId)
                    .orElse("");
            pair.examples.put(
                    verdict.fault(), new JourneyCounts.Example(cause, verdict.summary(), trace, journey.ended()));
        }
    }

    /** {@return all that was counted so far} */
    public synchronized Counted counted() {
        Map<FlowKey, JourneyCounts> counts = new HashMap<>();
        pairs.forEach((key, pair) -> counts.put(key, pair.counts()));
        return new Counted(counts, folded);
    }
}
