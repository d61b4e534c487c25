package io.ebpf4j.observability.export;

import io.ebpf4j.observability.event.CloseReason;
import io.ebpf4j.observability.event.Closed;
import io.ebpf4j.observability.event.ConnectFailed;
import io.ebpf4j.observability.event.ConnectStarted;
import io.ebpf4j.observability.event.Connected;
import io.ebpf4j.observability.event.Connection;
import io.ebpf4j.observability.event.Direction;
import io.ebpf4j.observability.event.DnsOutcome;
import io.ebpf4j.observability.event.DnsRetry;
import io.ebpf4j.observability.event.DnsTransaction;
import io.ebpf4j.observability.event.DnsTransport;
import io.ebpf4j.observability.event.DropClass;
import io.ebpf4j.observability.event.Endpoint;
import io.ebpf4j.observability.event.FailureReason;
import io.ebpf4j.observability.event.GapEvent;
import io.ebpf4j.observability.event.HttpExchanged;
import io.ebpf4j.observability.event.IcmpSent;
import io.ebpf4j.observability.event.Layer;
import io.ebpf4j.observability.event.PacketDropped;
import io.ebpf4j.observability.event.PayloadSource;
import io.ebpf4j.observability.event.ProcessRef;
import io.ebpf4j.observability.event.RecordKind;
import io.ebpf4j.observability.event.RoundTrips;
import io.ebpf4j.observability.event.TcpState;
import io.ebpf4j.observability.event.Traffic;
import io.ebpf4j.observability.identity.Finding;
import io.ebpf4j.observability.identity.IdentifiedEvent;
import io.ebpf4j.observability.identity.Identity;
import io.ebpf4j.observability.identity.NameIdentity;
import io.ebpf4j.observability.identity.Provenance;
import io.ebpf4j.observability.identity.Resolution;
import io.ebpf4j.observability.identity.WorkloadIdentity;
import io.ebpf4j.observability.protocol.Completeness;
import io.ebpf4j.observability.protocol.DnsMessage;
import io.ebpf4j.observability.protocol.HttpExchange;
import io.ebpf4j.observability.protocol.TraceContext;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Flows of a small world: resumes asks core-api over IPv4, and api.example.com over IPv6. */
public final class Flows {
    public static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    public static final String SPAN = "00f067aa0ba902b7";
    public static final WorkloadIdentity RESUMES = new WorkloadIdentity(
            "kind",
            "tenant-jobs",
            "Deployment",
            "resumes",
            "resumes-5d4-x",
            "resumes",
            Map.of("app", "resumes", "tier", "web"));
    public static final WorkloadIdentity CORE_API = new WorkloadIdentity(
            "kind", "backend", "StatefulSet", "core-api", "core-api-0", "core", Map.of("app", "core-api"));
    public static final NameIdentity EXTERNAL = new NameIdentity("api.example.com");

    public static final Endpoint CLIENT = ipv4(10, 0, 0, 1, 40_000);
    public static final Endpoint SERVER = ipv4(10, 0, 1, 2, 8080);
    public static final Endpoint CLIENT6 = new Endpoint(0x2001_0db8_0000_0000L, 1, 40_001);
    public static final Endpoint SERVER6 = new Endpoint(0x2001_0db8_0000_0000L, 2, 443);

    private static final long SECOND = 1_000_000_000L;

    private Flows() {}

    private static Endpoint ipv4(int a, int b, int c, int d, int port) {
        return new Endpoint(0, 0xffff_0000_0000L | (long) a << 24 | b << 16 | c << 8 | d, port);
    }

    public static Resolution known(int number, Identity identity, Provenance provenance) {
        return new Resolution(number, identity, List.of(new Finding(identity, provenance, 1, Long.MAX_VALUE, "test")));
    }

    public static Resolution resumes() {
        return known(256, RESUMES, Provenance.KUBERNETES);
    }

    public static Resolution coreApi() {
        return known(257, CORE_API, Provenance.KUBERNETES);
    }

    public static Resolution external() {
        return known(258, EXTERNAL, Provenance.DNS);
    }

    public static Connection clientEnd() {
        return new Connection(
                77, Direction.CLIENT, CLIENT, SERVER, new ProcessRef(4711, 0, 1, "java"), 4026531840L, 99);
    }

    public static Connection serverEnd() {
        return new Connection(
                78, Direction.SERVER, SERVER, CLIENT, new ProcessRef(4712, 0, 1, "nginx"), 4026531840L, 98);
    }

    public static HttpExchange exchange(int status) {
        return new HttpExchange(
                HttpExchange.Protocol.HTTP_1_1,
                "GET",
                "/v1/jobs",
                "core-api:8080",
                status,
                2 * SECOND,
                status == 0 ? 0 : 2 * SECOND + 30_000_000,
                status == 0 ? 0 : 2 * SECOND + 40_000_000,
                120,
                1000,
                Optional.of(new TraceContext(TraceContext.Format.W3C, TRACE, SPAN, TraceContext.Sampling.SAMPLED)),
                -1,
                Completeness.WHOLE);
    }

