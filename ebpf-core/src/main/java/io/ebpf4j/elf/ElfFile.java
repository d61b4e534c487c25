package io.ebpf4j.elf;

import io.ebpf4j.kernel.InvalidObjectException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * An ELF64 file of either byte order: a BPF object, or an executable or shared library whose symbols a probe looks for.
 *
 * <p>No number in the file is trusted: whatever points outside the file, or claims more entries than the file has room
 * for, ends in an {@link InvalidObjectException} that names file, section and offset. The header, section headers and
 * program headers are read at once; symbols, relocations and data when asked for.
 *
 * <p>Instances do not change and may be used by any thread. The bytes must not change while the instance is in use; the
 * instance keeps them reachable but owns nothing that needs closing.
 *
 * <p>Source of the layouts: System V gABI, "ELF Header", "Sections", "Symbol Table", "Relocation", "Program Header".
 */
public final class ElfFile {
    /** {@link #machine()} of BPF objects. */
    public static final int EM_BPF = 247;

    /** {@link #type()} of relocatable objects. */
    public static final int ET_REL = 1;

    /** {@link #type()} of executables at a fixed address. */
    public static final int ET_EXEC = 2;

    /** {@link #type()} of shared libraries and position-independent executables. */
    public static final int ET_DYN = 3;

    private static final int HEADER_SIZE = 64;
    private static final int SECTION_HEADER_SIZE = 64;
    private static final int PROGRAM_HEADER_SIZE = 56;
    private static final int SYMBOL_SIZE = 24;
    private static final int REL_SIZE = 16;
    private static final int RELA_SIZE = 24;
    private static final int SHN_LORESERVE = 0xff00;
    private static final int SHN_XINDEX = 0xffff;
    private static final int PN_XNUM = 0xffff;

    /**
     * Files up to this size are read into memory, larger ones are mapped: a mapped file that someone else truncates
     * faults in the middle of whatever reads it.
     */
    private static final long READ_LIMIT = 4L << 20;

    // Constant layouts, so that accesses compile to plain loads; a file in big-endian order is swapped after the load.
    private static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final MemorySegment bytes;
    private final String origin;
    private final boolean bigEndian;
    private final int type;
    private final int machine;
    private final List<ElfSection> sections;
    private final Map<String, ElfSection> sectionsByName;
    private final Map<Integer, List<ElfSection>> relocationSections;
    private final List<ElfSegment> segments;
    private volatile @Nullable List<ElfSymbol> symbols;
    private volatile @Nullable List<ElfSymbol> dynamicSymbols;

    private ElfFile(MemorySegment bytes, String origin) {
        this.bytes = bytes.asReadOnly();
        this.origin = origin;
        if (bytes.byteSize() < HEADER_SIZE) {
            throw invalid("", 0, "too short for an ELF header: " + bytes.byteSize() + " bytes");
        }
        if (bytes.get(ValueLayout.JAVA_BYTE, 0) != 0x7f
                || bytes.get(ValueLayout.JAVA_BYTE, 1) != 'E'
                || bytes.get(ValueLayout.JAVA_BYTE, 2) != 'L'
                || bytes.get(ValueLayout.JAVA_BYTE, 3) != 'F') {
            throw invalid("", 0, "not an ELF file");
        }
        if (bytes.get(ValueLayout.JAVA_BYTE, 4) != 2) {
            throw invalid("", 4, "not a 64-bit ELF file: class " + bytes.get(ValueLayout.JAVA_BYTE, 4));
        }
        int data = bytes.get(ValueLayout.JAVA_BYTE, 5);
        if (data != 1 && data != 2) {
            throw invalid("", 5, "unknown byte order " + data);
        }
        if (bytes.get(ValueLayout.JAVA_BYTE, 6) != 1) {
            throw invalid("", 6, "unknown ELF version " + bytes.get(ValueLayout.JAVA_BYTE, 6));
        }
        this.bigEndian = data == 2;
        this.type = u16(16);
        this.machine = u16(18);
        this.sections = readSections();
        this.sectionsByName = HashMap.newHashMap(sections.size());
        this.relocationSections = new HashMap<>();
        for (ElfSection section : sections) {
            sectionsByName.putIfAbsent(section.name(), section);
            if (section.isRelocations()) {
                relocationSections
                        .computeIfAbsent(section.info(), target -> new ArrayList<>())
                        .add(section);
            }
        }
        if (type == ET_REL) {
            checkOverlap();
        }
        this.segments = readSegments();
    }

