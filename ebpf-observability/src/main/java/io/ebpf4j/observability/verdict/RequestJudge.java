package io.ebpf4j.observability.verdict;

import io.ebpf4j.observability.event.CloseReason;
import io.ebpf4j.observability.event.Closed;
import io.ebpf4j.observability.event.ConnectFailed;
import io.ebpf4j.observability.event.Direction;
import io.ebpf4j.observability.event.DnsOutcome;
import io.ebpf4j.observability.event.DnsTransaction;
import io.ebpf4j.observability.event.PacketDropped;
import io.ebpf4j.observability.event.TcpState;
import io.ebpf4j.observability.event.TlsHandshake;
import io.ebpf4j.observability.protocol.Completeness;
import io.ebpf4j.observability.protocol.DnsMessage;
import io.ebpf4j.observability.protocol.HttpExchange;
import io.ebpf4j.observability.protocol.TlsHello;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * Says of one request which layer failed or slowed it.
 *
 * <p>What failed is to blame before what slowed, and of what failed the first layer on the way. Of what slowed it is the
 * part that took longest. Where the listener is seen to be full, a SYN without an answer is its fault, not the network's; where
 * retransmissions, round trips or a closed window explain a late answer, the server is not to blame.
 *
 * <p>Confidence: 0.9 and more where the kernel itself says what happened (a refusal, a missing route, a status code), 0.5
 * to 0.9 where it is concluded from what one end saw, less where another explanation is as good. Immutable; for any
 * thread.
 */
public final class RequestJudge {
    private static final double FAILED = 2;
    private static final double NANOS = 1e9;
    private static final int INTERNAL_ERROR = 80; // TLS alerts: RFC 8446, 6.2
    private static final int PROTOCOL_VERSION = 70;
    private static final int UNRECOGNIZED_NAME = 112;
    private static final int TLS_1_2 = 0x0303;
    private static final long FIRST_ROOM =
            64 << 10; // a window without scaling; a receiver's buffer begins with twice that
    private static final int NXDOMAIN = 3; // RFC 1035, 4.1.1

    private final RequestJudgeOptions options;
    private final LatencyBaseline baseline;

    /**
     * A judge.
     *
     * @param options what is slow
     * @param baseline what is usual
     */
    public RequestJudge(RequestJudgeOptions options, LatencyBaseline baseline) {
        this.options = Objects.requireNonNull(options, "options");
        this.baseline = Objects.requireNonNull(baseline, "baseline");
    }

    /** {@return what this judge holds slow} */
    public RequestJudgeOptions options() {
        return options;
    }

    /**
     * {@return which layer is to blame for how a request fared}
     *
     * @param journey what it went through
     */
    public LayerVerdict judge(RequestJourney journey) {
        Diagnosis diagnosis = new Diagnosis();
        if (!failure(journey, diagnosis)) {
            slowness(journey, diagnosis);
        }
        asides(journey, diagnosis);
        if (!diagnosis.isEmpty()) {
            return diagnosis.verdict(1);
        }
        if (journey.exchange().isEmpty()) {
            return diagnosis.verdict(
                    Fault.NOT_ENOUGH_SEEN, 0.5, "Not enough seen: no request, and nothing that failed before one");
        }
        HttpExchange exchange = journey.exchange().get();
        if (exchange.status() == 0) {
            return diagnosis.verdict(
                    Fault.NOT_ENOUGH_SEEN,
                    0.5,
                    "Not enough seen: the connection ended before an answer, %s after the request"
                            .formatted(text(journey.ended() - exchange.requestStart())));
        }
        if (isUndecided(journey, exchange) && exchange.latency() >= slowFrom(journey)) {
            return diagnosis.verdict(
                    Fault.NOT_ENOUGH_SEEN,
                    0.5,
                    "Not enough seen: %s until the answer of %d bytes was handed over; the server or the reader was slow"
                            .formatted(text(exchange.latency()), exchange.responseBytes()));
        }
        return diagnosis.verdict(
                Fault.NONE_SEEN,
                exchange.completeness() == Completeness.WHOLE ? 0.95 : 0.8,
                "No fault seen: status %d after %s".formatted(exchange.status(), text(exchange.latency())));
    }

