/** Programs, links and loaded objects. */
module io.ebpf4j.programs {
    requires transitive io.ebpf4j.maps;
    requires static org.jspecify;

    exports io.ebpf4j.link;
    exports io.ebpf4j.object;
    exports io.ebpf4j.program;
}
