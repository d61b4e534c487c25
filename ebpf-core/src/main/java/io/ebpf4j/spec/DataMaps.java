package io.ebpf4j.spec;

import io.ebpf4j.btf.Btf;
import io.ebpf4j.btf.BtfKind;
import io.ebpf4j.btf.BtfType;
import io.ebpf4j.elf.ElfRelocation;
import io.ebpf4j.elf.ElfSection;
import io.ebpf4j.elf.ElfSymbol;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The maps that hold an object's global variables, and the variables in them. */
final class DataMaps {

    private DataMaps() {}

    /** The map of a {@code .data}, {@code .rodata} or {@code .bss} section. */
    static MapSpec.Builder read(ObjectFile file, @Nullable Types types, ElfSection section, ObjectFile.Role role) {
        MapSpec.Origin origin = switch (role) {
            case RODATA -> MapSpec.Origin.RODATA;
            case BSS -> MapSpec.Origin.BSS;
            default -> MapSpec.Origin.DATA;
        };
        MapSpec.Builder map = array(file, section.name(), origin, file.size(section));
        if (types != null) {
            describe(map, types.btf(), types.section(section.name()));
        }
        if (role != ObjectFile.Role.BSS) {
            map.contents =
                    MemorySegment.ofArray(file.copy(section, 0, section.size())).asReadOnly();
        }
        List<MapSpec.DataPointer> pointers = new ArrayList<>();
        for (ElfRelocation relocation : file.elf().relocations(section)) {
            ElfSymbol symbol = file.symbol(relocation, section);
            if (relocation.offset() < 0 || relocation.offset() >= section.size()) {
                throw file.invalid(section, relocation.offset(), "relocation beyond the section's end");
            }
            pointers.add(new MapSpec.DataPointer((int) relocation.offset(), file.label(symbol)));
        }
        pointers.sort(Comparator.comparingInt(MapSpec.DataPointer::offset));
        map.pointers = pointers;
        return map;
    }

    /** The map of the kernel configuration values. */
    static MapSpec.Builder config(ObjectFile file, @Nullable Types types, int size) {
        MapSpec.Builder map = array(file, ".kconfig", MapSpec.Origin.KCONFIG, size);
        if (types != null) {
            describe(map, types.btf(), types.section(".kconfig"));
        }
        return map;
    }

    private static MapSpec.Builder array(ObjectFile file, String name, MapSpec.Origin origin, int size) {
        MapSpec.Builder map = new MapSpec.Builder(name, origin);
        map.kernelName = kernelName(file.name(), name);
        map.type = MapType.ARRAY;
        map.keySize = Integer.BYTES;
        map.valueSize = size;
        map.maxEntries = 1;
        map.flags = origin == MapSpec.Origin.RODATA || origin == MapSpec.Origin.KCONFIG ? MapFlag.RDONLY_PROG : 0;
        return map;
    }

    /** A map is mapped into the process when a variable in it is visible to it: global, and not hidden. */
    private static void describe(MapSpec.Builder map, Btf btf, int sectionType) {
        map.valueTypeId = sectionType;
        for (int i = 0; sectionType != 0 && i < btf.vlen(sectionType); i++) {
            int variable = btf.sectionVarType(sectionType, i);
            if (btf.kind(variable) == BtfKind.VAR && btf.linkage(variable) != BtfType.Linkage.STATIC) {
                map.flags |= MapFlag.MMAPABLE;
            }
        }
    }

    /**
     * The kernel name of a data map: the section's name with as much of the object's before it as 15 characters leave,
     * where the section counts for at least seven. A section with a second dot stands alone.
     */
    static String kernelName(String object, String section) {
        int suffix = Math.min(Math.max(7, section.length()), ObjectFile.NAME_LENGTH);
        int prefix = section.indexOf('.', 1) >= 0 ? 0 : Math.min(ObjectFile.NAME_LENGTH - suffix, object.length());
        return ObjectFile.kernelName(object.substring(0, prefix) + section);
    }

    /** Adds the variables of a section to those found so far; where a name occurs twice, the global one counts. */
    static void variables(
            ObjectFile file, @Nullable Types types, ElfSection section, String map, Map<String, VariableSpec> result) {
        int type = types == null ? 0 : types.section(section.name());
        if (types == null || type == 0) {
            for (ElfSymbol symbol : file.elf().symbols()) {
                if (symbol.isObject() && symbol.section() == section.index()) {
                    add(
                            file,
                            section,
                            new VariableSpec(
                                    symbol.name(),
                                    map,
                                    (int) symbol.value(),
                                    (int) symbol.size(),
                                    0,
                                    symbol.isLocal() || symbol.isHidden()
                                            ? VariableSpec.Linkage.STATIC
                                            : VariableSpec.Linkage.GLOBAL),
                            result);
                }
            }
            return;
        }
        Btf btf = types.btf();
        for (int i = 0; i < btf.vlen(type); i++) {
            int variable = btf.sectionVarType(type, i);
            if (btf.kind(variable) == BtfKind.VAR) {
                add(
                        file,
                        section,
                        new VariableSpec(
                                btf.name(variable),
                                map,
                                (int) btf.sectionVarOffset(type, i),
                                (int) btf.sectionVarSize(type, i),
                                btf.ref(variable),
                                btf.linkage(variable) == BtfType.Linkage.STATIC
                                        ? VariableSpec.Linkage.STATIC
                                        : VariableSpec.Linkage.GLOBAL),
                        result);
            }
        }
    }

    private static void add(
            ObjectFile file, ElfSection section, VariableSpec variable, Map<String, VariableSpec> result) {
        if (variable.name().isEmpty()) {
            return;
        }
        if (variable.offset() < 0
                || variable.size() < 0
                || (long) variable.offset() + variable.size() > section.size()) {
            throw file.invalid(
                    section,
                    Integer.toUnsignedLong(variable.offset()),
                    "variable " + variable.name() + " of " + Integer.toUnsignedString(variable.size())
                            + " bytes goes beyond the section's end");
        }
        result.merge(
                variable.name(),
                variable,
                (before, now) ->
                        before.linkage() == VariableSpec.Linkage.STATIC && now.linkage() == VariableSpec.Linkage.GLOBAL
                                ? now
                                : before);
    }
}
