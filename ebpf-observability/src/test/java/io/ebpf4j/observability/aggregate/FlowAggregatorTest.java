package io.ebpf4j.observability.aggregate;

import static io.ebpf4j.observability.aggregate.SyntheticEvents.SPAN;
import static io.ebpf4j.observability.aggregate.SyntheticEvents.TRACE;
import static io.ebpf4j.observability.aggregate.SyntheticEvents.connection;
import static io.ebpf4j.observability.aggregate.SyntheticEvents.http;
import static io.ebpf4j.observability.aggregate.SyntheticEvents.service;
import static io.ebpf4j.observability.aggregate.SyntheticEvents.trace;
import static io.ebpf4j.observability.aggregate.SyntheticEvents.traffic;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.ebpf4j.observability.event.ConnectStarted;
import io.ebpf4j.observability.event.Connection;
import io.ebpf4j.observability.event.ConnectionReset;
import io.ebpf4j.observability.event.ConnectivityEvent;
import io.ebpf4j.observability.event.DatagramFailed;
import io.ebpf4j.observability.event.Direction;
import io.ebpf4j.observability.event.DropClass;
import io.ebpf4j.observability.event.GapEvent;
import io.ebpf4j.observability.event.HttpUnpaired;
import io.ebpf4j.observability.event.IcmpSent;
import io.ebpf4j.observability.event.Layer;
import io.ebpf4j.observability.event.ListenerSample;
import io.ebpf4j.observability.event.PacketDropped;
import io.ebpf4j.observability.event.PayloadSource;
import io.ebpf4j.observability.event.RecordKind;
import io.ebpf4j.observability.event.Retransmitted.Segment;
import io.ebpf4j.observability.identity.IdentifiedEvent;
import io.ebpf4j.observability.identity.Identity;
import io.ebpf4j.observability.identity.NameIdentity;
import io.ebpf4j.observability.identity.ReservedIdentity;
import io.ebpf4j.observability.identity.Resolution;
import io.ebpf4j.observability.protocol.TraceContext.Sampling;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FlowAggregatorTest {
    private static final Identity CLIENT = service("resumes", "resumes-1");
    private static final Identity SERVER = service("core-api", "core-api-1");
    private static final FlowKey AT_CLIENT =
            new FlowKey(service("resumes", ""), service("core-api", ""), "", "", Direction.CLIENT);

    private final SyntheticEvents events = new SyntheticEvents();
    private FlowAggregator aggregator = new FlowAggregator(AggregateOptions.DEFAULTS, 1);

    private void atClient(ConnectivityEvent event) {
        aggregator.accept(events.identified(event, Direction.CLIENT, CLIENT, SERVER));
    }

    private Snapshot.Tcp tcp() {
        assertThat(aggregator.snapshot().tcp()).hasSize(1);
        return aggregator.snapshot().tcp().getFirst();
    }

    @Test
    void podsAreLeftOutUnlessTheyAreKept() {
        for (String pod : new String[] {"resumes-1", "resumes-2"}) {
            aggregator.accept(events.identified(
                    http(10, connection(1, Direction.CLIENT), "GET", "/a", 200, 5, Optional.empty()),
                    Direction.CLIENT,
                    service("resumes", pod),
                    SERVER));
        }
        assertThat(aggregator.snapshot().http())
                .extracting(Snapshot.Http::flow, Snapshot.Http::requests)
                .containsExactly(tuple(AT_CLIENT, 2L));

        aggregator = new FlowAggregator(AggregateOptions.DEFAULTS.withPods(AggregateOptions.Part.KEPT), 1);
        for (String pod : new String[] {"resumes-1", "resumes-2"}) {
            aggregator.accept(events.identified(
                    http(10, connection(1, Direction.CLIENT), "GET", "/a", 200, 5, Optional.empty()),
                    Direction.CLIENT,
                    service("resumes", pod),
                    SERVER));
        }
        assertThat(aggregator.snapshot().http())
                .extracting(each -> each.flow().source())
                .containsExactly(service("resumes", "resumes-1"), service("resumes", "resumes-2"));
    }

    @Test
    void bothEndsOnOneHostAreTwoReporters() {
        atClient(http(10, connection(1, Direction.CLIENT), "GET", "/a", 200, 5, Optional.empty()));
        aggregator.accept(events.identified(
                http(10, connection(2, Direction.SERVER), "GET", "/a", 200, 4, Optional.empty()),
                Direction.SERVER,
                CLIENT,
                SERVER));
        assertThat(aggregator.snapshot().http())
                .extracting(each -> each.flow().reporter(), Snapshot.Http::requests)
                .containsExactly(tuple(Direction.CLIENT, 1L), tuple(Direction.SERVER, 1L));
    }

    @Test
    void anAddressIsInTheKeyOnlyIfItIsKept() {
        aggregator = new FlowAggregator(AggregateOptions.DEFAULTS.withAddresses(AggregateOptions.Part.KEPT), 1);
        aggregator.accept(events.identified(
                http(10, connection(2, Direction.SERVER), "GET", "/a", 200, 4, Optional.empty()),
                Direction.SERVER,
                CLIENT,
                SERVER));
        FlowKey flow = aggregator.snapshot().http().getFirst().flow();
        assertThat(flow.sourceAddress()).isEqualTo("10.0.0.1");
        assertThat(flow.destinationAddress()).isEqualTo("10.0.0.2");
    }

    @Test
    void whatWasNotAnsweredHasStatusZeroAndNoLatency() {
        atClient(http(10, connection(1, Direction.CLIENT), "BREW", "/pot", 0, 5, Optional.empty()));
        atClient(new HttpUnpaired(20, 0, connection(1, Direction.CLIENT), PayloadSource.SOCKET, 503));
        Snapshot snapshot = aggregator.snapshot();
        assertThat(snapshot.http())
                .extracting(Snapshot.Http::method, Snapshot.Http::protocol, Snapshot.Http::status)
                .containsExactly(tuple("_OTHER", "HTTP/1.1", 0), tuple("", "", 503));
        assertThat(snapshot.httpLatencies()).isEmpty();
        assertThat(snapshot.flows())
                .extracting(
                        Snapshot.Flow::type,
                        Snapshot.Flow::subtype,
                        Snapshot.Flow::verdict,
                        Snapshot.Flow::protocol,
                        Snapshot.Flow::count)
                .containsExactly(tuple("L7", "HTTP", "FORWARDED", "HTTP", 2L));
    }

    @Test
    void theLatestTracedRequestIsTheExemplarOfItsBucket() {
        Connection connection = connection(1, Direction.CLIENT);
        String other = TRACE.replace('4', '5');
        atClient(http(1_000, connection, "GET", "/a", 200, 3_000_000, trace(TRACE, Sampling.SAMPLED)));
        atClient(http(2_000, connection, "GET", "/a", 200, 4_000_000, trace(other, Sampling.UNDECIDED)));
        atClient(http(3_000, connection, "GET", "/a", 200, 4_500_000, trace(TRACE, Sampling.NOT_SAMPLED)));
        atClient(http(4_000, connection, "GET", "/a", 200, 30_000_000, trace(TRACE.substring(16), Sampling.SAMPLED)));
        Snapshot snapshot = aggregator.snapshot();
        assertThat(snapshot.httpLatencies().getFirst().histogram().exemplars())
                .containsExactly(
                        new Exemplar(.004, other, SPAN, 4_002_010),
                        new Exemplar(.03, TRACE.substring(16), SPAN, 30_004_010));
        assertThat(snapshot.http().getFirst().exemplar())
                .containsExactly(new Exemplar(.03, TRACE.substring(16), SPAN, 30_004_010));
        assertThat(snapshot.http().getFirst().requests()).isEqualTo(4);
    }

    @Test
    void tcpHasTheTraceOfTheRequestThatTheConnectionCarried() {
        Connection connection = connection(1, Direction.CLIENT);
        atClient(SyntheticEvents.connected(100, connection, 50, 900));
        atClient(SyntheticEvents.retransmitted(1_500, connection, Segment.DATA, 1, 0));
        assertThat(tcp().retransmitExemplar()).isEmpty();
        // told when it is over, and the segment was sent again meanwhile
        atClient(http(1_000, connection, "GET", "/a", 200, 1_000, trace(TRACE, Sampling.SAMPLED)));
        assertThat(tcp().retransmitExemplar()).containsExactly(new Exemplar(1, TRACE, SPAN, 1_500));
        atClient(SyntheticEvents.retransmitted(3_000, connection, Segment.DATA, 2, 0));
        assertThat(tcp().retransmitExemplar()).containsExactly(new Exemplar(1, TRACE, SPAN, 3_000));
        atClient(SyntheticEvents.sample(4_000, connection, 3_900, traffic(10, 10, 3, 3, 0, 1_500)));
        assertThat(tcp().roundTrips().exemplars()).containsExactly(new Exemplar(.0015, TRACE, SPAN, 4_000));
        assertThat(tcp().retransmits()).isEqualTo(3);
    }

    @Test
    void aTraceThatIsToldAfterTheCloseStillFindsItsConnection() {
        Connection connection = connection(1, Direction.CLIENT);
        atClient(SyntheticEvents.connected(100, connection, 50, 900));
        atClient(SyntheticEvents.retransmitted(1_500, connection, Segment.DATA, 1, 0));
        atClient(SyntheticEvents.closed(2_500, connection, 2_400, traffic(1, 1, 4, 4, 0, 900)));
        atClient(http(1_000, connection, "GET", "/a", 200, 1_000, trace(TRACE, Sampling.SAMPLED)));
        assertThat(tcp().retransmitExemplar()).containsExactly(new Exemplar(1, TRACE, SPAN, 1_500));
    }

    @Test
    void whatSweepsAndTheCloseTellIsCountedOnce() {
        Connection connection = connection(1, Direction.CLIENT);
        atClient(SyntheticEvents.connected(100, connection, 50, 900));
        atClient(SyntheticEvents.sample(200, connection, 100, traffic(1_000, 2_000, 5, 6, 0, 800)));
        atClient(SyntheticEvents.sample(300, connection, 200, traffic(1_000, 2_000, 5, 6, 0, 800)));
        atClient(SyntheticEvents.sample(400, connection, 300, traffic(3_000, 2_500, 9, 8, 40, 700)));
        atClient(SyntheticEvents.closed(500, connection, 400, traffic(3_001, 2_502, 11, 10, 50, 600)));
        atClient(SyntheticEvents.sample(450, connection, 350, traffic(3_000, 2_500, 9, 8, 40, 700)));
        Snapshot.Tcp tcp = tcp();
        assertThat(tcp.bytesSent()).isEqualTo(3_001);
        assertThat(tcp.bytesReceived()).isEqualTo(2_502);
        assertThat(tcp.segmentsSent()).isEqualTo(11);
        assertThat(tcp.segmentsReceived()).isEqualTo(10);
        assertThat(tcp.zeroWindows()).isEqualTo(1);
        assertThat(tcp.zeroWindowNanos()).isEqualTo(50);
        assertThat(tcp.opened()).isEqualTo(1);
        assertThat(tcp.closed()).isEqualTo(1);
        assertThat(tcp.roundTrips().count()).isEqualTo(4); // the handshake and each look that found something new
        assertThat(tcp.minimumRoundTripNanos()).isEqualTo(300_000);
        assertThat(tcp.retransmits() + tcp.synRetransmits()).isZero(); // the sockets' own counters are not looked at
    }

    @Test
    void whatASocketCountedBeforeTheProgramBeganIsLeftOut() {
        Connection old = connection(1, Direction.UNKNOWN);
        aggregator.accept(events.identified(
                SyntheticEvents.sample(200, old, 0, traffic(1_000_000, 5, 900, 800, 9, 700)),
                Direction.UNKNOWN,
                CLIENT,
                SERVER));
        assertThat(tcp().bytesSent()).isZero();
        aggregator.accept(events.identified(
                SyntheticEvents.closed(300, old, 0, traffic(1_000_010, 6, 901, 801, 9, 700)),
                Direction.UNKNOWN,
                CLIENT,
                SERVER));
        assertThat(tcp().bytesSent()).isEqualTo(10);
        assertThat(tcp().segmentsReceived()).isEqualTo(1);
        assertThat(tcp().zeroWindowNanos()).isZero();
    }

    @Test
    void aForgottenConnectionIsNotCountedTwice() {
        aggregator = new FlowAggregator(AggregateOptions.DEFAULTS.withConnections(8), 1);
        for (int cookie = 1; cookie <= 100; cookie++) {
            Connection connection = connection(cookie, Direction.CLIENT);
            atClient(SyntheticEvents.connected(100 + cookie, connection, 50, 900));
            atClient(SyntheticEvents.sample(101 + cookie, connection, 1, traffic(10, 10, 3, 3, 0, 0)));
        }
        for (int cookie = 1; cookie <= 100; cookie++) {
            atClient(SyntheticEvents.sample(
                    1_000, connection(cookie, Direction.CLIENT), 900 - cookie, traffic(10, 10, 3, 3, 0, 0)));
        }
        assertThat(tcp().bytesSent()).isEqualTo(1_000);
        assertThat(aggregator.snapshot().lost()).isPositive();
        assertThat(aggregator.snapshot().isComplete()).isFalse();
    }

    @Test
    void retransmissionsAreThoseOfTheEvents() {
        Connection connection = connection(1, Direction.CLIENT);
        atClient(SyntheticEvents.retransmitted(10, connection, Segment.DATA, 3, 0));
        atClient(SyntheticEvents.retransmitted(20, connection, Segment.SYN, 1, 0));
        atClient(SyntheticEvents.retransmitted(30, connection, Segment.SYN_ACK, 1, 0));
        atClient(SyntheticEvents.retransmitted(40, connection, Segment.DATA, 2, 16));
        Snapshot.Tcp tcp = tcp();
        assertThat(List.of(tcp.retransmits(), tcp.synRetransmits(), tcp.synAckRetransmits(), tcp.unsentRetransmits()))
                .containsExactly(3L, 1L, 1L, 2L);
    }

    @Test
    void flagsGoBackWithSourceAndDestinationExchanged() {
        Connection client = connection(1, Direction.CLIENT);
        atClient(new ConnectStarted(10, 0, client));
        atClient(SyntheticEvents.connected(20, client, 10, 900));
        atClient(SyntheticEvents.reset(30, client, ConnectionReset.Side.PEER));
        atClient(SyntheticEvents.closed(40, client, 10, traffic(1, 1, 2, 2, 0, 0)));
        Connection server = connection(2, Direction.SERVER);
        aggregator.accept(events.identified(SyntheticEvents.accepted(50, server, 5), Direction.SERVER, CLIENT, SERVER));
        FlowKey back = new FlowKey(service("core-api", ""), service("resumes", ""), "", "", Direction.CLIENT);
        FlowKey atServer = new FlowKey(service("resumes", ""), service("core-api", ""), "", "", Direction.SERVER);
        FlowKey backFromServer = new FlowKey(service("core-api", ""), service("resumes", ""), "", "", Direction.SERVER);
        assertThat(aggregator.snapshot().tcpFlags())
                .containsExactlyInAnyOrder(
                        new Snapshot.TcpFlag(AT_CLIENT, "SYN", "IPv4", 1),
                        new Snapshot.TcpFlag(back, "SYN-ACK", "IPv4", 1),
                        new Snapshot.TcpFlag(back, "RST", "IPv4", 1),
                        new Snapshot.TcpFlag(AT_CLIENT, "FIN", "IPv4", 1),
                        new Snapshot.TcpFlag(back, "FIN", "IPv4", 1),
                        new Snapshot.TcpFlag(atServer, "SYN", "IPv4", 1),
                        new Snapshot.TcpFlag(backFromServer, "SYN-ACK", "IPv4", 1));
        assertThat(aggregator.snapshot().ports())
                .containsExactly(
                        new Snapshot.Port(AT_CLIENT, "TCP", 8080, 1), new Snapshot.Port(atServer, "TCP", 8080, 1));
    }

    @Test
    void aListenersDropsAreThoseSinceTheFirstSweep() {
        for (long drops : new long[] {100, 103, 110}) {
            aggregator.accept(events.identified(
                    new ListenerSample(drops, 0, connection(5, Direction.SERVER), 1, 1, drops),
                    Direction.SERVER,
                    ReservedIdentity.UNKNOWN,
                    SERVER));
        }
        // a listener that was made later
        aggregator.accept(events.identified(
                new ListenerSample(2_000_000_000, 0, connection(6, Direction.SERVER), 1, 1, 4),
                Direction.SERVER,
                ReservedIdentity.UNKNOWN,
                SERVER));
        assertThat(tcp().listenerDrops()).isEqualTo(14);
        assertThat(tcp().flow().source()).isEqualTo(ReservedIdentity.UNKNOWN);
        assertThat(tcp().flow().destination()).isEqualTo(service("core-api", ""));
    }

    @Test
    void icmpErrorsGoBack() {
        Connection connection = connection(1, Direction.UNKNOWN);
        aggregator.accept(
                events.identified(new DatagramFailed(10, 0, connection, 111), Direction.UNKNOWN, CLIENT, SERVER));
        aggregator.accept(
                events.identified(new IcmpSent(20, 0, connection, 3, 3, 17), Direction.UNKNOWN, SERVER, CLIENT));
        assertThat(aggregator.snapshot().icmp())
                .extracting(
                        each -> each.flow().source().displayName(),
                        Snapshot.Icmp::family,
                        Snapshot.Icmp::type,
                        Snapshot.Icmp::count)
                .containsExactly(tuple("core-api", "IPv4", "DestinationUnreachable(Port)", 2L));
    }

    @Test
    void dropsHaveReasonClassAndProtocol() {
        aggregator.accept(events.identified(
                new PacketDropped(
                        10,
                        0,
                        0,
                        SyntheticEvents.endpoint(1, 1),
                        SyntheticEvents.endpoint(2, 2),
                        6,
                        2,
                        "NETFILTER_DROP",
                        DropClass.LOSS,
                        0,
                        60,
                        1,
                        2),
                Direction.UNKNOWN,
                CLIENT,
                SERVER));
        Snapshot.Drop drop = aggregator.snapshot().drops().getFirst();
        assertThat(drop)
                .isEqualTo(new Snapshot.Drop(
                        new FlowKey(service("resumes", ""), service("core-api", ""), "", "", Direction.UNKNOWN),
                        "NETFILTER_DROP",
                        DropClass.LOSS,
                        "TCP",
                        1,
                        60));
        assertThat(aggregator.snapshot().flows())
                .extracting(Snapshot.Flow::type, Snapshot.Flow::verdict, Snapshot.Flow::protocol)
                .containsExactly(tuple("Drop", "DROPPED", "TCP"));
    }

    @Test
    void gapsMakeASnapshotIncompleteByWhatIsLost() {
        assertThat(aggregator.snapshot().isComplete()).isTrue();
        aggregator.accept(events.identified(
                new GapEvent(10, -1, new RecordKind(Layer.TCP, "closed"), GapEvent.Cause.RING_FULL, 17, 1, 10),
                Direction.UNKNOWN,
                ReservedIdentity.UNKNOWN,
                ReservedIdentity.UNKNOWN));
        assertThat(aggregator.snapshot().lost()).isEqualTo(17);
    }

    @Test
    void whatFindsNoRoomIsInOneSeriesAndCounted() {
        aggregator = new FlowAggregator(
                AggregateOptions.DEFAULTS.withSeries(Family.HTTP, 3).withSeries(Family.HTTP_LATENCY, 2), 1);
        for (int status = 200; status < 210; status++) {
            for (int i = 0; i < 2; i++) {
                atClient(http(10, connection(1, Direction.CLIENT), "GET", "/", status, 5, Optional.empty()));
            }
        }
        Snapshot snapshot = aggregator.snapshot();
        assertThat(snapshot.http()).hasSize(4);
        Snapshot.Http overflow = snapshot.http().getFirst();
        assertThat(overflow.flow().source()).isEqualTo(ReservedIdentity.OTHER);
        assertThat(overflow.flow().destination()).isEqualTo(ReservedIdentity.OTHER);
        assertThat(overflow.method()).isEqualTo("_other");
        assertThat(overflow.requests()).isEqualTo(14);
        assertThat(snapshot.http().stream().mapToLong(Snapshot.Http::requests).sum())
                .isEqualTo(20);
        assertThat(snapshot.families())
                .filteredOn(each -> each.name().equals("http"))
                .containsExactly(new Snapshot.FamilyStatus("http", 3, 3, 7, 14));
    }

    @Test
    void theHeavyOnesOutsideKeepTheirNames() {
        aggregator = new FlowAggregator(AggregateOptions.DEFAULTS.withExternals(10), 1);
        List<String> names = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            names.add("host-" + i + ".example.com");
            if (i % 4 == 0 && i > 1_000) {
                names.add("api.twilio.com");
            }
        }
        for (String name : names) {
            aggregator.accept(events.identified(
                    http(10, connection(1, Direction.CLIENT), "GET", "/", 200, 5, Optional.empty()),
                    Direction.CLIENT,
                    CLIENT,
                    new NameIdentity(name)));
        }
        Snapshot snapshot = aggregator.snapshot();
        long heavy = snapshot.http().stream()
                .filter(each -> each.flow().destination().displayName().equals("api.twilio.com"))
                .mapToLong(Snapshot.Http::requests)
                .sum();
        assertThat(heavy).isBetween(4_700L, 4_749L); // all but those before it stood out
        assertThat(snapshot.http())
                .hasSizeLessThanOrEqualTo(11)
                .anySatisfy(each -> assertThat(each.flow().destination()).isEqualTo(ReservedIdentity.WORLD));
        assertThat(snapshot.http().stream().mapToLong(Snapshot.Http::requests).sum())
                .isEqualTo(names.size());
        assertThat(snapshot.families())
                .filteredOn(each -> each.name().equals("external"))
                .singleElement()
                .satisfies(status -> {
                    assertThat(status.series()).isLessThanOrEqualTo(10);
                    assertThat(status.foldedKeys()).isBetween(18_500L, 21_500L);
                });
    }

    @Test
    void routesAreTemplates() {
        aggregator = new FlowAggregator(
                AggregateOptions.DEFAULTS
                        .withRouteTemplates(List.of("/jobs/{name}/apply"))
                        .withRoutesPerService(2),
                1);
        for (String path : new String[] {"/users/1", "/users/22", "/jobs/cook/apply", "/a", "/b"}) {
            atClient(http(10, connection(1, Direction.CLIENT), "GET", path, 200, 5, Optional.empty()));
        }
        assertThat(aggregator.snapshot().http())
                .extracting(Snapshot.Http::route, Snapshot.Http::requests)
                .containsExactlyInAnyOrder(
                        tuple("/users/{id}", 2L), tuple("/jobs/{name}/apply", 1L), tuple("/a", 1L), tuple("/…", 1L));
    }

    /** Of names outside, of paths, and of names that DNS is asked for. */
    @Test
    void aMillionDifferentKeysLeaveMemoryAndSeriesFlat() {
        aggregator = new FlowAggregator(AggregateOptions.DEFAULTS.withRoutes(AggregateOptions.Part.KEPT), 1);
        different(0, 100_000);
        long series = series();
        long before = used();
        different(100_000, 1_000_000);
        long more = used() - before;
        assertThat(series()).isEqualTo(series);
        assertThat(more).isLessThan(4 << 20); // a million names of 30 bytes are more than 60 MB
        Snapshot snapshot = aggregator.snapshot();
        assertThat(snapshot.http().stream().mapToLong(Snapshot.Http::requests).sum())
                .isEqualTo(1_000_000);
        assertThat(snapshot.families())
                .filteredOn(family -> family.name().equals("external"))
                .allSatisfy(family -> assertThat(family.foldedKeys()).isBetween(900_000L, 1_100_000L));
    }

    private void different(int from, int to) {
        for (int i = from; i < to; i++) {
            Identity outside = new NameIdentity("host-" + i + ".example.com");
            aggregator.accept(new IdentifiedEvent(
                    http(
                            10,
                            connection(i, Direction.CLIENT),
                            "GET",
                            "/path" + (char) ('g' + i % 17) + i,
                            200,
                            5,
                            Optional.empty()),
                    Direction.CLIENT,
                    new Resolution(ReservedIdentity.OTHER.number(), CLIENT, List.of()),
                    new Resolution(ReservedIdentity.OTHER.number(), outside, List.of())));
        }
    }

    private long series() {
        return aggregator.snapshot().families().stream()
                .mapToLong(Snapshot.FamilyStatus::series)
                .sum();
    }

    private static long used() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            System.gc();
            least = Math.min(
                    least,
                    Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory());
        }
        return least;
    }
}
