package io.ebpf4j.benchmarks;

import io.ebpf4j.codec.Scalars;
import io.ebpf4j.map.BpfMap;
import io.ebpf4j.map.LongMap;
import io.ebpf4j.map.MapCursor;
import io.ebpf4j.map.MapDefinition;
import io.ebpf4j.map.MappedArray;
import io.ebpf4j.map.PerCpuMap;
import io.ebpf4j.spec.MapFlag;
import io.ebpf4j.spec.MapType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * What does one operation on a map cost? The twin is {@code map_ops.c} with the same map, the same keys and the same order. One operation is a whole run
 * of {@link #OPERATIONS}, or a walk over all {@link #ENTRIES}.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class MapBenchmark {
    static final int ENTRIES = 32768;
    static final int OPERATIONS = 20_000;
    static final int ELEMENTS = 4096;
    static final int TURNS = 100;

    private final Meter meter = new Meter();
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment key = arena.allocate(Long.BYTES, Long.BYTES);
    private final MemorySegment value = arena.allocate(Long.BYTES, Long.BYTES);
    private BpfMap hash;
    private BpfMap perCpu;
    private BpfMap array;
    private LongMap longs;
    private PerCpuMap<Integer, Long> counters;
    private MappedArray mapped;
    private final Integer[] keys = new Integer[16];

    /** Makes and fills the maps. */
    @Setup
    public void create() {
        hash = BpfMap.create(MapDefinition.of(MapType.HASH, 8, 8, ENTRIES));
        longs = hash.longs();
        for (int i = 0; i < ENTRIES; i++) {
            longs.put(i, i);
        }
        perCpu = BpfMap.create(MapDefinition.of(MapType.PERCPU_ARRAY, 4, 8, keys.length));
        counters = perCpu.perCpu(Scalars.INT, Scalars.LONG);
        for (int i = 0; i < keys.length; i++) {
            keys[i] = i;
        }
        array = BpfMap.create(MapDefinition.of(MapType.ARRAY, 4, 8, ELEMENTS).withFlags(MapFlag.MMAPABLE));
        mapped = array.mapped();
    }

    /** {@return a sum} Lookups that find. */
    @Benchmark
    public long lookup() {
        meter.begin();
        long sum = 0;
        for (int i = 0; i < OPERATIONS; i++) {
            sum += longs.get(i & ENTRIES - 1, -1);
        }
        meter.end();
        return sum;
    }

    /** Updates of keys that are there. */
    @Benchmark
    public void update() {
        meter.begin();
        for (int i = 0; i < OPERATIONS; i++) {
            longs.put(i & ENTRIES - 1, i);
        }
        meter.end();
    }

    /** {@return a sum} Lookups that do not find. */
    @Benchmark
    public long miss() {
        meter.begin();
        long sum = 0;
        for (int i = 0; i < OPERATIONS; i++) {
            sum += longs.get(ENTRIES + i, -1);
        }
        meter.end();
        return sum;
    }

    /** {@return a sum} The values of all CPUs added up. */
    @Benchmark
    public long perCpu() {
        meter.begin();
        long sum = 0;
        for (int i = 0; i < OPERATIONS; i++) {
            sum += counters.reduceLong(keys[i & 15], 0, -1, Long::sum);
        }
        meter.end();
        return sum;
    }

    /** {@return a sum} A cursor as it comes: in batches. */
    @Benchmark
    public long batch() {
        long sum = 0;
        try (MapCursor cursor = hash.cursor()) {
            meter.begin();
            while (cursor.next()) {
                sum += cursor.values().get(ValueLayout.JAVA_LONG, cursor.valueOffset());
            }
            meter.end();
        }
        return sum;
    }

    /** {@return a sum} Key by key, two calls an entry: what a cursor saves. */
    @Benchmark
    public long byKey() {
        meter.begin();
        long sum = 0;
        boolean more = hash.firstKey(key);
        while (more) {
            if (hash.lookup(key, value)) {
                sum += value.get(ValueLayout.JAVA_LONG, 0);
            }
            more = hash.nextKey(key, key);
        }
        meter.end();
        return sum;
    }

    /** {@return a sum} An array's memory without a system call, by acquiring reads. */
    @Benchmark
    public long mapped() {
        meter.begin();
        long sum = 0;
        for (int turn = 0; turn < TURNS; turn++) {
            for (int i = 0; i < ELEMENTS; i++) {
                sum += mapped.getLongAcquire(i, 0);
            }
        }
        meter.end();
        return sum;
    }

    /** Gives the maps back. */
    @TearDown
    public void close() {
        meter.report();
        mapped.close();
        hash.close();
        perCpu.close();
        array.close();
        arena.close();
    }
}
