package io.ebpf4j.observability.servicemap;

import io.ebpf4j.observability.servicemap.ServiceMap.Edge;
import java.util.ArrayList;
import java.util.List;

/** What stands at an edge. */
final class EdgeLines {
    private EdgeLines() {}

    static List<String> of(Edge edge) {
        GoldenSignals signals = edge.signals();
        List<String> lines = new ArrayList<>();
        if (signals.requests() > 0) {
            lines.add("%s/s, p95 %s, %s err"
                    .formatted(
                            Figures.rate(signals.requestsPerSecond()),
                            Figures.time(signals.p95()),
                            Figures.share(signals.errorShare())));
        } else if (signals.questions() > 0) {
            lines.add("%d DNS, p95 %s".formatted(signals.questions(), Figures.time(signals.questionsP95())));
        } else {
            lines.add("%d conn, %s".formatted(
                    signals.connections(), Figures.bytes(signals.bytesSent() + signals.bytesReceived())));
        }
        if (edge.health() == Health.ILL || edge.health() == Health.SUSPECT) {
            lines.add((edge.health() == Health.ILL ? "✖ " : "⚠ ") + Figures.brief(edge.verdict()));
        }
        return lines;
    }
}
