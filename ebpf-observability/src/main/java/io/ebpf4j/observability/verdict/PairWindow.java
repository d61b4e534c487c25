package io.ebpf4j.observability.verdict;

import io.ebpf4j.observability.aggregate.FlowKey;
import io.ebpf4j.observability.aggregate.Histogram;
import io.ebpf4j.observability.aggregate.Snapshot;
import io.ebpf4j.observability.event.Direction;
import io.ebpf4j.observability.event.DnsOutcome;
import io.ebpf4j.observability.event.DropClass;
import io.ebpf4j.observability.event.FailureReason;
import io.ebpf4j.observability.identity.Identity;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * What went between two services in a window of time, as each end told it.
 *
 * @param source the client
 * @param destination the server
 * @param seconds how long the window is
 * @param client what the client's end told; what an end of unknown direction told counts as the client's where the client's
 *     told nothing
 * @param server what the server's end told
 * @param names questions for names, where the destination is a name server
 * @param drops packets that this host dropped between them and somebody missed, by the kernel's reason
 * @param listenerDrops connections that the destination's listeners turned away, whoever the client was
 * @param lost events that are known to be missing in the window, of any pair
 */
public record PairWindow(
        Identity source,
        Identity destination,
        double seconds,
        End client,
        End server,
        Names names,
        Map<String, Long> drops,
        long listenerDrops,
        long lost) {
    private static final double NANOS = 1e9;

    /** Copies the map. */
    public PairWindow {
        Objects.requireNonNull(source, "source");
        Objects.requireNonNull(destination, "destination");
        Objects.requireNonNull(client, "client");
        Objects.requireNonNull(server, "server");
        Objects.requireNonNull(names, "names");
        drops = Map.copyOf(drops);
    }

    /**
     * What one end told.
     *
     * @param requests HTTP requests, answered or not
     * @param statuses how many by status code, 0 for those without an answer
     * @param latencies how long answers took, seconds
     * @param opened connections made, at the server accepted
     * @param closed connections that ended
     * @param failures attempts that failed, by reason
     * @param bytesSent payload acknowledged by the peer
     * @param bytesReceived payload received
     * @param segmentsSent segments of any kind
     * @param retransmits segments with data sent again
     * @param synRetransmits SYNs, at the server SYN-ACKs, sent again
     * @param unsentRetransmits retransmissions that never left this host
     * @param resetsSent resets sent by this end
     * @param resetsReceived resets of the peer
     * @param zeroWindowSeconds how long the peer's window was closed, all connections together
     * @param roundTrips smoothed round trips, seconds
     * @param connectLatencies from SYN to established, seconds
     * @param acceptQueue from established to accepted, seconds
     * @param journeys what became of journeys
     */
    public record End(
            long requests,
            Map<Integer, Long> statuses,
            Distribution latencies,
            long opened,
            long closed,
            Map<FailureReason, Long> failures,
            long bytesSent,
            long bytesReceived,
            long segmentsSent,
            long retransmits,
            long synRetransmits,
            long unsentRetransmits,
            long resetsSent,
            long resetsReceived,
            double zeroWindowSeconds,
            Distribution roundTrips,
            Distribution connectLatencies,
            Distribution acceptQueue,
            JourneyCounts journeys) {
        /** Told nothing. */
        public static final End SILENT = new End(
                0,
                Map.of(),
                Distribution.EMPTY,
                0,
                0,
                Map.of(),
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                Distribution.EMPTY,
                Distribution.EMPTY,
                Distribution.EMPTY,
                JourneyCounts.NONE);

        /** Copies the maps. */
        public End {
            statuses = Map.copyOf(statuses);
            failures = Map.copyOf(failures);
            Objects.requireNonNull(latencies, "latencies");
            Objects.requireNonNull(journeys, "journeys");
        }

        /** {@return whether anything was told} */
        public boolean isSeen() {
            return requests > 0
                    || opened > 0
                    || closed > 0
                    || segmentsSent > 0
                    || failedAttempts() > 0
                    || journeys.journeys() > 0;
        }

        /** {@return answers with a status of 500 or more} */
        public long serverErrors() {
            return statuses.entrySet().stream()
                    .filter(status -> status.getKey() >= 500)
                    .mapToLong(Map.Entry::getValue)
                    .sum();
        }

        /** {@return answers with a status from 400 to 499} */
        public long clientErrors() {
            return statuses.entrySet().stream()
                    .filter(status -> status.getKey() >= 400 && status.getKey() < 500)
                    .mapToLong(Map.Entry::getValue)
                    .sum();
        }

        /** {@return requests without an answer} */
        public long unanswered() {
            return statuses.getOrDefault(0, 0L);
        }

        /** {@return attempts to connect that failed, for whatever reason} */
        public long failedAttempts() {
            return failures.values().stream().mapToLong(Long::longValue).sum();
        }
    }

    /**
     * Questions to a name server.
     *
     * @param questions how many
     * @param unanswered how many had no answer
     * @param failed how many were answered with a failure of the server: SERVFAIL, REFUSED, FORMERR, NOTIMP
     * @param nonExistent how many were for names that do not exist; search lists ask for many of these
     * @param latencies how long answers took, seconds
     */
    public record Names(long questions, long unanswered, long failed, long nonExistent, Distribution latencies) {
        /** No question. */
        public static final Names NONE = new Names(0, 0, 0, 0, Distribution.EMPTY);
    }

    /** {@return the end that told of more requests; the client's where both told as many} */
    public End fuller() {
        return server.requests() > client.requests() || !client.isSeen() ? server : client;
    }

    /**
     * {@return what a window shows of one pair}
     *
     * @param window the window: the difference of two snapshots
     * @param source the client
     * @param destination the server
     * @param journeys what became of journeys in the same window
     */
    public static PairWindow of(
            Snapshot window, Identity source, Identity destination, JourneySummary.Counted journeys) {
        return gather(
                window,
                source,
                destination,
                flow -> flow.source().equals(source) && flow.destination().equals(destination),
                journeys);
    }

    /**
     * {@return what a window shows of all that other clients had with a server, as one; its source is the one left out}
     *
     * @param window the window
     * @param except the client to leave out
     * @param destination the server
     */
    public static PairWindow others(Snapshot window, Identity except, Identity destination) {
        return gather(
                window,
                except,
                destination,
                flow -> !flow.source().equals(except) && flow.destination().equals(destination),
                JourneySummary.Counted.NONE);
    }

    /**
     * {@return what a window shows of all that a client had with other servers, as one; its destination is the one left out}
     *
     * @param window the window
     * @param source the client
     * @param except the server to leave out
     */
    public static PairWindow elsewhere(Snapshot window, Identity source, Identity except) {
        return gather(
                window,
                source,
                except,
                flow -> flow.source().equals(source) && !flow.destination().equals(except),
                JourneySummary.Counted.NONE);
    }

    private static PairWindow gather(
            Snapshot window,
            Identity source,
            Identity destination,
            Predicate<FlowKey> wanted,
            JourneySummary.Counted journeys) {
        End client = end(window, Direction.CLIENT, wanted, source, destination, journeys);
        if (!client.isSeen()) {
            client = end(window, Direction.UNKNOWN, wanted, source, destination, journeys);
        }
        Map<String, Long> drops = new TreeMap<>();
        for (Snapshot.Drop drop : window.drops()) {
            FlowKey flow = drop.flow();
            boolean back = wanted.test(new FlowKey(
                    /* source= */ flow.destination(), /* destination= */ flow.source(), "", "", flow.reporter()));
            if (drop.dropClass() == DropClass.LOSS && (back || wanted.test(flow))) {
                drops.merge(drop.reason(), drop.packets(), Long::sum);
            }
        }
        long listenerDrops = 0;
        for (Snapshot.Tcp tcp : window.tcp()) {
            if (tcp.flow().destination().equals(destination) && tcp.flow().reporter() == Direction.SERVER) {
                listenerDrops += tcp.listenerDrops();
            }
        }
        return new PairWindow(
                source,
                destination,
                Math.max(0, (window.timestamp() - window.from()) / NANOS),
                client,
                end(window, Direction.SERVER, wanted, source, destination, journeys),
                names(window, wanted),
                drops,
                listenerDrops,
                window.lost());
    }

    private static End end(
            Snapshot window,
            Direction reporter,
            Predicate<FlowKey> wanted,
            Identity source,
            Identity destination,
            JourneySummary.Counted journeys) {
        Predicate<FlowKey> mine = flow -> flow.reporter() == reporter && wanted.test(flow);
        long requests = 0;
        Map<Integer, Long> statuses = new TreeMap<>();
        for (Snapshot.Http http : window.http()) {
            if (mine.test(http.flow())) {
                requests += http.requests();
                statuses.merge(http.status(), http.requests(), Long::sum);
            }
        }
        List<Histogram> latencies = new ArrayList<>();
        for (Snapshot.Latency latency : window.httpLatencies()) {
            if (mine.test(latency.flow())) {
                latencies.add(latency.histogram());
            }
        }
        long[] sums = new long[11];
        Map<FailureReason, Long> failures = new EnumMap<>(FailureReason.class);
        List<Histogram> roundTrips = new ArrayList<>();
        List<Histogram> connects = new ArrayList<>();
        List<Histogram> queues = new ArrayList<>();
        for (Snapshot.Tcp tcp : window.tcp()) {
            if (!mine.test(tcp.flow())) {
                continue;
            }
            long[] parts = {
                tcp.opened(),
                tcp.closed(),
                tcp.bytesSent(),
                tcp.bytesReceived(),
                tcp.segmentsSent(),
                tcp.retransmits(),
                reporter == Direction.SERVER ? tcp.synAckRetransmits() : tcp.synRetransmits(),
                tcp.unsentRetransmits(),
                tcp.resetsSent(),
                tcp.resetsReceived(),
                tcp.zeroWindowNanos()
            };
            for (int i = 0; i < sums.length; i++) {
                sums[i] += parts[i];
            }
            tcp.failures().forEach((reason, count) -> failures.merge(reason, count, Long::sum));
            roundTrips.add(tcp.roundTrips());
            connects.add(tcp.connectLatencies());
            queues.add(tcp.acceptQueue());
        }
        return new End(
                requests,
                statuses,
                Distribution.of(latencies),
                sums[0],
                sums[1],
                failures,
                sums[2],
                sums[3],
                sums[4],
                sums[5],
                sums[6],
                sums[7],
                sums[8],
                sums[9],
                sums[10] / NANOS,
                Distribution.of(roundTrips),
                Distribution.of(connects),
                Distribution.of(queues),
                journeys.of(new FlowKey(source, destination, "", "", reporter)));
    }

    private static Names names(Snapshot window, Predicate<FlowKey> wanted) {
        long questions = 0;
        long unanswered = 0;
        long failed = 0;
        long nonExistent = 0;
        // both ends tell of the same questions: the client's, unless only the server's is seen
        Direction reporter = window.dns().stream()
                        .anyMatch(dns -> wanted.test(dns.flow()) && dns.flow().reporter() != Direction.SERVER)
                ? Direction.CLIENT
                : Direction.SERVER;
        for (Snapshot.Dns dns : window.dns()) {
            if (!wanted.test(dns.flow())
                    || (dns.flow().reporter() == Direction.SERVER) != (reporter == Direction.SERVER)) {
                continue;
            }
            questions += dns.transactions();
            if (dns.outcome() == DnsOutcome.UNANSWERED || dns.outcome() == DnsOutcome.FAILED) {
                unanswered += dns.transactions();
            } else if (dns.responseCode() == 3) {
                nonExistent += dns.transactions();
            } else if (dns.responseCode() > 0) {
                failed += dns.transactions();
            }
        }
        List<Histogram> latencies = new ArrayList<>();
        for (Snapshot.Latency latency : window.dnsLatencies()) {
            if (wanted.test(latency.flow())
                    && (latency.flow().reporter() == Direction.SERVER) == (reporter == Direction.SERVER)) {
                latencies.add(latency.histogram());
            }
        }
        return new Names(questions, unanswered, failed, nonExistent, Distribution.of(latencies));
    }
}
