package io.ebpf4j.spec;

import io.ebpf4j.asm.Instructions;
import io.ebpf4j.asm.Slot;
import io.ebpf4j.elf.ElfRelocation;
import io.ebpf4j.elf.ElfSection;
import io.ebpf4j.elf.ElfSymbol;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The functions of an object: every function symbol of a section of code, and the code. */
final class Functions {

    /**
     * A function.
     *
     * @param name its symbol's name
     * @param section the section of code that it is in
     * @param start its first slot in the section
     * @param length its slots
     * @param symbol its symbol
     */
    record Function(String name, ElfSection section, int start, int length, ElfSymbol symbol) {

        /**
         * Whether it is a program of its own. As libbpf has it, what is in .text only serves others; a static function
         * elsewhere does too, since nothing outside can name it.
         */
        boolean isEntry() {
            return !section.name().equals(".text") && !symbol.isLocal();
        }
    }

    /** A section of code: its slots, and the relocation of each slot that has one. */
    private static final class Code {
        final long[] slots;
        final @Nullable ElfRelocation[] relocations;
        final Map<Integer, Function> functions = new HashMap<>();

        Code(long[] slots, @Nullable ElfRelocation[] relocations) {
            this.slots = slots;
            this.relocations = relocations;
        }
    }

    private final ObjectFile file;
    private final Map<Integer, Code> code = new HashMap<>();
    private final List<Function> all = new ArrayList<>();

    Functions(ObjectFile file) {
        this.file = file;
        for (ElfSection section : file.sections(ObjectFile.Role.CODE)) {
            file.charge(section, section.size());
            long[] slots = Instructions.decode(file.data(section), file.order(), file.origin(), section.name())
                    .slots();
            code.put(section.index(), new Code(slots, relocations(section, slots.length)));
        }
        for (ElfSymbol symbol : file.elf().symbols()) {
            if (symbol.type() == ElfSymbol.STT_FUNC) {
                file.section(symbol.section()).ifPresent(section -> add(symbol, section));
            }
        }
        all.sort(Comparator.comparingInt((Function f) -> f.section().index()).thenComparingInt(Function::start));
    }

    private void add(ElfSymbol symbol, ElfSection section) {
        @Nullable Code target = code.get(section.index());
        if (target == null) {
            return;
        }
        long start = symbol.value();
        long size = symbol.size();
        if (start < 0 || size <= 0 || size > section.size() || start > section.size() - size) {
            throw file.invalid(section, start, "function " + symbol.name() + " of " + size + " bytes is not within it");
        }
        if (start % Slot.BYTES != 0 || size % Slot.BYTES != 0) {
            throw file.invalid(section, start, "function " + symbol.name() + " is not made of whole instructions");
        }
        if (symbol.name().isEmpty()) {
            throw file.invalid(section, start, "a function has no name");
        }
        Function function =
                new Function(symbol.name(), section, (int) (start / Slot.BYTES), (int) (size / Slot.BYTES), symbol);
        target.functions.putIfAbsent(function.start(), function);
        all.add(function);
    }

    private @Nullable ElfRelocation[] relocations(ElfSection section, int length) {
        @Nullable ElfRelocation[] result = new ElfRelocation[length];
        for (ElfRelocation relocation : file.elf().relocations(section)) {
            if (relocation.type() == ElfRelocation.R_BPF_NONE) {
                continue;
            }
            long offset = relocation.offset();
            if (offset < 0 || offset >= (long) length * Slot.BYTES || offset % Slot.BYTES != 0) {
                throw file.invalid(section, offset, "relocation of what is no instruction");
            }
            int slot = (int) (offset / Slot.BYTES);
            if (result[slot] != null) {
                throw file.invalid(section, offset, "two relocations of one instruction");
            }
            result[slot] = relocation;
        }
        return result;
    }

    /** Every function, ordered by section and place. */
    List<Function> all() {
        return all;
    }

    /** Whether a section holds code. */
    boolean isCode(int section) {
        return code.containsKey(section);
    }

    /** The function that begins at a byte of a section. */
    Optional<Function> at(int section, long offset) {
        @Nullable Code target = code.get(section);
        return target == null || offset < 0 || offset % Slot.BYTES != 0 || offset / Slot.BYTES > Integer.MAX_VALUE
                ? Optional.empty()
                : Optional.ofNullable(target.functions.get((int) (offset / Slot.BYTES)));
    }

    /** A slot of a function. */
    long slot(Function function, int index) {
        return code(function).slots[function.start() + index];
    }

    /** The relocation of a function's slot. */
    Optional<ElfRelocation> relocation(Function function, int index) {
        return Optional.ofNullable(code(function).relocations[function.start() + index]);
    }

    /** The functions that other objects may name but that are hidden from what uses this one. */
    Set<String> hidden() {
        return all.stream()
                .filter(f -> !f.symbol().isLocal() && f.symbol().isHidden())
                .map(Function::name)
                .collect(Collectors.toSet());
    }

    private Code code(Function function) {
        @Nullable Code result = code.get(function.section().index());
        if (result == null) {
            throw new IllegalArgumentException(function + " is of another object");
        }
        return result;
    }

    /** What a relocation of eight bytes of data adds to its symbol: the eight bytes themselves, or an explicit addend. */
    static long addend(ObjectFile file, ElfSection section, ElfRelocation relocation) {
        if (relocation.type() != ElfRelocation.R_BPF_64_ABS64 && relocation.type() != ElfRelocation.R_BPF_64_64) {
            return relocation.addend();
        }
        MemorySegment data = file.data(section);
        long offset = relocation.offset();
        if (offset < 0 || offset > data.byteSize() - Long.BYTES) {
            throw file.invalid(section, offset, "relocation beyond the section's end");
        }
        return relocation.addend() + data.get(ValueLayout.JAVA_LONG_UNALIGNED.withOrder(file.order()), offset);
    }
}
