package io.ebpf4j.observability.export;

import io.ebpf4j.observability.event.Accepted;
import io.ebpf4j.observability.event.CloseReason;
import io.ebpf4j.observability.event.Closed;
import io.ebpf4j.observability.event.ConnectFailed;
import io.ebpf4j.observability.event.ConnectStarted;
import io.ebpf4j.observability.event.Connected;
import io.ebpf4j.observability.event.Connection;
import io.ebpf4j.observability.event.ConnectionEvent;
import io.ebpf4j.observability.event.ConnectionReset;
import io.ebpf4j.observability.event.ConnectivityEvent;
import io.ebpf4j.observability.event.DatagramDropped;
import io.ebpf4j.observability.event.DatagramEvent;
import io.ebpf4j.observability.event.Direction;
import io.ebpf4j.observability.event.DnsTransaction;
import io.ebpf4j.observability.event.DnsTransport;
import io.ebpf4j.observability.event.Endpoint;
import io.ebpf4j.observability.event.EventFilter;
import io.ebpf4j.observability.event.HttpEvent;
import io.ebpf4j.observability.event.IcmpSent;
import io.ebpf4j.observability.event.PacketDropped;
import io.ebpf4j.observability.event.Retransmitted;
import io.ebpf4j.observability.identity.IdentifiedEvent;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * An event as Hubble sees a flow: its ends, what carries it, its flags, its verdict. Shared by the flow log and the
 * filters, so that a filter finds what the log says.
 *
 * @param source the client's end, or the sender of a dropped packet
 * @param destination the server's end, or the receiver
 * @param transport what IP carries
 * @param flags the flags of TCP that the step stands for; of an answer, the ends are the request's all the same
 * @param type what kind of flow
 * @param verdict what became of it
 */
record FlowShape(
        Endpoint source, Endpoint destination, Transport transport, Set<TcpFlag> flags, Type type, Verdict verdict) {
    // include/uapi/linux/in.h, in6.h
    private static final int IPPROTO_ICMP = 1;
    private static final int IPPROTO_TCP = 6;
    private static final int IPPROTO_UDP = 17;
    private static final int IPPROTO_ICMPV6 = 58;

    /** What IP carries. */
    enum Transport {
        TCP,
        UDP,
        ICMP_V4,
        ICMP_V6,
        OTHER
    }

    /** Flags of TCP, with their bits in the header's fourteenth byte (RFC 9293, section 3.1). */
    enum TcpFlag {
        FIN,
        SYN,
        RST,
        PSH,
        ACK,
        URG,
        ECE,
        CWR;

        static Set<TcpFlag> of(int bits) {
            Set<TcpFlag> flags = EnumSet.noneOf(TcpFlag.class);
            for (TcpFlag flag : values()) {
                if ((bits & 1 << flag.ordinal()) != 0) {
                    flags.add(flag);
                }
            }
            return flags;
        }
    }

    /** The kinds of flow, after the events of Cilium's monitor. */
    enum Type {
        /** What was said. */
        L7,
        /** A packet that went on, or the step of a connection that stands for some. */
        TRACE,
        /** A packet that did not. */
        DROP
    }

    /** Hubble's verdicts, as far as they come up. */
    enum Verdict {
        FORWARDED,
        DROPPED,
        ERROR
    }

    /** Empty for what is no flow: processes and gaps. */
    static Optional<FlowShape> of(IdentifiedEvent identified) {
        ConnectivityEvent event = identified.event();
        if (event instanceof PacketDropped packet) {
            return Optional.of(new FlowShape(
                    packet.source(),
                    packet.destination(),
                    transport(packet.protocol()),
                    TcpFlag.of(packet.tcpFlags()),
                    Type.DROP,
                    Verdict.DROPPED));
        }
        return EventFilter.connection(event).map(connection -> of(event, connection, identified.reporter()));
    }

    private static FlowShape of(ConnectivityEvent event, Connection connection, Direction reporter) {
        boolean turned = reporter == Direction.SERVER;
        Verdict verdict = verdict(event);
        Type type = event instanceof HttpEvent || event instanceof DnsTransaction
                ? Type.L7
                : verdict == Verdict.DROPPED ? Type.DROP : Type.TRACE;
        return new FlowShape(
                turned ? connection.remote() : connection.local(),
                turned ? connection.local() : connection.remote(),
                transport(event, connection),
                flags(event),
                type,
                verdict);
    }

    private static Transport transport(ConnectivityEvent event, Connection connection) {
        return switch (event) {
            case IcmpSent _ -> connection.remote().isIpv4() ? Transport.ICMP_V4 : Transport.ICMP_V6;
            case DatagramEvent _ -> Transport.UDP;
            case DnsTransaction dns -> dns.transport() == DnsTransport.UDP ? Transport.UDP : Transport.TCP;
            default -> Transport.TCP;
        };
    }

    private static Transport transport(int protocol) {
        return switch (protocol) {
            case IPPROTO_TCP -> Transport.TCP;
            case IPPROTO_UDP -> Transport.UDP;
            case IPPROTO_ICMP -> Transport.ICMP_V4;
            case IPPROTO_ICMPV6 -> Transport.ICMP_V6;
            default -> Transport.OTHER;
        };
    }

    private static Verdict verdict(ConnectivityEvent event) {
        return switch (event) {
            case DatagramDropped _ -> Verdict.DROPPED;
            case ConnectFailed failed ->
                switch (failed.reason()) {
                    case DENIED -> Verdict.DROPPED;
                    case NO_ROUTE, NO_LOCAL_ADDRESS, NEIGHBOUR_UNRESOLVED -> Verdict.ERROR;
                    case REFUSED, RESET, TIMED_OUT, HOST_UNREACHABLE, NETWORK_UNREACHABLE, CANCELLED, OTHER ->
                        Verdict.FORWARDED;
                };
            case Retransmitted retransmitted -> retransmitted.isSent() ? Verdict.FORWARDED : Verdict.ERROR;
            default -> Verdict.FORWARDED;
        };
    }

    private static Set<TcpFlag> flags(ConnectivityEvent event) {
        return event instanceof ConnectionEvent connection
                ? switch (connection) {
                    case ConnectStarted _ -> EnumSet.of(TcpFlag.SYN);
                    case Connected _, Accepted _ -> EnumSet.of(TcpFlag.SYN, TcpFlag.ACK);
                    case ConnectionReset _ -> EnumSet.of(TcpFlag.RST);
                    case Closed closed ->
                        EnumSet.of(closed.reason() == CloseReason.FINISHED ? TcpFlag.FIN : TcpFlag.RST);
                    case ConnectFailed failed ->
                        switch (failed.reason()) {
                            case REFUSED, RESET -> EnumSet.of(TcpFlag.RST);
                            default -> EnumSet.of(TcpFlag.SYN);
                        };
                    case Retransmitted again ->
                        switch (again.segment()) {
                            case SYN -> EnumSet.of(TcpFlag.SYN);
                            case SYN_ACK -> EnumSet.of(TcpFlag.SYN, TcpFlag.ACK);
                            case DATA -> EnumSet.of(TcpFlag.ACK);
                        };
                    default -> EnumSet.noneOf(TcpFlag.class);
                }
                : EnumSet.noneOf(TcpFlag.class);
    }
}
