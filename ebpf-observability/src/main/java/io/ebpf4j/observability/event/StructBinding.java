package io.ebpf4j.observability.event;

import io.ebpf4j.btf.Btf;
import io.ebpf4j.btf.BtfKind;
import io.ebpf4j.kernel.IncompatibleException;
import java.util.OptionalInt;

/**
 * Finds the members of a C struct by their names in an object's BTF and holds them to the widths that the reader
 * expects. No offset is written down in Java.
 */
final class StructBinding {
    private final Btf btf;
    private final String name;
    private final int id;

    StructBinding(Btf btf, String name) {
        this.btf = btf;
        this.name = name;
        this.id = btf.find(name, BtfKind.STRUCT)
                .orElseThrow(() -> new IncompatibleException(
                        "the records of " + btf.origin(), "struct " + name, "no struct of that name"));
    }

    /** {@return bytes of the whole struct} */
    long size() {
        return btf.sizeOf(id);
    }

    /** {@return the offset of an integer member of that width in bytes; a dotted path leads into nested structs} */
    long integer(String path, long width) {
        return offset(path, BtfKind.INT, width);
    }

    /** {@return the offset of an array member of that many bytes} */
    long bytes(String path, long length) {
        return offset(path, BtfKind.ARRAY, length);
    }

    /** {@return the offset of an array member of whatever size} */
    long array(String member) {
        return offset(member, BtfKind.ARRAY, width(member));
    }

    /** {@return bytes of a member, 0 where there is none of that name} */
    long width(String member) {
        OptionalInt found = memberNamed(id, member);
        return found.isEmpty() ? 0 : btf.sizeOf(btf.memberType(id, found.getAsInt()));
    }

    private long offset(String path, BtfKind kind, long width) {
        long bits = 0;
        int type = id;
        for (String step : path.split("\\.", -1)) {
            OptionalInt member = memberNamed(type, step);
            if (member.isEmpty()) {
                throw mismatch(path, kind, width, "no member " + step + "; there are " + members(type));
            }
            bits += btf.memberBitOffset(type, member.getAsInt());
            if (btf.memberBitfieldSize(type, member.getAsInt()) != 0) {
                throw mismatch(path, kind, width, step + " is a bit-field");
            }
            type = btf.resolve(btf.memberType(type, member.getAsInt()));
        }
        if (btf.kind(type) != kind || btf.sizeOf(type) != width) {
            throw mismatch(path, kind, width, btf.cName(type) + " of " + btf.sizeOf(type) + " bytes");
        }
        return bits / Byte.SIZE;
    }

    private OptionalInt memberNamed(int type, String step) {
        if (btf.kind(type) != BtfKind.STRUCT) {
            return OptionalInt.empty();
        }
        for (int i = 0; i < btf.vlen(type); i++) {
            if (btf.memberName(type, i).equals(step)) {
                return OptionalInt.of(i);
            }
        }
        return OptionalInt.empty();
    }

    private String members(int type) {
        if (btf.kind(type) != BtfKind.STRUCT) {
            return "none in " + btf.cName(type);
        }
        StringBuilder names = new StringBuilder();
        for (int i = 0; i < btf.vlen(type); i++) {
            names.append(i == 0 ? "" : ", ").append(btf.memberName(type, i));
        }
        return names.toString();
    }

    private IncompatibleException mismatch(String path, BtfKind kind, long width, String found) {
        String wanted = kind == BtfKind.ARRAY ? "an array of " + width + " bytes" : "an integer of " + width + " bytes";
        return new IncompatibleException(
                "struct " + name + " in " + btf.origin(), path + ": " + wanted, path + ": " + found);
    }
}
