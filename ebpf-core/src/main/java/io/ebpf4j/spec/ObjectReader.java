package io.ebpf4j.spec;

import io.ebpf4j.btf.Btf;
import io.ebpf4j.btf.BtfExt;
import io.ebpf4j.btf.BtfKind;
import io.ebpf4j.elf.ElfFile;
import io.ebpf4j.elf.ElfRelocation;
import io.ebpf4j.elf.ElfSection;
import io.ebpf4j.elf.ElfSymbol;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads an object file, stage by stage: types, functions, externs, maps, variables, programs. */
final class ObjectReader {

    /** {@code EM_BPF} of elf.h. */
    private static final int MACHINE_BPF = 247;

    /** {@code ET_REL} of elf.h. */
    private static final int TYPE_RELOCATABLE = 1;

    private final ObjectFile file;
    private final Map<String, MapSpec> maps = new LinkedHashMap<>();
    private final Map<String, VariableSpec> variables = new LinkedHashMap<>();
    private final Map<Integer, NavigableMap<Long, MapDefinitions.Definition>> definitions = new HashMap<>();
    private final Map<Integer, String> dataMaps = new HashMap<>();

    private ObjectReader(ObjectFile file) {
        this.file = file;
    }

    static ObjectSpec read(MemorySegment bytes, String origin) {
        ElfFile elf = ElfFile.parse(bytes, origin);
        ObjectReader reader = new ObjectReader(new ObjectFile(elf, origin, bytes.byteSize()));
        return reader.read(elf);
    }

    private ObjectSpec read(ElfFile elf) {
        // Old compilers leave the machine as EM_NONE.
        if (elf.machine() != MACHINE_BPF && elf.machine() != 0) {
            throw file.invalid("", 18, "the machine is number " + elf.machine() + ", not BPF (247)");
        }
        if (elf.type() != TYPE_RELOCATABLE) {
            throw file.invalid("", 16, "an ELF file of type " + elf.type() + " is no relocatable object (1)");
        }
        Optional<Btf> raw =
                file.section(".BTF").filter(s -> !s.isNoBits() && s.size() > 0).map(this::btf);
        Functions functions = new Functions(file);
        @Nullable Types rawTypes = raw.map(btf -> new Types(file, btf)).orElse(null);
        Externs externs = new Externs(file, rawTypes);
        @Nullable
        Types types = rawTypes == null
                ? null
                : new Types(file, rawTypes.forKernel(externs.config(), externs.configSize(), functions.hidden()));
        Optional<BtfExt> ext = file.section(".BTF.ext")
                .filter(s -> types != null && !s.isNoBits() && s.size() > 0)
                .map(s -> ext(s, types));

        List<MapDefinitions.Definition> declared = declaredMaps(types, functions);
        for (MapDefinitions.Definition definition : declared) {
            definition.slots.sort(Comparator.comparingInt(MapSpec.InitialSlot::index));
            definition.map.initialSlots = definition.slots;
            add(definition.map.build());
        }
        dataMaps(types);
        arena(types, declared);
        if (externs.configSize() > 0) {
            add(DataMaps.config(file, types, externs.configSize()).build());
        }
        structOps(types, functions);
        Map<String, ProgramSpec> programs = programs(functions, externs, ext, types);
        return new ObjectSpec(new ObjectSpec.Parts(
                file.name(),
                file.origin(),
                file.order(),
                license(),
                kernelVersion(),
                maps,
                programs,
                variables,
                externs.all(),
                types == null ? Optional.empty() : Optional.of(types.btf())));
    }

    private Btf btf(ElfSection section) {
        return Btf.parse(file.copy(section, 0, section.size()), file.origin() + " .BTF");
    }

    private BtfExt ext(ElfSection section, @Nullable Types types) {
        if (types == null) {
            throw file.invalid(section, -1, "there are no types for it to refer to");
        }
        MemorySegment bytes = MemorySegment.ofArray(file.copy(section, 0, section.size()));
        return BtfExt.parse(bytes, types.btf(), file.origin() + " .BTF.ext");
    }

    private void add(MapSpec map) {
        if (maps.putIfAbsent(map.name(), map) != null) {
            throw file.invalid("", -1, "there are two maps named " + map.name());
        }
    }

    private List<MapDefinitions.Definition> declaredMaps(@Nullable Types types, Functions functions) {
        List<MapDefinitions.Definition> result = new ArrayList<>();
        for (ElfSection section : file.sections(ObjectFile.Role.MAPS)) {
            if (types == null) {
                throw file.invalid(section, -1, "maps are declared by types, and the object has no .BTF section");
            }
            List<MapDefinitions.Definition> found = MapDefinitions.read(file, types, section);
            definitions.put(section.index(), MapDefinitions.byOffset(found));
            result.addAll(found);
        }
        for (ElfSection section : file.sections(ObjectFile.Role.LEGACY_MAPS)) {
            List<MapDefinitions.Definition> found = LegacyMaps.read(file, types == null ? null : types.btf(), section);
            definitions.put(section.index(), MapDefinitions.byOffset(found));
            result.addAll(found);
        }
        for (ElfSection section : file.sections(ObjectFile.Role.MAPS)) {
            for (ElfRelocation relocation : file.elf().relocations(section)) {
                initialSlot(section, relocation, functions);
            }
        }
        return result;
    }

