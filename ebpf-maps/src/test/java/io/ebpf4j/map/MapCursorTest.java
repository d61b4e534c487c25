package io.ebpf4j.map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebpf4j.kernel.Errno;
import io.ebpf4j.kernel.SystemCallException;
import io.ebpf4j.kernel.sys.BpfAttr;
import io.ebpf4j.kernel.sys.BpfCommand;
import io.ebpf4j.spec.MapFlag;
import io.ebpf4j.spec.MapType;
import io.ebpf4j.testing.FakeKernel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.ConcurrentModificationException;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A hash map with buckets behind the fake, walked as kernel/bpf/hashtab.c walks it. */
@Timeout(30)
class MapCursorTest {
    private static final int KEYS_PER_BUCKET = 10;

    private final FakeKernel kernel = new FakeKernel();
    private final TreeMap<Integer, Long> content = new TreeMap<>();

    private BpfMap map(MapType type, int maxEntries) {
        kernel.onBpf(BpfCommand.MAP_CREATE, attr -> kernel.newFd());
        return BpfMap.create(kernel, MapDefinition.of(type, 4, 8, maxEntries).withName("m"));
    }

    private static MemorySegment at(MemorySegment attr, long member, long size) {
        return FakeKernel.memory(attr.get(ValueLayout.JAVA_LONG, member), size);
    }

    /** Bucket b holds the keys from 10 b. */
    private int batch(MemorySegment attr) {
        long in = attr.get(ValueLayout.JAVA_LONG, BpfAttr.MapBatch.IN_BATCH);
        int bucket = in == 0 ? 0 : FakeKernel.memory(in, 4).get(ValueLayout.JAVA_INT, 0);
        int room = attr.get(ValueLayout.JAVA_INT, BpfAttr.MapBatch.COUNT);
        MemorySegment keys = at(attr, BpfAttr.MapBatch.KEYS, room * 4L);
        MemorySegment values = at(attr, BpfAttr.MapBatch.VALUES, room * 8L);
        int total = 0;
        int result = 0;
        int buckets = content.isEmpty() ? 0 : content.lastKey() / KEYS_PER_BUCKET + 1;
        while (true) {
            if (bucket >= buckets) {
                result = -Errno.ENOENT.code();
                break;
            }
            var entries = content.subMap(bucket * KEYS_PER_BUCKET, (bucket + 1) * KEYS_PER_BUCKET);
            if (entries.size() > room - total) {
                result = total == 0 ? -Errno.ENOSPC.code() : 0;
                break;
            }
            for (var entry : entries.entrySet()) {
                keys.set(ValueLayout.JAVA_INT, total * 4L, entry.getKey());
                values.set(ValueLayout.JAVA_LONG, total * 8L, entry.getValue());
                total++;
            }
            bucket++;
        }
        at(attr, BpfAttr.MapBatch.OUT_BATCH, 4).set(ValueLayout.JAVA_INT, 0, bucket);
        attr.set(ValueLayout.JAVA_INT, BpfAttr.MapBatch.COUNT, total);
        return result;
    }

    private void withKeys() {
        kernel.onBpf(BpfCommand.MAP_GET_NEXT_KEY, attr -> {
            long key = attr.get(ValueLayout.JAVA_LONG, BpfAttr.MapElement.KEY);
            Integer last = key == 0 ? null : FakeKernel.memory(key, 4).get(ValueLayout.JAVA_INT, 0);
            Integer next = last == null || !content.containsKey(last)
                    ? content.isEmpty() ? null : content.firstKey()
                    : content.higherKey(last);
            if (next == null) {
                return -Errno.ENOENT.code();
            }
            at(attr, BpfAttr.MapElement.NEXT_KEY, 4).set(ValueLayout.JAVA_INT, 0, next);
            return 0;
        });
        kernel.onBpf(BpfCommand.MAP_LOOKUP_ELEM, attr -> {
            Long value = content.get(at(attr, BpfAttr.MapElement.KEY, 4).get(ValueLayout.JAVA_INT, 0));
            if (value == null) {
                return -Errno.ENOENT.code();
            }
            at(attr, BpfAttr.MapElement.VALUE, 8).set(ValueLayout.JAVA_LONG, 0, value);
            return 0;
        });
    }

