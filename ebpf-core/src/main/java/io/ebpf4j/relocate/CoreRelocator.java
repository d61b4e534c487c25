package io.ebpf4j.relocate;

/** To be filled by its owner. */
public final class CoreRelocator {
    private CoreRelocator() {}
}
