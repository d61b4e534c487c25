package io.ebpf4j.observability.verdict;

import io.ebpf4j.observability.bounded.BoundedMap;
import io.ebpf4j.observability.event.Accepted;
import io.ebpf4j.observability.event.CloseReason;
import io.ebpf4j.observability.event.Closed;
import io.ebpf4j.observability.event.CongestionChanged;
import io.ebpf4j.observability.event.ConnectFailed;
import io.ebpf4j.observability.event.ConnectStarted;
import io.ebpf4j.observability.event.Connected;
import io.ebpf4j.observability.event.Connection;
import io.ebpf4j.observability.event.ConnectionEvent;
import io.ebpf4j.observability.event.ConnectionReset;
import io.ebpf4j.observability.event.DatagramEvent;
import io.ebpf4j.observability.event.Direction;
import io.ebpf4j.observability.event.DnsTransaction;
import io.ebpf4j.observability.event.FailureReason;
import io.ebpf4j.observability.event.GapEvent;
import io.ebpf4j.observability.event.HttpExchanged;
import io.ebpf4j.observability.event.HttpUnpaired;
import io.ebpf4j.observability.event.ListenerSample;
import io.ebpf4j.observability.event.PacketDropped;
import io.ebpf4j.observability.event.ProcessEvent;
import io.ebpf4j.observability.event.Retransmitted;
import io.ebpf4j.observability.event.SocketSample;
import io.ebpf4j.observability.event.TlsHandshake;
import io.ebpf4j.observability.identity.Finding;
import io.ebpf4j.observability.identity.IdentifiedEvent;
import io.ebpf4j.observability.identity.Identity;
import io.ebpf4j.observability.identity.NameIdentity;
import io.ebpf4j.observability.identity.Provenance;
import io.ebpf4j.observability.identity.ReservedIdentity;
import io.ebpf4j.observability.identity.Resolution;
import io.ebpf4j.observability.protocol.Completeness;
import io.ebpf4j.observability.protocol.HttpExchange;
import io.ebpf4j.observability.verdict.RequestJourney.Order;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Puts together what one request went through from the events of all layers. A journey is told for each HTTP exchange, at
 * each end that is seen; and for each name that was not resolved, connection attempt that failed, TLS handshake that failed,
 * and connection that a reset or silence ended before any answer.
 *
 * <p>Layers have rings of their own, so events of different layers come in no exact order. A journey therefore waits, by
 * events' timestamps, until what belongs to it has settled ({@link JourneyOptions#settle()}); {@link #elapse} moves time where no
 * events do.
 *
 * <p>A listener whose queue was full shows in the next sweep and nowhere else. Where SYNs had to be sent again to a listener
 * of this host, the journey therefore waits for that sweep, some twenty seconds.
 *
 * <p>A failed question for a name stands for its call: it is told only where no related question of the same process was
 * answered, so that suffixes of a search list and second servers are no failures. Its destination is the name itself, with the
 * number of {@link ReservedIdentity#UNKNOWN} unless the resolver of the event knew the name.
 *
 * <p>Memory is bounded by the options. One thread feeds; {@link #counts()} is for any.
 */
public final class JourneyTracker implements Consumer<IdentifiedEvent>, AutoCloseable {
    private static final int TLS_CLOSE_NOTIFY = 0; // RFC 8446, 6

    private final JourneyOptions options;
    private final Consumer<? super RequestJourney> consumer;
    private final long settle;
    private final BoundedMap<Long, ConnectionPast> connections;
    private final AskedNames names;
    private final Listeners listeners = new Listeners();
    private final DroppedPackets drops = new DroppedPackets();
    private final PriorityQueue<Waiting> waiting = new PriorityQueue<>();
    private final AtomicLong journeys = new AtomicLong();
    private final AtomicLong hurried = new AtomicLong();
    private final AtomicLong evicted = new AtomicLong();
    private long sequence;
    private long now = Long.MIN_VALUE;

    /** What has to settle. */
    private record Waiting(long due, long sequence, Supplier<@Nullable RequestJourney> journey)
            implements Comparable<Waiting> {
        @Override
        public int compareTo(Waiting other) {
            int byTime = Long.compare(due, other.due);
            return byTime != 0 ? byTime : Long.compare(sequence, other.sequence);
        }
    }

    /**
     * What became of journeys so far.
     *
     * @param journeys how many were told
     * @param hurried how many things were told before they had settled, for want of room
     * @param evicted how many connections were forgotten for newer ones while they were open
     */
    public record Counts(long journeys, long hurried, long evicted) {}

    /**
     * A tracker that has seen nothing.
     *
     * @param options how much to remember, and how long to wait
     * @param consumer takes the journeys, on the thread that feeds, about in the order in which they ended
     */
    public JourneyTracker(JourneyOptions options, Consumer<? super RequestJourney> consumer) {
        this.options = Objects.requireNonNull(options, "options");
        this.consumer = Objects.requireNonNull(consumer, "consumer");
        settle = options.settle().toNanos();
        connections = new BoundedMap<>(options.connections());
        names = new AskedNames(options);
    }

    @Override
    public void accept(IdentifiedEvent event) {
        switch (event.event()) {
            case ListenerSample sample -> listeners.add(sample);
            case ConnectionEvent step -> connection(step, event);
            case HttpExchanged exchanged -> exchange(exchanged, event);
            case TlsHandshake handshake -> handshake(handshake, event);
            case DnsTransaction question -> question(question, event);
            case PacketDropped drop -> drops.add(drop);
            case HttpUnpaired _, DatagramEvent _, ProcessEvent _, GapEvent _ -> {
                // Nothing of them is part of a journey.
            }
        }
        elapse(event.event().timestamp());
    }

    /**
     * Tells the journeys that have settled by a time. To be called now and then on the thread that feeds; a time before
     * one that was told already does nothing.
     *
     * @param time the time, CLOCK_MONOTONIC nanoseconds
     */
    public void elapse(long time) {
        now = Math.max(now, time);
        for (Waiting first = waiting.peek(); first != null && first.due <= now; first = waiting.peek()) {
            waiting.poll();
            tell(first);
        }
    }

    /** Tells what is still waiting, as it stands. The tracker may be fed further. */
    @Override
    public void close() {
        for (Waiting first = waiting.poll(); first != null; first = waiting.poll()) {
            tell(first);
        }
    }

    /** {@return what became of journeys so far} */
    public Counts counts() {
        return new Counts(journeys.getOpaque(), hurried.getOpaque(), evicted.getOpaque());
    }

    private void await(long due, Supplier<@Nullable RequestJourney> journey) {
        if (waiting.size() == options.waiting()) {
            Waiting first = waiting.poll();
            if (first != null) {
                hurried.setOpaque(hurried.getPlain() + 1);
                tell(first);
            }
        }
        waiting.add(new Waiting(due, sequence++, journey));
    }

    private void tell(Waiting one) {
        RequestJourney journey = one.journey.get();
        if (journey != null) {
            journeys.setOpaque(journeys.getPlain() + 1);
            consumer.accept(journey);
        }
    }

    private ConnectionPast past(Connection connection) {
        if (connection.cookie() == 0) {
            return new ConnectionPast(); // nothing else can be told to be of the same socket
        }
        ConnectionPast known = connections.get(connection.cookie());
        if (known == null) {
            known = new ConnectionPast();
            connections.put(connection.cookie(), known);
            evicted.setOpaque(connections.evicted());
            listeners.learn(connection);
        }
        return known;
    }

    private void connection(ConnectionEvent step, IdentifiedEvent event) {
        ConnectionPast past = past(step.connection());
        switch (step) {
            case ConnectStarted started -> {
                past.connect = started.timestamp();
                past.fromTheStart = true;
            }
            case Connected connected -> {
                past.fromTheStart = true;
                if (!connected.latency().isZero()) {
                    past.connectNanos = connected.latency().toNanos();
                    past.connect = connected.timestamp() - past.connectNanos;
                }
                past.synRetransmits = connected.synRetransmits();
                if (past.synRetransmits > 0
                        && listeners.isUndecided(connected.connection(), past.connect, connected.timestamp())) {
                    past.notBefore = connected.timestamp() + Listeners.SWEEPS;
                }
                past.roundTripNanos =
                        Math.max(past.roundTripNanos, connected.roundTrip().toNanos());
            }
            case Accepted accepted -> {
                if (!accepted.queued().isZero()) {
                    past.fromTheStart = true;
                    past.acceptQueueNanos = accepted.queued().toNanos();
                }
            }
            case ConnectFailed failed -> {
                past.expected++;
                boolean silent = failed.reason() == FailureReason.TIMED_OUT
                        || failed.reason() == FailureReason.CANCELLED && failed.synRetransmits() > 0;
                long start = failed.timestamp() - failed.duration().toNanos();
                long swept = silent && listeners.isUndecided(failed.connection(), start, failed.timestamp())
                        ? Listeners.SWEEPS
                        : 0;
                await(failed.timestamp() + settle + swept, () -> failed(failed, event));
            }
            case Retransmitted again -> {
                switch (again.segment()) {
                    case DATA -> past.sentAgain.add(again);
                    case SYN_ACK -> past.synAckRetransmits += again.segments();
                    case SYN -> {
                        // Counted by the event that tells how the attempt ended.
                    }
                }
            }
            case ConnectionReset reset -> past.reset(reset);
            case SocketSample sample -> past.traffic(sample.timestamp(), sample.traffic());
            case Closed closed -> {
                past.traffic(closed.timestamp(), closed.traffic());
                past.closed = closed;
                await(
                        Math.max(closed.timestamp() + 2 * settle, past.notBefore + settle),
                        () -> closed(closed, past, event));
            }
            case CongestionChanged _, ListenerSample _ -> {
                // What a sender thinks shows in what it sends again; listeners are no connections.
            }
        }
    }

    private void exchange(HttpExchanged exchanged, IdentifiedEvent event) {
        ConnectionPast past = past(exchanged.connection());
        past.expected++;
        past.request(exchanged.exchange().requestStart());
        await(Math.max(exchanged.timestamp() + settle, past.notBefore), () -> exchanged(exchanged, past, event));
    }

    private void handshake(TlsHandshake handshake, IdentifiedEvent event) {
        ConnectionPast past = past(handshake.connection());
        boolean first = past.tls == null;
        past.tls = handshake;
        if (first && isFailed(handshake)) {
            past.expected++;
            await(Math.max(handshake.timestamp() + settle, past.notBefore), () -> handshaken(handshake, past, event));
        }
    }

    static boolean isFailed(TlsHandshake handshake) {
        return handshake.alert().isPresent() && handshake.alert().getAsInt() != TLS_CLOSE_NOTIFY
                || handshake.client().isPresent() && handshake.server().isEmpty();
    }

    private void question(DnsTransaction question, IdentifiedEvent event) {
        if (question.connection().direction() == Direction.SERVER || !AskedNames.isForAddress(question)) {
            return;
        }
        names.add(question);
        if (AskedNames.isFailed(question) && !question.name().isEmpty()) {
            await(
                    question.timestamp() + settle + options.resolutionSettle().toNanos(),
                    () -> unresolved(question, event));
        }
    }

    private @Nullable RequestJourney unresolved(DnsTransaction question, IdentifiedEvent event) {
        if (!names.stands(question)) {
            return null;
        }
        String name = AskedNames.normal(question.name());
        Resolution named = event.destination().identity().equals(new NameIdentity(name))
                ? event.destination()
                : named(name, question);
        return new JourneyDraft(question.connection(), Direction.CLIENT, event.source(), named, question.started())
                .resolution(question, question.timestamp() - question.started())
                .resolvedBefore(names.resolvedBefore(name))
                .journey(question.timestamp());
    }

    private static Resolution named(String name, DnsTransaction question) {
        Identity identity = new NameIdentity(name);
        return new Resolution(
                ReservedIdentity.UNKNOWN.number(),
                identity,
                List.of(new Finding(
                        identity,
                        Provenance.DNS,
                        question.timestamp(),
                        Long.MAX_VALUE,
                        "a question without an address in answer")));
    }

    private RequestJourney failed(ConnectFailed failed, IdentifiedEvent event) {
        Connection connection = failed.connection();
        long start = failed.timestamp() - failed.duration().toNanos();
        JourneyDraft draft = new JourneyDraft(connection, Direction.CLIENT, event.source(), event.destination(), start);
        resolution(draft, connection, start);
        draft.connectFailure(failed).listener(listeners.at(connection, start, failed.timestamp()));
        draft.drops(drops.of(connection, start, failed.timestamp() + settle));
        return draft.journey(failed.timestamp());
    }

    private void resolution(JourneyDraft draft, Connection connection, long connect) {
        AskedNames.Answer answer =
                names.before(connection.process(), connection.networkNamespace(), connection.remote(), connect);
        if (answer != null) {
            draft.resolution(answer.transaction(), answer.nanos());
            if (answer.nanos() >= 0) {
                draft.began(answer.began());
            }
        }
    }

    /** What a first request went through before it was sent. */
    private void setup(JourneyDraft draft, Connection connection, Direction reporter, ConnectionPast past) {
        past.toldFirst = true;
        draft.order(Order.FIRST);
        if (reporter == Direction.SERVER) {
            draft.acceptQueue(past.acceptQueueNanos, past.synAckRetransmits);
        } else {
            if (past.connect >= 0) {
                draft.began(past.connect);
                resolution(draft, connection, past.connect);
            }
            draft.connected(past.connectNanos, past.synRetransmits);
            if (past.synRetransmits > 0) {
                draft.listener(listeners.at(connection, past.connect, past.connect + past.connectNanos));
            }
        }
        TlsHandshake tls = past.tls;
        if (tls != null) {
            draft.tls(tls);
        }
    }

    private void order(JourneyDraft draft, Connection connection, Direction reporter, ConnectionPast past) {
        if (!past.fromTheStart) {
            draft.order(Order.UNKNOWN);
        } else if (past.toldFirst) {
            draft.order(Order.LATER);
        } else {
            setup(draft, connection, reporter, past);
        }
    }

    private RequestJourney handshaken(TlsHandshake handshake, ConnectionPast past, IdentifiedEvent event) {
        Connection connection = handshake.connection();
        Direction reporter = event.reporter();
        long start = handshake.timestamp() - handshake.latency();
        JourneyDraft draft = new JourneyDraft(connection, reporter, event.source(), event.destination(), start);
        order(draft, connection, reporter, past);
        draft.tls(handshake);
        transport(draft, connection, past, start, handshake.timestamp() + settle);
        draft.ending(past.resets(start), past.closed);
        return draft.journey(handshake.timestamp());
    }

    private RequestJourney exchanged(HttpExchanged exchanged, ConnectionPast past, IdentifiedEvent event) {
        HttpExchange exchange = exchanged.exchange();
        Connection connection = exchanged.connection();
        Direction reporter = event.reporter();
        long start = exchange.requestStart();
        long end = exchange.responseEnd() != 0 ? exchange.responseEnd() : exchanged.timestamp();
        JourneyDraft draft = new JourneyDraft(connection, reporter, event.source(), event.destination(), start);
        order(draft, connection, reporter, past);
        draft.exchange(exchange);
        // What the server has handed to the kernel is still on its way when its last call has returned.
        long under =
                reporter == Direction.SERVER ? Math.max(end, Math.min(end + settle, past.nextRequest(start))) : end;
        transport(draft, connection, past, start, under);
        if (exchange.status() == 0 || exchange.completeness() == Completeness.CUT) {
            draft.ending(past.resets(start), past.closed);
        }
        return draft.journey(end);
    }

    private void transport(JourneyDraft draft, Connection connection, ConnectionPast past, long from, long to) {
        long roundTrip = past.roundTripNanos;
        draft.transport(
                past.sentAgain.sent(from, to),
                past.sentAgain.unsent(from, to),
                past.sentAgain.stall(from, to, roundTrip),
                past.zeroWindow(from, to),
                roundTrip);
        draft.drops(drops.of(connection, from, to));
    }

    private @Nullable RequestJourney closed(Closed closed, ConnectionPast past, IdentifiedEvent event) {
        Connection connection = closed.connection();
        connections.remove(connection.cookie(), past);
        boolean unanswered = closed.traffic().bytesReceived() == 0
                && (closed.reason() == CloseReason.RESET_BY_PEER || closed.reason() == CloseReason.ERROR);
        if (past.expected > 0
                || event.reporter() != Direction.CLIENT
                || !(unanswered || closed.reason() == CloseReason.TIMED_OUT)) {
            return null;
        }
        long start = closed.timestamp() - closed.duration().toNanos();
        JourneyDraft draft = new JourneyDraft(connection, Direction.CLIENT, event.source(), event.destination(), start);
        order(draft, connection, Direction.CLIENT, past);
        transport(draft, connection, past, start, closed.timestamp());
        draft.ending(past.resets(start), closed);
        return draft.journey(closed.timestamp());
    }

    /** {@return how many connections are remembered and how many journeys wait, for tests of bounds} */
    Map.Entry<Integer, Integer> sizes() {
        return Map.entry(connections.size(), waiting.size());
    }
}
