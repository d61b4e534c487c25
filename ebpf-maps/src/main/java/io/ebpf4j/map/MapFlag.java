package io.ebpf4j.map;

/**
 * The flag bits of maps, as the kernel counts them (include/uapi/linux/bpf.h): those of creation go into
 * {@link MapDefinition#flags()}, those of an element into the operation's {@code flags}.
 *
 * <p>They stay plain numbers because an object file may carry bits that this release does not name.
 */
public final class MapFlag {
    /** Creation: allocate entries when they are added, {@code BPF_F_NO_PREALLOC}, since Linux 4.6. */
    public static final int NO_PREALLOC = 1;

    /** Creation: one LRU list per CPU, {@code BPF_F_NO_COMMON_LRU}, since Linux 4.10. */
    public static final int NO_COMMON_LRU = 1 << 1;

    /** Creation: memory from one NUMA node, {@code BPF_F_NUMA_NODE}, since Linux 4.14. */
    public static final int NUMA_NODE = 1 << 2;

    /** Creation: user space may only read, {@code BPF_F_RDONLY}, since Linux 4.15. */
    public static final int RDONLY = 1 << 3;

    /** Creation: user space may only write, {@code BPF_F_WRONLY}, since Linux 4.15. */
    public static final int WRONLY = 1 << 4;

    /** Creation: stack traces as build id and offset, {@code BPF_F_STACK_BUILD_ID}, since Linux 4.17. */
    public static final int STACK_BUILD_ID = 1 << 5;

    /** Creation: a hash without random seed, {@code BPF_F_ZERO_SEED}, since Linux 5.0. */
    public static final int ZERO_SEED = 1 << 6;

    /** Creation: programs may only read, {@code BPF_F_RDONLY_PROG}, since Linux 5.2. */
    public static final int RDONLY_PROG = 1 << 7;

    /** Creation: programs may only write, {@code BPF_F_WRONLY_PROG}, since Linux 5.2. */
    public static final int WRONLY_PROG = 1 << 8;

    /** Creation: storage that a cloned socket inherits, {@code BPF_F_CLONE}, since Linux 5.4. */
    public static final int CLONE = 1 << 9;

    /** Creation: an array that can be memory-mapped, {@code BPF_F_MMAPABLE}, since Linux 5.5. */
    public static final int MMAPABLE = 1 << 10;

    /** Creation: perf events that outlive their opener, {@code BPF_F_PRESERVE_ELEMS}, since Linux 5.10. */
    public static final int PRESERVE_ELEMS = 1 << 11;

    /** Creation: an inner array whose size may differ, {@code BPF_F_INNER_MAP}, since Linux 5.10. */
    public static final int INNER_MAP = 1 << 12;

    /** Creation: a struct_ops map that is attached by a link, {@code BPF_F_LINK}, since Linux 6.4. */
    public static final int LINK = 1 << 13;

    /** Creation: the struct_ops value type is in a module's BTF, {@code BPF_F_VTYPE_BTF_OBJ_FD}, since Linux 6.9. */
    public static final int VTYPE_BTF_OBJ_FD = 1 << 15;

    /** Creation: with the rights of a BPF token, {@code BPF_F_TOKEN_FD}, since Linux 6.9. */
    public static final int TOKEN_FD = 1 << 16;

    /** Element: take the value's {@code bpf_spin_lock}, {@code BPF_F_LOCK}, since Linux 5.1. */
    public static final long LOCK = 4;

    private MapFlag() {}
}
