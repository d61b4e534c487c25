package io.ebpf4j.map;

/** The flag bits of one operation on an element (include/uapi/linux/bpf.h), beside what {@link UpdateMode} says. */
public final class ElementFlag {
    /** Take the value's {@code bpf_spin_lock}, {@code BPF_F_LOCK}, since Linux 5.1. */
    public static final long LOCK = 4;

    private ElementFlag() {}
}
