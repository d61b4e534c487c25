package io.ebpf4j.spec;

import io.ebpf4j.btf.Btf;
import io.ebpf4j.btf.BtfKind;
import io.ebpf4j.elf.ElfSymbol;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What an object declares and the running kernel defines: the undefined symbols of the file. */
final class Externs {
    private static final int MAX_CONFIG_SIZE = 1 << 24;

    private final ObjectFile file;
    private final Map<String, Extern> all = new LinkedHashMap<>();
    private final Map<String, Extern.KconfigExtern> config = new HashMap<>();
    private final Map<String, String> undefined = new HashMap<>();
    private int configSize;

    Externs(ObjectFile file, @Nullable Types types) {
        this.file = file;
        List<Extern.KconfigExtern> unplaced = new ArrayList<>();
        List<Integer> alignments = new ArrayList<>();
        for (ElfSymbol symbol : file.elf().symbols()) {
            if (isExtern(symbol)) {
                collect(symbol, types, unplaced, alignments);
            }
        }
        place(unplaced, alignments);
    }

    static boolean isExtern(ElfSymbol symbol) {
        return symbol.isUndefined()
                && !symbol.isLocal()
                && !symbol.name().isEmpty()
                && (symbol.type() == ElfSymbol.STT_NOTYPE || symbol.isFunction());
    }

    Map<String, Extern> all() {
        return all;
    }

    Map<String, Extern.KconfigExtern> config() {
        return config;
    }

    /** Bytes of the {@code .kconfig} map's value, 0 when there is none. */
    int configSize() {
        return configSize;
    }

    /** Why a symbol that is no extern cannot be resolved. */
    String undefined(String symbol) {
        return undefined.getOrDefault(symbol, symbol + " is not defined");
    }

    private void collect(
            ElfSymbol symbol, @Nullable Types types, List<Extern.KconfigExtern> config, List<Integer> alignments) {
        String name = symbol.name();
        int id = types == null ? 0 : types.extern(name);
        if (types == null || id == 0) {
            undefined.put(
                    name, name + " is declared and nothing defines it: it is not in the object's BTF as an extern");
            return;
        }
        Btf btf = types.btf();
        Extern.Binding binding = symbol.isWeak() ? Extern.Binding.WEAK : Extern.Binding.REQUIRED;
        boolean function = btf.kind(id) == BtfKind.FUNC;
        switch (types.sectionOfExtern(id)) {
            case ".kconfig" -> {
                Extern.@Nullable ConfigKind kind = function ? null : configKind(btf, btf.ref(id));
                if (kind == null) {
                    undefined.put(name, name + " is in .kconfig, and its type is none that a configuration value has");
                    return;
                }
                int type = btf.ref(id);
                long size = btf.sizeOf(type);
                long alignment = btf.alignOf(type);
                if (size <= 0 || size > Short.MAX_VALUE || alignment <= 0 || alignment > Long.BYTES) {
                    throw file.invalid(
                            ".BTF", -1, "extern " + name + " has " + size + " bytes, aligned at " + alignment);
                }
                int resolved = btf.resolve(type);
                Extern.Signedness signedness = btf.kind(resolved) == BtfKind.INT && btf.intSigned(resolved)
                        ? Extern.Signedness.SIGNED
                        : Extern.Signedness.UNSIGNED;
                config.add(new Extern.KconfigExtern(name, binding, type, kind, signedness, 0, (int) size));
                alignments.add((int) alignment);
            }
            case ".ksyms" -> {
                if (function) {
                    all.put(name, new Extern.KfuncExtern(name, binding, id, btf.ref(id)));
                } else {
                    all.put(name, new Extern.KsymExtern(name, binding, btf.resolve(btf.ref(id))));
                }
            }
            default -> undefined.put(name, name + " is declared in no section that a loader knows (.kconfig, .ksyms)");
        }
    }

    private static Extern.@Nullable ConfigKind configKind(Btf btf, int type) {
        int resolved = btf.resolve(type);
        return switch (btf.kind(resolved)) {
            case INT -> {
                long size = btf.rawSize(resolved);
                if (btf.intBool(resolved)) {
                    yield size == 1 ? Extern.ConfigKind.BOOLEAN : null;
                }
                yield size == 1
                        ? Extern.ConfigKind.CHARACTER
                        : size == 2 || size == 4 || size == 8 ? Extern.ConfigKind.INTEGER : null;
            }
            case ENUM, ENUM64 -> btf.name(resolved).equals("libbpf_tristate") ? Extern.ConfigKind.TRISTATE : null;
            case ARRAY -> {
                int element = btf.resolve(btf.arrayElement(resolved));
                boolean text = btf.arrayLength(resolved) > 0
                        && btf.kind(element) == BtfKind.INT
                        && btf.rawSize(element) == 1
                        && !btf.intBool(element);
                yield text ? Extern.ConfigKind.TEXT : null;
            }
            default -> null;
        };
    }

    /** Places the configuration values as libbpf does: by falling alignment, then rising size, then name. */
    private void place(List<Extern.KconfigExtern> unplaced, List<Integer> alignments) {
        record Candidate(Extern.KconfigExtern extern, int alignment) {}
        List<Candidate> candidates = new ArrayList<>();
        for (int i = 0; i < unplaced.size(); i++) {
            candidates.add(new Candidate(unplaced.get(i), alignments.get(i)));
        }
        candidates.sort(Comparator.comparingInt(Candidate::alignment)
                .reversed()
                .thenComparingInt(c -> c.extern().size())
                .thenComparing(c -> c.extern().name()));
        Map<String, Extern> placed = new LinkedHashMap<>();
        int end = 0;
        for (Candidate candidate : candidates) {
            int start = (end + candidate.alignment() - 1) / candidate.alignment() * candidate.alignment();
            Extern.KconfigExtern e = candidate.extern();
            Extern.KconfigExtern extern = new Extern.KconfigExtern(
                    e.name(), e.binding(), e.typeId(), e.kind(), e.signedness(), start, e.size());
            if (config.putIfAbsent(e.name(), extern) == null) {
                placed.put(e.name(), extern);
                end = start + e.size();
                if (end > MAX_CONFIG_SIZE) {
                    throw file.invalid(
                            ".BTF", -1, "the configuration values have more than " + MAX_CONFIG_SIZE + " bytes");
                }
            }
        }
        configSize = end;
        placed.putAll(all);
        all.clear();
        all.putAll(placed);
    }
}
