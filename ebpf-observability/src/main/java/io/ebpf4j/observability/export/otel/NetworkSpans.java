package io.ebpf4j.observability.export.otel;

import io.ebpf4j.observability.event.ConnectFailed;
import io.ebpf4j.observability.event.Connection;
import io.ebpf4j.observability.event.Direction;
import io.ebpf4j.observability.event.DnsTransaction;
import io.ebpf4j.observability.event.Endpoint;
import io.ebpf4j.observability.event.PacketDropped;
import io.ebpf4j.observability.event.TlsHandshake;
import io.ebpf4j.observability.probe.TimeAnchor;
import io.ebpf4j.observability.protocol.DnsMessage;
import io.ebpf4j.observability.protocol.HttpExchange;
import io.ebpf4j.observability.protocol.TlsHello;
import io.ebpf4j.observability.protocol.TraceContext;
import io.ebpf4j.observability.verdict.LayerVerdict;
import io.ebpf4j.observability.verdict.RequestJourney;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.TracerProvider;
import io.opentelemetry.context.Context;
import java.time.Instant;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * What the network did for a traced request, as a span in the caller's own trace: its trace identifier is the request's,
 * its parent the span that sent it. A provider that samples as the parent does leaves out what the caller left out.
 *
 * <p>The span lasts from the journey's beginning (the question for the server's name or the SYN, where that was for this
 * request, else the request's first byte) to its end. Attributes are those of the conventions for HTTP, network and server, and {@code
 * ebpf4j.} with {@code dns.duration}, {@code tcp.connect.duration}, {@code tcp.accept_queue.duration}, {@code
 * tls.handshake.duration}, {@code tcp.stall.duration}, {@code http.wait.duration} (first byte of the request to that of the response), {@code
 * http.response.duration}, {@code tcp.rtt}, {@code tcp.zero_window.duration}, in seconds, {@code tcp.retransmits}, {@code
 * tcp.syn_retransmits}, {@code tcp.unsent_retransmits}, {@code tcp.resets}, {@code connection.order}, and of a verdict {@code
 * verdict.fault}, {@code verdict.side}, {@code verdict.confidence} and {@code verdict.summary}. What was not seen has no
 * attribute. Events mark the answer of DNS, the TLS handshake, and the response's first byte.
 *
 * <p>Thread-safe where the provider is.
 */
@SuppressWarnings("exports") // who has a tracer provider has OpenTelemetry's modules
public final class NetworkSpans {
    private static final double NANOS = 1e9;
    private static final int CLIENT_ERROR = 400;
    private static final int SERVER_ERROR = 500;

    private final Tracer tracer;
    private final TimeAnchor anchor;

    /**
     * Spans through a provider.
     *
     * @param provider whose exporters get the spans
     * @param anchor what makes times of day of timestamps
     */
    public NetworkSpans(TracerProvider provider, TimeAnchor anchor) {
        this.tracer = provider.get("io.ebpf4j.observability");
        this.anchor = Objects.requireNonNull(anchor, "anchor");
    }

    /**
     * Makes a request's span. A request that names no trace, or no span in it, has none.
     *
     * @param journey the request
     */
    public void emit(RequestJourney journey) {
        span(journey, Attributes.empty());
    }

    /**
     * Makes a request's span with whose fault it is.
     *
     * @param journey the request
     * @param verdict whose fault
     */
    public void emit(RequestJourney journey, LayerVerdict verdict) {
        span(
                journey,
                Attributes.builder()
                        .put("ebpf4j.verdict.fault", lower(verdict.fault()))
                        .put("ebpf4j.verdict.side", lower(verdict.side()))
                        .put("ebpf4j.verdict.confidence", verdict.confidence())
                        .put("ebpf4j.verdict.summary", verdict.summary())
                        .build());
    }

    private void span(RequestJourney journey, Attributes verdict) {
        Optional<HttpExchange> seen = journey.exchange();
        Optional<TraceContext> trace = seen.flatMap(HttpExchange::trace)
                .filter(named -> !named.spanId().isEmpty());
        if (seen.isEmpty() || trace.isEmpty()) {
            return;
        }
        HttpExchange exchange = seen.get();
        boolean first = journey.order() == RequestJourney.Order.FIRST;
        Optional<DnsTransaction> resolution = first ? journey.resolution() : Optional.empty();
        Optional<TlsHandshake> tls = first ? journey.tls() : Optional.empty();
        SpanBuilder builder = tracer.spanBuilder(exchange.method().isEmpty() ? "HTTP" : exchange.method())
                .setParent(Context.root().with(Span.wrap(Contexts.caller(trace.get()))))
                .setSpanKind(kind(journey.reporter()))
                .setAllAttributes(attributes(journey, exchange))
                .setAllAttributes(verdict)
                .setStartTimestamp(at(journey.began()));
        Span span = builder.startSpan();
        resolution.ifPresent(question -> span.addEvent("dns.answer", dns(question), at(question.timestamp())));
        tls.ifPresent(handshake -> span.addEvent("tls.handshake", tls(handshake), at(handshake.timestamp())));
        if (exchange.responseStart() != 0) {
            span.addEvent("http.response.first_byte", at(exchange.responseStart()));
        }
        for (PacketDropped drop : journey.drops()) {
            span.addEvent(
                    "packet.dropped",
                    Attributes.builder()
                            .put("ebpf4j.drop.reason", drop.reason())
                            .build(),
                    at(drop.timestamp()));
        }
        for (String reset : journey.resets()) {
            span.addEvent(
                    "tcp.reset", Attributes.builder().put("ebpf4j.reset", reset).build());
        }
        failure(journey, exchange).ifPresent(reason -> span.setStatus(StatusCode.ERROR, reason));
        span.end(at(Math.max(journey.began(), journey.ended())));
    }

