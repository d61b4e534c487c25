package io.ebpf4j.observability.aggregate;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.observability.event.CloseReason;
import io.ebpf4j.observability.event.Closed;
import io.ebpf4j.observability.event.ConnectFailed;
import io.ebpf4j.observability.event.Connection;
import io.ebpf4j.observability.event.ConnectionReset;
import io.ebpf4j.observability.event.ConnectivityEvent;
import io.ebpf4j.observability.event.DatagramFlow;
import io.ebpf4j.observability.event.Direction;
import io.ebpf4j.observability.event.DnsOutcome;
import io.ebpf4j.observability.event.DnsRetry;
import io.ebpf4j.observability.event.DnsTransaction;
import io.ebpf4j.observability.event.DnsTransport;
import io.ebpf4j.observability.event.DropClass;
import io.ebpf4j.observability.event.FailureReason;
import io.ebpf4j.observability.event.IcmpSent;
import io.ebpf4j.observability.event.PacketDropped;
import io.ebpf4j.observability.event.ProcessRef;
import io.ebpf4j.observability.event.Retransmitted.Segment;
import io.ebpf4j.observability.event.TcpState;
import io.ebpf4j.observability.event.Traffic;
import io.ebpf4j.observability.identity.Identity;
import io.ebpf4j.observability.identity.WorkloadIdentity;
import io.ebpf4j.observability.protocol.Completeness;
import io.ebpf4j.observability.protocol.DnsMessage;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;

/**
 * Every family against maps that were filled as the events were made up: of a connection what it did is put into the map at
 * once, while its events tell totals, so that the two come to the same only if each total is counted once.
 */
class AggregateModelTest {
    private static final double[] BOUNDS = {.005, .01, .025, .05, .075, .1, .25, .5, .75, 1, 2.5, 5, 7.5, 10};
    private static final double[] ROUND_TRIPS = {.0005, .001, .002, .005, .01, .025, .05, .1, .25, .5, 1};
    private static final String[] METHODS = {"GET", "POST", "DELETE"};
    private static final String[] NAMES = {"api.twilio.com", "core-api.tenant-jobs", "example.org"};

    private final long seed = new Random().nextLong();
    private final Random random = new Random(seed);
    private final SyntheticEvents events = new SyntheticEvents();
    private final FlowAggregator aggregator = new FlowAggregator(AggregateOptions.DEFAULTS, 1);
    private final Map<List<Object>, long[]> model = new HashMap<>();
    private final List<Live> live = new ArrayList<>();
    private long time = 1_000;
    private long cookies;

    /** A connection that goes on. */
    private static final class Live {
        private final Connection connection;
        private final Identity source;
        private final Identity destination;
        private final long began;
        private long sent;
        private long received;
        private int segmentsSent = Integer.MAX_VALUE - 5; // they begin anew after 2^32
        private int segmentsReceived;
        private long zeroWindow;

        Live(Connection connection, Identity source, Identity destination, long began) {
            this.connection = connection;
            this.source = source;
            this.destination = destination;
            this.began = began;
        }
    }

    private void count(int part, long amount, Object... key) {
        model.computeIfAbsent(List.of(key), absent -> new long[4])[part] += amount;
    }

    private void histogram(double[] bounds, long nanos, Object... key) {
        List<Object> all = new ArrayList<>(List.of(key));
        int bucket = 0;
        while (bucket < bounds.length && nanos / 1e9 > bounds[bucket]) {
            bucket++;
        }
        all.add(bucket);
        count(0, 1, all.toArray());
        all.set(all.size() - 1, "sum");
        count(0, nanos, all.toArray());
    }

    private static FlowKey key(Identity source, Identity destination, Direction reporter) {
        return new FlowKey(
                ((WorkloadIdentity) source).withoutPod(),
                ((WorkloadIdentity) destination).withoutPod(),
                "",
                "",
                reporter);
    }

    private void tell(ConnectivityEvent event, Direction reporter, Identity source, Identity destination) {
        aggregator.accept(events.identified(event, reporter, source, destination));
    }

