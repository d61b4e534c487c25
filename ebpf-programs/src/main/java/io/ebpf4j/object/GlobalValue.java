package io.ebpf4j.object;

import io.ebpf4j.codec.Codec;
import io.ebpf4j.codec.Shape;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** A value that a variable gets before loading. It is checked against the variable's size and type when the plan is made. */
public sealed interface GlobalValue {

    /**
     * An integer, of any width that it fits.
     *
     * @param value the value
     */
    record Scalar(long value) implements GlobalValue {}

    /**
     * A text for an array of characters.
     *
     * @param text the text
     */
    record Text(String text) implements GlobalValue {}

    /**
     * A value of a Java type with a layout, compared member by member with the variable's type.
     *
     * @param shape the layout
     * @param bytes the value in it
     */
    record Coded(Shape shape, Bytes bytes) implements GlobalValue {
        static <T> Coded of(T value, Codec<T> codec) {
            byte[] bytes = new byte[Math.toIntExact(codec.size())];
            codec.encode(value, MemorySegment.ofArray(bytes), 0);
            return new Coded(codec.shape(), new Bytes(bytes));
        }
    }

    /** Bytes as they are. */
    final class Bytes implements GlobalValue {
        private final byte[] bytes;

        private Bytes(byte[] bytes) {
            this.bytes = bytes;
        }

        /**
         * {@return a value of bytes}
         *
         * @param bytes the bytes, in the object's byte order; copied
         */
        public static Bytes of(byte[] bytes) {
            return new Bytes(bytes.clone());
        }

        /** {@return how many there are} */
        public int length() {
            return bytes.length;
        }

        /** {@return a copy} */
        public byte[] toArray() {
            return bytes.clone();
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Bytes that && Arrays.equals(bytes, that.bytes);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(bytes);
        }

        @Override
        public String toString() {
            return bytes.length + " bytes";
        }
    }
}
