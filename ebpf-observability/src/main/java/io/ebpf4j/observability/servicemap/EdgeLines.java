package io.ebpf4j.observability.servicemap;

import io.ebpf4j.observability.servicemap.ServiceMap.Edge;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What stands at an edge. */
final class EdgeLines {
    private EdgeLines() {}

    static List<String> of(Edge edge) {
        GoldenSignals signals = edge.signals();
        List<String> lines = new ArrayList<>();
        if (signals.requests() > 0) {
            lines.add(String.format(
                    Locale.ROOT,
                    "%s/s, p95 %s, %s err",
                    Figures.rate(signals.requestsPerSecond()),
                    Figures.time(signals.p95()),
                    Figures.share(signals.errorShare())));
        } else if (signals.questions() > 0) {
            lines.add(String.format(
                    Locale.ROOT, "%d DNS, p95 %s", signals.questions(), Figures.time(signals.questionsP95())));
        } else {
            lines.add(String.format(
                    Locale.ROOT,
                    "%d conn, %s",
                    signals.connections(),
                    Figures.bytes(signals.bytesSent() + signals.bytesReceived())));
        }
        if (edge.health() == Health.ILL || edge.health() == Health.SUSPECT) {
            lines.add((edge.health() == Health.ILL ? "✖ " : "⚠ ") + Figures.brief(edge.verdict()));
        }
        return lines;
    }
}
