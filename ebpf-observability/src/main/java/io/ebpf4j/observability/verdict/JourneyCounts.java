package io.ebpf4j.observability.verdict;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What became of the journeys between two services, as one end told them.
 *
 * @param journeys how many there were
 * @param causes how many of them were whose fault; those without a fault are not in it
 * @param waitSeconds how long answers took, all together
 * @param stallSeconds how long requests stood still until what was lost was sent again, all together
 * @param resolutions how many of them waited for a name
 * @param resolutionSeconds how long, all together
 * @param examples the latest of each cause, the newest first
 */
public record JourneyCounts(
        long journeys,
        Map<Cause, Long> causes,
        double waitSeconds,
        double stallSeconds,
        long resolutions,
        double resolutionSeconds,
        List<Example> examples) {
    /** No journey. */
    public static final JourneyCounts NONE = new JourneyCounts(0, Map.of(), 0, 0, 0, 0, List.of());

    /** Copies the collections. */
    public JourneyCounts {
        causes = Map.copyOf(causes);
        examples = List.copyOf(examples);
    }

    /**
     * Whose fault.
     *
     * @param fault which layer's
     * @param side at which side
     */
    public record Cause(Fault fault, Side side) {}

    /**
     * One journey that fared so.
     *
     * @param cause whose fault it was
     * @param summary the verdict's sentence
     * @param traceId the trace of the request; empty where it has none
     * @param timestamp when it was over, CLOCK_MONOTONIC nanoseconds
     */
    public record Example(Cause cause, String summary, String traceId, long timestamp) {}

    /**
     * {@return how many were the fault of a layer, at whatever side}
     *
     * @param fault the layer
     */
    public long of(Fault fault) {
        return causes.entrySet().stream()
                .filter(cause -> cause.getKey().fault() == fault)
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    /**
     * {@return the side at which most of a layer's faults are; {@link Side#UNKNOWN} where it has none}
     *
     * @param fault the layer
     */
    public Side side(Fault fault) {
        return causes.entrySet().stream()
                .filter(cause -> cause.getKey().fault() == fault)
                .max(Map.Entry.<Cause, Long>comparingByValue()
                        .thenComparing(cause -> cause.getKey().side()))
                .map(cause -> cause.getKey().side())
                .orElse(Side.UNKNOWN);
    }

    /**
     * {@return what came after an earlier state of the same counts}
     *
     * @param earlier the earlier state
     */
    public JourneyCounts since(JourneyCounts earlier) {
        Map<Cause, Long> later = new HashMap<>();
        causes.forEach((cause, count) -> {
            long more = count - earlier.causes.getOrDefault(cause, 0L);
            if (more > 0) {
                later.put(cause, more);
            }
        });
        return new JourneyCounts(
                journeys - earlier.journeys,
                later,
                Math.max(0, waitSeconds - earlier.waitSeconds),
                Math.max(0, stallSeconds - earlier.stallSeconds),
                resolutions - earlier.resolutions,
                Math.max(0, resolutionSeconds - earlier.resolutionSeconds),
                examples.stream()
                        .filter(example -> !earlier.examples.contains(example))
                        .toList());
    }
}