    /**
     * Reads the headers of an ELF file that is in memory.
     *
     * @param bytes the whole file; kept, and must not change
     * @param origin name for messages, usually the path
     * @return the file
     * @throws InvalidObjectException if it is no ELF64 file or its headers are broken
     */
    public static ElfFile parse(MemorySegment bytes, String origin) {
        return new ElfFile(bytes, origin);
    }

    /**
     * Reads the headers of an ELF file that is in memory.
     *
     * @param bytes the whole file; kept, and must not change
     * @param origin name for messages, usually the path
     * @return the file
     * @throws InvalidObjectException if it is no ELF64 file or its headers are broken
     */
    public static ElfFile parse(byte[] bytes, String origin) {
        return new ElfFile(MemorySegment.ofArray(bytes), origin);
    }

    /**
     * Opens a file and reads its headers. A large file is mapped and stays mapped until the instance is no longer
     * reachable.
     *
     * @param path the file
     * @return the file
     * @throws IOException if it cannot be read
     * @throws InvalidObjectException if it is no ELF64 file or its headers are broken
     */
    public static ElfFile open(Path path) throws IOException {
        if (Files.size(path) <= READ_LIMIT) {
            return parse(Files.readAllBytes(path), path.toString());
        }
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            MemorySegment mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto());
            return parse(mapped, path.toString());
        }
    }

    /** {@return the name given when the file was parsed, for messages} */
    public String origin() {
        return origin;
    }

    /** {@return the byte order of everything in the file} */
    public ByteOrder order() {
        return bigEndian ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    }

    /** {@return {@code e_machine}, {@link #EM_BPF} for BPF objects} */
    public int machine() {
        return machine;
    }

    /** {@return {@code e_type}, one of the {@code ET_} constants or another number} */
    public int type() {
        return type;
    }

    /** {@return all sections in file order, the null section included, so that positions are section indexes} */
    public List<ElfSection> sections() {
        return sections;
    }

    /**
     * {@return the first section of a name}
     *
     * @param name section name
     */
    public Optional<ElfSection> section(String name) {
        return Optional.ofNullable(sectionsByName.get(name));
    }

    /**
     * {@return the section at an index}
     *
     * @param index section index, as symbols carry it
     * @throws InvalidObjectException if the file has no such section
     */
    public ElfSection section(int index) {
        if (index < 0 || index >= sections.size()) {
            throw invalid("", -1, "no section " + index + ", there are " + sections.size());
        }
        return sections.get(index);
    }

    /**
     * {@return the bytes of a section, read-only, without a copy; empty for a section that takes no room in the file}
     *
     * @param section a section of this file
     * @throws InvalidObjectException if the section reaches outside the file
     */
    public MemorySegment data(ElfSection section) {
        if (section.isNoBits() || section.type() == ElfSection.SHT_NULL) {
            return bytes.asSlice(0, 0);
        }
        if (section.offset() < 0
                || section.size() < 0
                || section.offset() > bytes.byteSize()
                || section.size() > bytes.byteSize() - section.offset()) {
            throw invalid(
                    section.name(),
                    0,
                    "section of " + Long.toUnsignedString(section.size()) + " bytes at offset "
                            + Long.toUnsignedString(section.offset()) + " reaches outside the file of "
                            + bytes.byteSize() + " bytes");
        }
        return bytes.asSlice(section.offset(), section.size());
    }

    /**
     * {@return the symbol table, positions being symbol indexes; empty for a stripped file}
     *
     * @throws InvalidObjectException if the table is broken
     */
    public List<ElfSymbol> symbols() {
        List<ElfSymbol> known = symbols;
        if (known == null) {
            known = readSymbols(ElfSection.SHT_SYMTAB);
            symbols = known;
        }
        return known;
    }

    /**
     * {@return the dynamic linker's symbol table; empty where the file has none}
     *
     * @throws InvalidObjectException if the table is broken
     */
    public List<ElfSymbol> dynamicSymbols() {
        List<ElfSymbol> known = dynamicSymbols;
        if (known == null) {
            known = readSymbols(ElfSection.SHT_DYNSYM);
            dynamicSymbols = known;
        }
        return known;
    }

    /**
     * Looks for a defined symbol by name in the symbol table, then in the dynamic one. A global or weak symbol is
     * preferred to a local one. Nothing is kept, so that one symbol of a large library costs no memory.
     *
     * @param name symbol name
     * @return the symbol, if there is one that is defined here
     * @throws InvalidObjectException if a table is broken
     */
    public Optional<ElfSymbol> symbol(String name) {
        byte[] wanted = name.getBytes(StandardCharsets.UTF_8);
        for (int tableType : new int[] {ElfSection.SHT_SYMTAB, ElfSection.SHT_DYNSYM}) {
            Optional<ElfSymbol> found = table(tableType).flatMap(table -> table.find(wanted));
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    /**
     * {@return the relocations that apply to a section, in file order}
     *
     * @param section the section to be changed, not the section of relocations
     * @throws InvalidObjectException if a relocation names a symbol that does not exist or, in a relocatable file, a
     *     place outside the section
     */
    public List<ElfRelocation> relocations(ElfSection section) {
        List<ElfRelocation> found = new ArrayList<>();
        for (ElfSection table : relocationSections.getOrDefault(section.index(), List.of())) {
            readRelocations(table, section, found);
        }
        return List.copyOf(found);
    }

    /** {@return the program headers; none in relocatable files} */
    public List<ElfSegment> segments() {
        return segments;
    }

    /**
     * {@return where in the file a symbol's first byte is: what a uprobe is attached to; empty for a symbol that is
     * undefined, absolute, or in memory only}
     *
     * @param symbol a symbol of this file
     */
    public OptionalLong fileOffsetOf(ElfSymbol symbol) {
        if (symbol.isUndefined() || symbol.section() == ElfSymbol.SHN_ABS || symbol.section() == ElfSymbol.SHN_COMMON) {
            return OptionalLong.empty();
        }
        long value = symbol.value();
        if (type == ET_REL) {
            if (symbol.section() >= sections.size()) {
                return OptionalLong.empty();
            }
            ElfSection section = sections.get(symbol.section());
            return section.isNoBits() ? OptionalLong.empty() : inFile(section.offset(), value, section.size());
        }
        for (ElfSegment segment : segments) {
            long into = value - segment.virtualAddress();
            if (segment.isLoadable() && Long.compareUnsigned(into, segment.fileSize()) < 0) {
                return inFile(segment.offset(), into, segment.fileSize());
            }
        }
        return OptionalLong.empty();
    }

    private OptionalLong inFile(long start, long into, long length) {
        if (start < 0 || start > bytes.byteSize() || Long.compareUnsigned(into, length) > 0) {
            return OptionalLong.empty();
        }
        return into >= 0 && into < bytes.byteSize() - start ? OptionalLong.of(start + into) : OptionalLong.empty();
    }

    // --- headers

    private List<ElfSection> readSections() {
        long tableOffset = u64(40);
        if (tableOffset == 0) {
            return List.of();
        }
        int entrySize = u16(58);
        if (entrySize != SECTION_HEADER_SIZE) {
            throw invalid("", 58, "section headers of " + entrySize + " bytes, 64 expected");
        }
        if (!hasRoom(tableOffset, SECTION_HEADER_SIZE)) {
            throw invalid("", tableOffset, "section header table lies outside the file");
        }
        // Counts that do not fit sixteen bits are in the null section (gABI, "Extended numbering").
        long count = u16(60);
        if (count == 0) {
            count = u64(tableOffset + 32);
        }
        long names = u16(62);
        if (names == SHN_XINDEX) {
            names = Integer.toUnsignedLong(u32(tableOffset + 40));
        }
        if (count < 0 || count > (bytes.byteSize() - tableOffset) / SECTION_HEADER_SIZE) {
            throw invalid(
                    "",
                    tableOffset,
                    Long.toUnsignedString(count) + " section headers do not fit the file of " + bytes.byteSize()
                            + " bytes");
        }
        if (names >= count && names != 0) {
            throw invalid("", 62, "section names are in section " + names + " of " + count);
        }
        Strings strings = Strings.NONE;
        if (names != 0) {
            ElfSection table = readSection((int) names, tableOffset + names * SECTION_HEADER_SIZE, "section names");
            strings = new Strings(table.name(), data(table), count * SECTION_HEADER_SIZE);
        }
        ElfSection[] read = new ElfSection[(int) count];
        for (int i = 0; i < read.length; i++) {
            long at = tableOffset + (long) i * SECTION_HEADER_SIZE;
            read[i] = readSection(i, at, strings.at(Integer.toUnsignedLong(u32(at)), this));
        }
        return List.of(read);
    }

    /**
     * Sections must not overlap (gABI, "Sections"). Were they let to, a small file could hold any number of sections as
     * large as itself, and reading each once would take for ever.
     */
    private void checkOverlap() {
        long room = bytes.byteSize();
        for (ElfSection section : sections) {
            if (!section.isNoBits() && section.type() != ElfSection.SHT_NULL) {
                if (section.size() < 0 || section.size() > room) {
                    throw invalid(section.name(), 0, "sections are together larger than the file");
                }
                room -= section.size();
            }
        }
    }

    private ElfSection readSection(int index, long at, String name) {
        return new ElfSection(
                index,
                name,
                u32(at + 4),
                u64(at + 8),
                u64(at + 16),
                u64(at + 24),
                u64(at + 32),
                u32(at + 40),
                u32(at + 44),
                u64(at + 48),
                u64(at + 56));
    }

    private List<ElfSegment> readSegments() {
        long tableOffset = u64(32);
        long count = u16(56);
        if (count == PN_XNUM && !sections.isEmpty()) {
            count = Integer.toUnsignedLong(sections.get(0).info());
        }
        if (tableOffset == 0 || count == 0) {
            return List.of();
        }
        int entrySize = u16(54);
        if (entrySize != PROGRAM_HEADER_SIZE) {
            throw invalid("", 54, "program headers of " + entrySize + " bytes, 56 expected");
        }
        if (tableOffset < 0
                || tableOffset > bytes.byteSize()
                || count > (bytes.byteSize() - tableOffset) / PROGRAM_HEADER_SIZE) {
            throw invalid("", tableOffset, count + " program headers do not fit the file");
        }
        ElfSegment[] read = new ElfSegment[(int) count];
        for (int i = 0; i < read.length; i++) {
            long at = tableOffset + (long) i * PROGRAM_HEADER_SIZE;
            read[i] = new ElfSegment(
                    u32(at),
                    u32(at + 4),
                    u64(at + 8),
                    u64(at + 16),
                    u64(at + 24),
                    u64(at + 32),
                    u64(at + 40),
                    u64(at + 48));
        }
        return List.of(read);
    }

    // --- symbols and relocations

    private Optional<SymbolTable> table(int tableType) {
        for (ElfSection section : sections) {
            if (section.type() == tableType) {
                return Optional.of(new SymbolTable(section));
            }
        }
        return Optional.empty();
    }

    private List<ElfSymbol> readSymbols(int tableType) {
        return table(tableType).map(SymbolTable::all).orElse(List.of());
    }

    private int entryCount(ElfSection table, int entrySize) {
        if (table.entrySize() != entrySize) {
            throw invalid(
                    table.name(),
                    0,
                    "entries of " + Long.toUnsignedString(table.entrySize()) + " bytes, " + entrySize + " expected");
        }
        long size = data(table).byteSize();
        if (size % entrySize != 0) {
            throw invalid(table.name(), 0, size + " bytes are no whole number of entries of " + entrySize);
        }
        long count = size / entrySize;
        if (count > Integer.MAX_VALUE) {
            throw invalid(table.name(), 0, count + " entries are too many");
        }
        return (int) count;
    }

    private void readRelocations(ElfSection table, ElfSection target, List<ElfRelocation> out) {
        boolean addends = table.type() == ElfSection.SHT_RELA;
        int entrySize = addends ? RELA_SIZE : REL_SIZE;
        int count = entryCount(table, entrySize);
        int symbolCount = 0;
        if (count > 0 && table.link() != 0) {
            symbolCount = entryCount(section(table.link()), SYMBOL_SIZE);
        }
        for (int i = 0; i < count; i++) {
            long at = table.offset() + (long) i * entrySize;
            long offset = u64(at);
            int symbol = (int) (u64(at + 8) >>> 32);
            if (symbol < 0 || symbol >= symbolCount && symbol != 0) {
                throw invalid(
                        table.name(),
                        at - table.offset(),
                        "relocation against symbol " + Integer.toUnsignedString(symbol) + " of " + symbolCount);
            }
            if (type == ET_REL && Long.compareUnsigned(offset, target.size()) >= 0) {
                throw invalid(
                        table.name(),
                        at - table.offset(),
                        "relocation at " + Long.toUnsignedString(offset) + " is outside section " + target.name()
                                + " of " + target.size() + " bytes");
            }
            out.add(new ElfRelocation(offset, u32(at + (bigEndian ? 12 : 8)), symbol, addends ? u64(at + 16) : 0));
        }
    }

    /** One symbol table with the strings and extended section numbers that belong to it. */
    private final class SymbolTable {
        private final ElfSection section;
        private final int count;
        private final Strings strings;
        private final @Nullable ElfSection extended;

        SymbolTable(ElfSection section) {
            this.section = section;
            this.count = entryCount(section, SYMBOL_SIZE);
            if (count == 0) {
                this.strings = Strings.NONE;
            } else {
                ElfSection names = section(section.link());
                this.strings = new Strings(names.name(), data(names), section.size());
            }
            ElfSection wide = null;
            for (ElfSection candidate : sections) {
                if (candidate.type() == ElfSection.SHT_SYMTAB_SHNDX && candidate.link() == section.index()) {
                    wide = candidate;
                    break;
                }
            }
            if (wide != null && data(wide).byteSize() / 4 < count) {
                throw invalid(wide.name(), 0, "fewer section numbers than symbols");
            }
            this.extended = wide;
        }

        List<ElfSymbol> all() {
            ElfSymbol[] read = new ElfSymbol[count];
            for (int i = 0; i < count; i++) {
                read[i] = symbol(i);
            }
            return List.of(read);
        }

        Optional<ElfSymbol> find(byte[] wanted) {
            int local = -1;
            for (int i = 0; i < count; i++) {
                long at = section.offset() + (long) i * SYMBOL_SIZE;
                if (u16(at + 6) != ElfSymbol.SHN_UNDEF
                        && strings.equal(Integer.toUnsignedLong(u32(at)), wanted, ElfFile.this)) {
                    if (u8(at + 4) >>> 4 != ElfSymbol.STB_LOCAL) {
                        return Optional.of(symbol(i));
                    }
                    local = local < 0 ? i : local;
                }
            }
            return local < 0 ? Optional.empty() : Optional.of(symbol(local));
        }

        private ElfSymbol symbol(int index) {
            long at = section.offset() + (long) index * SYMBOL_SIZE;
            int info = u8(at + 4);
            int home = u16(at + 6);
            ElfSection wide = extended;
            if (home == SHN_XINDEX && wide != null) {
                home = u32(wide.offset() + index * 4L);
            }
            if (home < 0 || home >= sections.size() && (home < SHN_LORESERVE || home > SHN_XINDEX)) {
                throw invalid(
                        section.name(),
                        at - section.offset(),
                        "symbol " + index + " is in section " + Integer.toUnsignedString(home) + " of "
                                + sections.size());
            }
            return new ElfSymbol(
                    index,
                    strings.at(Integer.toUnsignedLong(u32(at)), ElfFile.this),
                    info & 15,
                    info >>> 4,
                    u8(at + 5) & 3,
                    home,
                    u64(at + 8),
                    u64(at + 16));
        }
    }

    /**
     * A string table. Strings may overlap, so that a small file can name the same long string from every entry: what is
     * decoded is limited to what an honest file of this size can need.
     */
    private static final class Strings {
        static final Strings NONE = new Strings("", MemorySegment.NULL, 0);

        private final String section;
        private final MemorySegment data;
        private long left;

        Strings(String section, MemorySegment data, long tableSize) {
            this.section = section;
            this.data = data;
            this.left = (1L << 20) + 4 * (data.byteSize() + tableSize);
        }

        String at(long offset, ElfFile file) {
            if (offset == 0 && data.byteSize() == 0) {
                return "";
            }
            long length = length(offset, file);
            left -= length;
            if (left < 0) {
                throw file.invalid(section, 0, "names add up to far more than the file has room for");
            }
            byte[] string = new byte[(int) length];
            MemorySegment.copy(data, ValueLayout.JAVA_BYTE, offset, string, 0, string.length);
            return new String(string, StandardCharsets.UTF_8);
        }

        boolean equal(long offset, byte[] wanted, ElfFile file) {
            if (offset >= data.byteSize()) {
                throw file.invalid(section, offset, "name at " + offset + " of " + data.byteSize() + " bytes");
            }
            if (wanted.length >= data.byteSize() - offset) {
                return false;
            }
            for (int i = 0; i < wanted.length; i++) {
                if (data.get(ValueLayout.JAVA_BYTE, offset + i) != wanted[i]) {
                    return false;
                }
            }
            return data.get(ValueLayout.JAVA_BYTE, offset + wanted.length) == 0;
        }

        private long length(long offset, ElfFile file) {
            if (offset >= data.byteSize()) {
                throw file.invalid(section, offset, "name at " + offset + " of " + data.byteSize() + " bytes");
            }
            long limit = Math.min(data.byteSize() - offset, left + 1);
            for (long i = 0; i < limit; i++) {
                if (data.get(ValueLayout.JAVA_BYTE, offset + i) == 0) {
                    return i;
                }
            }
            throw file.invalid(section, offset, "name without an end");
        }
    }

    // --- bytes

    private boolean hasRoom(long offset, long size) {
        return offset >= 0 && offset <= bytes.byteSize() && size <= bytes.byteSize() - offset;
    }

    private int u8(long at) {
        return Byte.toUnsignedInt(bytes.get(ValueLayout.JAVA_BYTE, at));
    }

    private int u16(long at) {
        short value = bytes.get(U16, at);
        return Short.toUnsignedInt(bigEndian ? Short.reverseBytes(value) : value);
    }

    private int u32(long at) {
        int value = bytes.get(U32, at);
        return bigEndian ? Integer.reverseBytes(value) : value;
    }

    private long u64(long at) {
        long value = bytes.get(U64, at);
        return bigEndian ? Long.reverseBytes(value) : value;
    }

    private InvalidObjectException invalid(String section, long offset, String message) {
        return new InvalidObjectException(origin, section, offset, message);
    }
}
