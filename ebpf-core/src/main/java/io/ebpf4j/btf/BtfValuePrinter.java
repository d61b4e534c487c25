package io.ebpf4j.btf;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Writes the bytes of a value as its type says, in the manner of a C initialiser: {@code (struct pair){.a = (int)1,}}.
 * Character arrays become strings, enumerators names, pointers hexadecimal numbers that are not followed.
 *
 * <p>Instances do not change and may be used by any thread.
 */
public final class BtfValuePrinter {
    /** What is done with members and elements that are all zero. */
    public enum Zeroes {
        /** They are written. */
        WRITTEN,
        /** They are left out. */
        LEFT_OUT
    }

    /** How members are separated. */
    public enum Lines {
        /** Each on a line of its own, indented by tabs. */
        MANY,
        /** All on one line. */
        ONE
    }

    /** Whether each value is preceded by its type in parentheses. */
    public enum TypeNames {
        /** It is. */
        WRITTEN,
        /** It is not. */
        LEFT_OUT
    }

    /**
     * How to write.
     *
     * @param zeroes what is done with zeros
     * @param lines how members are separated
     * @param typeNames whether types are written
     */
    public record Style(Zeroes zeroes, Lines lines, TypeNames typeNames) {
        /** Many lines with types, zeros left out: what libbpf does unless told otherwise. */
        public static final Style DEFAULT = new Style(Zeroes.LEFT_OUT, Lines.MANY, TypeNames.WRITTEN);

        /**
         * {@return the same style with other zeros}
         *
         * @param other what is done with zeros
         */
        public Style withZeroes(Zeroes other) {
            return new Style(other, lines, typeNames);
        }

        /**
         * {@return the same style with other lines}
         *
         * @param other how members are separated
         */
        public Style withLines(Lines other) {
            return new Style(zeroes, other, typeNames);
        }

        /**
         * {@return the same style with or without types}
         *
         * @param other whether types are written
         */
        public Style withTypeNames(TypeNames other) {
            return new Style(zeroes, lines, other);
        }
    }

    private final Btf btf;
    private final Style style;

    /**
     * Prepares to write values in the default style.
     *
     * @param btf their types; its byte order is taken to be the values' order
     */
    public BtfValuePrinter(Btf btf) {
        this(btf, Style.DEFAULT);
    }

    /**
     * Prepares to write values.
     *
     * @param btf their types; its byte order is taken to be the values' order
     * @param style how to write
     */
    public BtfValuePrinter(Btf btf, Style style) {
        this.btf = btf;
        this.style = style;
    }

    /**
     * {@return a value as text}
     *
     * @param type type of the value
     * @param value its bytes; what exceeds the type's size is not looked at
     * @throws IllegalArgumentException if there are fewer bytes than the type takes
     * @throws io.ebpf4j.kernel.InvalidObjectException if the type is broken or has no size
     */
    public String print(int type, MemorySegment value) {
        long size = btf.sizeOf(type);
        if (value.byteSize() < size) {
            throw new IllegalArgumentException(
                    btf.cName(type) + " takes " + size + " bytes, there are " + value.byteSize());
        }
        Writer writer = new Writer(value, (1L << 20) + 256 * size);
        writer.typed(type, 0, 0);
        return writer.out.toString();
    }

    /** A number as it is stored, and how many bits it is stored in. */
    private record Bits(BigInteger value, int width) {
        static final Bits NONE = new Bits(BigInteger.ZERO, 0);

        boolean isZero() {
            return value.signum() == 0;
        }

        BigInteger signed() {
            return width > 0 && value.testBit(width - 1) ? value.subtract(BigInteger.ONE.shiftLeft(width)) : value;
        }
    }

    private final class Writer {
        private final StringBuilder out = new StringBuilder();
        private final MemorySegment bytes;
        private final long limit;

        Writer(MemorySegment bytes, long limit) {
            this.bytes = bytes;
            this.limit = limit;
        }

        void typed(int type, long at, int depth) {
            typeName(type);
            value(type, at, depth);
        }

