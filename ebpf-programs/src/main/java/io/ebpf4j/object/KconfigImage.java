package io.ebpf4j.object;

import io.ebpf4j.kernel.IncompatibleException;
import io.ebpf4j.object.PlannedExtern.Resolution;
import io.ebpf4j.spec.Extern.ConfigKind;
import io.ebpf4j.spec.Extern.KconfigExtern;
import io.ebpf4j.spec.Extern.Signedness;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Optional;

/** The value of the {@code .kconfig} map: configuration values in the places that the object gives them. */
final class KconfigImage {
    private KconfigImage() {}

    /**
     * {@return the value}
     *
     * @param size its bytes
     * @param externs what goes into it; what is missing stays zero
     * @param order the byte order of the object
     */
    static MemorySegment of(int size, Collection<PlannedExtern> externs, ByteOrder order) {
        MemorySegment image = MemorySegment.ofArray(new byte[size]);
        for (PlannedExtern planned : externs) {
            if (planned.extern() instanceof KconfigExtern extern
                    && planned.resolution() instanceof Resolution.Value value) {
                put(image.asSlice(extern.offset(), extern.size()), extern, value.text(), order);
            }
        }
        return image.asReadOnly();
    }

    private static void put(MemorySegment place, KconfigExtern extern, String text, ByteOrder order) {
        if (text.equals("y") || text.equals("n") || text.equals("m")) {
            putTristate(place, extern, text.charAt(0), order);
        } else if (text.startsWith("\"")) {
            putText(place, extern, text);
        } else {
            putNumber(place, extern, text, order);
        }
    }

    /** 0 no, 1 yes, 2 module: libbpf's {@code enum libbpf_tristate}. */
    private static void putTristate(MemorySegment place, KconfigExtern extern, char value, ByteOrder order) {
        switch (extern.kind()) {
            case CHARACTER -> place.set(ValueLayout.JAVA_BYTE, 0, (byte) value);
            case BOOLEAN -> {
                if (value == 'm') {
                    throw mismatch(extern, "m");
                }
                place.set(ValueLayout.JAVA_BYTE, 0, (byte) (value == 'y' ? 1 : 0));
            }
            case TRISTATE -> {
                int number = value == 'y' ? 1 : value == 'm' ? 2 : 0;
                place.set(ValueLayout.JAVA_INT_UNALIGNED.withOrder(order), 0, number);
            }
            case INTEGER, TEXT -> throw mismatch(extern, Character.toString(value));
        }
    }

    private static void putText(MemorySegment place, KconfigExtern extern, String quoted) {
        if (extern.kind() != ConfigKind.TEXT || quoted.length() < 2 || !quoted.endsWith("\"")) {
            throw mismatch(extern, quoted);
        }
        byte[] text = quoted.substring(1, quoted.length() - 1).getBytes(StandardCharsets.UTF_8);
        // cut to the array, as libbpf does; the terminator is there because the place was zero
        MemorySegment.copy(text, 0, place, ValueLayout.JAVA_BYTE, 0, (int) Math.min(text.length, place.byteSize() - 1));
    }

    private static void putNumber(MemorySegment place, KconfigExtern extern, String text, ByteOrder order) {
        if (extern.kind() == ConfigKind.TEXT || extern.kind() == ConfigKind.TRISTATE) {
            throw mismatch(extern, text);
        }
        long value = number(text).orElseThrow(() -> mismatch(extern, text));
        if (extern.kind() == ConfigKind.BOOLEAN && (value & ~1L) != 0 || !fits(value, extern)) {
            throw mismatch(extern, text);
        }
        switch (extern.size()) {
            case 1 -> place.set(ValueLayout.JAVA_BYTE, 0, (byte) value);
            case 2 -> place.set(ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(order), 0, (short) value);
            case 4 -> place.set(ValueLayout.JAVA_INT_UNALIGNED.withOrder(order), 0, (int) value);
            case 8 -> place.set(ValueLayout.JAVA_LONG_UNALIGNED.withOrder(order), 0, value);
            default -> throw mismatch(extern, text);
        }
    }

    /** Decimal, {@code 0x} and octal, with a sign, as strtoull reads them; 64 bits. */
    static Optional<Long> number(String text) {
        try {
            boolean negative = text.startsWith("-");
            String digits = negative ? text.substring(1) : text;
            BigInteger value = digits.startsWith("0x") || digits.startsWith("0X")
                    ? new BigInteger(digits.substring(2), 16)
                    : digits.length() > 1 && digits.startsWith("0")
                            ? new BigInteger(digits, 8)
                            : new BigInteger(digits);
            return value.signum() < 0 || value.bitLength() > Long.SIZE
                    ? Optional.empty()
                    : Optional.of(negative ? -value.longValue() : value.longValue());
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static boolean fits(long value, KconfigExtern extern) {
        int bits = extern.size() * Byte.SIZE;
        if (bits >= Long.SIZE) {
            return true;
        }
        if (extern.signedness() == Signedness.SIGNED) {
            return value >> (bits - 1) == 0 || value >> (bits - 1) == -1;
        }
        return value >>> bits == 0;
    }

    private static IncompatibleException mismatch(KconfigExtern extern, String text) {
        return new IncompatibleException(
                "configuration value " + extern.name(), extern.kind() + " of " + extern.size() + " bytes", text);
    }
}
