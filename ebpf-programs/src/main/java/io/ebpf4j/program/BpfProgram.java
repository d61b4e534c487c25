package io.ebpf4j.program;

/** To be filled by its owner. */
public final class BpfProgram {
    private BpfProgram() {}
}
