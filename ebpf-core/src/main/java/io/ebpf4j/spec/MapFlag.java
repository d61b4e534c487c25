package io.ebpf4j.spec;

/** The bits of a map's flags, {@code BPF_F_*} of {@code BPF_MAP_CREATE} (include/uapi/linux/bpf.h). */
public final class MapFlag {
    /** Do not allocate all entries at creation (hash types). */
    public static final int NO_PREALLOC = 1;

    /** One LRU list per CPU instead of a common one. */
    public static final int NO_COMMON_LRU = 1 << 1;

    /** The map's numa_node counts. */
    public static final int NUMA_NODE = 1 << 2;

    /** Read-only from the system call side. */
    public static final int RDONLY = 1 << 3;

    /** Write-only from the system call side. */
    public static final int WRONLY = 1 << 4;

    /** Stack traces hold build ids and offsets. */
    public static final int STACK_BUILD_ID = 1 << 5;

    /** The hash seed is zero, for tests. */
    public static final int ZERO_SEED = 1 << 6;

    /** Read-only from the program side. */
    public static final int RDONLY_PROG = 1 << 7;

    /** Write-only from the program side. */
    public static final int WRONLY_PROG = 1 << 8;

    /** Socket storage is cloned to a new socket. */
    public static final int CLONE = 1 << 9;

    /** The map's memory can be mapped by a process, since Linux 5.5. */
    public static final int MMAPABLE = 1 << 10;

    /** Perf events stay after the descriptor that stored them is closed. */
    public static final int PRESERVE_ELEMS = 1 << 11;

    /** An inner map whose max_entries may differ from the template's. */
    public static final int INNER_MAP = 1 << 12;

    /** A struct_ops map that is registered by a link, since Linux 6.4. */
    public static final int LINK = 1 << 13;

    /** Pinning and opening go through a path descriptor. */
    public static final int PATH_FD = 1 << 14;

    /** The value type id counts in the BTF object given by value_type_btf_obj_fd. */
    public static final int VTYPE_BTF_OBJ_FD = 1 << 15;

    /** The request carries a BPF token. */
    public static final int TOKEN_FD = 1 << 16;

    /** A fault on an unpopulated arena page raises SIGSEGV. */
    public static final int SEGV_ON_FAULT = 1 << 17;

    /** Arena pointers are not translated to user addresses. */
    public static final int NO_USER_CONV = 1 << 18;

    /** A full ring buffer overwrites its oldest records. */
    public static final int RB_OVERWRITE = 1 << 19;

    private MapFlag() {}
}