    private boolean failure(RequestJourney journey, Diagnosis diagnosis) {
        if (journey.connectFailure().isPresent()) {
            connect(journey, journey.connectFailure().get(), diagnosis);
        } else if (journey.tls().isPresent()
                && journey.exchange().isEmpty()
                && JourneyTracker.isFailed(journey.tls().get())) {
            tls(journey, journey.tls().get(), diagnosis);
        } else if (journey.exchange().isPresent()) {
            answer(journey, journey.exchange().get(), diagnosis);
        } else if (journey.closed().isPresent()) {
            ended(journey, journey.closed().get(), diagnosis);
        } else if (journey.resolution().isPresent()
                && AskedNames.isFailed(journey.resolution().get())) {
            name(journey, journey.resolution().get(), diagnosis);
        }
        return !diagnosis.isEmpty();
    }

    private static void name(RequestJourney journey, DnsTransaction question, Diagnosis diagnosis) {
        double waited = question.latency().toNanos() / NANOS;
        String name = question.name();
        List<Evidence> evidence = new ArrayList<>();
        if (question.outcome() == DnsOutcome.ANSWERED) {
            String code =
                    question.responseCode() == 0 ? "no address" : DnsMessage.responseCodeName(question.responseCode());
            evidence.add(new Evidence(
                    Fault.NAME_RESOLUTION, "response code (" + code + ")", question.responseCode(), "1", 0));
            evidence.add(new Evidence(Fault.NAME_RESOLUTION, "wait for the answer", waited, "s", Double.NaN));
            if (question.responseCode() == NXDOMAIN || question.responseCode() == 0) {
                boolean was = journey.resolvedBefore() >= 0;
                if (was) {
                    evidence.add(new Evidence(
                            Fault.NAME_RESOLUTION,
                            "since the name had an address",
                            (question.timestamp() - journey.resolvedBefore()) / NANOS,
                            "s",
                            Double.NaN));
                }
                diagnosis.add(new Symptom(
                        Fault.NAME_RESOLUTION,
                        was ? Side.RESOLVER : Side.CLIENT,
                        FAILED,
                        was ? 0.9 : 0.75,
                        was
                                ? "Name resolution, at the name server: %s had an address and has none any more (%s)"
                                        .formatted(name, code)
                                : "Name resolution, at the client: it asks for %s, which does not exist (%s)"
                                        .formatted(name, code),
                        evidence,
                        Set.of()));
                return;
            }
            diagnosis.add(new Symptom(
                    Fault.NAME_RESOLUTION,
                    Side.RESOLVER,
                    FAILED,
                    0.95,
                    "Name resolution, at the name server: it answered the question for %s with %s"
                            .formatted(name, code),
                    evidence,
                    Set.of()));
            return;
        }
        evidence.add(new Evidence(Fault.NAME_RESOLUTION, "wait without an answer", waited, "s", Double.NaN));
        evidence.add(new Evidence(Fault.NAME_RESOLUTION, "questions sent", question.queries(), "1", 1));
        boolean refused = question.outcome() == DnsOutcome.FAILED;
        diagnosis.add(new Symptom(
                Fault.NAME_RESOLUTION,
                Side.RESOLVER,
                FAILED,
                refused ? 0.9 : 0.8,
                refused
                        ? "Name resolution, at the name server: it cannot be reached for %s (error %d)"
                                .formatted(name, question.error())
                        : "Name resolution, at the name server: no answer for %s in %s"
                                .formatted(name, text(question.latency().toNanos())),
                evidence,
                Set.of()));
    }

