package io.ebpf4j.relocate;

import io.ebpf4j.btf.Btf;
import io.ebpf4j.btf.BtfKind;
import io.ebpf4j.kernel.BpfException;
import java.util.HashSet;
import java.util.Set;

/**
 * The relations between a local type and a target type on which relocation rests, as libbpf's {@code relo_core.c} defines them.
 *
 * <p>Both look through const, volatile, restrict, type tags and typedefs. Neither compares the names of root typedefs: who
 * asks has found them by name. Walks are bounded: types that nest deeper than {@value #MAX_DEPTH} levels are refused.
 */
public final class TypeCompatibility {
    /** How many levels a comparison descends. */
    public static final int MAX_DEPTH = 32;

    /** As many levels of arrays as C compilers accept many times over. */
    private static final int MAX_DIMENSIONS = 64;

    private TypeCompatibility() {}

    /**
     * {@return the name without its flavour: what stands before the last triple underscore that is between two other characters,
     * so that {@code task_struct} for {@code task_struct___old}; else the whole name}
     *
     * @param name a name of a type or enumerator
     */
    public static String essentialName(String name) {
        for (int i = name.length() - 5; i >= 0; i--) {
            if (name.charAt(i) != '_'
                    && name.charAt(i + 1) == '_'
                    && name.charAt(i + 2) == '_'
                    && name.charAt(i + 3) == '_'
                    && name.charAt(i + 4) != '_') {
                return name.substring(0, i + 1);
            }
        }
        return name;
    }

    /**
     * {@return whether two types are of the same kind all along pointers, arrays and function signatures; what structures,
     * unions and enumerations have inside does not matter, nor do sizes of integers}
     *
     * <p>This is what the relocations that ask for the existence, size or id of a type demand.
     *
     * @param local the local types
     * @param localId the local type
     * @param target the target types
     * @param targetId the target type
     * @throws io.ebpf4j.kernel.InvalidObjectException when types nest too deep or in a circle
     */
    public static boolean compatible(Btf local, int localId, Btf target, int targetId) {
        return compatible(local, localId, target, targetId, MAX_DEPTH, new WorkLimit());
    }

    /**
     * {@return whether the target type has all that the local type has: members by name and, through them, matching types;
     * enumerators by name and equal size; integers of equal size and sign; arrays of equal length. Behind a pointer
     * structures and unions match by name and kind alone}
     *
     * <p>This is what the relocation {@code type_matches} demands.
     *
     * @param local the local types
     * @param localId the local type
     * @param target the target types
     * @param targetId the target type
     * @throws io.ebpf4j.kernel.InvalidObjectException when types nest too deep or in a circle
     */
    public static boolean matches(Btf local, int localId, Btf target, int targetId) {
        return matches(local, localId, target, targetId, Place.BY_VALUE, MAX_DEPTH, new WorkLimit());
    }

    /** Whether the walk has passed a pointer. */
    private enum Place {
        BY_VALUE,
        BEHIND_POINTER
    }

    /** Whether a type may be looked at as a candidate for another: same kind, either width of enumeration. */
    static boolean sameKind(BtfKind local, BtfKind target) {
        return local == target || local.isEnumeration() && target.isEnumeration();
    }

    private static boolean compatible(Btf local, int localId, Btf target, int targetId, int level, WorkLimit limit) {
        int left = localId;
        int right = targetId;
        if (!sameKind(local.kind(left), target.kind(right))) {
            return false;
        }
        for (int depth = 0; depth < MAX_DEPTH; depth++) {
            limit.step(target);
            left = local.resolve(left);
            right = target.resolve(right);
            BtfKind kind = local.kind(left);
            if (!sameKind(kind, target.kind(right))) {
                return false;
            }
            switch (kind) {
                case UNKNOWN, STRUCT, UNION, ENUM, ENUM64, FWD:
                    return true;
                case INT:
                    return local.intOffset(left) == 0 && target.intOffset(right) == 0;
                case PTR:
                    left = local.ref(left);
                    right = target.ref(right);
                    break;
                case ARRAY:
                    left = local.arrayElement(left);
                    right = target.arrayElement(right);
                    break;
                case FUNC_PROTO:
                    int parameters = local.vlen(left);
                    if (parameters != target.vlen(right)) {
                        return false;
                    }
                    for (int i = 0; i < parameters; i++) {
                        if (level <= 0) {
                            throw tooDeep(local, localId);
                        }
                        int localParameter = local.resolve(local.paramType(left, i));
                        int targetParameter = target.resolve(target.paramType(right, i));
                        if (!compatible(local, localParameter, target, targetParameter, level - 1, limit)) {
                            return false;
                        }
                    }
                    left = local.ref(left);
                    right = target.ref(right);
                    break;
                default:
                    return false;
            }
        }
        throw tooDeep(local, localId);
    }

