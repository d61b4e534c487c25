/** The ebpf4j command line. */
// automatic: the clients of Prometheus and OpenTelemetry, and Kubernetes' where it is there, have no descriptors
@SuppressWarnings("requires-automatic")
module io.ebpf4j.samples {
    requires info.picocli;
    requires io.ebpf4j.observability;
    requires io.opentelemetry.api;
    requires io.opentelemetry.exporter.otlp;
    requires io.opentelemetry.sdk.common;
    requires io.opentelemetry.sdk.logs;
    requires io.opentelemetry.sdk.metrics;
    requires io.opentelemetry.sdk.trace;
    requires io.prometheus.metrics.exporter.httpserver;
    requires io.prometheus.metrics.instrumentation.jvm;
    requires io.prometheus.metrics.model;
    requires java.net.http;
    requires jdk.httpserver;
    requires static kubernetes.client.api;
    requires static org.jspecify;

    opens io.ebpf4j.samples to
            info.picocli;
}
