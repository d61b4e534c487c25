package io.ebpf4j.map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebpf4j.asm.Assembler;
import io.ebpf4j.asm.Register;
import io.ebpf4j.btf.Btf;
import io.ebpf4j.btf.BtfBuilder;
import io.ebpf4j.btf.BtfKind;
import io.ebpf4j.btf.BtfType;
import io.ebpf4j.codec.Codec;
import io.ebpf4j.codec.Scalars;
import io.ebpf4j.codec.Shape;
import io.ebpf4j.codec.Unsigned;
import io.ebpf4j.kernel.Capability;
import io.ebpf4j.kernel.IncompatibleException;
import io.ebpf4j.kernel.sys.Constants;
import io.ebpf4j.kernel.sys.Failure;
import io.ebpf4j.kernel.sys.Fd;
import io.ebpf4j.kernel.sys.Kernel;
import io.ebpf4j.kernel.sys.Mapping;
import io.ebpf4j.kernel.sys.PerfEvent;
import io.ebpf4j.kernel.sys.PerfEventAttr;
import io.ebpf4j.kernel.sys.SystemCall;
import io.ebpf4j.ring.KernelProgram;
import io.ebpf4j.spec.MapFlag;
import io.ebpf4j.spec.MapType;
import io.ebpf4j.testing.RequiresKernel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Maps whose values stand for other objects of the kernel, maps with types, and those that only programs fill. */
@RequiresKernel(
        since = "5.6",
        capability = {Capability.BPF, Capability.SYS_ADMIN, Capability.NET_ADMIN})
class MapTypesIT {
    private static final Kernel KERNEL = Kernel.system();

    private static KernelProgram program() {
        return KernelProgram.load(new Assembler().mov(Register.R0, 0).exit().assemble());
    }

    private static Fd open(String path) {
        return Fd.own(KERNEL, Failure.check("openat", KERNEL.open(path, Constants.O_RDONLY, 0), path), path);
    }

    private static Path cgroup2() {
        return Files.exists(Path.of("/sys/fs/cgroup/cgroup.controllers"))
                ? Path.of("/sys/fs/cgroup")
                : Path.of("/sys/fs/cgroup/unified");
    }

    @Test
    @RequiresKernel(since = "5.14", feature = "BPF_PROG_TYPE_SYSCALL")
    void programArray() {
        try (BpfMap map = BpfMap.create(MapDefinition.of(MapType.PROG_ARRAY, 4, 4, 4));
                KernelProgram program = program()) {
            TypedMap<Integer, Integer> programs = map.typed(Scalars.INT, Scalars.INT);
            programs.put(2, program.fd());
            assertThat(programs.get(2)).isPresent();
            assertThat(programs.get(1)).isEmpty();
            Map<Integer, Integer> walked = new HashMap<>();
            assertThat(programs.forEach(walked::put)).isEqualTo(IterationConsistency.EACH_ONCE);
            assertThat(walked).containsOnlyKeys(2);
            assertThat(programs.remove(2)).isTrue();
            assertThat(programs.remove(2)).isFalse();
        }
    }

    @Test
    void perfEventArray() {
        int softwareBpfOutput = 10; // PERF_COUNT_SW_BPF_OUTPUT, include/uapi/linux/perf_event.h
        try (BpfMap map = BpfMap.create(MapDefinition.of(MapType.PERF_EVENT_ARRAY, 4, 4, KERNEL.possibleCpus()));
                PerfEvent event = PerfEvent.open(
                        KERNEL,
                        attr -> {
                            attr.set(ValueLayout.JAVA_INT, PerfEventAttr.TYPE, 1);
                            attr.set(ValueLayout.JAVA_LONG, PerfEventAttr.CONFIG, softwareBpfOutput);
                        },
                        -1,
                        0,
                        "bpf output")) {
            TypedMap<Integer, Integer> events = map.typed(Scalars.INT, Scalars.INT);
            events.put(0, event.fd().number());
            assertThat(events.remove(0)).isTrue();
            assertThat(events.remove(0)).isFalse();
        }
    }

