package io.ebpf4j.observability.servicemap;

import io.ebpf4j.observability.verdict.LayerVerdict;

/** How a pair of services fares, in one word. */
public enum Health {
    /** Enough was seen, and nothing is wrong with it. */
    WELL("well"),
    /** Something may be wrong: a fault with a confidence below one half. */
    SUSPECT("suspect"),
    /** Something is wrong. */
    ILL("ill"),
    /** Too little was seen. */
    UNKNOWN("unknown");

    private static final double SURE = 0.5;

    private final String text;

    Health(String text) {
        this.text = text;
    }

    /** {@return the word} */
    @Override
    public String toString() {
        return text;
    }

    static Health of(LayerVerdict verdict) {
        return switch (verdict.fault()) {
            case NONE_SEEN -> WELL;
            case NOT_ENOUGH_SEEN -> UNKNOWN;
            case NAME_RESOLUTION,
                    ROUTING,
                    FILTERED,
                    CONNECT,
                    BACKLOG,
                    TRANSPORT_LOSS,
                    TRANSPORT_SLOW,
                    RECEIVER_SLOW,
                    TLS,
                    API_ERROR,
                    API_SLOW -> verdict.confidence() < SURE ? SUSPECT : ILL;
        };
    }
}