    /** A relocation of a section of maps: an element of a map's values is another map or a program. */
    private void initialSlot(ElfSection section, ElfRelocation relocation, Functions functions) {
        ElfSymbol symbol = file.symbol(relocation, section);
        Map.@Nullable Entry<Long, MapDefinitions.Definition> entry =
                places(section).floorEntry(relocation.offset());
        MapDefinitions.@Nullable Definition map = entry == null ? null : entry.getValue();
        if (map == null || map.valuesOffset < 0) {
            throw file.invalid(
                    section, relocation.offset(), "pointer to " + file.label(symbol) + ", which is in no map's values");
        }
        long place = relocation.offset() - map.offset - map.valuesOffset;
        if (place < 0 || place % Long.BYTES != 0) {
            throw file.invalid(
                    section,
                    relocation.offset(),
                    "pointer to " + file.label(symbol) + " is no element of " + map.map.name);
        }
        long target = symbol.value() + Functions.addend(file, section, relocation);
        String name;
        if (map.map.type.equals(MapType.PROG_ARRAY)) {
            name = functions
                    .at(symbol.section(), target)
                    .filter(Functions.Function::isEntry)
                    .map(Functions.Function::name)
                    .orElseThrow(() -> file.invalid(
                            section,
                            relocation.offset(),
                            file.label(symbol) + " is no program that " + map.map.name + " could hold"));
        } else {
            MapDefinitions.@Nullable Definition inner =
                    symbol.section() == section.index() ? places(section).get(target) : null;
            if (inner == null) {
                throw file.invalid(
                        section,
                        relocation.offset(),
                        file.label(symbol) + " is no map that " + map.map.name + " could hold");
            }
            name = inner.map.name;
        }
        map.slots.add(new MapSpec.InitialSlot((int) (place / Long.BYTES), name));
    }

    private NavigableMap<Long, MapDefinitions.Definition> places(ElfSection section) {
        return definitions.getOrDefault(section.index(), new TreeMap<>());
    }

    private void dataMaps(@Nullable Types types) {
        for (ElfSection section : file.elf().sections()) {
            ObjectFile.Role role = file.role(section.index());
            boolean data =
                    role == ObjectFile.Role.DATA || role == ObjectFile.Role.RODATA || role == ObjectFile.Role.BSS;
            if (data && section.size() != 0) {
                add(DataMaps.read(file, types, section, role).build());
                dataMaps.put(section.index(), section.name());
                DataMaps.variables(file, types, section, section.name(), variables);
            }
        }
    }

    /** Global variables of an arena belong to the object's one arena map, which holds their first values. */
    private void arena(@Nullable Types types, List<MapDefinitions.Definition> declared) {
        for (ElfSection section : file.sections(ObjectFile.Role.ARENA)) {
            List<MapDefinitions.Definition> arenas = declared.stream()
                    .filter(d -> d.map.type.equals(MapType.ARENA))
                    .toList();
            if (arenas.size() != 1) {
                throw file.invalid(
                        section, -1, "its variables need one arena map, and the object declares " + arenas.size());
            }
            MapSpec.Builder map = arenas.getFirst().map;
            map.contents =
                    MemorySegment.ofArray(file.copy(section, 0, section.size())).asReadOnly();
            maps.put(map.name, map.build());
            dataMaps.put(section.index(), map.name);
            DataMaps.variables(file, types, section, map.name, variables);
        }
    }

    private void structOps(@Nullable Types types, Functions functions) {
        for (ElfSection section : file.sections(ObjectFile.Role.STRUCT_OPS)) {
            if (types == null) {
                throw file.invalid(
                        section, -1, "its variables are described by types, and the object has no .BTF section");
            }
            StructOpsMaps.read(file, types, functions, section).forEach(this::add);
        }
    }

    private Map<String, ProgramSpec> programs(
            Functions functions, Externs externs, Optional<BtfExt> ext, @Nullable Types types) {
        ProgramLinker linker = new ProgramLinker(
                file,
                functions,
                new ProgramLinker.Targets(definitions, dataMaps, externs),
                ext,
                types == null ? Map.of() : exceptionCallbacks(types));
        Map<String, ProgramSpec> result = new LinkedHashMap<>();
        for (Functions.Function function : functions.all()) {
            if (function.isEntry() && result.put(function.name(), linker.link(function)) != null) {
                throw file.invalid(function.section(), -1, "there are two programs named " + function.name());
            }
        }
        return result;
    }

    /** The exception callbacks of programs: declaration tags {@code exception_callback:NAME} on their functions. */
    private static Map<String, List<String>> exceptionCallbacks(Types types) {
        String prefix = "exception_callback:";
        Map<String, List<String>> result = new HashMap<>();
        types.tagged(prefix).forEach((typeId, texts) -> {
            if (types.btf().kind(typeId) == BtfKind.FUNC) {
                result.put(
                        types.btf().name(typeId),
                        texts.stream().map(t -> t.substring(prefix.length())).toList());
            }
        });
        return result;
    }

    private String license() {
        return file.section("license")
                .filter(s -> !s.isNoBits())
                .map(section -> {
                    byte[] bytes = file.copy(section, 0, section.size());
                    int end = 0;
                    while (end < bytes.length && bytes[end] != 0) {
                        end++;
                    }
                    return new String(bytes, 0, end, StandardCharsets.UTF_8);
                })
                .orElse("");
    }

    private int kernelVersion() {
        return file.section("version")
                .filter(s -> !s.isNoBits())
                .map(section -> {
                    MemorySegment data = file.data(section);
                    if (data.byteSize() != Integer.BYTES) {
                        throw file.invalid(section, -1, "a kernel version has four bytes, not " + data.byteSize());
                    }
                    return data.get(ValueLayout.JAVA_INT_UNALIGNED.withOrder(file.order()), 0);
                })
                .orElse(0);
    }
}
