package io.ebpf4j.map;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.ebpf4j.codec.Codec;
import io.ebpf4j.codec.Scalars;
import io.ebpf4j.spec.MapType;
import io.ebpf4j.testing.RequiresKernel;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** Bytes allocated per operation, once warm. */
@RequiresKernel(since = "5.6")
class MapAllocationIT {
    private static final int OPERATIONS = 30_000;

    private record Key(int a, int b) {}

    private record Value(long packets, long bytes) {}

    private long sum;

    /** The least of several measurements: what a JIT thread or a class that is first used adds does not repeat. */
    private static long allocated(Runnable operations) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long least = Long.MAX_VALUE;
        for (int attempt = 0; attempt < 6; attempt++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            operations.run();
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        return least;
    }

    @Test
    void primitivesAreNotBoxed() {
        try (BpfMap map = BpfMap.create(MapDefinition.of(MapType.HASH, 8, 8, 64))) {
            LongMap longs = map.longs();
            assertThat(allocated(() -> {
                        for (int i = 0; i < OPERATIONS; i++) {
                            longs.put(i & 31, i);
                            sum += longs.get(i & 31, -1);
                            sum += longs.get(100, -1);
                        }
                    }))
                    .isZero();
        }
    }

    @Test
    void recordsIntoAHolder() {
        try (BpfMap map = BpfMap.create(MapDefinition.of(MapType.HASH, 8, 16, 64));
                Arena arena = Arena.ofConfined()) {
            TypedMap<Key, Value> typed = map.typed(Codec.of(Key.class), Codec.of(Value.class));
            Holder<Value> holder = typed.holder(arena);
            Key key = new Key(1, 2);
            Value value = new Value(3, 4);
            assertThat(allocated(() -> {
                        for (int i = 0; i < OPERATIONS; i++) {
                            typed.put(key, value);
                            if (typed.find(key, holder)) {
                                sum += holder.getLong(8);
                            }
                            if (typed.containsKey(key)) {
                                sum++;
                            }
                        }
                        typed.remove(key);
                    }))
                    .isZero();
        }
    }

    @Test
    void perCpuSums() {
        try (BpfMap map = BpfMap.create(MapDefinition.of(MapType.PERCPU_ARRAY, 4, 16, 4))) {
            PerCpuMap<Integer, Value> typed = map.perCpu(Scalars.INT, Codec.of(Value.class));
            Integer key = 1;
            assertThat(allocated(() -> {
                        for (int i = 0; i < OPERATIONS; i++) {
                            sum += typed.reduceLong(key, 8, -1, Long::sum);
                        }
                    }))
                    .isZero();
        }
    }

    @Test
    void theStepsOfACursor() {
        try (BpfMap map = BpfMap.create(MapDefinition.of(MapType.HASH, 4, 8, 20_000))) {
            LongMap longs = map.longs();
            for (int i = 0; i < 20_000; i++) {
                longs.put(i, i);
            }
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            long least = Long.MAX_VALUE;
            for (int attempt = 0; attempt < 30; attempt++) {
                // Many small batches, so that the calls themselves are compiled too.
                try (MapCursor cursor = new MapCursor(map, CursorMode.READ, 16)) {
                    long before = threads.getCurrentThreadAllocatedBytes();
                    while (cursor.next()) {
                        sum += cursor.values().get(ValueLayout.JAVA_LONG, cursor.valueOffset());
                    }
                    least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
                }
            }
            assertThat(least).isZero();
        }
    }
}