    @Test
    void mapsOfMaps() {
        MapDefinition inner = MapDefinition.of(MapType.ARRAY, 4, 8, 4);
        try (BpfMap model = BpfMap.create(inner);
                BpfMap first = BpfMap.create(inner);
                BpfMap second = BpfMap.create(inner)) {
            for (MapType type : List.of(MapType.ARRAY_OF_MAPS, MapType.HASH_OF_MAPS)) {
                MapDefinition outer = MapDefinition.of(type, 4, 4, 8).withInnerMapFd(model.fd());
                try (BpfMap map = BpfMap.create(outer)) {
                    TypedMap<Integer, Integer> maps = map.typed(Scalars.INT, Scalars.INT);
                    maps.put(1, first.fd());
                    maps.put(3, second.fd());
                    // Written as descriptors, read as ids.
                    Map<Integer, Integer> expected =
                            Map.of(1, first.info().id(), 3, second.info().id());
                    Map<Integer, Integer> walked = new HashMap<>();
                    assertThat(maps.forEach(walked::put)).isEqualTo(IterationConsistency.EACH_ONCE);
                    assertThat(walked).isEqualTo(expected);
                    assertThat(maps.get(3)).contains(second.info().id());
                    try (BpfMap opened = BpfMap.open(maps.get(1).orElseThrow())) {
                        opened.longs().put(0, 99);
                        assertThat(first.longs().get(0, -1)).isEqualTo(99);
                    }
                    assertThat(maps.remove(1)).isTrue();
                    assertThat(maps.get(1)).isEmpty();
                    if (type.equals(MapType.HASH_OF_MAPS)) {
                        List<Integer> drained = new ArrayList<>();
                        maps.drain((key, value) -> drained.add(value));
                        assertThat(drained).containsExactly(second.info().id());
                        assertThat(maps.get(3)).isEmpty();
                    }
                }
            }
        }
    }

    @Test
    void deviceAndCpuMaps() {
        int loopback = 1;
        for (MapType type : List.of(MapType.DEVMAP, MapType.DEVMAP_HASH)) {
            try (BpfMap map = BpfMap.create(MapDefinition.of(type, 4, 4, 4))) {
                TypedMap<Integer, Integer> devices = map.typed(Scalars.INT, Scalars.INT);
                devices.put(1, loopback);
                assertThat(devices.get(1)).contains(loopback);
                Map<Integer, Integer> walked = new HashMap<>();
                devices.forEach(walked::put);
                assertThat(walked).isEqualTo(Map.of(1, loopback));
                assertThat(devices.remove(1)).isTrue();
                assertThat(devices.get(1)).isEmpty();
            }
        }
        try (BpfMap map = BpfMap.create(MapDefinition.of(MapType.CPUMAP, 4, 4, 2))) {
            TypedMap<Integer, Integer> queues = map.typed(Scalars.INT, Scalars.INT);
            queues.put(0, 192);
            assertThat(queues.get(0)).contains(192);
            assertThat(queues.remove(0)).isTrue();
        }
        try (BpfMap map = BpfMap.create(MapDefinition.of(MapType.XSKMAP, 4, 4, 2))) {
            assertThat(map.info().type()).isEqualTo(MapType.XSKMAP);
        }
    }

