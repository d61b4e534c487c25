package io.ebpf4j.observability.servicemap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.ebpf4j.observability.aggregate.FlowKey;
import io.ebpf4j.observability.aggregate.Histogram;
import io.ebpf4j.observability.aggregate.Snapshot;
import io.ebpf4j.observability.event.Direction;
import io.ebpf4j.observability.identity.Identity;
import io.ebpf4j.observability.identity.NameIdentity;
import io.ebpf4j.observability.identity.ReservedIdentity;
import io.ebpf4j.observability.servicemap.ServiceMap.Edge;
import io.ebpf4j.observability.servicemap.ServiceMap.Node;
import io.ebpf4j.observability.verdict.JourneyCounts;
import io.ebpf4j.observability.verdict.JourneySummary;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ServiceMapTest {
    private static final Identity WEB = SampleMaps.workload("shop", "web");
    private static final Identity CART = SampleMaps.workload("shop", "cart");
    private static final Histogram NONE =
            new Histogram(List.of(), List.of(0L), 0, 0, new Histogram.Exponential(3, 0, 0, List.of()), List.of());

    private static FlowKey flow(Identity from, Identity to, Direction reporter) {
        return new FlowKey(from, to, "", "", reporter);
    }

    private static Snapshot.Http http(Direction reporter, int status, long requests) {
        return new Snapshot.Http(flow(WEB, CART, reporter), "GET", "HTTP/1.1", status, "", requests, 0, 0, List.of());
    }

    private static Snapshot.Tcp tcp(FlowKey flow, long sent, long received, long again, long listenerDrops) {
        return new Snapshot.Tcp(
                flow,
                sent > 0 ? 3 : 0,
                0,
                Map.of(),
                sent,
                received,
                sent / 10,
                received / 10,
                again,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                listenerDrops,
                0,
                NONE,
                NONE,
                NONE,
                NONE,
                List.of());
    }

    private static Snapshot snapshot(List<Snapshot.Http> http, List<Snapshot.Tcp> tcp) {
        return new Snapshot(
                0,
                10_000_000_000L,
                0,
                http,
                List.of(),
                tcp,
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of());
    }

    @Test
    void whatBothEndsTellIsOneEdge() {
        ServiceMap map = ServiceMap.of(
                snapshot(
                        List.of(
                                http(Direction.CLIENT, 200, 90), http(Direction.CLIENT, 500, 10),
                                http(Direction.SERVER, 200, 80), http(Direction.SERVER, 500, 10)),
                        List.of(
                                tcp(flow(WEB, CART, Direction.CLIENT), 1_000, 50_000, 4, 0),
                                tcp(flow(WEB, CART, Direction.SERVER), 49_000, 1_000, 7, 0))),
                (source, destination) -> SampleMaps.WELL);
        assertThat(map.nodes()).extracting(Node::qualifiedName).containsExactly("shop/cart", "shop/web");
        assertThat(map.edges()).hasSize(1);
        GoldenSignals signals = map.edges().getFirst().signals();
        assertThat(signals.requests()).isEqualTo(100);
        assertThat(signals.requestsPerSecond()).isCloseTo(10, within(1e-9));
        assertThat(signals.errorShare()).isCloseTo(0.1, within(1e-9));
        assertThat(signals.bytesSent()).isEqualTo(1_000);
        assertThat(signals.bytesReceived()).isEqualTo(50_000);
        assertThat(signals.retransmits()).isEqualTo(11); // each end sends its own segments again
        assertThat(signals.reporters()).isEqualTo("both");
    }

    @Test
    void aServerThatTellsOfMoreClientsIsBelieved() {
        GoldenSignals signals = ServiceMap.of(
                        snapshot(List.of(http(Direction.CLIENT, 200, 10), http(Direction.SERVER, 200, 70)), List.of()),
                        (source, destination) -> SampleMaps.WELL)
                .edges()
                .getFirst()
                .signals();
        assertThat(signals.requests()).isEqualTo(70);
    }

    @Test
    void aListenersRecordIsNoPair() {
        ServiceMap map = ServiceMap.of(
                snapshot(List.of(), List.of(tcp(flow(ReservedIdentity.UNKNOWN, CART, Direction.SERVER), 0, 0, 0, 9))),
                (source, destination) -> SampleMaps.WELL);
        assertThat(map.edges()).isEmpty();
        assertThat(map.nodes()).isEmpty();
    }

    @Test
    void aNameThatWasNotResolvedIsOnTheMap() {
        Identity nope = new NameIdentity("nope.test");
        JourneySummary.Counted journeys = new JourneySummary.Counted(
                Map.of(flow(WEB, nope, Direction.CLIENT), new JourneyCounts(3, Map.of(), 0, 0, 3, 0.1, List.of())), 0);
        ServiceMap map =
                ServiceMap.of(snapshot(List.of(), List.of()), journeys, (source, destination) -> SampleMaps.UNSEEN);
        assertThat(map.edges())
                .extracting(Edge::destination)
                .extracting(Node::name)
                .containsExactly("nope.test");
        assertThat(map.edges().getFirst().health()).isEqualTo(Health.UNKNOWN);
    }
}
