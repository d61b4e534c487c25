package io.ebpf4j.observability.verdict;

import io.ebpf4j.observability.aggregate.FlowKey;
import io.ebpf4j.observability.aggregate.Histogram;
import io.ebpf4j.observability.aggregate.Snapshot;
import io.ebpf4j.observability.event.Direction;
import io.ebpf4j.observability.identity.Identity;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** How long answers usually take. */
@FunctionalInterface
public interface LatencyBaseline {
    /** Nothing is known. */
    LatencyBaseline NONE = (source, destination, reporter) -> OptionalDouble.empty();

    /**
     * {@return the seconds within which 95 of 100 answers usually come; empty where that is not known}
     *
     * @param source who asks
     * @param destination who is asked
     * @param reporter which end tells it
     */
    OptionalDouble usual(Identity source, Identity destination, Direction reporter);

    /**
     * {@return what an earlier window shows}
     *
     * @param window the window
     * @param least how many requests of a pair make its latencies usual
     */
    static LatencyBaseline of(Snapshot window, long least) {
        Map<FlowKey, List<Histogram>> latencies = new HashMap<>();
        for (Snapshot.Latency latency : window.httpLatencies()) {
            FlowKey flow = latency.flow();
            latencies
                    .computeIfAbsent(
                            new FlowKey(flow.source(), flow.destination(), "", "", flow.reporter()),
                            key -> new ArrayList<>())
                    .add(latency.histogram());
        }
        Map<FlowKey, Double> usual = new HashMap<>();
        latencies.forEach((key, histograms) -> {
            Distribution all = Distribution.of(histograms);
            if (all.count() >= least) {
                usual.put(key, all.quantile(0.95));
            }
        });
        return (source, destination, reporter) -> {
            Double seconds = usual.get(new FlowKey(source, destination, "", "", reporter));
            return seconds == null ? OptionalDouble.empty() : OptionalDouble.of(seconds);
        };
    }
}
