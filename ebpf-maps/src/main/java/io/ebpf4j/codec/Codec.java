package io.ebpf4j.codec;

/** To be filled by its owner. */
public final class Codec {
    private Codec() {}
}
