package io.ebpf4j.asm;

/** To be filled by its owner. */
public final class Slot {
    private Slot() {}
}
