package io.ebpf4j.samples;

import io.ebpf4j.kernel.Errno;
import io.ebpf4j.observability.event.Accepted;
import io.ebpf4j.observability.event.Closed;
import io.ebpf4j.observability.event.CongestionChanged;
import io.ebpf4j.observability.event.ConnectFailed;
import io.ebpf4j.observability.event.ConnectStarted;
import io.ebpf4j.observability.event.Connected;
import io.ebpf4j.observability.event.Connection;
import io.ebpf4j.observability.event.ConnectionEvent;
import io.ebpf4j.observability.event.ConnectionReset;
import io.ebpf4j.observability.event.ConnectivityEvent;
import io.ebpf4j.observability.event.DatagramDropped;
import io.ebpf4j.observability.event.DatagramFailed;
import io.ebpf4j.observability.event.DatagramFlow;
import io.ebpf4j.observability.event.DnsOutcome;
import io.ebpf4j.observability.event.DnsTransaction;
import io.ebpf4j.observability.event.EventFilter;
import io.ebpf4j.observability.event.GapEvent;
import io.ebpf4j.observability.event.HttpExchanged;
import io.ebpf4j.observability.event.HttpUnpaired;
import io.ebpf4j.observability.event.IcmpSent;
import io.ebpf4j.observability.event.ListenerSample;
import io.ebpf4j.observability.event.PacketDropped;
import io.ebpf4j.observability.event.ProcessExited;
import io.ebpf4j.observability.event.ProcessForked;
import io.ebpf4j.observability.event.ProcessRef;
import io.ebpf4j.observability.event.ProcessStarted;
import io.ebpf4j.observability.event.Retransmitted;
import io.ebpf4j.observability.event.SocketSample;
import io.ebpf4j.observability.event.TlsHandshake;
import io.ebpf4j.observability.protocol.DnsMessage;
import io.ebpf4j.observability.protocol.HttpExchange;
import io.ebpf4j.observability.protocol.TlsHello;
import java.time.Duration;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;

