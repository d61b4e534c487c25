package io.ebpf4j.observability.export;

import io.ebpf4j.kernel.Errno;
import io.ebpf4j.observability.event.Accepted;
import io.ebpf4j.observability.event.Closed;
import io.ebpf4j.observability.event.ConnectFailed;
import io.ebpf4j.observability.event.Connected;
import io.ebpf4j.observability.event.Connection;
import io.ebpf4j.observability.event.ConnectivityEvent;
import io.ebpf4j.observability.event.Direction;
import io.ebpf4j.observability.event.DnsTransaction;
import io.ebpf4j.observability.event.EventFilter;
import io.ebpf4j.observability.event.GapEvent;
import io.ebpf4j.observability.event.HttpExchanged;
import io.ebpf4j.observability.event.HttpUnpaired;
import io.ebpf4j.observability.event.IcmpSent;
import io.ebpf4j.observability.event.PacketDropped;
import io.ebpf4j.observability.event.Retransmitted;
import io.ebpf4j.observability.event.SocketSample;
import io.ebpf4j.observability.event.TlsHandshake;
import io.ebpf4j.observability.event.Traffic;
import io.ebpf4j.observability.identity.Finding;
import io.ebpf4j.observability.identity.IdentifiedEvent;
import io.ebpf4j.observability.identity.Identity;
import io.ebpf4j.observability.identity.NameIdentity;
import io.ebpf4j.observability.identity.Resolution;
import io.ebpf4j.observability.identity.WorkloadIdentity;
import io.ebpf4j.observability.json.JsonLine;
import io.ebpf4j.observability.probe.TimeAnchor;
import io.ebpf4j.observability.protocol.DnsMessage;
import io.ebpf4j.observability.protocol.HttpExchange;
import io.ebpf4j.observability.protocol.TlsHello;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A flow log: one JSON object a line, in the members and spellings of Hubble's exporter ({@code {"flow":{...}}}, {@code
 * {"lost_events":{...}}}; {@code api/v1/flow/flow.proto}, 64-bit numbers as strings), so that what reads Hubble's logs
 * reads this. What Hubble has no member for is in the member {@code ebpf4j}.
 *
 * <p>One event is one line, and its ends are those of the request: the source asked. A line of HTTP or DNS tells question
 * and answer at once, where Hubble writes two lines. {@code uuid} is left out: an event has no identifier of its own;
 * {@code socket_cookie} names the connection.
 *
 * <p>Immutable, for any thread.
 */
public final class FlowLog {
    private final String node;
    private final TimeAnchor anchor;

    /**
     * A log of this host.
     *
     * @param node the host's name, as members {@code node_name} say it
     * @param anchor what makes times of day of the events' timestamps
     */
    public FlowLog(String node, TimeAnchor anchor) {
        this.node = Objects.requireNonNull(node, "node");
        this.anchor = Objects.requireNonNull(anchor, "anchor");
    }

    /**
     * Writes an event's line, with a line feed at its end; nothing for an event that is no flow.
     *
     * @param event the event
     * @param out where to
     * @throws IOException when that does not take it
     */
    public void write(IdentifiedEvent event, Appendable out) throws IOException {
        Optional<String> line = line(event);
        if (line.isPresent()) {
            out.append(line.get()).append('\n');
        }
    }

    /**
     * {@return the line of an event, without a line feed; empty for a process's start or end, which is no flow}
     *
     * @param identified the event
     */
    public Optional<String> line(IdentifiedEvent identified) {
        String time = anchor.at(identified.event().timestamp()).toString();
        Optional<JsonLine> body = identified.event() instanceof GapEvent gap
                ? Optional.of(new JsonLine().put("lost_events", lost(gap)))
                : FlowShape.of(identified).map(shape -> new JsonLine().put("flow", flow(identified, shape, time)));
        return body.map(line -> line.put("node_name", node).put("time", time).toString());
    }

    private JsonLine lost(GapEvent gap) {
        return new JsonLine()
                .put(
                        "source",
                        switch (gap.cause()) {
                            case RING_FULL -> "PERF_EVENT_RING_BUFFER";
                            case PROGRAM_MISSED -> "UNKNOWN";
                            case REJECTED -> "OBSERVER_EVENTS_QUEUE";
                        })
                .put("num_events_lost", Long.toString(gap.lost()))
                .put("first", anchor.at(gap.first()).toString())
                .put("last", anchor.at(gap.last()).toString())
                .put("ebpf4j", new JsonLine().put("kind", gap.kind().toString()).put("cause", lower(gap.cause())));
    }

