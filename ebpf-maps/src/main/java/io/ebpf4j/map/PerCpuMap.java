package io.ebpf4j.map;

import io.ebpf4j.codec.Codec;
import io.ebpf4j.codec.Shape;
import io.ebpf4j.kernel.sys.BpfCommand;
import io.ebpf4j.kernel.sys.Scratch;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BiConsumer;
import java.util.function.BinaryOperator;
import java.util.function.LongBinaryOperator;

/**
 * A map with a value for each possible CPU. Made by {@link BpfMap#perCpu}, which has checked the layouts.
 *
 * <p>It shares the map's descriptor and may be used from any thread until the map is closed. The values of a key are
 * copied one CPU after the other while programs may change them: together they need not be a state they were ever in.
 *
 * @param <K> keys
 * @param <V> the value on one CPU
 */
public final class PerCpuMap<K, V> {
    private final BpfMap map;
    private final Codec<K> keyCodec;
    private final Codec<V> valueCodec;
    private final long valueOffset;
    private final long stride;
    private final int cpus;

    PerCpuMap(BpfMap map, Codec<K> keyCodec, Codec<V> valueCodec) {
        this.map = map;
        this.keyCodec = keyCodec;
        this.valueCodec = valueCodec;
        this.valueOffset = MapKind.roundUp8(map.keySize());
        this.stride = MapKind.roundUp8(map.valueSize());
        this.cpus = map.kernel().possibleCpus();
    }

    /** {@return the map below} */
    public BpfMap map() {
        return map;
    }

    /** {@return number of values of a key: one for each possible CPU, online or not} */
    public int cpus() {
        return cpus;
    }

    /**
     * Looks the values of a key up.
     *
     * @param key the key
     * @return the value of each possible CPU, by its number; empty where the key is not there
     * @throws io.ebpf4j.kernel.BpfException if the kernel refuses
     */
    public Optional<List<V>> get(K key) {
        return read(key, (memory, offset) -> list(memory, offset));
    }

    private List<V> list(MemorySegment memory, long offset) {
        List<V> values = new ArrayList<>(cpus);
        for (int cpu = 0; cpu < cpus; cpu++) {
            values.add(valueCodec.decode(memory, offset + cpu * stride));
        }
        return List.copyOf(values);
    }

    /**
     * Looks the values of a key up and folds them into one.
     *
     * @param key the key
     * @param reducer folds two values; {@code Long::sum}, {@code Math::max}, or one's own
     * @return the folded value, empty where the key is not there
     * @throws io.ebpf4j.kernel.BpfException if the kernel refuses
     */
    public Optional<V> reduce(K key, BinaryOperator<V> reducer) {
        return read(key, (memory, offset) -> fold(memory, offset, reducer));
    }

    private V fold(MemorySegment memory, long offset, BinaryOperator<V> reducer) {
        V folded = valueCodec.decode(memory, offset);
        for (int cpu = 1; cpu < cpus; cpu++) {
            folded = reducer.apply(folded, valueCodec.decode(memory, offset + cpu * stride));
        }
        return folded;
    }

