package io.ebpf4j.map;

import io.ebpf4j.btf.Btf;
import io.ebpf4j.codec.Codec;
import io.ebpf4j.spec.MapType;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

/** A map in the kernel. Bodies follow with the kernel door. */
public final class BpfMap implements AutoCloseable {
    private BpfMap() {}

    private static UnsupportedOperationException pending() {
        return new UnsupportedOperationException("being written");
    }

    /**
     * {@return a new map}
     *
     * @param definition what to create
     */
    public static BpfMap create(MapDefinition definition) {
        throw pending();
    }

    /**
     * {@return the map with that id}
     *
     * @param id the kernel's number
     */
    public static BpfMap open(int id) {
        throw pending();
    }

    /**
     * {@return the map that is pinned there}
     *
     * @param path the pin
     */
    public static BpfMap open(Path path) {
        throw pending();
    }

    /**
     * {@return a map over a duplicate of the descriptor}
     *
     * @param fd descriptor of a map; it stays its owner's
     */
    public static BpfMap duplicate(int fd) {
        throw pending();
    }

    /**
     * {@return the map pinned at the path if there is one and it agrees, else a new one that is now pinned there}
     *
     * @param definition what to create, or what the pinned map must agree with
     * @param path the pin
     */
    public static BpfMap createOrReuse(MapDefinition definition, Path path) {
        throw pending();
    }

    /**
     * {@return the smallest id of a map greater than that one}
     *
     * @param id an id, 0 to begin
     */
    public static OptionalInt nextId(int id) {
        throw pending();
    }

    /** {@return the descriptor, which stays this map's} */
    public int fd() {
        throw pending();
    }

    /** {@return the name} */
    public String name() {
        throw pending();
    }

    /** {@return the type} */
    public MapType type() {
        throw pending();
    }

    /** {@return bytes of a key} */
    public int keySize() {
        throw pending();
    }

    /** {@return bytes of a value on one CPU} */
    public int valueSize() {
        throw pending();
    }

    /** {@return greatest number of entries} */
    public int maxEntries() {
        throw pending();
    }

    /** {@return what the kernel says of the map} */
    public MapInfo info() {
        throw pending();
    }

    /** {@return the types of keys and values, if any are known} */
    public Optional<Btf> btf() {
        throw pending();
    }

    /**
     * {@return whether the key was found; its value is then in {@code value}}
     *
     * @param key the key
     * @param value where the value goes
     */
    public boolean lookup(MemorySegment key, MemorySegment value) {
        throw pending();
    }

    /**
     * Sets the value of a key.
     *
     * @param key the key
     * @param value the value
     * @param mode what to do where the key exists, or does not
     */
    public void update(MemorySegment key, MemorySegment value, UpdateMode mode) {
        throw pending();
    }

    /**
     * {@return whether the key was there and is now deleted}
     *
     * @param key the key
     */
    public boolean delete(MemorySegment key) {
        throw pending();
    }

    /** Ends all writing by user space. */
    public void freeze() {
        throw pending();
    }

    /**
     * Pins the map.
     *
     * @param path where, on a bpf file system
     */
    public void pin(Path path) {
        throw pending();
    }

    /**
     * {@return typed access}
     *
     * @param key the codec of keys
     * @param value the codec of values
     * @param <K> keys
     * @param <V> values
     */
    public <K, V> TypedMap<K, V> typed(Codec<K> key, Codec<V> value) {
        throw pending();
    }

    /** {@return the memory of an array that was created with {@link MapFlag#MMAPABLE}} */
    public MappedArray mapped() {
        throw pending();
    }

    /** Closes the descriptor; the kernel keeps the map while programs, pins or other descriptors hold it. */
    @Override
    public void close() {
        throw pending();
    }
}
