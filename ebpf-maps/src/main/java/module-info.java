/** Maps, codecs and ring buffers. */
module io.ebpf4j.maps {
    requires transitive io.ebpf4j.core;
    requires static org.jspecify;

    exports io.ebpf4j.codec;
    exports io.ebpf4j.map;
    exports io.ebpf4j.ring;
}
