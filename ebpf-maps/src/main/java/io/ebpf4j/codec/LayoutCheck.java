package io.ebpf4j.codec;

import io.ebpf4j.btf.Btf;
import io.ebpf4j.btf.BtfKind;
import io.ebpf4j.kernel.IncompatibleException;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Compares what a codec reads and writes with a type of BTF, member by member: names, offsets, sizes, signedness, and
 * byte order where C names it ({@code __be16}, {@code __be32}, {@code __be64}).
 */
public final class LayoutCheck {
    /**
     * One member on both sides.
     *
     * @param java what the codec has, empty where it has nothing
     * @param c what BTF has, empty where it has nothing
     * @param verdict whether they agree
     */
    public record Row(String java, String c, Agreement verdict) {}

    /** Whether two sides agree. */
    public enum Agreement {
        /** They do. */
        SAME,
        /** They do not. */
        DIFFERENT
    }

    private final Btf btf;
    private final List<Row> rows = new ArrayList<>();

    private LayoutCheck(Btf btf) {
        this.btf = btf;
    }

    /**
     * {@return every member of both sides, in the order of C}
     *
     * @param shape what a codec reads and writes
     * @param btf the types
     * @param typeId the type to compare with
     */
    public static List<Row> compare(Shape shape, Btf btf, int typeId) {
        LayoutCheck check = new LayoutCheck(btf);
        check.visit("", 0, shape, typeId, 0);
        return List.copyOf(check.rows);
    }

    /**
     * Does nothing where a codec and a type agree.
     *
     * @param subject what is compared, for the message
     * @param shape what a codec reads and writes
     * @param btf the types
     * @param typeId the type to compare with
     * @throws IncompatibleException if they differ; it prints all members of both sides and marks those that differ
     */
    public static void require(String subject, Shape shape, Btf btf, int typeId) {
        List<Row> rows = compare(shape, btf, typeId);
        if (rows.stream().allMatch(row -> row.verdict() == Agreement.SAME)) {
            return;
        }
        StringBuilder ours = new StringBuilder(64).append(title(shape));
        StringBuilder theirs = new StringBuilder(64).append(btf.cName(typeId));
        for (Row row : rows) {
            String mark = row.verdict() == Agreement.SAME ? "\n      " : "\n    ! ";
            ours.append(mark).append(row.java().isEmpty() ? "(nothing)" : row.java());
            theirs.append(mark).append(row.c().isEmpty() ? "(nothing)" : row.c());
        }
        throw new IncompatibleException("the layout of " + subject, ours.toString(), theirs.toString());
    }

    private static String title(Shape shape) {
        return shape instanceof Shape.Struct struct ? "record " + struct.name() : "Java";
    }

    private void row(String java, String c, boolean same) {
        rows.add(new Row(java, c, same ? Agreement.SAME : Agreement.DIFFERENT));
    }

    private void visit(String path, long offset, Shape shape, int typeId, int depth) {
        int type = btf.resolve(typeId);
        switch (shape) {
            case Shape.Bytes bytes -> {
                boolean same = type != 0 && hasSize(type) && btf.sizeOf(type) == bytes.size();
                row(line(path, offset, bytes.size(), "bytes"), line(path, offset, type, typeId), same);
            }
            case Shape.Scalar scalar -> visitScalar(path, offset, scalar, typeId, type);
            case Shape.Sequence sequence -> visitSequence(path, offset, sequence, typeId, type, depth);
            case Shape.Struct struct -> visitStruct(path, offset, struct, typeId, type, depth);
        }
    }

    private void visitScalar(String path, long offset, Shape.Scalar scalar, int typeId, int type) {
        BtfKind kind = type == 0 ? BtfKind.UNKNOWN : btf.kind(type);
        boolean same = switch (kind) {
            case INT, ENUM, ENUM64, PTR ->
                scalar.kind() == Shape.ScalarKind.INTEGER
                        && btf.sizeOf(type) == scalar.size()
                        && agrees(scalar.signedness(), isSigned(type));
            case FLOAT -> scalar.kind() == Shape.ScalarKind.FLOAT && btf.sizeOf(type) == scalar.size();
            default -> false;
        };
        if (scalar.size() > 1 && isNetworkOrder(typeId) && scalar.order() != ByteOrder.BIG_ENDIAN) {
            same = false;
        }
        String order = scalar.size() > 1 && scalar.order() == ByteOrder.BIG_ENDIAN ? " big-endian" : "";
        String sign = switch (scalar.signedness()) {
            case SIGNED -> " signed";
            case UNSIGNED -> " unsigned";
            case UNSTATED -> "";
        };
        String what = (scalar.kind() == Shape.ScalarKind.FLOAT ? "float" : "integer") + sign + order;
        row(line(path, offset, scalar.size(), what), line(path, offset, type, typeId), same);
    }

    private void visitSequence(String path, long offset, Shape.Sequence sequence, int typeId, int type, int depth) {
        if (type == 0 || btf.kind(type) != BtfKind.ARRAY || btf.arrayLength(type) != sequence.count()) {
            row(
                    line(path, offset, sequence.size(), "array of " + sequence.count()),
                    line(path, offset, type, typeId),
                    false);
            return;
        }
        visit(path + "[0]", offset, sequence.element(), btf.arrayElement(type), depth + 1);
    }