    private void connect(RequestJourney journey, ConnectFailed failed, Diagnosis diagnosis) {
        String where = journey.connection().remote().toString();
        List<Evidence> evidence = new ArrayList<>();
        double seconds = failed.duration().toNanos() / NANOS;
        String after = text(failed.duration().toNanos());
        switch (failed.reason()) {
            case REFUSED -> {
                evidence.add(new Evidence(Fault.CONNECT, "refusal after", seconds, "s", Double.NaN));
                fail(
                        diagnosis,
                        Fault.CONNECT,
                        Side.SERVER,
                        0.95,
                        "Connect, at the server: it refused, nobody listens at " + where,
                        evidence);
            }
            case RESET -> {
                evidence.add(new Evidence(Fault.CONNECT, "reset within the handshake after", seconds, "s", Double.NaN));
                fail(
                        diagnosis,
                        Fault.CONNECT,
                        Side.SERVER,
                        0.75,
                        "Connect, at the server: a reset ended the handshake with " + where,
                        evidence);
            }
            case NEIGHBOUR_UNRESOLVED -> {
                evidence.add(new Evidence(
                        Fault.ROUTING, "SYNs that never left this host", failed.unsentRetransmits(), "1", 0));
                fail(
                        diagnosis,
                        Fault.ROUTING,
                        Side.CLIENT,
                        0.95,
                        "Routing, at the client's host: the next hop towards %s does not answer for its address"
                                .formatted(where),
                        evidence);
            }
            case NO_ROUTE -> {
                evidence.add(new Evidence(Fault.ROUTING, "error of the call", failed.error(), "1", 0));
                fail(
                        diagnosis,
                        Fault.ROUTING,
                        Side.CLIENT,
                        0.97,
                        "Routing, at the client's host: it has no route to " + where,
                        evidence);
            }
            case HOST_UNREACHABLE, NETWORK_UNREACHABLE -> {
                evidence.add(new Evidence(Fault.ROUTING, "ICMP unreachable after", seconds, "s", Double.NaN));
                fail(
                        diagnosis,
                        Fault.ROUTING,
                        Side.NETWORK,
                        0.9,
                        "Routing, in the network: %s cannot be reached, says ICMP".formatted(where),
                        evidence);
            }
            case DENIED -> {
                evidence.add(new Evidence(Fault.FILTERED, "error of the call", failed.error(), "1", 0));
                fail(
                        diagnosis,
                        Fault.FILTERED,
                        Side.CLIENT,
                        0.97,
                        "Filtered, at the client's host: its own policy forbids " + where,
                        evidence);
            }
            case NO_LOCAL_ADDRESS -> {
                evidence.add(new Evidence(Fault.CONNECT, "error of the call", failed.error(), "1", 0));
                fail(
                        diagnosis,
                        Fault.CONNECT,
                        Side.CLIENT,
                        0.95,
                        "Connect, at the client: no local port or address was free for " + where,
                        evidence);
            }
            case TIMED_OUT -> silence(journey, failed, 0.9, diagnosis);
            case CANCELLED -> {
                if (failed.unsentRetransmits() > 0) {
                    evidence.add(new Evidence(
                            Fault.ROUTING, "SYNs that never left this host", failed.unsentRetransmits(), "1", 0));
                    fail(
                            diagnosis,
                            Fault.ROUTING,
                            Side.CLIENT,
                            0.85,
                            "Routing, at the client's host: SYNs to %s never left it, the process gave up after %s"
                                    .formatted(where, after),
                            evidence);
                } else if (failed.synRetransmits() > 0) {
                    silence(journey, failed, 0.8, diagnosis);
                } else if (failed.duration().compareTo(options.connect()) >= 0) {
                    silence(journey, failed, 0.45, diagnosis);
                }
            }
            case OTHER -> {
                evidence.add(new Evidence(Fault.CONNECT, "error", failed.error(), "1", 0));
                fail(
                        diagnosis,
                        Fault.CONNECT,
                        Side.UNKNOWN,
                        0.5,
                        "Connect: error %d for %s".formatted(failed.error(), where),
                        evidence);
            }
        }
    }

