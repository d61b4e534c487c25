package io.ebpf4j.btf;

import io.ebpf4j.kernel.InvalidObjectException;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.IntConsumer;

/**
 * Writes types as C that compiles, each after what it depends on, laid out as BTF says: what {@code vmlinux.h} is made
 * of. Padding that the compiler would not insert itself is written out, packed structures are marked, and a name that
 * occurs again with another meaning gets a number: {@code foo___2}.
 *
 * <p>The output is for targets that lay structures out as the System V ABI does with the pointer size of the BTF, as
 * {@code clang --target=bpf} does for kernels of 64 bits. Tags on declarations are left out.
 *
 * <p>Not for use by several threads at once; every call starts anew.
 */
public final class BtfDump {
    /** Types that lead to each other before the first of them can be written; kernels need far fewer. */
    private static final int MAX_NESTING = 512;

    /** Anonymous types within each other; the kernel's verifier stops at 32. */
    private static final int MAX_INDENT = 64;

    /** A gap that is longer, in bits, is filled with an array rather than with nameless bit-fields. */
    private static final long LONG_GAP = 1024;

    private final Btf btf;
    private final Map<Integer, Long> alignments = new HashMap<>();
    private final CDeclaration declaration;
    private StringBuilder out = new StringBuilder();
    private long limit;
    private int indent;
    private int depth;

    private final Map<String, Integer> tagNames = new HashMap<>();
    private final Map<String, Integer> plainNames = new HashMap<>();
    private final Map<Integer, String> names = new HashMap<>();
    /** Forward declarations are of the structure whose name they have: one name for both. */
    private final Map<String, String> forwards = new HashMap<>();

    private BitSet defined = new BitSet();
    private BitSet inProgress = new BitSet();
    private BitSet needed = new BitSet();
    private BitSet neededWhole = new BitSet();

    /**
     * Prepares to write types.
     *
     * @param btf the types
     */
    public BtfDump(Btf btf) {
        this.btf = btf;
        this.declaration = new CDeclaration(btf, this::base, CDeclaration.Tags.WRITTEN);
    }

    /**
     * {@return C definitions of some types and of all they depend on; functions and variables become declarations}
     *
     * @param ids type ids
     * @throws InvalidObjectException if a type is broken, contains itself, or nests too deep
     */
    public String types(int... ids) {
        start();
        Set<Integer> reachable = new LinkedHashSet<>();
        for (int id : ids) {
            collect(id, reachable);
        }
        preamble(reachable);
        for (int id : ids) {
            define(id);
        }
        return out.toString();
    }

    /**
     * {@return C definitions of all types, in the form of a header that marks structures with
     * {@code preserve_access_index} for CO-RE unless {@code BPF_NO_PRESERVE_ACCESS_INDEX} is defined}
     *
     * @throws InvalidObjectException if a type is broken, contains itself, or nests too deep
     */
    public String header() {
        start();
        out.append("#ifndef __VMLINUX_H__\n#define __VMLINUX_H__\n\n");
        out.append("#ifndef BPF_NO_PRESERVE_ACCESS_INDEX\n");
        out.append("#pragma clang attribute push (__attribute__((preserve_access_index)), apply_to = record)\n");
        out.append("#endif\n\n");
        Set<Integer> all = new LinkedHashSet<>();
        BitSet referenced = new BitSet();
        for (int id = 1; id <= btf.lastId(); id++) {
            switch (btf.kind(id)) {
                case STRUCT, UNION, ENUM, ENUM64, FWD, TYPEDEF -> all.add(id);
                default -> {}
            }
            references(id, referenced::set);
        }
        preamble(all);
        for (int id : all) {
            if (!btf.isAnonymous(id) || btf.kind(id).isEnumeration() && !referenced.get(id)) {
                define(id);
            }
        }
        out.append("#ifndef BPF_NO_PRESERVE_ACCESS_INDEX\n#pragma clang attribute pop\n#endif\n\n");
        out.append("#endif /* __VMLINUX_H__ */\n");
        return out.toString();
    }

    private void start() {
        out = new StringBuilder();
        // Anonymous types are written wherever they are used, so that a few hostile ones could be written for ever.
        limit = (1L << 20) + 32 * sizeOfAll();
        indent = 0;
        depth = 0;
        tagNames.clear();
        plainNames.clear();
        names.clear();
        forwards.clear();
        defined = new BitSet();
        inProgress = new BitSet();
        needed = new BitSet();
        neededWhole = new BitSet();
    }

