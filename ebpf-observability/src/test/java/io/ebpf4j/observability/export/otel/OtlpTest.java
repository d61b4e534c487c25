package io.ebpf4j.observability.export.otel;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.ebpf4j.observability.event.Direction;
import io.ebpf4j.observability.export.Aggregates;
import io.ebpf4j.observability.export.FlowLog;
import io.ebpf4j.observability.export.Flows;
import io.ebpf4j.observability.probe.TimeAnchor;
import io.ebpf4j.observability.verdict.Fault;
import io.ebpf4j.observability.verdict.LayerVerdict;
import io.ebpf4j.observability.verdict.RequestJourney;
import io.ebpf4j.observability.verdict.Side;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.exporter.otlp.http.logs.OtlpHttpLogRecordExporter;
import io.opentelemetry.exporter.otlp.http.metrics.OtlpHttpMetricExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.metrics.v1.ExponentialHistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import io.opentelemetry.sdk.logs.SdkLoggerProvider;
import io.opentelemetry.sdk.logs.export.SimpleLogRecordProcessor;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReader;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.io.IOException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Metrics, logs and spans as a receiver gets them that is not ours, over HTTP. */
class OtlpTest {
    private static final long EPOCH = 1_700_000_000_000_000_000L;
    private static final TimeAnchor ANCHOR = new TimeAnchor(Instant.ofEpochSecond(1_700_000_000), 0);
    private static final Resource RESOURCE =
            Resource.create(Attributes.builder().put("service.name", "ebpf4j").build());

    private OtlpReceiver receiver;

    @BeforeEach
    void start() throws IOException {
        receiver = new OtlpReceiver();
    }

    @AfterEach
    void stop() {
        receiver.close();
        assertThat(receiver.refused()).isEmpty();
    }

    private static Map<String, String> attributes(List<KeyValue> attributes) {
        return attributes.stream().collect(Collectors.toMap(KeyValue::getKey, pair -> switch (pair.getValue()
                .getValueCase()) {
            case STRING_VALUE -> pair.getValue().getStringValue();
            case INT_VALUE -> Long.toString(pair.getValue().getIntValue());
            case DOUBLE_VALUE -> Double.toString(pair.getValue().getDoubleValue());
            default -> pair.getValue().toString();
        }));
    }

    private static ByteString bytes(String hex) {
        return ByteString.copyFrom(HexFormat.of().parseHex(hex));
    }

    @Test
    void metricsArriveWithResourceAndExemplars() {
        try (SdkMeterProvider provider = SdkMeterProvider.builder()
                .setResource(RESOURCE)
                .registerMetricProducer(new SnapshotMetrics(Aggregates::snapshot, ANCHOR))
                .registerMetricReader(PeriodicMetricReader.builder(OtlpHttpMetricExporter.builder()
                                .setEndpoint(receiver.url() + "/v1/metrics")
                                .build())
                        .setInterval(1, TimeUnit.HOURS)
                        .build())
                .build()) {
            assertThat(provider.forceFlush().join(30, TimeUnit.SECONDS).isSuccess())
                    .isTrue();
        }
        assertThat(attributes(receiver.metrics()
                        .getFirst()
                        .getResourceMetrics(0)
                        .getResource()
                        .getAttributesList()))
                .containsEntry("service.name", "ebpf4j");
        Map<String, Metric> metrics =
                receiver.metrics().getFirst().getResourceMetrics(0).getScopeMetrics(0).getMetricsList().stream()
                        .collect(Collectors.toMap(Metric::getName, metric -> metric));
        assertThat(metrics)
                .containsKeys(
                        "http.client.request.duration",
                        "dns.lookup.duration",
                        "ebpf4j.http.requests",
                        "ebpf4j.dns.lookups",
                        "system.network.tcp.rtt.duration",
                        "system.network.tcp.connection.failures",
                        "system.network.tcp.retransmit",
                        "system.network.tcp.handshake.duration",
                        "system.network.packet.dropped",
                        "ebpf4j.events.lost");
        ExponentialHistogramDataPoint point = metrics.get("http.client.request.duration")
                .getExponentialHistogram()
                .getDataPoints(0);
        assertThat(metrics.get("http.client.request.duration").getUnit()).isEqualTo("s");
        assertThat(point.getScale()).isEqualTo(1);
        assertThat(point.getPositive().getOffset()).isEqualTo(-11);
        assertThat(point.getCount()).isEqualTo(3);
        assertThat(point.getStartTimeUnixNano()).isEqualTo(EPOCH);
        assertThat(point.getTimeUnixNano()).isEqualTo(EPOCH + 5_000_000_000L);
        assertThat(point.getExemplars(0).getTraceId()).isEqualTo(bytes(Flows.TRACE));
        assertThat(point.getExemplars(0).getSpanId()).isEqualTo(bytes(Flows.SPAN));
        assertThat(attributes(point.getAttributesList()))
                .containsEntry("http.request.method", "GET")
                .containsEntry("k8s.src.owner.name", "resumes")
                .containsEntry("k8s.dst.namespace", "backend");
        List<NumberDataPoint> again =
                metrics.get("system.network.tcp.retransmit").getSum().getDataPointsList();
        assertThat(again)
                .anyMatch(sum -> sum.getAsDouble() == 5
                        && attributes(sum.getAttributesList()).get("dst.name").equals("api.example.com")
                        && sum.getExemplars(0).getTraceId().equals(bytes(Flows.TRACE)));
        assertThat(metrics.get("system.network.tcp.retransmit").getSum().getIsMonotonic())
                .isTrue();
    }

