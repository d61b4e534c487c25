package io.ebpf4j.map;

import io.ebpf4j.codec.Codec;
import io.ebpf4j.kernel.sys.BpfCommand;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * A map without keys: a queue, a stack (both since Linux 4.20) or a bloom filter (since Linux 5.16). Made by
 * {@link BpfMap#values}, which has checked the layout.
 *
 * <p>It shares the map's descriptor and may be used from any thread until the map is closed.
 *
 * @param <V> values
 */
public final class ValueMap<V> {
    private final BpfMap map;
    private final Codec<V> codec;

    ValueMap(BpfMap map, Codec<V> codec) {
        this.map = map;
        this.codec = codec;
    }

    /** {@return the map below} */
    public BpfMap map() {
        return map;
    }

    /** What a push does to a queue or stack that is full. */
    public enum WhenFull {
        /** The push fails. */
        FAIL,
        /** The oldest value makes room. */
        REPLACE_OLDEST
    }

    /**
     * Puts a value at the end of a queue, on top of a stack, or into a bloom filter.
     *
     * @param value the value
     * @throws io.ebpf4j.kernel.BpfException if the kernel refuses, so {@code E2BIG} where there is no room
     */
    public void push(V value) {
        push(value, WhenFull.FAIL);
    }

    /**
     * Puts a value at the end of a queue, on top of a stack, or into a bloom filter.
     *
     * @param value the value
     * @param whenFull what to do where there is no room; a bloom filter is never full
     * @throws io.ebpf4j.kernel.BpfException if the kernel refuses, so {@code E2BIG} where there is no room
     */
    public void push(V value, WhenFull whenFull) {
        UpdateMode mode = switch (whenFull) {
            case FAIL -> UpdateMode.ANY;
            case REPLACE_OLDEST -> UpdateMode.EXIST; // BPF_EXIST means so here (kernel/bpf/queue_stack_maps.c)
        };
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(codec.size(), 8);
            codec.encode(value, memory, 0);
            map.update(MemorySegment.NULL, memory, mode);
        }
    }

    /**
     * Takes the value at the head of a queue or on top of a stack.
     *
     * @return the value, empty where there is none
     * @throws io.ebpf4j.kernel.BpfException if the kernel refuses
     */
    public Optional<V> pop() {
        return read(BpfCommand.MAP_LOOKUP_AND_DELETE_ELEM);
    }

    /**
     * Looks at the value at the head of a queue or on top of a stack.
     *
     * @return the value, empty where there is none
     * @throws io.ebpf4j.kernel.BpfException if the kernel refuses
     */
    public Optional<V> peek() {
        return read(BpfCommand.MAP_LOOKUP_ELEM);
    }

    private Optional<V> read(BpfCommand command) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(codec.size(), 8);
            int result = map.element(command, 0, memory.address(), 0);
            return map.found(command, result) ? Optional.of(codec.decode(memory, 0)) : Optional.empty();
        }
    }

    /**
     * Asks a bloom filter.
     *
     * @param value the value
     * @return false where it was certainly never pushed, true where it probably was
     * @throws io.ebpf4j.kernel.BpfException if the kernel refuses
     */
    public boolean mightContain(V value) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(codec.size(), 8);
            codec.encode(value, memory, 0);
            return map.found(
                    BpfCommand.MAP_LOOKUP_ELEM, map.element(BpfCommand.MAP_LOOKUP_ELEM, 0, memory.address(), 0));
        }
    }
}