    /** No SYN was answered: the listener's queue was full, or somebody swallowed them. */
    private static void silence(RequestJourney journey, ConnectFailed failed, double confidence, Diagnosis diagnosis) {
        String where = journey.connection().remote().toString();
        String after = text(failed.duration().toNanos());
        List<Evidence> evidence = new ArrayList<>();
        Fault fault = journey.listener().isPresent() ? Fault.BACKLOG : Fault.FILTERED;
        evidence.add(new Evidence(fault, "SYNs without an answer", failed.synRetransmits() + 1.0, "1", Double.NaN));
        evidence.add(new Evidence(fault, "given up after", failed.duration().toNanos() / NANOS, "s", Double.NaN));
        if (journey.listener().isPresent()) {
            evidence.addFirst(queue(journey));
            fail(
                    diagnosis,
                    Fault.BACKLOG,
                    Side.SERVER,
                    Math.max(confidence, 0.9),
                    "Backlog, at the server: its queue at %s was full, no SYN was answered in %s"
                            .formatted(where, after),
                    evidence);
            return;
        }
        for (PacketDropped drop : journey.drops()) {
            boolean here = drop.networkNamespace() == journey.connection().networkNamespace();
            evidence.addFirst(new Evidence(
                    Fault.FILTERED,
                    "packets dropped with " + drop.reason(),
                    journey.drops().size(),
                    "1",
                    0));
            fail(
                    diagnosis,
                    Fault.FILTERED,
                    here ? Side.CLIENT : Side.NETWORK,
                    0.97,
                    "Filtered, %s: packets of %s are dropped with %s"
                            .formatted(
                                    here ? "at the client's host" : "behind it, still on this machine",
                                    where,
                                    drop.reason()),
                    evidence);
            return;
        }
        fail(
                diagnosis,
                Fault.FILTERED,
                Side.NETWORK,
                confidence,
                "Filtered, in the network: %d SYNs to %s, no answer in %s"
                        .formatted(failed.synRetransmits() + 1, where, after),
                evidence);
    }

    private static Evidence queue(RequestJourney journey) {
        var listener = journey.listener().orElseThrow();
        return journey.turnedAway() > 0
                ? new Evidence(
                        Fault.BACKLOG,
                        "turned away by the listener, %d of %d waiting"
                                .formatted(listener.backlog(), listener.maximum()),
                        journey.turnedAway(),
                        "1",
                        0)
                : new Evidence(
                        Fault.BACKLOG,
                        "connections waiting to be accepted",
                        listener.backlog(),
                        "1",
                        listener.maximum());
    }

    private static void tls(RequestJourney journey, TlsHandshake handshake, Diagnosis diagnosis) {
        List<Evidence> evidence = new ArrayList<>();
        if (handshake.alert().isPresent()) {
            int alert = handshake.alert().getAsInt();
            int offered = handshake.client().map(TlsHello.Client::version).orElse(0);
            evidence.add(new Evidence(Fault.TLS, "alert " + alert + " in place of an answer", alert, "1", Double.NaN));
            boolean old = alert == PROTOCOL_VERSION && offered != 0 && offered < TLS_1_2;
            fail(
                    diagnosis,
                    Fault.TLS,
                    old ? Side.CLIENT : Side.SERVER,
                    old || alert == INTERNAL_ERROR ? 0.95 : alert == UNRECOGNIZED_NAME ? 0.8 : 0.85,
                    old
                            ? "TLS, at the client: it offers no more than %s, alert %d"
                                    .formatted(TlsHello.versionName(offered), alert)
                            : "TLS, at the server: alert %d in answer to the hello for %s"
                                    .formatted(alert, nameOf(handshake)),
                    evidence);
            return;
        }
        boolean reset = journey.resets().contains(RequestJourney.RESET_BY_PEER);
        evidence.add(new Evidence(
                Fault.TLS,
                reset ? "reset in answer to the client's hello" : "no answer to the client's hello in",
                (journey.ended() - journey.began()) / NANOS,
                "s",
                Double.NaN));
        fail(
                diagnosis,
                Fault.TLS,
                Side.SERVER,
                reset ? 0.75 : 0.5,
                "TLS, at the server: no answer to the hello for " + nameOf(handshake),
                evidence);
    }

