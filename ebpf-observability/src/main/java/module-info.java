/** Typed connectivity events from bundled CO-RE programs. */
module io.ebpf4j.observability {
    requires transitive io.ebpf4j.programs;
    requires static transitive org.jspecify;

    exports io.ebpf4j.observability.event;
    exports io.ebpf4j.observability.probe;
    exports io.ebpf4j.observability.protocol;
}
