package io.ebpf4j.observability.aggregate;

import java.util.Objects;

/**
 * One measurement with the trace that it belongs to, so that a metric leads to a trace.
 *
 * @param value the value measured, in the metric's unit
 * @param traceId the trace's identifier in lower-case hexadecimal digits, 16 or 32 of them
 * @param spanId the caller's span in lower-case hexadecimal digits; empty where the header has none
 * @param timestamp when, CLOCK_MONOTONIC nanoseconds
 */
public record Exemplar(double value, String traceId, String spanId, long timestamp) {
    /** Checks that there is a trace. */
    public Exemplar {
        Objects.requireNonNull(spanId, "spanId");
        if (traceId.isEmpty()) {
            throw new IllegalArgumentException("an exemplar without a trace");
        }
    }
}
