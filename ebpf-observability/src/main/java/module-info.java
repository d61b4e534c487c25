/**
 * Typed connectivity events from bundled CO-RE programs, who is at their ends, what adds up, whose fault it is, and the way
 * out of all that to the tools that people have.
 */
// requires-automatic: the clients of Kubernetes, Prometheus and OpenTelemetry have no descriptors, and only their users
// need them. module: the command line is compiled after this
@SuppressWarnings({"requires-automatic", "module"})
module io.ebpf4j.observability {
    requires transitive io.ebpf4j.programs;
    requires static io.opentelemetry.api;
    requires static io.opentelemetry.context;
    requires static io.opentelemetry.sdk.common;
    requires static io.opentelemetry.sdk.metrics;
    requires static io.prometheus.metrics.model;
    requires static kubernetes.client.api;
    requires static kubernetes.model.core;
    requires static org.jspecify;

    exports io.ebpf4j.observability;
    exports io.ebpf4j.observability.aggregate;
    exports io.ebpf4j.observability.event;
    exports io.ebpf4j.observability.export.otel;
    exports io.ebpf4j.observability.export.prometheus;
    exports io.ebpf4j.observability.export;
    exports io.ebpf4j.observability.identity.kubernetes;
    exports io.ebpf4j.observability.identity;
    exports io.ebpf4j.observability.json to
            io.ebpf4j.samples;
    exports io.ebpf4j.observability.probe;
    exports io.ebpf4j.observability.protocol;
    exports io.ebpf4j.observability.servicemap;
    exports io.ebpf4j.observability.verdict;
}
