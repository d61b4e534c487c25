package io.ebpf4j.spec;

import io.ebpf4j.btf.Btf;
import io.ebpf4j.btf.BtfKind;
import io.ebpf4j.btf.BtfType;
import io.ebpf4j.elf.ElfSection;
import io.ebpf4j.elf.ElfSymbol;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The types of an object as its compiler left them, and as a kernel takes them.
 *
 * <p>Clang leaves blanks for a linker: the sizes of data sections, the places of global variables in them. The kernel
 * further knows no extern variable and no function without parameter names, and has its own idea of what a hidden
 * function is. {@link #forKernel} fills these in, in place: type ids and strings stay where they are.
 */
final class Types {
    private static final int LINKAGE_STATIC = 0;
    private static final int LINKAGE_GLOBAL = 1;

    /** Bytes of {@code struct btf_type}, the part that every type has (include/uapi/linux/btf.h). */
    private static final int TYPE_BYTES = 12;

    private final ObjectFile file;
    private final Btf btf;
    private final Map<String, Integer> sections = new HashMap<>();
    private final Map<Integer, List<Tag>> tags = new HashMap<>();
    private final Map<String, Integer> externs = new HashMap<>();
    private final Map<Integer, String> externSections = new HashMap<>();

    /** A declaration tag on a whole type. */
    record Tag(int typeId, String text) {}

    Types(ObjectFile file, Btf btf) {
        this.file = file;
        this.btf = btf;
        for (int id = btf.firstId(); id <= btf.lastId(); id++) {
            switch (btf.kind(id)) {
                case DATASEC -> sections.putIfAbsent(btf.name(id), id);
                case DECL_TAG -> {
                    if (btf.componentIndex(id) == -1) {
                        tags.computeIfAbsent(btf.ref(id), key -> new ArrayList<>())
                                .add(new Tag(id, btf.name(id)));
                    }
                }
                case VAR, FUNC -> {
                    if (btf.linkage(id) == BtfType.Linkage.EXTERN) {
                        externs.putIfAbsent(btf.name(id), id);
                    }
                }
                default -> {}
            }
        }
        for (String name : List.of(".kconfig", ".ksyms")) {
            int section = section(name);
            for (int i = 0; section != 0 && i < btf.vlen(section); i++) {
                externSections.putIfAbsent(btf.sectionVarType(section, i), name);
            }
        }
    }

    Btf btf() {
        return btf;
    }

    /** The data section type of a name, 0 when there is none. */
    int section(String name) {
        return sections.getOrDefault(name, 0);
    }

    /** The extern variable or function of a name, 0 when there is none. */
    int extern(String name) {
        return externs.getOrDefault(name, 0);
    }

    /** The texts of the declaration tags on a type. */
    List<String> tags(int typeId) {
        return tags.getOrDefault(typeId, List.of()).stream().map(Tag::text).toList();
    }

    /** Every type that has a declaration tag that begins with a prefix. */
    Map<Integer, List<String>> tagged(String prefix) {
        Map<Integer, List<String>> result = new HashMap<>();
        tags.forEach((typeId, list) -> {
            List<String> matching = list.stream()
                    .map(Tag::text)
                    .filter(t -> t.startsWith(prefix))
                    .toList();
            if (!matching.isEmpty()) {
                result.put(typeId, matching);
            }
        });
        return result;
    }

    /** The data section that an extern is declared in, {@code ""} when it is none that externs belong in. */
    String sectionOfExtern(int externId) {
        return externSections.getOrDefault(externId, "");
    }

    /** The number of elements that a member of kind pointer to array stands for, -1 when it is no such thing. */
    long encodedInt(int memberType) {
        int pointer = btf.resolve(memberType);
        if (btf.kind(pointer) != BtfKind.PTR) {
            return -1;
        }
        int array = btf.ref(pointer);
        return btf.kind(array) == BtfKind.ARRAY ? btf.arrayLength(array) : -1;
    }

    /** A change to one type. */
    private sealed interface Change {
        /** A data section gets its size, and its variables in order. */
        record Section(int id, long size, List<Entry> entries) implements Change {}

        /** A variable gets another linkage and type. */
        record Variable(int id, int typeId, int linkage) implements Change {}

        /** A function gets another linkage. */
        record Function(int id, int linkage) implements Change {}

        /** A prototype gets names for its parameters. */
        record Prototype(int id) implements Change {}
    }

    /** A variable of a data section. */
    private record Entry(int typeId, long offset, long size) {}

    /**
     * The types as a kernel takes them.
     *
     * @param config the externs that are kernel configuration values, by name
     * @param configSize bytes of all configuration values
     * @param hiddenFunctions the functions that are global but not visible
     */
    Btf forKernel(Map<String, Extern.KconfigExtern> config, int configSize, Set<String> hiddenFunctions) {
        Map<Integer, Change> changes = new HashMap<>();
        int lastId = btf.lastId();
        int integer = 0;
        boolean dummy = false;
        for (int id = btf.firstId(); id <= lastId; id++) {
            if (btf.kind(id) == BtfKind.INT && btf.intBits(id) == 32 && integer == 0) {
                integer = id;
            }
        }
        for (int id = btf.firstId(); id <= lastId; id++) {
            switch (btf.kind(id)) {
                case DATASEC -> {
                    switch (btf.name(id)) {
                        case ".ksyms" -> {
                            if (id == section(".ksyms") && integer != 0) {
                                kernelSymbols(id, integer, lastId + 1, changes);
                            }
                        }
                        case ".kconfig" -> {
                            if (id == section(".kconfig")) {
                                configuration(id, config, configSize, changes);
                            }
                        }
                        default -> dataSection(id, changes);
                    }
                }
                case FUNC -> {
                    if (btf.linkage(id) == BtfType.Linkage.EXTERN) {
                        kernelFunction(id, changes);
                        dummy = true;
                    } else if (btf.linkage(id) == BtfType.Linkage.GLOBAL && hiddenFunctions.contains(btf.name(id))) {
                        changes.put(id, new Change.Function(id, LINKAGE_STATIC));
                    }
                }
                case VAR -> {
                    if (btf.linkage(id) == BtfType.Linkage.EXTERN) {
                        changes.putIfAbsent(id, new Change.Variable(id, btf.ref(id), LINKAGE_GLOBAL));
                    }
                }
                default -> {}
            }
        }
        return changes.isEmpty() ? btf : apply(changes, dummy, integer);
    }

    private void dataSection(int id, Map<Integer, Change> changes) {
        String name = btf.name(id);
        long size = btf.rawSize(id);
        boolean place = size == 0;
        if (place) {
            size = file.section(name).map(ElfSection::size).orElse(0L);
            if (size <= 0 || size > Integer.MAX_VALUE) {
                return;
            }
        }
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < btf.vlen(id); i++) {
            int variable = btf.sectionVarType(id, i);
            long offset = btf.sectionVarOffset(id, i);
            if (btf.kind(variable) == BtfKind.VAR && btf.linkage(variable) == BtfType.Linkage.GLOBAL) {
                @Nullable ElfSymbol symbol = file.variable(btf.name(variable)).orElse(null);
                if (symbol != null && place) {
                    offset = symbol.value() & 0xFFFF_FFFFL;
                }
                if (symbol != null && symbol.isHidden()) {
                    changes.put(variable, new Change.Variable(variable, btf.ref(variable), LINKAGE_STATIC));
                }
            }
            entries.add(new Entry(variable, offset, btf.sectionVarSize(id, i)));
        }
        entries.sort(Comparator.comparingLong(Entry::offset));
        changes.put(id, new Change.Section(id, size, entries));
    }

    private void configuration(
            int id, Map<String, Extern.KconfigExtern> config, int configSize, Map<Integer, Change> changes) {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < btf.vlen(id); i++) {
            int variable = btf.sectionVarType(id, i);
            Extern.@Nullable KconfigExtern extern = config.get(btf.name(variable));
            long offset = extern == null ? btf.sectionVarOffset(id, i) : extern.offset();
            if (btf.kind(variable) == BtfKind.VAR) {
                changes.put(variable, new Change.Variable(variable, btf.ref(variable), LINKAGE_GLOBAL));
            }
            entries.add(new Entry(variable, offset, btf.sectionVarSize(id, i)));
        }
        entries.sort(Comparator.comparingLong(Entry::offset));
        changes.put(id, new Change.Section(id, configSize, entries));
    }

    /** A function of the kernel becomes a global one whose parameters all have names. */
    private void kernelFunction(int id, Map<Integer, Change> changes) {
        changes.put(id, new Change.Function(id, LINKAGE_GLOBAL));
        int prototype = btf.ref(id);
        if (btf.kind(prototype) == BtfKind.FUNC_PROTO) {
            changes.put(prototype, new Change.Prototype(prototype));
        }
    }

    /** Externs of the kernel become four-byte variables, functions all the dummy variable. */
    private void kernelSymbols(int id, int integer, int dummyId, Map<Integer, Change> changes) {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < btf.vlen(id); i++) {
            int variable = btf.sectionVarType(id, i);
            int type = variable;
            if (btf.kind(variable) == BtfKind.FUNC && btf.linkage(variable) == BtfType.Linkage.EXTERN) {
                type = dummyId;
            } else if (btf.kind(variable) == BtfKind.VAR) {
                changes.put(variable, new Change.Variable(variable, integer, LINKAGE_GLOBAL));
            }
            entries.add(new Entry(type, (long) i * Integer.BYTES, Integer.BYTES));
        }
        changes.put(id, new Change.Section(id, (long) entries.size() * Integer.BYTES, entries));
    }

    private Btf apply(Map<Integer, Change> changes, boolean dummy, int integer) {
        byte[] original = btf.bytes().toArray(ValueLayout.JAVA_BYTE);
        MemorySegment source = MemorySegment.ofArray(original);
        ValueLayout.OfInt word = ValueLayout.JAVA_INT_UNALIGNED.withOrder(btf.order());
        long header = source.get(word, 4) & 0xFFFF_FFFFL;
        long types = header + (source.get(word, 8) & 0xFFFF_FFFFL);
        long typesSize = source.get(word, 12) & 0xFFFF_FFFFL;
        long strings = header + (source.get(word, 16) & 0xFFFF_FFFFL);
        long stringsSize = source.get(word, 20) & 0xFFFF_FFFFL;
        byte[] dummyName = dummy ? "dummy_ksym\0".getBytes(StandardCharsets.US_ASCII) : new byte[0];
        int dummyNameOffset = (int) stringsSize;
        long at = types;
        for (int id = btf.firstId(); id <= btf.lastId(); id++) {
            @Nullable Change change = changes.get(id);
            if (change != null) {
                patch(source, word, at, change, dummyNameOffset);
            }
            long size = TYPE_BYTES + extra(id);
            if (size < TYPE_BYTES) {
                return btf; // a kind that only a newer kernel knows: it takes the types as they are, or refuses them
            }
            at += size;
        }
        if (!dummy) {
            return Btf.parse(original, btf.origin());
        }
        // The dummy variable goes after the last type and its name after the last string; the header follows suit.
        int added = TYPE_BYTES + Integer.BYTES;
        byte[] result = new byte[(int) (24 + typesSize + added + stringsSize + dummyName.length)];
        MemorySegment target = MemorySegment.ofArray(result);
        MemorySegment.copy(source, 0, target, 0, 8);
        target.set(word, 4, 24);
        target.set(word, 8, 0);
        target.set(word, 12, (int) typesSize + added);
        target.set(word, 16, (int) typesSize + added);
        target.set(word, 20, (int) stringsSize + dummyName.length);
        MemorySegment.copy(source, types, target, 24, typesSize);
        long variable = 24 + typesSize;
        target.set(word, variable, dummyNameOffset);
        target.set(word, variable + 4, BtfKind.VAR.number() << 24);
        target.set(word, variable + 8, integer);
        target.set(word, variable + 12, LINKAGE_GLOBAL);
        MemorySegment.copy(source, strings, target, variable + added, stringsSize);
        MemorySegment.copy(
                dummyName, 0, target, ValueLayout.JAVA_BYTE, variable + added + stringsSize, dummyName.length);
        return Btf.parse(result, btf.origin());
    }

    private void patch(MemorySegment bytes, ValueLayout.OfInt word, long at, Change change, int dummyNameOffset) {
        switch (change) {
            case Change.Section section -> {
                bytes.set(word, at + 8, (int) section.size());
                long entry = at + TYPE_BYTES;
                for (Entry e : section.entries()) {
                    bytes.set(word, entry, e.typeId());
                    bytes.set(word, entry + 4, (int) e.offset());
                    bytes.set(word, entry + 8, (int) e.size());
                    entry += TYPE_BYTES;
                }
            }
            case Change.Variable variable -> {
                bytes.set(word, at + 8, variable.typeId());
                bytes.set(word, at + TYPE_BYTES, variable.linkage());
            }
            case Change.Function function -> bytes.set(word, at + 4, BtfKind.FUNC.number() << 24 | function.linkage());
            case Change.Prototype prototype -> {
                for (int i = 0; i < btf.vlen(prototype.id()); i++) {
                    long parameter = at + TYPE_BYTES + 8L * i;
                    if (bytes.get(word, parameter) == 0 && bytes.get(word, parameter + 4) != 0) {
                        bytes.set(word, parameter, dummyNameOffset);
                    }
                }
            }
        }
    }

    /** Bytes that follow a type's {@code struct btf_type}, -1 when that is not known. */
    private long extra(int id) {
        return switch (btf.kind(id)) {
            case UNKNOWN -> -1;
            case INT, VAR, DECL_TAG -> 4;
            case ARRAY -> 12;
            case STRUCT, UNION, DATASEC, ENUM64 -> 12L * btf.vlen(id);
            case ENUM, FUNC_PROTO -> 8L * btf.vlen(id);
            case PTR, FWD, TYPEDEF, VOLATILE, CONST, RESTRICT, FUNC, FLOAT, TYPE_TAG -> 0;
            default -> -1;
        };
    }
}