    private JsonLine flow(IdentifiedEvent identified, FlowShape shape, String time) {
        ConnectivityEvent event = identified.event();
        Optional<Connection> connection = EventFilter.connection(event);
        JsonLine flow = new JsonLine()
                .put("time", time)
                .put("verdict", shape.verdict().name())
                .put("IP", ip(shape))
                .put("l4", l4(shape, event))
                .put("source", end(identified.source()))
                .put("destination", end(identified.destination()))
                .put("Type", shape.type() == FlowShape.Type.L7 ? "L7" : "L3_L4")
                .put("node_name", node);
        names(flow, "source_names", identified.source());
        names(flow, "destination_names", identified.destination());
        l7(event).ifPresent(l7 -> flow.put("l7", l7));
        service(flow, "source_service", identified.source());
        service(flow, "destination_service", identified.destination());
        if (identified.reporter() != Direction.UNKNOWN) {
            flow.put("traffic_direction", identified.reporter() == Direction.CLIENT ? "EGRESS" : "INGRESS");
        }
        if (event instanceof PacketDropped packet) {
            flow.put("drop_reason_desc", packet.reason());
            if (packet.networkInterface() != 0) {
                flow.put("interface", new JsonLine().put("index", packet.networkInterface()));
            }
        }
        traceId(event)
                .ifPresent(id ->
                        flow.put("trace_context", new JsonLine().put("parent", new JsonLine().put("trace_id", id))));
        long cookie = event instanceof PacketDropped packet
                ? packet.cookie()
                : connection.map(Connection::cookie).orElse(0L);
        if (cookie != 0) {
            flow.put("socket_cookie", Long.toUnsignedString(cookie));
        }
        connection
                .filter(known -> known.cgroup() != 0)
                .ifPresent(known -> flow.put("cgroup_id", Long.toUnsignedString(known.cgroup())));
        return flow.put("ebpf4j", own(event, connection)).put("Summary", summary(event, shape));
    }

    private static JsonLine ip(FlowShape shape) {
        JsonLine ip = new JsonLine();
        if (!shape.source().isUnspecified()) {
            ip.put("source", shape.source().host());
        }
        if (!shape.destination().isUnspecified()) {
            ip.put("destination", shape.destination().host());
        }
        return ip.put("ipVersion", isIpv4(shape) ? "IPv4" : "IPv6");
    }

    static boolean isIpv4(FlowShape shape) {
        return (shape.destination().isUnspecified() ? shape.source() : shape.destination()).isIpv4();
    }

    private static JsonLine l4(FlowShape shape, ConnectivityEvent event) {
        JsonLine ports = new JsonLine();
        if (shape.source().port() != 0) {
            ports.put("source_port", shape.source().port());
        }
        if (shape.destination().port() != 0) {
            ports.put("destination_port", shape.destination().port());
        }
        return switch (shape.transport()) {
            case TCP -> {
                if (!shape.flags().isEmpty()) {
                    JsonLine flags = new JsonLine();
                    shape.flags().forEach(flag -> flags.putTruth(flag.name(), JsonLine.Truth.TRUE));
                    ports.put("flags", flags);
                }
                yield new JsonLine().put("TCP", ports);
            }
            case UDP -> new JsonLine().put("UDP", ports);
            case ICMP_V4 -> new JsonLine().put("ICMPv4", icmp(event));
            case ICMP_V6 -> new JsonLine().put("ICMPv6", icmp(event));
            case OTHER -> new JsonLine();
        };
    }

    private static JsonLine icmp(ConnectivityEvent event) {
        return event instanceof IcmpSent icmp
                ? new JsonLine().put("type", icmp.type()).put("code", icmp.code())
                : new JsonLine();
    }

