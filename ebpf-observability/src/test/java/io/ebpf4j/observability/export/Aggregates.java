package io.ebpf4j.observability.export;

import io.ebpf4j.observability.aggregate.Exemplar;
import io.ebpf4j.observability.aggregate.FlowKey;
import io.ebpf4j.observability.aggregate.Histogram;
import io.ebpf4j.observability.aggregate.Snapshot;
import io.ebpf4j.observability.event.Direction;
import io.ebpf4j.observability.event.DnsOutcome;
import io.ebpf4j.observability.event.DropClass;
import io.ebpf4j.observability.event.FailureReason;
import io.ebpf4j.observability.identity.ReservedIdentity;
import java.util.List;
import java.util.Map;

/** A snapshot with something of everything. */
public final class Aggregates {
    public static final FlowKey CLIENT =
            new FlowKey(Flows.RESUMES.withoutPod(), Flows.CORE_API.withoutPod(), "", "", Direction.CLIENT);
    public static final FlowKey SERVER =
            new FlowKey(Flows.RESUMES.withoutPod(), Flows.CORE_API.withoutPod(), "", "", Direction.SERVER);
    public static final FlowKey OUTSIDE =
            new FlowKey(Flows.RESUMES.withoutPod(), Flows.EXTERNAL, "", "", Direction.CLIENT);
    public static final FlowKey DROPPED =
            new FlowKey(Flows.RESUMES.withoutPod(), ReservedIdentity.WORLD, "", "", Direction.UNKNOWN);

    /** A second after the beginning. */
    public static final Exemplar TRACED = new Exemplar(0.03, Flows.TRACE, Flows.SPAN, 1_000_000_000);

    private Aggregates() {}

    /** Values 0.03 (traced), 0.2 and 20 seconds; base 2 to the 1/2, so indices -11, -5 and 8 (log2 of the value times two, rounded up, less one). */
    public static Histogram latencies() {
        return new Histogram(
                List.of(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
                List.of(0L, 0L, 0L, 1L, 0L, 1L, 0L, 0L, 0L, 0L, 0L, 1L),
                3,
                20.23,
                new Histogram.Exponential(
                        1,
                        0,
                        -11,
                        List.of(1L, 0L, 0L, 0L, 0L, 0L, 1L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 1L)),
                List.of(TRACED));
    }

    public static Snapshot snapshot() {
        return new Snapshot(
                0,
                5_000_000_000L,
                2,
                List.of(
                        new Snapshot.Http(CLIENT, "GET", "HTTP/1.1", 200, "", 7, 700, 7000, List.of(TRACED)),
                        new Snapshot.Http(CLIENT, "GET", "HTTP/1.1", 500, "", 2, 200, 100, List.of()),
                        new Snapshot.Http(CLIENT, "GET", "HTTP/1.1", 0, "", 1, 100, 0, List.of()),
                        new Snapshot.Http(SERVER, "GET", "HTTP/1.1", 200, "", 7, 700, 7000, List.of(TRACED))),
                List.of(new Snapshot.Latency(CLIENT, "GET", latencies())),
                List.of(tcp(CLIENT), tcp(OUTSIDE)),
                List.of(
                        new Snapshot.Dns(
                                CLIENT, "api.example.com", "A", DnsOutcome.ANSWERED, 0, 2, List.of("A", "CNAME"), 4, 5),
                        new Snapshot.Dns(
                                CLIENT, "nobody.example.com", "AAAA", DnsOutcome.ANSWERED, 3, 0, List.of(), 1, 1),
                        new Snapshot.Dns(
                                CLIENT, "lost.example.com", "A", DnsOutcome.UNANSWERED, -1, 0, List.of(), 1, 3)),
                List.of(new Snapshot.Latency(CLIENT, "A", latencies())),
                List.of(
                        new Snapshot.Drop(DROPPED, "NETFILTER_DROP", DropClass.LOSS, "TCP", 3, 180),
                        new Snapshot.Drop(DROPPED, "NO_SOCKET", DropClass.LOSS, "TCP", 2, 120),
                        new Snapshot.Drop(DROPPED, "TCP_OLD_DATA", DropClass.BENIGN, "TCP", 9, 900)),
                List.of(
                        new Snapshot.Flow(CLIENT, "L7", "HTTP", "FORWARDED", "HTTP", 9),
                        new Snapshot.Flow(OUTSIDE, "Trace", "to-stack", "FORWARDED", "TCP", 4),
                        new Snapshot.Flow(DROPPED, "Drop", "", "DROPPED", "TCP", 5)),
                List.of(
                        new Snapshot.TcpFlag(CLIENT, "SYN", "IPv4", 3),
                        new Snapshot.TcpFlag(CLIENT, "SYN-ACK", "IPv4", 3)),
                List.of(new Snapshot.Port(CLIENT, "TCP", 8080, 3)),
                List.of(new Snapshot.Icmp(DROPPED, "IPv4", "DestinationUnreachable(Port)", 1)),
                List.of(new Snapshot.FamilyStatus("http", 4, 10_000, 12, 40)));
    }

    private static Snapshot.Tcp tcp(FlowKey flow) {
        return new Snapshot.Tcp(
                flow,
                3,
                2,
                Map.of(FailureReason.REFUSED, 2L),
                10_000,
                20_000,
                30,
                40,
                5,
                1,
                0,
                2,
                1,
                3,
                1,
                500_000_000,
                0,
                1_500_000,
                latencies(),
                latencies(),
                latencies(),
                latencies(),
                List.of(new Exemplar(1, Flows.TRACE, Flows.SPAN, 2_000_000_000)));
    }
}
