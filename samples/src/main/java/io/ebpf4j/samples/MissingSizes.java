package io.ebpf4j.samples;

import io.ebpf4j.spec.MapSpec;
import io.ebpf4j.spec.MapType;
import io.ebpf4j.spec.ObjectSpec;
import java.util.Set;

/**
 * Gives maps the sizes that an object leaves to its own program to fill in before loading, so that its programs can be
 * judged without that program. The same rules for every loader: CONTRIBUTING.md, the open corpus.
 */
final class MissingSizes {
    private static final int ENTRIES = 1024;
    private static final int RING_BYTES = 262_144;
    private static final int STACK_BYTES = 127 * Long.BYTES; // PERF_MAX_STACK_DEPTH return addresses

    /** Types whose number of entries is the kernel's business, or has a meaning when it is 0. */
    private static final Set<MapType> UNSIZED = Set.of(
            MapType.PERF_EVENT_ARRAY,
            MapType.SK_STORAGE,
            MapType.INODE_STORAGE,
            MapType.TASK_STORAGE,
            MapType.CGRP_STORAGE,
            MapType.STRUCT_OPS);

    private final int possibleCpus;

    MissingSizes(int possibleCpus) {
        this.possibleCpus = possibleCpus;
    }

    ObjectSpec fill(ObjectSpec object) {
        ObjectSpec filled = object;
        for (MapSpec map : object.maps().values()) {
            filled = filled.withMap(fill(map));
        }
        return filled;
    }

    MapSpec fill(MapSpec map) {
        MapSpec filled = map;
        if (map.type().equals(MapType.STACK_TRACE) && (map.keySize() == 0 || map.valueSize() == 0)) {
            filled = filled.withSizes(Integer.BYTES, map.valueSize() == 0 ? STACK_BYTES : map.valueSize());
        }
        if (map.type().equals(MapType.PERF_EVENT_ARRAY)
                && (map.keySize() != Integer.BYTES || map.valueSize() != Integer.BYTES)) {
            filled = filled.withSizes(Integer.BYTES, Integer.BYTES);
        }
        if (map.type().equals(MapType.RINGBUF) && (map.keySize() != 0 || map.valueSize() != 0)) {
            filled = filled.withSizes(0, 0);
        }
        if (map.maxEntries() == 0 && !UNSIZED.contains(map.type())) {
            filled = filled.withMaxEntries(entries(map.type()));
        }
        return map.inner().isPresent() ? filled.withInner(fill(map.inner().get())) : filled;
    }

    private int entries(MapType type) {
        if (type.equals(MapType.RINGBUF)) {
            return RING_BYTES;
        }
        return type.equals(MapType.CPUMAP) ? possibleCpus : ENTRIES;
    }
}
