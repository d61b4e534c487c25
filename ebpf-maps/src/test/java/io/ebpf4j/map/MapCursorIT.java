package io.ebpf4j.map;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.codec.Scalars;
import io.ebpf4j.spec.MapType;
import io.ebpf4j.testing.RequiresKernel;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.ConcurrentModificationException;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Iteration while someone else changes the map. */
@Timeout(120)
@RequiresKernel(since = "5.16", feature = "batch operations on hash maps and tries")
class MapCursorIT {
    private static final int STABLE = 3000;
    private static final int CHURN = 3000;

    @Test
    void batchesOfAnySizeReturnEveryEntryOnce() {
        try (BpfMap map = BpfMap.create(MapDefinition.of(MapType.HASH, 4, 8, 4096))) {
            fill(map);
            for (int batch : new int[] {1, 2, 3, 100, 4096, 10_000}) {
                int[] seen = new int[STABLE];
                try (MapCursor cursor = new MapCursor(map, CursorMode.READ, batch)) {
                    count(cursor, seen);
                }
                assertThat(seen).as("batch of %d", batch).containsOnly(1);
            }
        }
    }

    @Test
    void aHashMapReturnsWhatStaysOnceWhileOtherKeysComeAndGo() throws Exception {
        for (MapType type : List.of(MapType.HASH, MapType.PERCPU_HASH)) {
            try (BpfMap map = BpfMap.create(MapDefinition.of(type, 4, 8, 8192))) {
                fill(map);
                int rounds = 30;
                whileOthersChange(map, () -> {
                    for (int round = 0; round < rounds; round++) {
                        int[] seen = new int[STABLE + CHURN];
                        try (MapCursor cursor = new MapCursor(map, CursorMode.READ, 64)) {
                            count(cursor, seen);
                            assertThat(cursor.consistency()).isEqualTo(IterationConsistency.EACH_ONCE);
                        }
                        assertThat(Arrays.copyOf(seen, STABLE)).as("%s", type).containsOnly(1);
                        assertThat(Arrays.stream(seen).max()).hasValue(1);
                    }
                });
            }
        }
    }

    @Test
    void keyByKeyReturnsWhatStaysAtLeastOnceAndEnds() throws Exception {
        try (BpfMap map = BpfMap.create(MapDefinition.of(MapType.HASH, 4, 8, 8192))) {
            fill(map);
            int[] finished = {0};
            whileOthersChange(map, () -> {
                for (int round = 0; round < 10; round++) {
                    int[] seen = new int[STABLE + CHURN];
                    try (MapCursor cursor = new MapCursor(map, CursorMode.READ, 64)) {
                        cursor.goByKey();
                        count(cursor, seen);
                        assertThat(cursor.consistency()).isEqualTo(IterationConsistency.AT_LEAST_ONCE);
                        assertThat(Arrays.stream(seen, 0, STABLE).min().orElseThrow())
                                .isPositive();
                        finished[0]++;
                    } catch (ConcurrentModificationException declared) {
                        assertThat(declared).hasMessageContaining("gave up");
                    }
                }
            });
            assertThat(finished[0]).as("walks that ended").isPositive();
        }
    }

    @Test
    void everyEntryCanBeDeletedByTheWalkThatFindsIt() {
        for (boolean byKey : new boolean[] {false, true}) {
            try (BpfMap map = BpfMap.create(MapDefinition.of(MapType.HASH, 4, 8, 4096))) {
                fill(map);
                int[] seen = new int[STABLE];
                try (MapCursor cursor = new MapCursor(map, CursorMode.READ, 50)) {
                    if (byKey) {
                        cursor.goByKey();
                    }
                    LongMap longs = map.longs();
                    while (cursor.next()) {
                        int key = cursor.keys().get(ValueLayout.JAVA_INT, cursor.keyOffset());
                        seen[key]++;
                        assertThat(longs.remove(key)).isTrue();
                    }
                }
                assertThat(seen).containsOnly(1);
            }
        }
    }

    @Test
    void aDrainWhileOthersAddLosesNothing() throws Exception {
        try (BpfMap map = BpfMap.create(MapDefinition.of(MapType.HASH, 4, 8, 8192))) {
            int total = 20_000;
            LongMap longs = map.longs();
            AtomicBoolean done = new AtomicBoolean();
            Thread adder = Thread.ofPlatform().start(() -> {
                for (int key = 0; key < total; key++) {
                    if (key % 1024 == 0) {
                        Thread.onSpinWait();
                    }
                    longs.put(key, key);
                }
                done.set(true);
            });
            int[] seen = new int[total];
            boolean last = false;
            while (!last) {
                last = done.get();
                try (MapCursor cursor = map.drain()) {
                    while (cursor.next()) {
                        seen[cursor.keys().get(ValueLayout.JAVA_INT, cursor.keyOffset())]++;
                    }
                }
            }
            adder.join();
            assertThat(seen).containsOnly(1);
        }
    }

    private static void fill(BpfMap map) {
        if (map.type().equals(MapType.PERCPU_HASH)) {
            PerCpuMap<Integer, Long> values = map.perCpu(Scalars.INT, Scalars.LONG);
            for (int key = 0; key < STABLE; key++) {
                values.fill(key, (long) key, UpdateMode.ANY);
            }
        } else {
            LongMap values = map.longs();
            for (int key = 0; key < STABLE; key++) {
                values.put(key, key);
            }
        }
    }

    private static void count(MapCursor cursor, int[] seen) {
        while (cursor.next()) {
            int key = cursor.keys().get(ValueLayout.JAVA_INT, cursor.keyOffset());
            assertThat(cursor.values().get(ValueLayout.JAVA_LONG_UNALIGNED, cursor.valueOffset()))
                    .isEqualTo(key);
            seen[key]++;
        }
    }

    private static void whileOthersChange(BpfMap map, Runnable walk) throws InterruptedException {
        AtomicBoolean stop = new AtomicBoolean();
        Thread changer = Thread.ofPlatform().start(() -> {
            Random random = new Random(1);
            boolean perCpu = map.type().equals(MapType.PERCPU_HASH);
            PerCpuMap<Integer, Long> many = perCpu ? map.perCpu(Scalars.INT, Scalars.LONG) : null;
            LongMap one = perCpu ? null : map.longs();
            while (!stop.get()) {
                int key = STABLE + random.nextInt(CHURN);
                if (perCpu) {
                    many.fill(key, (long) key, UpdateMode.ANY);
                    many.remove(STABLE + random.nextInt(CHURN));
                } else {
                    one.put(key, key);
                    one.remove(STABLE + random.nextInt(CHURN));
                }
            }
        });
        try {
            walk.run();
        } finally {
            stop.set(true);
            changer.join();
        }
    }
}