    private static List<Integer> walk(MapCursor cursor) {
        List<Integer> keys = new ArrayList<>();
        while (cursor.next()) {
            int key = cursor.keys().get(ValueLayout.JAVA_INT, cursor.keyOffset());
            assertThat(cursor.values().get(ValueLayout.JAVA_LONG_UNALIGNED, cursor.valueOffset()))
                    .isEqualTo(key * 100L);
            keys.add(key);
        }
        return keys;
    }

    private void fill(int... keys) {
        for (int key : keys) {
            content.put(key, key * 100L);
        }
    }

    @Test
    void aBucketThatDoesNotFitMakesTheBatchGrowAndNothingIsLost() {
        kernel.onBpf(BpfCommand.MAP_LOOKUP_BATCH, this::batch);
        fill(1, 2, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 40);
        try (BpfMap map = map(MapType.HASH, 64);
                MapCursor cursor = new MapCursor(map, CursorMode.READ, 2)) {
            assertThat(walk(cursor)).containsExactlyElementsOf(content.keySet());
            assertThat(cursor.consistency()).isEqualTo(IterationConsistency.EACH_ONCE);
            assertThat(cursor.next()).isFalse();
        }
        assertThat(kernel.bpfCalls(BpfCommand.MAP_LOOKUP_BATCH))
                .filteredOn(call -> call.result() == -Errno.ENOSPC.code())
                .hasSize(3);
        assertThat(kernel.bpfCalls(BpfCommand.MAP_GET_NEXT_KEY)).isEmpty();
    }

    @Test
    void anEmptyMapHasNoEntries() {
        kernel.onBpf(BpfCommand.MAP_LOOKUP_BATCH, this::batch);
        try (BpfMap map = map(MapType.HASH, 64);
                MapCursor cursor = map.cursor()) {
            assertThat(walk(cursor)).isEmpty();
        }
    }

    @Test
    void withoutBatchesKeysAreWalked() {
        for (Errno answer : List.of(Errno.EINVAL, Errno.ENOTSUPP, Errno.EOPNOTSUPP)) {
            content.clear();
            kernel.onBpf(BpfCommand.MAP_LOOKUP_BATCH, attr -> -answer.code());
            withKeys();
            fill(3, 5, 9);
            try (BpfMap map = map(MapType.HASH, 64);
                    MapCursor cursor = map.cursor()) {
                assertThat(walk(cursor)).containsExactly(3, 5, 9);
                assertThat(cursor.consistency()).isEqualTo(IterationConsistency.AT_LEAST_ONCE);
            }
            try (BpfMap map = map(MapType.ARRAY, 64);
                    MapCursor cursor = map.cursor()) {
                walk(cursor);
                assertThat(cursor.consistency()).isEqualTo(IterationConsistency.EACH_ONCE);
            }
        }
    }

    @Test
    void theCurrentEntryMayBeDeletedWhileKeysAreWalked() {
        kernel.onBpf(BpfCommand.MAP_LOOKUP_BATCH, attr -> -Errno.EINVAL.code());
        withKeys();
        fill(1, 2, 3, 4);
        try (BpfMap map = map(MapType.HASH, 64);
                MapCursor cursor = map.cursor()) {
            List<Integer> keys = new ArrayList<>();
            while (cursor.next()) {
                int key = cursor.keys().get(ValueLayout.JAVA_INT, cursor.keyOffset());
                keys.add(key);
                content.remove(key);
            }
            assertThat(keys).containsExactly(1, 2, 3, 4);
        }
    }

    @Test
    void aWalkThatStartsOverAndOverIsGivenUp() {
        kernel.onBpf(BpfCommand.MAP_LOOKUP_BATCH, attr -> -Errno.EINVAL.code());
        withKeys();
        fill(1, 2);
        kernel.onBpf(BpfCommand.MAP_GET_NEXT_KEY, attr -> {
            at(attr, BpfAttr.MapElement.NEXT_KEY, 4).set(ValueLayout.JAVA_INT, 0, 1);
            return 0;
        });
        try (BpfMap map = map(MapType.HASH, 8);
                MapCursor cursor = map.cursor()) {
            assertThatThrownBy(() -> walk(cursor))
                    .isInstanceOf(ConcurrentModificationException.class)
                    .hasMessageContaining("map m (hash)");
            assertThat(cursor.next()).isFalse();
        }
    }

