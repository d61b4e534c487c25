package io.ebpf4j.codec;

import java.lang.foreign.MemorySegment;

/**
 * Turns a Java value into the bytes of a C type and back.
 *
 * @param <T> the Java type
 */
public interface Codec<T> {
    /** {@return size of the C type in bytes} */
    long size();

    /**
     * {@return the value}
     *
     * @param from memory
     * @param offset where the value starts
     */
    T decode(MemorySegment from, long offset);

    /**
     * Writes a value.
     *
     * @param value the value
     * @param to memory
     * @param offset where the value starts
     */
    void encode(T value, MemorySegment to, long offset);
}
