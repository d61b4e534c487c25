package io.ebpf4j.observability.verdict;

import static io.ebpf4j.observability.verdict.RequestJudge.text;

import io.ebpf4j.observability.event.FailureReason;
import io.ebpf4j.observability.verdict.PairWindow.End;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Says of two services over a window of time which layer failed or slowed what went between them, and at which side.
 *
 * <p>Every layer is looked at. To blame is the one that does most harm, unless another explains it: lost segments explain
 * late answers when the time spent to send them again is as long as the answers are late; a full queue explains SYNs without
 * an answer; a closed window explains a server that seems slow. What else is not well is in the evidence.
 *
 * <p>Where both ends are seen, the server's own latency tells its slowness from the way's. Shares are held against the
 * lower end of their confidence interval: one error in ten thousand requests proves nothing, two of two do a little. The
 * confidence grows with what was seen, and shrinks where events were lost. Immutable; for any thread.
 */
public final class PairJudge {
    private static final double Z = 1.96; // of the normal distribution, 95 %
    private static final double KOLMOGOROV = 1.63; // one in a hundred at most by chance
    private static final double RETRANSMISSION_TIMEOUT = 0.2; // seconds, TCP_RTO_MIN
    private static final int LEAST_SEGMENTS = 30;
    private static final int LEAST_RETRANSMITS = 3;
    private static final int LEAST_ERRORS = 2;
    private static final double INCOMPLETE = 0.8;

    private final PairJudgeOptions options;

    /**
     * A judge.
     *
     * @param options what is not well
     */
    public PairJudge(PairJudgeOptions options) {
        this.options = Objects.requireNonNull(options, "options");
    }

    /**
     * {@return which layer is to blame for how a pair fares}
     *
     * @param window what went between them, with nothing to compare it with
     */
    public LayerVerdict judge(PairWindow window) {
        return judge(PairCase.of(window));
    }

    /**
     * {@return which layer is to blame for how a pair fares}
     *
     * @param pair what went between them, and what there is to compare it with
     */
    public LayerVerdict judge(PairCase pair) {
        Diagnosis diagnosis = new Diagnosis();
        PairWindow window = pair.window();
        names(pair, diagnosis);
        attempts(window, diagnosis);
        backlog(window, diagnosis);
        tls(window, diagnosis);
        errors(pair, diagnosis);
        Slowness slowness = slowness(pair);
        loss(pair, slowness, diagnosis);
        receiver(window, slowness, diagnosis);
        slow(pair, slowness, diagnosis);
        if (window.lost() > 0) {
            diagnosis.aside(new Evidence(
                    Fault.NOT_ENOUGH_SEEN, "events known to be missing in the window", window.lost(), "1", 0));
        }
        double sureness = window.lost() > 0 ? INCOMPLETE : 1;
        if (!diagnosis.isEmpty()) {
            return diagnosis.verdict(sureness);
        }
        return well(window, sureness, diagnosis);
    }

    private LayerVerdict well(PairWindow window, double sureness, Diagnosis diagnosis) {
        long requests = window.fuller().requests();
        long connections = Math.max(
                Math.max(window.client().opened(), window.server().opened()),
                Math.max(window.client().closed(), window.server().closed()));
        long questions = window.names().questions();
        if (requests >= options.enough()) {
            boolean both = window.client().requests() > 0 && window.server().requests() > 0;
            return diagnosis.verdict(
                    Fault.NONE_SEEN,
                    sureness * (both ? 0.98 : 0.92) * grown(requests),
                    "No fault seen in %d requests, median %s"
                            .formatted(
                                    requests, text(window.fuller().latencies().quantile(0.5))));
        }
        if (requests == 0 && questions >= options.enough()) {
            return diagnosis.verdict(
                    Fault.NONE_SEEN,
                    sureness * 0.9 * grown(questions),
                    "No fault seen in %d questions".formatted(questions));
        }
        if (requests == 0 && connections >= options.enough()) {
            return diagnosis.verdict(
                    Fault.NONE_SEEN,
                    sureness * 0.7 * grown(connections),
                    "No fault of the transport seen in %d connections".formatted(connections));
        }
        return diagnosis.verdict(
                Fault.NOT_ENOUGH_SEEN,
                0.5,
                "Not enough seen: %d requests, %d connections".formatted(requests, connections));
    }

    /** Confidence by how much was seen: 0.5 for one, 0.9 for ten. */
    private static double grown(long count) {
        return (double) count / (count + 1);
    }

