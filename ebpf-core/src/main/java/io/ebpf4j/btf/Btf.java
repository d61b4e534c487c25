package io.ebpf4j.btf;

/** To be filled by its owner. */
public final class Btf {
    private Btf() {}
}
