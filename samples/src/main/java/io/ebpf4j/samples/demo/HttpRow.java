package io.ebpf4j.samples.demo;

import io.ebpf4j.observability.aggregate.Exemplar;
import io.ebpf4j.observability.aggregate.Histogram;
import io.ebpf4j.observability.aggregate.Snapshot;
import io.ebpf4j.observability.event.Direction;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Requests of one pair and method as their client saw them: a row of what a dashboard shows.
 *
 * @param pair who asked whom
 * @param method the method
 * @param statuses how many answers of each status
 * @param latency how long answers took, seconds
 */
public record HttpRow(Pair pair, String method, Map<Integer, Long> statuses, Optional<Histogram> latency) {
    private static final int CLASS = 100;

    /** The rows of a window, by pair. */
    static List<HttpRow> of(Snapshot window) {
        Map<Pair, Map<String, Map<Integer, Long>>> counts = new TreeMap<>();
        for (Snapshot.Http http : window.http()) {
            if (http.flow().reporter() == Direction.CLIENT && http.requests() > 0) {
                counts.computeIfAbsent(Pair.of(http.flow()), pair -> new TreeMap<>())
                        .computeIfAbsent(http.method(), method -> new TreeMap<>())
                        .merge(http.status(), http.requests(), Long::sum);
            }
        }
        List<HttpRow> rows = new ArrayList<>();
        counts.forEach((pair, methods) -> methods.forEach(
                (method, statuses) -> rows.add(new HttpRow(pair, method, statuses, latency(window, pair, method)))));
        return rows;
    }

    private static Optional<Histogram> latency(Snapshot window, Pair pair, String method) {
        return window.httpLatencies().stream()
                .filter(latency -> latency.flow().reporter() == Direction.CLIENT
                        && Pair.of(latency.flow()).equals(pair)
                        && latency.kind().equals(method))
                .map(Snapshot.Latency::histogram)
                .findFirst();
    }

    long requests() {
        return statuses.values().stream().mapToLong(Long::longValue).sum();
    }

    /** How many answers have a status of this class: 5 for 5xx. */
    long ofClass(int digit) {
        return statuses.entrySet().stream()
                .filter(entry -> entry.getKey() / CLASS == digit)
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    /** A quantile of the latency in seconds; NaN where there is none. */
    double quantile(double quantile) {
        return latency.map(histogram -> histogram.quantile(quantile)).orElse(Double.NaN);
    }

    /** The trace of the slowest request that is kept. */
    Optional<Exemplar> slowest() {
        return latency.filter(histogram -> !histogram.exemplars().isEmpty())
                .map(histogram -> histogram.exemplars().getLast());
    }
}
