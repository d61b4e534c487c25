package io.ebpf4j.observability.servicemap;

import io.ebpf4j.observability.servicemap.ServiceMap.Edge;
import io.ebpf4j.observability.servicemap.ServiceMap.Node;
import io.ebpf4j.observability.verdict.Evidence;
import io.ebpf4j.observability.verdict.LayerVerdict;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** One JSON object. */
final class JsonMap implements MapRenderer {
    @Override
    public String render(ServiceMap map) {
        return format(
                "{\"seconds\":%s,\"complete\":%s,\"lost\":%d,\n\"nodes\":[\n%s],\n\"edges\":[\n%s]}\n",
                number(map.seconds()),
                map.lost() == 0,
                map.lost(),
                map.nodes().stream().map(node -> node(map.nodes(), node)).collect(Collectors.joining(",\n")),
                map.edges().stream().map(edge -> edge(map.nodes(), edge)).collect(Collectors.joining(",\n")));
    }

    private static String node(List<Node> nodes, Node node) {
        return format(
                "{\"id\":%d,\"name\":%s,\"namespace\":%s,\"kind\":%s}",
                nodes.indexOf(node),
                Escape.json(node.name()),
                Escape.json(node.namespace()),
                Escape.json(node.kind().toString()));
    }

    private static String edge(List<Node> nodes, Edge edge) {
        GoldenSignals signals = edge.signals();
        return format(
                        "{\"source\":%d,\"destination\":%d,\"health\":%s,",
                        nodes.indexOf(edge.source()),
                        nodes.indexOf(edge.destination()),
                        Escape.json(edge.health().toString()))
                + format(
                        "\"requestsPerSecond\":%s,\"requests\":%d,\"errorShare\":%s,\"p50\":%s,\"p95\":%s,\"p99\":%s,",
                        number(signals.requestsPerSecond()),
                        signals.requests(),
                        number(signals.errorShare()),
                        number(signals.p50()),
                        number(signals.p95()),
                        number(signals.p99()))
                + format(
                        "\"bytesSent\":%d,\"bytesReceived\":%d,\"connections\":%d,\"connectFailures\":%d,",
                        signals.bytesSent(), signals.bytesReceived(), signals.connections(), signals.connectFailures())
                + format(
                        "\"retransmits\":%d,\"segments\":%d,\"roundTrip\":%s,",
                        signals.retransmits(), signals.segments(), number(signals.roundTrip()))
                + format(
                        "\"questions\":%d,\"failedQuestions\":%d,\"questionsP95\":%s,\"reporters\":%s,\"verdict\":%s}",
                        signals.questions(),
                        signals.failedQuestions(),
                        number(signals.questionsP95()),
                        Escape.json(signals.reporters()),
                        verdict(edge.verdict()));
    }

    private static String verdict(LayerVerdict verdict) {
        return format(
                "{\"fault\":\"%s\",\"side\":\"%s\",\"confidence\":%s,\"brief\":%s,\"summary\":%s,\"evidence\":[%s]}",
                verdict.fault(),
                verdict.side(),
                number(verdict.confidence()),
                Escape.json(Figures.brief(verdict)),
                Escape.json(verdict.summary()),
                verdict.evidence().stream().map(JsonMap::evidence).collect(Collectors.joining(",")));
    }

    private static String evidence(Evidence evidence) {
        return format(
                "{\"fault\":\"%s\",\"what\":%s,\"value\":%s,\"unit\":%s,\"expected\":%s}",
                evidence.fault(),
                Escape.json(evidence.what()),
                number(evidence.value()),
                Escape.json(evidence.unit()),
                number(evidence.expected()));
    }

    /** Digits are ASCII whatever the locale. */
    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }

    private static String number(double value) {
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            return "null";
        }
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }
}
