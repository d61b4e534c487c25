package io.ebpf4j.btf;

import io.ebpf4j.btf.BtfType.Linkage;
import io.ebpf4j.elf.ElfFile;
import io.ebpf4j.elf.ElfSection;
import io.ebpf4j.kernel.InvalidObjectException;
import io.ebpf4j.kernel.InvalidTargetException;
import io.ebpf4j.kernel.KernelFile;
import io.ebpf4j.kernel.KernelVersion;
import io.ebpf4j.kernel.NotSupportedException;
import java.io.IOException;
import java.io.UncheckedIOException;
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
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * BTF, the kernel's type information, as a lazy index over its bytes: four bytes a type are kept on the heap, and about
 * six more once a type has been looked for by name. {@link #type} decodes one type into records; the other accessors
 * read single facts and allocate nothing but the strings they return.
 *
 * <p>Types are numbered from 1; 0 is {@code void}. Split BTF, as kernel modules have it, continues the numbers and the
 * strings of its base, and every accessor takes ids of either.
 *
 * <p>Nothing in the bytes is trusted. Opening walks all types once and checks that each lies within the type section; ids
 * and names are checked when they are followed. An id that does not exist, an accessor that does not fit the type's
 * kind, a broken name, and a chain of types that does not end are all {@link InvalidObjectException}s, since ids come
 * out of files too. Only an element number outside {@link #vlen} is an {@link IndexOutOfBoundsException}: it is the
 * caller's own.
 *
 * <p>Instances do not change and may be used by any thread. The bytes must not change while the instance is in use; the
 * instance keeps them reachable but owns nothing that needs closing.
 *
 * <p>Both byte orders, header lengths from 24 bytes on, and the 24-bit element count and layout section of Linux 7.1 are
 * read; kinds that are newer than this class are skipped where a layout section gives their size. Source:
 * include/uapi/linux/btf.h, Documentation/bpf/btf.rst.
 */
public final class Btf {
    /** Magic number at the start of BTF and of BTF.ext, in the order of the file. */
    static final int MAGIC = 0xeb9f;

    /** Up to here {@code struct btf_header} goes without the layout section. */
    static final int SHORT_HEADER = 24;

    /** {@code struct btf_header} with the layout section. */
    static final int LONG_HEADER = 32;

    static final int TYPE_SIZE = 12;

    /**
     * Longest chain of types that is followed. The kernel's verifier gives up after 32 (MAX_RESOLVE_DEPTH in
     * kernel/bpf/btf.c).
     */
    static final int MAX_DEPTH = 64;

    /** Longest name that is read. The kernel's longest is 512 bytes (KSYM_NAME_LEN). */
    private static final int MAX_NAME = 8192;

    private static final int KINDS = 128;
    private static final String SECTION = ".BTF";
    private static final Path KERNEL = Path.of("/sys/kernel/btf");

    // Constant layouts, so that accesses compile to plain loads; the other byte order is swapped after the load.
    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final MemorySegment bytes;
    private final String origin;
    private final boolean bigEndian;
    private final @Nullable Btf base;
    private final int firstId;
    private final int count;
    /** Where each own type starts in the bytes. */
    private final int[] offsets;

    private final long typeEnd;
    private final long stringStart;
    private final long stringLength;
    /** Offset that the first own string has in names: the base's strings come before it. */
    private final long firstString;

    private final long layoutStart;
    private final int layoutCount;
    private volatile @Nullable NameIndex names;
    private volatile int pointerSize;

    private Btf(MemorySegment bytes, @Nullable Btf base, String origin) {
        this.bytes = bytes.asReadOnly();
        this.origin = origin;
        this.base = base;
        this.firstId = base == null ? 1 : base.lastId() + 1;
        this.firstString = base == null ? 0 : base.firstString + base.stringLength;
        long size = bytes.byteSize();
        if (size < SHORT_HEADER) {
            throw invalid(0, "too short for a BTF header: " + size + " bytes");
        }
        if (size > Integer.MAX_VALUE) {
            throw invalid(0, "too large: " + size + " bytes");
        }
        int first = Byte.toUnsignedInt(bytes.get(ValueLayout.JAVA_BYTE, 0));
        int second = Byte.toUnsignedInt(bytes.get(ValueLayout.JAVA_BYTE, 1));
        if ((second << 8 | first) != MAGIC && (first << 8 | second) != MAGIC) {
            throw invalid(0, "not BTF: the magic number is missing");
        }
        this.bigEndian = first == MAGIC >>> 8;
        if (bytes.get(ValueLayout.JAVA_BYTE, 2) != 1) {
            throw invalid(2, "unknown BTF version " + bytes.get(ValueLayout.JAVA_BYTE, 2));
        }
        long header = unsigned(4);
        if (header < SHORT_HEADER || header > size) {
            throw invalid(4, "header length " + header + " in " + size + " bytes");
        }
        long typeStart = header + unsigned(8);
        this.typeEnd = typeStart + unsigned(12);
        this.stringStart = header + unsigned(16);
        this.stringLength = unsigned(20);
        if (typeEnd > size || unsigned(8) % 4 != 0) {
            throw invalid(8, "type section from " + typeStart + " to " + typeEnd + " of " + size + " bytes");
        }
        if (stringStart + stringLength > size) {
            throw invalid(
                    16,
                    "string section from " + stringStart + " to " + (stringStart + stringLength) + " of " + size
                            + " bytes");
        }
        if (stringLength > 0 && stringStart < typeEnd && typeStart < stringStart + stringLength) {
            throw invalid(16, "types and strings overlap");
        }
        checkStrings();
        long layoutLength = header >= LONG_HEADER ? unsigned(28) : 0;
        this.layoutStart = layoutLength == 0 ? 0 : header + unsigned(24);
        this.layoutCount = (int) (layoutLength / 4);
        if (layoutLength % 4 != 0 || layoutStart % 4 != header % 4 || layoutStart + layoutLength > size) {
            throw invalid(24, "layout section of " + layoutLength + " bytes at " + layoutStart);
        }
        this.offsets = index(typeStart, typeEnd);
        this.count = offsets.length;
        if (count > Integer.MAX_VALUE - firstId) {
            throw invalid(12, "too many types");
        }
    }

    // --- opening

    /**
     * Opens BTF that is in memory.
     *
     * @param bytes the whole BTF; kept, and must not change
     * @param origin name for messages, usually the file it came from
     * @return the BTF
     * @throws InvalidObjectException if it is broken
     */
    public static Btf parse(MemorySegment bytes, String origin) {
        return new Btf(bytes, null, origin);
    }

    /**
     * Opens BTF that is in memory.
     *
     * @param bytes the whole BTF; kept, and must not change
     * @param origin name for messages, usually the file it came from
     * @return the BTF
     * @throws InvalidObjectException if it is broken
     */
    public static Btf parse(byte[] bytes, String origin) {
        return new Btf(MemorySegment.ofArray(bytes), null, origin);
    }

    /**
     * Opens BTF that continues another one.
     *
     * @param bytes the whole split BTF; kept, and must not change
     * @param base what its first ids and strings refer to
     * @param origin name for messages
     * @return the BTF
     * @throws InvalidObjectException if it is broken
     */
    public static Btf parseSplit(MemorySegment bytes, Btf base, String origin) {
        return new Btf(bytes, base, origin);
    }

    /**
     * Opens the BTF of a file: raw BTF, or the {@code .BTF} section of an ELF file. The file is mapped, or read into
     * native memory where it is one of sysfs that the kernel does not map, and given back when the instance is no longer
     * reachable.
     *
     * @param path the file
     * @return the BTF
     * @throws IOException if the file cannot be read
     * @throws InvalidObjectException if it holds no BTF or broken BTF
     */
    public static Btf open(Path path) throws IOException {
        MemorySegment content = content(path);
        if (content.byteSize() >= 4
                && content.get(ValueLayout.JAVA_BYTE, 0) == 0x7f
                && content.get(ValueLayout.JAVA_BYTE, 1) == 'E') {
            ElfFile elf = ElfFile.parse(content, path.toString());
            ElfSection section = elf.section(SECTION)
                    .orElseThrow(() -> new InvalidObjectException(path.toString(), SECTION, -1, "the file has no BTF"));
            return parse(elf.data(section), path.toString());
        }
        return parse(content, path.toString());
    }

    /**
     * Opens the running kernel's BTF, which needs no privilege. Linux 5.4, built with CONFIG_DEBUG_INFO_BTF.
     *
     * @return the kernel's types
     * @throws NotSupportedException if the kernel offers none
     * @throws UncheckedIOException if it cannot be read
     * @throws InvalidObjectException if it is broken
     */
    public static Btf vmlinux() {
        if (!Files.exists(KERNEL.resolve("vmlinux"))) {
            throw new NotSupportedException(
                    "BTF of the kernel",
                    new KernelVersion(5, 4, 0),
                    KERNEL.resolve("vmlinux") + " does not exist; the kernel is older, was built without"
                            + " CONFIG_DEBUG_INFO_BTF, or sysfs is not mounted");
        }
        return openKernel("vmlinux", null);
    }

    /**
     * Opens the BTF of a loaded kernel module. Linux 5.11.
     *
     * @param name module name, as {@code /sys/kernel/btf} lists it
     * @param base the kernel's BTF
     * @return the module's types
     * @throws InvalidTargetException if no module of the name is loaded or it has no BTF
     * @throws UncheckedIOException if it cannot be read
     * @throws InvalidObjectException if it is broken
     */
    public static Btf openModule(String name, Btf base) {
        if (name.isEmpty() || name.indexOf('/') >= 0) {
            throw new IllegalArgumentException("not a module name: " + name);
        }
        if (!Files.exists(KERNEL.resolve(name))) {
            throw new InvalidTargetException(
                    name, "no such module is loaded, or it was built without BTF: see " + KERNEL);
        }
        return openKernel(name, base);
    }

    private static Btf openKernel(String name, @Nullable Btf base) {
        Path path = KERNEL.resolve(name);
        try {
            return new Btf(content(path), base, path.toString());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read kernel BTF " + path, e);
        }
    }

    private static MemorySegment content(Path path) throws IOException {
        if (path.startsWith("/sys")) {
            return KernelFile.contents(path);
        }
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto());
        }
    }

    /** Walks the types once; what it learns is where each starts, so that none has to be decoded before it is wanted. */
    private int[] index(long start, long end) {
        int[] fixed = new int[KINDS];
        int[] element = new int[KINDS];
        for (int kind = 0; kind < KINDS; kind++) {
            BtfKind known = BtfKind.of(kind);
            fixed[kind] = known != BtfKind.UNKNOWN ? TYPE_SIZE + known.fixedSize() : declared(kind, 0);
            element[kind] = known != BtfKind.UNKNOWN ? known.elementSize() : declared(kind, 1);
        }
        // A guess that suits kernels; the section's size bounds how far it can grow.
        int[] found = new int[(int) ((end - start) / 36) + 4];
        int n = 0;
        long at = start;
        while (at < end) {
            if (end - at < TYPE_SIZE) {
                throw invalid(at, (end - at) + " bytes are left after the last type");
            }
            int info = u32(at + 4);
            int kind = info >>> 24 & 0x7f;
            if (fixed[kind] < 0 || element[kind] < 0) {
                throw invalid(at, "type " + (firstId + n) + " is of unknown kind " + kind);
            }
            long size = fixed[kind] + (info & 0xffffffL) * element[kind];
            if (size > end - at) {
                throw invalid(
                        at,
                        "type " + (firstId + n) + " (" + BtfKind.of(kind).kernelName() + " of " + (info & 0xffffff)
                                + " elements) reaches outside the type section");
            }
            if (n == found.length) {
                found = Arrays.copyOf(found, n + (n >> 1));
            }
            found[n++] = (int) at;
            at += size;
        }
        return Arrays.copyOf(found, n);
    }

    /** Size of a kind that this class does not know, from the layout section; -1 where that does not know it either. */
    private int declared(int kind, int column) {
        if (layoutCount == 0 && base != null) {
            return base.declared(kind, column);
        }
        if (kind >= layoutCount) {
            return -1;
        }
        int size = Byte.toUnsignedInt(bytes.get(ValueLayout.JAVA_BYTE, layoutStart + kind * 4L + column));
        if (size % 4 != 0) {
            return -1;
        }
        return column == 0 ? TYPE_SIZE + size : size;
    }

    private void checkStrings() {
        if (stringLength == 0) {
            if (base == null) {
                throw invalid(20, "no strings");
            }
            return;
        }
        if (bytes.get(ValueLayout.JAVA_BYTE, stringStart + stringLength - 1) != 0) {
            throw invalid(stringStart + stringLength - 1, "the last string has no end");
        }
        if (base == null && bytes.get(ValueLayout.JAVA_BYTE, stringStart) != 0) {
            throw invalid(stringStart, "the first string is not empty; this may be split BTF that needs its base");
        }
    }

    // --- the whole

    /** {@return the highest type id, counting the base's; 0 where there is no type} */
    public int lastId() {
        return firstId + count - 1;
    }

    /** {@return the first id that is not the base's: 1 without a base} */
    public int firstId() {
        return firstId;
    }

    /** {@return what this BTF continues; empty for one that stands alone} */
    public Optional<Btf> base() {
        return Optional.ofNullable(base);
    }

    /** {@return byte order of the bytes} */
    public ByteOrder order() {
        return bigEndian ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    }

    /** {@return the name given when it was opened, for messages} */
    public String origin() {
        return origin;
    }

    /** {@return all bytes, read-only, header included, base not included} */
    public MemorySegment bytes() {
        return bytes;
    }

    /** {@return length of all strings, the base's included: offsets below it can be read with {@link #string}} */
    public long stringsLength() {
        return firstString + stringLength;
    }

    /**
     * {@return bytes of a pointer: the size of {@code long} where the types have one, else the base's, else 8}
     */
    public int pointerSize() {
        int known = pointerSize;
        if (known == 0) {
            known = findPointerSize();
            pointerSize = known;
        }
        return known;
    }

    private int findPointerSize() {
        if (base != null) {
            return base.pointerSize();
        }
        for (int id = firstId; id <= lastId(); id++) {
            if (kind(id) == BtfKind.INT && (rawSize(id) == 4 || rawSize(id) == 8)) {
                String name = name(id);
                if (name.equals("long")
                        || name.equals("long int")
                        || name.equals("unsigned long")
                        || name.equals("long unsigned int")) {
                    return (int) rawSize(id);
                }
            }
        }
        return 8;
    }

    // --- any type

    /**
     * {@return the kind of a type; {@link BtfKind#UNKNOWN} for void and for kinds newer than this class}
     *
     * @param id type id
     */
    public BtfKind kind(int id) {
        return BtfKind.of(kindNumber(id));
    }

    /**
     * {@return the kernel's number of a type's kind, 0 for void}
     *
     * @param id type id
     */
    public int kindNumber(int id) {
        return id == 0 ? 0 : info(id) >>> 24 & 0x7f;
    }

    /**
     * {@return a type's name, "" if it has none}
     *
     * @param id type id
     */
    public String name(int id) {
        return id == 0 ? "void" : nameAt(nameOffset(id), id);
    }

    /**
     * {@return whether a type has no name}
     *
     * @param id type id
     */
    public boolean isAnonymous(int id) {
        if (id == 0) {
            return false;
        }
        int offset = nameOffset(id);
        return offset == 0 || byteOfString(Integer.toUnsignedLong(offset), id) == 0;
    }

    /**
     * {@return number of elements: members, enumerators, parameters, variables; 0 for void}
     *
     * @param id type id
     */
    public int vlen(int id) {
        return id == 0 ? 0 : info(id) & 0xffffff;
    }

    /**
     * {@return the type's flag: bit-fields are encoded in a structure, an enumeration is signed, a forward declaration is
     * of a union}
     *
     * @param id type id
     */
    public boolean kindFlag(int id) {
        return id != 0 && info(id) < 0;
    }

    /**
     * {@return the type that a type refers to: what a pointer, typedef, modifier, function, variable or tag is of, or a
     * signature's result}
     *
     * @param id type id
     * @throws InvalidObjectException if the kind refers to no type, or the type does not exist
     */
    public int ref(int id) {
        return switch (kind(id)) {
            case PTR, TYPEDEF, VOLATILE, CONST, RESTRICT, FUNC, FUNC_PROTO, VAR, DECL_TAG, TYPE_TAG ->
                checked(owner(id).u32(owner(id).at(id) + 8), id);
            case UNKNOWN, INT, ARRAY, STRUCT, UNION, ENUM, FWD, DATASEC, FLOAT, ENUM64 ->
                throw unfit(id, "refers to no other type");
        };
    }

    /**
     * {@return bytes of a type as its own record says, without following others}
     *
     * @param id type id
     * @throws InvalidObjectException if the kind has no size of its own
     */
    public long rawSize(int id) {
        return switch (kind(id)) {
            case INT, STRUCT, UNION, ENUM, DATASEC, FLOAT, ENUM64 ->
                Integer.toUnsignedLong(owner(id).u32(owner(id).at(id) + 8));
            case UNKNOWN,
                    PTR,
                    ARRAY,
                    FWD,
                    TYPEDEF,
                    VOLATILE,
                    CONST,
                    RESTRICT,
                    FUNC,
                    FUNC_PROTO,
                    VAR,
                    DECL_TAG,
                    TYPE_TAG -> throw unfit(id, "has no size of its own");
        };
    }

    // --- structures and unions

    /**
     * {@return name of a member, "" for an anonymous structure or union}
     *
     * @param id a structure or union
     * @param member number from 0
     */
    public String memberName(int id, int member) {
        return nameAt(memberWord(id, member, 0), id);
    }

    /**
     * {@return type of a member}
     *
     * @param id a structure or union
     * @param member number from 0
     */
    public int memberType(int id, int member) {
        return checked(memberWord(id, member, 4), id);
    }

    /**
     * {@return bits from the structure's start to a member}
     *
     * @param id a structure or union
     * @param member number from 0
     */
    public long memberBitOffset(int id, int member) {
        int word = memberWord(id, member, 8);
        return kindFlag(id) ? word & 0xffffff : Integer.toUnsignedLong(word);
    }

    /**
     * {@return bits of a bit-field, 0 for a member that is none. Compilers that predate the encoding (LLVM 8) wrote
     * bit-fields as integer types of less than their size in bits: see {@link #intBits}}
     *
     * @param id a structure or union
     * @param member number from 0
     */
    public int memberBitfieldSize(int id, int member) {
        int word = memberWord(id, member, 8);
        return kindFlag(id) ? word >>> 24 : 0;
    }

    private int memberWord(int id, int member, int field) {
        BtfKind kind = kind(id);
        if (!kind.isComposite()) {
            throw unfit(id, "has no members");
        }
        return element(id, member, 12, field);
    }

    // --- enumerations

    /**
     * {@return name of an enumerator}
     *
     * @param id an enumeration of either width
     * @param enumerator number from 0
     */
    public String enumName(int id, int enumerator) {
        return nameAt(element(id, enumerator, enumeratorSize(id), 0), id);
    }

    /**
     * {@return value of an enumerator, extended to 64 bits as the enumeration is signed or not}
     *
     * @param id an enumeration of either width
     * @param enumerator number from 0
     */
    public long enumValue(int id, int enumerator) {
        int size = enumeratorSize(id);
        int low = element(id, enumerator, size, 4);
        if (size == 12) {
            return (long) element(id, enumerator, size, 8) << 32 | Integer.toUnsignedLong(low);
        }
        return kindFlag(id) ? low : Integer.toUnsignedLong(low);
    }

    /**
     * {@return whether an enumeration's values are signed}
     *
     * @param id an enumeration of either width
     */
    public boolean enumSigned(int id) {
        enumeratorSize(id);
        return kindFlag(id);
    }

    private int enumeratorSize(int id) {
        return switch (kindNumber(id)) {
            case 6 -> 8;
            case 19 -> 12;
            default -> throw unfit(id, "has no enumerators");
        };
    }

    // --- arrays and integers

    /**
     * {@return type of an array's elements}
     *
     * @param id an array
     */
    public int arrayElement(int id) {
        return checked(single(id, BtfKind.ARRAY, 0), id);
    }

    /**
     * {@return type of an array's index}
     *
     * @param id an array
     */
    public int arrayIndex(int id) {
        return checked(single(id, BtfKind.ARRAY, 4), id);
    }

    /**
     * {@return number of an array's elements, 0 for a flexible array}
     *
     * @param id an array
     */
    public long arrayLength(int id) {
        return Integer.toUnsignedLong(single(id, BtfKind.ARRAY, 8));
    }

    /**
     * {@return significant bits of an integer}
     *
     * @param id an integer
     */
    public int intBits(int id) {
        return single(id, BtfKind.INT, 0) & 0xff;
    }

    /**
     * {@return bits before an integer's first significant one}
     *
     * @param id an integer
     */
    public int intOffset(int id) {
        return single(id, BtfKind.INT, 0) >>> 16 & 0xff;
    }

    /**
     * {@return whether an integer is signed}
     *
     * @param id an integer
     */
    public boolean intSigned(int id) {
        return (single(id, BtfKind.INT, 0) >>> 24 & 1) != 0;
    }

    /**
     * {@return whether an integer is a truth value}
     *
     * @param id an integer
     */
    public boolean intBool(int id) {
        return (single(id, BtfKind.INT, 0) >>> 24 & 4) != 0;
    }

    /**
     * {@return whether an integer is marked as a character; compilers seldom do}
     *
     * @param id an integer
     */
    public boolean intChar(int id) {
        return (single(id, BtfKind.INT, 0) >>> 24 & 2) != 0;
    }

    // --- functions, variables, sections, tags

    /**
     * {@return name of a parameter, "" if not given}
     *
     * @param id a signature
     * @param parameter number from 0
     */
    public String paramName(int id, int parameter) {
        expect(id, BtfKind.FUNC_PROTO);
        return nameAt(element(id, parameter, 8, 0), id);
    }

    /**
     * {@return type of a parameter; 0 for the "..." of a variadic function}
     *
     * @param id a signature
     * @param parameter number from 0
     */
    public int paramType(int id, int parameter) {
        expect(id, BtfKind.FUNC_PROTO);
        return checked(element(id, parameter, 8, 4), id);
    }

    /**
     * {@return visibility of a function or variable}
     *
     * @param id a function or variable
     */
    public Linkage linkage(int id) {
        int number = kind(id) == BtfKind.FUNC ? vlen(id) : single(id, BtfKind.VAR, 0);
        return switch (number) {
            case 0 -> Linkage.STATIC;
            case 1 -> Linkage.GLOBAL;
            case 2 -> Linkage.EXTERN;
            default -> throw unfit(id, "has unknown linkage " + Integer.toUnsignedString(number));
        };
    }

    /**
     * {@return type of a variable's value: {@link #ref}}
     *
     * @param id a variable
     */
    public int varType(int id) {
        expect(id, BtfKind.VAR);
        return ref(id);
    }

    /**
     * {@return the variable at a place of a section}
     *
     * @param id a section
     * @param variable number from 0
     */
    public int sectionVarType(int id, int variable) {
        expect(id, BtfKind.DATASEC);
        return checked(element(id, variable, 12, 0), id);
    }

    /**
     * {@return bytes from the section's start to a variable}
     *
     * @param id a section
     * @param variable number from 0
     */
    public long sectionVarOffset(int id, int variable) {
        expect(id, BtfKind.DATASEC);
        return Integer.toUnsignedLong(element(id, variable, 12, 4));
    }

    /**
     * {@return bytes of a variable}
     *
     * @param id a section
     * @param variable number from 0
     */
    public long sectionVarSize(int id, int variable) {
        expect(id, BtfKind.DATASEC);
        return Integer.toUnsignedLong(element(id, variable, 12, 8));
    }

    /**
     * {@return number of the member or parameter that a tag is on, -1 for the whole}
     *
     * @param id a declaration tag
     */
    public int componentIndex(int id) {
        return single(id, BtfKind.DECL_TAG, 0);
    }

    /**
     * {@return whether a forward declaration is of a union rather than a structure}
     *
     * @param id a forward declaration
     */
    public boolean fwdIsUnion(int id) {
        expect(id, BtfKind.FWD);
        return kindFlag(id);
    }

    // --- names

    /**
     * Looks for a type by name. The first look-up indexes all names.
     *
     * @param name type name
     * @param kind kind wanted
     * @return the lowest such id, the base's first
     * @throws InvalidObjectException if a type's name is broken
     */
    public OptionalInt find(String name, BtfKind kind) {
        if (base != null) {
            OptionalInt inBase = base.find(name, kind);
            if (inBase.isPresent()) {
                return inBase;
            }
        }
        byte[] wanted = searchable(name);
        if (wanted.length == 0) {
            return OptionalInt.empty();
        }
        NameIndex index = names();
        for (int i = index.first(hash(wanted)); i >= 0; i = index.next[i]) {
            if (kind(firstId + i) == kind && nameIs(firstId + i, wanted)) {
                return OptionalInt.of(firstId + i);
            }
        }
        return OptionalInt.empty();
    }

    /**
     * {@return ids of all types of a name, of any kind, ascending, the base's included}
     *
     * @param name type name
     * @throws InvalidObjectException if a type's name is broken
     */
    public int[] findAll(String name) {
        int[] own = findOwn(name);
        if (base == null) {
            return own;
        }
        int[] all = base.findAll(name);
        int inBase = all.length;
        all = Arrays.copyOf(all, inBase + own.length);
        System.arraycopy(own, 0, all, inBase, own.length);
        return all;
    }

    /**
     * {@return ids of all types of a name, of any kind, ascending, without the base's}
     *
     * @param name type name
     * @throws InvalidObjectException if a type's name is broken
     */
    public int[] findOwn(String name) {
        byte[] wanted = searchable(name);
        if (wanted.length == 0) {
            return new int[0];
        }
        NameIndex index = names();
        int[] found = new int[4];
        int n = 0;
        for (int i = index.first(hash(wanted)); i >= 0; i = index.next[i]) {
            if (nameIs(firstId + i, wanted)) {
                if (n == found.length) {
                    found = Arrays.copyOf(found, n * 2);
                }
                found[n++] = firstId + i;
            }
        }
        return Arrays.copyOf(found, n);
    }

    /**
     * {@return whether a type is of a name, without making a string of its name}
     *
     * @param id type id
     * @param name name to compare with
     */
    public boolean nameEquals(int id, String name) {
        return id == 0 ? name.equals("void") : nameIs(id, name.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * {@return a string of the string section, such as a line of source that BTF.ext points to}
     *
     * @param offset bytes from the start of the strings, the base's first
     * @throws InvalidObjectException if the offset is outside the section
     */
    public String string(long offset) {
        return text(offset, Integer.MAX_VALUE, -1);
    }

    /** A string that is no line of source, so that a long one is a mistake. */
    String shortString(int offset) {
        return text(Integer.toUnsignedLong(offset), MAX_NAME, -1);
    }

    /** A copy of the strings that are not the base's. */
    byte[] ownStrings() {
        return bytes.asSlice(stringStart, stringLength).toArray(ValueLayout.JAVA_BYTE);
    }

    /** A copy of an own type as the words that it is made of. */
    int[] words(int id) {
        long start = at(id);
        int next = id - firstId + 1;
        long end = next < count ? offsets[next] : typeEnd;
        int[] words = new int[(int) ((end - start) / 4)];
        for (int i = 0; i < words.length; i++) {
            words[i] = u32(start + i * 4L);
        }
        return words;
    }

    // --- following chains

    /**
     * {@return the type behind const, volatile, restrict and type tags}
     *
     * @param id type id
     * @throws InvalidObjectException if the chain does not end
     */
    public int skipModifiers(int id) {
        int current = id;
        for (int depth = 0; depth <= MAX_DEPTH; depth++) {
            if (!kind(current).isModifier()) {
                return current;
            }
            current = ref(current);
        }
        throw endless(id);
    }

    /**
     * {@return the type behind modifiers and typedefs}
     *
     * @param id type id
     * @throws InvalidObjectException if the chain does not end
     */
    public int resolve(int id) {
        int current = id;
        for (int depth = 0; depth <= MAX_DEPTH; depth++) {
            BtfKind kind = kind(current);
            if (!kind.isModifier() && kind != BtfKind.TYPEDEF) {
                return current;
            }
            current = ref(current);
        }
        throw endless(id);
    }

    /**
     * {@return bytes that a value of a type takes}
     *
     * @param id type id
     * @throws InvalidObjectException if the type has no size, the chain does not end, or the size exceeds 32 bits
     */
    public long sizeOf(int id) {
        long elements = 1;
        int current = id;
        for (int depth = 0; depth <= MAX_DEPTH; depth++) {
            switch (kind(current)) {
                case INT, STRUCT, UNION, ENUM, ENUM64, DATASEC, FLOAT -> {
                    return times(elements, rawSize(current), id);
                }
                case PTR -> {
                    return times(elements, pointerSize(), id);
                }
                case TYPEDEF, CONST, VOLATILE, RESTRICT, TYPE_TAG, DECL_TAG, VAR -> current = ref(current);
                case ARRAY -> {
                    elements = times(elements, arrayLength(current), id);
                    current = arrayElement(current);
                }
                case UNKNOWN, FWD, FUNC, FUNC_PROTO -> throw unfit(current, "has no size");
            }
        }
        throw endless(id);
    }

    private long times(long elements, long size, int id) {
        // Both factors are below 2^32, so that the product of two unsigned numbers cannot wrap a long unnoticed.
        long product = elements * size;
        if (product >>> 32 != 0) {
            throw unfit(id, "is larger than four gigabytes");
        }
        return product;
    }

    /**
     * {@return alignment of a type in bytes; 1 for a structure whose layout shows that it is packed}
     *
     * @param id type id
     * @throws InvalidObjectException if the type has none or contains itself
     */
    public long alignOf(int id) {
        return alignOf(id, new HashMap<>(), 0);
    }

    /** As {@link #alignOf(int)}; what structures are found to have is kept in a map, without which a few hostile ones
     * that nest twice in each other would take for ever. */
    long alignOf(int id, Map<Integer, Long> known, int depth) {
        if (depth > MAX_DEPTH) {
            throw endless(id);
        }
        return switch (kind(id)) {
            case INT, ENUM, ENUM64, FLOAT -> {
                // Numbers of 16 bytes are aligned to their size where pointers have 8 (System V ABI).
                long size = rawSize(id);
                yield size == 16 && pointerSize() == 8 ? 16 : Math.clamp(size, 1, pointerSize());
            }
            case PTR -> pointerSize();
            case TYPEDEF, CONST, VOLATILE, RESTRICT, TYPE_TAG, VAR -> alignOf(ref(id), known, depth + 1);
            case ARRAY -> alignOf(arrayElement(id), known, depth + 1);
            case STRUCT, UNION -> {
                Long before = known.get(id);
                if (before != null) {
                    yield before;
                }
                long align = alignOfComposite(id, known, depth);
                known.put(id, align);
                yield align;
            }
            case UNKNOWN, FWD, FUNC, FUNC_PROTO, DATASEC, DECL_TAG -> throw unfit(id, "has no alignment");
        };
    }

    private long alignOfComposite(int id, Map<Integer, Long> known, int depth) {
        long align = 1;
        boolean packed = false;
        for (int i = 0; i < vlen(id); i++) {
            long member = alignOf(memberType(id, i), known, depth + 1);
            align = Math.max(align, member);
            packed |= memberBitfieldSize(id, i) == 0 && memberBitOffset(id, i) % (8 * member) != 0;
        }
        return packed || rawSize(id) % align != 0 ? 1 : align;
    }

    // --- records

    /**
     * {@return a type decoded into a record; nothing is kept of it}
     *
     * @param id type id
     * @throws InvalidObjectException if a name or id in it is broken
     */
    public BtfType type(int id) {
        return switch (kind(id)) {
            case UNKNOWN -> id == 0 ? new BtfType.VoidType() : new BtfType.Unrecognized(id, name(id), kindNumber(id));
            case INT -> new BtfType.Int(id, name(id), rawSize(id), intBits(id), intOffset(id), encoding(id));
            case PTR -> new BtfType.Pointer(id, ref(id));
            case ARRAY -> new BtfType.Array(id, arrayElement(id), arrayIndex(id), arrayLength(id));
            case STRUCT -> new BtfType.Composite(id, name(id), BtfType.Shape.STRUCT, rawSize(id), members(id));
            case UNION -> new BtfType.Composite(id, name(id), BtfType.Shape.UNION, rawSize(id), members(id));
            case ENUM, ENUM64 ->
                new BtfType.Enumeration(
                        id,
                        name(id),
                        rawSize(id),
                        enumSigned(id) ? BtfType.Signedness.SIGNED : BtfType.Signedness.UNSIGNED,
                        kind(id),
                        enumerators(id));
            case FWD -> new BtfType.Forward(id, name(id), fwdIsUnion(id) ? BtfType.Shape.UNION : BtfType.Shape.STRUCT);
            case TYPEDEF -> new BtfType.Typedef(id, name(id), ref(id));
            case VOLATILE, CONST, RESTRICT -> new BtfType.Qualifier(id, kind(id), ref(id));
            case FUNC -> new BtfType.Function(id, name(id), ref(id), linkage(id));
            case FUNC_PROTO -> new BtfType.FunctionPrototype(id, ref(id), parameters(id));
            case VAR -> new BtfType.Variable(id, name(id), ref(id), linkage(id));
            case DATASEC -> new BtfType.DataSection(id, name(id), rawSize(id), variables(id));
            case FLOAT -> new BtfType.FloatingPoint(id, name(id), rawSize(id));
            case DECL_TAG -> new BtfType.DeclarationTag(id, name(id), ref(id), componentIndex(id));
            case TYPE_TAG -> new BtfType.TypeTag(id, name(id), ref(id));
        };
    }

    /**
     * {@return how C writes a reference to a type, such as {@code struct sock *} or {@code const char[16]}}
     *
     * @param id type id
     * @throws InvalidObjectException if the type is broken
     */
    public String cName(int id) {
        return new CDeclaration(this).of(id, "");
    }

    private BtfType.Int.Encoding encoding(int id) {
        if (intBool(id)) {
            return BtfType.Int.Encoding.BOOL;
        }
        if (intChar(id)) {
            return intSigned(id) ? BtfType.Int.Encoding.SIGNED_CHAR : BtfType.Int.Encoding.CHAR;
        }
        return intSigned(id) ? BtfType.Int.Encoding.SIGNED : BtfType.Int.Encoding.UNSIGNED;
    }

    private List<BtfType.Member> members(int id) {
        List<BtfType.Member> members = new ArrayList<>();
        for (int i = 0; i < vlen(id); i++) {
            members.add(new BtfType.Member(
                    memberName(id, i), memberType(id, i), memberBitOffset(id, i), memberBitfieldSize(id, i)));
        }
        return members;
    }

    private List<BtfType.Enumerator> enumerators(int id) {
        List<BtfType.Enumerator> enumerators = new ArrayList<>();
        for (int i = 0; i < vlen(id); i++) {
            enumerators.add(new BtfType.Enumerator(enumName(id, i), enumValue(id, i)));
        }
        return enumerators;
    }

    private List<BtfType.Parameter> parameters(int id) {
        List<BtfType.Parameter> parameters = new ArrayList<>();
        for (int i = 0; i < vlen(id); i++) {
            parameters.add(new BtfType.Parameter(paramName(id, i), paramType(id, i)));
        }
        return parameters;
    }

    private List<BtfType.SectionVariable> variables(int id) {
        List<BtfType.SectionVariable> variables = new ArrayList<>();
        for (int i = 0; i < vlen(id); i++) {
            variables.add(
                    new BtfType.SectionVariable(sectionVarType(id, i), sectionVarOffset(id, i), sectionVarSize(id, i)));
        }
        return variables;
    }

    // --- the bytes

    /** The BTF that holds a type: this one, or the base of it. */
    private Btf owner(int id) {
        Btf btf = this;
        while (id < btf.firstId) {
            Btf next = btf.base;
            if (id <= 0 || next == null) {
                throw missing(id);
            }
            btf = next;
        }
        return btf;
    }

    /** Where an own type starts. */
    private long at(int id) {
        int i = id - firstId;
        if (i < 0 || i >= count) {
            throw missing(id);
        }
        return offsets[i];
    }

    private int info(int id) {
        Btf owner = owner(id);
        return owner.u32(owner.at(id) + 4);
    }

    private int nameOffset(int id) {
        Btf owner = owner(id);
        return owner.u32(owner.at(id));
    }

    /** A word of the data that follows a type once. */
    private int single(int id, BtfKind kind, int field) {
        expect(id, kind);
        Btf owner = owner(id);
        return owner.u32(owner.at(id) + TYPE_SIZE + field);
    }

    /** A word of one of a type's elements. */
    private int element(int id, int index, int size, int field) {
        Objects.checkIndex(index, vlen(id));
        Btf owner = owner(id);
        return owner.u32(owner.at(id) + TYPE_SIZE + (long) index * size + field);
    }

    private void expect(int id, BtfKind kind) {
        if (kind(id) != kind) {
            throw unfit(id, "is no " + kind.kernelName());
        }
    }

    /** An id that the bytes mention. */
    private int checked(int id, int mentionedBy) {
        if (id < 0 || id > lastId()) {
            throw unfit(mentionedBy, "refers to type " + Integer.toUnsignedString(id) + " of " + lastId());
        }
        return id;
    }

    private String nameAt(int offset, int id) {
        return offset == 0 ? "" : text(Integer.toUnsignedLong(offset), MAX_NAME, id);
    }

    private byte byteOfString(long offset, int id) {
        Btf holder = stringHolder(offset, id);
        return holder.bytes.get(ValueLayout.JAVA_BYTE, holder.stringStart + offset - holder.firstString);
    }

    private Btf stringHolder(long offset, int id) {
        Btf holder = this;
        while (offset < holder.firstString && holder.base != null) {
            holder = holder.base;
        }
        if (offset < holder.firstString || offset - holder.firstString >= holder.stringLength) {
            String what = "a string is at " + offset + " of " + (firstString + stringLength) + " bytes";
            throw id < 0 ? invalid(stringStart, what) : unfit(id, what);
        }
        return holder;
    }

    private String text(long offset, int limit, int id) {
        Btf holder = stringHolder(offset, id);
        long start = holder.stringStart + offset - holder.firstString;
        // The section ends with a zero, which opening has checked.
        long length = 0;
        while (holder.bytes.get(ValueLayout.JAVA_BYTE, start + length) != 0) {
            if (++length > limit) {
                throw invalid(start, "a name is longer than " + limit + " bytes");
            }
        }
        if (length == 0) {
            return "";
        }
        byte[] string = new byte[(int) length];
        MemorySegment.copy(holder.bytes, ValueLayout.JAVA_BYTE, start, string, 0, string.length);
        return new String(string, StandardCharsets.UTF_8);
    }

    private boolean nameIs(int id, byte[] wanted) {
        long offset = Integer.toUnsignedLong(nameOffset(id));
        Btf holder = stringHolder(offset, id);
        long start = holder.stringStart + offset - holder.firstString;
        long left = holder.stringStart + holder.stringLength - start;
        if (wanted.length >= left) {
            return false;
        }
        for (int i = 0; i < wanted.length; i++) {
            if (holder.bytes.get(ValueLayout.JAVA_BYTE, start + i) != wanted[i]) {
                return false;
            }
        }
        return holder.bytes.get(ValueLayout.JAVA_BYTE, start + wanted.length) == 0;
    }

    private int u32(long at) {
        int value = bytes.get(U32, at);
        return bigEndian ? Integer.reverseBytes(value) : value;
    }

    private long unsigned(long at) {
        return Integer.toUnsignedLong(u32(at));
    }

    private InvalidObjectException invalid(long offset, String message) {
        return new InvalidObjectException(origin, SECTION, offset, message);
    }

    private InvalidObjectException missing(int id) {
        return invalid(-1, "there is no type " + Integer.toUnsignedString(id) + ", the last one is " + lastId());
    }

    /** What is wrong with a type that exists. */
    InvalidObjectException unfit(int id, String message) {
        if (id == 0) {
            return invalid(-1, "void " + message);
        }
        Btf owner = owner(id);
        return new InvalidObjectException(
                owner.origin, SECTION, owner.at(id), "type " + id + " (" + kind(id).kernelName() + ") " + message);
    }

    InvalidObjectException endless(int id) {
        return unfit(id, "leads through more than " + MAX_DEPTH + " others, or back to itself");
    }

    // --- the name index

    private NameIndex names() {
        NameIndex known = names;
        if (known == null) {
            known = new NameIndex(this);
            names = known;
        }
        return known;
    }

    private static byte[] searchable(String name) {
        return name.indexOf('\0') >= 0 ? new byte[0] : name.getBytes(StandardCharsets.UTF_8);
    }

    private static final long ONES = 0x0101010101010101L;
    private static final long TOPS = 0x8080808080808080L;

    /** Hash of a string in the section, eight bytes at a time up to the zero that ends it. */
    private int hashAt(long start, long end) {
        long hash = 0;
        long at = start;
        while (end - at >= 8) {
            long word = bytes.get(U64, at);
            long zeros = word - ONES & ~word & TOPS;
            if (zeros != 0) {
                return finish(mix(hash, word & (Long.lowestOneBit(zeros) >>> 7) - 1));
            }
            hash = mix(hash, word);
            at += 8;
        }
        long word = 0;
        for (int shift = 0; at < end && bytes.get(ValueLayout.JAVA_BYTE, at) != 0; shift += 8, at++) {
            word |= (bytes.get(ValueLayout.JAVA_BYTE, at) & 0xffL) << shift;
        }
        return finish(mix(hash, word));
    }

    /** The same hash of a string that is looked for. */
    private static int hash(byte[] string) {
        long hash = 0;
        long word = 0;
        for (int i = 0; i < string.length; i++) {
            word |= (string[i] & 0xffL) << (i & 7) * 8;
            if ((i & 7) == 7) {
                hash = mix(hash, word);
                word = 0;
            }
        }
        return finish(mix(hash, word));
    }

    private static long mix(long hash, long word) {
        return Long.rotateLeft((hash ^ word) * 0x9e3779b97f4a7c15L, 29);
    }

    private static int finish(long hash) {
        return (int) (hash ^ hash >>> 32);
    }

    /** Chains of own types by hash of the name, ascending; anonymous types are in none. */
    private static final class NameIndex {
        private final int[] heads;
        private final int[] next;

        NameIndex(Btf btf) {
            int buckets = Integer.highestOneBit(Math.max(btf.count, 16));
            this.heads = new int[buckets];
            this.next = new int[btf.count];
            Arrays.fill(heads, -1);
            for (int i = btf.count - 1; i >= 0; i--) {
                long offset = btf.unsigned(btf.offsets[i]);
                if (offset == 0) {
                    continue;
                }
                Btf holder = btf.stringHolder(offset, btf.firstId + i);
                long start = holder.stringStart + offset - holder.firstString;
                int bucket = holder.hashAt(start, holder.stringStart + holder.stringLength) & buckets - 1;
                next[i] = heads[bucket];
                heads[bucket] = i;
            }
        }

        /** Position of the first own type that may have a name of this hash, -1 for none. */
        int first(int hash) {
            return heads[hash & heads.length - 1];
        }
    }
}
