package io.ebpf4j.link;

/** To be filled by its owner. */
public final class Link {
    private Link() {}
}