    private Identity someone() {
        int number = random.nextInt(6);
        return SyntheticEvents.service("service-" + number, "service-" + number + "-" + random.nextInt(3));
    }

    private Direction end() {
        return random.nextBoolean() ? Direction.CLIENT : Direction.SERVER;
    }

    private void http() {
        Direction reporter = end();
        Identity source = someone();
        Identity destination = someone();
        String method = METHODS[random.nextInt(METHODS.length)];
        int status = random.nextInt(10) == 0 ? 0 : 200 + random.nextInt(4);
        long latency = 1 + random.nextLong(20_000_000_000L);
        tell(
                SyntheticEvents.http(
                        time, SyntheticEvents.connection(1, reporter), method, "/", status, latency, Optional.empty()),
                reporter,
                source,
                destination);
        FlowKey flow = key(source, destination, reporter);
        count(0, 1, "http", flow, method, "HTTP/1.1", status);
        count(1, 100, "http", flow, method, "HTTP/1.1", status);
        count(2, status == 0 ? 0 : 200, "http", flow, method, "HTTP/1.1", status);
        count(0, 1, "flow", flow, "HTTP");
        if (status != 0) {
            histogram(BOUNDS, latency, "http latency", flow, method);
        }
    }

    private void dns() {
        Identity source = someone();
        Identity destination = someone();
        Direction reporter = end();
        String name = NAMES[random.nextInt(NAMES.length)];
        int type = random.nextBoolean() ? 1 : 28;
        DnsOutcome outcome = DnsOutcome.values()[random.nextInt(4)];
        boolean answered = outcome == DnsOutcome.ANSWERED || outcome == DnsOutcome.UNASKED;
        List<InetAddress> addresses = new ArrayList<>();
        for (int i = answered ? random.nextInt(4) : 0; i > 0; i--) {
            addresses.add(address(type));
        }
        int queries = 1 + random.nextInt(3);
        long latency = 1 + random.nextLong(3_000_000_000L);
        int code = answered ? (addresses.isEmpty() ? 3 : 0) : -1;
        List<String> aliases = addresses.size() == 2 ? List.of("alias.example.org") : List.of();
        tell(
                new DnsTransaction(
                        time + latency,
                        0,
                        SyntheticEvents.connection(9, reporter),
                        DnsTransport.UDP,
                        1,
                        name,
                        type,
                        outcome,
                        code,
                        aliases,
                        addresses,
                        60,
                        DnsMessage.Truncation.values()[0],
                        Completeness.WHOLE,
                        time,
                        queries,
                        DnsRetry.NONE,
                        0),
                reporter,
                source,
                destination);
        FlowKey flow = key(source, destination, reporter);
        List<String> types = new ArrayList<>();
        if (!addresses.isEmpty()) {
            types.add(type == 1 ? "A" : "AAAA");
        }
        types.addAll(aliases.isEmpty() ? List.of() : List.of("CNAME"));
        Object[] key = {"dns", flow, name, type == 1 ? "A" : "AAAA", outcome, code, addresses.size(), types};
        count(0, 1, key);
        count(1, queries, key);
        count(0, 1, "flow", flow, "DNS");
        if (outcome == DnsOutcome.ANSWERED) {
            histogram(BOUNDS, latency, "dns latency", flow, type == 1 ? "A" : "AAAA");
        }
    }

