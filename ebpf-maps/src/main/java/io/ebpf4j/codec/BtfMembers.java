package io.ebpf4j.codec;

import io.ebpf4j.btf.Btf;
import io.ebpf4j.btf.BtfKind;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The members of a struct or union in BTF by name, through anonymous members as C finds them. */
final class BtfMembers {
    /** Anonymous structs in one another; deeper ones are hostile. */
    private static final int DEPTH = 16;

    private BtfMembers() {}

    /**
     * A member found.
     *
     * @param bitOffset from the start of the outermost struct
     * @param bitfieldSize 0 for a whole member
     * @param anonymousUnion the outermost anonymous union it is in, as the index of the outermost member, or -1
     */
    record Found(String name, int typeId, long bitOffset, int bitfieldSize, int anonymousUnion) {}

    static boolean isComposite(Btf btf, int typeId) {
        BtfKind kind = btf.kind(typeId);
        return kind == BtfKind.STRUCT || kind == BtfKind.UNION;
    }

    static @Nullable Found find(Btf btf, int typeId, String name, String alias) {
        for (Found found : all(btf, typeId)) {
            if (found.name().equals(name) || found.name().equals(alias)) {
                return found;
            }
        }
        return null;
    }

    static String names(Btf btf, int typeId) {
        return all(btf, typeId).stream().map(Found::name).toList().toString();
    }

    /** Every named member in the order of C, those of anonymous members in their place. */
    static List<Found> all(Btf btf, int typeId) {
        List<Found> members = new ArrayList<>();
        int struct = btf.resolve(typeId);
        if (isComposite(btf, struct)) {
            collect(btf, struct, 0, -1, btf.kind(struct) == BtfKind.UNION, 0, members);
        }
        return members;
    }

    private static void collect(
            Btf btf, int struct, long base, int union, boolean inUnion, int depth, List<Found> members) {
        for (int i = 0; i < btf.vlen(struct); i++) {
            String name = btf.memberName(struct, i);
            long offset = base + btf.memberBitOffset(struct, i);
            int type = btf.memberType(struct, i);
            int inner = btf.resolve(type);
            if (name.isEmpty() && isComposite(btf, inner) && depth < DEPTH) {
                boolean isUnion = btf.kind(inner) == BtfKind.UNION;
                int outermost = union >= 0 ? union : isUnion || inUnion ? members.size() : -1;
                collect(btf, inner, offset, outermost, inUnion || isUnion, depth + 1, members);
            } else if (!name.isEmpty()) {
                members.add(new Found(
                        name, type, offset, btf.memberBitfieldSize(struct, i), union >= 0 ? union : inUnion ? 0 : -1));
            }
        }
    }
}