    /** The lower end of Wilson's interval of a share. */
    static double atLeast(long count, long of) {
        if (of <= 0) {
            return 0;
        }
        double share = Math.min(1, (double) count / of);
        double square = Z * Z;
        double middle = share + square / (2 * of);
        double spread = Z * Math.sqrt((share * (1 - share) + square / (4 * of)) / of);
        return Math.max(0, (middle - spread) / (1 + square / of));
    }

    /** Whether a share of failures is more than may be. One alone proves nothing unless it is all there was. */
    private boolean isTooMany(long count, long of) {
        return (count >= LEAST_ERRORS || count > 0 && count >= of) && atLeast(count, of) > options.failures();
    }

    private static double failureWeight(double share) {
        return 0.4 + 0.6 * Math.min(1, share);
    }

    private static String percent(double share) {
        return String.format(
                Locale.ROOT, share >= 0.1 ? "%.0f %%" : share >= 0.001 ? "%.1f %%" : "%.3f %%", 100 * share);
    }

    private static Evidence share(Fault fault, String what, double share, double expected) {
        return new Evidence(fault, what, 100 * share, "%", expected);
    }

    private void names(PairCase pair, Diagnosis diagnosis) {
        PairWindow window = pair.window();
        JourneyCounts journeys = window.client().journeys();
        long faults = journeys.of(Fault.NAME_RESOLUTION);
        long all = journeys.journeys();
        if (isTooMany(faults, all)) {
            Side side = journeys.side(Fault.NAME_RESOLUTION);
            List<Evidence> evidence = new ArrayList<>();
            evidence.add(share(
                    Fault.NAME_RESOLUTION,
                    "requests whose name failed or was late, %d of %d".formatted(faults, all),
                    (double) faults / all,
                    100 * options.failures()));
            if (journeys.resolutions() > 0) {
                evidence.add(new Evidence(
                        Fault.NAME_RESOLUTION,
                        "mean wait for the name",
                        journeys.resolutionSeconds() / journeys.resolutions(),
                        "s",
                        seconds(options.slowName())));
            }
            diagnosis.add(new Symptom(
                    Fault.NAME_RESOLUTION,
                    side,
                    failureWeight((double) faults / all),
                    0.95 * grown(faults),
                    "Name resolution, %s: the names of %d of %d requests failed or were late%s"
                            .formatted(at(side), faults, all, example(journeys, Fault.NAME_RESOLUTION)),
                    evidence,
                    Set.of()));
        }
        PairWindow.Names names = window.names();
        long bad = names.unanswered() + names.failed();
        if (isTooMany(bad, names.questions())) {
            double share = (double) bad / names.questions();
            diagnosis.add(new Symptom(
                    Fault.NAME_RESOLUTION,
                    Side.RESOLVER,
                    failureWeight(share),
                    0.95 * grown(bad),
                    "Name resolution, at the name server: %s of %d questions had no answer or a failure"
                            .formatted(percent(share), names.questions()),
                    List.of(
                            share(
                                    Fault.NAME_RESOLUTION,
                                    "questions without an answer",
                                    (double) names.unanswered() / names.questions(),
                                    100 * options.failures()),
                            share(
                                    Fault.NAME_RESOLUTION,
                                    "questions answered with a failure",
                                    (double) names.failed() / names.questions(),
                                    100 * options.failures())),
                    Set.of()));
        }
        double median = names.latencies().quantile(0.5);
        Distribution before =
                pair.baseline().map(earlier -> earlier.names().latencies()).orElse(Distribution.EMPTY);
        if (names.latencies().count() >= LEAST_ERRORS && median > seconds(options.slowName())
                || isSlower(names.latencies(), before)) {
            diagnosis.add(new Symptom(
                    Fault.NAME_RESOLUTION,
                    Side.RESOLVER,
                    0.5,
                    0.9 * grown(names.latencies().count()),
                    "Name resolution, at the name server: answers take %s in the median".formatted(text(median)),
                    List.of(new Evidence(
                            Fault.NAME_RESOLUTION,
                            "median wait for an answer",
                            median,
                            "s",
                            before.count() > 0 ? before.quantile(0.5) : seconds(options.slowName()))),
                    Set.of()));
        }
        if (names.nonExistent() > 0) {
            diagnosis.aside(new Evidence(
                    Fault.NAME_RESOLUTION, "names that do not exist", names.nonExistent(), "1", Double.NaN));
        }
    }

    private static String example(JourneyCounts journeys, Fault fault) {
        return journeys.examples().stream()
                .filter(one -> one.cause().fault() == fault)
                .findFirst()
                .map(one -> "; the latest: " + one.summary())
                .orElse("");
    }

