package io.ebpf4j.spec;

/** To be filled by its owner. */
public final class ObjectSpec {
    private ObjectSpec() {}
}
