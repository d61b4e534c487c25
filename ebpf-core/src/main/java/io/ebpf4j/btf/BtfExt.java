package io.ebpf4j.btf;

import io.ebpf4j.kernel.InvalidObjectException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The {@code .BTF.ext} section of an object: for each section of instructions, which function starts where, which source
 * line an instruction came from, and what CO-RE has to relocate.
 *
 * <p>Records may be longer than this class knows: what follows the known part is skipped by the declared record size.
 * Nothing in the bytes is trusted; all records are read, and checked, when the section is opened.
 *
 * <p>Source: {@code struct btf_ext_header}, {@code btf_ext_info_sec}, {@code bpf_func_info}, {@code bpf_line_info} and
 * {@code bpf_core_relo} in Documentation/bpf/btf.rst and include/uapi/linux/bpf.h. Instances do not change and may be
 * used by any thread.
 */
public final class BtfExt {
    private static final String SECTION = ".BTF.ext";
    private static final int SHORT_HEADER = 24;
    private static final int LONG_HEADER = 32;
    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final MemorySegment bytes;
    private final String origin;
    private final Btf btf;
    private final boolean bigEndian;
    /** Access strings repeat a lot: "0:1" is read once. */
    private final Map<Integer, String> accesses = new HashMap<>();

    private final Map<String, List<FuncInfo>> functions;
    private final Map<String, List<LineInfo>> lines;
    private final Map<String, List<CoreRelocation>> relocations;

    /**
     * A function's first instruction.
     *
     * @param instructionByteOffset bytes from the start of its ELF section, a multiple of 8
     * @param typeId its FUNC in the object's BTF
     */
    public record FuncInfo(int instructionByteOffset, int typeId) {}

    /**
     * The source line of an instruction and those after it.
     *
     * @param byteOffset bytes from the start of its ELF section, a multiple of 8
     * @param fileNameOffset where the BTF's strings have the file name: {@link BtfExt#fileName}
     * @param lineOffset where the BTF's strings have the text of the line: {@link BtfExt#sourceLine}
     * @param line line number from 1, 0 where unknown
     * @param column column from 1, 0 where unknown
     */
    public record LineInfo(int byteOffset, int fileNameOffset, int lineOffset, int line, int column) {
        /** {@return line and column as the kernel takes them, {@code line << 10 | column}} */
        public int packedLineAndColumn() {
            return line << 10 | column;
        }
    }

    /**
     * What CO-RE has to relocate.
     *
     * @param byteOffset the instruction: bytes from the start of its ELF section, a multiple of 8
     * @param typeId root type in the object's BTF
     * @param access numbers of members or elements separated by colons, such as {@code 0:1:2}; an enumerator's number;
     *     "0" for a type
     * @param kind what is asked
     */
    public record CoreRelocation(int byteOffset, int typeId, String access, CoreRelocationKind kind) {}

    private interface RecordReader<T> {
        T read(long at);
    }

    private BtfExt(MemorySegment bytes, Btf btf, String origin) {
        this.bytes = bytes.asReadOnly();
        this.btf = btf;
        this.origin = origin;
        if (bytes.byteSize() < SHORT_HEADER) {
            throw invalid(0, "too short for a header: " + bytes.byteSize() + " bytes");
        }
        int first = Byte.toUnsignedInt(bytes.get(ValueLayout.JAVA_BYTE, 0));
        int second = Byte.toUnsignedInt(bytes.get(ValueLayout.JAVA_BYTE, 1));
        if ((second << 8 | first) != Btf.MAGIC && (first << 8 | second) != Btf.MAGIC) {
            throw invalid(0, "the magic number is missing");
        }
        this.bigEndian = first == Btf.MAGIC >>> 8;
        if (bytes.get(ValueLayout.JAVA_BYTE, 2) != 1) {
            throw invalid(2, "unknown version " + bytes.get(ValueLayout.JAVA_BYTE, 2));
        }
        long header = u32(4);
        if (header < SHORT_HEADER || header > bytes.byteSize()) {
            throw invalid(4, "header length " + header + " in " + bytes.byteSize() + " bytes");
        }
        this.functions = records("func_info", header + u32(8), u32(12), 8, this::function);
        this.lines = records("line_info", header + u32(16), u32(20), 16, this::line);
        this.relocations = header >= LONG_HEADER
                ? records("core_relo", header + u32(24), u32(28), 16, this::relocation)
                : Map.of();
    }

    /**
     * Reads the section.
     *
     * @param bytes contents of {@code .BTF.ext}
     * @param btf the object's BTF, which the records refer to
     * @param origin name for messages, usually the file
     * @return all records
     * @throws InvalidObjectException if the section is broken or refers to types or strings that do not exist
     */
    public static BtfExt parse(MemorySegment bytes, Btf btf, String origin) {
        return new BtfExt(bytes, btf, origin);
    }