        private void typeName(int type) {
            if (style.typeNames() == TypeNames.WRITTEN) {
                out.append('(').append(btf.cName(type).replace(" {...}", "")).append(')');
            }
        }

        private void value(int type, long at, int depth) {
            if (depth > Btf.MAX_DEPTH || out.length() > limit) {
                throw btf.endless(type);
            }
            int id = behind(type);
            switch (btf.kind(id)) {
                case INT -> integer(id, bits(8 * at, btf.rawSize(id) * 8, id));
                case PTR -> pointer(bits(8 * at, 8L * btf.pointerSize(), id));
                case ENUM, ENUM64 -> enumerator(id, bits(8 * at, btf.rawSize(id) * 8, id));
                case FLOAT -> floatingPoint(id, at);
                case ARRAY -> array(id, at, depth);
                case STRUCT, UNION -> composite(id, at, depth);
                case DATASEC -> section(id, at, depth);
                case UNKNOWN, FWD, TYPEDEF, VOLATILE, CONST, RESTRICT, FUNC, FUNC_PROTO, VAR, DECL_TAG, TYPE_TAG ->
                    throw btf.unfit(id, "has no values");
            }
        }

        private int behind(int type) {
            int id = btf.resolve(type);
            return btf.kind(id) == BtfKind.VAR ? btf.resolve(btf.ref(id)) : id;
        }

        private void composite(int id, long at, int depth) {
            out.append('{');
            for (int i = 0; i < btf.vlen(id); i++) {
                int type = btf.memberType(id, i);
                long offset = btf.memberBitOffset(id, i);
                int width = btf.memberBitfieldSize(id, i);
                if (width == 0 && offset % 8 != 0) {
                    width = oldBitfield(type);
                }
                Bits field = width == 0 ? Bits.NONE : bits(8 * at + offset, width, id);
                if (width == 0
                        ? isHidden(type, at + offset / 8)
                        : style.zeroes() == Zeroes.LEFT_OUT && field.isZero()) {
                    continue;
                }
                next(depth + 1);
                if (!btf.memberName(id, i).isEmpty()) {
                    out.append('.').append(btf.memberName(id, i)).append(" = ");
                }
                if (width == 0) {
                    typed(type, at + offset / 8, depth + 1);
                } else {
                    bitfield(type, field);
                }
                out.append(',');
            }
            close(depth);
        }

        private int oldBitfield(int type) {
            int id = btf.resolve(type);
            return btf.kind(id) == BtfKind.INT ? btf.intBits(id) : 0;
        }

        private void bitfield(int type, Bits field) {
            typeName(type);
            int id = btf.resolve(type);
            if (btf.kind(id).isEnumeration()) {
                enumerator(id, field);
            } else {
                integer(id, field);
            }
        }

        private void section(int id, long at, int depth) {
            out.append('{');
            for (int i = 0; i < btf.vlen(id); i++) {
                int variable = btf.sectionVarType(id, i);
                long offset = btf.sectionVarOffset(id, i);
                if (btf.kind(variable) != BtfKind.VAR || isHidden(btf.ref(variable), at + offset)) {
                    continue;
                }
                next(depth + 1);
                out.append('.').append(btf.name(variable)).append(" = ");
                typed(btf.ref(variable), at + offset, depth + 1);
                out.append(',');
            }
            close(depth);
        }

        private void array(int id, long at, int depth) {
            int element = btf.arrayElement(id);
            long length = btf.arrayLength(id);
            long size = btf.sizeOf(element);
            if (isCharacter(element) && text(at, length)) {
                return;
            }
            out.append('[');
            for (long i = 0; size > 0 && i < length; i++) {
                next(depth + 1);
                value(element, at + i * size, depth + 1);
                out.append(',');
            }
            if (style.lines() == Lines.MANY) {
                out.append('\n').append("\t".repeat(depth));
            }
            out.append(']');
        }

        private boolean isCharacter(int type) {
            int id = btf.resolve(type);
            return btf.kind(id) == BtfKind.INT
                    && btf.rawSize(id) == 1
                    && (btf.intChar(id) || btf.name(id).equals("char"));
        }

