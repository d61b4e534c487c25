package io.ebpf4j.map;

/** What a cursor does to the entries it passes. */
enum CursorMode {
    /** It reads them. */
    READ,
    /** It takes them out of the map. */
    DRAIN
}