    private static boolean matches(
            Btf local, int localId, Btf target, int targetId, Place start, int level, WorkLimit limit) {
        if (level <= 0) {
            throw tooDeep(local, localId);
        }
        Place place = start;
        int left = localId;
        int right = targetId;
        for (int depth = 0; depth < MAX_DEPTH; depth++) {
            limit.step(target);
            left = local.resolve(left);
            right = target.resolve(right);
            if (!namesMatch(local.name(left), target.name(right))) {
                return false;
            }
            BtfKind kind = local.kind(left);
            BtfKind targetKind = target.kind(right);
            switch (kind) {
                case UNKNOWN:
                    return kind == targetKind;
                case FWD:
                    return forwardMatches(local.fwdIsUnion(left), target, right, targetKind, place);
                case ENUM, ENUM64:
                    return targetKind.isEnumeration() && enumeratorsMatch(local, left, target, right, limit);
                case STRUCT, UNION:
                    if (place == Place.BEHIND_POINTER) {
                        return kind == targetKind
                                || targetKind == BtfKind.FWD && target.fwdIsUnion(right) == (kind == BtfKind.UNION);
                    }
                    return kind == targetKind && membersMatch(local, left, target, right, level, limit);
                case INT:
                    return kind == targetKind
                            && local.rawSize(left) == target.rawSize(right)
                            && local.intSigned(left) == target.intSigned(right);
                case PTR:
                    if (kind != targetKind) {
                        return false;
                    }
                    place = Place.BEHIND_POINTER;
                    left = local.ref(left);
                    right = target.ref(right);
                    break;
                case ARRAY:
                    if (kind != targetKind || local.arrayLength(left) != target.arrayLength(right)) {
                        return false;
                    }
                    left = local.arrayElement(left);
                    right = target.arrayElement(right);
                    break;
                case FUNC_PROTO:
                    int parameters = local.vlen(left);
                    if (kind != targetKind || parameters != target.vlen(right)) {
                        return false;
                    }
                    for (int i = 0; i < parameters; i++) {
                        if (!matches(
                                local,
                                local.paramType(left, i),
                                target,
                                target.paramType(right, i),
                                place,
                                level - 1,
                                limit)) {
                            return false;
                        }
                    }
                    left = local.ref(left);
                    right = target.ref(right);
                    break;
                default:
                    return false;
            }
        }
        throw tooDeep(local, localId);
    }

    /** Whether a field of one type may be read as a field of the other; sizes of integers are looked at elsewhere. */
    static boolean fieldsCompatible(Btf local, int localId, Btf target, int targetId) {
        int left = localId;
        int right = targetId;
        for (int depth = 0; depth < MAX_DIMENSIONS; depth++) {
            left = local.resolve(left);
            right = target.resolve(right);
            BtfKind kind = local.kind(left);
            BtfKind targetKind = target.kind(right);
            if (kind.isComposite() && targetKind.isComposite()) {
                return true;
            }
            if (!sameKind(kind, targetKind)) {
                return false;
            }
            switch (kind) {
                case PTR, FLOAT:
                    return true;
                case FWD, ENUM, ENUM64:
                    String name = essentialName(local.name(left));
                    String targetName = essentialName(target.name(right));
                    return name.isEmpty() || targetName.isEmpty() || name.equals(targetName);
                case INT:
                    return local.intOffset(left) == 0 && target.intOffset(right) == 0;
                case ARRAY:
                    left = local.arrayElement(left);
                    right = target.arrayElement(right);
                    break;
                default:
                    return false;
            }
        }
        throw tooDeep(local, localId);
    }

    private static boolean namesMatch(String local, String target) {
        return target.isEmpty() ? local.isEmpty() : essentialName(local).equals(essentialName(target));
    }

    private static boolean forwardMatches(
            boolean localIsUnion, Btf target, int targetId, BtfKind targetKind, Place place) {
        if (targetKind == BtfKind.FWD) {
            return localIsUnion == target.fwdIsUnion(targetId);
        }
        return place == Place.BEHIND_POINTER && targetKind == (localIsUnion ? BtfKind.UNION : BtfKind.STRUCT);
    }

    private static boolean enumeratorsMatch(Btf local, int localId, Btf target, int targetId, WorkLimit limit) {
        if (local.rawSize(localId) != target.rawSize(targetId)) {
            return false;
        }
        int count = local.vlen(localId);
        int targetCount = target.vlen(targetId);
        if (count > targetCount) {
            return false;
        }
        limit.spend(targetCount, target);
        Set<String> names = HashSet.newHashSet(targetCount);
        for (int i = 0; i < targetCount; i++) {
            names.add(essentialName(target.enumName(targetId, i)));
        }
        for (int i = 0; i < count; i++) {
            if (!names.contains(essentialName(local.enumName(localId, i)))) {
                return false;
            }
        }
        return true;
    }

    private static boolean membersMatch(Btf local, int localId, Btf target, int targetId, int level, WorkLimit limit) {
        int count = local.vlen(localId);
        int targetCount = target.vlen(targetId);
        if (count > targetCount) {
            return false;
        }
        limit.spend(targetCount, target);
        String[] names = new String[targetCount];
        for (int j = 0; j < targetCount; j++) {
            names[j] = target.memberName(targetId, j);
        }
        for (int i = 0; i < count; i++) {
            String name = local.memberName(localId, i);
            int member = local.memberType(localId, i);
            boolean found = false;
            for (int j = 0; j < targetCount && !found; j++) {
                limit.step(target);
                found = namesMatch(name, names[j])
                        && matches(
                                local,
                                member,
                                target,
                                target.memberType(targetId, j),
                                Place.BY_VALUE,
                                level - 1,
                                limit);
            }
            if (!found) {
                return false;
            }
        }
        return true;
    }

    private static BpfException tooDeep(Btf local, int localId) {
        return Refusal.invalidTypes(local, "type [" + localId + "] nests deeper than " + MAX_DEPTH + " levels");
    }
}
