package io.ebpf4j.relocate;

import io.ebpf4j.btf.Btf;
import io.ebpf4j.btf.BtfKind;
import io.ebpf4j.btf.CoreRelocationKind;

/** Types and paths in C's terms, for reports and messages. */
final class TypeText {
    private TypeText() {}

    /** A type as C refers to it: {@code struct foo}, {@code foo_t}. */
    static String of(Btf btf, int id) {
        BtfKind kind = btf.kind(id);
        String name = btf.name(id);
        String shown = name.isEmpty() ? "<anonymous>" : name;
        return switch (kind) {
            case STRUCT, UNION -> kind.label() + " " + shown;
            case ENUM, ENUM64 -> "enum " + shown;
            case FWD -> (btf.fwdIsUnion(id) ? "union " : "struct ") + shown;
            case TYPEDEF, INT, FLOAT, FUNC, VAR, DATASEC -> shown;
            default -> id == 0 ? "void" : btf.cName(id);
        };
    }

    /** A path as C would write it: {@code struct task_struct.mm.exe_file}, {@code enum foo::BAR}. */
    static String of(AccessPath path, CoreRelocationKind kind) {
        StringBuilder text = new StringBuilder(of(path.btf(), path.rootId()));
        if (kind.isEnumValue()) {
            return text.append("::").append(path.name(0)).toString();
        }
        for (int step = 0; step < path.length(); step++) {
            String name = path.name(step);
            if (name != null) {
                text.append('.').append(name);
            } else if (step > 0 || path.index(step) > 0) {
                text.append('[').append(path.index(step)).append(']');
            }
        }
        return text.toString();
    }

    /** A bit offset as bytes, and bits where there are any: {@code 16}, {@code 16 bit 3}. */
    static String offset(long bits) {
        return bits % 8 == 0 ? Long.toString(bits / 8) : bits / 8 + " bit " + bits % 8;
    }
}
