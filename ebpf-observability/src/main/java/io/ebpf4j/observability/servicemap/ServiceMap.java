package io.ebpf4j.observability.servicemap;

import io.ebpf4j.observability.aggregate.FlowKey;
import io.ebpf4j.observability.aggregate.Snapshot;
import io.ebpf4j.observability.identity.Identity;
import io.ebpf4j.observability.verdict.JourneySummary;
import io.ebpf4j.observability.verdict.LayerVerdict;
import io.ebpf4j.observability.verdict.PairWindow;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiFunction;

/**
 * Who talked to whom in a window of time, how well, and whose fault it is where it went ill. {@link MapRenderer} draws it.
 *
 * @param seconds how long the window is
 * @param lost events that are known to be missing in it
 * @param nodes the services, by namespace and name
 * @param edges the pairs, by their ends
 */
public record ServiceMap(double seconds, long lost, List<Node> nodes, List<Edge> edges) {
    private static final Comparator<Node> BY_NAME = Comparator.comparing(Node::namespace)
            .thenComparing(Node::name)
            .thenComparing(Node::kind)
            .thenComparing(node -> node.identity().toString());

    /** Copies the lists. */
    public ServiceMap {
        nodes = List.copyOf(nodes);
        edges = List.copyOf(edges);
    }

    /**
     * A service.
     *
     * @param identity who it is
     * @param name its name within kind and namespace
     * @param namespace its namespace; empty where it has none
     * @param kind what it is
     */
    public record Node(Identity identity, String name, String namespace, NodeKind kind) {
        /** Checks that nothing is null. */
        public Node {
            Objects.requireNonNull(identity, "identity");
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(namespace, "namespace");
            Objects.requireNonNull(kind, "kind");
        }

        static Node of(Identity identity) {
            return new Node(identity, identity.displayName(), identity.namespace(), NodeKind.of(identity));
        }

        /** {@return {@code namespace/name}, or the name where there is no namespace} */
        public String qualifiedName() {
            return namespace.isEmpty() ? name : namespace + "/" + name;
        }
    }

    /**
     * A pair of services.
     *
     * @param source the client
     * @param destination the server
     * @param signals how the pair fares, in numbers
     * @param verdict whose fault it is
     */
    public record Edge(Node source, Node destination, GoldenSignals signals, LayerVerdict verdict) {
        /** Checks that nothing is null. */
        public Edge {
            Objects.requireNonNull(source, "source");
            Objects.requireNonNull(destination, "destination");
            Objects.requireNonNull(signals, "signals");
            Objects.requireNonNull(verdict, "verdict");
        }

        /** {@return how the pair fares, in one word} */
        public Health health() {
            return Health.of(verdict);
        }
    }

    /** Two ends. */
    private record Pair(Identity source, Identity destination) {}

    /**
     * {@return the map of a window}
     *
     * @param window the window: the difference of two snapshots
     * @param verdicts says of source and destination whose fault it is
     */
    public static ServiceMap of(
            Snapshot window, BiFunction<? super Identity, ? super Identity, LayerVerdict> verdicts) {
        return of(window, JourneySummary.Counted.NONE, verdicts);
    }

    /**
     * {@return the map of a window, with what never came as far as a connection: names that were not resolved are services too}
     *
     * @param window the window: the difference of two snapshots
     * @param journeys what became of journeys in it
     * @param verdicts says of source and destination whose fault it is
     */
    public static ServiceMap of(
            Snapshot window,
            JourneySummary.Counted journeys,
            BiFunction<? super Identity, ? super Identity, LayerVerdict> verdicts) {
        Set<Pair> pairs = new LinkedHashSet<>();
        window.http().forEach(http -> add(pairs, http.flow()));
        window.tcp().stream().filter(ServiceMap::isTraffic).forEach(tcp -> add(pairs, tcp.flow()));
        window.dns().forEach(dns -> add(pairs, dns.flow()));
        journeys.pairs().keySet().forEach(flow -> add(pairs, flow));
        Map<Identity, Node> nodes = new HashMap<>();
        List<Edge> edges = new ArrayList<>();
        for (Pair pair : pairs) {
            Node source = nodes.computeIfAbsent(pair.source(), Node::of);
            Node destination = nodes.computeIfAbsent(pair.destination(), Node::of);
            PairWindow both = PairWindow.of(window, pair.source(), pair.destination(), journeys);
            edges.add(new Edge(
                    source, destination, GoldenSignals.of(both), verdicts.apply(pair.source(), pair.destination())));
        }
        List<Node> sorted = new ArrayList<>(nodes.values());
        sorted.sort(BY_NAME);
        edges.sort(Comparator.comparing(Edge::source, BY_NAME).thenComparing(Edge::destination, BY_NAME));
        return new ServiceMap(Math.max(0, (window.timestamp() - window.from()) / 1e9), window.lost(), sorted, edges);
    }

    private static void add(Set<Pair> pairs, FlowKey flow) {
        pairs.add(new Pair(flow.source(), flow.destination()));
    }

    /** A listener's record stands for no pair. */
    private static boolean isTraffic(Snapshot.Tcp tcp) {
        return tcp.opened() > 0
                || tcp.closed() > 0
                || !tcp.failures().isEmpty()
                || tcp.segmentsSent() > 0
                || tcp.bytesSent() > 0
                || tcp.bytesReceived() > 0
                || tcp.retransmits() > 0;
    }
}
