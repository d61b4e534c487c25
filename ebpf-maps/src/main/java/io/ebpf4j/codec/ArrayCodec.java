package io.ebpf4j.codec;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Array;
import java.nio.ByteOrder;

/** Arrays of a fixed length. */
final class ArrayCodec {
    private ArrayCodec() {}

    private static void requireLength(int length, int count) {
        if (length != count) {
            throw new IllegalArgumentException("an array of " + length + " elements where C has " + count);
        }
    }

    private static Shape sequence(long elementSize, int count, Signedness signedness, ByteOrder order) {
        return new Shape.Sequence(new Shape.Scalar(Shape.ScalarKind.INTEGER, elementSize, signedness, order), count);
    }

    private static int positive(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("an array needs at least one element, not " + count);
        }
        return count;
    }

    record Bytes(int count) implements Codec<byte[]> {
        Bytes {
            positive(count);
        }

        @Override
        public boolean isContained() {
            return true;
        }

        @Override
        public Shape shape() {
            return new Shape.Bytes(count);
        }

        @Override
        public long size() {
            return count;
        }

        @Override
        public byte[] decode(MemorySegment from, long offset) {
            byte[] value = new byte[count];
            MemorySegment.copy(from, ValueLayout.JAVA_BYTE, offset, value, 0, count);
            return value;
        }

        @Override
        public void encode(byte[] value, MemorySegment to, long offset) {
            requireLength(value.length, count);
            MemorySegment.copy(value, 0, to, ValueLayout.JAVA_BYTE, offset, count);
        }
    }

    record Shorts(int count, Signedness signedness, ByteOrder order) implements Codec<short[]> {
        Shorts {
            positive(count);
        }

        @Override
        public boolean isContained() {
            return true;
        }

        @Override
        public Shape shape() {
            return sequence(2, count, signedness, order);
        }

        @Override
        public short[] decode(MemorySegment from, long offset) {
            short[] value = new short[count];
            MemorySegment.copy(from, ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(order), offset, value, 0, count);
            return value;
        }

        @Override
        public void encode(short[] value, MemorySegment to, long offset) {
            requireLength(value.length, count);
            MemorySegment.copy(value, 0, to, ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(order), offset, count);
        }
    }

    record Ints(int count, Signedness signedness, ByteOrder order) implements Codec<int[]> {
        Ints {
            positive(count);
        }

        @Override
        public boolean isContained() {
            return true;
        }

        @Override
        public Shape shape() {
            return sequence(4, count, signedness, order);
        }

        @Override
        public int[] decode(MemorySegment from, long offset) {
            int[] value = new int[count];
            MemorySegment.copy(from, ValueLayout.JAVA_INT_UNALIGNED.withOrder(order), offset, value, 0, count);
            return value;
        }

        @Override
        public void encode(int[] value, MemorySegment to, long offset) {
            requireLength(value.length, count);
            MemorySegment.copy(value, 0, to, ValueLayout.JAVA_INT_UNALIGNED.withOrder(order), offset, count);
        }
    }

    record Longs(int count, Signedness signedness, ByteOrder order) implements Codec<long[]> {
        Longs {
            positive(count);
        }

        @Override
        public boolean isContained() {
            return true;
        }

        @Override
        public Shape shape() {
            return sequence(8, count, signedness, order);
        }

        @Override
        public long[] decode(MemorySegment from, long offset) {
            long[] value = new long[count];
            MemorySegment.copy(from, ValueLayout.JAVA_LONG_UNALIGNED.withOrder(order), offset, value, 0, count);
            return value;
        }

        @Override
        public void encode(long[] value, MemorySegment to, long offset) {
            requireLength(value.length, count);
            MemorySegment.copy(value, 0, to, ValueLayout.JAVA_LONG_UNALIGNED.withOrder(order), offset, count);
        }
    }

    /** An array of records, enums or addresses. */
    record Elements<T>(Class<T> type, Codec<T> element, int count) implements Codec<T[]> {
        Elements {
            positive(count);
        }

        @Override
        public boolean isContained() {
            return element.isContained();
        }

        @Override
        public Shape shape() {
            return new Shape.Sequence(element.shape(), count);
        }

        @Override
        public T[] decode(MemorySegment from, long offset) {
            @SuppressWarnings("unchecked") // an array of the class T has the type T[]
            T[] value = (T[]) Array.newInstance(type, count);
            long size = element.size();
            for (int i = 0; i < count; i++) {
                value[i] = element.decode(from, offset + i * size);
            }
            return value;
        }

        @Override
        public void encode(T[] value, MemorySegment to, long offset) {
            requireLength(value.length, count);
            long size = element.size();
            for (int i = 0; i < count; i++) {
                element.encode(value[i], to, offset + i * size);
            }
        }
    }
}
