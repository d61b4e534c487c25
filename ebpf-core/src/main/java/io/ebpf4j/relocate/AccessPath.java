package io.ebpf4j.relocate;

import io.ebpf4j.btf.Btf;
import io.ebpf4j.btf.BtfKind;
import io.ebpf4j.btf.CoreRelocationKind;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The way from a root type to what a relocation is about: a chain of named members and array indexes, with the distance they add
 * up to. Anonymous members are passed through without a step of their own, since the target may nest them otherwise.
 *
 * <p>Immutable once built. An enumerator's path has one step; a type's has none.
 */
final class AccessPath {
    /** The longest access string, and the deepest nesting that is searched: BPF_CORE_SPEC_MAX_LEN of libbpf. */
    static final int MAX_LENGTH = 64;

    /** Bit offsets beyond this cannot be those of a real type; libbpf counts them in 32 bits. */
    private static final long MAX_BIT_OFFSET = 0xFFFF_FFFFL;

    private final Btf btf;
    private final int rootId;
    private int length;
    private int[] typeIds = new int[4];
    private int[] indexes = new int[4];
    private @Nullable String[] names = new @Nullable String[4];
    private long bitOffset;
    private int nesting;

    private AccessPath(Btf btf, int rootId) {
        this.btf = btf;
        this.rootId = rootId;
    }

    Btf btf() {
        return btf;
    }

    /** The type that the path starts from, modifiers and typedefs included. */
    int rootId() {
        return rootId;
    }

    /** How many steps there are. */
    int length() {
        return length;
    }

    long bitOffset() {
        return bitOffset;
    }

    /** The type of a step: for a member the structure that has it, for an index the element, for an enumerator the enumeration. */
    int typeId(int step) {
        return typeIds[step];
    }

    /** The number of the member, element or enumerator. */
    int index(int step) {
        return indexes[step];
    }

    /** The name of the member or enumerator, null for an index. */
    @Nullable
    String name(int step) {
        return names[step];
    }

    private void add(int typeId, int index, @Nullable String name) {
        if (length == typeIds.length) {
            typeIds = Arrays.copyOf(typeIds, length * 2);
            indexes = Arrays.copyOf(indexes, length * 2);
            names = Arrays.copyOf(names, length * 2);
        }
        typeIds[length] = typeId;
        indexes[length] = index;
        names[length] = name;
        length++;
    }

    private void advance(long bits) {
        bitOffset += bits;
        if (bitOffset < 0 || bitOffset > MAX_BIT_OFFSET) {
            throw Refusal.invalidTypes(btf, "a field lies " + bitOffset + " bits into type [" + rootId + "]");
        }
    }

    /** An access string that does not fit its type; the caller knows the file and the instruction. */
    static final class MalformedException extends Exception {
        private static final long serialVersionUID = 1L;

        MalformedException(String message) {
            super(message);
        }
    }

    /**
     * Reads an access string against the local types.
     *
     * @throws MalformedException when it does not fit the type
     */
    static AccessPath parse(Btf btf, int rootId, String access, CoreRelocationKind kind) throws MalformedException {
        AccessPath path = new AccessPath(btf, rootId);
        if (kind.isType()) {
            if (!access.equals("0")) {
                throw new MalformedException("a relocation of a whole type has the access string " + shown(access));
            }
            return path;
        }
        int[] steps = indexes(access);
        int id = btf.resolve(rootId);
        if (kind.isEnumValue()) {
            if (!btf.kind(id).isEnumeration() || steps.length != 1 || steps[0] >= btf.vlen(id)) {
                throw new MalformedException("access string " + shown(access) + " names no enumerator of type ["
                        + rootId + "] " + TypeText.of(btf, rootId));
            }
            path.add(id, steps[0], btf.enumName(id, steps[0]));
            return path;
        }
        path.add(id, steps[0], null);
        path.advanceElements(id, steps[0]);
        for (int i = 1; i < steps.length; i++) {
            id = btf.resolve(id);
            BtfKind at = btf.kind(id);
            int index = steps[i];
            if (at.isComposite()) {
                if (index >= btf.vlen(id)) {
                    throw outside(access, i, btf, id);
                }
                path.advance(btf.memberBitOffset(id, index));
                String name = btf.memberName(id, index);
                if (!name.isEmpty()) {
                    path.add(id, index, name);
                }
                id = btf.memberType(id, index);
            } else if (at == BtfKind.ARRAY) {
                if (index >= btf.arrayLength(id) && !path.endsInFlexibleArray(id)) {
                    throw outside(access, i, btf, id);
                }
                id = btf.resolve(btf.arrayElement(id));
                path.add(id, index, null);
                path.advanceElements(id, index);
            } else {
                throw outside(access, i, btf, id);
            }
        }
        return path;
    }

