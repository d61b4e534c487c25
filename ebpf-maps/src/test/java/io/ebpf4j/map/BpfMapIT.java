package io.ebpf4j.map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebpf4j.codec.Codec;
import io.ebpf4j.codec.Scalars;
import io.ebpf4j.kernel.BpfException;
import io.ebpf4j.kernel.Capability;
import io.ebpf4j.kernel.IncompatibleException;
import io.ebpf4j.kernel.KeyExistsException;
import io.ebpf4j.kernel.KeyNotFoundException;
import io.ebpf4j.kernel.SystemCallException;
import io.ebpf4j.spec.MapFlag;
import io.ebpf4j.spec.MapType;
import io.ebpf4j.testing.RequiresKernel;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Maps of keys and values on the running kernel, with bpftool looking at the same maps. */
@RequiresKernel(
        since = "5.6",
        capability = {Capability.BPF, Capability.SYS_ADMIN})
class BpfMapIT {
    private record Flow(int saddr, int daddr, short sport, short dport, byte proto) {}

    private record Stats(long packets, long bytes) {}

    private static <T> String hex(Codec<T> codec, T value) {
        byte[] bytes = new byte[(int) codec.size()];
        codec.encode(value, MemorySegment.ofArray(bytes), 0);
        return HexFormat.of().formatHex(bytes);
    }

    private static void checkKeyValue(MapType type, int flags) {
        Codec<Flow> keys = Codec.of(Flow.class);
        Codec<Stats> values = Codec.of(Stats.class);
        MapDefinition definition =
                MapDefinition.of(type, 16, 16, 1000).withName("flows").withFlags(flags);
        try (BpfMap map = BpfMap.create(definition);
                Arena arena = Arena.ofConfined()) {
            TypedMap<Flow, Stats> flows = map.typed(keys, values);
            TreeMap<String, String> expected = new TreeMap<>();
            for (int i = 0; i < 100; i++) {
                Flow flow = new Flow(i, ~i, (short) i, (short) 443, (byte) 6);
                flows.put(flow, new Stats(i, i * 1000L));
                expected.put(hex(keys, flow), hex(values, new Stats(i, i * 1000L)));
            }
            assertThat(BpftoolDump.of(map)).isEqualTo(expected);
            Flow first = new Flow(0, -1, (short) 0, (short) 443, (byte) 6);
            assertThat(flows.get(first)).contains(new Stats(0, 0));
            assertThat(flows.putIfAbsent(first, new Stats(9, 9))).isFalse();
            assertThat(flows.replace(first, new Stats(7, 7))).isTrue();
            Holder<Stats> holder = flows.holder(arena);
            assertThat(flows.find(first, holder)).isTrue();
            assertThat(holder.value()).isEqualTo(new Stats(7, 7));
            assertThat(holder.getLong(8)).isEqualTo(7);
            assertThat(flows.remove(first)).isTrue();
            assertThat(flows.remove(first)).isFalse();
            assertThat(flows.containsKey(first)).isFalse();
            assertThat(flows.find(first, holder)).isFalse();
            assertThat(flows.get(first)).isEmpty();
            assertThat(flows.replace(first, new Stats(1, 1))).isFalse();
            assertThat(flows.putIfAbsent(first, new Stats(1, 1))).isTrue();
            assertThat(flows.take(first, holder)).isTrue();
            assertThat(holder.value()).isEqualTo(new Stats(1, 1));
            TreeMap<String, String> walked = new TreeMap<>();
            assertThat(flows.forEach((k, v) -> walked.put(hex(keys, k), hex(values, v))))
                    .isEqualTo(IterationConsistency.EACH_ONCE);
            assertThat(walked).isEqualTo(BpftoolDump.of(map)).hasSize(99);
            TreeMap<String, String> drained = new TreeMap<>();
            assertThat(flows.drain((k, v) -> drained.put(hex(keys, k), hex(values, v))))
                    .isEqualTo(IterationConsistency.EACH_ONCE);
            assertThat(drained).isEqualTo(walked);
            assertThat(BpftoolDump.of(map)).isEmpty();
        }
    }

    @Test
    @RequiresKernel(since = "5.14", feature = "lookup and delete on hash maps")
    void hash() {
        checkKeyValue(MapType.HASH, 0);
        checkKeyValue(MapType.HASH, MapFlag.NO_PREALLOC);
    }

