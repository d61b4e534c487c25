package io.ebpf4j.observability.export.otel;

import io.ebpf4j.observability.protocol.TraceContext;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanId;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceId;
import io.opentelemetry.api.trace.TraceState;

/** The trace that a request names, in OpenTelemetry's terms. */
final class Contexts {
    private Contexts() {}

    /** Short identifiers of b3 and Jaeger are filled up with zeros in front, as the systems that use them do. */
    static String traceId(String traceId) {
        return "0".repeat(Math.max(0, TraceId.getLength() - traceId.length())) + traceId;
    }

    /** The caller's span; not valid where the header names a trace and no span. */
    static SpanContext caller(TraceContext trace) {
        return SpanContext.createFromRemoteParent(
                traceId(trace.traceId()),
                trace.spanId().isEmpty() ? SpanId.getInvalid() : trace.spanId(),
                trace.sampling() == TraceContext.Sampling.NOT_SAMPLED
                        ? TraceFlags.getDefault()
                        : TraceFlags.getSampled(),
                TraceState.getDefault());
    }
}