    private static String nameOf(TlsHandshake handshake) {
        return handshake.serverName().isEmpty()
                ? handshake.connection().remote().toString()
                : handshake.serverName();
    }

    private void answer(RequestJourney journey, HttpExchange exchange, Diagnosis diagnosis) {
        int status = exchange.status();
        if (status >= 500) {
            fail(
                    diagnosis,
                    Fault.API_ERROR,
                    Side.SERVER,
                    0.95,
                    "API error, at the server: status %d after %s".formatted(status, text(exchange.latency())),
                    List.of(
                            new Evidence(Fault.API_ERROR, "status", status, "1", Double.NaN),
                            new Evidence(
                                    Fault.API_ERROR, "answer after", exchange.latency() / NANOS, "s", Double.NaN)));
        } else if (isGrpcError(exchange.grpcStatus())) {
            fail(
                    diagnosis,
                    Fault.API_ERROR,
                    Side.SERVER,
                    0.9,
                    "API error, at the server: grpc-status " + exchange.grpcStatus(),
                    List.of(new Evidence(Fault.API_ERROR, "grpc-status", exchange.grpcStatus(), "1", 0)));
        } else if (status == 0 || exchange.completeness() == Completeness.CUT) {
            cut(journey, exchange, diagnosis);
        }
    }

    /** UNKNOWN, DEADLINE_EXCEEDED, UNIMPLEMENTED, INTERNAL, UNAVAILABLE, DATA_LOSS: what OpenTelemetry holds for a server's errors. */
    private static boolean isGrpcError(int status) {
        return switch (status) {
            case 2, 4, 12, 13, 14, 15 -> true;
            default -> false;
        };
    }

    /** The connection ended before the answer was whole. */
    private void cut(RequestJourney journey, HttpExchange exchange, Diagnosis diagnosis) {
        Direction reporter = journey.reporter();
        boolean byPeer = journey.resets().contains(RequestJourney.RESET_BY_PEER);
        boolean byThisEnd = journey.resets().stream().anyMatch(who -> !who.equals(RequestJourney.RESET_BY_PEER));
        boolean timedOut = journey.closed().map(Closed::reason).orElse(CloseReason.FINISHED) == CloseReason.TIMED_OUT;
        long waited = Math.max(0, journey.ended() - exchange.requestStart());
        String state = exchange.status() == 0 ? "in place of an answer" : "in the middle of the answer";
        if (timedOut) {
            silentPeer(journey, diagnosis);
            return;
        }
        // A reset by the client, whoever saw it, is the client's doing; one that the client saw come is the server's or
        // a proxy's.
        boolean byClient = reporter == Direction.CLIENT ? byThisEnd && !byPeer : byPeer;
        if (byClient) {
            gaveUp(exchange, waited, diagnosis);
        } else if (byPeer || byThisEnd) {
            fail(
                    diagnosis,
                    Fault.API_ERROR,
                    Side.SERVER,
                    reporter == Direction.SERVER ? 0.9 : 0.75,
                    "API error, at the server: a reset %s, %s after the request".formatted(state, text(waited)),
                    List.of(
                            new Evidence(
                                    Fault.API_ERROR,
                                    "resets " + state,
                                    journey.resets().size(),
                                    "1",
                                    0),
                            new Evidence(Fault.API_ERROR, "reset after", waited / NANOS, "s", Double.NaN)));
        } else if (exchange.status() == 0 && journey.closed().isPresent()) {
            boolean peerClosedFirst = journey.closed().get().before() == TcpState.LAST_ACK;
            if (peerClosedFirst == (reporter == Direction.CLIENT)) {
                fail(
                        diagnosis,
                        Fault.API_ERROR,
                        Side.SERVER,
                        0.8,
                        "API error, at the server: it closed the connection %s, %s after the request"
                                .formatted(state, text(waited)),
                        List.of(new Evidence(
                                Fault.API_ERROR, "closed without an answer after", waited / NANOS, "s", Double.NaN)));
            } else {
                gaveUp(exchange, waited, diagnosis);
            }
        }
    }