    /** Connections that did not come to be. */
    private void attempts(PairWindow window, Diagnosis diagnosis) {
        End client = window.client();
        long attempts = client.opened() + client.failedAttempts();
        JourneyCounts journeys = client.journeys();
        failed(
                diagnosis,
                client,
                attempts,
                Fault.ROUTING,
                Side.CLIENT,
                EnumSet.of(FailureReason.NEIGHBOUR_UNRESOLVED, FailureReason.NO_ROUTE),
                0.96,
                "Routing, at the client's host: no route or no next hop for %d of %d connections");
        failed(
                diagnosis,
                client,
                attempts,
                Fault.ROUTING,
                Side.NETWORK,
                EnumSet.of(FailureReason.HOST_UNREACHABLE, FailureReason.NETWORK_UNREACHABLE),
                0.9,
                "Routing, in the network: unreachable, says ICMP, for %d of %d connections");
        failed(
                diagnosis,
                client,
                attempts,
                Fault.FILTERED,
                Side.CLIENT,
                EnumSet.of(FailureReason.DENIED),
                0.97,
                "Filtered, at the client's host: its own policy forbids %d of %d connections");
        failed(
                diagnosis,
                client,
                attempts,
                Fault.CONNECT,
                Side.SERVER,
                EnumSet.of(FailureReason.REFUSED, FailureReason.RESET),
                0.96,
                "Connect, at the server: it refused %d of %d connections");
        failed(
                diagnosis,
                client,
                attempts,
                Fault.CONNECT,
                Side.CLIENT,
                EnumSet.of(FailureReason.NO_LOCAL_ADDRESS),
                0.95,
                "Connect, at the client: no local port was free for %d of %d connections");
        silence(window, attempts, journeys, diagnosis);
        if (client.unsentRetransmits() >= LEAST_RETRANSMITS
                && !diagnosis.has(Fault.ROUTING)
                && atLeast(client.unsentRetransmits(), client.segmentsSent() + client.unsentRetransmits())
                        > options.loss()) {
            diagnosis.add(new Symptom(
                    Fault.ROUTING,
                    Side.CLIENT,
                    0.5,
                    0.9 * grown(client.unsentRetransmits()),
                    "Routing, at the client's host: %d segments did not leave it".formatted(client.unsentRetransmits()),
                    List.of(new Evidence(
                            Fault.ROUTING, "segments that never left this host", client.unsentRetransmits(), "1", 0)),
                    EnumSet.of(Fault.TRANSPORT_LOSS, Fault.API_SLOW, Fault.FILTERED)));
        }
    }

    private void failed(
            Diagnosis diagnosis,
            End client,
            long attempts,
            Fault fault,
            Side side,
            Set<FailureReason> reasons,
            double confidence,
            String sentence) {
        long count = client.failures().entrySet().stream()
                .filter(failure -> reasons.contains(failure.getKey()))
                .mapToLong(Map.Entry::getValue)
                .sum();
        if (!isTooMany(count, attempts)) {
            return;
        }
        double share = (double) count / attempts;
        List<Evidence> evidence = new ArrayList<>();
        client.failures().forEach((reason, number) -> {
            if (reasons.contains(reason)) {
                evidence.add(share(
                        fault,
                        "connections that failed: "
                                + reason.name().toLowerCase(Locale.ROOT).replace('_', ' '),
                        (double) number / attempts,
                        100 * options.failures()));
            }
        });
        diagnosis.add(new Symptom(
                fault,
                side,
                failureWeight(share),
                confidence * grown(count),
                sentence.formatted(count, attempts),
                evidence,
                EnumSet.of(Fault.FILTERED)));
    }

