package io.ebpf4j.spec;

import io.ebpf4j.btf.Btf;
import io.ebpf4j.btf.BtfKind;
import io.ebpf4j.elf.ElfRelocation;
import io.ebpf4j.elf.ElfSection;
import io.ebpf4j.elf.ElfSymbol;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * The maps of a {@code .struct_ops} or {@code .struct_ops.link} section: each variable is the implementation of a kernel
 * interface, whose function pointers name programs.
 */
final class StructOpsMaps {

    private StructOpsMaps() {}

    /** A map while it is read. */
    private record Draft(
            MapSpec.Builder map, long offset, long size, int typeId, List<MapSpec.StructOps.Member> members) {}

    /** The maps of a section. */
    static List<MapSpec> read(ObjectFile file, Types types, Functions functions, ElfSection section) {
        Btf btf = types.btf();
        int sectionType = types.section(section.name());
        if (sectionType == 0) {
            throw file.invalid(section, -1, "no data section type describes it");
        }
        NavigableMap<Long, Draft> drafts = new TreeMap<>();
        for (int i = 0; i < btf.vlen(sectionType); i++) {
            Draft draft = draft(file, types, section, sectionType, i);
            drafts.putIfAbsent(draft.offset(), draft);
        }
        Map<Integer, Map<Long, Integer>> memberIndexes = new HashMap<>();
        for (ElfRelocation relocation : file.elf().relocations(section)) {
            Map.Entry<Long, Draft> entry = drafts.floorEntry(relocation.offset());
            if (entry == null
                    || relocation.offset() - entry.getKey() >= entry.getValue().size()) {
                throw file.invalid(section, relocation.offset(), "relocation outside of every variable");
            }
            Draft draft = entry.getValue();
            long place = relocation.offset() - draft.offset();
            int index = memberIndexes
                    .computeIfAbsent(draft.typeId(), id -> pointerMembers(btf, id))
                    .getOrDefault(place, -1);
            ElfSymbol symbol = file.symbol(relocation, section);
            if (index < 0) {
                draft.map()
                        .unsupported
                        .add("it points to " + file.label(symbol) + " at byte " + place
                                + ", which is no pointer to a function");
                continue;
            }
            long addend = Functions.addend(file, section, relocation);
            Functions.Function program = functions
                    .at(symbol.section(), symbol.value() + addend)
                    .orElseThrow(() -> file.invalid(
                            section,
                            relocation.offset(),
                            "pointer to " + file.label(symbol) + ", which is no function"));
            draft.members()
                    .add(new MapSpec.StructOps.Member(
                            btf.memberName(draft.typeId(), index), index, (int) place, program.name()));
        }
        List<MapSpec> result = new ArrayList<>();
        for (Draft draft : drafts.values()) {
            draft.map().structOps = new MapSpec.StructOps(draft.typeId(), btf.name(draft.typeId()), draft.members());
            result.add(draft.map().build());
        }
        return result;
    }

    private static Draft draft(ObjectFile file, Types types, ElfSection section, int sectionType, int index) {
        Btf btf = types.btf();
        int variable = btf.sectionVarType(sectionType, index);
        if (btf.kind(variable) != BtfKind.VAR) {
            throw file.invalid(section, -1, "entry " + index + " is no variable");
        }
        int type = btf.resolve(btf.ref(variable));
        long offset = btf.sectionVarOffset(sectionType, index);
        if (btf.kind(type) != BtfKind.STRUCT
                || btf.name(type).isEmpty()
                || btf.name(variable).isEmpty()) {
            throw file.invalid(section, offset, "variable " + btf.name(variable) + " is no struct with a name");
        }
        long size = btf.rawSize(type);
        MapSpec.Builder map = new MapSpec.Builder(btf.name(variable), MapSpec.Origin.STRUCT_OPS);
        map.kernelName = ObjectFile.kernelName(map.name);
        map.type = MapType.STRUCT_OPS;
        map.keySize = Integer.BYTES;
        map.contents = MemorySegment.ofArray(file.copy(section, offset, size)).asReadOnly();
        map.valueSize = (int) size;
        map.maxEntries = 1;
        map.valueTypeId = type;
        map.flags = section.name().endsWith(".link") ? MapFlag.LINK : 0;
        map.autocreate = !section.name().startsWith("?");
        map.tags = types.tags(variable);
        map.unsupported = new ArrayList<>();
        return new Draft(map, offset, size, type, new ArrayList<>());
    }

    /** The members that are pointers to functions, by their offset in bytes. */
    private static Map<Long, Integer> pointerMembers(Btf btf, int struct) {
        Map<Long, Integer> result = new HashMap<>();
        for (int i = 0; i < btf.vlen(struct); i++) {
            int pointer = btf.resolve(btf.memberType(struct, i));
            if (btf.kind(pointer) == BtfKind.PTR && btf.kind(btf.resolve(btf.ref(pointer))) == BtfKind.FUNC_PROTO) {
                result.putIfAbsent(btf.memberBitOffset(struct, i) / 8, i);
            }
        }
        return result;
    }
}
