package io.ebpf4j.observability.verdict;

import io.ebpf4j.observability.event.Accepted;
import io.ebpf4j.observability.event.CloseReason;
import io.ebpf4j.observability.event.Closed;
import io.ebpf4j.observability.event.CongestionState;
import io.ebpf4j.observability.event.ConnectFailed;
import io.ebpf4j.observability.event.ConnectStarted;
import io.ebpf4j.observability.event.Connected;
import io.ebpf4j.observability.event.Connection;
import io.ebpf4j.observability.event.ConnectionReset;
import io.ebpf4j.observability.event.ConnectivityEvent;
import io.ebpf4j.observability.event.Direction;
import io.ebpf4j.observability.event.DnsOutcome;
import io.ebpf4j.observability.event.DnsRetry;
import io.ebpf4j.observability.event.DnsTransaction;
import io.ebpf4j.observability.event.DnsTransport;
import io.ebpf4j.observability.event.DropClass;
import io.ebpf4j.observability.event.Endpoint;
import io.ebpf4j.observability.event.FailureReason;
import io.ebpf4j.observability.event.HttpExchanged;
import io.ebpf4j.observability.event.ListenerSample;
import io.ebpf4j.observability.event.PacketDropped;
import io.ebpf4j.observability.event.PayloadSource;
import io.ebpf4j.observability.event.ProcessRef;
import io.ebpf4j.observability.event.Retransmitted;
import io.ebpf4j.observability.event.RoundTrips;
import io.ebpf4j.observability.event.SocketSample;
import io.ebpf4j.observability.event.TcpState;
import io.ebpf4j.observability.event.TlsHandshake;
import io.ebpf4j.observability.event.Traffic;
import io.ebpf4j.observability.identity.IdentifiedEvent;
import io.ebpf4j.observability.identity.Identity;
import io.ebpf4j.observability.identity.NameIdentity;
import io.ebpf4j.observability.identity.Resolution;
import io.ebpf4j.observability.protocol.Completeness;
import io.ebpf4j.observability.protocol.DnsMessage;
import io.ebpf4j.observability.protocol.HttpExchange;
import io.ebpf4j.observability.protocol.TlsHello;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Events as layers tell them, of times in milliseconds, and the journeys that a tracker makes of them. */
final class ToldEvents {
    static final Endpoint CLIENT = endpoint("192.0.2.1", 40_000);
    static final Endpoint SERVER = endpoint("192.0.2.2", 80);
    static final ProcessRef CURL = new ProcessRef(4711, 0, 99, "curl");
    static final long CLIENT_SPACE = 1001;
    static final long SERVER_SPACE = 1002;
    private static final long BASE = 1_000_000_000_000L;

    final List<RequestJourney> journeys = new ArrayList<>();
    final JourneyTracker tracker;
    final Connection client = new Connection(7, Direction.CLIENT, CLIENT, SERVER, CURL, CLIENT_SPACE, 5);
    final Connection server =
            new Connection(8, Direction.SERVER, SERVER, CLIENT, new ProcessRef(80, 0, 1, "nginx"), SERVER_SPACE, 6);

    ToldEvents() {
        this(JourneyOptions.DEFAULTS);
    }

    ToldEvents(JourneyOptions options) {
        tracker = new JourneyTracker(options, journeys::add);
    }