    private void advanceElements(int elementId, int count) {
        if (count > 0) {
            long size = btf.sizeOf(elementId);
            if (size < 0 || size > MAX_BIT_OFFSET) {
                throw Refusal.invalidTypes(btf, "type [" + elementId + "] is " + size + " bytes large");
            }
            // Both factors are below 2^33, so the product may exceed a long's range; multiplyHigh sees it.
            if (Math.multiplyHigh(size, count) != 0 || size * count > MAX_BIT_OFFSET) {
                throw Refusal.invalidTypes(btf, "element " + count + " of type [" + elementId + "] is out of reach");
            }
            advance(size * count * 8);
        }
    }

    /** An array without length that is the last member of its structure, so that any element of it may be meant. */
    private boolean endsInFlexibleArray(int arrayId) {
        if (length == 0 || names[length - 1] == null || btf.arrayLength(arrayId) > 0) {
            return false;
        }
        return indexes[length - 1] == btf.vlen(typeIds[length - 1]) - 1;
    }

    private static int[] indexes(String access) throws MalformedException {
        int[] steps = new int[8];
        int count = 0;
        int at = 0;
        while (true) {
            long value = -1;
            while (at < access.length() && access.charAt(at) >= '0' && access.charAt(at) <= '9') {
                value = Math.max(value, 0) * 10 + (access.charAt(at) - '0');
                if (value > Integer.MAX_VALUE) {
                    throw new MalformedException("access string " + shown(access) + " has a number out of range");
                }
                at++;
            }
            if (value < 0) {
                throw new MalformedException("access string " + shown(access) + " is not numbers joined by colons");
            }
            if (count == MAX_LENGTH) {
                throw new MalformedException("access string " + shown(access) + " has more than 64 steps");
            }
            if (count == steps.length) {
                steps = Arrays.copyOf(steps, count * 2);
            }
            steps[count++] = (int) value;
            if (at == access.length()) {
                return Arrays.copyOf(steps, count);
            }
            if (access.charAt(at) != ':') {
                throw new MalformedException("access string " + shown(access) + " is not numbers joined by colons");
            }
            at++;
        }
    }

    private static MalformedException outside(String access, int step, Btf btf, int id) {
        return new MalformedException("step " + step + " of access string " + shown(access)
                + " does not exist in type [" + id + "] " + TypeText.of(btf, id));
    }

    private static String shown(String access) {
        return '"' + (access.length() > 200 ? access.substring(0, 200) + "..." : access) + '"';
    }

    /** What was found at a candidate: a path, or why there is none. Exactly one of the two is present. */
    record Match(@Nullable AccessPath path, @Nullable Mismatch mismatch) {
        private static Match of(AccessPath path) {
            return new Match(path, null);
        }

        private static Match none(Mismatch mismatch) {
            return new Match(null, mismatch);
        }
    }

    /**
     * Why a candidate does not have what is asked; put to words only when a report is read.
     *
     * @param reason which of the ways to differ
     * @param step the local step that has no counterpart, 0 for types
     * @param targetId the target type at that step
     */
    record Mismatch(Reason reason, int step, int targetId) {
        enum Reason {
            NOT_AN_ENUMERATION,
            NO_ENUMERATOR,
            NOT_COMPOSITE,
            NO_MEMBER,
            MEMBER_INCOMPATIBLE,
            NOT_AN_ARRAY,
            ELEMENT_OUTSIDE,
            TYPE_INCOMPATIBLE,
            TYPE_DIFFERENT
        }
    }

    /** Looks for this local path in a target type. */
    Match match(TargetBtf target, Btf targetBtf, int targetId, CoreRelocationKind kind) {
        AccessPath found = new AccessPath(targetBtf, targetId);
        if (kind == CoreRelocationKind.TYPE_MATCHES) {
            return TypeCompatibility.matches(btf, rootId, targetBtf, targetId)
                    ? Match.of(found)
                    : Match.none(new Mismatch(Mismatch.Reason.TYPE_DIFFERENT, 0, targetId));
        }
        if (kind.isType()) {
            return TypeCompatibility.compatible(btf, rootId, targetBtf, targetId)
                    ? Match.of(found)
                    : Match.none(new Mismatch(Mismatch.Reason.TYPE_INCOMPATIBLE, 0, targetId));
        }
        return kind.isEnumValue() ? matchEnumerator(found) : matchField(target, found);
    }

