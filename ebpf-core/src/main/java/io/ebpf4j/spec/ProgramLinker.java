package io.ebpf4j.spec;

import io.ebpf4j.asm.Instructions;
import io.ebpf4j.asm.Opcodes;
import io.ebpf4j.asm.Slot;
import io.ebpf4j.btf.BtfExt;
import io.ebpf4j.elf.ElfRelocation;
import io.ebpf4j.elf.ElfSection;
import io.ebpf4j.elf.ElfSymbol;
import io.ebpf4j.relocate.RelocationSite;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Links an entry program with the subprograms that it needs: each is appended once, when the first call of it or
 * pointer to it is met, and looked through before its caller goes on. That order is libbpf's, so that both give the
 * kernel the same instructions.
 */
final class ProgramLinker {

    /** Where references lead: the maps, the externs, and what belongs to none of them. */
    record Targets(
            Map<Integer, NavigableMap<Long, MapDefinitions.Definition>> definitions,
            Map<Integer, String> dataMaps,
            Externs externs) {}

    private final ObjectFile file;
    private final Functions functions;
    private final Targets targets;
    private final Optional<BtfExt> ext;
    private final Map<String, Records> records = new HashMap<>();
    private final Map<String, List<String>> exceptionCallbacks;

    ProgramLinker(
            ObjectFile file,
            Functions functions,
            Targets targets,
            Optional<BtfExt> ext,
            Map<String, List<String>> exceptionCallbacks) {
        this.file = file;
        this.functions = functions;
        this.targets = targets;
        this.ext = ext;
        this.exceptionCallbacks = exceptionCallbacks;
    }

    /** The records of .BTF.ext about one section, ordered by place. */
    private record Records(
            List<BtfExt.FuncInfo> functions, List<BtfExt.LineInfo> lines, List<BtfExt.CoreRelocation> relocations) {}

    private Records records(String section) {
        return records.computeIfAbsent(
                section,
                name -> ext.map(e -> new Records(
                                sorted(e.funcInfos(name), BtfExt.FuncInfo::instructionByteOffset),
                                sorted(e.lineInfos(name), BtfExt.LineInfo::byteOffset),
                                sorted(e.coreRelocations(name), BtfExt.CoreRelocation::byteOffset)))
                        .orElseGet(() -> new Records(List.of(), List.of(), List.of())));
    }

    private static <T> List<T> sorted(List<T> list, ToIntFunction<T> offset) {
        List<T> result = new ArrayList<>(list);
        result.sort(Comparator.comparing(offset::applyAsInt, Integer::compareUnsigned));
        return result;
    }

    /** The part of an ordered list whose places are within a function. */
    private static <T> List<T> within(List<T> list, ToIntFunction<T> offset, Functions.Function function) {
        long start = (long) function.start() * Slot.BYTES;
        return list.subList(
                lowerBound(list, offset, start),
                lowerBound(list, offset, start + (long) function.length() * Slot.BYTES));
    }

