package io.ebpf4j.observability.export.prometheus;

/**
 * How exemplars name the trace. Grafana links to a trace only by the label that its data source is told of; Hubble writes
 * {@code traceID}, OpenTelemetry's bridge {@code trace_id} and {@code span_id}.
 *
 * @param trace the label with the trace's identifier
 * @param span the label with the caller's span; empty for none
 */
public record ExemplarLabels(String trace, String span) {
    /** As Hubble does. */
    public static final ExemplarLabels HUBBLE = new ExemplarLabels("traceID", "");

    /** As OpenTelemetry's Prometheus bridge does. */
    public static final ExemplarLabels OPENTELEMETRY = new ExemplarLabels("trace_id", "span_id");

    private static final int MOST = 128; // OpenMetrics 1.0, "Exemplars": names and values together, in characters
    private static final int IDENTIFIERS = 32 + 16;

    /**
     * Checks the names.
     *
     * @throws IllegalArgumentException for a name that no label can have, for the same one twice, or for so long ones that the
     *     identifiers have no room in an exemplar
     */
    public ExemplarLabels {
        if (!trace.matches("[a-zA-Z_][a-zA-Z0-9_]*") || !span.isEmpty() && !span.matches("[a-zA-Z_][a-zA-Z0-9_]*")) {
            throw new IllegalArgumentException("no names of labels: '" + trace + "' and '" + span + "'");
        }
        if (trace.equals(span)) {
            throw new IllegalArgumentException("one label for trace and span: " + trace);
        }
        if (trace.length() + span.length() + IDENTIFIERS > MOST) {
            throw new IllegalArgumentException("labels of exemplars are too long: " + trace + " and " + span);
        }
    }
}