    /** SYNs without an answer, or with a late one. */
    private void silence(PairWindow window, long attempts, JourneyCounts journeys, Diagnosis diagnosis) {
        End client = window.client();
        long timedOut = client.failures().getOrDefault(FailureReason.TIMED_OUT, 0L);
        long cancelled = client.failures().getOrDefault(FailureReason.CANCELLED, 0L);
        // A process that gives up is only then proof of silence when SYNs had to be sent again.
        long givenUp = client.synRetransmits() > timedOut ? Math.min(cancelled, client.synRetransmits() - timedOut) : 0;
        long silent = Math.max(timedOut + givenUp, journeys.of(Fault.FILTERED));
        if (!isTooMany(silent, Math.max(attempts, silent)) || diagnosis.has(Fault.ROUTING)) {
            return;
        }
        double share = (double) silent / Math.max(attempts, silent);
        List<Evidence> evidence = new ArrayList<>();
        evidence.add(share(Fault.FILTERED, "connections without any answer", share, 100 * options.failures()));
        evidence.add(new Evidence(Fault.FILTERED, "SYNs sent again", client.synRetransmits(), "1", 0));
        String dropped = "";
        for (Map.Entry<String, Long> drop : window.drops().entrySet()) {
            evidence.add(
                    new Evidence(Fault.FILTERED, "packets dropped with " + drop.getKey(), drop.getValue(), "1", 0));
            dropped = ", this host drops with " + drop.getKey();
        }
        Side side = journeys.of(Fault.FILTERED) > 0 ? journeys.side(Fault.FILTERED) : Side.NETWORK;
        diagnosis.add(new Symptom(
                Fault.FILTERED,
                side,
                failureWeight(share),
                (client.opened() == 0 ? 0.92 : 0.7) * grown(silent),
                "Filtered, %s: %d of %d connections had no answer%s".formatted(at(side), silent, attempts, dropped),
                evidence,
                client.opened() == 0 ? EnumSet.of(Fault.TRANSPORT_LOSS) : Set.of()));
    }

    private void backlog(PairWindow window, Diagnosis diagnosis) {
        End client = window.client();
        End server = window.server();
        Set<Fault> explained = EnumSet.of(Fault.FILTERED, Fault.TRANSPORT_LOSS, Fault.TRANSPORT_SLOW, Fault.API_SLOW);
        long turnedAway = window.listenerDrops();
        double queued = server.acceptQueue().count() >= LEAST_ERRORS
                ? server.acceptQueue().quantile(0.95)
                : 0;
        List<Evidence> evidence = new ArrayList<>();
        if (turnedAway > 0
                && (client.synRetransmits() > 0
                        || !client.isSeen()
                        || !client.failures().isEmpty())) {
            double share = (double) turnedAway / (turnedAway + Math.max(server.opened(), client.opened()));
            evidence.add(new Evidence(Fault.BACKLOG, "connections turned away by the listener", turnedAway, "1", 0));
            evidence.add(new Evidence(Fault.BACKLOG, "SYNs sent again", client.synRetransmits(), "1", 0));
            if (atLeast(turnedAway, turnedAway + Math.max(server.opened(), client.opened())) > options.failures()) {
                diagnosis.add(new Symptom(
                        Fault.BACKLOG,
                        Side.SERVER,
                        failureWeight(share),
                        (client.synRetransmits() > 0 ? 0.97 : 0.85) * grown(turnedAway),
                        "Backlog, at the server: its listener turned %d connections away".formatted(turnedAway),
                        evidence,
                        explained));
                return;
            }
        }
        if (queued > seconds(options.slowQueue())) {
            diagnosis.add(new Symptom(
                    Fault.BACKLOG,
                    Side.SERVER,
                    0.55,
                    0.95 * grown(server.acceptQueue().count()),
                    "Backlog, at the server: connections wait %s to be accepted (95th percentile)"
                            .formatted(text(queued)),
                    List.of(new Evidence(
                            Fault.BACKLOG,
                            "95th percentile of waits to be accepted",
                            queued,
                            "s",
                            seconds(options.slowQueue()))),
                    explained));
        }
    }

    private void tls(PairWindow window, Diagnosis diagnosis) {
        JourneyCounts journeys =
                fuller(window.client().journeys(), window.server().journeys());
        long faults = journeys.of(Fault.TLS);
        if (isTooMany(faults, journeys.journeys())) {
            Side side = journeys.side(Fault.TLS);
            double share = (double) faults / journeys.journeys();
            diagnosis.add(new Symptom(
                    Fault.TLS,
                    side,
                    failureWeight(share),
                    0.95 * grown(faults),
                    "TLS, %s: %d of %d handshakes or requests%s"
                            .formatted(at(side), faults, journeys.journeys(), example(journeys, Fault.TLS)),
                    List.of(share(Fault.TLS, "handshakes that failed or were late", share, 100 * options.failures())),
                    Set.of()));
        }
    }

    private static JourneyCounts fuller(JourneyCounts client, JourneyCounts server) {
        return server.journeys() > client.journeys() ? server : client;
    }

