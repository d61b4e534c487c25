package io.ebpf4j.codec;

import io.ebpf4j.btf.Btf;
import io.ebpf4j.codec.RecordCodec.Part;
import io.ebpf4j.kernel.IncompatibleException;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.RecordComponent;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Chooses the codec of a Java type and lays records out. */
final class CodecFactory {
    /** Records inside records; deeper ones are a mistake, or a record that contains itself. */
    private static final int DEPTH = 16;

    private static final Map<Class<?>, Codec<?>> SIMPLE = Map.ofEntries(
            Map.entry(Integer.class, Scalars.INT),
            Map.entry(Long.class, Scalars.LONG),
            Map.entry(Short.class, Scalars.SHORT),
            Map.entry(Character.class, Scalars.CHAR),
            Map.entry(Byte.class, Scalars.BYTE),
            Map.entry(Boolean.class, Scalars.BOOLEAN),
            Map.entry(Float.class, ScalarCodec.ofFloat()),
            Map.entry(Double.class, ScalarCodec.ofDouble()),
            Map.entry(Inet4Address.class, AddressCodec.IPV4),
            Map.entry(Inet6Address.class, AddressCodec.IPV6));

    private CodecFactory() {}

    /** A lookup into the type's own package: granted on the class path, and where the package is open to this module. */
    static MethodHandles.Lookup lookupFor(Class<?> type) {
        if (!type.isRecord()) {
            return MethodHandles.lookup();
        }
        CodecFactory.class.getModule().addReads(type.getModule());
        try {
            return MethodHandles.privateLookupIn(type, MethodHandles.lookup());
        } catch (IllegalAccessException closed) {
            throw new IllegalArgumentException(
                    type.getName() + " is not open to " + CodecFactory.class.getModule()
                            + ": open its package, or pass MethodHandles.lookup()",
                    closed);
        }
    }

    static <T> Codec<T> natural(MethodHandles.Lookup lookup, Class<T> type) {
        return choose(lookup, type, Hints.NONE, 0, type.getName());
    }

    static <T extends Record> Codec<T> bound(MethodHandles.Lookup lookup, Class<T> type, Btf btf, int typeId) {
        List<Part> parts = parts(lookup, type, 0);
        List<Part> placed = new ArrayList<>(parts.size());
        StringBuilder missing = new StringBuilder();
        for (Part part : parts) {
            BtfMembers.Found found = BtfMembers.find(btf, typeId, part.name(), part.alias());
            if (found == null) {
                missing.append(missing.isEmpty() ? "" : ", ").append(part.name());
            } else {
                placed.add(part.at(found.bitOffset() / 8));
            }
        }
        if (!missing.isEmpty()) {
            throw new IncompatibleException(
                    "the layout of " + type.getName(),
                    "members " + missing,
                    btf.cName(typeId) + " has " + BtfMembers.names(btf, typeId));
        }
        Codec<T> codec = RecordCodec.generate(
                lookup, type, placed, btf.sizeOf(typeId), btf.alignOf(typeId), Shape.Coverage.PART);
        LayoutCheck.require(type.getName(), codec.shape(), btf, typeId);
        return codec;
    }

    private record Hints(Signedness signedness, ByteOrder order, int length, int width) {
        static final Hints NONE = new Hints(Signedness.UNSTATED, ByteOrder.nativeOrder(), 0, 0);

        static Hints of(RecordComponent component, String where) {
            boolean signed = component.isAnnotationPresent(Signed.class);
            boolean unsigned = component.isAnnotationPresent(Unsigned.class);
            if (signed && unsigned) {
                throw new IllegalArgumentException(where + " is both @Signed and @Unsigned");
            }
            Length length = component.getAnnotation(Length.class);
            Width width = component.getAnnotation(Width.class);
            if (length != null && length.value() < 1) {
                throw new IllegalArgumentException(where + ": @Length(" + length.value() + ")");
            }
            if (width != null && (Integer.bitCount(width.value()) != 1 || width.value() > 8)) {
                throw new IllegalArgumentException(where + ": @Width(" + width.value() + ") is not 1, 2, 4 or 8");
            }
            return new Hints(
                    signed ? Signedness.SIGNED : unsigned ? Signedness.UNSIGNED : Signedness.UNSTATED,
                    component.isAnnotationPresent(BigEndian.class) ? ByteOrder.BIG_ENDIAN : ByteOrder.nativeOrder(),
                    length == null ? 0 : length.value(),
                    width == null ? 0 : width.value());
        }

        int requireLength(String where) {
            if (length == 0) {
                throw new IllegalArgumentException(where + " needs @Length");
            }
            return length;
        }
    }

