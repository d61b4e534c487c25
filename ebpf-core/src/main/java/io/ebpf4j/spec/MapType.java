package io.ebpf4j.spec;

import java.util.List;

/**
 * The type of a map, a number of the kernel's {@code enum bpf_map_type} (include/uapi/linux/bpf.h).
 *
 * <p>A newer kernel may have numbers that this release does not name: they are values like any other, so that what an
 * object file asks for reaches the kernel unchanged.
 *
 * @param number the kernel's number
 * @param name the kernel's name without its prefix, in lower case, as bpftool prints it; the number in decimal when it
 *     is not known here
 */
public record MapType(int number, String name) {
    /** {@code BPF_MAP_TYPE_UNSPEC}. */
    public static final MapType UNSPEC = new MapType(0, "unspec");

    /** {@code BPF_MAP_TYPE_HASH}, since Linux 3.19. */
    public static final MapType HASH = new MapType(1, "hash");

    /** {@code BPF_MAP_TYPE_ARRAY}, since Linux 3.19. */
    public static final MapType ARRAY = new MapType(2, "array");

    /** {@code BPF_MAP_TYPE_PROG_ARRAY}, since Linux 4.2. */
    public static final MapType PROG_ARRAY = new MapType(3, "prog_array");

    /** {@code BPF_MAP_TYPE_PERF_EVENT_ARRAY}, since Linux 4.3. */
    public static final MapType PERF_EVENT_ARRAY = new MapType(4, "perf_event_array");

    /** {@code BPF_MAP_TYPE_PERCPU_HASH}, since Linux 4.6. */
    public static final MapType PERCPU_HASH = new MapType(5, "percpu_hash");

    /** {@code BPF_MAP_TYPE_PERCPU_ARRAY}, since Linux 4.6. */
    public static final MapType PERCPU_ARRAY = new MapType(6, "percpu_array");

    /** {@code BPF_MAP_TYPE_STACK_TRACE}, since Linux 4.6. */
    public static final MapType STACK_TRACE = new MapType(7, "stack_trace");

    /** {@code BPF_MAP_TYPE_CGROUP_ARRAY}, since Linux 4.8. */
    public static final MapType CGROUP_ARRAY = new MapType(8, "cgroup_array");

    /** {@code BPF_MAP_TYPE_LRU_HASH}, since Linux 4.10. */
    public static final MapType LRU_HASH = new MapType(9, "lru_hash");

    /** {@code BPF_MAP_TYPE_LRU_PERCPU_HASH}, since Linux 4.10. */
    public static final MapType LRU_PERCPU_HASH = new MapType(10, "lru_percpu_hash");

    /** {@code BPF_MAP_TYPE_LPM_TRIE}, since Linux 4.11. */
    public static final MapType LPM_TRIE = new MapType(11, "lpm_trie");

    /** {@code BPF_MAP_TYPE_ARRAY_OF_MAPS}, since Linux 4.12. */
    public static final MapType ARRAY_OF_MAPS = new MapType(12, "array_of_maps");

    /** {@code BPF_MAP_TYPE_HASH_OF_MAPS}, since Linux 4.12. */
    public static final MapType HASH_OF_MAPS = new MapType(13, "hash_of_maps");

    /** {@code BPF_MAP_TYPE_DEVMAP}, since Linux 4.14. */
    public static final MapType DEVMAP = new MapType(14, "devmap");

    /** {@code BPF_MAP_TYPE_SOCKMAP}, since Linux 4.14. */
    public static final MapType SOCKMAP = new MapType(15, "sockmap");

    /** {@code BPF_MAP_TYPE_CPUMAP}, since Linux 4.15. */
    public static final MapType CPUMAP = new MapType(16, "cpumap");

    /** {@code BPF_MAP_TYPE_XSKMAP}, since Linux 4.18. */
    public static final MapType XSKMAP = new MapType(17, "xskmap");

    /** {@code BPF_MAP_TYPE_SOCKHASH}, since Linux 4.18. */
    public static final MapType SOCKHASH = new MapType(18, "sockhash");

    /** {@code BPF_MAP_TYPE_CGROUP_STORAGE}, since Linux 4.19. */
    public static final MapType CGROUP_STORAGE = new MapType(19, "cgroup_storage");

    /** {@code BPF_MAP_TYPE_REUSEPORT_SOCKARRAY}, since Linux 4.19. */
    public static final MapType REUSEPORT_SOCKARRAY = new MapType(20, "reuseport_sockarray");