    private InetAddress address(int type) {
        byte[] bytes = new byte[type == 1 ? 4 : 16];
        random.nextBytes(bytes);
        bytes[0] = 0x20; // no IPv4 in IPv6
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private void drop() {
        Identity source = someone();
        Identity destination = someone();
        String reason = random.nextBoolean() ? "NO_SOCKET" : "NETFILTER_DROP";
        int protocol = random.nextBoolean() ? 6 : 47;
        int bytes = random.nextInt(1500);
        tell(
                new PacketDropped(
                        time,
                        0,
                        0,
                        SyntheticEvents.endpoint(1, 1),
                        SyntheticEvents.endpoint(2, 2),
                        protocol,
                        0,
                        reason,
                        DropClass.LOSS,
                        0,
                        bytes,
                        1,
                        1),
                Direction.UNKNOWN,
                source,
                destination);
        FlowKey flow = key(source, destination, Direction.UNKNOWN);
        count(0, 1, "drop", flow, reason, protocol == 6 ? "TCP" : "47");
        count(1, bytes, "drop", flow, reason, protocol == 6 ? "TCP" : "47");
        count(0, 1, "flow", flow, protocol == 6 ? "TCP" : "47");
    }

    private void datagrams() {
        Identity source = someone();
        Identity destination = someone();
        Connection connection = new Connection(
                77,
                Direction.UNKNOWN,
                SyntheticEvents.endpoint(1, 50_000),
                SyntheticEvents.endpoint(2, 53 + random.nextInt(2)),
                ProcessRef.UNKNOWN,
                1,
                0);
        tell(new DatagramFlow(time, 0, connection, time, time, 1, 1, 1, 1, 0), Direction.UNKNOWN, source, destination);
        FlowKey flow = key(source, destination, Direction.UNKNOWN);
        count(0, 1, "port", flow, "UDP", connection.remote().port());
        count(0, 1, "flow", flow, "UDP");
    }

    private void icmp() {
        Identity source = someone();
        Identity destination = someone();
        tell(
                new IcmpSent(time, 0, SyntheticEvents.connection(0, Direction.UNKNOWN), 3, random.nextInt(2), 17),
                Direction.UNKNOWN,
                source,
                destination);
        // which code it was is told by the aggregate alone; both are of one sum here
        count(0, 1, "icmp", key(source, destination, Direction.UNKNOWN));
    }

    private void open() {
        Direction reporter = end();
        Identity source = someone();
        Identity destination = someone();
        Live opened = new Live(SyntheticEvents.connection(++cookies, reporter), source, destination, time);
        opened.segmentsSent = 0;
        FlowKey flow = key(source, destination, reporter);
        FlowKey back = key(destination, source, reporter);
        long took = 1 + random.nextLong(1_000_000_000);
        if (reporter == Direction.CLIENT) {
            int roundTrip = 1 + random.nextInt(2_000_000);
            tell(SyntheticEvents.connected(time, opened.connection, took, roundTrip), reporter, source, destination);
            histogram(BOUNDS, took, "connect", flow);
            histogram(ROUND_TRIPS, roundTrip * 1_000L, "round trip", flow);
        } else {
            tell(SyntheticEvents.accepted(time, opened.connection, took), reporter, source, destination);
            histogram(BOUNDS, took, "accept", flow);
            count(0, 1, "flag", flow, "SYN");
        }
        count(0, 1, "flag", back, "SYN-ACK");
        count(0, 1, "tcp", flow, "opened");
        count(0, 1, "port", flow, "TCP", 8080);
        live.add(opened);
    }

    private void goOn(boolean isOver) {
        if (live.isEmpty()) {
            return;
        }
        Live one = live.get(random.nextInt(live.size()));
        FlowKey flow = key(one.source, one.destination, one.connection.direction());
        int moreSent = 1 + random.nextInt(1 << 20);
        int moreReceived = 1 + random.nextInt(1 << 20);
        long bytesSent = random.nextInt(1 << 30);
        long bytesReceived = random.nextInt(1 << 30);
        one.segmentsSent += moreSent;
        one.segmentsReceived += moreReceived;
        one.sent += bytesSent;
        one.received += bytesReceived;
        long closed = random.nextInt(4) == 0 ? random.nextInt(1_000_000) : 0;
        if (closed > 0 && one.zeroWindow == 0) {
            count(0, 1, "tcp", flow, "zero windows");
        }
        one.zeroWindow += closed;
        count(0, closed, "tcp", flow, "zero window");
        count(0, moreSent, "tcp", flow, "segments sent");
        count(0, moreReceived, "tcp", flow, "segments received");
        count(0, bytesSent, "tcp", flow, "sent");
        count(0, bytesReceived, "tcp", flow, "received");
        int roundTrip = 1 + random.nextInt(2_000_000);
        histogram(ROUND_TRIPS, roundTrip * 1_000L, "round trip", flow);
        Traffic traffic = SyntheticEvents.traffic(
                one.sent, one.received, one.segmentsSent, one.segmentsReceived, one.zeroWindow, roundTrip);
        if (!isOver) {
            tell(
                    SyntheticEvents.sample(time, one.connection, time - one.began, traffic),
                    one.connection.direction(),
                    one.source,
                    one.destination);
            return;
        }
        live.remove(one);
        tell(
                new Closed(
                        time,
                        0,
                        one.connection,
                        CloseReason.ABORTED,
                        0,
                        TcpState.ESTABLISHED,
                        Duration.ofNanos(time - one.began),
                        traffic),
                one.connection.direction(),
                one.source,
                one.destination);
        count(0, 1, "tcp", flow, "closed");
    }

    private void trouble() {
        Direction reporter = end();
        Identity source = someone();
        Identity destination = someone();
        FlowKey flow = key(source, destination, reporter);
        Connection connection = SyntheticEvents.connection(0, reporter);
        switch (random.nextInt(3)) {
            case 0 -> {
                FailureReason reason = FailureReason.values()[random.nextInt(FailureReason.values().length)];
                tell(
                        new ConnectFailed(time, 0, connection, reason, 1, Duration.ZERO, 2, 1),
                        reporter,
                        source,
                        destination);
                count(0, 1, "failure", flow, reason);
            }
            case 1 -> {
                Segment segment = Segment.values()[random.nextInt(3)];
                int segments = 1 + random.nextInt(5);
                int error = random.nextInt(4) == 0 ? 16 : 0;
                tell(
                        SyntheticEvents.retransmitted(time, connection, segment, segments, error),
                        reporter,
                        source,
                        destination);
                count(0, segments, "tcp", flow, error == 0 ? segment.name() : "unsent");
            }
            default -> {
                ConnectionReset.Side side = ConnectionReset.Side.values()[random.nextInt(2)];
                tell(SyntheticEvents.reset(time, connection, side), reporter, source, destination);
                count(0, 1, "tcp", flow, side.name());
                boolean forth = side == ConnectionReset.Side.THIS_END == (reporter == Direction.CLIENT);
                count(0, 1, "flag", forth ? flow : key(destination, source, reporter), "RST");
            }
        }
    }

    @RepeatedTest(5)
    void everyFamilyIsAsTheMapsAre() {
        for (int i = 0; i < 20_000; i++) {
            time += 1 + random.nextInt(1_000_000);
            switch (random.nextInt(10)) {
                case 0, 1 -> http();
                case 2 -> dns();
                case 3 -> drop();
                case 4 -> datagrams();
                case 5 -> icmp();
                case 6 -> open();
                case 7 -> goOn(false);
                case 8 -> goOn(random.nextInt(3) == 0);
                default -> trouble();
            }
        }
        Map<List<Object>, List<Long>> expected = new HashMap<>();
        model.forEach((key, parts) -> expected.put(key, List.of(parts[0], parts[1], parts[2])));
        expected.values().removeIf(parts -> parts.stream().allMatch(part -> part == 0));
        assertThat(read(aggregator.snapshot())).as("seed %d", seed).isEqualTo(expected);
        assertThat(aggregator.snapshot().families())
                .allSatisfy(family -> assertThat(family.foldedUpdates()).isZero());
    }

    /** The snapshot in the model's words. */
    private static Map<List<Object>, List<Long>> read(Snapshot snapshot) {
        Map<List<Object>, List<Long>> found = new HashMap<>();
        snapshot.http()
                .forEach(each -> put(
                        found,
                        List.of(each.requests(), each.requestBytes(), each.responseBytes()),
                        "http",
                        each.flow(),
                        each.method(),
                        each.protocol(),
                        each.status()));
        snapshot.httpLatencies()
                .forEach(each -> histogram(found, each.histogram(), "http latency", each.flow(), each.kind()));
        snapshot.dns()
                .forEach(each -> put(
                        found,
                        List.of(each.transactions(), each.queries(), 0L),
                        "dns",
                        each.flow(),
                        each.query(),
                        each.type(),
                        each.outcome(),
                        each.responseCode(),
                        each.addresses(),
                        each.answerTypes()));
        snapshot.dnsLatencies()
                .forEach(each -> histogram(found, each.histogram(), "dns latency", each.flow(), each.kind()));
        snapshot.drops()
                .forEach(each -> put(
                        found,
                        List.of(each.packets(), each.bytes(), 0L),
                        "drop",
                        each.flow(),
                        each.reason(),
                        each.protocol()));
        snapshot.ports().forEach(each -> put(found, each.count(), "port", each.flow(), each.protocol(), each.port()));
        snapshot.icmp().forEach(each -> put(found, each.count(), "icmp", each.flow()));
        snapshot.tcpFlags().forEach(each -> put(found, each.count(), "flag", each.flow(), each.flag()));
        snapshot.flows().stream()
                .filter(each -> !(each.type().equals("Trace") && each.protocol().equals("TCP"))) // steps of connections
                .forEach(each -> put(found, each.count(), "flow", each.flow(), each.protocol()));
        snapshot.tcp().forEach(each -> tcp(found, each));
        return found;
    }

    private static void tcp(Map<List<Object>, List<Long>> found, Snapshot.Tcp each) {
        FlowKey flow = each.flow();
        each.failures().forEach((reason, count) -> put(found, count, "failure", flow, reason));
        put(found, each.opened(), "tcp", flow, "opened");
        put(found, each.closed(), "tcp", flow, "closed");
        put(found, each.bytesSent(), "tcp", flow, "sent");
        put(found, each.bytesReceived(), "tcp", flow, "received");
        put(found, each.segmentsSent(), "tcp", flow, "segments sent");
        put(found, each.segmentsReceived(), "tcp", flow, "segments received");
        put(found, each.retransmits(), "tcp", flow, "DATA");
        put(found, each.synRetransmits(), "tcp", flow, "SYN");
        put(found, each.synAckRetransmits(), "tcp", flow, "SYN_ACK");
        put(found, each.unsentRetransmits(), "tcp", flow, "unsent");
        put(found, each.resetsSent(), "tcp", flow, "THIS_END");
        put(found, each.resetsReceived(), "tcp", flow, "PEER");
        put(found, each.zeroWindows(), "tcp", flow, "zero windows");
        put(found, each.zeroWindowNanos(), "tcp", flow, "zero window");
        histogram(found, each.roundTrips(), "round trip", flow);
        histogram(found, each.connectLatencies(), "connect", flow);
        histogram(found, each.acceptQueue(), "accept", flow);
    }

    private static void put(Map<List<Object>, List<Long>> found, long count, Object... key) {
        put(found, List.of(count, 0L, 0L), key);
    }

    private static void put(Map<List<Object>, List<Long>> found, List<Long> parts, Object... key) {
        if (parts.stream().anyMatch(part -> part != 0)) {
            found.merge(
                    List.of(key),
                    parts,
                    (a, b) -> List.of(a.get(0) + b.get(0), a.get(1) + b.get(1), a.get(2) + b.get(2)));
        }
    }

    private static void histogram(Map<List<Object>, List<Long>> found, Histogram histogram, Object... key) {
        List<Object> all = new ArrayList<>(List.of(key));
        all.add("sum");
        put(found, Math.round(histogram.sum() * 1e9), all.toArray());
        for (int i = 0; i < histogram.counts().size(); i++) {
            all.set(all.size() - 1, i);
            put(found, histogram.counts().get(i), all.toArray());
        }
        assertThat(histogram.exponential().zeroCount()
                        + histogram.exponential().counts().stream()
                                .mapToLong(Long::longValue)
                                .sum())
                .isEqualTo(histogram.count());
    }
}
