package io.ebpf4j.observability.servicemap;

import io.ebpf4j.observability.servicemap.ServiceMap.Edge;
import io.ebpf4j.observability.servicemap.ServiceMap.Node;
import java.util.List;

/** A flowchart of Mermaid: namespaces are subgraphs. */
final class MermaidMap implements MapRenderer {
    @Override
    public String render(ServiceMap map) {
        StringBuilder chart = new StringBuilder("flowchart LR\n");
        int group = 0;
        for (String namespace :
                map.nodes().stream().map(Node::namespace).distinct().toList()) {
            String indent = "  ";
            if (!namespace.isEmpty()) {
                chart.append("  subgraph g").append(group++).append("[\"").append(Escape.mermaid(namespace));
                chart.append("\"]\n");
                indent = "    ";
            }
            for (Node node : map.nodes()) {
                if (node.namespace().equals(namespace)) {
                    chart.append(indent)
                            .append(id(map.nodes(), node))
                            .append(shape(node))
                            .append('\n');
                }
            }
            if (!namespace.isEmpty()) {
                chart.append("  end\n");
            }
        }
        StringBuilder styles = new StringBuilder();
        int number = 0;
        for (Edge edge : map.edges()) {
            chart.append("  ").append(id(map.nodes(), edge.source()));
            chart.append(arrow(edge.health())).append("|\"");
            chart.append(String.join(
                    "<br/>", EdgeLines.of(edge).stream().map(Escape::mermaid).toList()));
            chart.append("\"| ").append(id(map.nodes(), edge.destination())).append('\n');
            styles.append("  linkStyle ")
                    .append(number++)
                    .append(style(edge.health()))
                    .append('\n');
        }
        return chart.append(styles).toString();
    }

    private static String id(List<Node> nodes, Node node) {
        return "n" + nodes.indexOf(node);
    }

    private static String shape(Node node) {
        String name = Escape.mermaid(node.name());
        return switch (node.kind()) {
            case WORKLOAD, CONTAINER, PROGRAM -> "[\"" + name + "\"]";
            case NAME -> "([\"" + name + "\"])";
            case RANGE, RESERVED -> "{{\"" + name + "\"}}";
        };
    }

    private static String arrow(Health health) {
        return switch (health) {
            case WELL -> " --> ";
            case ILL -> " ==> ";
            case SUSPECT, UNKNOWN -> " -.-> ";
        };
    }

    private static String style(Health health) {
        return switch (health) {
            case WELL -> " stroke:#3d7a5a";
            case SUSPECT -> " stroke:#b7791f";
            case ILL -> " stroke:#c0392b,stroke-width:3px";
            case UNKNOWN -> " stroke:#8a94a0";
        };
    }
}