/** An event as a row of the live table. */
final class EventRow {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT);
    private static final int[] WIDTHS = {12, 20, 9, 21, 21, 10};
    private static final String GAP = "  ";

    private EventRow() {}

    static String header() {
        return columns("TIME", "PROCESS", "DIRECTION", "LOCAL", "REMOTE", "EVENT", "DETAIL");
    }

    static String of(ConnectivityEvent event, LocalTime time) {
        Optional<Connection> connection = EventFilter.connection(event);
        return columns(
                TIME.format(time),
                Output.printable(
                        EventFilter.process(event).map(ProcessRef::toString).orElse("-")),
                connection
                        .map(known -> known.direction().name().toLowerCase(Locale.ROOT))
                        .orElse("-"),
                event instanceof PacketDropped packet
                        ? packet.source().toString()
                        : connection.map(known -> known.local().toString()).orElse("-"),
                event instanceof PacketDropped packet
                        ? packet.destination().toString()
                        : connection.map(known -> known.remote().toString()).orElse("-"),
                name(event),
                Output.printable(detail(event)));
    }

    static String name(ConnectivityEvent event) {
        return switch (event) {
            case ConnectionEvent connection -> name(connection);
            case DatagramFlow _ -> "flow";
            case DatagramFailed _ -> "failed";
            case DatagramDropped _ -> "no room";
            case IcmpSent _ -> "icmp";
            case PacketDropped _ -> "dropped";
            case DnsTransaction _ -> "dns";
            case HttpExchanged _ -> "http";
            case HttpUnpaired _ -> "unpaired";
            case TlsHandshake _ -> "tls";
            case ProcessStarted _ -> "exec";
            case ProcessForked _ -> "fork";
            case ProcessExited _ -> "exit";
            case GapEvent _ -> "lost";
        };
    }

    private static String detail(ConnectivityEvent event) {
        return switch (event) {
            case ConnectionEvent connection -> detail(connection);
            case DatagramFlow flow ->
                flow.datagramsSent() + " datagrams of " + flow.bytesSent() + " B out, " + flow.datagramsReceived()
                        + " of " + flow.bytesReceived() + " B in"
                        + (flow.failures() == 0 ? "" : ", " + flow.failures() + " calls failed");
            case DatagramFailed failed -> new Errno(failed.error()).name();
            case DatagramDropped dropped -> new Errno(dropped.error()).name() + ", " + dropped.bytes() + " B";
            case IcmpSent icmp -> "type " + icmp.type() + ", code " + icmp.code();
            case PacketDropped packet -> packet.reason() + ", " + packet.bytes() + " B";
            case DnsTransaction dns -> dns(dns);
            case HttpExchanged http -> http(http.exchange());
            case HttpUnpaired unpaired -> status(unpaired.status()) + " to a request that was not seen";
            case TlsHandshake tls -> tls(tls);
            case ProcessStarted started -> String.join(" ", started.arguments());
            case ProcessForked forked -> "of " + forked.parent().pid();
            case ProcessExited exited ->
                exited.signal() == 0 ? "with " + exited.exitCode() : "by signal " + exited.signal();
            case GapEvent gap ->
                gap.lost() + " " + gap.kind() + ", " + words(gap.cause()) + ", within "
                        + duration(Duration.ofNanos(gap.last() - gap.first()));
        };
    }

    private static String dns(DnsTransaction dns) {
        StringBuilder text = new StringBuilder()
                .append(DnsMessage.typeName(dns.type()))
                .append(' ')
                .append(dns.name().isEmpty() ? "." : dns.name());
        if (dns.outcome() == DnsOutcome.ANSWERED || dns.outcome() == DnsOutcome.UNASKED) {
            text.append(' ').append(DnsMessage.responseCodeName(dns.responseCode()));
            dns.canonicalNames().forEach(name -> text.append(" -> ").append(name));
            dns.addresses().forEach(address -> text.append(' ').append(address.getHostAddress()));
        } else {
            text.append(' ').append(words(dns.outcome()));
        }
        return text.append(" in ").append(duration(dns.latency())).toString();
    }

    private static String http(HttpExchange http) {
        return (http.method().isEmpty() ? "?" : http.method()) + " "
                + (http.path().isEmpty() ? "?" : http.path())
                + (http.host().isEmpty() ? "" : " of " + http.host())
                + (http.status() == 0
                        ? " without an answer"
                        : " " + status(http.status()) + " in " + duration(Duration.ofNanos(http.latency())))
                + (http.grpcStatus() < 0 ? "" : ", grpc " + http.grpcStatus());
    }

    private static String status(int status) {
        return status < 0 ? "?" : Integer.toString(status);
    }

    private static String tls(TlsHandshake tls) {
        return (tls.version() == 0 ? "TLS" : TlsHello.versionName(tls.version()))
                + (tls.serverName().isEmpty() ? "" : " " + tls.serverName())
                + (tls.alert().isPresent() ? ", alert " + tls.alert().getAsInt() : "")
                + (tls.latency() == 0 ? "" : " in " + duration(Duration.ofNanos(tls.latency())));
    }

    static String name(ConnectionEvent event) {
        return switch (event) {
            case ConnectStarted _ -> "connecting";
            case Connected _ -> "connected";
            case ConnectFailed _ -> "failed";
            case Accepted _ -> "accepted";
            case Closed _ -> "closed";
            case Retransmitted _ -> "resent";
            case ConnectionReset _ -> "reset";
            case CongestionChanged _ -> "congestion";
            case SocketSample _ -> "open";
            case ListenerSample _ -> "listening";
        };
    }

    private static String detail(ConnectionEvent event) {
        return switch (event) {
            case ConnectStarted _ -> "";
            case Connected connected ->
                "in " + duration(connected.latency()) + ", rtt " + duration(connected.roundTrip())
                        + again(connected.synRetransmits(), "SYN");
            case ConnectFailed failed ->
                words(failed.reason()) + (failed.error() == 0 ? "" : " (" + new Errno(failed.error()).name() + ")")
                        + " after " + duration(failed.duration()) + again(failed.synRetransmits(), "SYN")
                        + (failed.unsentRetransmits() == 0
                                ? ""
                                : ", " + failed.unsentRetransmits() + " more never left this host");
            case Accepted accepted ->
                accepted.queued().isZero() ? "" : "after " + duration(accepted.queued()) + " in the queue";
            case Closed closed ->
                words(closed.reason()) + (closed.duration().isZero() ? "" : " after " + duration(closed.duration()))
                        + ", " + closed.traffic().bytesSent() + " B out, "
                        + closed.traffic().bytesReceived() + " B in"
                        + (closed.traffic().roundTrip().isZero()
                                ? ""
                                : ", rtt " + duration(closed.traffic().roundTrip()))
                        + again(closed.traffic().retransmits(), "segment");
            case Retransmitted resent ->
                words(resent.segment())
                        + (resent.segments() == 1 ? "" : ", " + resent.segments() + " segments")
                        + (resent.isSent() ? "" : ", not sent: " + new Errno(resent.error()).name());
            case ConnectionReset reset ->
                "by " + words(reset.side()) + (reset.reason().isEmpty() ? "" : ": " + reset.reason());
            case CongestionChanged changed ->
                words(changed.before()) + " to " + words(changed.after()) + ", window " + changed.window();
            case SocketSample sample ->
                words(sample.state()) + (sample.age().isZero() ? "" : " for " + duration(sample.age())) + ", "
                        + sample.traffic().bytesSent() + " B out, "
                        + sample.traffic().bytesReceived() + " B in"
                        + (sample.traffic().roundTrip().isZero()
                                ? ""
                                : ", rtt " + duration(sample.traffic().roundTrip()));
            case ListenerSample sample ->
                sample.backlog() + " of " + sample.maximum() + " waiting, " + sample.drops() + " turned away";
        };
    }

    private static String again(int count, String what) {
        return count == 0 ? "" : ", " + count + " " + what + (count == 1 ? "" : "s") + " sent again";
    }

    private static String words(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    /** Three digits that matter, in the unit in which they are read best. */
    static String duration(Duration duration) {
        double nanos = duration.toNanos();
        if (nanos < 1e6) {
            return String.format(Locale.ROOT, "%.0f µs", nanos / 1e3);
        }
        if (nanos < 1e9) {
            return String.format(
                    Locale.ROOT, nanos < 1e7 ? "%.2f ms" : nanos < 1e8 ? "%.1f ms" : "%.0f ms", nanos / 1e6);
        }
        return String.format(Locale.ROOT, "%.2f s", nanos / 1e9);
    }

    private static String columns(String... texts) {
        StringBuilder row = new StringBuilder();
        for (int i = 0; i < texts.length; i++) {
            row.append(i < WIDTHS.length ? Output.padded(texts[i], WIDTHS[i]) + GAP : texts[i]);
        }
        return row.toString().stripTrailing();
    }
}