    @Test
    void socketMaps() {
        for (MapType type : List.of(MapType.SOCKMAP, MapType.SOCKHASH)) {
            try (BpfMap map = BpfMap.create(MapDefinition.of(type, 4, 8, 4));
                    Arena arena = Arena.ofConfined();
                    Fd socket = Fd.own(
                            KERNEL,
                            Failure.check("socket", KERNEL.socket(Constants.AF_INET, Constants.SOCK_STREAM, 0), ""),
                            "socket")) {
                // A listening socket may be in the map since Linux 5.6.
                MemorySegment address = arena.allocate(16, 8);
                address.set(ValueLayout.JAVA_SHORT, 0, (short) Constants.AF_INET);
                address.set(ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN), 4, 0x7f000001);
                Failure.check("bind", KERNEL.bind(socket.number(), address), "");
                Failure.check("listen", KERNEL.call(SystemCall.LISTEN, socket.number(), 1, 0, 0, 0, 0), "");
                LongMap sockets = map.longs();
                sockets.put(1, socket.number());
                long cookie = sockets.get(1, -1);
                assertThat(cookie).as("a socket is read as its cookie").isPositive();
                Map<Integer, Long> walked = new HashMap<>();
                map.typed(Integer.class, Long.class).forEach(walked::put);
                assertThat(walked).isEqualTo(Map.of(1, cookie));
                assertThat(sockets.remove(1)).isTrue();
                assertThat(sockets.get(1, -1)).isEqualTo(-1);
            }
        }
        try (BpfMap map = BpfMap.create(MapDefinition.of(MapType.REUSEPORT_SOCKARRAY, 4, 8, 4))) {
            assertThat(map.longs().get(0, -1)).isEqualTo(-1);
        }
    }

    @Test
    void cgroupArray() {
        try (BpfMap map = BpfMap.create(MapDefinition.of(MapType.CGROUP_ARRAY, 4, 4, 2));
                Fd cgroup = open(cgroup2().toString())) {
            TypedMap<Integer, Integer> cgroups = map.typed(Scalars.INT, Scalars.INT);
            cgroups.put(0, cgroup.number());
            assertThat(cgroups.remove(0)).isTrue();
            assertThat(cgroups.remove(0)).isFalse();
        }
    }

    @Test
    void stackTraces() {
        try (BpfMap map = BpfMap.create(MapDefinition.of(MapType.STACK_TRACE, 4, 8 * 127, 16))) {
            TypedMap<Integer, long[]> traces = map.typed(Scalars.INT, new LongArray(127));
            assertThat(traces.get(0)).isEmpty();
            assertThat(traces.forEach((id, frames) -> {})).isEqualTo(IterationConsistency.AT_LEAST_ONCE);
        }
    }

    private record LongArray(int count) implements Codec<long[]> {
        @Override
        public Shape shape() {
            return new Shape.Bytes(count * 8L);
        }

        @Override
        public long[] decode(MemorySegment from, long offset) {
            return from.asSlice(offset, count * 8L).toArray(ValueLayout.JAVA_LONG);
        }

        @Override
        public void encode(long[] value, MemorySegment to, long offset) {
            MemorySegment.copy(value, 0, to, ValueLayout.JAVA_LONG, offset, count);
        }
    }

    private final BtfBuilder builder = new BtfBuilder();
    private final int s32 = builder.add(new BtfType.Int(0, "int", 4, 32, 0, BtfType.Int.Encoding.SIGNED));
    private final int u64 = builder.add(new BtfType.Int(0, "__u64", 8, 64, 0, BtfType.Int.Encoding.UNSIGNED));
    private final int stats = builder.add(new BtfType.Composite(
            0,
            "stats",
            BtfType.Shape.STRUCT,
            16,
            List.of(new BtfType.Member("packets", u64, 0, 0), new BtfType.Member("bytes", u64, 64, 0))));

    private record Stats(@Unsigned long packets, @Unsigned long bytes) {}

    private record Swapped(long bytes, long packets) {}

    @Test
    void aMapsOwnTypesAreCheckedAlsoWhenItIsOpenedByItsId() {
        try (KernelTypes types = new KernelTypes(builder);
                BpfMap map = BpfMap.create(MapDefinition.of(MapType.HASH, 4, 16, 8)
                        .withName("typed")
                        .withTypes(types.of(s32, stats)));
                BpfMap opened = BpfMap.open(map.info().id())) {
            assertThat(map.info().valueTypeId()).isEqualTo(stats);
            for (BpfMap each : List.of(map, opened)) {
                assertThatCode(() -> each.typed(Integer.class, Stats.class)).doesNotThrowAnyException();
                assertThatThrownBy(() -> each.typed(Integer.class, Swapped.class))
                        .isInstanceOf(IncompatibleException.class)
                        .hasMessageContaining("values of map typed")
                        .hasMessageContaining("struct stats")
                        .hasMessageContaining("! offset 0    size 8    integer bytes");
            }
            map.typed(Integer.class, Stats.class).put(3, new Stats(1, 2));
            assertThat(BpftoolDump.run(
                            "bpftool",
                            "-j",
                            "map",
                            "dump",
                            "id",
                            Integer.toString(map.info().id())))
                    .contains("\"formatted\":{\"key\":3,\"value\":{\"packets\":1,\"bytes\":2}}");
            assertThat(opened.btf().orElseThrow().find("stats", BtfKind.STRUCT)).hasValue(stats);
        }
    }

    @Test
    @RequiresKernel(since = "6.2", feature = "storage maps of sockets, inodes, tasks and cgroups")
    void storageIsKeyedByDescriptor() throws Exception {
        Path file = Files.createTempFile("ebpf4j", "inode");
        try (KernelTypes types = new KernelTypes(builder);
                Fd socket = Fd.own(
                        KERNEL,
                        Failure.check("socket", KERNEL.socket(Constants.AF_INET, Constants.SOCK_DGRAM, 0), ""),
                        "socket");
                Fd inode = open(file.toString());
                Fd task = Fd.own(
                        KERNEL,
                        (int) Failure.check(
                                "pidfd_open",
                                KERNEL.call(
                                        SystemCall.PIDFD_OPEN,
                                        ProcessHandle.current().pid(),
                                        0,
                                        0,
                                        0,
                                        0,
                                        0),
                                ""),
                        "pidfd");
                Fd cgroup = open(cgroup2().toString())) {
            Map<MapType, Fd> owners = Map.of(
                    MapType.SK_STORAGE, socket,
                    MapType.INODE_STORAGE, inode,
                    MapType.TASK_STORAGE, task,
                    MapType.CGRP_STORAGE, cgroup);
            for (Map.Entry<MapType, Fd> owner : owners.entrySet()) {
                MapDefinition definition = MapDefinition.of(owner.getKey(), 4, 16, 0)
                        .withFlags(MapFlag.NO_PREALLOC)
                        .withTypes(types.of(s32, stats));
                try (BpfMap map = BpfMap.create(definition)) {
                    TypedMap<Integer, Stats> storage = map.typed(Integer.class, Stats.class);
                    int key = owner.getValue().number();
                    assertThat(storage.get(key)).as("%s", owner.getKey()).isEmpty();
                    storage.put(key, new Stats(4, 5));
                    assertThat(storage.get(key)).contains(new Stats(4, 5));
                    assertThat(storage.remove(key)).isTrue();
                    assertThat(storage.get(key)).isEmpty();
                }
            }
        } finally {
            Files.delete(file);
        }
    }

    @Test
    void cgroupStorage() {
        // struct bpf_cgroup_storage_key, include/uapi/linux/bpf.h: 16 bytes with padding
        for (MapType type : List.of(MapType.CGROUP_STORAGE, MapType.PERCPU_CGROUP_STORAGE)) {
            try (BpfMap map = BpfMap.create(MapDefinition.of(type, 16, 8, 0))) {
                assertThat(map.info().type()).isEqualTo(type);
            }
        }
    }

    @Test
    void structOps() {
        Btf kernel = Btf.vmlinux();
        int value =
                kernel.find("bpf_struct_ops_tcp_congestion_ops", BtfKind.STRUCT).orElseThrow();
        MapDefinition definition = MapDefinition.of(MapType.STRUCT_OPS, 4, (int) kernel.sizeOf(value), 1)
                .withName("ops");
        try (KernelTypes types = new KernelTypes(builder);
                BpfMap map =
                        BpfMap.create(definition.withTypes(new MapTypes.StructOps(types.fd.number(), value, -1)))) {
            assertThat(map.info().kernelValueTypeId()).isEqualTo(value);
        }
    }

    @Test
    @RequiresKernel(since = "6.9", feature = "BPF_MAP_TYPE_ARENA")
    void arena() {
        long page = KERNEL.pageSize();
        MapDefinition definition =
                MapDefinition.of(MapType.ARENA, 0, 0, 4).withName("arena").withFlags(MapFlag.MMAPABLE);
        try (BpfMap map = BpfMap.create(definition);
                Mapping mapping = Mapping.map(map.descriptor(), 0, 4 * page, Mapping.Access.READ_WRITE)) {
            mapping.segment().set(ValueLayout.JAVA_LONG, 3 * page, 17);
            assertThat(mapping.segment().get(ValueLayout.JAVA_LONG, 3 * page)).isEqualTo(17);
        }
    }

    @Test
    @RequiresKernel(since = "6.1", feature = "BPF_MAP_TYPE_USER_RINGBUF")
    void userRing() {
        try (BpfMap map = BpfMap.create(MapDefinition.of(MapType.USER_RINGBUF, 0, 0, 4096))) {
            assertThat(map.info().maxEntries()).isEqualTo(4096);
        }
    }
}