    private void errors(PairCase pair, Diagnosis diagnosis) {
        PairWindow window = pair.window();
        End end = window.fuller();
        JourneyCounts journeys = end.journeys();
        long byStatus = end.serverErrors();
        long byJourney = journeys.of(Fault.API_ERROR);
        long errors = Math.max(byStatus, byJourney);
        long requests = Math.max(end.requests(), byJourney > byStatus ? journeys.journeys() : 0);
        clientErrors(pair, end, diagnosis);
        if (!isTooMany(errors, requests)) {
            if (errors > 0) {
                diagnosis.aside(share(
                        Fault.API_ERROR,
                        "errors of the server, %d of %d".formatted(errors, requests),
                        (double) errors / requests,
                        100 * options.failures()));
            }
            return;
        }
        double share = (double) errors / requests;
        List<Evidence> evidence = new ArrayList<>();
        evidence.add(share(
                Fault.API_ERROR,
                "errors of the server, %d of %d".formatted(errors, requests),
                share,
                pair.baseline()
                        .map(PairWindow::fuller)
                        .filter(before -> before.requests() > 0)
                        .map(before -> 100.0 * before.serverErrors() / before.requests())
                        .orElse(100 * options.failures())));
        String codes = "";
        int most = end.statuses().entrySet().stream()
                .filter(status -> status.getKey() >= 500)
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElse(0);
        if (byStatus >= byJourney && most != 0) {
            codes = ", most of them " + most;
            evidence.add(new Evidence(
                    Fault.API_ERROR,
                    "answers with status " + most,
                    end.statuses().getOrDefault(most, 0L),
                    "1",
                    Double.NaN));
        }
        Side side = byStatus >= byJourney ? Side.SERVER : journeys.side(Fault.API_ERROR);
        double confidence = 0.97;
        End server = window.server();
        if (!end.equals(server) && server.requests() * 2 >= end.requests() && errors >= LEAST_ERRORS) {
            double own =
                    (double) Math.max(server.serverErrors(), server.journeys().of(Fault.API_ERROR)) / server.requests();
            evidence.add(share(Fault.API_ERROR, "errors as the server's own end saw them", own, Double.NaN));
            if (own < share / 4) {
                side = Side.NETWORK; // somebody between them answers or resets in the server's name
                confidence = 0.75;
            } else {
                confidence = 0.99;
            }
        }
        confidence *= grown(errors);
        pair.others()
                .map(PairWindow::fuller)
                .filter(others -> others.requests() >= options.enough())
                .ifPresent(others -> evidence.add(share(
                        Fault.API_ERROR,
                        "errors that other clients of the server got, of %d requests".formatted(others.requests()),
                        (double) others.serverErrors() / others.requests(),
                        Double.NaN)));
        diagnosis.add(new Symptom(
                Fault.API_ERROR,
                side,
                failureWeight(share),
                confidence,
                "API error, %s: %s of %d requests failed%s".formatted(at(side), percent(share), requests, codes),
                evidence,
                Set.of(Fault.API_SLOW)));
    }

    /** What the client does wrong is its own business, unless it does so of late. */
    private void clientErrors(PairCase pair, End end, Diagnosis diagnosis) {
        long errors = end.clientErrors();
        if (errors == 0) {
            return;
        }
        double share = (double) errors / end.requests();
        End before = pair.baseline().map(PairWindow::fuller).orElse(End.SILENT);
        double usual = before.requests() == 0 ? Double.NaN : (double) before.clientErrors() / before.requests();
        Evidence evidence = share(Fault.API_ERROR, "answers with a status of 400 to 499", share, 100 * usual);
        if (before.requests() >= options.enough()
                && errors >= LEAST_ERRORS
                && atLeast(errors, end.requests()) > usual + Math.max(0.05, usual)) {
            diagnosis.add(new Symptom(
                    Fault.API_ERROR,
                    Side.CLIENT,
                    failureWeight(share) - 0.1,
                    0.6 * grown(errors),
                    "API error, at the client: %s of its requests are refused (400 to 499), %s were before"
                            .formatted(percent(share), percent(usual)),
                    List.of(evidence),
                    Set.of()));
        } else {
            diagnosis.aside(evidence);
        }
    }

    /**
     * How late answers are.
     *
     * @param client whether they are late at the client
     * @param server whether they are late at the server's own end
     * @param clientExcess seconds by which they are, all requests together, at the client
     * @param serverExcess the same at the server
     * @param serverSeen whether the server's end tells enough to be compared
     * @param roundTripExcess seconds by which round trips are longer, each
     */
    private record Slowness(
            Late client,
            Late server,
            double clientExcess,
            double serverExcess,
            boolean serverSeen,
            double roundTripExcess) {
        boolean isAny() {
            return client != Late.NOT || server != Late.NOT;
        }

        boolean isAtServer() {
            return server != Late.NOT && (client == Late.NOT || serverExcess >= clientExcess / 2);
        }

        double excess() {
            return client != Late.NOT ? clientExcess : serverExcess;
        }
    }

    private enum Late {
        NOT,
        MORE_THAN_BEFORE,
        MORE_THAN_MAY_BE
    }