    /** The members of a record at the offsets of C. */
    private static List<Part> parts(MethodHandles.Lookup lookup, Class<?> type, int depth) {
        if (depth > DEPTH) {
            throw new IllegalArgumentException(type.getName() + " nests records more than " + DEPTH + " deep");
        }
        RecordComponent[] components = type.getRecordComponents();
        if (components == null || components.length == 0) {
            throw new IllegalArgumentException(type.getName() + " is not a record with components");
        }
        List<Part> parts = new ArrayList<>(components.length);
        long offset = 0;
        for (RecordComponent component : components) {
            String where = type.getName() + "." + component.getName();
            Hints hints = Hints.of(component, where);
            Member member = component.getAnnotation(Member.class);
            String name = member == null ? component.getName() : member.value();
            String alias = member == null ? snakeCase(component.getName()) : member.value();
            Class<?> java = component.getType();
            Codec<?> codec = null;
            Shape shape;
            if (java.isPrimitive()) {
                shape = primitive(java, hints, where);
            } else {
                codec = choose(lookup, java, hints, depth + 1, where);
                shape = codec.shape();
            }
            long alignment = shape.alignment();
            offset = Math.addExact(offset, alignment - 1) & -alignment;
            parts.add(new Part(component, name, alias, offset, shape, codec));
            offset = Math.addExact(offset, shape.size());
        }
        return parts;
    }

    private static Shape.Scalar primitive(Class<?> java, Hints hints, String where) {
        boolean floating = java == float.class || java == double.class;
        int natural = java == byte.class || java == boolean.class
                ? 1
                : java == short.class || java == char.class ? 2 : java == int.class || java == float.class ? 4 : 8;
        int width = hints.width() == 0 ? natural : hints.width();
        if (width > natural || floating && width != natural) {
            throw new IllegalArgumentException(where + " is " + natural + " bytes in Java and cannot be " + width);
        }
        Signedness signedness = java == char.class ? Signedness.UNSIGNED : hints.signedness();
        if (width < natural && signedness == Signedness.UNSTATED) {
            throw new IllegalArgumentException(where + " is widened: it needs @Signed or @Unsigned");
        }
        return new Shape.Scalar(
                floating ? Shape.ScalarKind.FLOAT : Shape.ScalarKind.INTEGER, width, signedness, hints.order());
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // each branch has tested the class that T stands for
    private static <T> Codec<T> choose(
            MethodHandles.Lookup lookup, Class<T> type, Hints hints, int depth, String where) {
        Codec<?> simple = SIMPLE.get(type);
        if (simple != null) {
            return (Codec<T>) simple;
        }
        if (type.isRecord()) {
            List<Part> parts = parts(accessTo(lookup, type), type, depth);
            Part last = parts.getLast();
            long alignment = 1;
            for (Part part : parts) {
                alignment = Math.max(alignment, part.shape().alignment());
            }
            long size = Math.addExact(last.offset() + last.shape().size(), alignment - 1) & -alignment;
            return RecordCodec.generate(accessTo(lookup, type), type, parts, size, alignment, Shape.Coverage.WHOLE);
        }
        if (type.isEnum()) {
            if (!CodedEnum.class.isAssignableFrom(type)) {
                throw new IllegalArgumentException(where + ": " + type.getName() + " does not implement CodedEnum");
            }
            return new EnumCodec(type, hints.width() == 0 ? 4 : hints.width(), hints.signedness(), hints.order());
        }
        if (type == String.class) {
            return (Codec<T>) new TextCodec(hints.requireLength(where));
        }
        if (type.isArray()) {
            int length = hints.requireLength(where);
            Class<?> element = type.getComponentType();
            if (element == byte.class) {
                return (Codec<T>) new ArrayCodec.Bytes(length);
            }
            if (element == short.class) {
                return (Codec<T>) new ArrayCodec.Shorts(length, hints.signedness(), hints.order());
            }
            if (element == int.class) {
                return (Codec<T>) new ArrayCodec.Ints(length, hints.signedness(), hints.order());
            }
            if (element == long.class) {
                return (Codec<T>) new ArrayCodec.Longs(length, hints.signedness(), hints.order());
            }
            if (!element.isPrimitive() && !element.isArray() && element != String.class) {
                return new ArrayCodec.Elements(element, choose(lookup, element, hints, depth + 1, where), length);
            }
        }
        throw new IllegalArgumentException(where + ": " + type.getName() + " has no layout in C");
    }

    private static MethodHandles.Lookup accessTo(MethodHandles.Lookup lookup, Class<?> type) {
        try {
            return MethodHandles.privateLookupIn(type, lookup);
        } catch (IllegalAccessException closed) {
            throw new IllegalArgumentException(type.getName() + " is not accessible to " + lookup, closed);
        }
    }

    static String snakeCase(String name) {
        StringBuilder snake = new StringBuilder(name.length() + 4);
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (Character.isUpperCase(c)) {
                snake.append('_');
            }
            snake.append(c);
        }
        return snake.toString().toLowerCase(Locale.ROOT);
    }

    /** Keeps the checker content where a codec may be missing. */
    static Codec<?> required(@Nullable Codec<?> codec) {
        if (codec == null) {
            throw new IllegalStateException("a primitive has no codec of its own");
        }
        return codec;
    }
}
