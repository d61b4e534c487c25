package io.ebpf4j.samples.demo;

import io.ebpf4j.observability.aggregate.Exemplar;
import io.ebpf4j.observability.json.JsonLine;
import io.ebpf4j.observability.verdict.Evidence;
import io.ebpf4j.observability.verdict.LayerVerdict;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;

/** A story's report as one JSON object; it says the same as {@link ReportText}. What is not known is null. */
final class ReportJson {
    private ReportJson() {}

    static JsonLine of(StoryReport report) {
        return new JsonLine()
                .put("story", lower(report.story().name()))
                .put("question", report.story().question())
                .put("duration_s", report.seconds())
                .put("http", report.http().stream().map(ReportJson::http).toList())
                .put("tcp", report.tcp().stream().map(ReportJson::tcp).toList())
                .put(
                        "verdicts",
                        new TreeMap<>(report.verdicts())
                                .entrySet().stream()
                                        .map(entry -> verdict(entry.getKey(), entry.getValue()))
                                        .toList())
                .put("claims", report.claims().stream().map(ReportJson::claim).toList())
                .putTruth("holds", JsonLine.Truth.of(report.holds()));
    }

    private static JsonLine pair(Pair pair) {
        return new JsonLine().put("source", pair.source()).put("destination", pair.destination());
    }

    private static JsonLine http(HttpRow row) {
        JsonLine statuses = new JsonLine();
        row.statuses().forEach((status, count) -> statuses.put(Integer.toString(status), count));
        JsonLine line = pair(row.pair())
                .put("method", row.method())
                .put("requests", row.requests())
                .put("statuses", statuses);
        number(line, "p50_s", row.quantile(0.5));
        number(line, "p95_s", row.quantile(0.95));
        number(line, "p99_s", row.quantile(0.99));
        return trace(line, row.slowest());
    }

    private static JsonLine tcp(TcpRow row) {
        JsonLine line = pair(row.pair())
                .put("connections", row.opened())
                .put("segments_sent", row.segments())
                .put("retransmits", row.retransmits());
        number(line, "rtt_s", row.roundTrip());
        return trace(line, row.exemplar());
    }

    private static JsonLine trace(JsonLine line, Optional<Exemplar> exemplar) {
        return exemplar.isPresent() ? line.put("trace_id", exemplar.get().traceId()) : line.putNull("trace_id");
    }

    private static void number(JsonLine line, String name, double value) {
        if (Double.isFinite(value)) {
            line.put(name, value);
        } else {
            line.putNull(name);
        }
    }

    private static JsonLine verdict(Pair pair, LayerVerdict verdict) {
        List<JsonLine> evidence =
                verdict.evidence().stream().map(ReportJson::evidence).toList();
        return pair(pair)
                .put("fault", lower(verdict.fault().name()))
                .put("side", lower(verdict.side().name()))
                .put("confidence", verdict.confidence())
                .put("summary", verdict.summary())
                .put("evidence", evidence);
    }

    private static JsonLine evidence(Evidence evidence) {
        JsonLine line = new JsonLine()
                .put("fault", lower(evidence.fault().name()))
                .put("what", evidence.what())
                .put("unit", evidence.unit());
        number(line, "value", evidence.value());
        number(line, "expected", evidence.expected());
        return line;
    }

    static JsonLine claim(Claim claim) {
        return new JsonLine()
                .put("what", claim.what())
                .put("expected", claim.expected())
                .put("seen", claim.seen())
                .putTruth("holds", JsonLine.Truth.of(claim.holds()));
    }

    private static String lower(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
