package io.ebpf4j.map;

/**
 * What an update does to a key that exists, or does not.
 *
 * <p>The numbers are those of the kernel's {@code BPF_ANY}, {@code BPF_NOEXIST} and {@code BPF_EXIST}
 * (include/uapi/linux/bpf.h).
 */
public enum UpdateMode {
    /** Create the entry or replace its value: {@code BPF_ANY}. */
    ANY(0),
    /** Create the entry; one that exists is an error: {@code BPF_NOEXIST}. */
    NOEXIST(1),
    /** Replace the value of an entry; one that does not exist is an error: {@code BPF_EXIST}. */
    EXIST(2);

    private final long flag;

    UpdateMode(long flag) {
        this.flag = flag;
    }

    /** {@return the kernel's number} */
    public long flag() {
        return flag;
    }
}