    private long sizeOfAll() {
        return btf.bytes().byteSize()
                + btf.base().map(base -> base.bytes().byteSize()).orElse(0L);
    }

    // --- what to write

    /** Everything that is reachable, so that structures and enumerations can be declared before any is used. */
    private void collect(int start, Set<Integer> reachable) {
        ArrayDeque<Integer> open = new ArrayDeque<>();
        open.add(start);
        while (!open.isEmpty()) {
            int id = open.remove();
            if (id != 0 && reachable.add(id)) {
                references(id, open::add);
            }
        }
    }

    private void references(int id, IntConsumer to) {
        switch (btf.kind(id)) {
            case PTR, TYPEDEF, VOLATILE, CONST, RESTRICT, FUNC, VAR, TYPE_TAG -> to.accept(btf.ref(id));
            case ARRAY -> to.accept(btf.arrayElement(id));
            case STRUCT, UNION -> {
                for (int i = 0; i < btf.vlen(id); i++) {
                    to.accept(btf.memberType(id, i));
                }
            }
            case FUNC_PROTO -> {
                to.accept(btf.ref(id));
                for (int i = 0; i < btf.vlen(id); i++) {
                    to.accept(btf.paramType(id, i));
                }
            }
            case UNKNOWN, INT, ENUM, FWD, DATASEC, FLOAT, DECL_TAG, ENUM64 -> {}
        }
    }

    /** Names everything, declares structures and unions, and defines enumerations, none of which needs anything else. */
    private void preamble(Set<Integer> reachable) {
        for (int id : reachable) {
            if (btf.kind(id).isComposite() && !btf.isAnonymous(id)) {
                String name = btf.name(id);
                String unique = unique(tagNames, name);
                names.put(id, unique);
                String tag = keyword(id) + " " + name;
                forwards.putIfAbsent(tag, unique);
                line(keyword(id) + " " + unique + ";");
            }
        }
        for (int id : reachable) {
            if (btf.kind(id) == BtfKind.FWD) {
                String tag = keyword(id) + " " + btf.name(id);
                String known = forwards.get(tag);
                if (known == null) {
                    known = unique(tagNames, btf.name(id));
                    forwards.put(tag, known);
                    line(keyword(id) + " " + known + ";");
                }
                names.put(id, known);
            } else if (btf.kind(id).isEnumeration() && !btf.isAnonymous(id)) {
                names.put(id, unique(tagNames, btf.name(id)));
            }
        }
        out.append('\n');
        for (int id : reachable) {
            if (btf.kind(id).isEnumeration() && !btf.isAnonymous(id)) {
                define(id);
            }
        }
        for (int id : reachable) {
            if (btf.kind(id) == BtfKind.TYPEDEF) {
                names.put(id, unique(plainNames, btf.name(id)));
            }
        }
    }

    private static String unique(Map<String, Integer> used, String name) {
        if (name.startsWith("__builtin_")) {
            used.putIfAbsent(name, 1); // the compiler brings these itself, with the target's meaning
        }
        int count = used.merge(name, 1, Integer::sum);
        return count == 1 ? name : name + "___" + count;
    }

    private String keyword(int id) {
        return switch (btf.kind(id)) {
            case STRUCT -> "struct";
            case UNION -> "union";
            case FWD -> btf.fwdIsUnion(id) ? "union" : "struct";
            default -> "enum";
        };
    }

    // --- order

    private void define(int id) {
        if (defined.get(id)) {
            return;
        }
        if (inProgress.get(id)) {
            throw btf.unfit(id, "contains itself");
        }
        inProgress.set(id);
        switch (btf.kind(id)) {
            case STRUCT, UNION -> {
                membersFirst(id);
                line(body(id) + ";\n");
            }
            case ENUM, ENUM64 -> line(body(id) + ";\n");
            case TYPEDEF -> typedef(id);
            case FUNC -> {
                need(btf.ref(id), false);
                line(declaration.of(id, "") + ";\n");
            }
            case VAR -> {
                need(btf.ref(id), true);
                line("extern " + declaration.of(id, "") + ";\n");
            }
            case PTR, ARRAY, VOLATILE, CONST, RESTRICT, FUNC_PROTO, TYPE_TAG -> need(id, false);
            case UNKNOWN, INT, FWD, DATASEC, FLOAT, DECL_TAG -> {}
        }
        inProgress.clear(id);
        defined.set(id);
    }

