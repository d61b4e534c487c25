package io.ebpf4j.map;

import io.ebpf4j.spec.MapType;

/** What follows from a map's type. */
final class MapKind {
    private MapKind() {}

    static boolean isPerCpu(MapType type) {
        return type.equals(MapType.PERCPU_HASH)
                || type.equals(MapType.PERCPU_ARRAY)
                || type.equals(MapType.LRU_PERCPU_HASH)
                || type.equals(MapType.PERCPU_CGROUP_STORAGE);
    }

    /** Keys are the indexes from 0 to the number of entries. */
    static boolean isIndexed(MapType type) {
        return type.equals(MapType.ARRAY)
                || type.equals(MapType.PERCPU_ARRAY)
                || type.equals(MapType.ARRAY_OF_MAPS)
                || type.equals(MapType.PROG_ARRAY)
                || type.equals(MapType.PERF_EVENT_ARRAY)
                || type.equals(MapType.CGROUP_ARRAY)
                || type.equals(MapType.DEVMAP)
                || type.equals(MapType.CPUMAP)
                || type.equals(MapType.XSKMAP)
                || type.equals(MapType.SOCKMAP)
                || type.equals(MapType.REUSEPORT_SOCKARRAY);
    }

    /** Batch operations walk buckets under their locks (kernel/bpf/hashtab.c) and so never see a key twice. */
    static boolean isBucketed(MapType type) {
        return type.equals(MapType.HASH)
                || type.equals(MapType.PERCPU_HASH)
                || type.equals(MapType.LRU_HASH)
                || type.equals(MapType.LRU_PERCPU_HASH)
                || type.equals(MapType.HASH_OF_MAPS);
    }

    static long roundUp8(long size) {
        return (size + 7) & -8L;
    }
}
