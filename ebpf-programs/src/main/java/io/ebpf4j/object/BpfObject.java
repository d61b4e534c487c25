package io.ebpf4j.object;

/** To be filled by its owner. */
public final class BpfObject {
    private BpfObject() {}
}