    private void gaveUp(HttpExchange exchange, long waited, Diagnosis diagnosis) {
        if (exchange.status() == 0 && waited >= options.answer().toNanos()) {
            fail(
                    diagnosis,
                    Fault.API_SLOW,
                    Side.SERVER,
                    0.8,
                    "API slow, at the server: no answer in %s, then the client gave up".formatted(text(waited)),
                    List.of(new Evidence(
                            Fault.API_SLOW,
                            "wait until the client gave up",
                            waited / NANOS,
                            "s",
                            options.answer().toNanos() / NANOS)));
        } else {
            diagnosis.aside(new Evidence(
                    Fault.NOT_ENOUGH_SEEN, "the client ended the connection after", waited / NANOS, "s", Double.NaN));
        }
    }

    private static void silentPeer(RequestJourney journey, Diagnosis diagnosis) {
        boolean unsent = journey.unsentRetransmits() > journey.retransmits();
        List<Evidence> evidence = List.of(new Evidence(
                unsent ? Fault.ROUTING : Fault.TRANSPORT_LOSS,
                "segments sent again in vain",
                unsent ? journey.unsentRetransmits() : journey.retransmits(),
                "1",
                0));
        if (unsent) {
            fail(
                    diagnosis,
                    Fault.ROUTING,
                    Side.CLIENT,
                    0.9,
                    "Routing, at the client's host: segments to %s no longer leave it"
                            .formatted(journey.connection().remote()),
                    evidence);
        } else {
            fail(
                    diagnosis,
                    Fault.TRANSPORT_LOSS,
                    Side.NETWORK,
                    0.85,
                    "Transport, in the network: %s no longer acknowledges, %d segments were sent again"
                            .formatted(journey.connection().remote(), journey.retransmits()),
                    evidence);
        }
    }

    /** A connection that carried no request that was understood, and did not end well. */
    private static void ended(RequestJourney journey, Closed closed, Diagnosis diagnosis) {
        if (closed.reason() == CloseReason.TIMED_OUT) {
            silentPeer(journey, diagnosis);
        } else if (closed.reason() == CloseReason.RESET_BY_PEER) {
            fail(
                    diagnosis,
                    Fault.API_ERROR,
                    Side.SERVER,
                    0.7,
                    "API error, at the server: a reset in place of an answer from "
                            + journey.connection().remote(),
                    List.of(new Evidence(
                            Fault.API_ERROR,
                            "bytes sent and not answered",
                            closed.traffic().bytesSent(),
                            "By",
                            Double.NaN)));
        }
    }

    private static void fail(
            Diagnosis diagnosis, Fault fault, Side side, double confidence, String sentence, List<Evidence> evidence) {
        diagnosis.add(new Symptom(fault, side, FAILED, confidence, sentence, evidence, Set.of()));
    }

