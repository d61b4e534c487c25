package io.ebpf4j.codec;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.function.LongFunction;
import java.util.function.ToLongFunction;

/** A boxed primitive: an integer of 1, 2, 4 or 8 bytes through a {@code long}. */
final class ScalarCodec<T> implements Codec<T> {
    private final Shape.Scalar shape;
    private final LongFunction<T> box;
    private final ToLongFunction<T> unbox;
    private final ValueLayout.OfShort shortLayout;
    private final ValueLayout.OfInt intLayout;
    private final ValueLayout.OfLong longLayout;

    private ScalarCodec(Shape.Scalar shape, LongFunction<T> box, ToLongFunction<T> unbox) {
        this.shape = shape;
        this.box = box;
        this.unbox = unbox;
        this.shortLayout = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(shape.order());
        this.intLayout = ValueLayout.JAVA_INT_UNALIGNED.withOrder(shape.order());
        this.longLayout = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(shape.order());
    }

    static <T> Codec<T> integer(Class<T> type, int size, Signedness signedness, ByteOrder order) {
        Shape.Scalar shape = new Shape.Scalar(Shape.ScalarKind.INTEGER, size, signedness, order);
        LongFunction<T> box;
        ToLongFunction<T> unbox;
        if (type == Long.class) {
            box = value -> type.cast(value);
            unbox = value -> (Long) value;
        } else if (type == Integer.class) {
            box = value -> type.cast((int) value);
            unbox = value -> (Integer) value;
        } else if (type == Short.class) {
            box = value -> type.cast((short) value);
            unbox = value -> (Short) value;
        } else if (type == Character.class) {
            box = value -> type.cast((char) value);
            unbox = value -> (Character) value;
        } else if (type == Byte.class) {
            box = value -> type.cast((byte) value);
            unbox = value -> (Byte) value;
        } else if (type == Boolean.class) {
            box = value -> type.cast(value != 0);
            unbox = value -> (Boolean) value ? 1L : 0L;
        } else {
            throw new IllegalArgumentException(type.getName() + " is not a boxed integer");
        }
        return new ScalarCodec<>(shape, box, unbox);
    }

    static Codec<Float> ofFloat() {
        return new ScalarCodec<>(
                new Shape.Scalar(Shape.ScalarKind.FLOAT, 4, Signedness.UNSTATED, ByteOrder.nativeOrder()),
                value -> Float.intBitsToFloat((int) value),
                value -> Float.floatToRawIntBits(value) & 0xffff_ffffL);
    }

    static Codec<Double> ofDouble() {
        return new ScalarCodec<>(
                new Shape.Scalar(Shape.ScalarKind.FLOAT, 8, Signedness.UNSTATED, ByteOrder.nativeOrder()),
                Double::longBitsToDouble,
                Double::doubleToRawLongBits);
    }

    @Override
    public boolean isContained() {
        return true;
    }

    @Override
    public Shape shape() {
        return shape;
    }

    @Override
    public T decode(MemorySegment from, long offset) {
        return box.apply(read(from, offset));
    }

    @Override
    public void encode(T value, MemorySegment to, long offset) {
        write(unbox.applyAsLong(value), to, offset);
    }

    private long read(MemorySegment from, long offset) {
        boolean unsigned = shape.signedness() == Signedness.UNSIGNED;
        return switch ((int) shape.size()) {
            case 1 -> {
                byte value = from.get(ValueLayout.JAVA_BYTE, offset);
                yield unsigned ? Byte.toUnsignedLong(value) : value;
            }
            case 2 -> {
                short value = from.get(shortLayout, offset);
                yield unsigned ? Short.toUnsignedLong(value) : value;
            }
            case 4 -> {
                int value = from.get(intLayout, offset);
                yield unsigned ? Integer.toUnsignedLong(value) : value;
            }
            default -> from.get(longLayout, offset);
        };
    }

    private void write(long value, MemorySegment to, long offset) {
        requireFits(value, shape);
        switch ((int) shape.size()) {
            case 1 -> to.set(ValueLayout.JAVA_BYTE, offset, (byte) value);
            case 2 -> to.set(shortLayout, offset, (short) value);
            case 4 -> to.set(intLayout, offset, (int) value);
            default -> to.set(longLayout, offset, value);
        }
    }

    /** Refuses a number that would be cut. */
    static void requireFits(long value, Shape.Scalar shape) {
        if (shape.size() == 8 || shape.kind() == Shape.ScalarKind.FLOAT) {
            return;
        }
        long bits = shape.size() * 8;
        long least = shape.signedness() == Signedness.UNSIGNED ? 0 : -(1L << (bits - 1));
        long greatest = shape.signedness() == Signedness.SIGNED ? (1L << (bits - 1)) - 1 : (1L << bits) - 1;
        if (value < least || value > greatest) {
            throw new IllegalArgumentException(
                    value + " does not fit " + shape.size() + " bytes (" + least + " to " + greatest + ")");
        }
    }
}
