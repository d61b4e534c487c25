package io.ebpf4j.map;

/** To be filled by its owner. */
public final class BpfMap {
    private BpfMap() {}
}