    /**
     * Looks the values of a key up and folds one eight-byte member of them, without allocating where the key is there
     * or {@code absent} is given.
     *
     * @param key the key
     * @param member offset of the member in the value; 0 where the value is one number
     * @param absent result where the key is not there
     * @param reducer folds two numbers; {@code Long::sum}, {@code Math::max}, or one's own
     * @return the folded number
     * @throws io.ebpf4j.kernel.BpfException if the kernel refuses
     */
    public long reduceLong(K key, long member, long absent, LongBinaryOperator reducer) {
        if (member < 0 || member + Long.BYTES > map.valueSize()) {
            throw new IndexOutOfBoundsException(
                    "8 bytes at " + member + " of a value of " + map.valueSize() + " bytes");
        }
        try (Scratch scratch = Scratch.current()) {
            if (valueOffset + map.valueSpan() <= Scratch.DATA_SIZE) {
                return reduceLong(scratch, scratch.data(), key, member, absent, reducer);
            }
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment memory = arena.allocate(valueOffset + map.valueSpan(), 8);
                return reduceLong(scratch, memory, key, member, absent, reducer);
            }
        }
    }

    private long reduceLong(
            Scratch scratch, MemorySegment memory, K key, long member, long absent, LongBinaryOperator reducer) {
        if (!lookup(scratch, memory, key)) {
            return absent;
        }
        long folded = memory.get(ValueLayout.JAVA_LONG_UNALIGNED, valueOffset + member);
        for (int cpu = 1; cpu < cpus; cpu++) {
            folded = reducer.applyAsLong(
                    folded, memory.get(ValueLayout.JAVA_LONG_UNALIGNED, valueOffset + cpu * stride + member));
        }
        return folded;
    }

    /**
     * {@return the sum over all CPUs of a value that is one integer, empty where the key is not there}
     *
     * @param key the key
     * @throws IllegalStateException if the value is not one integer
     * @throws io.ebpf4j.kernel.BpfException if the kernel refuses
     */
    public OptionalLong sum(K key) {
        if (!(valueCodec.shape() instanceof Shape.Scalar scalar) || scalar.kind() != Shape.ScalarKind.INTEGER) {
            throw new IllegalStateException("the values of " + map.subject() + " are not integers");
        }
        return read(key, (memory, offset) -> {
                    long sum = 0;
                    for (int cpu = 0; cpu < cpus; cpu++) {
                        sum += ((Number) valueCodec.decode(memory, offset + cpu * stride)).longValue();
                    }
                    return sum;
                })
                .map(OptionalLong::of)
                .orElseGet(OptionalLong::empty);
    }

    /** Makes something of the values of a key. */
    @FunctionalInterface
    private interface Reader<R> {
        R read(MemorySegment memory, long offset);
    }

    private <R> Optional<R> read(K key, Reader<R> reader) {
        try (Scratch scratch = Scratch.current()) {
            if (valueOffset + map.valueSpan() <= Scratch.DATA_SIZE) {
                MemorySegment memory = scratch.data();
                return lookup(scratch, memory, key) ? Optional.of(reader.read(memory, valueOffset)) : Optional.empty();
            }
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment memory = arena.allocate(valueOffset + map.valueSpan(), 8);
                return lookup(scratch, memory, key) ? Optional.of(reader.read(memory, valueOffset)) : Optional.empty();
            }
        }
    }

    private boolean lookup(Scratch scratch, MemorySegment memory, K key) {
        keyCodec.encode(key, memory, 0);
        long address = memory.address();
        return map.found(
                BpfCommand.MAP_LOOKUP_ELEM,
                map.element(scratch, BpfCommand.MAP_LOOKUP_ELEM, address, address + valueOffset, 0));
    }

    /**
     * Sets the value of every CPU.
     *
     * @param key the key
     * @param values one for each possible CPU
     * @param mode what to do where the key exists, or does not
     * @throws io.ebpf4j.kernel.BpfException if the kernel refuses
     */
    public void put(K key, List<? extends V> values, UpdateMode mode) {
        if (values.size() != cpus) {
            throw new IllegalArgumentException(values.size() + " values for " + cpus + " possible CPUs");
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(valueOffset + map.valueSpan(), 8);
            keyCodec.encode(key, memory, 0);
            for (int cpu = 0; cpu < cpus; cpu++) {
                valueCodec.encode(values.get(cpu), memory, valueOffset + cpu * stride);
            }
            map.update(memory, memory.asSlice(valueOffset), mode);
        }
    }

    /**
     * Sets the same value for every CPU: zero, usually.
     *
     * @param key the key
     * @param value the value
     * @param mode what to do where the key exists, or does not
     * @throws io.ebpf4j.kernel.BpfException if the kernel refuses
     */
    public void fill(K key, V value, UpdateMode mode) {
        List<V> values = new ArrayList<>(cpus);
        for (int cpu = 0; cpu < cpus; cpu++) {
            values.add(value);
        }
        put(key, values, mode);
    }

    /**
     * Deletes a key.
     *
     * @param key the key
     * @return whether it was there
     * @throws io.ebpf4j.kernel.BpfException if the kernel refuses; elements of arrays cannot be deleted
     */
    public boolean remove(K key) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(Math.max(8, map.keySize()), 8);
            keyCodec.encode(key, memory, 0);
            return map.delete(memory);
        }
    }

    /**
     * Calls for every entry, in batches.
     *
     * @param action takes the key and the value of each CPU
     * @return what is known of the entries
     * @throws java.util.ConcurrentModificationException as {@link MapCursor#next()} does
     * @throws io.ebpf4j.kernel.BpfException if the kernel refuses
     */
    public IterationConsistency forEach(BiConsumer<? super K, ? super List<V>> action) {
        try (MapCursor cursor = map.cursor()) {
            while (cursor.next()) {
                action.accept(
                        keyCodec.decode(cursor.keys(), cursor.keyOffset()),
                        list(cursor.values(), cursor.valueOffset()));
            }
            return cursor.consistency();
        }
    }

    /**
     * Calls for every entry with its values folded into one, in batches.
     *
     * @param reducer folds two values
     * @param action takes the key and the folded value
     * @return what is known of the entries
     * @throws java.util.ConcurrentModificationException as {@link MapCursor#next()} does
     * @throws io.ebpf4j.kernel.BpfException if the kernel refuses
     */
    public IterationConsistency forEachReduced(BinaryOperator<V> reducer, BiConsumer<? super K, ? super V> action) {
        try (MapCursor cursor = map.cursor()) {
            while (cursor.next()) {
                action.accept(
                        keyCodec.decode(cursor.keys(), cursor.keyOffset()),
                        fold(cursor.values(), cursor.valueOffset(), reducer));
            }
            return cursor.consistency();
        }
    }
}