    @Test
    void anInterruptedBatchIsAskedAgain() {
        int[] calls = {0};
        fill(1, 2, 3);
        kernel.onBpf(BpfCommand.MAP_LOOKUP_BATCH, attr -> {
            if (calls[0]++ < 3) {
                attr.set(ValueLayout.JAVA_INT, BpfAttr.MapBatch.COUNT, 0);
                return -Errno.EINTR.code();
            }
            return batch(attr);
        });
        try (BpfMap map = map(MapType.LPM_TRIE, 8);
                MapCursor cursor = map.cursor()) {
            assertThat(walk(cursor)).containsExactly(1, 2, 3);
            assertThat(cursor.consistency()).isEqualTo(IterationConsistency.AT_LEAST_ONCE);
        }
    }

    @Test
    void anErrorIsThrownWithTheMapsName() {
        kernel.onBpf(BpfCommand.MAP_LOOKUP_BATCH, attr -> -Errno.ENOMEM.code());
        try (BpfMap map = map(MapType.HASH, 8);
                MapCursor cursor = map.cursor()) {
            assertThatThrownBy(cursor::next)
                    .isInstanceOf(SystemCallException.class)
                    .hasMessageContaining("ENOMEM")
                    .hasMessageContaining("map m (hash)");
        }
    }

    @Test
    void anInvalidArgumentInTheMiddleIsAnErrorAndNotTheEnd() {
        int[] calls = {0};
        for (int key = 0; key < 60; key++) {
            fill(key);
        }
        kernel.onBpf(BpfCommand.MAP_LOOKUP_BATCH, attr -> calls[0]++ == 0 ? batch(attr) : -Errno.EINVAL.code());
        try (BpfMap map = map(MapType.HASH, 64);
                MapCursor cursor = new MapCursor(map, CursorMode.READ, 20)) {
            assertThatThrownBy(() -> walk(cursor)).isInstanceOf(SystemCallException.class);
        }
    }

    @Test
    void aDrainWithoutBatchesTakesTheFirstKeyUntilThereIsNone() {
        withKeys();
        kernel.onBpf(BpfCommand.MAP_LOOKUP_AND_DELETE_BATCH, attr -> -Errno.ENOTSUPP.code());
        kernel.onBpf(BpfCommand.MAP_LOOKUP_AND_DELETE_ELEM, attr -> -Errno.ENOTSUPP.code());
        kernel.onBpf(
                BpfCommand.MAP_DELETE_ELEM,
                attr -> content.remove(at(attr, BpfAttr.MapElement.KEY, 4).get(ValueLayout.JAVA_INT, 0)) == null
                        ? -Errno.ENOENT.code()
                        : 0);
        fill(4, 5, 6);
        try (BpfMap map = map(MapType.HASH, 8);
                MapCursor cursor = map.drain()) {
            assertThat(walk(cursor)).containsExactly(4, 5, 6);
            assertThat(content).isEmpty();
        }
    }

    @Test
    void aFrozenMapThatProgramsCannotWriteIsASnapshot() {
        kernel.onBpf(BpfCommand.MAP_LOOKUP_BATCH, this::batch);
        kernel.onBpf(BpfCommand.MAP_FREEZE, attr -> 0);
        kernel.onBpf(BpfCommand.MAP_CREATE, attr -> kernel.newFd());
        MapDefinition definition = MapDefinition.of(MapType.HASH, 4, 8, 8).withFlags(MapFlag.RDONLY_PROG);
        try (BpfMap map = BpfMap.create(kernel, definition)) {
            map.freeze();
            try (MapCursor cursor = map.cursor()) {
                walk(cursor);
                assertThat(cursor.consistency()).isEqualTo(IterationConsistency.SNAPSHOT);
            }
        }
    }

    @Test
    void aClosedCursorSaysSo() {
        try (BpfMap map = map(MapType.HASH, 8)) {
            MapCursor cursor = map.cursor();
            cursor.close();
            cursor.close();
            assertThatThrownBy(cursor::next).isInstanceOf(IllegalStateException.class);
        }
    }
}
