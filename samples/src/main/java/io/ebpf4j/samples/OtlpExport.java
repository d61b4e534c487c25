package io.ebpf4j.samples;

import io.ebpf4j.observability.export.FlowFilter;
import io.ebpf4j.observability.export.FlowLog;
import io.ebpf4j.observability.export.otel.FlowLogRecords;
import io.ebpf4j.observability.export.otel.NetworkSpans;
import io.ebpf4j.observability.export.otel.SnapshotMetrics;
import io.ebpf4j.observability.probe.TimeAnchor;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.exporter.otlp.http.logs.OtlpHttpLogRecordExporter;
import io.opentelemetry.exporter.otlp.http.metrics.OtlpHttpMetricExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.logs.SdkLoggerProvider;
import io.opentelemetry.sdk.logs.export.BatchLogRecordProcessor;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReader;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Sends metrics, spans and flow logs to a receiver of OTLP. What it cannot send in time is dropped, never waited for. */
final class OtlpExport implements AutoCloseable {
    private final SdkMeterProvider metrics;
    private final SdkTracerProvider spans;
    private final SdkLoggerProvider logs;

    private OtlpExport(SdkMeterProvider metrics, SdkTracerProvider spans, SdkLoggerProvider logs) {
        this.metrics = metrics;
        this.spans = spans;
        this.logs = logs;
    }

    static OtlpExport start(URI url, Duration interval, Agent agent, FlowFilter filter) {
        TimeAnchor anchor = agent.observer().anchor();
        String base = url.toString().replaceFirst("/+$", "");
        Resource resource = Resource.getDefault()
                .merge(Resource.create(Attributes.builder()
                        .put("service.name", "ebpf4j")
                        .put("host.name", HostName.ofThisHost())
                        .build()));
        SdkMeterProvider metrics = SdkMeterProvider.builder()
                .setResource(resource)
                .registerMetricProducer(new SnapshotMetrics(agent.observer()::snapshot, anchor))
                .registerMetricReader(PeriodicMetricReader.builder(OtlpHttpMetricExporter.builder()
                                .setEndpoint(base + "/v1/metrics")
                                .build())
                        .setInterval(interval)
                        .build())
                .build();
        SdkTracerProvider spans = SdkTracerProvider.builder()
                .setResource(resource)
                .addSpanProcessor(BatchSpanProcessor.builder(OtlpHttpSpanExporter.builder()
                                .setEndpoint(base + "/v1/traces")
                                .build())
                        .build())
                .build();
        SdkLoggerProvider logs = SdkLoggerProvider.builder()
                .setResource(resource)
                .addLogRecordProcessor(BatchLogRecordProcessor.builder(OtlpHttpLogRecordExporter.builder()
                                .setEndpoint(base + "/v1/logs")
                                .build())
                        .build())
                .build();
        NetworkSpans network = new NetworkSpans(spans, anchor);
        agent.onJourney(network::emit);
        FlowLogRecords records = new FlowLogRecords(logs, new FlowLog(HostName.ofThisHost(), anchor), anchor);
        agent.onFlow(flow -> {
            if (filter.test(flow)) {
                records.emit(flow);
            }
        });
        return new OtlpExport(metrics, spans, logs);
    }

    @Override
    public void close() {
        spans.shutdown().join(10, TimeUnit.SECONDS);
        logs.shutdown().join(10, TimeUnit.SECONDS);
        metrics.shutdown().join(10, TimeUnit.SECONDS);
    }
}