    private static RequestJourney journey(int status, RequestJourney.Order order) {
        boolean first = order == RequestJourney.Order.FIRST;
        return new RequestJourney(
                Flows.clientEnd(),
                Direction.CLIENT,
                Flows.resumes(),
                Flows.coreApi(),
                order,
                first ? 1_995_000_000L : 2_000_000_000L,
                2_040_000_000L,
                Optional.of(Flows.question()),
                first ? 5_000_000 : -1,
                -1,
                first ? 3_000_000 : -1,
                Optional.empty(),
                -1,
                Optional.empty(),
                0,
                Optional.empty(),
                Optional.of(Flows.exchange(status)),
                2,
                0,
                0,
                20_000_000,
                0,
                1_000_000,
                List.of(),
                Optional.empty(),
                List.of());
    }

    private List<Span> spans(RequestJourney... journeys) {
        try (SdkTracerProvider provider = SdkTracerProvider.builder()
                .setResource(RESOURCE)
                .addSpanProcessor(SimpleSpanProcessor.create(OtlpHttpSpanExporter.builder()
                        .setEndpoint(receiver.url() + "/v1/traces")
                        .build()))
                .build()) {
            NetworkSpans spans = new NetworkSpans(provider, ANCHOR);
            for (RequestJourney journey : journeys) {
                spans.emit(
                        journey,
                        new LayerVerdict(Fault.TRANSPORT_LOSS, Side.NETWORK, 0.5, "segments were lost", List.of()));
            }
            assertThat(provider.forceFlush().join(30, TimeUnit.SECONDS).isSuccess())
                    .isTrue();
        }
        return receiver.traces().stream()
                .flatMap(request -> request.getResourceSpansList().stream())
                .flatMap(resource -> resource.getScopeSpansList().stream())
                .flatMap(scope -> scope.getSpansList().stream())
                .toList();
    }

