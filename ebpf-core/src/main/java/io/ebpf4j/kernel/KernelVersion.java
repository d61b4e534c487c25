package io.ebpf4j.kernel;

/** To be filled by its owner. */
public final class KernelVersion {
    private KernelVersion() {}
}
