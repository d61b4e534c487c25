package io.ebpf4j.ring;

/** To be filled by its owner. */
public final class RingBuffer {
    private RingBuffer() {}
}
