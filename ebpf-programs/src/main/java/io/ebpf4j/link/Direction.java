package io.ebpf4j.link;

/** Which way packets go through a network interface. */
public enum Direction {
    /** Into the host. */
    INGRESS,
    /** Out of the host. */
    EGRESS
}
