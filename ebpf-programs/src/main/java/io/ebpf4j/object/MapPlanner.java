package io.ebpf4j.object;

import io.ebpf4j.map.BpfMap;
import io.ebpf4j.map.MapDefinition;
import io.ebpf4j.object.LoadOptions.ElementSizes;
import io.ebpf4j.object.PlannedMap.Sealing;
import io.ebpf4j.spec.MapFlag;
import io.ebpf4j.spec.MapSpec;
import io.ebpf4j.spec.MapSpec.Origin;
import io.ebpf4j.spec.MapType;
import io.ebpf4j.spec.ObjectSpec;
import io.ebpf4j.spec.PinType;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Decides what an object's maps become on the target kernel. */
final class MapPlanner {
    /** Map types whose creation the kernel refuses with types of keys and values (libbpf leaves them out for these too). */
    private static final Set<MapType> WITHOUT_TYPES = Set.of(
            MapType.PERF_EVENT_ARRAY,
            MapType.CGROUP_ARRAY,
            MapType.STACK_TRACE,
            MapType.ARRAY_OF_MAPS,
            MapType.HASH_OF_MAPS,
            MapType.DEVMAP,
            MapType.DEVMAP_HASH,
            MapType.CPUMAP,
            MapType.XSKMAP,
            MapType.SOCKMAP,
            MapType.SOCKHASH,
            MapType.QUEUE,
            MapType.STACK,
            MapType.ARENA);

    private static final Set<MapType> RINGS = Set.of(MapType.RINGBUF, MapType.USER_RINGBUF);

    private final ObjectSpec spec;
    private final LoadOptions options;
    private final TargetKernel target;
    private final Collection<PlannedExtern> externs;

    MapPlanner(ObjectSpec spec, LoadOptions options, TargetKernel target, Collection<PlannedExtern> externs) {
        this.spec = spec;
        this.options = options;
        this.target = target;
        this.externs = externs;
    }

    Map<String, PlannedMap> plan() {
        Map<String, PlannedMap> planned = new LinkedHashMap<>();
        spec.maps().forEach((name, map) -> planned.put(name, plan(map)));
        return planned;
    }

    /** {@return why a map cannot be made; empty when nothing is known against it} */
    static Optional<Refusal> refusal(PlannedMap map) {
        if (!map.isUsed() || map.replacement().isPresent()) {
            return Optional.empty();
        }
        if (!map.spec().unsupported().isEmpty()) {
            return Optional.of(new Refusal(
                    Refusal.Cause.NOT_SUPPORTED,
                    "map " + map.name(),
                    String.join("; ", map.spec().unsupported())));
        }
        if (map.definition().type().equals(MapType.STRUCT_OPS)) {
            return Optional.of(new Refusal(
                    Refusal.Cause.NOT_SUPPORTED,
                    "struct_ops map " + map.name(),
                    "struct_ops are read but not loaded yet; leave the map out by name"));
        }
        if (map.definition().type().equals(MapType.ARENA)) {
            return Optional.of(new Refusal(
                    Refusal.Cause.NOT_SUPPORTED,
                    "arena map " + map.name(),
                    "arenas are read but not loaded yet; leave the map out by name"));
        }
        return Optional.empty();
    }

    private PlannedMap plan(MapSpec declared) {
        List<String> notes = new ArrayList<>();
        MapSpec map = withOptions(declared);
        MapDefinition definition = definition(map, notes);
        Optional<MapDefinition> inner = map.inner().map(template -> definition(template, notes));
        boolean typed = !WITHOUT_TYPES.contains(map.type());
        boolean sealed = map.origin() == Origin.RODATA || map.origin() == Origin.KCONFIG;
        declared.pointers()
                .forEach(pointer -> notes.add("the pointer to " + pointer.target() + " at offset " + pointer.offset()
                        + " stays as the file holds it"));
        return new PlannedMap(
                map,
                definition,
                inner,
                typed ? map.keyTypeId() : 0,
                typed ? map.valueTypeId() : 0,
                contents(map),
                sealed ? Sealing.FROZEN : Sealing.OPEN,
                map.pinning() == PinType.BY_NAME ? Optional.of(pin(map)) : Optional.empty(),
                Optional.ofNullable(options.replacements().get(map.name())),
                skipReason(map),
                notes);
    }