    private static JsonLine end(Resolution end) {
        Identity identity = end.identity();
        JsonLine line = new JsonLine().put("identity", end.number());
        if (identity instanceof WorkloadIdentity workload && !workload.cluster().isEmpty()) {
            line.put("cluster_name", workload.cluster());
        }
        if (!identity.namespace().isEmpty()) {
            line.put("namespace", identity.namespace());
        }
        line.putStrings("labels", labels(identity));
        if (identity instanceof WorkloadIdentity workload) {
            if (!workload.pod().isEmpty()) {
                line.put("pod_name", workload.pod());
            }
            if (!workload.workload().isEmpty()) {
                line.put(
                        "workloads",
                        List.of(new JsonLine().put("name", workload.workload()).put("kind", workload.kind())));
            }
        }
        line.put("ebpf4j", provenance(end));
        return line;
    }

    /** Labels as Cilium writes them, {@code k8s:app=core-api}, {@code reserved:world}; in order. */
    static List<String> labels(Identity identity) {
        String prefix = identity instanceof WorkloadIdentity ? "k8s:" : "";
        Map<String, String> sorted = new TreeMap<>(identity.labels());
        return sorted.entrySet().stream()
                .map(label -> prefix + label.getKey() + (label.getValue().isEmpty() ? "" : "=" + label.getValue()))
                .toList();
    }

    private static JsonLine provenance(Resolution end) {
        JsonLine line = new JsonLine().put("name", end.identity().displayName());
        if (!end.findings().isEmpty()) {
            Finding first = end.findings().getFirst();
            line.put("learned_from", lower(first.provenance()));
        }
        if (end.isAmbiguous()) {
            line.putStrings(
                    "also",
                    end.findings().stream()
                            .map(finding -> finding.identity().displayName())
                            .filter(name -> !name.equals(end.identity().displayName()))
                            .distinct()
                            .toList());
        }
        return line;
    }

    private static void names(JsonLine flow, String member, Resolution end) {
        List<String> names = dnsNames(end).toList();
        if (!names.isEmpty()) {
            flow.putStrings(member, names);
        }
    }

    /** All names of DNS that an end is known by, the one that names it first. */
    static Stream<String> dnsNames(Resolution end) {
        return Stream.concat(Stream.of(end.identity()), end.findings().stream().map(Finding::identity))
                .filter(NameIdentity.class::isInstance)
                .map(Identity::displayName)
                .distinct();
    }

    private static void service(JsonLine flow, String member, Resolution end) {
        if (end.identity() instanceof WorkloadIdentity workload
                && !workload.service().isEmpty()) {
            flow.put(member, new JsonLine().put("name", workload.service()).put("namespace", workload.namespace()));
        }
    }

    private static Optional<JsonLine> l7(ConnectivityEvent event) {
        return switch (event) {
            case HttpExchanged http -> Optional.of(http(http.exchange()));
            case HttpUnpaired unpaired ->
                Optional.of(new JsonLine()
                        .put("type", "RESPONSE")
                        .put("http", new JsonLine().put("code", Math.max(0, unpaired.status()))));
            case DnsTransaction dns -> Optional.of(dns(dns));
            default -> Optional.empty();
        };
    }

    private static JsonLine http(HttpExchange exchange) {
        JsonLine http = new JsonLine();
        if (exchange.status() > 0) {
            http.put("code", exchange.status());
        }
        return new JsonLine()
                .put("type", exchange.responseStart() == 0 ? "REQUEST" : "RESPONSE")
                .put("latency_ns", Long.toString(exchange.latency()))
                .put(
                        "http",
                        http.put("method", exchange.method())
                                .put("url", url(exchange))
                                .put("protocol", exchange.protocol().toString()));
    }

    /** Hubble's form: absolute where the host is known. */
    static String url(HttpExchange exchange) {
        return exchange.host().isEmpty() ? exchange.path() : "http://" + exchange.host() + exchange.path();
    }

    private static JsonLine dns(DnsTransaction dns) {
        JsonLine message = new JsonLine()
                .put("query", dns.name().endsWith(".") ? dns.name() : dns.name() + ".")
                .putStrings(
                        "ips",
                        dns.addresses().stream()
                                .map(InetAddress::getHostAddress)
                                .toList())
                .putStrings("cnames", dns.canonicalNames())
                .putStrings("qtypes", List.of(DnsMessage.typeName(dns.type())));
        if (dns.timeToLive() >= 0) {
            message.put("ttl", dns.timeToLive());
        }
        if (dns.responseCode() >= 0) {
            message.put("rcode", dns.responseCode());
        }
        return new JsonLine()
                .put("type", dns.responseCode() < 0 ? "REQUEST" : "RESPONSE")
                .put("latency_ns", Long.toString(dns.latency().toNanos()))
                .put("dns", message);
    }

