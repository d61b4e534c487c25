package io.ebpf4j.samples;

import io.ebpf4j.observability.servicemap.MapRenderer;

/** The forms that a service map can be written in, after the endings of files. */
enum MapForm {
    TXT,
    DOT,
    MMD,
    JSON,
    HTML;

    MapRenderer renderer() {
        return switch (this) {
            case TXT -> MapRenderer.text();
            case DOT -> MapRenderer.dot();
            case MMD -> MapRenderer.mermaid();
            case JSON -> MapRenderer.json();
            case HTML -> MapRenderer.html();
        };
    }
}
