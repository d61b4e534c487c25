package io.ebpf4j.map;

import io.ebpf4j.codec.Codec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Memory of the caller that a value is looked up into, again and again, without allocating.
 *
 * <p>Members are read where they lie, by their offset in the C type; {@link #value()} makes the whole value. For one
 * thread at a time.
 *
 * @param <V> values
 */
public final class Holder<V> {
    private final Codec<V> codec;
    private final MemorySegment memory;

    Holder(Codec<V> codec, Arena arena) {
        this.codec = codec;
        this.memory = arena.allocate(MapKind.roundUp8(Math.max(8, codec.size())), 8);
    }

    /** {@return the value last looked up, made anew at every call} */
    public V value() {
        return codec.decode(memory, 0);
    }

    /** {@return the bytes} */
    public MemorySegment memory() {
        return memory;
    }

    /**
     * {@return an eight-byte member}
     *
     * @param offset where it starts in the C type
     */
    public long getLong(long offset) {
        return memory.get(ValueLayout.JAVA_LONG_UNALIGNED, offset);
    }

    /**
     * {@return a four-byte member}
     *
     * @param offset where it starts in the C type
     */
    public int getInt(long offset) {
        return memory.get(ValueLayout.JAVA_INT_UNALIGNED, offset);
    }

    /**
     * {@return a two-byte member}
     *
     * @param offset where it starts in the C type
     */
    public short getShort(long offset) {
        return memory.get(ValueLayout.JAVA_SHORT_UNALIGNED, offset);
    }

    /**
     * {@return a one-byte member}
     *
     * @param offset where it starts in the C type
     */
    public byte getByte(long offset) {
        return memory.get(ValueLayout.JAVA_BYTE, offset);
    }
}
