package io.ebpf4j.observability.servicemap;

import io.ebpf4j.observability.json.JsonLine;
import io.ebpf4j.observability.servicemap.ServiceMap.Edge;
import io.ebpf4j.observability.servicemap.ServiceMap.Node;
import io.ebpf4j.observability.verdict.Evidence;
import io.ebpf4j.observability.verdict.LayerVerdict;
import java.util.List;

/** One JSON object on one line. */
final class JsonMap implements MapRenderer {
    @Override
    public String render(ServiceMap map) {
        JsonLine line = new JsonLine();
        number(line, "seconds", map.seconds())
                .putTruth("complete", JsonLine.Truth.of(map.lost() == 0))
                .put("lost", map.lost())
                .put(
                        "nodes",
                        map.nodes().stream()
                                .map(node -> node(map.nodes(), node))
                                .toList())
                .put(
                        "edges",
                        map.edges().stream()
                                .map(edge -> edge(map.nodes(), edge))
                                .toList());
        return Escape.json(line.toString()) + "\n";
    }

    private static JsonLine node(List<Node> nodes, Node node) {
        return new JsonLine()
                .put("id", nodes.indexOf(node))
                .put("name", node.name())
                .put("namespace", node.namespace())
                .put("kind", node.kind().toString());
    }

    private static JsonLine edge(List<Node> nodes, Edge edge) {
        GoldenSignals signals = edge.signals();
        JsonLine line = new JsonLine()
                .put("source", nodes.indexOf(edge.source()))
                .put("destination", nodes.indexOf(edge.destination()))
                .put("health", edge.health().toString());
        number(line, "requestsPerSecond", signals.requestsPerSecond()).put("requests", signals.requests());
        number(line, "errorShare", signals.errorShare());
        number(line, "p50", signals.p50());
        number(line, "p95", signals.p95());
        number(line, "p99", signals.p99())
                .put("bytesSent", signals.bytesSent())
                .put("bytesReceived", signals.bytesReceived())
                .put("connections", signals.connections())
                .put("connectFailures", signals.connectFailures())
                .put("retransmits", signals.retransmits())
                .put("segments", signals.segments());
        number(line, "roundTrip", signals.roundTrip())
                .put("questions", signals.questions())
                .put("failedQuestions", signals.failedQuestions());
        return number(line, "questionsP95", signals.questionsP95())
                .put("reporters", signals.reporters())
                .put("verdict", verdict(edge.verdict()));
    }

    private static JsonLine verdict(LayerVerdict verdict) {
        JsonLine line = new JsonLine()
                .put("fault", verdict.fault().toString())
                .put("side", verdict.side().toString());
        return number(line, "confidence", verdict.confidence())
                .put("brief", Figures.brief(verdict))
                .put("summary", verdict.summary())
                .put(
                        "evidence",
                        verdict.evidence().stream().map(JsonMap::evidence).toList());
    }

    private static JsonLine evidence(Evidence evidence) {
        JsonLine line = new JsonLine().put("fault", evidence.fault().toString()).put("what", evidence.what());
        number(line, "value", evidence.value()).put("unit", evidence.unit());
        return number(line, "expected", evidence.expected());
    }

    private static JsonLine number(JsonLine line, String name, double value) {
        return Double.isFinite(value) ? line.put(name, value) : line.putNull(name);
    }
}
