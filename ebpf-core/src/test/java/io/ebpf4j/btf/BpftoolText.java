package io.ebpf4j.btf;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Types as {@code bpftool btf dump} lists them, so that the two readings can be compared line by line. */
final class BpftoolText {
    private BpftoolText() {}

    static List<String> of(Btf btf, int first) {
        List<String> lines = new ArrayList<>();
        for (int id = first; id <= btf.lastId(); id++) {
            add(btf, id, lines);
        }
        return lines;
    }

    private static String quoted(String name) {
        return "'" + (name.isEmpty() ? "(anon)" : name) + "'";
    }

    private static void add(Btf btf, int id, List<String> lines) {
        String head = "[" + id + "] " + btf.kind(id).kernelName() + " " + quoted(btf.name(id));
        switch (btf.type(id)) {
            case BtfType.Int t ->
                lines.add(head + " size=" + t.size() + " bits_offset=" + t.offset() + " nr_bits=" + t.bits()
                        + " encoding="
                        + switch (t.encoding()) {
                            case UNSIGNED -> "(none)";
                            case SIGNED -> "SIGNED";
                            case CHAR -> "CHAR";
                            case BOOL -> "BOOL";
                            case SIGNED_CHAR -> "UNKN";
                        });
            case BtfType.Pointer t -> lines.add(head + " type_id=" + t.target());
            case BtfType.Typedef t -> lines.add(head + " type_id=" + t.target());
            case BtfType.Qualifier t -> lines.add(head + " type_id=" + t.target());
            case BtfType.TypeTag t -> lines.add(head + " type_id=" + t.target());
            case BtfType.Array t ->
                lines.add(head + " type_id=" + t.element() + " index_type_id=" + t.index() + " nr_elems=" + t.length());
            case BtfType.Composite t -> {
                lines.add(head + " size=" + t.size() + " vlen=" + t.members().size());
                for (BtfType.Member member : t.members()) {
                    lines.add("\t" + quoted(member.name()) + " type_id=" + member.type() + " bits_offset="
                            + member.bitOffset()
                            + (member.bitfieldSize() == 0 ? "" : " bitfield_size=" + member.bitfieldSize()));
                }
            }
            case BtfType.Enumeration t -> {
                lines.add(head + " encoding=" + t.signedness() + " size=" + t.size() + " vlen="
                        + t.enumerators().size());
                boolean wide = t.kind() == BtfKind.ENUM64;
                boolean signed = t.signedness() == BtfType.Signedness.SIGNED;
                for (BtfType.Enumerator enumerator : t.enumerators()) {
                    String value =
                            signed ? Long.toString(enumerator.value()) : Long.toUnsignedString(enumerator.value());
                    lines.add(
                            "\t" + quoted(enumerator.name()) + " val=" + value + (wide ? (signed ? "LL" : "ULL") : ""));
                }
            }
            case BtfType.Forward t ->
                lines.add(head + " fwd_kind=" + t.shape().name().toLowerCase(Locale.ROOT));
            case BtfType.Function t ->
                lines.add(head + " type_id=" + t.prototype() + " linkage="
                        + t.linkage().name().toLowerCase(Locale.ROOT));
            case BtfType.FunctionPrototype t -> {
                lines.add(head + " ret_type_id=" + t.result() + " vlen="
                        + t.parameters().size());
                for (BtfType.Parameter parameter : t.parameters()) {
                    lines.add("\t" + quoted(parameter.name()) + " type_id=" + parameter.type());
                }
            }
            case BtfType.Variable t ->
                lines.add(head + " type_id=" + t.type() + ", linkage="
                        + t.linkage().name().toLowerCase(Locale.ROOT));
            case BtfType.DataSection t -> {
                lines.add(head + " size=" + t.size() + " vlen=" + t.variables().size());
                for (BtfType.SectionVariable variable : t.variables()) {
                    lines.add("\ttype_id=" + variable.type() + " offset=" + variable.offset() + " size="
                            + variable.size() + " (" + btf.kind(variable.type()).kernelName() + " '"
                            + btf.name(variable.type()) + "')");
                }
            }
            case BtfType.FloatingPoint t -> lines.add(head + " size=" + t.size());
            case BtfType.DeclarationTag t ->
                lines.add(head + " type_id=" + t.target() + " component_idx=" + t.component());
            case BtfType.VoidType t -> lines.add("[0] VOID");
            case BtfType.Unrecognized t -> lines.add(head + " kind=" + t.kindNumber());
        }
    }
}