    private Slowness slowness(PairCase pair) {
        End client = pair.window().client();
        End server = pair.window().server();
        End clientBefore = pair.baseline().map(PairWindow::client).orElse(End.SILENT);
        End serverBefore = pair.baseline().map(PairWindow::server).orElse(End.SILENT);
        double trips =
                client.roundTrips().count() == 0 ? 0 : client.roundTrips().quantile(0.5);
        double tripsBefore = clientBefore.roundTrips().count() == 0
                ? 0
                : clientBefore.roundTrips().quantile(0.5);
        return new Slowness(
                late(client.latencies(), clientBefore.latencies()),
                late(server.latencies(), serverBefore.latencies()),
                excess(client.latencies(), clientBefore.latencies()),
                excess(server.latencies(), serverBefore.latencies()),
                server.latencies().count() > 0
                        && server.latencies().count() * 2 >= client.latencies().count(),
                Math.max(0, trips - tripsBefore));
    }

    private Late late(Distribution now, Distribution before) {
        if (isSlower(now, before)) {
            return Late.MORE_THAN_BEFORE;
        }
        return now.count() >= LEAST_ERRORS && now.quantile(0.5) > seconds(options.slowAnswer())
                ? Late.MORE_THAN_MAY_BE
                : Late.NOT;
    }

    /** Seconds, all values together, above what they were; where that is not known, above nothing. */
    private double excess(Distribution now, Distribution before) {
        if (now.count() == 0) {
            return 0;
        }
        return before.count() < options.enough() ? now.sum() : Math.max(0, now.sum() - before.mean() * now.count());
    }

    private boolean isSlower(Distribution now, Distribution before) {
        if (now.count() < options.enough() || before.count() < options.enough()) {
            return false;
        }
        double critical =
                KOLMOGOROV * Math.sqrt((double) (now.count() + before.count()) / now.count() / before.count());
        return (isSlower(now, before, 0.5) || isSlower(now, before, 0.95)) && now.exceeds(before) > critical;
    }

    private boolean isSlower(Distribution now, Distribution before, double quantile) {
        double is = now.quantile(quantile);
        double was = before.quantile(quantile);
        return is >= was * options.slower() && is - was >= seconds(options.leastSlower());
    }

    private void loss(PairCase pair, Slowness slowness, Diagnosis diagnosis) {
        PairWindow window = pair.window();
        End client = window.client();
        End server = window.server();
        double clientLoss = ratio(client);
        double serverLoss = ratio(server);
        boolean tooMuch = isLossy(client) || isLossy(server);
        double held = Math.max(
                RETRANSMISSION_TIMEOUT * (client.retransmits() + server.retransmits()),
                Math.max(client.journeys().stallSeconds(), server.journeys().stallSeconds()));
        boolean explains = slowness.isAny()
                && !(slowness.serverSeen() && slowness.isAtServer())
                && client.retransmits() + server.retransmits() >= LEAST_RETRANSMITS
                && held >= slowness.excess() / 2;
        long sentAgain = client.retransmits() + server.retransmits();
        long segments = client.segmentsSent() + server.segmentsSent();
        List<Evidence> evidence = new ArrayList<>();
        if (client.segmentsSent() > 0 && client.retransmits() > 0) {
            evidence.add(share(
                    Fault.TRANSPORT_LOSS,
                    "segments that the client sent again, %d of %d"
                            .formatted(client.retransmits(), client.segmentsSent()),
                    clientLoss,
                    100 * options.loss()));
        }
        if (server.segmentsSent() > 0 && server.retransmits() > 0) {
            evidence.add(share(
                    Fault.TRANSPORT_LOSS,
                    "segments that the server sent again, %d of %d"
                            .formatted(server.retransmits(), server.segmentsSent()),
                    serverLoss,
                    100 * options.loss()));
        }
        if (explains) {
            evidence.add(
                    new Evidence(Fault.TRANSPORT_LOSS, "time that sending again takes", held, "s", slowness.excess()));
        }
        if (tooMuch || explains) {
            Side side = lossSide(pair, evidence);
            double worst = Math.max(clientLoss, serverLoss);
            diagnosis.add(new Symptom(
                    Fault.TRANSPORT_LOSS,
                    side,
                    0.6 * Math.min(1, worst / 0.1),
                    (tooMuch ? 0.95 : 0.75) * grown(sentAgain),
                    "Transport, %s: %s of %d segments had to be sent again%s"
                            .formatted(
                                    side == Side.NETWORK && !server.isSeen() ? "in the network outside" : at(side),
                                    percent((double) sentAgain / Math.max(1, segments)),
                                    segments,
                                    explains ? ", which explains the late answers" : ""),
                    evidence,
                    explains ? EnumSet.of(Fault.API_SLOW, Fault.TRANSPORT_SLOW) : Set.of()));
        } else {
            evidence.forEach(diagnosis::aside);
            synLoss(window, diagnosis);
        }
    }

