package io.ebpf4j.observability.export.otel;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.MessageLite;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceResponse;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceResponse;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A receiver of OTLP over HTTP: the messages are the classes generated from OpenTelemetry's own protocol files, decoded by
 * Google's runtime, so that nothing of the exporter judges itself. Strict: a path, a type or a field that is unknown is
 * refused.
 */
public final class OtlpReceiver implements AutoCloseable {
    private final HttpServer server;
    private final List<ExportMetricsServiceRequest> metrics = new CopyOnWriteArrayList<>();
    private final List<ExportLogsServiceRequest> logs = new CopyOnWriteArrayList<>();
    private final List<ExportTraceServiceRequest> traces = new CopyOnWriteArrayList<>();
    private final List<String> refused = new CopyOnWriteArrayList<>();

    private interface Body {
        MessageLite answer(CodedInputStream body) throws IOException;
    }

    public OtlpReceiver() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        take("/v1/metrics", body -> {
            ExportMetricsServiceRequest request = ExportMetricsServiceRequest.parseFrom(body);
            check(request.getUnknownFields().asMap().isEmpty());
            metrics.add(request);
            return ExportMetricsServiceResponse.getDefaultInstance();
        });
        take("/v1/logs", body -> {
            ExportLogsServiceRequest request = ExportLogsServiceRequest.parseFrom(body);
            check(request.getUnknownFields().asMap().isEmpty());
            logs.add(request);
            return ExportLogsServiceResponse.getDefaultInstance();
        });
        take("/v1/traces", body -> {
            ExportTraceServiceRequest request = ExportTraceServiceRequest.parseFrom(body);
            check(request.getUnknownFields().asMap().isEmpty());
            traces.add(request);
            return ExportTraceServiceResponse.getDefaultInstance();
        });
        server.start();
    }

    private static void check(boolean condition) throws IOException {
        if (!condition) {
            throw new IOException("fields that the protocol does not have");
        }
    }

    private void take(String path, Body body) {
        server.createContext(path, exchange -> {
            try (exchange) {
                String type = exchange.getRequestHeaders().getFirst("Content-Type");
                if (!exchange.getRequestURI().getPath().equals(path) || !"application/x-protobuf".equals(type)) {
                    refuse(exchange, path + " " + type);
                    return;
                }
                byte[] answer;
                try {
                    answer = body.answer(CodedInputStream.newInstance(exchange.getRequestBody()))
                            .toByteArray();
                } catch (IOException e) {
                    refuse(exchange, e.toString());
                    return;
                }
                exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
                exchange.sendResponseHeaders(200, answer.length == 0 ? -1 : answer.length);
                exchange.getResponseBody().write(answer);
            }
        });
    }

    private void refuse(HttpExchange exchange, String why) throws IOException {
        refused.add(why);
        exchange.sendResponseHeaders(400, -1);
    }

    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    public List<ExportMetricsServiceRequest> metrics() {
        return metrics;
    }

    public List<ExportLogsServiceRequest> logs() {
        return logs;
    }

    public List<ExportTraceServiceRequest> traces() {
        return traces;
    }

    public List<String> refused() {
        return refused;
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
