package io.ebpf4j.samples.demo;

import io.ebpf4j.observability.aggregate.Exemplar;
import io.ebpf4j.observability.servicemap.MapRenderer;
import io.ebpf4j.observability.verdict.Evidence;
import io.ebpf4j.observability.verdict.Fault;
import io.ebpf4j.observability.verdict.LayerVerdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** A story's report for a terminal: the tables that a dashboard would show, the verdict in a line, what speaks for it, the map. */
final class ReportText {
    private static final String INDENT = "  ";
    private static final int EVIDENCE = 4;

    private ReportText() {}

    /** The report, line by line. */
    static List<String> lines(StoryReport report) {
        Story story = report.story();
        List<String> lines = new ArrayList<>();
        lines.add("Story " + (story.ordinal() + 1) + " of " + Story.values().length + ": " + story.question());
        lines.add("");
        section(
                lines,
                "HTTP by source and destination (hubble_http_requests_total, hubble_http_request_duration_seconds)",
                http(report));
        section(lines, "TCP by source and destination (system_network_tcp_*)", tcp(report));
        section(
                lines,
                "Service map",
                MapRenderer.text().render(report.map()).lines().toList());
        lines.addAll(verdicts(report));
        return lines;
    }

    private static void section(List<String> lines, String title, List<String> body) {
        lines.add(INDENT + title);
        body.forEach(line -> lines.add(line.isEmpty() ? "" : INDENT + INDENT + line));
        lines.add("");
    }

    private static List<String> http(StoryReport report) {
        TextTable table = new TextTable(
                "SOURCE",
                "DESTINATION",
                "METHOD",
                ">REQ/S",
                ">2xx",
                ">4xx",
                ">5xx",
                ">P50",
                ">P95",
                ">P99",
                "TRACE OF THE SLOWEST");
        for (HttpRow row : report.http()) {
            table.row(
                    row.pair().source(),
                    row.pair().destination(),
                    row.method(),
                    decimal(row.requests() / report.seconds(), 1),
                    Long.toString(row.ofClass(2)),
                    Long.toString(row.ofClass(4)),
                    Long.toString(row.ofClass(5)),
                    duration(row.quantile(0.5)),
                    duration(row.quantile(0.95)),
                    duration(row.quantile(0.99)),
                    row.slowest().map(Exemplar::traceId).orElse(""));
        }
        return table.lines();
    }

    private static List<String> tcp(StoryReport report) {
        TextTable table = new TextTable(
                "SOURCE",
                "DESTINATION",
                ">CONNECTIONS",
                ">SEGMENTS",
                ">RETRANSMITS",
                ">SHARE",
                ">RTT",
                "A TRACE AMONG THEM");
        for (TcpRow row : report.tcp()) {
            table.row(
                    row.pair().source(),
                    row.pair().destination(),
                    Long.toString(row.opened()),
                    Long.toString(row.segments()),
                    Long.toString(row.retransmits()),
                    row.segments() == 0 ? "" : decimal(100.0 * row.retransmits() / row.segments(), 1) + " %",
                    duration(row.roundTrip()),
                    row.exemplar().map(Exemplar::traceId).orElse(""));
        }
        return table.lines();
    }

    private static List<String> verdicts(StoryReport report) {
        List<String> lines = new ArrayList<>();
        Map<Pair, LayerVerdict> sorted = new TreeMap<>(report.verdicts());
        sorted.forEach((pair, verdict) -> {
            if (isFault(verdict)) {
                lines.add(INDENT + "VERDICT  " + pair + ": " + verdict.summary() + " ("
                        + decimal(100 * verdict.confidence(), 0) + " % sure)");
                verdict.evidence().stream()
                        .limit(EVIDENCE)
                        .forEach(evidence -> lines.add(INDENT + "         - " + evidence(evidence)));
            }
        });
        for (Fault well : List.of(Fault.NONE_SEEN, Fault.NOT_ENOUGH_SEEN)) {
            String pairs = sorted.entrySet().stream()
                    .filter(entry -> entry.getValue().fault() == well)
                    .map(entry -> entry.getKey().toString())
                    .collect(Collectors.joining(", "));
            if (!pairs.isEmpty()) {
                lines.add(INDENT + (well == Fault.NONE_SEEN ? "No fault seen: " : "Not enough seen: ") + pairs);
            }
        }
        lines.addAll(
                checked("the servers' logs, the clients' logs, the kernel's counters and the story", report.claims()));
        lines.add("");
        return lines;
    }

    /** What is not so, and how much is. */
    static List<String> checked(String against, List<Claim> claims) {
        List<String> lines = new ArrayList<>();
        claims.stream().filter(claim -> !claim.holds()).forEach(claim -> lines.add(INDENT + "NOT SO   " + claim));
        long holding = claims.stream().filter(Claim::holds).count();
        lines.add(INDENT + "Checked against " + against + ": " + holding + " of " + claims.size() + " hold");
        return lines;
    }

    static boolean isFault(LayerVerdict verdict) {
        return verdict.fault() != Fault.NONE_SEEN && verdict.fault() != Fault.NOT_ENOUGH_SEEN;
    }

    private static String evidence(Evidence evidence) {
        return evidence.what() + ": " + amount(evidence.value(), evidence.unit())
                + (Double.isNaN(evidence.expected())
                        ? ""
                        : ", against " + amount(evidence.expected(), evidence.unit()));
    }

    private static String amount(double value, String unit) {
        return switch (unit) {
            case "s" -> duration(value);
            case "%" -> decimal(value, 1) + " %";
            case "1" -> value == Math.rint(value) ? decimal(value, 0) : decimal(value, 2);
            default -> decimal(value, 0) + " " + unit;
        };
    }

    /** Seconds, with three digits at most. */
    static String duration(double seconds) {
        if (Double.isNaN(seconds)) {
            return "";
        }
        if (seconds >= 1) {
            return decimal(seconds, 2) + " s";
        }
        double millis = seconds * 1e3;
        return millis >= 1 ? decimal(millis, millis >= 100 ? 0 : 1) + " ms" : decimal(seconds * 1e6, 0) + " µs";
    }

    private static String decimal(double value, int digits) {
        return String.format(Locale.ROOT, "%." + digits + "f", value);
    }
}