    private Match matchEnumerator(AccessPath found) {
        Btf targetBtf = found.btf;
        int id = targetBtf.resolve(found.rootId);
        if (!targetBtf.kind(id).isEnumeration()) {
            return Match.none(new Mismatch(Mismatch.Reason.NOT_AN_ENUMERATION, 0, id));
        }
        String wanted = TypeCompatibility.essentialName(String.valueOf(names[0]));
        int count = targetBtf.vlen(id);
        for (int i = 0; i < count; i++) {
            String name = targetBtf.enumName(id, i);
            if (name.startsWith(wanted) && TypeCompatibility.essentialName(name).equals(wanted)) {
                found.add(id, i, name);
                return Match.of(found);
            }
        }
        return Match.none(new Mismatch(Mismatch.Reason.NO_ENUMERATOR, 0, id));
    }

    private Match matchField(TargetBtf target, AccessPath found) {
        Btf targetBtf = found.btf;
        WorkLimit limit = new WorkLimit();
        int id = found.rootId;
        for (int step = 0; step < length; step++) {
            id = targetBtf.resolve(id);
            String name = names[step];
            if (name != null) {
                if (!targetBtf.kind(id).isComposite()) {
                    return Match.none(new Mismatch(Mismatch.Reason.NOT_COMPOSITE, step, id));
                }
                Search search = found.descend(target, id, name, 0, limit);
                if (search != Search.FOUND) {
                    return Match.none(new Mismatch(Mismatch.Reason.NO_MEMBER, step, id));
                }
                int last = found.length - 1;
                int localMember = btf.memberType(typeIds[step], indexes[step]);
                int member = targetBtf.memberType(found.typeIds[last], found.indexes[last]);
                if (!TypeCompatibility.fieldsCompatible(btf, localMember, targetBtf, member)) {
                    return Match.none(new Mismatch(Mismatch.Reason.MEMBER_INCOMPATIBLE, step, member));
                }
                id = member;
                continue;
            }
            if (step > 0) {
                if (targetBtf.kind(id) != BtfKind.ARRAY) {
                    return Match.none(new Mismatch(Mismatch.Reason.NOT_AN_ARRAY, step, id));
                }
                if (indexes[step] >= targetBtf.arrayLength(id) && !found.endsInFlexibleArray(id)) {
                    return Match.none(new Mismatch(Mismatch.Reason.ELEMENT_OUTSIDE, step, id));
                }
                id = targetBtf.resolve(targetBtf.arrayElement(id));
            }
            found.nest(1);
            found.add(id, indexes[step], null);
            found.advanceElements(id, indexes[step]);
        }
        return Match.of(found);
    }

    private enum Search {
        FOUND,
        MISSING
    }

    /** Looks for a member by name, through anonymous members; adds the step when found, else leaves the path as it was. */
    private Search descend(TargetBtf target, int compositeId, String name, int depth, WorkLimit limit) {
        String[] members = target.memberNames(btf, compositeId);
        if (nesting + depth >= MAX_LENGTH) {
            throw Refusal.invalidTypes(btf, "type [" + rootId + "] nests deeper than " + MAX_LENGTH + " levels");
        }
        for (int i = 0; i < members.length; i++) {
            limit.step(btf);
            if (members[i].isEmpty()) {
                int inner = btf.resolve(btf.memberType(compositeId, i));
                if (!btf.kind(inner).isComposite()) {
                    continue;
                }
                long offset = btf.memberBitOffset(compositeId, i);
                advance(offset);
                if (descend(target, inner, name, depth + 1, limit) == Search.FOUND) {
                    return Search.FOUND;
                }
                bitOffset -= offset;
            } else if (members[i].equals(name)) {
                nest(depth + 1);
                advance(btf.memberBitOffset(compositeId, i));
                add(compositeId, i, name);
                return Search.FOUND;
            }
        }
        return Search.MISSING;
    }

    private void nest(int levels) {
        nesting += levels;
        if (nesting > MAX_LENGTH) {
            throw Refusal.invalidTypes(btf, "type [" + rootId + "] nests deeper than " + MAX_LENGTH + " levels");
        }
    }
}
