package io.ebpf4j.observability.servicemap;

/**
 * A way to write a service map down. Names come from the network: whatever they hold stays text in every form. Renderers are
 * immutable; any thread may use them.
 */
@FunctionalInterface
public interface MapRenderer {
    /**
     * {@return the map in this form}
     *
     * @param map the map
     */
    String render(ServiceMap map);

    /** {@return a renderer to aligned columns, for a terminal} */
    static MapRenderer text() {
        return new TextMap();
    }

    /** {@return a renderer to the language of Graphviz} */
    static MapRenderer dot() {
        return new DotMap();
    }

    /** {@return a renderer to a flowchart of Mermaid} */
    static MapRenderer mermaid() {
        return new MermaidMap();
    }

    /** {@return a renderer to one JSON object (RFC 8259), numbers that are not known being null} */
    static MapRenderer json() {
        return new JsonMap();
    }

    /** {@return a renderer to one page of HTML that needs nothing else, with the graph drawn in it} */
    static MapRenderer html() {
        return new HtmlMap();
    }
}
