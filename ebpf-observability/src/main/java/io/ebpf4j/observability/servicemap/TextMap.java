package io.ebpf4j.observability.servicemap;

import io.ebpf4j.observability.servicemap.ServiceMap.Edge;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Aligned columns. */
final class TextMap implements MapRenderer {
    private static final List<String> HEADINGS = List.of(
            "SOURCE",
            "DESTINATION",
            "REQ/S",
            "ERR",
            "P50",
            "P95",
            "P99",
            "OUT",
            "IN",
            "RTX",
            "RTT",
            "CONN",
            "FAIL",
            "DNS",
            "",
            "VERDICT");
    private static final int NUMBERS_FROM = 2;
    private static final int NUMBERS_TO = 14;

    @Override
    public String render(ServiceMap map) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(HEADINGS);
        for (Edge edge : map.edges()) {
            rows.add(row(edge));
        }
        int[] widths = new int[HEADINGS.size()];
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], width(row.get(i)));
            }
        }
        StringBuilder text = new StringBuilder();
        text.append(String.format(
                Locale.ROOT,
                "%d services, %d pairs in %s%s%n%n",
                map.nodes().size(),
                map.edges().size(),
                Figures.time(map.seconds()),
                map.lost() > 0 ? "; incomplete, " + map.lost() + " events are missing" : ""));
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                String pad = " ".repeat(widths[i] - width(row.get(i)));
                boolean right = i >= NUMBERS_FROM && i < NUMBERS_TO;
                line.append(right ? pad + row.get(i) : row.get(i) + pad).append(i == widths.length - 1 ? "" : "  ");
            }
            text.append(line.toString().stripTrailing()).append(System.lineSeparator());
        }
        for (Edge edge : map.edges()) {
            if (edge.health() == Health.ILL || edge.health() == Health.SUSPECT) {
                text.append(String.format(
                        Locale.ROOT,
                        "%n%s %s -> %s: %s (confidence %.2f)%n",
                        mark(edge.health()),
                        name(edge.source()),
                        name(edge.destination()),
                        Escape.plain(edge.verdict().summary()),
                        edge.verdict().confidence()));
            }
        }
        return text.toString();
    }

    private static List<String> row(Edge edge) {
        GoldenSignals signals = edge.signals();
        boolean http = signals.requests() > 0;
        return List.of(
                name(edge.source()),
                name(edge.destination()),
                http ? Figures.rate(signals.requestsPerSecond()) : Figures.NONE,
                Figures.share(signals.errorShare()),
                Figures.time(signals.p50()),
                Figures.time(signals.p95()),
                Figures.time(signals.p99()),
                Figures.bytes(signals.bytesSent()),
                Figures.bytes(signals.bytesReceived()),
                Figures.share(signals.retransmitShare()),
                Figures.time(signals.roundTrip()),
                Long.toString(signals.connections()),
                Long.toString(signals.connectFailures()),
                signals.questions() == 0
                        ? Figures.NONE
                        : signals.questions() + (signals.failedQuestions() > 0 ? "/" + signals.failedQuestions() : ""),
                mark(edge.health()),
                Figures.brief(edge.verdict()));
    }

    private static String name(ServiceMap.Node node) {
        return Escape.plain(node.qualifiedName());
    }

    private static String mark(Health health) {
        return switch (health) {
            case WELL -> "+";
            case SUSPECT -> "!";
            case ILL -> "X";
            case UNKNOWN -> "?";
        };
    }

    /** Columns of a terminal: marks over letters take none, the scripts of East Asia two. */
    private static int width(String text) {
        return text.codePoints()
                .map(c -> switch (Character.getType(c)) {
                    case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK -> 0;
                    default -> isWide(c) ? 2 : 1;
                })
                .sum();
    }

    private static boolean isWide(int c) {
        return c >= 0x1100
                && (c <= 0x115f
                        || c >= 0x2e80 && c <= 0xa4cf
                        || c >= 0xac00 && c <= 0xd7a3
                        || c >= 0xf900 && c <= 0xfaff
                        || c >= 0xfe30 && c <= 0xfe6f
                        || c >= 0xff00 && c <= 0xff60
                        || c >= 0x1f300 && c <= 0x1faff
                        || c >= 0x20000 && c <= 0x3fffd);
    }
}