    private static double ratio(End end) {
        return end.segmentsSent() == 0 ? 0 : (double) end.retransmits() / end.segmentsSent();
    }

    private boolean isLossy(End end) {
        return end.segmentsSent() >= LEAST_SEGMENTS
                && end.retransmits() >= LEAST_RETRANSMITS
                && atLeast(end.retransmits(), end.segmentsSent()) > options.loss();
    }

    /** The way is to blame, unless one of the hosts loses with everybody. */
    private Side lossSide(PairCase pair, List<Evidence> evidence) {
        if (pair.elsewhere()
                .filter(window -> window.client().segmentsSent() >= LEAST_SEGMENTS)
                .isPresent()) {
            PairWindow elsewhere = pair.elsewhere().get();
            evidence.add(share(
                    Fault.TRANSPORT_LOSS,
                    "segments that the client sent again to others",
                    ratio(elsewhere.client()),
                    100 * options.loss()));
            if (isLossy(elsewhere.client())) {
                return Side.CLIENT;
            }
        }
        if (pair.others()
                .filter(window -> window.client().segmentsSent() >= LEAST_SEGMENTS)
                .isPresent()) {
            PairWindow others = pair.others().get();
            evidence.add(share(
                    Fault.TRANSPORT_LOSS,
                    "segments that other clients sent again to the server",
                    ratio(others.client()),
                    100 * options.loss()));
            if (isLossy(others.client()) && pair.window().server().isSeen()) {
                return Side.SERVER;
            }
        }
        return Side.NETWORK;
    }

    /** SYNs are lost and other segments are not: the server's queue, as a rule. */
    private void synLoss(PairWindow window, Diagnosis diagnosis) {
        End client = window.client();
        long syns = client.opened() + client.failedAttempts() + client.synRetransmits();
        if (client.synRetransmits() < LEAST_RETRANSMITS
                || client.opened() == 0
                || diagnosis.has(Fault.BACKLOG)
                || diagnosis.has(Fault.ROUTING)
                || atLeast(client.synRetransmits(), syns) <= options.loss()) {
            return;
        }
        boolean serverSeen = window.server().isSeen();
        Fault fault = serverSeen ? Fault.TRANSPORT_LOSS : Fault.BACKLOG;
        double share = (double) client.synRetransmits() / syns;
        diagnosis.add(new Symptom(
                fault,
                serverSeen ? Side.NETWORK : Side.SERVER,
                0.45,
                (serverSeen ? 0.6 : 0.55) * grown(client.synRetransmits()),
                serverSeen
                        ? "Transport, in the network: %s of SYNs had to be sent again, and the listener turned none away"
                                .formatted(percent(share))
                        : "Backlog, at the server: %s of SYNs had to be sent again, other segments did not"
                                .formatted(percent(share)),
                List.of(share(
                        fault,
                        "SYNs sent again, %d of %d".formatted(client.synRetransmits(), syns),
                        share,
                        100 * options.loss())),
                EnumSet.of(Fault.FILTERED)));
    }

    private void receiver(PairWindow window, Slowness slowness, Diagnosis diagnosis) {
        receiver(window, window.server(), Side.CLIENT, slowness, diagnosis);
        receiver(window, window.client(), Side.SERVER, slowness, diagnosis);
    }

    private void receiver(PairWindow window, End sender, Side reader, Slowness slowness, Diagnosis diagnosis) {
        double closed = sender.zeroWindowSeconds();
        if (closed <= 0 || closed < options.zeroWindow() * window.seconds()) {
            if (closed > 0) {
                diagnosis.aside(new Evidence(
                        Fault.RECEIVER_SLOW, "a window was closed " + at(reader), closed, "s", Double.NaN));
            }
            return;
        }
        boolean explains = slowness.isAny() && closed >= slowness.excess() / 2;
        diagnosis.add(new Symptom(
                Fault.RECEIVER_SLOW,
                reader,
                0.55 * Math.min(1, closed / Math.max(1e-9, 0.2 * window.seconds())),
                0.92,
                "Receiver slow, %s: it kept its window closed for %s of %s"
                        .formatted(at(reader), text(closed), text(window.seconds())),
                List.of(new Evidence(
                        Fault.RECEIVER_SLOW,
                        "time for which a window was closed",
                        closed,
                        "s",
                        options.zeroWindow() * window.seconds())),
                explains ? EnumSet.of(Fault.API_SLOW) : Set.of()));
    }

