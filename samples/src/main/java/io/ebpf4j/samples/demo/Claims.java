package io.ebpf4j.samples.demo;

import io.ebpf4j.observability.aggregate.Exemplar;
import io.ebpf4j.observability.aggregate.Snapshot;
import io.ebpf4j.observability.event.Direction;
import io.ebpf4j.observability.verdict.Fault;
import io.ebpf4j.observability.verdict.LayerVerdict;
import io.ebpf4j.samples.demo.service.AccessRecord;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** What has to be so of what was observed: what servers, clients and the kernel say, and what the story tells. */
final class Claims {
    /** A service outside is not on this host as far as the observer is concerned, so only its clients report. */
    private static final String OUTSIDE = Host.TWILIO.domainName();

    private Claims() {}

    /** Requests by source, destination, method and status are as the servers' logs have them, from either end. */
    static List<Claim> requests(Snapshot window, Map<Answered, Long> answered) {
        List<Claim> claims = new ArrayList<>();
        for (Direction reporter : List.of(Direction.CLIENT, Direction.SERVER)) {
            Map<Answered, Long> seen = seen(window, reporter);
            Collection<Answered> kinds = new TreeSet<>(seen.keySet());
            kinds.addAll(answered.keySet());
            for (Answered kind : kinds) {
                if (reporter == Direction.CLIENT || !kind.pair().destination().equals(OUTSIDE)) {
                    claims.add(Claim.of(
                            kind + " by the " + (reporter == Direction.CLIENT ? "client" : "server")
                                    + " is as in the server's log",
                            answered.getOrDefault(kind, 0L),
                            seen.getOrDefault(kind, 0L)));
                }
            }
        }
        return claims;
    }

    private static Map<Answered, Long> seen(Snapshot window, Direction reporter) {
        Map<Answered, Long> seen = new TreeMap<>();
        for (Snapshot.Http http : window.http()) {
            if (http.flow().reporter() == reporter && http.requests() > 0) {
                seen.merge(
                        new Answered(Pair.of(http.flow()), http.method(), http.status()), http.requests(), Long::sum);
            }
        }
        return seen;
    }

    /** Segments sent again are as the kernel counts them in each service's network namespace. */
    static List<Claim> retransmits(Snapshot window, Map<Host, Long> counted) {
        Map<String, Long> services = new TreeMap<>();
        counted.forEach((host, count) -> services.merge(host.service(), count, Long::sum));
        List<Claim> claims = new ArrayList<>();
        services.forEach((service, count) -> claims.add(Claim.of(
                "retransmits of " + service + " are as the kernel's in its network namespace",
                count,
                window.tcp().stream()
                        .filter(tcp -> sender(tcp).equals(service))
                        .mapToLong(TcpRow::retransmits)
                        .sum())));
        return claims;
    }

    private static String sender(Snapshot.Tcp tcp) {
        Pair pair = Pair.of(tcp.flow());
        return tcp.flow().reporter() == Direction.SERVER ? pair.destination() : pair.source();
    }

    /** Those who suffer have the story's verdict, the others none; one of these is enough to say so. */
    static List<Claim> verdicts(Story story, Map<Pair, LayerVerdict> verdicts) {
        List<Claim> claims = new ArrayList<>();
        new TreeMap<>(verdicts).forEach((pair, verdict) -> {
            if (story.sufferers().contains(pair)) {
                claims.add(new Claim(
                        "the verdict on " + pair,
                        story.fault() + " at " + story.side(),
                        verdict.fault() + " at " + verdict.side()));
            } else {
                claims.add(new Claim(
                        "the verdict on " + pair,
                        Fault.NONE_SEEN.name(),
                        verdict.fault().name()));
            }
        });
        for (Pair pair : new TreeSet<>(story.sufferers())) {
            if (!verdicts.containsKey(pair)) {
                claims.add(new Claim("the verdict on " + pair, story.fault() + " at " + story.side(), "none"));
            }
        }
        return claims;
    }

    /** Only those who suffer sent anything again. */
    static List<Claim> onlySufferersRetransmit(Story story, List<TcpRow> rows) {
        return rows.stream()
                .filter(row -> row.retransmits() > 0 || story.sufferers().contains(row.pair()))
                .map(row -> new Claim(
                        "retransmits of " + row.pair(),
                        story.sufferers().contains(row.pair()) ? "some" : "none",
                        row.retransmits() > 0 ? "some" : "none"))
                .toList();
    }

    /** The trace of the slowest request leads to one that the client sent, and that took as long. */
    static List<Claim> exemplars(Story story, List<HttpRow> rows, Map<Pair, List<AccessRecord>> asked) {
        List<Claim> claims = new ArrayList<>();
        for (HttpRow row : rows) {
            if (story.sufferers().contains(row.pair())) {
                String trace = row.slowest().map(Exemplar::traceId).orElse("none");
                claims.add(new Claim(
                        "the exemplar of " + row.pair() + " is a slow request of its client",
                        trace,
                        asked.getOrDefault(row.pair(), List.of()).stream()
                                .filter(record -> record.latencyNanos() > Story.SLOWER_MILLIS * 1_000_000L)
                                .map(AccessRecord::traceId)
                                .filter(trace::equals)
                                .findFirst()
                                .orElse("not one of them")));
            }
        }
        return claims;
    }
}