    private MapSpec withOptions(MapSpec declared) {
        MapSpec map = declared;
        Integer entries = options.maxEntries().get(map.name());
        if (entries != null) {
            map = map.withMaxEntries(entries);
        }
        ElementSizes sizes = options.elementSizes().get(map.name());
        if (sizes != null) {
            map = map.withSizes(sizes.key(), sizes.value());
        }
        Integer innerEntries = options.innerMaxEntries().get(map.name());
        if (innerEntries != null && map.inner().isPresent()) {
            map = map.withInner(map.inner().get().withMaxEntries(innerEntries));
        }
        return map;
    }

    private Path pin(MapSpec map) {
        return options.pinRoot().resolve(map.name().replace('.', '_'));
    }

    private Optional<String> skipReason(MapSpec map) {
        if (options.disabledMaps().contains(map.name())) {
            return Optional.of("left out by the load options");
        }
        BpfMap replacement = options.replacements().get(map.name());
        if (!map.autocreate() && replacement == null) {
            return Optional.of("its section's name begins with a question mark");
        }
        return Optional.empty();
    }

    private Optional<MemorySegment> contents(MapSpec map) {
        return switch (map.origin()) {
            case KCONFIG -> Optional.of(KconfigImage.of(GlobalImage.checkedSize(map), externs, spec.order()));
            case DATA, RODATA, BSS -> new GlobalImage(spec).of(map, options.globals());
            case BTF, LEGACY, STRUCT_OPS -> Optional.empty();
        };
    }

    private MapDefinition definition(MapSpec map, List<String> notes) {
        int flags = map.flags();
        boolean data = map.origin() == Origin.DATA
                || map.origin() == Origin.RODATA
                || map.origin() == Origin.BSS
                || map.origin() == Origin.KCONFIG;
        if (data && !target.has(TargetFeature.MAPPED_ARRAYS) && (flags & MapFlag.MMAPABLE) != 0) {
            flags &= ~MapFlag.MMAPABLE;
            notes.add("cannot be mapped before Linux " + TargetFeature.MAPPED_ARRAYS.since());
        }
        boolean node = (flags & MapFlag.NUMA_NODE) != 0;
        return MapDefinition.of(map.type(), map.keySize(), map.valueSize(), maxEntries(map, notes))
                .withName(target.has(TargetFeature.OBJECT_NAMES) ? map.kernelName() : "")
                .withFlags(flags)
                .withMapExtra(map.mapExtra())
                .withNumaNode(node ? map.numaNode() : -1);
    }

    private int maxEntries(MapSpec map, List<String> notes) {
        if (map.type().equals(MapType.PERF_EVENT_ARRAY) && map.maxEntries() == 0) {
            notes.add("one element for each of the " + target.possibleCpus() + " CPUs");
            return target.possibleCpus();
        }
        if (RINGS.contains(map.type()) && map.maxEntries() != 0) {
            long wanted = Integer.toUnsignedLong(map.maxEntries());
            long size = ringSize(wanted);
            if (size != wanted) {
                notes.add("enlarged from " + wanted + " bytes to a power of two and a multiple of a page");
            }
            return (int) size;
        }
        return map.maxEntries();
    }

    /** A power of two and a multiple of a page, at most 2 GiB (kernel/bpf/ringbuf.c); what is too large stays so. */
    private long ringSize(long wanted) {
        long size = Math.max(wanted, target.pageSize());
        long power = Long.highestOneBit(size);
        power = power == size ? power : power << 1;
        return power > 1L << 31 ? wanted : power;
    }
}