    /** {@return names of the ELF sections that any record is about, in the order of first mention} */
    public Set<String> sections() {
        Set<String> names = new LinkedHashSet<>(functions.keySet());
        names.addAll(lines.keySet());
        names.addAll(relocations.keySet());
        return names;
    }

    /**
     * {@return a section's functions in file order, empty where there are none}
     *
     * @param section name of an ELF section
     */
    public List<FuncInfo> funcInfos(String section) {
        return functions.getOrDefault(section, List.of());
    }

    /**
     * {@return a section's source lines in file order, empty where there are none}
     *
     * @param section name of an ELF section
     */
    public List<LineInfo> lineInfos(String section) {
        return lines.getOrDefault(section, List.of());
    }

    /**
     * {@return a section's CO-RE relocations in file order, empty where there are none}
     *
     * @param section name of an ELF section
     */
    public List<CoreRelocation> coreRelocations(String section) {
        return relocations.getOrDefault(section, List.of());
    }

    /**
     * {@return the name of a line's source file}
     *
     * @param line a line of this section
     */
    public String fileName(LineInfo line) {
        return btf.string(Integer.toUnsignedLong(line.fileNameOffset()));
    }

    /**
     * {@return the text of a source line, blanks before it included; "" where the compiler kept none}
     *
     * @param line a line of this section
     */
    public String sourceLine(LineInfo line) {
        return btf.string(Integer.toUnsignedLong(line.lineOffset()));
    }

    private <T> Map<String, List<T>> records(String what, long start, long length, int known, RecordReader<T> reader) {
        if (length == 0) {
            return Map.of();
        }
        if (start % 4 != 0 || length < 4 || start + length > bytes.byteSize()) {
            throw invalid(start, what + " of " + length + " bytes in " + bytes.byteSize());
        }
        long end = start + length;
        long recordSize = u32(start);
        if (recordSize < known || recordSize % 4 != 0) {
            throw invalid(start, what + " records of " + recordSize + " bytes, at least " + known + " expected");
        }
        Map<String, List<T>> bySection = new LinkedHashMap<>();
        long at = start + 4;
        while (at < end) {
            if (end - at < 8) {
                throw invalid(at, what + " ends within a section's header");
            }
            String section = btf.shortString(string(at));
            long count = u32(at + 4);
            at += 8;
            if (section.isEmpty() || count == 0) {
                throw invalid(at - 8, what + " for a section without a name or without records");
            }
            if (count > (end - at) / recordSize) {
                throw invalid(at - 4, count + " " + what + " records do not fit the " + (end - at) + " bytes left");
            }
            List<T> records = bySection.computeIfAbsent(section, name -> new ArrayList<>());
            for (long i = 0; i < count; i++, at += recordSize) {
                records.add(reader.read(at));
            }
        }
        bySection.replaceAll((name, records) -> List.copyOf(records));
        return bySection;
    }

    private FuncInfo function(long at) {
        return new FuncInfo(instruction(at), type(at + 4));
    }

    private LineInfo line(long at) {
        int position = (int) u32(at + 12);
        return new LineInfo(instruction(at), string(at + 4), string(at + 8), position >>> 10, position & 0x3ff);
    }

    private CoreRelocation relocation(long at) {
        long number = u32(at + 12);
        CoreRelocationKind kind = CoreRelocationKind.of((int) number)
                .orElseThrow(() -> invalid(at + 12, "unknown kind of CO-RE relocation " + number));
        return new CoreRelocation(
                instruction(at), type(at + 4), accesses.computeIfAbsent(string(at + 8), btf::shortString), kind);
    }

    private int instruction(long at) {
        long offset = u32(at);
        if (offset % 8 != 0 || offset > Integer.MAX_VALUE) {
            throw invalid(at, "no instruction starts at byte " + offset);
        }
        return (int) offset;
    }

    private int type(long at) {
        long id = u32(at);
        if (id > btf.lastId()) {
            throw invalid(at, "refers to type " + id + " of " + btf.lastId());
        }
        return (int) id;
    }

    private int string(long at) {
        long offset = u32(at);
        if (offset >= btf.stringsLength() || offset > Integer.MAX_VALUE) {
            throw invalid(at, "refers to a string at " + offset + " of " + btf.stringsLength() + " bytes");
        }
        return (int) offset;
    }

    private long u32(long at) {
        int value = bytes.get(U32, at);
        return Integer.toUnsignedLong(bigEndian ? Integer.reverseBytes(value) : value);
    }

    private InvalidObjectException invalid(long offset, String message) {
        return new InvalidObjectException(origin, SECTION, offset, message);
    }
}
