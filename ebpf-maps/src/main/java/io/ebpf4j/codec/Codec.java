package io.ebpf4j.codec;

import io.ebpf4j.btf.Btf;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;

/**
 * Turns a Java value into the bytes of a C type and back.
 *
 * <p>Codecs are immutable, have no state, and may be used by any thread. They neither copy nor allocate beyond the value
 * that {@link #decode} makes; a record that does not leave the calling code is usually not allocated either. Build a
 * codec once and keep it in a {@code static final} field: each one built from a record is a class of its own.
 *
 * <p>Records become structs by the rules of C: members in the order of declaration, each at its natural alignment, with
 * trailing padding. {@code byte}, {@code short}, {@code char}, {@code int}, {@code long}, {@code float}, {@code double}
 * and {@code boolean} (one byte) are as wide in C; {@code char} is unsigned. Other components are records, arrays with
 * {@link Length}, {@link String} with {@link Length}, enums that are {@link CodedEnum}, {@code Inet4Address} (4 bytes)
 * and {@code Inet6Address} (16 bytes). {@link BigEndian}, {@link Unsigned}, {@link Signed}, {@link Width} and
 * {@link Member} say what Java cannot.
 *
 * @param <T> the Java type
 */
public interface Codec<T> {
    /** {@return what is read and written, in the terms of C} */
    Shape shape();

    /** {@return size of the C type in bytes} */
    default long size() {
        return shape().size();
    }

    /**
     * {@return whether {@link #decode} reads nothing but the {@link #size()} bytes it is pointed at, and keeps no memory}
     *
     * <p>Such a codec may be pointed at memory whose bounds are not looked at again, once {@link #size()} was compared
     * with them; {@link io.ebpf4j.ring.RecordView#decode} does. Every codec that is made here is contained, unless it is
     * made of one that is not. One that says so wrongly may end the process.
     */
    default boolean isContained() {
        return false;
    }

    /**
     * Reads a value.
     *
     * @param from memory with at least {@link #size()} bytes from {@code offset}; no alignment is needed
     * @param offset where the value starts, in bytes
     * @return the value
     * @throws IndexOutOfBoundsException if the memory is too small
     */
    T decode(MemorySegment from, long offset);

    /**
     * Writes a value: every byte of it, padding as zeros, so that equal values are equal bytes.
     *
     * @param value the value
     * @param to memory with at least {@link #size()} bytes from {@code offset}; no alignment is needed
     * @param offset where the value starts, in bytes
     * @throws IllegalArgumentException if the value does not fit the C type: a longer string or array, a greater number
     */
    void encode(T value, MemorySegment to, long offset);

    /**
     * {@return the codec of a record, a {@link CodedEnum} of four bytes, or a boxed primitive}
     *
     * @param type the Java type
     * @param <T> the Java type
     * @throws IllegalArgumentException if the type cannot be laid out, or is not accessible from here: then open its
     *     package to {@code io.ebpf4j.maps} or use {@link #of(MethodHandles.Lookup, Class)}
     */
    static <T> Codec<T> of(Class<T> type) {
        return CodecFactory.natural(CodecFactory.lookupFor(type), type);
    }

    /**
     * {@return the codec of a record, a {@link CodedEnum} of four bytes, or a boxed primitive}
     *
     * @param lookup a lookup of the caller that may access the type's package privately:
     *     {@code MethodHandles.lookup()}
     * @param type the Java type
     * @param <T> the Java type
     * @throws IllegalArgumentException if the type cannot be laid out or is not accessible
     */
    static <T> Codec<T> of(MethodHandles.Lookup lookup, Class<T> type) {
        return CodecFactory.natural(lookup, type);
    }

    /**
     * {@return the codec of a record whose members lie where BTF says, found by name}
     *
     * <p>The record may name a part of the struct's members, at any depth of anonymous members; bytes that no component
     * covers are written as zeros. Every named member is checked as {@link LayoutCheck} does.
     *
     * @param lookup a lookup of the caller that may access the record's package privately
     * @param type the record
     * @param btf the types
     * @param typeId a struct or union in {@code btf}
     * @param <T> the record
     * @throws io.ebpf4j.kernel.IncompatibleException if a member is missing or differs
     * @throws IllegalArgumentException if the record cannot be laid out or is not accessible
     */
    static <T extends Record> Codec<T> bound(MethodHandles.Lookup lookup, Class<T> type, Btf btf, int typeId) {
        return CodecFactory.bound(lookup, type, btf, typeId);
    }

    /**
     * {@return the codec of exactly that many bytes}
     *
     * @param size number of bytes
     */
    static Codec<byte[]> bytes(int size) {
        return new ArrayCodec.Bytes(size);
    }

    /**
     * {@return the codec of a {@code char[]} with a UTF-8 string and zeros behind it}
     *
     * <p>What follows the first zero is not read. A string that leaves no room for one zero is refused.
     *
     * @param size number of bytes with the terminating zero
     */
    static Codec<String> string(int size) {
        return new TextCodec(size);
    }
}