    private void typedef(int id) {
        String name = names.getOrDefault(id, btf.name(id));
        if (name.equals("__gnuc_va_list") && btf.ref(id) == 0) {
            line("typedef __builtin_va_list __gnuc_va_list;\n"); // some compilers describe it as void
            return;
        }
        need(btf.ref(id), false);
        line("typedef " + declaration.of(btf.ref(id), name) + ";\n");
    }

    private void membersFirst(int id) {
        for (int i = 0; i < btf.vlen(id); i++) {
            need(btf.memberType(id, i), true);
        }
    }

    /**
     * Defines what has to be known before a type can be mentioned.
     *
     * @param whole whether its size has to be known too, as behind a pointer it has not
     */
    private void need(int id, boolean whole) {
        BitSet done = whole ? neededWhole : needed;
        if (id == 0 || done.get(id)) {
            return;
        }
        if (++depth > MAX_NESTING) {
            throw btf.unfit(id, "comes at the end of a chain of more than " + MAX_NESTING + " types");
        }
        switch (btf.kind(id)) {
            case PTR -> need(btf.ref(id), false);
            case VOLATILE, CONST, RESTRICT, TYPE_TAG -> need(btf.ref(id), whole);
            case ARRAY -> need(btf.arrayElement(id), true);
            case FUNC_PROTO -> {
                need(btf.ref(id), false);
                for (int i = 0; i < btf.vlen(id); i++) {
                    need(btf.paramType(id, i), false);
                }
            }
            case TYPEDEF -> {
                define(id);
                if (whole) {
                    need(btf.ref(id), true);
                }
            }
            case STRUCT, UNION -> {
                if (btf.isAnonymous(id)) {
                    membersFirst(id);
                } else if (whole) {
                    define(id);
                }
            }
            case UNKNOWN, INT, ENUM, ENUM64, FWD, FLOAT, FUNC, VAR, DATASEC, DECL_TAG -> {}
        }
        depth--;
        done.set(id);
    }

    // --- text

    private String base(int id) {
        return switch (btf.kind(id)) {
            case STRUCT, UNION, ENUM, ENUM64 ->
                btf.isAnonymous(id) ? body(id) : keyword(id) + " " + names.getOrDefault(id, btf.name(id));
            case FWD -> keyword(id) + " " + names.getOrDefault(id, btf.name(id));
            case TYPEDEF -> names.getOrDefault(id, btf.name(id));
            default -> CDeclaration.baseName(btf, id);
        };
    }

    private String body(int id) {
        if (indent > MAX_INDENT) {
            throw btf.unfit(id, "nests deeper than " + MAX_INDENT);
        }
        return btf.kind(id).isEnumeration() ? enumeration(id) : composite(id);
    }

    private String enumeration(int id) {
        StringBuilder text = new StringBuilder(head("enum", id));
        boolean signed = btf.enumSigned(id);
        boolean wide = btf.kind(id) == BtfKind.ENUM64;
        for (int i = 0; i < btf.vlen(id); i++) {
            long value = btf.enumValue(id, i);
            String number = signed ? Long.toString(value) : Long.toUnsignedString(value) + (wide ? "ULL" : "");
            if (signed && wide) {
                number = value == Long.MIN_VALUE ? "(-9223372036854775807LL - 1)" : value + "LL";
            }
            text.append(tabs(1))
                    .append(unique(plainNames, btf.enumName(id, i)))
                    .append(" = ")
                    .append(number)
                    .append(",\n");
            check(text, id);
        }
        text.append(tabs(0)).append('}');
        if (btf.rawSize(id) == 1) {
            text.append(" __attribute__((mode(byte)))");
        } else if (btf.rawSize(id) == 2) {
            text.append(" __attribute__((mode(HI)))");
        } else if (btf.rawSize(id) == 8 && !wide) {
            text.append(" __attribute__((mode(DI)))");
        }
        return text.toString();
    }

    private String head(String keyword, int id) {
        return keyword + " " + (btf.isAnonymous(id) ? "" : names.getOrDefault(id, btf.name(id)) + " ") + "{\n";
    }