    private void slowness(RequestJourney journey, Diagnosis diagnosis) {
        if (journey.exchange().isEmpty()) {
            return;
        }
        HttpExchange exchange = journey.exchange().get();
        long connect = Math.max(0, journey.connectNanos());
        long tls = journey.order() == RequestJourney.Order.FIRST
                ? journey.tls().map(TlsHandshake::latency).orElse(0L)
                : 0L;
        long resolution = Math.max(0, journey.resolutionNanos());
        long queued = Math.max(0, journey.acceptQueueNanos());
        double total = resolution + connect + queued + tls + Math.max(exchange.duration(), exchange.latency());
        if (total <= 0) {
            return;
        }
        boolean client = journey.reporter() != Direction.SERVER;
        part(
                diagnosis,
                Fault.NAME_RESOLUTION,
                Side.RESOLVER,
                resolution,
                options.resolution(),
                total,
                0.9,
                "Name resolution, at the name server: the name took %s of %s",
                "wait for the name");
        if (journey.synRetransmits() > 0 && client) {
            boolean full = journey.listener().isPresent();
            part(
                    diagnosis,
                    full ? Fault.BACKLOG : Fault.TRANSPORT_LOSS,
                    full ? Side.SERVER : Side.NETWORK,
                    connect,
                    options.connect(),
                    total,
                    full ? 0.9 : 0.7,
                    full
                            ? "Backlog, at the server: its queue was full, the connection took %s of %s"
                            : "Transport, in the network: SYNs were lost, the connection took %s of %s",
                    "connect, SYNs sent again: " + journey.synRetransmits());
        } else {
            part(
                    diagnosis,
                    Fault.TRANSPORT_SLOW,
                    Side.NETWORK,
                    connect,
                    options.connect(),
                    total,
                    0.7,
                    "Transport, in the network: the connection took %s of %s, nothing was sent again",
                    "connect");
        }
        part(
                diagnosis,
                Fault.BACKLOG,
                Side.SERVER,
                queued,
                options.acceptQueue(),
                total,
                0.95,
                "Backlog, at the server: the connection waited to be accepted for %s of %s",
                "wait to be accepted");
        if (journey.stallNanos() >= options.stall().toNanos()) {
            boolean unsent = journey.unsentRetransmits() > journey.retransmits();
            part(
                    diagnosis,
                    unsent ? Fault.ROUTING : Fault.TRANSPORT_LOSS,
                    unsent ? Side.CLIENT : Side.NETWORK,
                    journey.stallNanos(),
                    options.stall(),
                    total,
                    0.85,
                    unsent
                            ? "Routing, at this end's host: segments did not leave it for %s of %s"
                            : "Transport, in the network: lost segments held the request up for %s of %s",
                    "stood still, segments sent again: " + (journey.retransmits() + journey.unsentRetransmits()));
        }
        part(
                diagnosis,
                Fault.RECEIVER_SLOW,
                client ? Side.SERVER : Side.CLIENT,
                journey.zeroWindowNanos(),
                options.zeroWindow(),
                total,
                0.9,
                client
                        ? "Receiver slow, at the server: it did not read the request for %s of %s"
                        : "Receiver slow, at the client: it did not read the answer for %s of %s",
                "the peer's window was closed");
        part(
                diagnosis,
                Fault.TLS,
                Side.SERVER,
                tls,
                options.tls(),
                total,
                0.7,
                "TLS, at the server: the hello was answered after %s of %s",
                "from hello to hello");
        slowAnswer(journey, exchange, total, diagnosis);
    }

    private void slowAnswer(RequestJourney journey, HttpExchange exchange, double total, Diagnosis diagnosis) {
        boolean client = journey.reporter() != Direction.SERVER;
        long roundTrip = client ? journey.roundTripNanos() : 0;
        long wait = exchange.latency() > 0 ? exchange.latency() : 0;
        if (roundTrip >= options.roundTrip().toNanos()) {
            part(
                    diagnosis,
                    Fault.TRANSPORT_SLOW,
                    Side.NETWORK,
                    Math.min(roundTrip, wait),
                    options.roundTrip(),
                    total,
                    0.8,
                    "Transport, in the network: one round trip is %s of %s",
                    "round trip");
        }
        // What held the request up while the server had not begun to answer is not the server's.
        long held =
                journey.stallNanos() + (client ? Math.max(0, journey.zeroWindowNanos()) : heldBack(journey, exchange));
        long own = Math.max(0, wait - held - roundTrip);
        OptionalDouble usual = usual(journey);
        if (own >= slowFrom(journey) && !isUndecided(journey, exchange)) {
            diagnosis.add(new Symptom(
                    Fault.API_SLOW,
                    Side.SERVER,
                    own / total,
                    client ? roundTrip > 0 ? 0.85 : 0.75 : 0.95,
                    "API slow, at the server: it took %s to answer".formatted(text(own)),
                    List.of(new Evidence(
                            Fault.API_SLOW,
                            client ? "wait for the answer, less the way" : "from request to answer at the server",
                            own / NANOS,
                            "s",
                            usual.isPresent()
                                    ? usual.getAsDouble()
                                    : options.answer().toNanos() / NANOS)),
                    Set.of()));
        }
    }

