package io.ebpf4j.kernel.sys;

/** To be filled by its owner. */
public final class Fd {
    private Fd() {}
}
