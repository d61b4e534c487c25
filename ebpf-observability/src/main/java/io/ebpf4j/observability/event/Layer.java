package io.ebpf4j.observability.event;

/**
 * What a stream of events is made of. Each layer has programs of its own, a ring of its own and a reader of its own. The
 * names are written to recordings, so they stay.
 */
public enum Layer {
    /** The life of TCP connections. */
    TCP,
    /** UDP flows and ICMP errors. */
    UDP,
    /** DNS questions and their answers. */
    DNS,
    /** What is said over sockets in the clear: HTTP. */
    HTTP,
    /** What is said within TLS, taken where the library has it in the clear; and the hellos, which travel in the clear. */
    TLS,
    /** Processes as they start and end. */
    PROCESS,
    /** Packets that the kernel dropped. */
    DROPS
}