    private static <T> int lowerBound(List<T> list, ToIntFunction<T> offset, long key) {
        int low = 0;
        int high = list.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (Integer.toUnsignedLong(offset.applyAsInt(list.get(middle))) < key) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Links one entry program. */
    ProgramSpec link(Functions.Function entry) {
        Linking linking = new Linking(entry);
        linking.run(entry);
        for (String callback : exceptionCallbacks.getOrDefault(entry.name(), List.of())) {
            linking.appendExceptionCallback(callback);
        }
        return linking.finish();
    }

    /** One function that has been placed, and how far it has been looked through. */
    private static final class Placed {
        final Functions.Function function;
        final int base;
        int next;

        Placed(Functions.Function function, int base) {
            this.function = function;
            this.base = base;
        }
    }

    /** The linking of one entry program. */
    private final class Linking {
        private final Functions.Function entry;
        private final Map<Functions.Function, Placed> placed = new HashMap<>();
        private final Deque<Placed> open = new ArrayDeque<>();
        private long[] slots = new long[64];
        private int length;
        private final List<CodeReference> references = new ArrayList<>();
        private final List<RelocationSite> coreRelocations = new ArrayList<>();
        private final List<ProgramSpec.FunctionInfo> functionInfos = new ArrayList<>();
        private final List<ProgramSpec.LineInfo> lineInfos = new ArrayList<>();
        private final List<ProgramSpec.Subprogram> subprograms = new ArrayList<>();
        private final List<String> unsupported = new ArrayList<>();
        private boolean allTyped = true;
        private boolean allLined = true;

        Linking(Functions.Function entry) {
            this.entry = entry;
        }

        void run(Functions.Function function) {
            place(function);
            while (!open.isEmpty()) {
                Placed current = open.element();
                if (current.next >= current.function.length()) {
                    open.remove();
                    continue;
                }
                int index = current.next;
                long slot = slots[current.base + index];
                boolean wide = Slot.isWide(slot);
                if (wide && index + 1 >= current.function.length()) {
                    throw invalid(current, index, "a 64-bit load is cut at the end of " + current.function.name());
                }
                current.next += wide ? 2 : 1;
                visit(current, index, slot);
            }
        }

        void appendExceptionCallback(String name) {
            Optional<Functions.Function> callback = functions.all().stream()
                    .filter(f ->
                            !f.isEntry() && !f.symbol().isLocal() && f.name().equals(name))
                    .findFirst();
            if (callback.isEmpty()) {
                unsupported.add("its exception callback " + name + " is no global function of .text");
            } else if (!placed.containsKey(callback.get())) {
                run(callback.get());
            }
        }

        private Placed place(Functions.Function function) {
            @Nullable Placed before = placed.get(function);
            if (before != null) {
                return before;
            }
            file.chargeLink(function.section(), function.length());
            if (length + function.length() > Instructions.MAX_SLOTS) {
                throw file.invalid(
                        entry.section(),
                        (long) entry.start() * Slot.BYTES,
                        "program " + entry.name() + " has more than " + Instructions.MAX_SLOTS + " instructions");
            }
            if (length + function.length() > slots.length) {
                slots = Arrays.copyOf(slots, Math.max(slots.length * 2, length + function.length()));
            }
            Placed result = new Placed(function, length);
            for (int i = 0; i < function.length(); i++) {
                slots[length++] = functions.slot(function, i);
            }
            placed.put(function, result);
            open.push(result);
            subprograms.add(new ProgramSpec.Subprogram(function.name(), result.base, function.length()));
            copyRecords(result);
            return result;
        }

        private void copyRecords(Placed current) {
            Functions.Function function = current.function;
            Records all = records(function.section().name());
            List<BtfExt.FuncInfo> typed = within(all.functions(), BtfExt.FuncInfo::instructionByteOffset, function);
            List<BtfExt.LineInfo> lined = within(all.lines(), BtfExt.LineInfo::byteOffset, function);
            List<BtfExt.CoreRelocation> relocated =
                    within(all.relocations(), BtfExt.CoreRelocation::byteOffset, function);
            file.chargeLink(function.section(), (long) typed.size() + lined.size() + relocated.size());
            allTyped &= !typed.isEmpty();
            allLined &= !lined.isEmpty();
            for (BtfExt.FuncInfo info : typed) {
                functionInfos.add(
                        new ProgramSpec.FunctionInfo(moved(current, info.instructionByteOffset()), info.typeId()));
            }
            for (BtfExt.LineInfo line : lined) {
                lineInfos.add(new ProgramSpec.LineInfo(
                        moved(current, line.byteOffset()),
                        line.fileNameOffset(),
                        line.lineOffset(),
                        line.line(),
                        line.column()));
            }
            for (BtfExt.CoreRelocation relocation : relocated) {
                coreRelocations.add(new RelocationSite(
                        moved(current, relocation.byteOffset()),
                        relocation.typeId(),
                        relocation.access(),
                        relocation.kind()));
            }
        }

        private int moved(Placed current, int byteOffset) {
            if (byteOffset % Slot.BYTES != 0) {
                throw file.invalid(
                        ".BTF.ext",
                        -1,
                        "a record is about byte " + byteOffset + " of section "
                                + current.function.section().name() + ", which begins no instruction");
            }
            return byteOffset / Slot.BYTES - current.function.start() + current.base;
        }

        private void visit(Placed current, int index, long slot) {
            @Nullable
            ElfRelocation relocation =
                    functions.relocation(current.function, index).orElse(null);
            boolean call = Slot.opcode(slot) == Opcodes.CALL;
            if (relocation == null) {
                if (call && Slot.src(slot) == Opcodes.CALL_SUBPROGRAM) {
                    long target = ((long) current.function.start() + index + Slot.imm(slot) + 1) * Slot.BYTES;
                    connect(current, index, current.function.section().index(), target);
                } else if (Slot.isWide(slot) && Slot.src(slot) == Opcodes.PSEUDO_FUNC) {
                    throw invalid(current, index, "a pointer to a function has no relocation");
                }
                return;
            }
            ElfSymbol symbol = file.symbol(relocation, current.function.section());
            if (!call && !Slot.isWide(slot)) {
                throw invalid(
                        current,
                        index,
                        "relocation against " + file.label(symbol)
                                + " of an instruction that neither calls nor loads 64 bits");
            }
            if (Externs.isExtern(symbol)) {
                extern(current, index, slot, symbol);
            } else if (call) {
                if (Slot.src(slot) != Opcodes.CALL_SUBPROGRAM) {
                    throw invalid(
                            current, index, "relocation against " + file.label(symbol) + " of a call of a helper");
                }
                connect(current, index, symbol.section(), symbol.value() + (Slot.imm(slot) + 1L) * Slot.BYTES);
            } else if (functions.isCode(symbol.section())) {
                slots[current.base + index] = Slot.withSrc(slot, Opcodes.PSEUDO_FUNC);
                connect(current, index, symbol.section(), symbol.value() + Slot.imm(slot));
            } else {
                load(current, index, slot, symbol);
            }
        }

        /** Makes a call, or a pointer to a function, lead to the function where it is placed. */
        private void connect(Placed current, int index, int section, long offset) {
            Functions.Function target = functions
                    .at(section, offset)
                    .orElseThrow(() -> invalid(
                            current,
                            index,
                            "no function begins at byte " + offset + " of "
                                    + file.section(section)
                                            .map(s -> "section " + s.name())
                                            .orElse("a section that does not exist")));
            int at = current.base + index;
            int base = place(target).base;
            slots[at] = Slot.withImm(slots[at], base - at - 1);
        }

        private void extern(Placed current, int index, long slot, ElfSymbol symbol) {
            int at = current.base + index;
            @Nullable Extern extern = targets.externs().all().get(symbol.name());
            if (extern == null) {
                unsupported.add(targets.externs().undefined(symbol.name()));
            } else if (Slot.opcode(slot) != Opcodes.CALL) {
                references.add(new CodeReference.ExternReference(at, extern.name()));
            } else if (extern instanceof Extern.KfuncExtern) {
                slots[at] = Slot.withSrc(slot, Opcodes.CALL_KFUNC);
                references.add(new CodeReference.KfuncReference(at, extern.name()));
            } else {
                throw invalid(current, index, "a call of " + symbol.name() + ", which is a variable");
            }
        }

        private void load(Placed current, int index, long slot, ElfSymbol symbol) {
            int at = current.base + index;
            int section = symbol.section();
            long offset = symbol.value() + Slot.imm(slot);
            @Nullable
            NavigableMap<Long, MapDefinitions.Definition> definitions =
                    targets.definitions().get(section);
            if (definitions != null) {
                long place = symbol.isSection() ? offset : symbol.value();
                MapDefinitions.@Nullable Definition definition = definitions.get(place);
                if (definition == null) {
                    throw invalid(current, index, "no map begins at byte " + place + " of the section of maps");
                }
                slots[at] = Slot.withImm(Slot.withSrc(slot, Opcodes.PSEUDO_MAP_FD), 0);
                slots[at + 1] = Slot.withImm(slots[at + 1], 0);
                references.add(new CodeReference.MapReference(at, definition.map.name));
                return;
            }
            @Nullable String map = targets.dataMaps().get(section);
            if (map != null) {
                if (offset < 0 || offset > Integer.MAX_VALUE) {
                    throw invalid(current, index, "a reference to byte " + offset + " of " + map);
                }
                slots[at] = Slot.withImm(Slot.withSrc(slot, Opcodes.PSEUDO_MAP_VALUE), 0);
                slots[at + 1] = Slot.withImm(slots[at + 1], (int) offset);
                references.add(new CodeReference.MapValueReference(at, map, (int) offset));
                return;
            }
            if (file.role(section) == ObjectFile.Role.JUMP_TABLES) {
                unsupported.add("it jumps through a table (.jumptables), which needs an insn_array map");
                references.add(new CodeReference.JumpTableReference(at, (int) offset, (int) symbol.size()));
                return;
            }
            unsupported.add("it refers to " + file.label(symbol) + " in "
                    + file.section(section).map(ElfSection::name).orElse("no section of the file")
                    + ", which becomes no map");
        }

        private RuntimeException invalid(Placed current, int index, String problem) {
            return file.invalid(
                    current.function.section(), ((long) current.function.start() + index) * Slot.BYTES, problem);
        }

        ProgramSpec finish() {
            String section = entry.section().name();
            boolean autoload = !section.startsWith("?");
            String name = autoload ? section : section.substring(1);
            SectionDefinition definition = SectionTable.find(name).orElse(SectionDefinition.UNKNOWN);
            if (definition.equals(SectionDefinition.UNKNOWN)) {
                unsupported.addFirst("its section's name, " + name + ", does not say what type of program it is");
            }
            references.sort(Comparator.comparingInt(CodeReference::slot));
            return new ProgramSpec(new ProgramSpec.Parts(
                    entry.name(),
                    name,
                    definition,
                    SectionTable.attachTarget(definition, name),
                    autoload,
                    Instructions.of(Arrays.copyOf(slots, length)),
                    references,
                    coreRelocations,
                    allTyped ? functionInfos : List.of(),
                    allLined ? lineInfos : List.of(),
                    subprograms,
                    unsupported.stream().distinct().toList()));
        }
    }
}
