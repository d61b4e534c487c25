package io.ebpf4j.samples;

import io.ebpf4j.kernel.Errno;
import io.ebpf4j.observability.event.Accepted;
import io.ebpf4j.observability.event.Closed;
import io.ebpf4j.observability.event.CongestionChanged;
import io.ebpf4j.observability.event.ConnectFailed;
import io.ebpf4j.observability.event.ConnectStarted;
import io.ebpf4j.observability.event.Connected;
import io.ebpf4j.observability.event.ConnectionEvent;
import io.ebpf4j.observability.event.ConnectionReset;
import io.ebpf4j.observability.event.ConnectivityEvent;
import io.ebpf4j.observability.event.DatagramDropped;
import io.ebpf4j.observability.event.DatagramEvent;
import io.ebpf4j.observability.event.DatagramFailed;
import io.ebpf4j.observability.event.DatagramFlow;
import io.ebpf4j.observability.event.DnsTransaction;
import io.ebpf4j.observability.event.Endpoint;
import io.ebpf4j.observability.event.EventFilter;
import io.ebpf4j.observability.event.GapEvent;
import io.ebpf4j.observability.event.HttpExchanged;
import io.ebpf4j.observability.event.HttpUnpaired;
import io.ebpf4j.observability.event.IcmpSent;
import io.ebpf4j.observability.event.ListenerSample;
import io.ebpf4j.observability.event.PacketDropped;
import io.ebpf4j.observability.event.ProcessEvent;
import io.ebpf4j.observability.event.ProcessExited;
import io.ebpf4j.observability.event.ProcessForked;
import io.ebpf4j.observability.event.ProcessRef;
import io.ebpf4j.observability.event.ProcessStarted;
import io.ebpf4j.observability.event.Retransmitted;
import io.ebpf4j.observability.event.SocketSample;
import io.ebpf4j.observability.event.TlsHandshake;
import io.ebpf4j.observability.event.Traffic;
import io.ebpf4j.observability.json.JsonLine;
import io.ebpf4j.observability.protocol.Completeness;
import io.ebpf4j.observability.protocol.DnsMessage;
import io.ebpf4j.observability.protocol.HttpExchange;
import io.ebpf4j.observability.protocol.TlsHello;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/** An event as a JSON object: what each kind has is in the README. Durations are in seconds, a part that is not known is null. */
final class EventJson {
    private EventJson() {}

    static JsonLine of(ConnectivityEvent event, Instant time) {
        JsonLine line = new JsonLine()
                .put("time", time.toString())
                .put("monotonic_ns", event.timestamp())
                .put("layer", lower(EventFilter.layer(event)))
                .put("event", EventRow.name(event))
                .put("cpu", event.cpu());
        EventFilter.connection(event).ifPresent(connection -> {
            line.put("cookie", Long.toUnsignedString(connection.cookie()))
                    .put("direction", lower(connection.direction()));
            process(line, connection.process());
            line.put("local", endpoint(connection.local()))
                    .put("remote", endpoint(connection.remote()))
                    .put("netns", connection.networkNamespace())
                    .put("cgroup", connection.cgroup());
        });
        return switch (event) {
            case ConnectionEvent connection -> connection(line, connection);
            case DatagramEvent datagram -> datagram(line, datagram);
            case PacketDropped packet ->
                line.put("cookie", Long.toUnsignedString(packet.cookie()))
                        .put("source", endpoint(packet.source()))
                        .put("destination", endpoint(packet.destination()))
                        .put("netns", packet.networkNamespace())
                        .put("interface", packet.networkInterface())
                        .put("ip_protocol", packet.protocol())
                        .put("tcp_flags", packet.tcpFlags())
                        .put("reason", packet.reason())
                        .put("class", lower(packet.dropClass()))
                        .put("bytes", packet.bytes());
            case DnsTransaction dns -> dns(line, dns);
            case HttpExchanged http -> http(line, http);
            case HttpUnpaired unpaired -> {
                line.put("plaintext_of", lower(unpaired.source()));
                yield unpaired.status() < 0 ? line.putNull("status") : line.put("status", unpaired.status());
            }
            case TlsHandshake tls -> tls(line, tls);
            case ProcessEvent process -> process(line, process);
            case GapEvent gap ->
                line.put("kind", gap.kind().name())
                        .put("cause", lower(gap.cause()))
                        .put("lost", gap.lost())
                        .put("first_monotonic_ns", gap.first())
                        .put("last_monotonic_ns", gap.last());
        };
    }