    static Optional<String> traceId(ConnectivityEvent event) {
        return event instanceof HttpExchanged http
                ? http.exchange().trace().map(trace -> trace.traceId())
                : Optional.empty();
    }

    private static JsonLine own(ConnectivityEvent event, Optional<Connection> connection) {
        JsonLine own = new JsonLine().put("event", eventName(event)).put("layer", lower(EventFilter.layer(event)));
        connection.ifPresent(known -> {
            if (known.process().isKnown()) {
                own.put("pid", known.process().pid())
                        .put("comm", known.process().comm());
            }
            own.put("netns", Long.toUnsignedString(known.networkNamespace()));
        });
        switch (event) {
            case Connected connected ->
                own.put("connect_seconds", seconds(connected.latency()))
                        .put("syn_retransmits", connected.synRetransmits());
            case Accepted accepted -> own.put("accept_queue_seconds", seconds(accepted.queued()));
            case ConnectFailed failed ->
                own.put("failure", lower(failed.reason()))
                        .put("errno", failed.error() == 0 ? "" : new Errno(failed.error()).name())
                        .put("after_seconds", seconds(failed.duration()))
                        .put("syn_retransmits", failed.synRetransmits());
            case Closed closed -> {
                own.put("close_reason", lower(closed.reason())).put("duration_seconds", seconds(closed.duration()));
                traffic(own, closed.traffic());
            }
            case SocketSample sample -> {
                own.put("age_seconds", seconds(sample.age()));
                traffic(own, sample.traffic());
            }
            case Retransmitted again ->
                own.put("segment", lower(again.segment())).put("segments", again.segments());
            case PacketDropped packet ->
                own.put("drop_class", lower(packet.dropClass())).put("bytes", packet.bytes());
            case TlsHandshake tls ->
                own.put("server_name", tls.serverName())
                        .put("tls_version", tls.version() == 0 ? "" : TlsHello.versionName(tls.version()))
                        .put("handshake_seconds", tls.latency() / 1e9);
            case HttpExchanged http ->
                own.put("request_bytes", http.exchange().requestBytes())
                        .put("response_bytes", http.exchange().responseBytes())
                        .put("duration_ns", Long.toString(http.exchange().duration()))
                        .put(
                                "span_id",
                                http.exchange()
                                        .trace()
                                        .map(trace -> trace.spanId())
                                        .orElse(""));
            case DnsTransaction dns -> own.put("outcome", lower(dns.outcome())).put("queries", dns.queries());
            default -> {
                // Nothing beyond what every event has.
            }
        }
        return own;
    }

    private static void traffic(JsonLine own, Traffic traffic) {
        own.put("bytes_sent", traffic.bytesSent())
                .put("bytes_received", traffic.bytesReceived())
                .put("segments_sent", traffic.segmentsSent())
                .put("segments_received", traffic.segmentsReceived())
                .put("retransmits", traffic.retransmits())
                .put("rtt_seconds", seconds(traffic.roundTrip()))
                .put("zero_window_seconds", seconds(traffic.zeroWindow()));
    }

    /** {@code ConnectFailed} is {@code connect-failed}. */
    private static String eventName(ConnectivityEvent event) {
        return event.getClass()
                .getSimpleName()
                .replaceAll("(?<=[a-z])(?=[A-Z])", "-")
                .toLowerCase(Locale.ROOT);
    }

    private static String summary(ConnectivityEvent event, FlowShape shape) {
        return switch (event) {
            case HttpExchanged http ->
                http.exchange().protocol() + " " + http.exchange().status() + " "
                        + http.exchange().method() + " " + url(http.exchange());
            case DnsTransaction dns -> "DNS " + DnsMessage.typeName(dns.type()) + " " + dns.name();
            case PacketDropped packet -> packet.reason();
            default ->
                shape.flags().isEmpty()
                        ? eventName(event)
                        : "TCP Flags: "
                                + String.join(
                                        ", ",
                                        shape.flags().stream().map(Enum::name).toList());
        };
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
