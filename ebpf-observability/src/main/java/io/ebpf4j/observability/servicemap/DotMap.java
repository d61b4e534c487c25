package io.ebpf4j.observability.servicemap;

import io.ebpf4j.observability.servicemap.ServiceMap.Edge;
import io.ebpf4j.observability.servicemap.ServiceMap.Node;
import java.util.List;
import java.util.Locale;

/** The language of Graphviz: namespaces are clusters, width is the rate, colour and style the health. */
final class DotMap implements MapRenderer {
    @Override
    public String render(ServiceMap map) {
        StringBuilder dot = new StringBuilder("""
                digraph services {
                  rankdir=LR;
                  node [shape=box, style="rounded,filled", fillcolor="#f4f6f8", fontname="sans-serif"];
                  edge [fontname="sans-serif", fontsize=10];
                """);
        int cluster = 0;
        for (String namespace :
                map.nodes().stream().map(Node::namespace).distinct().toList()) {
            String indent = "  ";
            if (!namespace.isEmpty()) {
                dot.append("  subgraph cluster_").append(cluster++).append(" {\n    label=");
                dot.append(Escape.dot(namespace)).append(";\n    style=rounded;\n");
                indent = "    ";
            }
            for (Node node : map.nodes()) {
                if (node.namespace().equals(namespace)) {
                    dot.append(indent).append(id(map.nodes(), node)).append(" [label=");
                    dot.append(Escape.dot(node.name()))
                            .append(shape(node.kind()))
                            .append("];\n");
                }
            }
            if (!namespace.isEmpty()) {
                dot.append("  }\n");
            }
        }
        for (Edge edge : map.edges()) {
            dot.append("  ").append(id(map.nodes(), edge.source())).append(" -> ");
            dot.append(id(map.nodes(), edge.destination())).append(" [label=").append(label(edge));
            dot.append(", tooltip=").append(Escape.dot(edge.verdict().summary()));
            dot.append(String.format(
                    Locale.ROOT,
                    ", penwidth=%.1f",
                    1 + Math.log10(1 + edge.signals().requestsPerSecond())));
            dot.append(style(edge.health())).append("];\n");
        }
        return dot.append("}\n").toString();
    }

    private static String id(List<Node> nodes, Node node) {
        return "n" + nodes.indexOf(node);
    }

    private static String shape(NodeKind kind) {
        return switch (kind) {
            case WORKLOAD, CONTAINER, PROGRAM -> "";
            case NAME -> ", shape=ellipse";
            case RANGE, RESERVED -> ", shape=octagon";
        };
    }

    private static String style(Health health) {
        return switch (health) {
            case WELL -> ", color=\"#3d7a5a\"";
            case SUSPECT -> ", color=\"#b7791f\", style=dashed";
            case ILL -> ", color=\"#c0392b\", style=bold, arrowhead=tee";
            case UNKNOWN -> ", color=\"#8a94a0\", style=dotted";
        };
    }

    private static String label(Edge edge) {
        StringBuilder lines = new StringBuilder();
        for (String line : EdgeLines.of(edge)) {
            String quoted = Escape.dot(line);
            lines.append(lines.isEmpty() ? "" : "\\n").append(quoted, 1, quoted.length() - 1);
        }
        return '"' + lines.toString() + '"';
    }
}