    private static JsonLine datagram(JsonLine line, DatagramEvent event) {
        return switch (event) {
            case DatagramFlow flow ->
                line.put("first_monotonic_ns", flow.first())
                        .put("last_monotonic_ns", flow.last())
                        .put("bytes_sent", flow.bytesSent())
                        .put("bytes_received", flow.bytesReceived())
                        .put("datagrams_sent", flow.datagramsSent())
                        .put("datagrams_received", flow.datagramsReceived())
                        .put("failures", flow.failures());
            case DatagramFailed failed -> line.put("error", new Errno(failed.error()).name());
            case DatagramDropped dropped ->
                line.put("error", new Errno(dropped.error()).name()).put("bytes", dropped.bytes());
            case IcmpSent icmp ->
                line.put("icmp_type", icmp.type()).put("icmp_code", icmp.code()).put("ip_protocol", icmp.protocol());
        };
    }

    private static JsonLine dns(JsonLine line, DnsTransaction dns) {
        line.put("transport", lower(dns.transport()))
                .put("id", dns.id())
                .put("name", dns.name())
                .put("type", DnsMessage.typeName(dns.type()))
                .put("outcome", lower(dns.outcome()));
        if (dns.responseCode() < 0) {
            line.putNull("rcode");
        } else {
            line.put("rcode", DnsMessage.responseCodeName(dns.responseCode()));
        }
        line.putStrings("cnames", dns.canonicalNames())
                .putStrings(
                        "addresses",
                        dns.addresses().stream()
                                .map(InetAddress::getHostAddress)
                                .toList());
        if (dns.timeToLive() < 0) {
            line.putNull("ttl");
        } else {
            line.put("ttl", dns.timeToLive());
        }
        line.putTruth("truncated", JsonLine.Truth.of(dns.truncation() == DnsMessage.Truncation.TRUNCATED))
                .putTruth("whole", JsonLine.Truth.of(dns.completeness() == Completeness.WHOLE));
        seconds(line, "latency_s", dns.latency()).put("queries", dns.queries());
        error(line, dns.error());
        return line;
    }

    private static JsonLine http(JsonLine line, HttpExchanged event) {
        HttpExchange http = event.exchange();
        line.put("plaintext_of", lower(event.source()))
                .put("protocol", http.protocol().toString());
        text(line, "method", http.method());
        text(line, "path", http.path());
        text(line, "host", http.host());
        if (http.status() <= 0) {
            line.putNull("status");
        } else {
            line.put("status", http.status());
        }
        seconds(line, "latency_s", Duration.ofNanos(http.latency()));
        seconds(line, "duration_s", Duration.ofNanos(http.duration()));
        line.put("request_bytes", http.requestBytes()).put("response_bytes", http.responseBytes());
        http.trace()
                .ifPresentOrElse(
                        trace -> line.put(
                                "trace",
                                new JsonLine()
                                        .put("format", lower(trace.format()))
                                        .put("trace_id", trace.traceId())
                                        .put("span_id", trace.spanId())
                                        .put("sampling", lower(trace.sampling()))),
                        () -> line.putNull("trace"));
        if (http.grpcStatus() < 0) {
            line.putNull("grpc_status");
        } else {
            line.put("grpc_status", http.grpcStatus());
        }
        return line.putTruth("whole", JsonLine.Truth.of(http.completeness() == Completeness.WHOLE));
    }

    private static JsonLine tls(JsonLine line, TlsHandshake tls) {
        text(line, "server_name", tls.serverName());
        if (tls.version() == 0) {
            line.putNull("version");
        } else {
            line.put("version", TlsHello.versionName(tls.version()));
        }
        line.putStrings(
                "alpn_offered",
                tls.client().map(TlsHello.Client::applicationProtocols).orElse(List.of()));
        text(
                line,
                "alpn",
                tls.server().map(TlsHello.Server::applicationProtocol).orElse(""));
        tls.alert().ifPresentOrElse(alert -> line.put("alert", alert), () -> line.putNull("alert"));
        return seconds(line, "latency_s", Duration.ofNanos(tls.latency()));
    }

    private static JsonLine process(JsonLine line, ProcessEvent event) {
        process(line, event.process());
        line.put("parent_pid", event.parent().pid())
                .put("netns", event.networkNamespace())
                .put("cgroup", event.cgroup());
        return switch (event) {
            case ProcessForked _ -> line;
            case ProcessStarted started ->
                line.put("executable", started.executable())
                        .putStrings("arguments", started.arguments())
                        .putTruth("whole", JsonLine.Truth.of(started.completeness() == Completeness.WHOLE));
            case ProcessExited exited ->
                exited.signal() == 0
                        ? line.put("exit_code", exited.exitCode()).putNull("signal")
                        : line.putNull("exit_code").put("signal", exited.signal());
        };
    }

