package io.ebpf4j.btf;

import java.util.function.IntFunction;

/**
 * Writes types the way C declares them, from the inside out: {@code int (*name)(struct sock *)}.
 */
final class CDeclaration {
    /** More parts than this no declaration has; parameters that are functions of functions could go on for ever. */
    private static final int MAX_PARTS = 1 << 14;

    /** Nor is a list of parameters longer than this. */
    private static final int MAX_LIST = 1 << 16;

    /** Whether type tags are written as attributes. */
    enum Tags {
        WRITTEN,
        LEFT_OUT
    }

    private final Btf btf;
    private final IntFunction<String> baseName;
    private final Tags tags;
    private int parts;

    /** For a reader: anonymous types are abbreviated, tags left out. */
    CDeclaration(Btf btf) {
        this(btf, id -> baseName(btf, id), Tags.LEFT_OUT);
    }

    /**
     * @param baseName how a type is written that is not made of another one
     * @param tags what becomes of type tags
     */
    CDeclaration(Btf btf, IntFunction<String> baseName, Tags tags) {
        this.btf = btf;
        this.baseName = baseName;
        this.tags = tags;
    }

    /**
     * {@return the declaration of a name to be of a type}
     *
     * @param id type id
     * @param name the name, "" for the type alone
     */
    String of(int id, String name) {
        parts = 0;
        return declare(id, name, 0);
    }

    /** As {@link #of}, from within the writing of another declaration, whose parts count too. */
    String nested(int id, String name) {
        return declare(id, name, 0);
    }

    private String declare(int id, String name, int depth) {
        StringBuilder declarator = new StringBuilder(name);
        StringBuilder qualifiers = new StringBuilder();
        StringBuilder attributes = new StringBuilder();
        boolean pointer = false;
        int current = id;
        for (int steps = depth; steps <= Btf.MAX_DEPTH; steps++) {
            if (++parts > MAX_PARTS) {
                throw btf.unfit(id, "takes more than " + MAX_PARTS + " parts to declare");
            }
            switch (btf.kind(current)) {
                case CONST, VOLATILE, RESTRICT -> {
                    // An array of const that is const itself says so twice.
                    String qualifier = btf.kind(current).label() + " ";
                    if (qualifiers.indexOf(qualifier) < 0) {
                        qualifiers.append(qualifier);
                    }
                    current = btf.ref(current);
                }
                case TYPE_TAG -> {
                    if (tags == Tags.WRITTEN) {
                        attributes
                                .append(" __attribute__((btf_type_tag(\"")
                                .append(btf.name(current))
                                .append("\")))");
                    }
                    current = btf.ref(current);
                }
                case PTR -> {
                    if (!attributes.isEmpty() && !declarator.isEmpty()) {
                        attributes.append(' ');
                    }
                    String star = "*" + qualifiers + attributes;
                    declarator.insert(0, declarator.isEmpty() ? star.stripTrailing() : star);
                    qualifiers.setLength(0);
                    attributes.setLength(0);
                    pointer = true;
                    current = btf.ref(current);
                }
                case ARRAY -> {
                    parenthesise(declarator, pointer);
                    declarator.append('[').append(btf.arrayLength(current)).append(']');
                    pointer = false;
                    current = btf.arrayElement(current);
                }
                case FUNC_PROTO -> {
                    parenthesise(declarator, pointer);
                    declarator.append(parameters(current, steps + 1));
                    qualifiers.setLength(0);
                    pointer = false;
                    current = btf.ref(current);
                }
                case FUNC, VAR -> {
                    declarator.append(declarator.isEmpty() ? btf.name(current) : "");
                    current = btf.ref(current);
                }
                case UNKNOWN, INT, STRUCT, UNION, ENUM, ENUM64, FWD, TYPEDEF, DATASEC, FLOAT, DECL_TAG -> {
                    String base = baseName.apply(current);
                    boolean apart = !declarator.isEmpty() && declarator.charAt(0) != '[';
                    return qualifiers + base + attributes + (apart ? " " : "") + declarator;
                }
            }
        }
        throw btf.endless(id);
    }

    private static void parenthesise(StringBuilder declarator, boolean pointer) {
        if (pointer) {
            declarator.insert(0, '(').append(')');
        }
    }

    private String parameters(int id, int depth) {
        int count = btf.vlen(id);
        if (count == 0 || count == 1 && btf.paramType(id, 0) == 0) {
            return "(void)";
        }
        StringBuilder list = new StringBuilder("(");
        for (int i = 0; i < count; i++) {
            list.append(i == 0 ? "" : ", ");
            if (btf.paramType(id, i) == 0 && i == count - 1) {
                list.append("...");
            } else {
                list.append(declare(btf.paramType(id, i), btf.paramName(id, i), depth));
            }
            if (list.length() > MAX_LIST) {
                throw btf.unfit(id, "has parameters that take more than " + MAX_LIST + " characters");
            }
        }
        return list.append(')').toString();
    }

    /** {@return how C names a type that is not made of another one, anonymous ones abbreviated} */
    static String baseName(Btf btf, int id) {
        return switch (btf.kind(id)) {
            case STRUCT -> "struct " + named(btf, id);
            case UNION -> "union " + named(btf, id);
            case ENUM, ENUM64 -> "enum " + named(btf, id);
            case FWD -> (btf.fwdIsUnion(id) ? "union " : "struct ") + named(btf, id);
            case UNKNOWN, INT, FLOAT, TYPEDEF, DATASEC, DECL_TAG -> btf.name(id);
            case PTR, ARRAY, VOLATILE, CONST, RESTRICT, FUNC, FUNC_PROTO, VAR, TYPE_TAG ->
                throw new IllegalArgumentException("made of another type: " + btf.kind(id));
        };
    }

    private static String named(Btf btf, int id) {
        return btf.isAnonymous(id) ? "{...}" : btf.name(id);
    }
}
