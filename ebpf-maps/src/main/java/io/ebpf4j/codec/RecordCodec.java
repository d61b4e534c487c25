package io.ebpf4j.codec;

import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.DirectMethodHandleDesc;
import java.lang.constant.DynamicConstantDesc;
import java.lang.constant.MethodHandleDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.AccessFlag;
import java.lang.reflect.RecordComponent;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Generates the codec of one record as a hidden class beside the record: straight-line reads and writes at constant
 * offsets, with layouts and inner codecs as constants, so that the JIT sees nothing but loads and stores and a record
 * that stays local is never allocated.
 */
final class RecordCodec {
    private static final ClassDesc CODEC = ClassDesc.of("io.ebpf4j.codec.Codec");
    private static final ClassDesc SHAPE = ClassDesc.of("io.ebpf4j.codec.Shape");
    private static final ClassDesc SEGMENT =
            MemorySegment.class.describeConstable().orElseThrow();
    private static final ClassDesc ILLEGAL_ARGUMENT = ClassDesc.of("java.lang.IllegalArgumentException");
    private static final DirectMethodHandleDesc CLASS_DATA_AT = MethodHandleDesc.ofMethod(
            DirectMethodHandleDesc.Kind.STATIC,
            ConstantDescs.CD_MethodHandles,
            "classDataAt",
            MethodTypeDesc.of(
                    ConstantDescs.CD_Object,
                    ConstantDescs.CD_MethodHandles_Lookup,
                    ConstantDescs.CD_String,
                    ConstantDescs.CD_Class,
                    ConstantDescs.CD_int));
    private static final MethodTypeDesc DECODE =
            MethodTypeDesc.of(ConstantDescs.CD_Object, SEGMENT, ConstantDescs.CD_long);
    private static final MethodTypeDesc ENCODE =
            MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_Object, SEGMENT, ConstantDescs.CD_long);

    /** A component where it lies; primitives have no codec of their own. */
    record Part(
            RecordComponent component,
            String name,
            String alias,
            long offset,
            Shape shape,
            @Nullable Codec<?> codec) {
        Part at(long other) {
            return new Part(component, name, alias, other, shape, codec);
        }

        long end() {
            return offset + shape.size();
        }
    }

    /** How a scalar of a width is read: its layout, its carrier in the method's type, and the constant. */
    private record Access(ClassDesc layout, ClassDesc carrier, ValueLayout constant) {
        static Access of(Shape.Scalar scalar) {
            ByteOrder order = scalar.order();
            boolean floating = scalar.kind() == Shape.ScalarKind.FLOAT;
            return switch ((int) scalar.size()) {
                case 1 -> of(ValueLayout.OfByte.class, byte.class, ValueLayout.JAVA_BYTE);
                case 2 -> of(ValueLayout.OfShort.class, short.class, ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(order));
                case 4 ->
                    floating
                            ? of(
                                    ValueLayout.OfFloat.class,
                                    float.class,
                                    ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(order))
                            : of(ValueLayout.OfInt.class, int.class, ValueLayout.JAVA_INT_UNALIGNED.withOrder(order));
                default ->
                    floating
                            ? of(
                                    ValueLayout.OfDouble.class,
                                    double.class,
                                    ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(order))
                            : of(
                                    ValueLayout.OfLong.class,
                                    long.class,
                                    ValueLayout.JAVA_LONG_UNALIGNED.withOrder(order));
            };
        }

        private static Access of(Class<?> layout, Class<?> carrier, ValueLayout constant) {
            return new Access(
                    layout.describeConstable().orElseThrow(),
                    carrier.describeConstable().orElseThrow(),
                    constant);
        }
    }

    private final Class<?> record;
    private final ClassDesc recordName;
    private final List<Part> parts;
    private final long size;
    private final List<Object> constants = new ArrayList<>();

    private RecordCodec(Class<?> record, List<Part> parts, long size) {
        this.record = record;
        this.recordName = record.describeConstable().orElseThrow();
        this.parts = parts;
        this.size = size;
    }

    static <T> Codec<T> generate(
            MethodHandles.Lookup lookup,
            Class<T> record,
            List<Part> parts,
            long size,
            long alignment,
            Shape.Coverage coverage) {
        List<Shape.Field> fields = parts.stream()
                .sorted(Comparator.comparingLong(Part::offset))
                .map(part -> new Shape.Field(part.name(), part.alias(), part.offset(), part.shape()))
                .toList();
        Shape.Struct shape = new Shape.Struct(record.getSimpleName(), fields, size, alignment, coverage);
        RecordCodec generator = new RecordCodec(record, parts, size);
        try {
            MethodHandles.Lookup inside = MethodHandles.privateLookupIn(record, lookup);
            byte[] bytes = generator.classFile(shape);
            MethodHandles.Lookup hidden = inside.defineHiddenClassWithClassData(
                    bytes, List.copyOf(generator.constants), true, MethodHandles.Lookup.ClassOption.NESTMATE);
            Object codec = hidden.lookupClass().getDeclaredConstructor().newInstance();
            @SuppressWarnings("unchecked") // the generated class reads and writes exactly this record
            Codec<T> typed = (Codec<T>) codec;
            return typed;
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException(record.getName() + " is not accessible to " + lookup, e);
        }
    }

    private byte[] classFile(Shape.Struct shape) {
        ClassDesc self = ClassDesc.of(
                record.getPackageName().isEmpty()
                        ? record.getSimpleName() + "Codec"
                        : record.getPackageName() + "." + record.getSimpleName() + "Codec");
        return ClassFile.of()
                .build(
                        self,
                        type -> type.withFlags(AccessFlag.PUBLIC, AccessFlag.FINAL, AccessFlag.SUPER)
                                .withInterfaceSymbols(CODEC)
                                .withMethodBody(
                                        ConstantDescs.INIT_NAME,
                                        ConstantDescs.MTD_void,
                                        ClassFile.ACC_PUBLIC,
                                        code -> code.aload(0)
                                                .invokespecial(
                                                        ConstantDescs.CD_Object,
                                                        ConstantDescs.INIT_NAME,
                                                        ConstantDescs.MTD_void)
                                                .return_())
                                .withMethodBody(
                                        "shape",
                                        MethodTypeDesc.of(SHAPE),
                                        ClassFile.ACC_PUBLIC,
                                        code -> code.loadConstant(constant(shape, SHAPE))
                                                .areturn())
                                .withMethodBody(
                                        "size",
                                        MethodTypeDesc.of(ConstantDescs.CD_long),
                                        ClassFile.ACC_PUBLIC,
                                        code -> code.loadConstant(size).lreturn())
                                .withMethodBody(
                                        "isContained",
                                        MethodTypeDesc.of(ConstantDescs.CD_boolean),
                                        ClassFile.ACC_PUBLIC,
                                        code -> code.loadConstant(contained() ? 1 : 0)
                                                .ireturn())
                                .withMethodBody("decode", DECODE, ClassFile.ACC_PUBLIC, this::decode)
                                .withMethodBody("encode", ENCODE, ClassFile.ACC_PUBLIC, this::encode));
    }

    private boolean contained() {
        return parts.stream().map(Part::codec).allMatch(codec -> codec == null || codec.isContained());
    }

    private DynamicConstantDesc<Object> constant(Object value, ClassDesc type) {
        constants.add(value);
        return DynamicConstantDesc.ofNamed(CLASS_DATA_AT, ConstantDescs.DEFAULT_NAME, type, constants.size() - 1);
    }

    private void decode(CodeBuilder code) {
        code.new_(recordName).dup();
        List<ClassDesc> parameters = new ArrayList<>(parts.size());
        for (Part part : parts) {
            ClassDesc component = part.component().getType().describeConstable().orElseThrow();
            parameters.add(component);
            if (part.codec() == null) {
                Shape.Scalar scalar = (Shape.Scalar) part.shape();
                Access access = Access.of(scalar);
                code.aload(1).loadConstant(constant(access.constant(), access.layout()));
                at(code, 2, part.offset());
                code.invokeinterface(
                        SEGMENT, "get", MethodTypeDesc.of(access.carrier(), access.layout(), ConstantDescs.CD_long));
                widen(code, scalar, part.component().getType());
            } else {
                code.loadConstant(constant(CodecFactory.required(part.codec()), CODEC))
                        .aload(1);
                at(code, 2, part.offset());
                code.invokeinterface(CODEC, "decode", DECODE).checkcast(component);
            }
        }
        code.invokespecial(recordName, ConstantDescs.INIT_NAME, MethodTypeDesc.of(ConstantDescs.CD_void, parameters))
                .areturn();
    }

    private void encode(CodeBuilder code) {
        code.aload(1).checkcast(recordName).astore(5);
        List<Part> byOffset =
                parts.stream().sorted(Comparator.comparingLong(Part::offset)).toList();
        long written = 0;
        for (Part part : byOffset) {
            zero(code, written, part.offset());
            written = Math.max(written, part.end());
            Class<?> java = part.component().getType();
            ClassDesc component = java.describeConstable().orElseThrow();
            if (part.codec() == null) {
                Shape.Scalar scalar = (Shape.Scalar) part.shape();
                Access access = Access.of(scalar);
                code.aload(2).loadConstant(constant(access.constant(), access.layout()));
                at(code, 3, part.offset());
                code.aload(5)
                        .invokevirtual(
                                recordName, part.component().getAccessor().getName(), MethodTypeDesc.of(component));
                narrow(
                        code,
                        scalar,
                        java,
                        record.getName() + "." + part.component().getName());
                code.invokeinterface(
                        SEGMENT,
                        "set",
                        MethodTypeDesc.of(
                                ConstantDescs.CD_void, access.layout(), ConstantDescs.CD_long, access.carrier()));
            } else {
                code.loadConstant(constant(CodecFactory.required(part.codec()), CODEC))
                        .aload(5)
                        .invokevirtual(
                                recordName, part.component().getAccessor().getName(), MethodTypeDesc.of(component))
                        .aload(2);
                at(code, 3, part.offset());
                code.invokeinterface(CODEC, "encode", ENCODE);
            }
        }
        zero(code, written, size);
        code.return_();
    }

    private static void at(CodeBuilder code, int local, long offset) {
        code.lload(local);
        if (offset != 0) {
            code.loadConstant(offset).ladd();
        }
    }

    /** Padding is part of a key's bytes: it must be zero. */
    private void zero(CodeBuilder code, long from, long to) {
        long at = from;
        if (to - from > 64) {
            code.aload(2);
            at(code, 3, from);
            code.loadConstant(to - from)
                    .invokeinterface(
                            SEGMENT,
                            "asSlice",
                            MethodTypeDesc.of(SEGMENT, ConstantDescs.CD_long, ConstantDescs.CD_long))
                    .iconst_0()
                    .invokeinterface(SEGMENT, "fill", MethodTypeDesc.of(SEGMENT, ConstantDescs.CD_byte))
                    .pop();
            return;
        }
        while (at < to) {
            Shape.Scalar scalar = new Shape.Scalar(
                    Shape.ScalarKind.INTEGER,
                    to - at >= 8 ? 8 : to - at >= 4 ? 4 : 1,
                    Signedness.UNSTATED,
                    ByteOrder.nativeOrder());
            Access access = Access.of(scalar);
            code.aload(2).loadConstant(constant(access.constant(), access.layout()));
            at(code, 3, at);
            if (scalar.size() == 8) {
                code.lconst_0();
            } else {
                code.iconst_0();
            }
            code.invokeinterface(
                    SEGMENT,
                    "set",
                    MethodTypeDesc.of(ConstantDescs.CD_void, access.layout(), ConstantDescs.CD_long, access.carrier()));
            at += scalar.size();
        }
    }

    private static void widen(CodeBuilder code, Shape.Scalar scalar, Class<?> java) {
        if (java == boolean.class) {
            // Any byte but zero is true, as in C.
            code.ifThenElse(yes -> yes.iconst_1(), no -> no.iconst_0());
            return;
        }
        boolean unsigned = scalar.signedness() == Signedness.UNSIGNED;
        if (scalar.size() == 2 && unsigned && java != short.class) {
            code.i2c();
        } else if (scalar.size() == 1 && unsigned && java != byte.class) {
            code.sipush(0xff).iand();
        }
        if (java == long.class && scalar.size() < 8) {
            code.i2l();
            if (unsigned && scalar.size() == 4) {
                code.loadConstant(0xffff_ffffL).land();
            }
        }
    }

    private static void narrow(CodeBuilder code, Shape.Scalar scalar, Class<?> java, String member) {
        if (java == long.class && scalar.size() < 8) {
            fit(code, scalar, member);
            code.l2i();
        } else if (scalar.size() < 4 && (java == int.class || java == short.class && scalar.size() == 1)) {
            code.i2l();
            fit(code, scalar, member);
            code.l2i();
        }
        if (scalar.size() == 1 && java != boolean.class) {
            code.i2b();
        } else if (scalar.size() == 2) {
            code.i2s();
        }
    }

    /** Refuses the long on the stack where the C type would cut it, and leaves it there. */
    private static void fit(CodeBuilder code, Shape.Scalar scalar, String member) {
        boolean unsigned = scalar.signedness() == Signedness.UNSIGNED;
        code.lstore(6).lload(6).l2i();
        switch ((int) scalar.size()) {
            case 1 -> {
                if (unsigned) {
                    code.sipush(0xff).iand();
                } else {
                    code.i2b();
                }
            }
            case 2 -> {
                if (unsigned) {
                    code.i2c();
                } else {
                    code.i2s();
                }
            }
            default -> {}
        }
        code.i2l();
        if (unsigned && scalar.size() == 4) {
            code.loadConstant(0xffff_ffffL).land();
        }
        code.lload(6)
                .lcmp()
                .ifThen(refused -> refused.new_(ILLEGAL_ARGUMENT)
                        .dup()
                        .loadConstant(member + " does not fit its " + scalar.size() + " bytes in C")
                        .invokespecial(
                                ILLEGAL_ARGUMENT,
                                ConstantDescs.INIT_NAME,
                                MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_String))
                        .athrow())
                .lload(6);
    }
}