    private void slow(PairCase pair, Slowness slowness, Diagnosis diagnosis) {
        PairWindow window = pair.window();
        End client = window.client();
        longWay(pair, slowness, diagnosis);
        if (!slowness.isAny()) {
            return;
        }
        boolean atServer = slowness.isAtServer();
        boolean byServer = atServer || client.latencies().count() == 0;
        End end = byServer ? window.server() : client;
        End before = pair.baseline()
                .map(earlier -> byServer ? earlier.server() : earlier.client())
                .orElse(End.SILENT);
        double median = end.latencies().quantile(0.5);
        double tail = end.latencies().quantile(0.95);
        boolean compared = before.latencies().count() >= options.enough();
        List<Evidence> evidence = new ArrayList<>();
        evidence.add(new Evidence(
                Fault.API_SLOW,
                "median of answers",
                median,
                "s",
                compared ? before.latencies().quantile(0.5) : seconds(options.slowAnswer())));
        evidence.add(new Evidence(
                Fault.API_SLOW,
                "95th percentile of answers",
                tail,
                "s",
                compared ? before.latencies().quantile(0.95) : Double.NaN));
        if (slowness.serverSeen() && client.latencies().count() > 0) {
            evidence.add(new Evidence(
                    Fault.API_SLOW,
                    "median as the server's own end saw it",
                    window.server().latencies().quantile(0.5),
                    "s",
                    Double.NaN));
        }
        boolean shifted = !compared || isSlower(end.latencies(), before.latencies(), 0.5);
        double base = atServer ? 0.97 : slowness.serverSeen() ? 0.6 : 0.8;
        String compare =
                compared ? ", %s before".formatted(text(before.latencies().quantile(shifted ? 0.5 : 0.95))) : "";
        diagnosis.add(new Symptom(
                Fault.API_SLOW,
                Side.SERVER,
                atServer && slowness.serverSeen() ? 0.7 : shifted ? 0.55 : 0.45,
                base * grown(end.latencies().count()),
                atServer || !slowness.serverSeen()
                        ? "API slow, at the server: answers take %s (%s)%s"
                                .formatted(
                                        text(shifted ? median : tail), shifted ? "median" : "95th percentile", compare)
                        : "API slow, at the server: requests wait on its host before it reads them, answers take %s%s"
                                .formatted(text(shifted ? median : tail), compare),
                evidence,
                Set.of()));
    }

    private void longWay(PairCase pair, Slowness slowness, Diagnosis diagnosis) {
        End client = pair.window().client();
        Distribution trips = client.roundTrips();
        Distribution before =
                pair.baseline().map(PairWindow::client).orElse(End.SILENT).roundTrips();
        if (trips.count() == 0) {
            return;
        }
        double median = trips.quantile(0.5);
        boolean longer = isSlower(trips, before);
        boolean isLong = median > seconds(options.slowRoundTrip());
        // One request waits for one round trip at least; for more where it or its answer is long.
        boolean explains = slowness.client() != Late.NOT
                && !(slowness.serverSeen() && slowness.isAtServer())
                && slowness.roundTripExcess() * Math.max(1, client.latencies().count()) >= slowness.clientExcess() / 2;
        if (longer && explains || isLong) {
            diagnosis.add(new Symptom(
                    Fault.TRANSPORT_SLOW,
                    Side.NETWORK,
                    0.5,
                    0.85 * grown(trips.count()),
                    "Transport, in the network: round trips take %s%s"
                            .formatted(
                                    text(median),
                                    before.count() > 0 ? ", %s before".formatted(text(before.quantile(0.5))) : ""),
                    List.of(new Evidence(
                            Fault.TRANSPORT_SLOW,
                            "median round trip",
                            median,
                            "s",
                            before.count() > 0 ? before.quantile(0.5) : seconds(options.slowRoundTrip()))),
                    explains ? EnumSet.of(Fault.API_SLOW) : Set.of()));
        } else if (longer) {
            diagnosis.aside(new Evidence(Fault.TRANSPORT_SLOW, "median round trip", median, "s", before.quantile(0.5)));
        }
    }

    private static String at(Side side) {
        return switch (side) {
            case CLIENT -> "at the client";
            case SERVER -> "at the server";
            case NETWORK -> "in the network";
            case RESOLVER -> "at the name server";
            case UNKNOWN -> "at a side that cannot be told";
        };
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }
}
