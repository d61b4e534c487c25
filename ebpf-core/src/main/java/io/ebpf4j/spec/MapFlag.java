package io.ebpf4j.spec;

/**
 * The bits of a map's flags, {@code BPF_F_*} of {@code BPF_MAP_CREATE} (include/uapi/linux/bpf.h). They stay plain numbers
 * because an object file may carry bits that this release does not name.
 */
public final class MapFlag {
    /** Allocate entries when they are added, {@code BPF_F_NO_PREALLOC}, since Linux 4.6. */
    public static final int NO_PREALLOC = 1;

    /** One LRU list per CPU, {@code BPF_F_NO_COMMON_LRU}, since Linux 4.10. */
    public static final int NO_COMMON_LRU = 1 << 1;

    /** Memory from one NUMA node, {@code BPF_F_NUMA_NODE}, since Linux 4.14. */
    public static final int NUMA_NODE = 1 << 2;

    /** User space may only read, {@code BPF_F_RDONLY}, since Linux 4.15. */
    public static final int RDONLY = 1 << 3;

    /** User space may only write, {@code BPF_F_WRONLY}, since Linux 4.15. */
    public static final int WRONLY = 1 << 4;

    /** Stack traces as build id and offset, {@code BPF_F_STACK_BUILD_ID}, since Linux 4.17. */
    public static final int STACK_BUILD_ID = 1 << 5;

    /** A hash without random seed, {@code BPF_F_ZERO_SEED}, since Linux 5.0. */
    public static final int ZERO_SEED = 1 << 6;

    /** Programs may only read, {@code BPF_F_RDONLY_PROG}, since Linux 5.2. */
    public static final int RDONLY_PROG = 1 << 7;

    /** Programs may only write, {@code BPF_F_WRONLY_PROG}, since Linux 5.2. */
    public static final int WRONLY_PROG = 1 << 8;

    /** Storage that a cloned socket inherits, {@code BPF_F_CLONE}, since Linux 5.4. */
    public static final int CLONE = 1 << 9;

    /** An array that can be memory-mapped, {@code BPF_F_MMAPABLE}, since Linux 5.5. */
    public static final int MMAPABLE = 1 << 10;

    /** Perf events that outlive their opener, {@code BPF_F_PRESERVE_ELEMS}, since Linux 5.10. */
    public static final int PRESERVE_ELEMS = 1 << 11;

    /** An inner array whose size may differ, {@code BPF_F_INNER_MAP}, since Linux 5.10. */
    public static final int INNER_MAP = 1 << 12;

    /** A struct_ops map that is attached by a link, {@code BPF_F_LINK}, since Linux 6.4. */
    public static final int LINK = 1 << 13;

    /** Pinning and opening go through a path descriptor. */
    public static final int PATH_FD = 1 << 14;

    /** The struct_ops value type is in a module's BTF, {@code BPF_F_VTYPE_BTF_OBJ_FD}, since Linux 6.9. */
    public static final int VTYPE_BTF_OBJ_FD = 1 << 15;

    /** With the rights of a BPF token, {@code BPF_F_TOKEN_FD}, since Linux 6.9. */
    public static final int TOKEN_FD = 1 << 16;

    /** A fault on an unpopulated arena page raises SIGSEGV. */
    public static final int SEGV_ON_FAULT = 1 << 17;

    /** Arena pointers are not translated to user addresses. */
    public static final int NO_USER_CONV = 1 << 18;

    /** A full ring buffer overwrites its oldest records. */
    public static final int RB_OVERWRITE = 1 << 19;

    private MapFlag() {}
}