    @Test
    @RequiresKernel(since = "5.14", feature = "lookup and delete on hash maps")
    void lruHash() {
        checkKeyValue(MapType.LRU_HASH, 0);
    }

    @Test
    void errorsOfAHashMap() {
        try (BpfMap map = BpfMap.create(MapDefinition.of(MapType.HASH, 4, 8, 2).withName("small"));
                Arena arena = Arena.ofConfined()) {
            MemorySegment key = arena.allocate(8, 8);
            MemorySegment value = arena.allocate(8, 8);
            map.update(key, value, UpdateMode.NOEXIST);
            assertThatThrownBy(() -> map.update(key, value, UpdateMode.NOEXIST)).isInstanceOf(KeyExistsException.class);
            key.set(ValueLayout.JAVA_INT, 0, 1);
            assertThatThrownBy(() -> map.update(key, value, UpdateMode.EXIST)).isInstanceOf(KeyNotFoundException.class);
            map.update(key, value, UpdateMode.ANY);
            key.set(ValueLayout.JAVA_INT, 0, 2);
            assertThatThrownBy(() -> map.update(key, value, UpdateMode.ANY))
                    .isInstanceOf(SystemCallException.class)
                    .hasMessageContaining("E2BIG")
                    .hasMessageContaining("map small (hash)");
        }
    }

    @Test
    void array() {
        try (BpfMap map =
                BpfMap.create(MapDefinition.of(MapType.ARRAY, 4, 8, 50).withName("numbers"))) {
            LongMap numbers = map.longs();
            for (int i = 0; i < 50; i++) {
                assertThat(numbers.get(i, -1)).isZero();
                numbers.put(i, i * 3L);
            }
            assertThat(numbers.get(50, -1)).isEqualTo(-1);
            assertThat(numbers.putIfAbsent(1, 9)).isFalse();
            assertThatThrownBy(() -> numbers.remove(1)).isInstanceOf(SystemCallException.class);
            assertThatThrownBy(() -> numbers.put(1L << 32, 1)).isInstanceOf(IllegalArgumentException.class);
            Map<Integer, Long> walked = new LinkedHashMap<>();
            assertThat(map.typed(Integer.class, Long.class).forEach(walked::put))
                    .isEqualTo(IterationConsistency.EACH_ONCE);
            assertThat(walked).hasSize(50).containsEntry(49, 147L);
            assertThat(BpftoolDump.of(map)).hasSize(50).containsEntry("31000000", "9300000000000000");
        }
    }

    @Test
    void perCpuMaps() {
        for (MapType type : List.of(MapType.PERCPU_HASH, MapType.LRU_PERCPU_HASH, MapType.PERCPU_ARRAY)) {
            // A value of 12 bytes: the kernel rounds it up to 16 for each CPU.
            MapDefinition definition = MapDefinition.of(type, 4, 12, 64).withName("percpu");
            try (BpfMap map = BpfMap.create(definition)) {
                PerCpuMap<Integer, byte[]> bytes = map.perCpu(Scalars.INT, Codec.bytes(12));
                byte[][] values = new byte[bytes.cpus()][];
                StringBuilder expected = new StringBuilder();
                for (int cpu = 0; cpu < values.length; cpu++) {
                    values[cpu] = new byte[12];
                    Arrays.fill(values[cpu], (byte) (cpu + 1));
                    expected.append(cpu == 0 ? "" : " ").append(HexFormat.of().formatHex(values[cpu]));
                }
                for (int key = 0; key < 64; key++) {
                    bytes.put(key, List.of(values), UpdateMode.ANY);
                }
                assertThat(bytes.get(5).orElseThrow()).containsExactly(values);
                // bpftool prints the padding of each CPU's value too, or not, by version.
                assertThat(BpftoolDump.of(map).get("05000000").replaceAll("0{8}(?= |$)", ""))
                        .isEqualTo(expected.toString());
                int[] seen = {0};
                assertThat(bytes.forEach((key, list) -> {
                            assertThat(list).containsExactly(values);
                            seen[0]++;
                        }))
                        .isEqualTo(IterationConsistency.EACH_ONCE);
                assertThat(seen[0]).isEqualTo(64);
                if (!type.equals(MapType.PERCPU_ARRAY)) {
                    assertThat(bytes.remove(5)).isTrue();
                    assertThat(bytes.get(5)).isEmpty();
                }
            }
        }
    }

