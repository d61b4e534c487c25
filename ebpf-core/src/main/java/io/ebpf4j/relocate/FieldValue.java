package io.ebpf4j.relocate;

import io.ebpf4j.btf.Btf;
import io.ebpf4j.btf.BtfKind;
import io.ebpf4j.btf.CoreRelocationKind;
import java.nio.ByteOrder;

/**
 * What a relocation asks of a path, as a number.
 *
 * @param number the answer
 * @param certain whether the compiler must have come to the same number for the local path; not so for bit-fields, where it may read
 *     a wider or narrower word, and for type ids, which linking renumbers
 * @param size bytes that a load or store of the field touches, 0 where the number is not a plain field's offset
 * @param sizeTypeId the type that has this size, 0 as above
 */
record FieldValue(long number, Certainty certain, long size, int sizeTypeId) {
    /** Whether an instruction can be held to a number. */
    enum Certainty {
        CERTAIN,
        OPEN
    }

    /** An aspect that the kind of field does not have. */
    static final class MeaninglessException extends Exception {
        private static final long serialVersionUID = 1L;

        MeaninglessException(String message) {
            super(message);
        }
    }

    private static FieldValue certain(long number) {
        return new FieldValue(number, Certainty.CERTAIN, 0, 0);
    }

    private static FieldValue open(long number) {
        return new FieldValue(number, Certainty.OPEN, 0, 0);
    }

    /** The answer for a path that exists. Bit-field shifts depend on the byte order of the machine that runs the program. */
    static FieldValue of(AccessPath path, CoreRelocationKind kind, ByteOrder order) throws MeaninglessException {
        return switch (kind) {
            case FIELD_EXISTS, TYPE_EXISTS, TYPE_MATCHES, ENUM_VALUE_EXISTS -> certain(1);
            case TYPE_ID_LOCAL, TYPE_ID_TARGET -> open(path.rootId());
            case TYPE_SIZE -> certain(path.btf().sizeOf(path.rootId()));
            case ENUM_VALUE -> certain(path.btf().enumValue(path.typeId(0), path.index(0)));
            case FIELD_BYTE_OFFSET, FIELD_BYTE_SIZE, FIELD_SIGNED, FIELD_LSHIFT_U64, FIELD_RSHIFT_U64 -> {
                int last = path.length() - 1;
                if (path.name(last) == null) {
                    yield ofElement(path, path.typeId(last), kind);
                }
                yield ofMember(path, path.typeId(last), path.index(last), kind, order);
            }
        };
    }

    private static FieldValue ofElement(AccessPath path, int typeId, CoreRelocationKind kind)
            throws MeaninglessException {
        return switch (kind) {
            case FIELD_BYTE_OFFSET -> plainOffset(path, typeId);
            case FIELD_BYTE_SIZE -> certain(path.btf().sizeOf(typeId));
            default -> throw new MeaninglessException(kind.label() + " of an array element means nothing");
        };
    }

    private static FieldValue ofMember(
            AccessPath path, int compositeId, int member, CoreRelocationKind kind, ByteOrder order)
            throws MeaninglessException {
        Btf btf = path.btf();
        int typeId = btf.resolve(btf.memberType(compositeId, member));
        int bits = btf.memberBitfieldSize(compositeId, member);
        boolean bitField = bits > 0;
        if (kind == CoreRelocationKind.FIELD_BYTE_OFFSET && !bitField) {
            return plainOffset(path, typeId);
        }
        if (kind == CoreRelocationKind.FIELD_SIGNED) {
            return certain(isSigned(btf, typeId) ? 1 : 0);
        }
        long bitOffset = path.bitOffset();
        long size;
        long offset;
        long bitSize;
        if (bitField) {
            size = wordSize(btf, typeId, bitOffset, bits, kind);
            offset = bitOffset / 8 / size * size;
            bitSize = bits;
        } else {
            size = btf.sizeOf(typeId);
            offset = bitOffset / 8;
            bitSize = size * 8;
        }
        Certainty certainty = bitField ? Certainty.OPEN : Certainty.CERTAIN;
        return switch (kind) {
            case FIELD_BYTE_OFFSET -> new FieldValue(offset, certainty, 0, 0);
            case FIELD_BYTE_SIZE -> new FieldValue(size, certainty, 0, 0);
            case FIELD_LSHIFT_U64 -> {
                long before = bitOffset - offset * 8;
                long shift = order == ByteOrder.LITTLE_ENDIAN ? 64 - (before + bitSize) : (8 - size) * 8 + before;
                yield new FieldValue(shift, certainty, 0, 0);
            }
            case FIELD_RSHIFT_U64 -> certain(64 - bitSize);
            default -> throw new IllegalArgumentException(kind + " is not about a field's place");
        };
    }

    private static FieldValue plainOffset(AccessPath path, int typeId) {
        Btf btf = path.btf();
        int element = typeId;
        for (int i = 0; btf.kind(btf.resolve(element)) == BtfKind.ARRAY; i++) {
            if (i == AccessPath.MAX_LENGTH) {
                throw Refusal.invalidTypes(btf, "array [" + typeId + "] has more than " + i + " dimensions");
            }
            element = btf.arrayElement(btf.resolve(element));
        }
        int resolved = btf.resolve(element);
        return new FieldValue(path.bitOffset() / 8, Certainty.CERTAIN, btf.sizeOf(resolved), btf.resolve(typeId));
    }

    /** The smallest aligned word, from the declared type's size up, that has the whole bit-field. */
    private static long wordSize(Btf btf, int typeId, long bitOffset, int bits, CoreRelocationKind kind)
            throws MeaninglessException {
        long size = btf.sizeOf(typeId);
        if (size <= 0 || size > 16 || Long.bitCount(size) != 1) {
            throw Refusal.invalidTypes(btf, "a bit-field has type [" + typeId + "] of " + size + " bytes");
        }
        while (bitOffset + bits - bitOffset / 8 / size * size * 8 > size * 8) {
            if (size >= 8) {
                throw new MeaninglessException(kind.label() + ": the bit-field spans more than one 64-bit word");
            }
            size *= 2;
        }
        return size;
    }

    private static boolean isSigned(Btf btf, int typeId) {
        BtfKind kind = btf.kind(typeId);
        return kind == BtfKind.INT ? btf.intSigned(typeId) : kind.isEnumeration() && btf.enumSigned(typeId);
    }

    /**
     * Whether a load or store of this field may be made as wide as the other's: pointers are unsigned numbers, and unsigned numbers
     * keep their value when cut or zero-extended; no other pair does.
     */
    static boolean widthMayChange(Btf local, int localId, Btf target, int targetId) {
        BtfKind kind = local.kind(localId);
        if (kind != target.kind(targetId)) {
            return false;
        }
        return switch (kind) {
            case PTR -> true;
            case INT -> !local.intSigned(localId) && !target.intSigned(targetId);
            default -> false;
        };
    }
}
