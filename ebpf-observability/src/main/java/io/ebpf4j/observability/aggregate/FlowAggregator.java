package io.ebpf4j.observability.aggregate;

import io.ebpf4j.observability.event.Accepted;
import io.ebpf4j.observability.event.AcceptedView;
import io.ebpf4j.observability.event.Closed;
import io.ebpf4j.observability.event.ClosedView;
import io.ebpf4j.observability.event.CongestionChanged;
import io.ebpf4j.observability.event.ConnectFailed;
import io.ebpf4j.observability.event.ConnectFailedView;
import io.ebpf4j.observability.event.ConnectStarted;
import io.ebpf4j.observability.event.ConnectStartedView;
import io.ebpf4j.observability.event.Connected;
import io.ebpf4j.observability.event.ConnectedView;
import io.ebpf4j.observability.event.Connection;
import io.ebpf4j.observability.event.ConnectionEvent;
import io.ebpf4j.observability.event.ConnectionReset;
import io.ebpf4j.observability.event.ConnectionResetView;
import io.ebpf4j.observability.event.ConnectionView;
import io.ebpf4j.observability.event.DatagramDropped;
import io.ebpf4j.observability.event.DatagramFailed;
import io.ebpf4j.observability.event.DatagramFlow;
import io.ebpf4j.observability.event.Direction;
import io.ebpf4j.observability.event.DnsOutcome;
import io.ebpf4j.observability.event.DnsTransaction;
import io.ebpf4j.observability.event.Endpoint;
import io.ebpf4j.observability.event.EventHandler;
import io.ebpf4j.observability.event.GapEvent;
import io.ebpf4j.observability.event.HttpExchanged;
import io.ebpf4j.observability.event.HttpUnpaired;
import io.ebpf4j.observability.event.IcmpSent;
import io.ebpf4j.observability.event.ListenerSample;
import io.ebpf4j.observability.event.ListenerSampleView;
import io.ebpf4j.observability.event.PacketDropped;
import io.ebpf4j.observability.event.ProcessEvent;
import io.ebpf4j.observability.event.ProcessRef;
import io.ebpf4j.observability.event.Retransmitted;
import io.ebpf4j.observability.event.RetransmittedView;
import io.ebpf4j.observability.event.SocketSample;
import io.ebpf4j.observability.event.SocketSampleView;
import io.ebpf4j.observability.event.TlsHandshake;
import io.ebpf4j.observability.event.Traffic;
import io.ebpf4j.observability.identity.IdentifiedEvent;
import io.ebpf4j.observability.identity.IdentityResolver;
import io.ebpf4j.observability.identity.Resolution;
import io.ebpf4j.observability.identity.Subject;
import io.ebpf4j.observability.protocol.HttpExchange;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Adds events up to series by who talks to whom. One thread feeds it, by {@link #accept} or by the handler that {@link
 * #tcp} gives; {@link #snapshot} is for any thread at any time, and does not hold the feeding up. Memory is bounded by
 * {@link AggregateOptions}, and taken as series come. An update of TCP from its records allocates nothing.
 *
 * <p><b>What is counted where.</b>
 *
 * <ul>
 *   <li>Everything is counted at each end that tells it: where both are on this host, there are two series of every kind,
 *       one a reporter.
 *   <li>HTTP is counted when an exchange is over; one without an answer has the status 0, one whose status could not be
 *       read (HTTP/2 that refers to what was said before) -1. A response without its request has neither method nor
 *       latency. The latency is that of {@link HttpExchange#latency()}, to the first byte of the answer.
 *   <li>TCP's bytes, segments and closed windows are the sockets' own counters, of which sweeps and closes tell: each time
 *       what was not told before is added. What a socket counted before the program began is left out.
 *   <li>Retransmissions are counted from {@link Retransmitted} alone, never from the sockets' counters, so that a
 *       SYN-ACK's, which no socket has, are there too, and each at its time: those of data, of SYN and of SYN-ACK together
 *       are TcpRetransSegs of the kernel's own statistics. What never left is apart, since Linux 6.18 tells it; before, it
 *       is among them.
 *   <li>A connection is opened when it is connected at the client, accepted at the server.
 *   <li>What a listener turned away has no source: {@link io.ebpf4j.observability.identity.ReservedIdentity#UNKNOWN}.
 *   <li>A round trip is taken from the handshake, and from each sweep and close before which something came.
 *   <li>DNS is counted when a question is over; its latency only where it was answered.
 *   <li>The flags of TCP are steps of connections: SYN is an attempt at the client and an acceptance at the server, SYN-ACK
 *       its answer, FIN an end by FIN of one side, RST a reset. What goes back from the server has source and destination
 *       exchanged.
 *   <li>Ports are the servers'. UDP has no server: of its two ports the one that no client is given (below 32768, the
 *       least of ip_local_port_range) counts, where just one of them is.
 *   <li>Exemplars name the latest traced request, unless its sender said that it drops the trace; of TCP, the one that the
 *       connection carried last.
 * </ul>
 */
public final class FlowAggregator {
    private static final long NANOS_PER_MICRO = 1_000;
    private static final int FIRST_EPHEMERAL = 32_768;
    private static final int UNKNOWN = Direction.UNKNOWN.ordinal();

    private final AggregateOptions options;
    private final long from;
    private final Ends ends;
    private final PathTemplates templates;
    private final HttpSeries http;
    private final TcpSeries tcp;
    private final DnsSeries dns;
    private final DropSeries drops;
    private final PortSeries ports;
    private final IcmpSeries icmp;
    private final ExemplarWords trace = new ExemplarWords();
    private final ExemplarWords noTrace = new ExemplarWords();
    private final AtomicLong lost = new AtomicLong();
    private final AtomicLong latest = new AtomicLong();

    /**
     * An aggregate without series, from now on.
     *
     * @param options what series are kept by, and how many of them
     */
    public FlowAggregator(AggregateOptions options) {
        this(options, System.nanoTime());
    }

    /**
     * An aggregate without series.
     *
     * @param options what series are kept by, and how many of them
     * @param from since when events come, CLOCK_MONOTONIC nanoseconds
     */
    public FlowAggregator(AggregateOptions options, long from) {
        this.options = Objects.requireNonNull(options, "options");
        this.from = from;
        ends = new Ends(options);
        templates = new PathTemplates(options.routeTemplates(), options.routesPerService());
        http = new HttpSeries(options);
        tcp = new TcpSeries(options);
        dns = new DnsSeries(options);
        drops = new DropSeries(options);
        ports = new PortSeries(options);
        icmp = new IcmpSeries(options);
    }

    /** {@return what series are kept by, and how many of them} */
    public AggregateOptions options() {
        return options;
    }

    /**
     * Adds an event. Events of processes, TLS handshakes, changes of congestion, and datagrams dropped by their socket ({@link
     * PacketDropped} tells them too) add nothing; of a gap what is lost is counted.
     *
     * @param identified the event, with who is at its ends
     */
    public void accept(IdentifiedEvent identified) {
        latest.setOpaque(identified.event().timestamp());
        switch (identified.event()) {
            case ConnectionEvent event -> connection(identified, event);
            case HttpExchanged event -> exchanged(identified, event);
            case HttpUnpaired event -> unpaired(identified, event);
            case DnsTransaction event -> asked(identified, event);
            case PacketDropped event -> dropped(identified, event);
            case DatagramFlow event -> datagrams(identified, event);
            case DatagramFailed event -> datagramFailed(identified, event);
            case IcmpSent event -> icmpSent(identified, event);
            case GapEvent event -> lost.setOpaque(lost.getPlain() + event.lost());
            case DatagramDropped _, TlsHandshake _, ProcessEvent _ -> {
                // no family of theirs; the packet of a dropped datagram is told as dropped too
            }
        }
    }

    private long pair(IdentifiedEvent identified) {
        return Ends.pair(ends.number(identified.source()), ends.number(identified.destination()));
    }

    /** The addresses of a connection whose ends are in the order of its event. */
    private long addresses(Connection connection, Direction reporter) {
        return reporter == Direction.SERVER
                ? ends.addresses(connection.remote(), connection.local())
                : ends.addresses(connection.local(), connection.remote());
    }

    private static int family(Endpoint local, Endpoint remote) {
        return (remote.isUnspecified() ? local : remote).isIpv4() ? 0 : 1;
    }

    private void connection(IdentifiedEvent identified, ConnectionEvent event) {
        if (event instanceof CongestionChanged) {
            return;
        }
        Connection connection = event.connection();
        if (event instanceof ListenerSample sample) {
            listener(
                    identified.reporter() == Direction.SERVER ? identified.destination() : identified.source(),
                    connection.local(),
                    sample.connection().cookie(),
                    sample.drops(),
                    sample.timestamp());
            return;
        }
        long pair = pair(identified);
        Direction reporter = identified.reporter();
        long addresses = addresses(connection, reporter);
        int row = tcp.row(pair, addresses, reporter.ordinal());
        int slot = slot(connection.cookie(), event.timestamp());
        if (slot != ConnectionStates.NONE) {
            tcp.states()
                    .set(
                            slot,
                            ConnectionStates.ROW,
                            rowAndProcess(row, connection.process().pid()));
        }
        int family = family(connection.local(), connection.remote());
        switch (event) {
            case ConnectStarted _ -> {
                begins(slot);
                tcp.connectStarted(row, family);
            }
            case Connected connected -> {
                begins(slot);
                tcp.connected(row, family, connected.latency().toNanos(), micros(connected.roundTrip()));
                ports.count(ports.row(
                        pair,
                        addresses,
                        reporter.ordinal(),
                        PortSeries.TCP,
                        connection.remote().port()));
            }
            case Accepted accepted -> {
                begins(slot);
                tcp.accepted(row, family, accepted.queued().toNanos());
                ports.count(ports.row(
                        pair,
                        addresses,
                        reporter.ordinal(),
                        PortSeries.TCP,
                        connection.local().port()));
            }
            case ConnectFailed failed -> tcp.connectFailed(row, failed.reason());
            case Retransmitted again ->
                tcp.retransmitted(row, slot, again.segment(), again.segments(), again.error(), again.timestamp());
            case ConnectionReset reset -> tcp.reset(row, reporter.ordinal(), family, reset.side());
            case SocketSample sample -> {
                Traffic traffic = sample.traffic();
                tcp.sample(
                        row,
                        slot,
                        connection.direction(),
                        sample.timestamp(),
                        sample.age().toNanos(),
                        traffic.bytesSent(),
                        traffic.bytesReceived(),
                        traffic.segmentsSent(),
                        traffic.segmentsReceived(),
                        traffic.zeroWindow().toNanos(),
                        traffic.zeroWindows(),
                        micros(traffic.roundTrip()),
                        micros(traffic.roundTripMinimum()));
            }
            case Closed closed -> {
                Traffic traffic = closed.traffic();
                tcp.closed(
                        row,
                        slot,
                        connection.direction(),
                        family,
                        closed.before(),
                        closed.reason(),
                        closed.timestamp(),
                        closed.duration().toNanos(),
                        traffic.bytesSent(),
                        traffic.bytesReceived(),
                        traffic.segmentsSent(),
                        traffic.segmentsReceived(),
                        traffic.zeroWindow().toNanos(),
                        traffic.zeroWindows(),
                        micros(traffic.roundTrip()),
                        micros(traffic.roundTripMinimum()));
            }
            case CongestionChanged _, ListenerSample _ -> throw new AssertionError("was sorted out: " + event);
        }
    }

    private static long micros(Duration duration) {
        return duration.toNanos() / NANOS_PER_MICRO;
    }

    private static long rowAndProcess(int row, int pid) {
        return (long) pid << 32 | row;
    }

    /** Where the connection is remembered; it is so from its first event on. */
    private int slot(long cookie, long timestamp) {
        if (cookie == 0) {
            return ConnectionStates.NONE;
        }
        int slot = tcp.states().find(cookie);
        return slot == ConnectionStates.NONE ? tcp.states().add(cookie, timestamp) : slot;
    }

    /** The connection's beginning was seen: all that it counts is to be added. */
    private void begins(int slot) {
        if (slot != ConnectionStates.NONE) {
            tcp.states().seen(slot);
        }
    }

    private void listener(Resolution who, Endpoint local, long cookie, long totalDrops, long timestamp) {
        int row = tcp.row(
                Ends.pair(ends.number(Resolution.UNKNOWN), ends.number(who)),
                ends.addresses(null, local),
                Direction.SERVER.ordinal());
        tcp.listener(row, slot(cookie, timestamp), totalDrops, timestamp);
    }

    private void exchanged(IdentifiedEvent identified, HttpExchanged event) {
        HttpExchange exchange = event.exchange();
        boolean isTraced = trace.set(exchange.trace(), event.timestamp());
        Direction reporter = identified.reporter();
        http.count(
                pair(identified),
                addresses(event.connection(), reporter),
                reporter.ordinal(),
                http.method(exchange.method()),
                exchange.protocol(),
                exchange.status(),
                route(identified.destination(), exchange.path()),
                exchange.requestBytes(),
                exchange.responseBytes(),
                exchange.latency(),
                trace,
                event.timestamp());
        if (isTraced && event.connection().cookie() != 0) {
            tcp.traced(event.connection().cookie(), trace, exchange.requestStart());
        }
    }

    private int route(Resolution service, String path) {
        return options.routes() == AggregateOptions.Part.KEPT
                ? http.route(templates.template(service.identity(), path))
                : NameTable.NONE;
    }

    private void unpaired(IdentifiedEvent identified, HttpUnpaired event) {
        http.count(
                pair(identified),
                addresses(event.connection(), identified.reporter()),
                identified.reporter().ordinal(),
                NameTable.NONE,
                null,
                event.status(),
                NameTable.NONE,
                0,
                0,
                0,
                noTrace,
                event.timestamp());
    }

    private void asked(IdentifiedEvent identified, DnsTransaction event) {
        int answerTypes = event.canonicalNames().isEmpty() ? 0 : DnsSeries.HAS_CNAME;
        for (InetAddress address : event.addresses()) {
            answerTypes |= address instanceof Inet4Address ? DnsSeries.HAS_A : DnsSeries.HAS_AAAA;
        }
        dns.count(
                pair(identified),
                addresses(event.connection(), identified.reporter()),
                identified.reporter().ordinal(),
                options.queries() == AggregateOptions.Part.KEPT ? dns.name(event.name()) : NameTable.NONE,
                event.type(),
                event.outcome(),
                event.responseCode(),
                event.addresses().size(),
                answerTypes,
                event.queries(),
                event.outcome() == DnsOutcome.ANSWERED ? event.timestamp() - event.started() : 0);
    }

    private void dropped(IdentifiedEvent identified, PacketDropped event) {
        drops.count(
                pair(identified),
                ends.addresses(event.source(), event.destination()),
                UNKNOWN,
                drops.reason(event.reason()),
                event.dropClass(),
                event.protocol(),
                event.bytes());
    }

    private void datagrams(IdentifiedEvent identified, DatagramFlow event) {
        Connection connection = event.connection();
        ports.count(ports.row(
                pair(identified),
                addresses(connection, identified.reporter()),
                identified.reporter().ordinal(),
                PortSeries.UDP,
                serverPort(connection)));
    }

    private static int serverPort(Connection connection) {
        int local = connection.local().port();
        int remote = connection.remote().port();
        return switch (connection.direction()) {
            case CLIENT -> remote;
            case SERVER -> local;
            case UNKNOWN -> local < FIRST_EPHEMERAL == remote < FIRST_EPHEMERAL ? 0 : Math.min(local, remote);
        };
    }

    /** An error came back: its source is the flow's destination. */
    private void datagramFailed(IdentifiedEvent identified, DatagramFailed event) {
        Connection connection = event.connection();
        icmp.count(
                Ends.exchanged(pair(identified)),
                Ends.exchanged(addresses(connection, identified.reporter())),
                identified.reporter().ordinal(),
                family(connection.local(), connection.remote()),
                icmp.typeOfError(event.error()));
    }

    private void icmpSent(IdentifiedEvent identified, IcmpSent event) {
        Connection connection = event.connection();
        icmp.count(
                pair(identified),
                addresses(connection, identified.reporter()),
                identified.reporter().ordinal(),
                family(connection.local(), connection.remote()),
                icmp.type(event.type(), event.code()));
    }

    /**
     * {@return a handler that adds the records of TCP where they lie, and allocates nothing for a record of a connection that
     * it knows} Who is at a connection's ends is asked for once, and again when another process has it.
     *
     * @param resolver tells who is at the ends; its numbers have to be those of the resolutions given to {@link #accept}
     */
    public EventHandler tcp(IdentityResolver resolver) {
        return new Views(Objects.requireNonNull(resolver, "resolver"));
    }

    private final class Views implements EventHandler {
        private final IdentityResolver resolver;

        // of the view that was looked at last
        private int row;
        private int slot;

        Views(IdentityResolver resolver) {
            this.resolver = resolver;
        }

        private void look(ConnectionView view) {
            long cookie = view.cookie();
            ConnectionStates states = tcp.states();
            int found = cookie == 0 ? ConnectionStates.NONE : states.find(cookie);
            if (found != ConnectionStates.NONE) {
                long known = states.get(found, ConnectionStates.ROW);
                int pid = view.pid();
                // a client's own port is not chosen when it begins to connect
                if ((pid == 0 || pid == (int) (known >>> 32)) && view.localPort() == states.localPort(found)) {
                    row = (int) known;
                    slot = found;
                    return;
                }
            }
            learn(view, cookie);
        }

        private void learn(ConnectionView view, long cookie) {
            Connection connection = view.connection();
            int reporter = connection.direction().ordinal();
            long pair = pair(connection, view.timestamp());
            long addresses = addresses(connection, connection.direction());
            row = tcp.row(pair, addresses, reporter);
            slot = slot(cookie, view.timestamp());
            if (slot != ConnectionStates.NONE) {
                tcp.states().set(slot, ConnectionStates.ROW, rowAndProcess(row, view.pid()));
                tcp.states().more(slot, ConnectionStates.PORT, 0); // of another series now
                tcp.states().localPort(slot, connection.local().port());
            }
        }

        /** The beginning of a connection, which is when its port is counted. */
        private void begin(ConnectionView view, int port) {
            if (slot == ConnectionStates.NONE) {
                return;
            }
            begins(slot);
            ConnectionStates states = tcp.states();
            int known = (int) states.more(slot, ConnectionStates.PORT) - 1;
            if (known < 0) {
                known = ports.row(
                        tcp.pair(row), tcp.addresses(row), view.direction().ordinal(), PortSeries.TCP, port);
                states.more(slot, ConnectionStates.PORT, known + 1);
            }
            ports.count(known);
        }

        private long pair(Connection connection, long timestamp) {
            int near = ends.number(near(connection, timestamp));
            int far = ends.number(resolver.resolve(new Subject(
                    Subject.Side.FAR,
                    connection.remote(),
                    ProcessRef.UNKNOWN,
                    0,
                    connection.networkNamespace(),
                    connection.process(),
                    connection.cookie(),
                    timestamp)));
            return connection.direction() == Direction.SERVER ? Ends.pair(far, near) : Ends.pair(near, far);
        }

        private Resolution near(Connection connection, long timestamp) {
            return resolver.resolve(new Subject(
                    Subject.Side.NEAR,
                    connection.local(),
                    connection.process(),
                    connection.cgroup(),
                    connection.networkNamespace(),
                    connection.process(),
                    connection.cookie(),
                    timestamp));
        }

        private int family(ConnectionView view) {
            return view.remoteHigh() == 0 && view.remoteLow() >>> 32 == 0xffff ? 0 : 1;
        }

        @Override
        public void connectStarted(ConnectStartedView view) {
            look(view);
            begins(slot);
            tcp.connectStarted(row, family(view));
            latest.setOpaque(view.timestamp());
        }

        @Override
        public void connected(ConnectedView view) {
            look(view);
            begin(view, view.remotePort());
            tcp.connected(row, family(view), view.latencyNanos(), Integer.toUnsignedLong(view.roundTripMicros()));
            latest.setOpaque(view.timestamp());
        }

        @Override
        public void connectFailed(ConnectFailedView view) {
            look(view);
            tcp.connectFailed(row, view.reason());
            latest.setOpaque(view.timestamp());
        }

        @Override
        public void accepted(AcceptedView view) {
            look(view);
            begin(view, view.localPort());
            tcp.accepted(row, family(view), view.queuedNanos());
            latest.setOpaque(view.timestamp());
        }

        @Override
        public void closed(ClosedView view) {
            look(view);
            tcp.closed(
                    row,
                    slot,
                    view.direction(),
                    family(view),
                    view.before(),
                    view.reason(),
                    view.timestamp(),
                    view.durationNanos(),
                    view.bytesSent(),
                    view.bytesReceived(),
                    view.segmentsSent(),
                    view.segmentsReceived(),
                    view.zeroWindowNanos(),
                    view.zeroWindows(),
                    Integer.toUnsignedLong(view.roundTripMicros()),
                    Integer.toUnsignedLong(view.roundTripMinimumMicros()));
            latest.setOpaque(view.timestamp());
        }

        @Override
        public void retransmitted(RetransmittedView view) {
            look(view);
            long timestamp = view.timestamp();
            tcp.retransmitted(row, slot, view.kind(), view.segments(), view.error(), timestamp);
            latest.setOpaque(timestamp);
        }

        @Override
        public void connectionReset(ConnectionResetView view) {
            look(view);
            tcp.reset(row, view.direction().ordinal(), family(view), view.side());
            latest.setOpaque(view.timestamp());
        }

        @Override
        public void socketSample(SocketSampleView view) {
            look(view);
            long timestamp = view.timestamp();
            tcp.sample(
                    row,
                    slot,
                    view.direction(),
                    timestamp,
                    view.ageNanos(),
                    view.bytesSent(),
                    view.bytesReceived(),
                    view.segmentsSent(),
                    view.segmentsReceived(),
                    view.zeroWindowNanos(),
                    view.zeroWindows(),
                    Integer.toUnsignedLong(view.roundTripMicros()),
                    Integer.toUnsignedLong(view.roundTripMinimumMicros()));
            latest.setOpaque(timestamp);
        }

        @Override
        public void listenerSample(ListenerSampleView view) {
            Connection connection = view.connection(); // some listeners a sweep
            listener(
                    near(connection, view.timestamp()),
                    connection.local(),
                    connection.cookie(),
                    view.drops(),
                    view.timestamp());
            latest.setOpaque(view.timestamp());
        }

        @Override
        public void gap(GapEvent event) {
            lost.setOpaque(lost.getPlain() + event.lost());
        }
    }

    /** {@return all that was added up, as of now; what is lost is what gaps told} */
    public Snapshot snapshot() {
        return snapshot(System.nanoTime(), lost.getOpaque());
    }

    /** {@return when the latest event was, CLOCK_MONOTONIC nanoseconds; {@code from} before there is one} */
    public long latest() {
        long time = latest.getOpaque();
        return time == 0 ? from : time;
    }

    /**
     * {@return all that was added up}
     *
     * @param timestamp as of when it is, CLOCK_MONOTONIC nanoseconds
     * @param missing events that are known to be missing; connections that were forgotten for want of room, of which bytes
     *     may be missing, are added to it
     */
    public Snapshot snapshot(long timestamp, long missing) {
        FlowCounts flows = new FlowCounts();
        FlagCounts flags = new FlagCounts();
        List<Snapshot.Http> requests = http.read(ends);
        List<Snapshot.Tcp> connections = tcp.read(ends, flows, flags);
        List<Snapshot.Dns> questions = dns.read(ends);
        List<Snapshot.Drop> dropped = drops.read(ends);
        List<Snapshot.Port> talkedTo = ports.read(ends);
        requests.forEach(each -> flows.add(each.flow(), "L7", "HTTP", "FORWARDED", "HTTP", each.requests()));
        questions.forEach(each -> flows.add(each.flow(), "L7", "DNS", "FORWARDED", "DNS", each.transactions()));
        dropped.forEach(each -> flows.add(each.flow(), "Drop", "", "DROPPED", each.protocol(), each.packets()));
        talkedTo.stream()
                .filter(each -> each.protocol().equals("UDP"))
                .forEach(each -> flows.add(
                        each.flow(),
                        "Trace",
                        each.flow().reporter() == Direction.SERVER ? "to-endpoint" : "to-stack",
                        "FORWARDED",
                        "UDP",
                        each.count()));
        List<Snapshot.FamilyStatus> families = new ArrayList<>();
        http.status(families);
        tcp.status(families);
        dns.status(families);
        drops.status(families);
        ports.status(families);
        icmp.status(families);
        families.add(ends.externalStatus());
        families.add(ends.identityStatus());
        return new Snapshot(
                from,
                timestamp,
                missing + tcp.states().evicted(),
                requests,
                http.readLatencies(ends),
                connections,
                questions,
                dns.readLatencies(ends),
                dropped,
                flows.list(),
                flags.list(),
                talkedTo,
                icmp.read(ends),
                families);
    }
}