    private Instant at(long timestamp) {
        return anchor.at(timestamp);
    }

    private static SpanKind kind(Direction reporter) {
        return switch (reporter) {
            case CLIENT -> SpanKind.CLIENT;
            case SERVER -> SpanKind.SERVER;
            case UNKNOWN -> SpanKind.INTERNAL;
        };
    }

    /** As the conventions for HTTP say: a 4xx is the caller's error, no fault of the server. */
    private static Optional<String> failure(RequestJourney journey, HttpExchange exchange) {
        int least = journey.reporter() == Direction.SERVER ? SERVER_ERROR : CLIENT_ERROR;
        if (exchange.status() >= least) {
            return Optional.of(Integer.toString(exchange.status()));
        }
        if (exchange.responseStart() == 0) {
            return Optional.of("no response");
        }
        return Optional.empty();
    }

    private static Attributes attributes(RequestJourney journey, HttpExchange exchange) {
        AttributesBuilder attributes = Attributes.builder();
        FlowAttributes.end(attributes, "src", journey.source().identity(), "");
        FlowAttributes.end(attributes, "dst", journey.destination().identity(), "");
        Connection connection = journey.connection();
        Endpoint server = journey.reporter() == Direction.SERVER ? connection.local() : connection.remote();
        attributes
                .put("http.request.method", exchange.method())
                .put("url.path", exchange.path())
                .put("server.address", exchange.host().isEmpty() ? server.host() : hostName(exchange.host()))
                .put("server.port", server.port())
                .put("network.peer.address", connection.remote().host())
                .put("network.peer.port", connection.remote().port())
                .put("network.local.address", connection.local().host())
                .put("network.transport", "tcp")
                .put("network.type", connection.remote().isIpv4() ? "ipv4" : "ipv6")
                .put("network.protocol.name", "http")
                .put(
                        "network.protocol.version",
                        switch (exchange.protocol()) {
                            case HTTP_1_0 -> "1.0";
                            case HTTP_1_1 -> "1.1";
                            case HTTP_2 -> "2";
                        });
        if (exchange.status() > 0) {
            attributes.put("http.response.status_code", exchange.status());
        }
        failure(journey, exchange).ifPresent(reason -> attributes.put("error.type", reason.replace(' ', '_')));
        if (exchange.grpcStatus() >= 0) {
            attributes.put("rpc.grpc.status_code", exchange.grpcStatus());
        }
        seconds(attributes, "ebpf4j.dns.duration", journey.resolutionNanos());
        seconds(attributes, "ebpf4j.tcp.connect.duration", journey.connectNanos());
        seconds(attributes, "ebpf4j.tcp.accept_queue.duration", journey.acceptQueueNanos());
        journey.connectFailure()
                .map(ConnectFailed::reason)
                .ifPresent(reason -> attributes.put("ebpf4j.tcp.connect.failure", lower(reason)));
        journey.tls()
                .ifPresent(handshake -> seconds(
                        attributes,
                        "ebpf4j.tls.handshake.duration",
                        handshake.latency() == 0 ? -1 : handshake.latency()));
        if (exchange.responseStart() != 0) {
            seconds(attributes, "ebpf4j.http.wait.duration", exchange.latency());
            seconds(
                    attributes,
                    "ebpf4j.http.response.duration",
                    Math.max(0, exchange.responseEnd() - exchange.responseStart()));
        }
        if (journey.roundTripNanos() > 0) {
            seconds(attributes, "ebpf4j.tcp.rtt", journey.roundTripNanos());
        }
        seconds(attributes, "ebpf4j.tcp.stall.duration", journey.stallNanos());
        seconds(attributes, "ebpf4j.tcp.zero_window.duration", journey.zeroWindowNanos());
        return attributes
                .put("ebpf4j.http.request.bytes", exchange.requestBytes())
                .put("ebpf4j.http.response.bytes", exchange.responseBytes())
                .put("ebpf4j.tcp.retransmits", journey.retransmits())
                .put("ebpf4j.tcp.syn_retransmits", journey.synRetransmits())
                .put("ebpf4j.tcp.unsent_retransmits", journey.unsentRetransmits())
                .put("ebpf4j.tcp.resets", journey.resets().size())
                .put("ebpf4j.connection.order", lower(journey.order()))
                .build();
    }

    private static String hostName(String host) {
        return host.replaceFirst(":[0-9]+$", "");
    }

    private static void seconds(AttributesBuilder attributes, String name, long nanos) {
        if (nanos >= 0) {
            attributes.put(name, nanos / NANOS);
        }
    }

    private static Attributes dns(DnsTransaction question) {
        AttributesBuilder attributes = Attributes.builder()
                .put("dns.question.name", question.name())
                .put("dns.question.type", DnsMessage.typeName(question.type()))
                .put("ebpf4j.dns.queries", question.queries());
        if (question.responseCode() >= 0) {
            attributes.put("ebpf4j.dns.response_code", DnsMessage.responseCodeName(question.responseCode()));
        }
        return attributes.build();
    }

    private static Attributes tls(TlsHandshake handshake) {
        AttributesBuilder attributes = Attributes.builder().put("tls.client.server_name", handshake.serverName());
        if (handshake.version() != 0) {
            attributes.put("tls.protocol.version", TlsHello.versionName(handshake.version()));
        }
        return attributes.build();
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