    private OptionalDouble usual(RequestJourney journey) {
        return baseline.usual(journey.source().identity(), journey.destination().identity(), journey.reporter());
    }

    /** From how many nanoseconds on an answer is slow. */
    private long slowFrom(RequestJourney journey) {
        long bound = options.answer().toNanos();
        OptionalDouble usual = usual(journey);
        if (usual.isPresent()) {
            long relative = (long) (usual.getAsDouble() * options.timesUsual() * NANOS);
            bound = Math.min(bound, Math.max(relative, options.leastSlow().toNanos()));
        }
        return bound;
    }

    /**
     * Whether a slow reader explains a late answer as well as a slow server does: at the server, which handed over in one
     * call more than a connection has room for at first, and no sample tells how the peer's window was.
     */
    private static boolean isUndecided(RequestJourney journey, HttpExchange exchange) {
        return journey.reporter() == Direction.SERVER
                && journey.zeroWindowNanos() < 0
                && exchange.responseBytes() >= FIRST_ROOM
                && exchange.duration() <= exchange.latency();
    }

    /**
     * How long a closed window held back the call with which the server began its answer: the answer counts as begun when
     * that call returns, and one that hands over more than there is room for waits for the reader. What the reader did not
     * take between the first call and the last is not part of it.
     */
    private static long heldBack(RequestJourney journey, HttpExchange exchange) {
        return Math.max(0, journey.zeroWindowNanos() - Math.max(0, exchange.duration() - exchange.latency()));
    }

    private static void part(
            Diagnosis diagnosis,
            Fault fault,
            Side side,
            long nanos,
            Duration bound,
            double total,
            double confidence,
            String sentence,
            String what) {
        if (nanos >= bound.toNanos()) {
            diagnosis.add(new Symptom(
                    fault,
                    side,
                    Math.min(1, nanos / total),
                    confidence,
                    sentence.formatted(text(nanos), text((long) total)),
                    List.of(new Evidence(fault, what, nanos / NANOS, "s", bound.toNanos() / NANOS)),
                    Set.of()));
        }
    }

    /** What was seen of other layers and blames none of them. */
    private static void asides(RequestJourney journey, Diagnosis diagnosis) {
        if (journey.retransmits() > 0 && !diagnosis.has(Fault.TRANSPORT_LOSS)) {
            diagnosis.aside(new Evidence(Fault.TRANSPORT_LOSS, "segments sent again", journey.retransmits(), "1", 0));
        }
        if (journey.zeroWindowNanos() > 0 && !diagnosis.has(Fault.RECEIVER_SLOW)) {
            diagnosis.aside(new Evidence(
                    Fault.RECEIVER_SLOW,
                    "the peer's window was closed",
                    journey.zeroWindowNanos() / NANOS,
                    "s",
                    Double.NaN));
        }
    }

    static String text(long nanos) {
        return text(nanos / NANOS);
    }

    /** A time as a person writes it. */
    static String text(double seconds) {
        if (seconds >= 10) {
            return String.format(Locale.ROOT, "%.0f s", seconds);
        }
        if (seconds >= 1) {
            return String.format(Locale.ROOT, "%.1f s", seconds);
        }
        double milliseconds = seconds * 1e3;
        return milliseconds >= 10
                ? String.format(Locale.ROOT, "%.0f ms", milliseconds)
                : milliseconds >= 0.1
                        ? String.format(Locale.ROOT, "%.1f ms", milliseconds)
                        : String.format(Locale.ROOT, "%.0f µs", seconds * 1e6);
    }
}