    @Test
    void perCpuReducers() {
        try (BpfMap map = BpfMap.create(MapDefinition.of(MapType.PERCPU_ARRAY, 4, 16, 4))) {
            PerCpuMap<Integer, Stats> stats = map.perCpu(Codec.of(Integer.class), Codec.of(Stats.class));
            Stats[] values = new Stats[stats.cpus()];
            for (int cpu = 0; cpu < values.length; cpu++) {
                values[cpu] = new Stats(cpu + 1, (cpu + 1) * 100L);
            }
            stats.put(2, List.of(values), UpdateMode.ANY);
            long n = values.length;
            long sum = n * (n + 1) / 2;
            assertThat(stats.reduce(2, (a, b) -> new Stats(a.packets() + b.packets(), a.bytes() + b.bytes())))
                    .contains(new Stats(sum, sum * 100));
            assertThat(stats.reduceLong(2, 8, -1, Math::max)).isEqualTo(n * 100);
            assertThat(stats.reduceLong(2, 0, -1, Long::sum)).isEqualTo(sum);
            assertThat(stats.reduceLong(4, 0, -1, Long::sum)).isEqualTo(-1);
            assertThatThrownBy(() -> stats.reduceLong(2, 12, -1, Long::sum))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> stats.sum(2)).isInstanceOf(IllegalStateException.class);
            stats.fill(2, new Stats(1, 1), UpdateMode.ANY);
            long[] total = {0};
            stats.forEachReduced((a, b) -> new Stats(a.packets() + b.packets(), 0), (k, v) -> total[0] += v.packets());
            assertThat(total[0]).isEqualTo(n);
        }
    }

    @Test
    void longestPrefixMatch() throws Exception {
        MapDefinition definition =
                MapDefinition.of(MapType.LPM_TRIE, 8, 4, 16).withName("routes").withFlags(MapFlag.NO_PREALLOC);
        try (BpfMap map = BpfMap.create(definition)) {
            TypedMap<LpmKey, Integer> routes = map.typed(LpmKey.codec(4), Scalars.INT);
            routes.put(LpmKey.of(InetAddress.getByName("10.0.0.0"), 8), 1);
            routes.put(LpmKey.of(InetAddress.getByName("10.1.0.0"), 16), 2);
            routes.put(LpmKey.of(InetAddress.getByName("0.0.0.0"), 0), 3);
            assertThat(routes.get(LpmKey.of(InetAddress.getByName("10.2.3.4")))).contains(1);
            assertThat(routes.get(LpmKey.of(InetAddress.getByName("10.1.3.4")))).contains(2);
            assertThat(routes.get(LpmKey.of(InetAddress.getByName("11.0.0.1")))).contains(3);
            TreeSet<Integer> walked = new TreeSet<>();
            assertThat(routes.forEach((key, value) -> walked.add(value * 100 + key.prefixLength())))
                    .isEqualTo(IterationConsistency.AT_LEAST_ONCE);
            assertThat(walked).containsExactly(108, 216, 300);
            assertThat(BpftoolDump.of(map)).containsEntry("100000000a010000", "02000000");
            assertThatThrownBy(() -> routes.put(LpmKey.of(8, new byte[16]), 1))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void queueAndStack() {
        try (BpfMap map = BpfMap.create(MapDefinition.of(MapType.QUEUE, 0, 4, 3))) {
            ValueMap<Integer> queue = map.values(Scalars.INT);
            assertThat(queue.pop()).isEmpty();
            for (int i = 1; i <= 3; i++) {
                queue.push(i);
            }
            assertThatThrownBy(() -> queue.push(4)).isInstanceOf(SystemCallException.class);
            queue.push(4, ValueMap.WhenFull.REPLACE_OLDEST);
            assertThat(queue.peek()).contains(2);
            assertThat(List.of(queue.pop(), queue.pop(), queue.pop(), queue.pop()))
                    .containsExactly(Optional.of(2), Optional.of(3), Optional.of(4), Optional.empty());
        }
        try (BpfMap map = BpfMap.create(MapDefinition.of(MapType.STACK, 0, 4, 3))) {
            ValueMap<Integer> stack = map.values(Scalars.INT);
            stack.push(1);
            stack.push(2);
            assertThat(stack.peek()).contains(2);
            assertThat(stack.pop()).contains(2);
            assertThat(stack.pop()).contains(1);
            assertThat(stack.pop()).isEmpty();
        }
    }

    @Test
    @RequiresKernel(since = "5.16", feature = "BPF_MAP_TYPE_BLOOM_FILTER")
    void bloomFilter() {
        MapDefinition definition =
                MapDefinition.of(MapType.BLOOM_FILTER, 0, 4, 1000).withMapExtra(3);
        try (BpfMap map = BpfMap.create(definition)) {
            ValueMap<Integer> filter = map.values(Scalars.INT);
            for (int i = 0; i < 1000; i++) {
                filter.push(i);
            }
            int wrong = 0;
            for (int i = 0; i < 1000; i++) {
                assertThat(filter.mightContain(i)).isTrue();
                wrong += filter.mightContain(i + 1_000_000) ? 1 : 0;
            }
            assertThat(wrong).as("false positives of 1000").isLessThan(500);
            assertThat(map.info().mapExtra()).isEqualTo(3);
        }
    }

    @Test
    void infoSaysWhatWasAskedFor() {
        MapDefinition definition = MapDefinition.of(MapType.HASH, 12, 20, 77)
                .withName("a name that is too long")
                .withFlags(MapFlag.NO_PREALLOC);
        try (BpfMap map = BpfMap.create(definition)) {
            MapInfo info = map.info();
            assertThat(info.type()).isEqualTo(MapType.HASH);
            assertThat(info.keySize()).isEqualTo(12);
            assertThat(info.valueSize()).isEqualTo(20);
            assertThat(info.maxEntries()).isEqualTo(77);
            assertThat(info.flags()).isEqualTo(MapFlag.NO_PREALLOC);
            assertThat(info.name()).isEqualTo("a_name_that_is_");
            assertThat(BpftoolDump.run("bpftool", "map", "show", "id", Integer.toString(info.id())))
                    .contains(
                            String.format(Locale.ROOT, "%d: hash  name a_name_that_is_  flags 0x1", info.id()),
                            "key 12B  value 20B  max_entries 77");
            try (BpfMap same = BpfMap.open(info.id());
                    BpfMap duplicate = BpfMap.duplicate(map.fd())) {
                assertThat(same.info()).isEqualTo(info);
                assertThat(duplicate.info()).isEqualTo(info);
                assertThat(same.fd()).isNotEqualTo(map.fd());
            }
            boolean listed = false;
            for (OptionalInt id = BpfMap.nextId(0); id.isPresent(); id = BpfMap.nextId(id.getAsInt())) {
                listed |= id.getAsInt() == info.id();
            }
            assertThat(listed).isTrue();
        }
        assertThatThrownBy(() -> BpfMap.open(Integer.MAX_VALUE)).isInstanceOf(BpfException.class);
    }

    @Test
    void pins() throws IOException {
        Path pin = Path.of("/sys/fs/bpf/ebpf4j-test-" + ProcessHandle.current().pid());
        MapDefinition definition = MapDefinition.of(MapType.HASH, 4, 8, 16).withName("pinned");
        try (BpfMap map = BpfMap.createOrReuse(definition, pin)) {
            map.longs().put(1, 42);
            try (BpfMap again = BpfMap.createOrReuse(definition, pin);
                    BpfMap opened = BpfMap.open(pin)) {
                assertThat(again.longs().get(1, -1)).isEqualTo(42);
                assertThat(opened.info().id()).isEqualTo(map.info().id());
                assertThat(opened.name()).isEqualTo("pinned");
            }
            assertThatThrownBy(() -> map.pin(pin)).isInstanceOf(BpfException.class);
            MapDefinition other = definition.withMaxEntries(32);
            assertThatThrownBy(() -> BpfMap.createOrReuse(other, pin))
                    .isInstanceOf(IncompatibleException.class)
                    .hasMessageContaining("entries 32")
                    .hasMessageContaining("entries 16");
        } finally {
            Files.deleteIfExists(pin);
        }
        assertThatThrownBy(() -> BpfMap.open(pin)).isInstanceOf(BpfException.class);
    }

    @Test
    void aFrozenMapIsReadOnlyForUserSpace() {
        MapDefinition definition = MapDefinition.of(MapType.ARRAY, 4, 8, 4).withFlags(MapFlag.RDONLY_PROG);
        try (BpfMap map = BpfMap.create(definition)) {
            map.longs().put(1, 5);
            map.freeze();
            assertThatThrownBy(() -> map.longs().put(1, 6)).isInstanceOf(BpfException.class);
            assertThat(map.longs().get(1, -1)).isEqualTo(5);
            assertThat(map.typed(Integer.class, Long.class).forEach((key, value) -> {}))
                    .isEqualTo(IterationConsistency.SNAPSHOT);
        }
    }

    @Test
    void mappedArray() {
        MapDefinition definition =
                MapDefinition.of(MapType.ARRAY, 4, 12, 1000).withName("mapped").withFlags(MapFlag.MMAPABLE);
        MappedArray outlives;
        try (BpfMap map = BpfMap.create(definition)) {
            outlives = map.mapped();
            TypedMap<Integer, byte[]> elements = map.typed(Scalars.INT, Codec.bytes(12));
            elements.put(999, new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
            assertThat(outlives.length()).isEqualTo(1000);
            assertThat(outlives.stride()).isEqualTo(16);
            assertThat(outlives.getLongAcquire(999, 0)).isEqualTo(0x0807060504030201L);
            assertThat(outlives.getIntAcquire(999, 8)).isEqualTo(0x0c0b0a09);
            assertThat(outlives.getAndAddLong(999, 0, 1)).isEqualTo(0x0807060504030201L);
            assertThat(outlives.getAndAddInt(999, 8, 1)).isEqualTo(0x0c0b0a09);
            outlives.setLongRelease(0, 0, -1);
            outlives.setIntRelease(0, 8, 7);
            assertThat(BpftoolDump.of(map))
                    .containsEntry("e7030000", "02020304050607080a0a0b0c")
                    .containsEntry("00000000", "ffffffffffffffff07000000");
            assertThatThrownBy(() -> outlives.getLongAcquire(1000, 0)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> outlives.getLongAcquire(0, 16)).isInstanceOf(IndexOutOfBoundsException.class);
        }
        assertThat(outlives.getLongAcquire(0, 0)).isEqualTo(-1);
        outlives.close();
        assertThatThrownBy(() -> outlives.getLongAcquire(0, 0)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void batchUpdatesAndDeletes() {
        try (BpfMap map = BpfMap.create(MapDefinition.of(MapType.HASH, 4, 8, 5000))) {
            TypedMap<Integer, Long> typed = map.typed(Integer.class, Long.class);
            Map<Integer, Long> entries = new LinkedHashMap<>();
            for (int i = 0; i < 4000; i++) {
                entries.put(i, i * 2L);
            }
            typed.putAll(entries, UpdateMode.ANY);
            Map<Integer, Long> walked = new TreeMap<>();
            typed.forEach(walked::put);
            assertThat(walked).isEqualTo(entries);
            assertThatThrownBy(() -> typed.putAll(Map.of(1, 1L), UpdateMode.NOEXIST))
                    .isInstanceOf(KeyExistsException.class);
            assertThat(typed.removeAll(List.of(1, 2, 9999, 3, 9998, 4))).isEqualTo(4);
            assertThat(typed.containsKey(3)).isFalse();
            assertThat(typed.containsKey(5)).isTrue();
        }
    }

    @Test
    void valuesThatAreLargerThanTheScratchBlock() {
        try (BpfMap map = BpfMap.create(MapDefinition.of(MapType.HASH, 4, 10_000, 4))) {
            TypedMap<Integer, byte[]> typed = map.typed(Scalars.INT, Codec.bytes(10_000));
            byte[] value = new byte[10_000];
            Arrays.fill(value, (byte) 7);
            typed.put(1, value);
            assertThat(typed.get(1).orElseThrow()).isEqualTo(value);
            assertThat(typed.containsKey(1)).isTrue();
            assertThat(typed.containsKey(2)).isFalse();
        }
    }
}
