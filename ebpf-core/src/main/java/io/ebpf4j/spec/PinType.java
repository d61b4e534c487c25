package io.ebpf4j.spec;

/** How a map of a {@code .maps} section asks to be pinned (libbpf's {@code enum libbpf_pin_type}). */
public enum PinType {
    /** Not pinned. */
    NONE,
    /** Pinned under the map's own name in the bpffs directory that the loader is given; shared by whoever opens it. */
    BY_NAME
}
