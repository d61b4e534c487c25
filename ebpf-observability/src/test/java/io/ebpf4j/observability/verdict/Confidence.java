package io.ebpf4j.observability.verdict;

/** Confidence in three classes. */
enum Confidence {
    LOW,
    MEDIUM,
    HIGH;

    static Confidence of(LayerVerdict verdict) {
        return verdict.confidence() >= 0.8 ? HIGH : verdict.confidence() >= 0.5 ? MEDIUM : LOW;
    }
}
