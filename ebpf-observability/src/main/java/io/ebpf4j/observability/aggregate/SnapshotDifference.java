package io.ebpf4j.observability.aggregate;

import io.ebpf4j.observability.event.FailureReason;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BinaryOperator;
import java.util.function.Function;

/** What was added between two snapshots of one aggregate, series by series. */
final class SnapshotDifference {
    private final long time;

    private SnapshotDifference(long time) {
        this.time = time;
    }

    static Snapshot between(Snapshot earlier, Snapshot later) {
        if (later.timestamp() - earlier.timestamp() < 0 || later.from() != earlier.from()) {
            throw new IllegalArgumentException("a snapshot from " + later.from() + " to " + later.timestamp()
                    + " cannot be since one from " + earlier.from() + " to " + earlier.timestamp());
        }
        SnapshotDifference difference = new SnapshotDifference(earlier.timestamp());
        return new Snapshot(
                earlier.timestamp(),
                later.timestamp(),
                later.lost() - earlier.lost(),
                series(
                        earlier.http(),
                        later.http(),
                        each -> List.of(each.flow(), each.method(), each.protocol(), each.status(), each.route()),
                        difference::http),
                latencies(difference, earlier.httpLatencies(), later.httpLatencies()),
                series(earlier.tcp(), later.tcp(), Snapshot.Tcp::flow, difference::tcp),
                series(
                        earlier.dns(),
                        later.dns(),
                        each -> List.of(
                                each.flow(),
                                each.query(),
                                each.type(),
                                each.outcome(),
                                each.responseCode(),
                                each.addresses(),
                                each.answerTypes()),
                        SnapshotDifference::dns),
                latencies(difference, earlier.dnsLatencies(), later.dnsLatencies()),
                series(
                        earlier.drops(),
                        later.drops(),
                        each -> List.of(each.flow(), each.reason(), each.dropClass(), each.protocol()),
                        (now, then) -> new Snapshot.Drop(
                                now.flow(),
                                now.reason(),
                                now.dropClass(),
                                now.protocol(),
                                now.packets() - then.packets(),
                                now.bytes() - then.bytes())),
                series(
                        earlier.flows(),
                        later.flows(),
                        each -> List.of(each.flow(), each.type(), each.subtype(), each.verdict(), each.protocol()),
                        (now, then) -> new Snapshot.Flow(
                                now.flow(),
                                now.type(),
                                now.subtype(),
                                now.verdict(),
                                now.protocol(),
                                now.count() - then.count())),
                series(
                        earlier.tcpFlags(),
                        later.tcpFlags(),
                        each -> List.of(each.flow(), each.flag(), each.family()),
                        (now, then) ->
                                new Snapshot.TcpFlag(now.flow(), now.flag(), now.family(), now.count() - then.count())),
                series(
                        earlier.ports(),
                        later.ports(),
                        each -> List.of(each.flow(), each.protocol(), each.port()),
                        (now, then) ->
                                new Snapshot.Port(now.flow(), now.protocol(), now.port(), now.count() - then.count())),
                series(
                        earlier.icmp(),
                        later.icmp(),
                        each -> List.of(each.flow(), each.family(), each.type()),
                        (now, then) ->
                                new Snapshot.Icmp(now.flow(), now.family(), now.type(), now.count() - then.count())),
                later.families());
    }

    /** Series that are new stay, those that are as they were go. */
    private static <T> List<T> series(
            List<T> earlier, List<T> later, Function<T, Object> key, BinaryOperator<T> difference) {
        Map<Object, T> before = new HashMap<>();
        earlier.forEach(each -> before.put(key.apply(each), each));
        List<T> changed = new ArrayList<>();
        for (T each : later) {
            T then = before.get(key.apply(each));
            if (then == null) {
                changed.add(each);
            } else if (!then.equals(each)) {
                changed.add(difference.apply(each, then));
            }
        }
        return changed;
    }

    private static List<Snapshot.Latency> latencies(
            SnapshotDifference difference, List<Snapshot.Latency> earlier, List<Snapshot.Latency> later) {
        return series(
                earlier,
                later,
                each -> List.of(each.flow(), each.kind()),
                (now, then) -> new Snapshot.Latency(
                        now.flow(), now.kind(), difference.histogram(now.histogram(), then.histogram())));
    }

    private Histogram histogram(Histogram now, Histogram then) {
        return now.since(then, time);
    }

    private List<Exemplar> newer(List<Exemplar> exemplars) {
        return Optional.of(exemplars)
                .filter(all -> !all.isEmpty() && all.getFirst().timestamp() - time > 0)
                .orElse(List.of());
    }

    private Snapshot.Http http(Snapshot.Http now, Snapshot.Http then) {
        return new Snapshot.Http(
                now.flow(),
                now.method(),
                now.protocol(),
                now.status(),
                now.route(),
                now.requests() - then.requests(),
                now.requestBytes() - then.requestBytes(),
                now.responseBytes() - then.responseBytes(),
                newer(now.exemplar()));
    }

    private static Snapshot.Dns dns(Snapshot.Dns now, Snapshot.Dns then) {
        return new Snapshot.Dns(
                now.flow(),
                now.query(),
                now.type(),
                now.outcome(),
                now.responseCode(),
                now.addresses(),
                now.answerTypes(),
                now.transactions() - then.transactions(),
                now.queries() - then.queries());
    }

    private Snapshot.Tcp tcp(Snapshot.Tcp now, Snapshot.Tcp then) {
        Map<FailureReason, Long> failures = new EnumMap<>(FailureReason.class);
        now.failures().forEach((reason, count) -> {
            long more = count - then.failures().getOrDefault(reason, 0L);
            if (more > 0) {
                failures.put(reason, more);
            }
        });
        return new Snapshot.Tcp(
                now.flow(),
                now.opened() - then.opened(),
                now.closed() - then.closed(),
                failures,
                now.bytesSent() - then.bytesSent(),
                now.bytesReceived() - then.bytesReceived(),
                now.segmentsSent() - then.segmentsSent(),
                now.segmentsReceived() - then.segmentsReceived(),
                now.retransmits() - then.retransmits(),
                now.synRetransmits() - then.synRetransmits(),
                now.synAckRetransmits() - then.synAckRetransmits(),
                now.unsentRetransmits() - then.unsentRetransmits(),
                now.resetsSent() - then.resetsSent(),
                now.resetsReceived() - then.resetsReceived(),
                now.zeroWindows() - then.zeroWindows(),
                now.zeroWindowNanos() - then.zeroWindowNanos(),
                now.listenerDrops() - then.listenerDrops(),
                now.minimumRoundTripNanos(),
                histogram(now.roundTrips(), then.roundTrips()),
                histogram(now.connectLatencies(), then.connectLatencies()),
                histogram(now.acceptQueue(), then.acceptQueue()),
                histogram(now.durations(), then.durations()),
                newer(now.retransmitExemplar()));
    }
}