        /** Writes characters as a string, unless they are none. */
        private boolean text(long at, long length) {
            long end = 0;
            check(8 * at, 8 * length, 0);
            while (end < length && bytes.get(ValueLayout.JAVA_BYTE, at + end) != 0) {
                int c = bytes.get(ValueLayout.JAVA_BYTE, at + end);
                if (c < ' ' && c >= 0 && c != '\t' && c != '\n' && c != '\r') {
                    return false;
                }
                end++;
            }
            for (long i = end; i < length; i++) {
                if (bytes.get(ValueLayout.JAVA_BYTE, at + i) != 0) {
                    return false;
                }
            }
            String text = new String(bytes.asSlice(at, end).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
            out.append('"')
                    .append(text.replace("\\", "\\\\")
                            .replace("\"", "\\\"")
                            .replace("\n", "\\n")
                            .replace("\r", "\\r")
                            .replace("\t", "\\t"))
                    .append('"');
            return true;
        }

        private void integer(int id, Bits bits) {
            if (btf.kind(id) != BtfKind.INT) {
                throw btf.unfit(id, "cannot be a bit-field");
            }
            if (btf.intBool(id)) {
                out.append(bits.isZero() ? "false" : "true");
            } else {
                out.append(btf.intSigned(id) ? bits.signed() : bits.value());
            }
        }

        private void pointer(Bits bits) {
            out.append("0x").append(bits.value().toString(16));
        }

        private void enumerator(int id, Bits bits) {
            BigInteger number = btf.enumSigned(id) ? bits.signed() : bits.value();
            long value = number.longValue();
            for (int i = 0; i < btf.vlen(id); i++) {
                if (btf.enumValue(id, i) == value) {
                    out.append(btf.enumName(id, i));
                    return;
                }
            }
            out.append(number);
        }

        private void floatingPoint(int id, long at) {
            long size = btf.rawSize(id);
            if (size == 4) {
                out.append(Float.intBitsToFloat(bits(8 * at, 32, id).value().intValue()));
            } else if (size == 8) {
                out.append(Double.longBitsToDouble(bits(8 * at, 64, id).value().longValue()));
            } else {
                pointer(bits(8 * at, 8 * size, id));
            }
        }

        /** The number in a range of bits, counted as the byte order counts them. */
        private Bits bits(long from, long width, int id) {
            check(from, width, id);
            if (width > 4096) {
                throw btf.unfit(id, "is a number of " + width + " bits");
            }
            long first = from / 8;
            long last = (from + width + 7) / 8;
            byte[] taken = bytes.asSlice(first, last - first).toArray(ValueLayout.JAVA_BYTE);
            boolean big = btf.order() == ByteOrder.BIG_ENDIAN;
            if (!big) {
                for (int i = 0, j = taken.length - 1; i < j; i++, j--) {
                    byte swapped = taken[i];
                    taken[i] = taken[j];
                    taken[j] = swapped;
                }
            }
            BigInteger all = new BigInteger(1, taken);
            long below = big ? 8 * last - from - width : from - 8 * first;
            BigInteger mask = BigInteger.ONE.shiftLeft((int) width).subtract(BigInteger.ONE);
            return new Bits(all.shiftRight((int) below).and(mask), (int) width);
        }

        private void check(long from, long width, int id) {
            if (from + width > 8 * bytes.byteSize()) {
                throw btf.unfit(id, "has a part outside its size");
            }
        }

        private boolean isHidden(int type, long at) {
            if (style.zeroes() == Zeroes.WRITTEN) {
                return false;
            }
            long size = btf.sizeOf(type);
            check(8 * at, 8 * size, type);
            for (long i = 0; i < size; i++) {
                if (bytes.get(ValueLayout.JAVA_BYTE, at + i) != 0) {
                    return false;
                }
            }
            return true;
        }

        private void next(int depth) {
            if (style.lines() == Lines.MANY) {
                out.append('\n').append("\t".repeat(depth));
            }
        }

        private void close(int depth) {
            if (style.lines() == Lines.MANY) {
                out.append('\n').append("\t".repeat(depth));
            }
            out.append('}');
        }
    }
}