    /** What is empty was not said. */
    private static void text(JsonLine line, String name, String text) {
        if (text.isEmpty()) {
            line.putNull(name);
        } else {
            line.put(name, text);
        }
    }

    private static JsonLine connection(JsonLine line, ConnectionEvent event) {
        return switch (event) {
            case ConnectStarted _ -> line;
            case Connected connected ->
                seconds(line, "latency_s", connected.latency())
                        .put("rtt_s", seconds(connected.roundTrip()))
                        .put("syn_retransmits", connected.synRetransmits());
            case ConnectFailed failed -> {
                line.put("reason", lower(failed.reason()));
                error(line, failed.error());
                yield seconds(line, "duration_s", failed.duration())
                        .put("syn_retransmits", failed.synRetransmits())
                        .put("unsent_retransmits", failed.unsentRetransmits());
            }
            case Accepted accepted -> seconds(line, "queued_s", accepted.queued());
            case Closed closed -> {
                line.put("reason", lower(closed.reason()));
                error(line, closed.error());
                seconds(line, "duration_s", closed.duration()).put("state", lower(closed.before()));
                yield traffic(line, closed.traffic());
            }
            case Retransmitted resent -> {
                line.put("segment", lower(resent.segment())).put("segments", Integer.toUnsignedLong(resent.segments()));
                error(line, resent.error());
                yield line.put("congestion", lower(resent.congestion())).put("state", lower(resent.state()));
            }
            case ConnectionReset reset -> {
                line.put("side", lower(reset.side()));
                if (reset.reason().isEmpty()) {
                    line.putNull("reason");
                } else {
                    line.put("reason", reset.reason());
                }
                yield line.put("state", lower(reset.state()));
            }
            case CongestionChanged changed ->
                line.put("before", lower(changed.before()))
                        .put("after", lower(changed.after()))
                        .put("window", changed.window())
                        .put("threshold", changed.threshold());
            case SocketSample sample -> {
                line.put("state", lower(sample.state()));
                seconds(line, "age_s", sample.age())
                        .put("congestion_window", sample.congestionWindow())
                        .put("peer_window", sample.peerWindow())
                        .put("unacknowledged", sample.unacknowledged())
                        .put("unread", sample.unread());
                yield traffic(line, sample.traffic());
            }
            case ListenerSample sample ->
                line.put("backlog", sample.backlog())
                        .put("backlog_max", sample.maximum())
                        .put("drops", sample.drops());
        };
    }

    private static void process(JsonLine line, ProcessRef process) {
        if (!process.isKnown()) {
            line.putNull("process");
            return;
        }
        JsonLine details = new JsonLine()
                .put("pid", process.pid())
                .put("uid", Integer.toUnsignedLong(process.uid()))
                .put("comm", process.comm())
                .put("started_ns", process.started());
        process.executable().ifPresentOrElse(path -> details.put("exe", path.toString()), () -> details.putNull("exe"));
        line.put("process", details);
    }

    private static JsonLine endpoint(Endpoint endpoint) {
        return new JsonLine().put("address", endpoint.host()).put("port", endpoint.port());
    }

    private static JsonLine traffic(JsonLine line, Traffic traffic) {
        return line.put("bytes_sent", traffic.bytesSent())
                .put("bytes_received", traffic.bytesReceived())
                .put("bytes_retransmitted", traffic.bytesRetransmitted())
                .put("segments_sent", Integer.toUnsignedLong(traffic.segmentsSent()))
                .put("segments_received", Integer.toUnsignedLong(traffic.segmentsReceived()))
                .put("retransmits", Integer.toUnsignedLong(traffic.retransmits()))
                .put("syn_retransmits", traffic.synRetransmits())
                .put("unsent_retransmits", traffic.unsentRetransmits())
                .put("lost", Integer.toUnsignedLong(traffic.lost()))
                .put("rtt_s", seconds(traffic.roundTrip()))
                .put("rtt_min_s", seconds(traffic.roundTripMinimum()))
                .put("rtt_samples", traffic.roundTrips().samples())
                .put("rtt_mean_s", seconds(traffic.roundTrips().mean()))
                .put("rtt_max_s", seconds(traffic.roundTrips().most()))
                .put("zero_window_s", seconds(traffic.zeroWindow()))
                .put("zero_windows", traffic.zeroWindows());
    }

    private static void error(JsonLine line, int error) {
        if (error == 0) {
            line.putNull("error");
        } else {
            line.put("error", new Errno(error).name());
        }
    }

    /** Zero is "not known": no duration is zero nanoseconds. */
    private static JsonLine seconds(JsonLine line, String name, Duration duration) {
        return duration.isZero() ? line.putNull(name) : line.put(name, seconds(duration));
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