    private void visitStruct(String path, long offset, Shape.Struct struct, int typeId, int type, int depth) {
        if (type == 0 || !BtfMembers.isComposite(btf, type)) {
            row(line(path, offset, struct.size(), "record " + struct.name()), line(path, offset, type, typeId), false);
            return;
        }
        List<BtfMembers.Found> members = BtfMembers.all(btf, type);
        Set<BtfMembers.Found> used = new HashSet<>();
        Set<Integer> unions = new HashSet<>();
        for (Shape.Field field : struct.members()) {
            String name = path.isEmpty() ? field.name() : path + "." + field.name();
            BtfMembers.Found found = named(members, field);
            if (found == null) {
                row(line(name, offset + field.offset(), field.shape().size(), describe(field.shape())), "", false);
                continue;
            }
            used.add(found);
            if (found.anonymousUnion() >= 0) {
                unions.add(found.anonymousUnion());
            }
            long theirs = offset + found.bitOffset() / 8;
            if (found.bitfieldSize() != 0 || found.bitOffset() % 8 != 0) {
                row(
                        line(name, offset + field.offset(), field.shape().size(), describe(field.shape())),
                        line(name, theirs, 0, "bit-field of " + found.bitfieldSize() + " bits"),
                        false);
            } else if (found.bitOffset() / 8 != field.offset()) {
                row(
                        line(name, offset + field.offset(), field.shape().size(), describe(field.shape())),
                        line(name, theirs, btf.resolve(found.typeId()), found.typeId()),
                        false);
            } else {
                visit(name, theirs, field.shape(), found.typeId(), depth + 1);
            }
        }
        if (struct.coverage() == Shape.Coverage.WHOLE) {
            for (BtfMembers.Found member : members) {
                boolean overlaid = member.anonymousUnion() >= 0 && unions.contains(member.anonymousUnion());
                if (!used.contains(member) && !overlaid) {
                    String name = path.isEmpty() ? member.name() : path + "." + member.name();
                    row(
                            "",
                            line(name, offset + member.bitOffset() / 8, btf.resolve(member.typeId()), member.typeId()),
                            false);
                }
            }
        }
        if (btf.sizeOf(type) != struct.size()) {
            row("size " + struct.size(), "size " + btf.sizeOf(type), false);
        }
    }

    private static BtfMembers.@Nullable Found named(List<BtfMembers.Found> members, Shape.Field field) {
        for (BtfMembers.Found member : members) {
            if (member.name().equals(field.name()) || member.name().equals(field.alias())) {
                return member;
            }
        }
        return null;
    }

    private static boolean agrees(Signedness stated, boolean signed) {
        return switch (stated) {
            case UNSTATED -> true;
            case SIGNED -> signed;
            case UNSIGNED -> !signed;
        };
    }

    private boolean isSigned(int type) {
        return switch (btf.kind(type)) {
            case INT -> btf.intSigned(type);
            case ENUM, ENUM64 -> btf.enumSigned(type);
            default -> false;
        };
    }

    /** The byte order is in the typedef's name alone: the integer below it is plain. */
    private boolean isNetworkOrder(int typeId) {
        int type = typeId;
        for (int steps = 0; type != 0 && steps < 32; steps++) {
            type = btf.skipModifiers(type);
            if (type == 0 || btf.kind(type) != BtfKind.TYPEDEF) {
                return false;
            }
            switch (btf.name(type)) {
                case "__be16", "__be32", "__be64" -> {
                    return true;
                }
                default -> type = btf.ref(type);
            }
        }
        return false;
    }

    private boolean hasSize(int type) {
        return switch (btf.kind(type)) {
            case INT, PTR, ARRAY, STRUCT, UNION, ENUM, ENUM64, FLOAT -> true;
            default -> false;
        };
    }

    private static String describe(Shape shape) {
        return switch (shape) {
            case Shape.Bytes bytes -> "bytes";
            case Shape.Scalar scalar -> scalar.kind() == Shape.ScalarKind.FLOAT ? "float" : "integer";
            case Shape.Sequence sequence -> "array of " + sequence.count();
            case Shape.Struct struct -> "record " + struct.name();
        };
    }

    private static String line(String path, long offset, long size, String what) {
        return String.format(
                Locale.ROOT, "offset %-4d size %-4d %s%s", offset, size, what, path.isEmpty() ? "" : " " + path);
    }

    private String line(String path, long offset, int type, int typeId) {
        if (type == 0) {
            return String.format(Locale.ROOT, "offset %-4d void%s", offset, path.isEmpty() ? "" : " " + path);
        }
        String sign = switch (btf.kind(type)) {
            case INT, ENUM, ENUM64 -> isSigned(type) ? " signed" : " unsigned";
            default -> "";
        };
        return line(path, offset, hasSize(type) ? btf.sizeOf(type) : 0, btf.cName(typeId) + sign);
    }
}