    private String composite(int id) {
        boolean union = btf.kind(id) == BtfKind.UNION;
        long align = btf.alignOf(id, alignments, 0);
        boolean packed = align == 1 && isPacked(id);
        StringBuilder text = new StringBuilder(head(keyword(id), id));
        long at = 0;
        long largest = 0;
        for (int i = 0; i < btf.vlen(id); i++) {
            int type = btf.memberType(id, i);
            long offset = btf.memberBitOffset(id, i);
            int width = bitfieldWidth(id, i);
            long bits = width != 0 ? width : 8 * memberSize(type);
            if (!union) {
                if (offset < at) {
                    throw btf.unfit(id, "has members that overlap");
                }
                if (natural(at, type, width, packed) != offset) {
                    padding(text, at, offset, id);
                }
            }
            String member = btf.memberName(id, i);
            indent++;
            text.append(tabs(0)).append(indent == 1 ? declaration.of(type, member) : declaration.nested(type, member));
            indent--;
            text.append(width != 0 ? ": " + width + ";\n" : ";\n");
            check(text, id);
            at = offset + bits;
            largest = Math.max(largest, bits);
        }
        long size = 8 * btf.rawSize(id);
        if (union) {
            if (roundUp(largest, 8 * align) < size) {
                text.append(tabs(1)).append("unsigned char __size[" + size / 8 + "];\n");
            }
        } else if (roundUp(at, 8 * align) < size) {
            padding(text, at, size, id);
        }
        return text.append(tabs(0))
                .append(packed ? "} __attribute__((packed))" : "}")
                .toString();
    }

    /** Where the compiler would put a member by itself. */
    private long natural(long at, int type, int width, boolean packed) {
        if (width != 0) {
            long unit = 8 * Math.max(btf.sizeOf(type), 1);
            boolean straddles = !packed && at % unit + width > unit;
            return straddles ? roundUp(at, unit) : at;
        }
        return roundUp(at, packed ? 8 : 8 * btf.alignOf(type, alignments, 0));
    }

    private long memberSize(int type) {
        return btf.kind(btf.resolve(type)) == BtfKind.FUNC_PROTO ? 0 : btf.sizeOf(type);
    }

    /** Width of a bit-field in either encoding, 0 for another member. */
    private int bitfieldWidth(int id, int member) {
        int width = btf.memberBitfieldSize(id, member);
        if (width == 0 && !btf.kindFlag(id)) {
            int type = btf.resolve(btf.memberType(id, member));
            if (btf.kind(type) == BtfKind.INT && btf.intBits(type) != 8 * btf.rawSize(type)) {
                return btf.intBits(type);
            }
        }
        return width;
    }

    private boolean isPacked(int id) {
        for (int i = 0; i < btf.vlen(id); i++) {
            if (btf.alignOf(btf.memberType(id, i), alignments, 0) > 1) {
                return true;
            }
        }
        return false;
    }

    private void padding(StringBuilder text, long from, long to, int id) {
        if (to - from > LONG_GAP) {
            long start = roundUp(from, 8);
            if (start > from) {
                padding(text, from, start, id);
            }
            text.append(tabs(1))
                    .append(String.format(Locale.ROOT, "unsigned char __pad_%d[%d];\n", start / 8, (to - start) / 8));
            if (to % 8 != 0) {
                padding(text, to - to % 8, to, id);
            }
            return;
        }
        long at = from;
        while (at < to) {
            long bits = Math.min(to - at, 8 - at % 8);
            String type = "char";
            if (at % 64 == 0 && to - at >= 64) {
                bits = 64;
                type = "long long";
            } else if (at % 32 == 0 && to - at >= 32) {
                bits = 32;
                type = "int";
            } else if (at % 16 == 0 && to - at >= 16) {
                bits = 16;
                type = "short";
            }
            text.append(tabs(1)).append(type).append(": ").append(bits).append(";\n");
            at += bits;
        }
    }

    private String tabs(int more) {
        return "\t".repeat(indent + more);
    }

    private void line(String text) {
        out.append(text).append('\n');
        check(out, 0);
    }

    private void check(StringBuilder text, int id) {
        if (text.length() > limit) {
            throw btf.unfit(id, "would take far more text than there are types");
        }
    }

    private static long roundUp(long value, long multiple) {
        return (value + multiple - 1) / multiple * multiple;
    }
}
