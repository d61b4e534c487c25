package io.ebpf4j.spec;

import io.ebpf4j.elf.ElfFile;
import io.ebpf4j.elf.ElfRelocation;
import io.ebpf4j.elf.ElfSection;
import io.ebpf4j.elf.ElfSymbol;
import io.ebpf4j.kernel.InvalidObjectException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An ELF file while it is read as a BPF object: what each section is for, symbols by name, and how to complain. */
final class ObjectFile {

    /** What a section is for. */
    enum Role {
        OTHER,
        CODE,
        MAPS,
        LEGACY_MAPS,
        DATA,
        RODATA,
        BSS,
        STRUCT_OPS,
        ARENA,
        JUMP_TABLES
    }

    /** Characters of a kernel name, without the terminator ({@code BPF_OBJ_NAME_LEN} - 1). */
    static final int NAME_LENGTH = 15;

    /**
     * Instructions and records that the linked programs of one object may have together. Each program has a copy of the
     * subprograms that it calls, so a small hostile file could ask for a great many.
     */
    private static final long LINK_BUDGET = 8_000_000;

    private final ElfFile elf;
    private final String origin;
    private final String name;
    private final List<Role> roles = new ArrayList<>();
    private final Map<String, ElfSymbol> variables = new HashMap<>();
    private final Map<String, ElfSection> sectionsByName = new HashMap<>();
    private long copyBudget;
    private long linkBudget = LINK_BUDGET;

    ObjectFile(ElfFile elf, String origin, long fileSize) {
        this.elf = elf;
        this.origin = origin;
        this.name = objectName(origin);
        this.copyBudget = fileSize;
        for (ElfSection section : elf.sections()) {
            roles.add(role(section));
            sectionsByName.putIfAbsent(section.name(), section);
        }
        for (ElfSymbol symbol : elf.symbols()) {
            if (symbol.isObject() && !symbol.isLocal()) {
                variables.putIfAbsent(symbol.name(), symbol);
            }
        }
    }

    /** The object's name as libbpf derives it: the file name, cut to 15 characters, then before its first dot. */
    private static String objectName(String origin) {
        String base = origin.substring(origin.lastIndexOf('/') + 1);
        base = base.substring(0, Math.min(base.length(), NAME_LENGTH));
        int dot = base.indexOf('.');
        return dot < 0 ? base : base.substring(0, dot);
    }

    private static Role role(ElfSection section) {
        String name = section.name();
        if (section.type() == ElfSection.SHT_NOBITS) {
            return isOrStartsWith(name, ".bss") ? Role.BSS : Role.OTHER;
        }
        if (section.type() != ElfSection.SHT_PROGBITS || section.size() == 0 || name.startsWith(".debug_")) {
            return Role.OTHER;
        }
        if (section.isExecutable()) {
            return Role.CODE;
        }
        return switch (name) {
            case ".maps" -> Role.MAPS;
            case "maps" -> Role.LEGACY_MAPS;
            case ".struct_ops", ".struct_ops.link", "?.struct_ops", "?.struct_ops.link" -> Role.STRUCT_OPS;
            case ".addr_space.1" -> Role.ARENA;
            case ".jumptables" -> Role.JUMP_TABLES;
            default -> {
                if (name.startsWith("maps/") || name.endsWith("/maps")) {
                    yield Role.LEGACY_MAPS;
                }
                if (isOrStartsWith(name, ".data")) {
                    yield Role.DATA;
                }
                yield isOrStartsWith(name, ".rodata") ? Role.RODATA : Role.OTHER;
            }
        };
    }

    private static boolean isOrStartsWith(String name, String prefix) {
        return name.equals(prefix) || name.startsWith(prefix + ".");
    }

    ElfFile elf() {
        return elf;
    }

    String origin() {
        return origin;
    }

    String name() {
        return name;
    }

    ByteOrder order() {
        return elf.order();
    }

    Role role(int section) {
        return section > 0 && section < roles.size() ? roles.get(section) : Role.OTHER;
    }

    List<ElfSection> sections(Role role) {
        return elf.sections().stream().filter(s -> role(s.index()) == role).toList();
    }

    /** A section by its index, for messages and lookups; the null section when there is none. */
    Optional<ElfSection> section(int index) {
        List<ElfSection> sections = elf.sections();
        return index > 0 && index < sections.size() ? Optional.of(sections.get(index)) : Optional.empty();
    }

    Optional<ElfSection> section(String name) {
        return Optional.ofNullable(sectionsByName.get(name));
    }

    /** The global or weak variable of a name. */
    Optional<ElfSymbol> variable(String name) {
        return Optional.ofNullable(variables.get(name));
    }

    ElfSymbol symbol(ElfRelocation relocation, ElfSection at) {
        List<ElfSymbol> symbols = elf.symbols();
        int index = relocation.symbol();
        if (index < 0 || index >= symbols.size()) {
            throw invalid(at, relocation.offset(), "relocation against symbol " + index + ", which does not exist");
        }
        return symbols.get(index);
    }

    /** What a symbol is called in messages: its own name, or that of the section that it stands for. */
    String label(ElfSymbol symbol) {
        return symbol.name().isEmpty()
                ? section(symbol.section()).map(ElfSection::name).orElse("symbol " + symbol.index())
                : symbol.name();
    }

    /** A section's size as the int that a map's value size is. */
    int size(ElfSection section) {
        if (section.size() < 0 || section.size() > Integer.MAX_VALUE) {
            throw invalid(section, -1, "a size of " + Long.toUnsignedString(section.size()) + " bytes is too much");
        }
        return (int) section.size();
    }

    /** The bytes of a section. */
    MemorySegment data(ElfSection section) {
        return elf.data(section);
    }

    /**
     * A copy of some bytes of a section. All copies together are no larger than the file: sections do not overlap in
     * an honest one, and in another memory would run out.
     */
    byte[] copy(ElfSection section, long offset, long size) {
        MemorySegment data = data(section);
        if (offset < 0 || size < 0 || size > data.byteSize() || offset > data.byteSize() - size) {
            throw invalid(section, offset, size + " bytes go beyond the section's end");
        }
        charge(section, size);
        return data.asSlice(offset, size).toArray(ValueLayout.JAVA_BYTE);
    }

    /** Accounts for bytes of a section that are about to be copied. */
    void charge(ElfSection section, long size) {
        copyBudget -= size;
        if (copyBudget < 0) {
            throw invalid(section, -1, "sections overlap: together they are larger than the file");
        }
    }

    /** Accounts for instructions and records that are about to be linked into a program. */
    void chargeLink(ElfSection section, long count) {
        linkBudget -= count;
        if (linkBudget < 0) {
            throw invalid(section, -1, "the linked programs are longer than " + LINK_BUDGET + " together");
        }
    }

    /** A kernel name: cut, and with no character that the kernel refuses. */
    static String kernelName(String text) {
        StringBuilder result = new StringBuilder(NAME_LENGTH);
        for (int i = 0; i < text.length() && i < NAME_LENGTH; i++) {
            char c = text.charAt(i);
            boolean allowed =
                    c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '.';
            result.append(allowed ? c : '_');
        }
        return result.toString();
    }

    InvalidObjectException invalid(ElfSection section, long offset, String problem) {
        return new InvalidObjectException(origin, section.name(), offset, problem);
    }

    InvalidObjectException invalid(String section, long offset, String problem) {
        return new InvalidObjectException(origin, section, offset, problem);
    }
}