    static Endpoint endpoint(String address, int port) {
        try {
            byte[] b = InetAddress.getByName(address).getAddress();
            long v4 = (b[0] & 0xffL) << 24 | (b[1] & 0xffL) << 16 | (b[2] & 0xffL) << 8 | (b[3] & 0xffL);
            return new Endpoint(0, 0xffff_0000_0000L | v4, port);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    static long at(double milliseconds) {
        return BASE + (long) (milliseconds * 1e6);
    }

    static Duration ms(double milliseconds) {
        return Duration.ofNanos((long) (milliseconds * 1e6));
    }

    private static Resolution named(String name) {
        Identity identity = new NameIdentity(name);
        return new Resolution(300, identity, List.of());
    }

    void tell(ConnectivityEvent event, Direction reporter) {
        tracker.accept(new IdentifiedEvent(event, reporter, named("client.test"), named("server.test")));
    }

    ToldEvents started(double time) {
        tell(new ConnectStarted(at(time), 0, client), Direction.CLIENT);
        return this;
    }

    ToldEvents connected(double time, double latency, int syns) {
        tell(new Connected(at(time), 0, client, ms(latency), syns, ms(1)), Direction.CLIENT);
        return this;
    }

    ToldEvents accepted(double time, double queued) {
        tell(new Accepted(at(time), 1, server, ms(queued)), Direction.SERVER);
        return this;
    }

    ToldEvents failed(double time, FailureReason reason, double duration, int syns, int unsent) {
        tell(new ConnectFailed(at(time), 0, client, reason, 110, ms(duration), syns, unsent), Direction.CLIENT);
        return this;
    }

    ToldEvents exchanged(Direction reporter, double start, double first, double last, int status) {
        return exchanged(reporter, start, first, last, status, -1, Completeness.WHOLE, last);
    }

    ToldEvents exchanged(
            Direction reporter,
            double start,
            double first,
            double last,
            int status,
            int grpc,
            Completeness completeness,
            double told) {
        return exchanged(reporter, start, first, last, 1_000, status, grpc, completeness, told);
    }

    /** A good answer of so many bytes. */
    ToldEvents answered(Direction reporter, double start, double first, double last, long bytes) {
        return exchanged(reporter, start, first, last, bytes, 200, -1, Completeness.WHOLE, last);
    }

    private ToldEvents exchanged(
            Direction reporter,
            double start,
            double first,
            double last,
            long bytes,
            int status,
            int grpc,
            Completeness completeness,
            double told) {
        HttpExchange exchange = new HttpExchange(
                HttpExchange.Protocol.HTTP_1_1,
                "GET",
                "/",
                "server.test",
                status,
                at(start),
                first == 0 ? 0 : at(first),
                last == 0 ? 0 : at(last),
                100,
                bytes,
                Optional.empty(),
                grpc,
                completeness);
        tell(
                new HttpExchanged(
                        at(told), 0, reporter == Direction.CLIENT ? client : server, PayloadSource.SOCKET, exchange),
                reporter);
        return this;
    }

    ToldEvents again(Direction reporter, double time, CongestionState congestion, int error) {
        tell(
                new Retransmitted(
                        at(time),
                        0,
                        reporter == Direction.CLIENT ? client : server,
                        Retransmitted.Segment.DATA,
                        1,
                        1,
                        error,
                        congestion,
                        TcpState.ESTABLISHED),
                reporter);
        return this;
    }

    ToldEvents reset(Direction reporter, double time, ConnectionReset.Side side, String reason) {
        tell(
                new ConnectionReset(
                        at(time),
                        0,
                        reporter == Direction.CLIENT ? client : server,
                        side,
                        reason,
                        TcpState.ESTABLISHED),
                reporter);
        return this;
    }

    ToldEvents closed(
            Direction reporter, double time, CloseReason reason, TcpState before, double closedWindow, long received) {
        tell(
                new Closed(
                        at(time),
                        0,
                        reporter == Direction.CLIENT ? client : server,
                        reason,
                        0,
                        before,
                        ms(time),
                        traffic(closedWindow, received)),
                reporter);
        return this;
    }

    ToldEvents sampled(Direction reporter, double time, double closedWindow) {
        tell(
                new SocketSample(
                        at(time),
                        0,
                        reporter == Direction.CLIENT ? client : server,
                        TcpState.ESTABLISHED,
                        ms(time),
                        traffic(closedWindow, 10),
                        10,
                        0,
                        0,
                        0),
                reporter);
        return this;
    }

    private static Traffic traffic(double closedWindow, long received) {
        return new Traffic(
                500,
                received,
                0,
                10,
                10,
                5,
                5,
                0,
                0,
                0,
                10,
                0,
                ms(1),
                ms(0),
                ms(1),
                new RoundTrips(0, ms(0), ms(0), ms(0), ms(0), ms(0)),
                ms(closedWindow),
                closedWindow > 0 ? 1 : 0);
    }

    ToldEvents tls(double time, int version, int alert, double latency, Answered answered) {
        TlsHello.Client hello = new TlsHello.Client(version, "server.test", List.of(), Completeness.WHOLE);
        tell(
                new TlsHandshake(
                        at(time),
                        0,
                        client,
                        Optional.of(hello),
                        answered == Answered.YES
                                ? Optional.of(new TlsHello.Server(version, 1, "", Completeness.WHOLE))
                                : Optional.empty(),
                        alert < 0 ? OptionalInt.empty() : OptionalInt.of(alert),
                        (long) (latency * 1e6)),
                Direction.CLIENT);
        return this;
    }

    enum Answered {
        YES,
        NO
    }

    ToldEvents asked(String name, int type, double start, double end, DnsOutcome outcome, int code, String... answers) {
        return asked(CURL, name, type, start, end, outcome, code, answers);
    }

    ToldEvents asked(
            ProcessRef asker,
            String name,
            int type,
            double start,
            double end,
            DnsOutcome outcome,
            int code,
            String... answers) {
        List<InetAddress> addresses = new ArrayList<>();
        for (String answer : answers) {
            try {
                addresses.add(InetAddress.getByName(answer));
            } catch (UnknownHostException e) {
                throw new AssertionError(e);
            }
        }
        Connection connection = new Connection(
                11, Direction.CLIENT, endpoint("192.0.2.1", 5_000), endpoint("192.0.2.53", 53), asker, CLIENT_SPACE, 5);
        tell(
                new DnsTransaction(
                        at(end),
                        0,
                        connection,
                        DnsTransport.UDP,
                        1,
                        name,
                        type,
                        outcome,
                        code,
                        List.of(),
                        addresses,
                        60,
                        DnsMessage.Truncation.NONE,
                        Completeness.WHOLE,
                        at(start),
                        1,
                        DnsRetry.NONE,
                        0),
                Direction.CLIENT);
        return this;
    }

    ToldEvents listener(double time, String address, long space, int backlog, int maximum, long drops) {
        Connection listener = new Connection(
                99, Direction.SERVER, endpoint(address, 80), new Endpoint(0, 0, 0), ProcessRef.UNKNOWN, space, 0);
        tell(new ListenerSample(at(time), 0, listener, backlog, maximum, drops), Direction.SERVER);
        return this;
    }

    ToldEvents dropped(double time, String reason, long space) {
        tell(
                new PacketDropped(at(time), 0, 0, CLIENT, SERVER, 6, 2, reason, DropClass.LOSS, 0, 60, space, 2),
                Direction.UNKNOWN);
        return this;
    }

    /** All journeys, when everything has settled. */
    List<RequestJourney> settled() {
        tracker.elapse(at(10_000_000));
        return journeys;
    }

    RequestJourney only() {
        List<RequestJourney> all = settled();
        if (all.size() != 1) {
            throw new AssertionError("not one journey but " + all);
        }
        return all.getFirst();
    }
}