    public static IdentifiedEvent http(int status) {
        return new IdentifiedEvent(
                new HttpExchanged(2 * SECOND + 40_000_000, 0, clientEnd(), PayloadSource.SOCKET, exchange(status)),
                Direction.CLIENT,
                resumes(),
                coreApi());
    }

    public static IdentifiedEvent httpAtServer(int status) {
        return new IdentifiedEvent(
                new HttpExchanged(2 * SECOND + 40_000_000, 0, serverEnd(), PayloadSource.SOCKET, exchange(status)),
                Direction.SERVER,
                resumes(),
                coreApi());
    }

    public static DnsTransaction question() {
        try {
            return new DnsTransaction(
                    2 * SECOND,
                    0,
                    new Connection(
                            79,
                            Direction.CLIENT,
                            ipv4(10, 0, 0, 1, 50_000),
                            ipv4(10, 0, 0, 53, 53),
                            ProcessRef.UNKNOWN,
                            1,
                            0),
                    DnsTransport.UDP,
                    7,
                    "api.example.com",
                    1,
                    DnsOutcome.ANSWERED,
                    0,
                    List.of(),
                    List.of(InetAddress.getByAddress(new byte[] {(byte) 192, 0, 2, 1})),
                    60,
                    DnsMessage.Truncation.NONE,
                    Completeness.WHOLE,
                    2 * SECOND - 5_000_000,
                    1,
                    DnsRetry.NONE,
                    0);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    public static IdentifiedEvent dns() {
        return new IdentifiedEvent(question(), Direction.CLIENT, resumes(), coreApi());
    }

    public static IdentifiedEvent started() {
        return new IdentifiedEvent(new ConnectStarted(SECOND, 0, clientEnd()), Direction.CLIENT, resumes(), coreApi());
    }

    public static IdentifiedEvent connected() {
        return new IdentifiedEvent(
                new Connected(SECOND, 0, clientEnd(), Duration.ofMillis(3), 1, Duration.ofMillis(2)),
                Direction.CLIENT,
                resumes(),
                coreApi());
    }

    public static IdentifiedEvent refused() {
        return new IdentifiedEvent(
                new ConnectFailed(
                        SECOND,
                        0,
                        new Connection(80, Direction.CLIENT, CLIENT6, SERVER6, ProcessRef.UNKNOWN, 1, 0),
                        FailureReason.REFUSED,
                        111,
                        Duration.ofMillis(1),
                        0,
                        0),
                Direction.CLIENT,
                resumes(),
                external());
    }

    public static IdentifiedEvent closed() {
        RoundTrips trips = new RoundTrips(
                1,
                Duration.ofMillis(1),
                Duration.ofMillis(1),
                Duration.ofMillis(1),
                Duration.ZERO,
                Duration.ofMillis(1));
        return new IdentifiedEvent(
                new Closed(
                        3 * SECOND,
                        0,
                        serverEnd(),
                        CloseReason.FINISHED,
                        0,
                        TcpState.LAST_ACK,
                        Duration.ofSeconds(2),
                        new Traffic(
                                1000,
                                120,
                                0,
                                5,
                                6,
                                2,
                                1,
                                0,
                                0,
                                0,
                                5,
                                0,
                                Duration.ofMillis(1),
                                Duration.ZERO,
                                Duration.ofMillis(1),
                                trips,
                                Duration.ZERO,
                                0)),
                Direction.SERVER,
                resumes(),
                coreApi());
    }

    public static IdentifiedEvent dropped() {
        return new IdentifiedEvent(
                new PacketDropped(SECOND, 0, 0, CLIENT, SERVER, 6, 0x02, "NETFILTER_DROP", DropClass.LOSS, 0, 60, 1, 3),
                Direction.UNKNOWN,
                resumes(),
                coreApi());
    }

    public static IdentifiedEvent icmp() {
        return new IdentifiedEvent(
                new IcmpSent(
                        SECOND,
                        0,
                        new Connection(0, Direction.UNKNOWN, SERVER, CLIENT, ProcessRef.UNKNOWN, 1, 0),
                        3,
                        3,
                        17),
                Direction.UNKNOWN,
                coreApi(),
                resumes());
    }

    public static IdentifiedEvent gap() {
        return new IdentifiedEvent(
                new GapEvent(
                        3 * SECOND,
                        -1,
                        new RecordKind(Layer.TCP, "connected"),
                        GapEvent.Cause.RING_FULL,
                        5,
                        2 * SECOND,
                        3 * SECOND),
                Direction.UNKNOWN,
                Resolution.UNKNOWN,
                Resolution.UNKNOWN);
    }
}
