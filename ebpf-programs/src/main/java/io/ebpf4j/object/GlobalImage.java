package io.ebpf4j.object;

import io.ebpf4j.btf.Btf;
import io.ebpf4j.btf.BtfKind;
import io.ebpf4j.codec.LayoutCheck;
import io.ebpf4j.kernel.IncompatibleException;
import io.ebpf4j.spec.MapSpec;
import io.ebpf4j.spec.ObjectSpec;
import io.ebpf4j.spec.VariableSpec;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The value of a data section, with the values that the user gives its variables. */
final class GlobalImage {
    private static final int MAX_BYTES = 64 << 20;

    private final ObjectSpec spec;

    GlobalImage(ObjectSpec spec) {
        this.spec = spec;
    }

    /**
     * {@return the contents of a data map; empty when all is zero}
     *
     * @param map the map
     * @param globals values of variables, of this map and of others
     * @throws IncompatibleException when a value does not fit its variable
     */
    Optional<MemorySegment> of(MapSpec map, Map<String, GlobalValue> globals) {
        byte[] image = null;
        for (Map.Entry<String, GlobalValue> global : globals.entrySet()) {
            VariableSpec variable = spec.variables().get(global.getKey());
            if (variable != null && variable.map().equals(map.name())) {
                if (image == null) {
                    image = initial(map);
                }
                put(
                        MemorySegment.ofArray(image).asSlice(variable.offset(), variable.size()),
                        variable,
                        global.getValue());
            }
        }
        return image == null
                ? map.contents()
                : Optional.of(MemorySegment.ofArray(image).asReadOnly());
    }

    private static byte[] initial(MapSpec map) {
        byte[] image = new byte[checkedSize(map)];
        map.contents()
                .ifPresent(contents -> MemorySegment.copy(
                        contents, 0, MemorySegment.ofArray(image), 0, Math.min(contents.byteSize(), image.length)));
        return image;
    }

    /**
     * {@return the bytes of a data map's value}
     *
     * @throws IncompatibleException when it is too large to be put together in memory: no size in a file is trusted
     */
    static int checkedSize(MapSpec map) {
        if (map.valueSize() < 0 || map.valueSize() > MAX_BYTES) {
            throw new IncompatibleException(
                    "the contents of " + map.name(),
                    Integer.toUnsignedString(map.valueSize()) + " bytes",
                    "at most " + MAX_BYTES + " bytes; larger sections are set after loading, through their live views");
        }
        return map.valueSize();
    }

    private void put(MemorySegment place, VariableSpec variable, GlobalValue value) {
        switch (value) {
            case GlobalValue.Scalar scalar -> putNumber(place, variable, scalar.value());
            case GlobalValue.Text text -> putText(place, variable, text.text());
            case GlobalValue.Bytes bytes -> putBytes(place, variable, bytes);
            case GlobalValue.Coded coded -> {
                if (variable.typeId() != 0) {
                    LayoutCheck.require(
                            "global variable " + variable.name(),
                            coded.shape(),
                            spec.btf().orElseThrow(),
                            variable.typeId());
                }
                putBytes(place, variable, coded.bytes());
            }
        }
    }

    private static void putBytes(MemorySegment place, VariableSpec variable, GlobalValue.Bytes bytes) {
        if (bytes.length() != place.byteSize()) {
            throw mismatch(variable, bytes.length() + " bytes", place.byteSize() + " bytes");
        }
        place.copyFrom(MemorySegment.ofArray(bytes.toArray()));
    }

    private void putText(MemorySegment place, VariableSpec variable, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length >= place.byteSize()) {
            throw mismatch(variable, "a text of " + (bytes.length + 1) + " bytes", place.byteSize() + " bytes");
        }
        if (variable.typeId() != 0) {
            Btf btf = spec.btf().orElseThrow();
            int type = resolved(btf, variable);
            if (btf.kind(type) != BtfKind.ARRAY || btf.sizeOf(btf.arrayElement(type)) != 1) {
                throw mismatch(variable, "a text", btf.cName(type));
            }
        }
        place.fill((byte) 0);
        MemorySegment.copy(bytes, 0, place, ValueLayout.JAVA_BYTE, 0, bytes.length);
    }

    private void putNumber(MemorySegment place, VariableSpec variable, long value) {
        Signs signs = Signs.EITHER;
        if (variable.typeId() != 0) {
            Btf btf = spec.btf().orElseThrow();
            int type = resolved(btf, variable);
            signs = switch (btf.kind(type)) {
                case INT -> btf.intBool(type) ? Signs.BOOLEAN : btf.intSigned(type) ? Signs.SIGNED : Signs.UNSIGNED;
                case ENUM, ENUM64 -> btf.enumSigned(type) ? Signs.SIGNED : Signs.UNSIGNED;
                case PTR -> Signs.UNSIGNED;
                default -> throw mismatch(variable, "the number " + value, btf.cName(variable.typeId()));
            };
        }
        if (!signs.fits(value, variable.size() * Byte.SIZE)) {
            throw mismatch(
                    variable,
                    "the number " + value,
                    signs.name().toLowerCase(Locale.ROOT) + " of " + variable.size() + " bytes");
        }
        ByteOrder order = spec.order();
        switch (variable.size()) {
            case 1 -> place.set(ValueLayout.JAVA_BYTE, 0, (byte) value);
            case 2 -> place.set(ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(order), 0, (short) value);
            case 4 -> place.set(ValueLayout.JAVA_INT_UNALIGNED.withOrder(order), 0, (int) value);
            case 8 -> place.set(ValueLayout.JAVA_LONG_UNALIGNED.withOrder(order), 0, value);
            default -> throw mismatch(variable, "a number", variable.size() + " bytes");
        }
    }

    private enum Signs {
        SIGNED,
        UNSIGNED,
        BOOLEAN,
        EITHER;

        boolean fits(long value, int bits) {
            if (this == BOOLEAN) {
                return value == 0 || value == 1;
            }
            if (bits >= Long.SIZE) {
                return true;
            }
            boolean signed = value >> (bits - 1) == 0 || value >> (bits - 1) == -1;
            boolean unsigned = value >>> bits == 0;
            return switch (this) {
                case SIGNED -> signed;
                case UNSIGNED -> unsigned;
                default -> signed || unsigned;
            };
        }
    }

    /** A variable's type without typedefs and modifiers; the type id is the VAR's or its type's. */
    private static int resolved(Btf btf, VariableSpec variable) {
        int id = variable.typeId();
        return btf.resolve(btf.kind(id) == BtfKind.VAR ? btf.ref(id) : id);
    }

    private static IncompatibleException mismatch(VariableSpec variable, String ours, String theirs) {
        return new IncompatibleException("global variable " + variable.name(), ours, theirs);
    }
}
