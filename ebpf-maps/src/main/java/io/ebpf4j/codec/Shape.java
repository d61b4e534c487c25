package io.ebpf4j.codec;

import java.nio.ByteOrder;
import java.util.List;

/** What a codec reads and writes, in the terms of C; this is what is compared with BTF. Sizes and offsets in bytes. */
public sealed interface Shape {
    /** {@return size in bytes} */
    long size();

    /** {@return alignment in bytes} */
    long alignment();

    /**
     * A number, truth value or enum.
     *
     * @param kind what it is
     * @param size size in bytes: 1, 2, 4 or 8
     * @param signedness what is said of its sign
     * @param order byte order in memory
     */
    record Scalar(ScalarKind kind, long size, Signedness signedness, ByteOrder order) implements Shape {
        @Override
        public long alignment() {
            return size;
        }
    }

    /** What a scalar is. */
    enum ScalarKind {
        /** An integer, truth value, enum or pointer. */
        INTEGER,
        /** An IEEE 754 number. */
        FLOAT
    }

    /**
     * Bytes whose meaning is not C's: strings, addresses, opaque data. They match any type of the same size.
     *
     * @param size how many
     */
    record Bytes(long size) implements Shape {
        @Override
        public long alignment() {
            return 1;
        }
    }

    /**
     * An array.
     *
     * @param element each element
     * @param count how many
     */
    record Sequence(Shape element, long count) implements Shape {
        @Override
        public long size() {
            return element.size() * count;
        }

        @Override
        public long alignment() {
            return element.alignment();
        }
    }

    /**
     * A struct.
     *
     * @param name name of the Java type
     * @param members members by ascending offset
     * @param size size with trailing padding
     * @param alignment alignment
     * @param coverage whether members of C that are not listed are a mismatch
     */
    record Struct(String name, List<Field> members, long size, long alignment, Coverage coverage) implements Shape {
        /** Copies the members. */
        public Struct {
            members = List.copyOf(members);
        }
    }

    /** Whether a struct names every member of its C counterpart. */
    enum Coverage {
        /** Every member is named. */
        WHOLE,
        /** Some are named; their offsets came from BTF. */
        PART
    }

    /**
     * A member of a struct.
     *
     * @param name name in C
     * @param alias second name that is accepted in C, the same as {@code name} where there is none
     * @param offset offset in the struct
     * @param shape what it is
     */
    record Field(String name, String alias, long offset, Shape shape) {}
}