    /** {@code BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE}, since Linux 4.20. */
    public static final MapType PERCPU_CGROUP_STORAGE = new MapType(21, "percpu_cgroup_storage");

    /** {@code BPF_MAP_TYPE_QUEUE}, since Linux 4.20. */
    public static final MapType QUEUE = new MapType(22, "queue");

    /** {@code BPF_MAP_TYPE_STACK}, since Linux 4.20. */
    public static final MapType STACK = new MapType(23, "stack");

    /** {@code BPF_MAP_TYPE_SK_STORAGE}, since Linux 5.2. */
    public static final MapType SK_STORAGE = new MapType(24, "sk_storage");

    /** {@code BPF_MAP_TYPE_DEVMAP_HASH}, since Linux 5.4. */
    public static final MapType DEVMAP_HASH = new MapType(25, "devmap_hash");

    /** {@code BPF_MAP_TYPE_STRUCT_OPS}, since Linux 5.6. */
    public static final MapType STRUCT_OPS = new MapType(26, "struct_ops");

    /** {@code BPF_MAP_TYPE_RINGBUF}, since Linux 5.8. */
    public static final MapType RINGBUF = new MapType(27, "ringbuf");

    /** {@code BPF_MAP_TYPE_INODE_STORAGE}, since Linux 5.10. */
    public static final MapType INODE_STORAGE = new MapType(28, "inode_storage");

    /** {@code BPF_MAP_TYPE_TASK_STORAGE}, since Linux 5.11. */
    public static final MapType TASK_STORAGE = new MapType(29, "task_storage");

    /** {@code BPF_MAP_TYPE_BLOOM_FILTER}, since Linux 5.16. */
    public static final MapType BLOOM_FILTER = new MapType(30, "bloom_filter");

    /** {@code BPF_MAP_TYPE_USER_RINGBUF}, since Linux 6.1. */
    public static final MapType USER_RINGBUF = new MapType(31, "user_ringbuf");

    /** {@code BPF_MAP_TYPE_CGRP_STORAGE}, since Linux 6.2. */
    public static final MapType CGRP_STORAGE = new MapType(32, "cgrp_storage");

    /** {@code BPF_MAP_TYPE_ARENA}, since Linux 6.9. */
    public static final MapType ARENA = new MapType(33, "arena");

    /** {@code BPF_MAP_TYPE_INSN_ARRAY}, since Linux 6.19. */
    public static final MapType INSN_ARRAY = new MapType(34, "insn_array");

    /** {@code BPF_MAP_TYPE_RHASH}. */
    public static final MapType RHASH = new MapType(35, "rhash");

    private static final List<MapType> KNOWN = List.of(
            UNSPEC,
            HASH,
            ARRAY,
            PROG_ARRAY,
            PERF_EVENT_ARRAY,
            PERCPU_HASH,
            PERCPU_ARRAY,
            STACK_TRACE,
            CGROUP_ARRAY,
            LRU_HASH,
            LRU_PERCPU_HASH,
            LPM_TRIE,
            ARRAY_OF_MAPS,
            HASH_OF_MAPS,
            DEVMAP,
            SOCKMAP,
            CPUMAP,
            XSKMAP,
            SOCKHASH,
            CGROUP_STORAGE,
            REUSEPORT_SOCKARRAY,
            PERCPU_CGROUP_STORAGE,
            QUEUE,
            STACK,
            SK_STORAGE,
            DEVMAP_HASH,
            STRUCT_OPS,
            RINGBUF,
            INODE_STORAGE,
            TASK_STORAGE,
            BLOOM_FILTER,
            USER_RINGBUF,
            CGRP_STORAGE,
            ARENA,
            INSN_ARRAY,
            RHASH);

    /**
     * The value for a kernel number.
     *
     * @param number the kernel's number
     * @return the named value, or one named by its number
     */
    public static MapType of(int number) {
        return number >= 0 && number < KNOWN.size()
                ? KNOWN.get(number)
                : new MapType(number, Integer.toUnsignedString(number));
    }

    /**
     * Every value that this release names, in the order of their numbers.
     *
     * @return the values, number {@code i} at index {@code i}
     */
    public static List<MapType> known() {
        return KNOWN;
    }

    /** {@return the name} */
    @Override
    public String toString() {
        return name;
    }
}
