package io.ebpf4j.map;

import io.ebpf4j.codec.Codec;
import io.ebpf4j.kernel.Errno;
import io.ebpf4j.kernel.sys.BpfCommand;
import io.ebpf4j.kernel.sys.Scratch;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * A map as keys and values of Java types. Made by {@link BpfMap#typed}, which has checked the layouts.
 *
 * <p>It shares the map's descriptor and may be used from any thread until the map is closed. Nothing here is a
 * transaction: each call is as atomic as the kernel makes it for the map's type. {@link #find}, {@link #put},
 * {@link #remove} and their kind allocate nothing for primitives' records; {@link #get} makes a value and an
 * {@code Optional}.
 *
 * @param <K> keys
 * @param <V> values
 */
public final class TypedMap<K, V> {
    private final BpfMap map;
    private final Codec<K> keyCodec;
    private final Codec<V> valueCodec;
    private final long valueOffset;
    private final long room;

    TypedMap(BpfMap map, Codec<K> keyCodec, Codec<V> valueCodec) {
        this.map = map;
        this.keyCodec = keyCodec;
        this.valueCodec = valueCodec;
        this.valueOffset = MapKind.roundUp8(map.keySize());
        this.room = valueOffset + map.valueSpan();
    }

    /** {@return the map below} */
    public BpfMap map() {
        return map;
    }

    /**
     * {@return memory to look values up into}
     *
     * @param arena whose memory it is
     */
    public Holder<V> holder(Arena arena) {
        return new Holder<>(valueCodec, arena);
    }

    /**
     * Looks a value up.
     *
     * @param key the key
     * @return the value, empty where the key is not there
     * @throws io.ebpf4j.kernel.BpfException if the kernel refuses
     */
    public Optional<V> get(K key) {
        try (Scratch scratch = Scratch.current()) {
            if (room <= Scratch.DATA_SIZE) {
                return get(scratch, scratch.data(), key);
            }
            try (Arena arena = Arena.ofConfined()) {
                return get(scratch, arena.allocate(room, 8), key);
            }
        }
    }

    private Optional<V> get(Scratch scratch, MemorySegment memory, K key) {
        keyCodec.encode(key, memory, 0);
        long address = memory.address();
        int result = map.element(scratch, BpfCommand.MAP_LOOKUP_ELEM, address, address + valueOffset, 0);
        return map.found(BpfCommand.MAP_LOOKUP_ELEM, result)
                ? Optional.of(valueCodec.decode(memory, valueOffset))
                : Optional.empty();
    }

    /**
     * Looks a value up into the caller's memory, without allocating.
     *
     * @param key the key
     * @param holder where the value goes; unchanged where the key is not there
     * @return whether the key is there
     * @throws io.ebpf4j.kernel.BpfException if the kernel refuses
     */
    public boolean find(K key, Holder<V> holder) {
        return withKey(BpfCommand.MAP_LOOKUP_ELEM, key, holder.memory().address());
    }

    /**
     * {@return whether the key is there}
     *
     * @param key the key
     * @throws io.ebpf4j.kernel.BpfException if the kernel refuses
     */
    public boolean containsKey(K key) {
        try (Scratch scratch = Scratch.current()) {
            if (room <= Scratch.DATA_SIZE) {
                MemorySegment memory = scratch.data();
                return withKey(scratch, memory, BpfCommand.MAP_LOOKUP_ELEM, key, memory.address() + valueOffset);
            }
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment memory = arena.allocate(room, 8);
                return withKey(scratch, memory, BpfCommand.MAP_LOOKUP_ELEM, key, memory.address() + valueOffset);
            }
        }
    }

    /**
     * Sets the value of a key, whether it is there or not.
     *
     * @param key the key
     * @param value the value
     * @throws io.ebpf4j.kernel.BpfException if the kernel refuses, so {@code E2BIG} where a hash map is full
     */
    public void put(K key, V value) {
        int result = update(key, value, UpdateMode.ANY);
        if (result < 0) {
            throw map.failure(BpfCommand.MAP_UPDATE_ELEM, result);
        }
    }

    /**
     * Adds a key that is not there.
     *
     * @param key the key
     * @param value the value
     * @return whether it was added; otherwise it was there, and is unchanged
     * @throws io.ebpf4j.kernel.BpfException if the kernel refuses
     */
    public boolean putIfAbsent(K key, V value) {
        int result = update(key, value, UpdateMode.NOEXIST);
        if (result >= 0) {
            return true;
        }
        if (result == -Errno.EEXIST.code()) {
            return false;
        }
        throw map.failure(BpfCommand.MAP_UPDATE_ELEM, result);
    }

    /**
     * Sets the value of a key that is there.
     *
     * @param key the key
     * @param value the value
     * @return whether it was there
     * @throws io.ebpf4j.kernel.BpfException if the kernel refuses
     */
    public boolean replace(K key, V value) {
        return map.found(BpfCommand.MAP_UPDATE_ELEM, update(key, value, UpdateMode.EXIST));
    }

    private int update(K key, V value, UpdateMode mode) {
        try (Scratch scratch = Scratch.current()) {
            if (room <= Scratch.DATA_SIZE) {
                return update(scratch, scratch.data(), key, value, mode);
            }
            try (Arena arena = Arena.ofConfined()) {
                return update(scratch, arena.allocate(room, 8), key, value, mode);
            }
        }
    }

    private int update(Scratch scratch, MemorySegment memory, K key, V value, UpdateMode mode) {
        keyCodec.encode(key, memory, 0);
        valueCodec.encode(value, memory, valueOffset);
        long address = memory.address();
        return map.element(scratch, BpfCommand.MAP_UPDATE_ELEM, address, address + valueOffset, mode.flag());
    }

    /**
     * Deletes a key.
     *
     * @param key the key
     * @return whether it was there
     * @throws io.ebpf4j.kernel.BpfException if the kernel refuses; elements of arrays cannot be deleted
     */
    public boolean remove(K key) {
        return withKey(BpfCommand.MAP_DELETE_ELEM, key, 0);
    }

    /**
     * Takes an entry out: its value is looked up and it is deleted in one step, since Linux 5.14 for hash maps.
     *
     * @param key the key
     * @param holder where the value goes
     * @return whether it was there
     * @throws io.ebpf4j.kernel.BpfException if the kernel refuses
     */
    public boolean take(K key, Holder<V> holder) {
        return withKey(
                BpfCommand.MAP_LOOKUP_AND_DELETE_ELEM, key, holder.memory().address());
    }

    private boolean withKey(BpfCommand command, K key, long value) {
        try (Scratch scratch = Scratch.current()) {
            if (map.keySize() <= Scratch.DATA_SIZE) {
                return withKey(scratch, scratch.data(), command, key, value);
            }
            try (Arena arena = Arena.ofConfined()) {
                return withKey(scratch, arena.allocate(map.keySize(), 8), command, key, value);
            }
        }
    }

    private boolean withKey(Scratch scratch, MemorySegment memory, BpfCommand command, K key, long value) {
        keyCodec.encode(key, memory, 0);
        return map.found(command, map.element(scratch, command, memory.address(), value, 0));
    }

    /**
     * Calls for every entry, in batches.
     *
     * @param action takes key and value
     * @return what is known of the entries
     * @throws java.util.ConcurrentModificationException as {@link MapCursor#next()} does
     * @throws io.ebpf4j.kernel.BpfException if the kernel refuses
     */
    public IterationConsistency forEach(BiConsumer<? super K, ? super V> action) {
        try (MapCursor cursor = map.cursor()) {
            return pass(cursor, action);
        }
    }

    /**
     * Takes every entry out of the map, in batches, and calls for each.
     *
     * @param action takes key and value; where it throws, those of its batch that it has not seen are gone
     * @return what is known of the entries
     * @throws io.ebpf4j.kernel.BpfException if the kernel refuses
     */
    public IterationConsistency drain(BiConsumer<? super K, ? super V> action) {
        try (MapCursor cursor = map.drain()) {
            return pass(cursor, action);
        }
    }

    private IterationConsistency pass(MapCursor cursor, BiConsumer<? super K, ? super V> action) {
        while (cursor.next()) {
            action.accept(key(cursor), value(cursor));
        }
        return cursor.consistency();
    }

    /**
     * {@return the key a cursor over this map is on}
     *
     * @param cursor the cursor
     */
    public K key(MapCursor cursor) {
        return keyCodec.decode(cursor.keys(), cursor.keyOffset());
    }

    /**
     * {@return the value a cursor over this map is on}
     *
     * @param cursor the cursor
     */
    public V value(MapCursor cursor) {
        return valueCodec.decode(cursor.values(), cursor.valueOffset());
    }

    /**
     * Sets many values, in one call where the kernel has batches.
     *
     * @param entries keys and values
     * @param mode what to do where a key exists, or does not
     * @throws io.ebpf4j.kernel.BpfException if the kernel refuses; those before it are set
     */
    public void putAll(Map<? extends K, ? extends V> entries, UpdateMode mode) {
        long keySize = map.keySize();
        long valueSpan = map.valueSpan();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment keys = arena.allocate(Math.max(1, keySize * entries.size()), 8);
            MemorySegment values = arena.allocate(Math.max(1, valueSpan * entries.size()), 8);
            int count = 0;
            for (Map.Entry<? extends K, ? extends V> entry : entries.entrySet()) {
                keyCodec.encode(entry.getKey(), keys, count * keySize);
                valueCodec.encode(entry.getValue(), values, count * valueSpan);
                count++;
            }
            map.updateBatch(keys, values, count, mode);
        }
    }

    /**
     * Deletes many keys, in one call where the kernel has batches.
     *
     * @param keys the keys; those that are not there are passed over
     * @return how many were there
     * @throws io.ebpf4j.kernel.BpfException if the kernel refuses
     */
    public int removeAll(Collection<? extends K> keys) {
        long keySize = map.keySize();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(Math.max(1, keySize * keys.size()), 8);
            int count = 0;
            for (K key : keys) {
                keyCodec.encode(key, memory, count * keySize);
                count++;
            }
            return map.deleteBatch(memory, count);
        }
    }
}