    @Test
    void aSpanStandsInTheCallersTraceAndTellsTheLayers() {
        Span span = spans(journey(200, RequestJourney.Order.FIRST)).getFirst();
        assertThat(span.getTraceId()).isEqualTo(bytes(Flows.TRACE));
        assertThat(span.getParentSpanId()).isEqualTo(bytes(Flows.SPAN));
        assertThat(span.getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_CLIENT);
        // from the question, 5 ms before the request, to the response's last byte
        assertThat(span.getStartTimeUnixNano()).isEqualTo(EPOCH + 1_995_000_000L);
        assertThat(span.getEndTimeUnixNano()).isEqualTo(EPOCH + 2_040_000_000L);
        assertThat(attributes(span.getAttributesList()))
                .containsEntry("http.request.method", "GET")
                .containsEntry("http.response.status_code", "200")
                .containsEntry("server.address", "core-api")
                .containsEntry("server.port", "8080")
                .containsEntry("network.peer.address", "10.0.1.2")
                .containsEntry("network.protocol.version", "1.1")
                .containsEntry("ebpf4j.dns.duration", "0.005")
                .containsEntry("ebpf4j.tcp.connect.duration", "0.003")
                .containsEntry("ebpf4j.http.wait.duration", "0.03")
                .containsEntry("ebpf4j.http.response.duration", "0.01")
                .containsEntry("ebpf4j.tcp.retransmits", "2")
                .containsEntry("ebpf4j.tcp.stall.duration", "0.02")
                .containsEntry("ebpf4j.verdict.fault", "transport_loss")
                .containsEntry("k8s.src.owner.name", "resumes")
                .doesNotContainKeys("ebpf4j.tcp.accept_queue.duration", "error.type");
        assertThat(span.getEventsList().stream().map(Span.Event::getName))
                .containsExactly("dns.answer", "http.response.first_byte");
        assertThat(span.getStatus().getCode()).isEqualTo(Status.StatusCode.STATUS_CODE_UNSET);
    }

    @Test
    void aLaterRequestBeginsWithItselfAndAnErrorIsOne() {
        Span span = spans(journey(503, RequestJourney.Order.LATER)).getFirst();
        assertThat(span.getStartTimeUnixNano()).isEqualTo(EPOCH + 2_000_000_000L);
        assertThat(span.getStatus().getCode()).isEqualTo(Status.StatusCode.STATUS_CODE_ERROR);
        assertThat(attributes(span.getAttributesList())).containsEntry("error.type", "503");
    }

    @Test
    void aRequestWithoutAnAnswerHasASpanThatSaysSo() {
        Span span = spans(journey(0, RequestJourney.Order.LATER)).getFirst();
        assertThat(attributes(span.getAttributesList()))
                .containsEntry("error.type", "no_response")
                .doesNotContainKey("http.response.status_code");
    }

    @Test
    void flowsArriveAsLogsInTheirTrace() {
        try (SdkLoggerProvider provider = SdkLoggerProvider.builder()
                .setResource(RESOURCE)
                .addLogRecordProcessor(SimpleLogRecordProcessor.create(OtlpHttpLogRecordExporter.builder()
                        .setEndpoint(receiver.url() + "/v1/logs")
                        .build()))
                .build()) {
            FlowLogRecords records = new FlowLogRecords(provider, new FlowLog("node-1", ANCHOR), ANCHOR);
            records.emit(Flows.http(200));
            records.emit(Flows.dropped());
            assertThat(provider.forceFlush().join(30, TimeUnit.SECONDS).isSuccess())
                    .isTrue();
        }
        List<LogRecord> records = receiver.logs().stream()
                .flatMap(request -> request.getResourceLogsList().stream())
                .flatMap(resource -> resource.getScopeLogsList().stream())
                .flatMap(scope -> scope.getLogRecordsList().stream())
                .sorted(java.util.Comparator.comparingLong(LogRecord::getTimeUnixNano))
                .toList();
        assertThat(records).hasSize(2);
        assertThat(records.get(0).getSeverityText()).isEmpty();
        assertThat(records.get(0).getSeverityNumber().name()).isEqualTo("SEVERITY_NUMBER_WARN");
        assertThat(records.get(1).getBody().getStringValue()).startsWith("{\"flow\":{");
        assertThat(records.get(1).getTraceId()).isEqualTo(bytes(Flows.TRACE));
        assertThat(records.get(1).getTimeUnixNano()).isEqualTo(EPOCH + 2_040_000_000L);
        assertThat(attributes(records.get(1).getAttributesList())).containsEntry("dst.name", "core-api");
    }
}
