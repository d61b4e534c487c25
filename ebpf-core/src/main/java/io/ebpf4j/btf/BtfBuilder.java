package io.ebpf4j.btf;

import io.ebpf4j.btf.BtfType.Linkage;
import io.ebpf4j.elf.ElfFile;
import io.ebpf4j.elf.ElfSection;
import io.ebpf4j.elf.ElfSymbol;
import io.ebpf4j.kernel.InvalidObjectException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Makes BTF: from nothing, on top of a base, or as a copy of existing BTF that is then changed for the kernel that is to
 * load it. A copy keeps every type id and every string offset, so that BTF.ext records of the original fit it.
 *
 * <p>Not for use by several threads at once.
 */
public final class BtfBuilder {
    /** Whether the bytes say how large each kind is. */
    public enum Layout {
        /** A header of 24 bytes, as every kernel with BTF takes it. */
        OMITTED,
        /** A header of 32 bytes and a layout section, so that readers can skip kinds they do not know; Linux 7.1. */
        INCLUDED
    }

    private final String origin;
    private final @Nullable Btf base;
    private final int firstId;
    private final long firstString;

    /** Types as the words that they are written as; every kind is made of 32-bit words. */
    private final List<int[]> types = new ArrayList<>();

    private byte[] strings = new byte[64];
    private int stringsLength;
    private final Map<String, Integer> stringOffsets = new HashMap<>();
    private final Map<Integer, Integer> layouts = new HashMap<>();

    /** Starts with no types. */
    public BtfBuilder() {
        this(null, "built BTF");
        stringsLength = 1;
    }

    private BtfBuilder(@Nullable Btf base, String origin) {
        this.origin = origin;
        this.base = base;
        this.firstId = base == null ? 1 : base.lastId() + 1;
        this.firstString = base == null ? 0 : base.stringsLength();
        stringOffsets.put("", 0);
        for (BtfKind kind : BtfKind.values()) {
            declare(kind.number(), kind.fixedSize(), kind.elementSize());
        }
    }

    /**
     * {@return a builder of split BTF}
     *
     * @param base what its ids and strings continue
     */
    public static BtfBuilder splitOf(Btf base) {
        return new BtfBuilder(base, "built BTF");
    }

    /**
     * {@return a builder that starts with all types and strings of existing BTF}
     *
     * @param btf what to copy; of split BTF its own part is copied, and the base stays the base
     * @throws InvalidObjectException if it is broken
     */
    public static BtfBuilder copyOf(Btf btf) {
        BtfBuilder copy = new BtfBuilder(btf.base().orElse(null), btf.origin());
        byte[] own = btf.ownStrings();
        copy.strings = own;
        copy.stringsLength = own.length;
        int start = 0;
        for (int i = 0; i < own.length; i++) {
            if (own[i] == 0) {
                copy.stringOffsets.putIfAbsent(
                        new String(own, start, i - start, StandardCharsets.UTF_8), (int) copy.firstString + start);
                start = i + 1;
            }
        }
        for (int id = btf.firstId(); id <= btf.lastId(); id++) {
            copy.types.add(btf.words(id));
        }
        return copy;
    }

    /**
     * Copies BTF and rewrites what a kernel does not know.
     *
     * @param btf the BTF
     * @param supported what the kernel knows
     * @return BTF in the byte order of the original
     */
    public static byte[] sanitized(Btf btf, Set<BtfFeature> supported) {
        return copyOf(btf).sanitize(supported).marshal(btf.order());
    }

    /** {@return the highest type id so far} */
    public int lastId() {
        return firstId + types.size() - 1;
    }

    // --- adding

    /**
     * Adds a type.
     *
     * @param type the type; its own id is not looked at, ids in it may be of types that are added later
     * @return the id it gets
     * @throws IllegalArgumentException if BTF cannot express it: a bit-field at an offset of 2^24 bits or more, a record
     *     for void or an unknown kind
     */
    public int add(BtfType type) {
        types.add(encode(type));
        return lastId();
    }

    /**
     * Replaces a type.
     *
     * @param id a type of this builder, not of the base
     * @param type what it becomes; its own id is not looked at
     */
    public void replace(int id, BtfType type) {
        types.set(position(id), encode(type));
    }

    /** Adds a type of a kind that this class need not know. */
    int addWords(int... words) {
        types.add(words.clone());
        return lastId();
    }

    /** Declares the size of a kind in the layout section. */
    void declare(int kindNumber, int fixedSize, int elementSize) {
        layouts.put(kindNumber, fixedSize | elementSize << 8);
    }

    private int[] encode(BtfType type) {
        return switch (type) {
            case BtfType.Int t -> {
                int encoding = switch (t.encoding()) {
                    case UNSIGNED -> 0;
                    case SIGNED -> 1;
                    case CHAR -> 2;
                    case SIGNED_CHAR -> 3;
                    case BOOL -> 4;
                };
                yield words(t.name(), BtfKind.INT, 0, t.size(), encoding << 24 | t.offset() << 16 | t.bits());
            }
            case BtfType.Pointer t -> words("", BtfKind.PTR, 0, t.target());
            case BtfType.Array t -> words("", BtfKind.ARRAY, 0, 0, t.element(), t.index(), unsigned(t.length()));
            case BtfType.Composite t -> composite(t);
            case BtfType.Enumeration t -> enumeration(t);
            case BtfType.Forward t -> flagged(words(t.name(), BtfKind.FWD, 0, 0), t.shape() == BtfType.Shape.UNION);
            case BtfType.Typedef t -> words(t.name(), BtfKind.TYPEDEF, 0, t.target());
            case BtfType.Qualifier t -> {
                if (!t.kind().isModifier() || t.kind() == BtfKind.TYPE_TAG) {
                    throw new IllegalArgumentException("no qualifier: " + t.kind());
                }
                yield words("", t.kind(), 0, t.target());
            }
            case BtfType.Function t -> words(t.name(), BtfKind.FUNC, t.linkage().ordinal(), t.prototype());
            case BtfType.FunctionPrototype t -> {
                int[] words = sized("", BtfKind.FUNC_PROTO, t.parameters().size(), t.result());
                int at = 3;
                for (BtfType.Parameter parameter : t.parameters()) {
                    words[at++] = string(parameter.name());
                    words[at++] = parameter.type();
                }
                yield words;
            }
            case BtfType.Variable t ->
                words(t.name(), BtfKind.VAR, 0, t.type(), t.linkage().ordinal());
            case BtfType.DataSection t -> {
                int[] words = sized(t.name(), BtfKind.DATASEC, t.variables().size(), unsigned(t.size()));
                int at = 3;
                for (BtfType.SectionVariable variable : t.variables()) {
                    words[at++] = variable.type();
                    words[at++] = unsigned(variable.offset());
                    words[at++] = unsigned(variable.size());
                }
                yield words;
            }
            case BtfType.FloatingPoint t -> words(t.name(), BtfKind.FLOAT, 0, t.size());
            case BtfType.DeclarationTag t -> words(t.name(), BtfKind.DECL_TAG, 0, t.target(), t.component());
            case BtfType.TypeTag t -> words(t.name(), BtfKind.TYPE_TAG, 0, t.target());
            case BtfType.VoidType t -> throw new IllegalArgumentException("void is type 0 of any BTF");
            case BtfType.Unrecognized t ->
                throw new IllegalArgumentException("kind " + t.kindNumber() + " is not known");
        };
    }

    private int[] composite(BtfType.Composite type) {
        BtfKind kind = type.shape() == BtfType.Shape.STRUCT ? BtfKind.STRUCT : BtfKind.UNION;
        int[] words = sized(type.name(), kind, type.members().size(), unsigned(type.size()));
        boolean bitfields = type.members().stream().anyMatch(member -> member.bitfieldSize() != 0);
        int at = 3;
        for (BtfType.Member member : type.members()) {
            if (bitfields && (member.bitOffset() >>> 24 != 0 || member.bitfieldSize() >>> 8 != 0)) {
                throw new IllegalArgumentException("a structure with bit-fields cannot have " + member);
            }
            words[at++] = string(member.name());
            words[at++] = member.type();
            words[at++] = unsigned(member.bitOffset()) | member.bitfieldSize() << 24;
        }
        return flagged(words, bitfields);
    }

    private int[] enumeration(BtfType.Enumeration type) {
        boolean wide = type.kind() == BtfKind.ENUM64;
        int[] words = sized(
                type.name(),
                wide ? BtfKind.ENUM64 : BtfKind.ENUM,
                type.enumerators().size(),
                unsigned(type.size()));
        int at = 3;
        for (BtfType.Enumerator enumerator : type.enumerators()) {
            words[at++] = string(enumerator.name());
            words[at++] = (int) enumerator.value();
            if (wide) {
                words[at++] = (int) (enumerator.value() >> 32);
            }
        }
        return flagged(words, type.signedness() == BtfType.Signedness.SIGNED);
    }

    private int[] words(String name, BtfKind kind, int vlen, long sizeOrType, int... extra) {
        int[] words = new int[3 + extra.length];
        words[0] = string(name);
        words[1] = info(kind, vlen);
        words[2] = unsigned(sizeOrType);
        System.arraycopy(extra, 0, words, 3, extra.length);
        return words;
    }

    private int[] sized(String name, BtfKind kind, int vlen, int sizeOrType) {
        int[] words = Arrays.copyOf(words(name, kind, vlen, 0), 3 + vlen * kind.elementSize() / 4);
        words[2] = sizeOrType;
        return words;
    }

    private static int info(BtfKind kind, int vlen) {
        if (vlen >>> 24 != 0) {
            throw new IllegalArgumentException(vlen + " elements are more than BTF can count");
        }
        return kind.number() << 24 | vlen;
    }

    private static int[] flagged(int[] words, boolean flag) {
        if (flag) {
            words[1] |= 0x80000000;
        }
        return words;
    }

    private static int unsigned(long value) {
        if (value >>> 32 != 0) {
            throw new IllegalArgumentException("not an unsigned 32-bit number: " + value);
        }
        return (int) value;
    }

    private int string(String text) {
        Integer known = stringOffsets.get(text);
        if (known != null) {
            return known;
        }
        if (text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("a name cannot hold a zero");
        }
        int offset = Math.toIntExact(firstString + stringsLength);
        byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
        int end = Math.addExact(stringsLength, encoded.length + 1);
        if (end > strings.length) {
            strings = Arrays.copyOf(strings, Math.max(end, strings.length + (strings.length >> 1)));
        }
        System.arraycopy(encoded, 0, strings, stringsLength, encoded.length);
        strings[end - 1] = 0;
        stringsLength = end;
        stringOffsets.put(text, offset);
        return offset;
    }

    // --- changing a copy

    /**
     * Gives a function or variable another visibility, as a loader does for functions that are hidden in the object file.
     *
     * @param id a function or variable
     * @param linkage new visibility
     */
    public void setLinkage(int id, Linkage linkage) {
        int[] words = types.get(position(id));
        switch (kind(words)) {
            case FUNC -> words[1] = words[1] & 0xff000000 | linkage.ordinal();
            case VAR -> words[3] = linkage.ordinal();
            default -> throw new IllegalArgumentException("type " + id + " is neither function nor variable");
        }
    }

    /**
     * Fills in what compilers leave open in the sections of variables: the section's size, and the offset of each global
     * variable, from the object's symbols. Variables are sorted by offset, and those that are hidden become static.
     * Sections of externs are left alone: see {@link #placeExterns}.
     *
     * @param elf the object file that the BTF is from
     * @return this
     * @throws InvalidObjectException if a section or variable is not in the object file
     */
    public BtfBuilder fixDataSections(ElfFile elf) {
        Map<String, ElfSymbol> variables = new HashMap<>();
        for (ElfSymbol symbol : elf.symbols()) {
            if ((symbol.isObject() || symbol.type() == ElfSymbol.STT_NOTYPE)
                    && (symbol.isGlobal() || symbol.isWeak())) {
                variables.put(symbol.name(), symbol);
            }
        }
        for (int[] section : types) {
            if (kind(section) == BtfKind.DATASEC && !isExterns(textOf(section[0]))) {
                if (section[2] == 0) {
                    fixDataSection(section, elf, variables);
                }
                sortVariables(section);
            }
        }
        return this;
    }

    private static boolean isExterns(String section) {
        return section.equals(".kconfig") || section.equals(".ksyms");
    }

    private void fixDataSection(int[] section, ElfFile elf, Map<String, ElfSymbol> symbols) {
        String name = textOf(section[0]);
        ElfSection home = elf.section(name)
                .orElseThrow(() -> new InvalidObjectException(
                        elf.origin(), ".BTF", -1, "there is a type for section " + name + " but no such section"));
        section[2] = checkedSize(home, elf);
        for (int i = 0; i < vlen(section); i++) {
            int at = 3 + i * 3;
            int[] variable = entry(section, i);
            if (kind(variable) != BtfKind.VAR) {
                throw new InvalidObjectException(
                        origin,
                        ".BTF",
                        -1,
                        "section " + name + " holds type " + section[at] + ", which is no variable");
            }
            if (variable[3] == Linkage.STATIC.ordinal()) {
                continue;
            }
            String variableName = textOf(variable[0]);
            ElfSymbol symbol = symbols.get(variableName);
            if (symbol == null || symbol.section() != home.index()) {
                throw new InvalidObjectException(
                        elf.origin(), name, -1, "there is no symbol for variable " + variableName);
            }
            section[at + 1] = (int) symbol.value();
            if (symbol.isHidden()) {
                variable[3] = Linkage.STATIC.ordinal();
            }
        }
    }

    private static int checkedSize(ElfSection section, ElfFile elf) {
        if (section.size() >>> 31 != 0) {
            throw new InvalidObjectException(
                    elf.origin(), section.name(), -1, "too large: " + Long.toUnsignedString(section.size()) + " bytes");
        }
        return (int) section.size();
    }

    private void sortVariables(int[] section) {
        List<int[]> variables = new ArrayList<>(IntStream.range(0, vlen(section))
                .mapToObj(i -> Arrays.copyOfRange(section, 3 + i * 3, 6 + i * 3))
                .toList());
        variables.sort(Comparator.comparingLong(variable -> Integer.toUnsignedLong(variable[1])));
        for (int i = 0; i < variables.size(); i++) {
            System.arraycopy(variables.get(i), 0, section, 3 + i * 3, 3);
        }
    }

    /**
     * Lays the externs of kernel configuration out as the loader decided, and turns them into ordinary variables.
     *
     * @param offsets bytes from the start of {@code .kconfig}, by name of the extern; those left out are dropped
     * @param size bytes of the whole section
     * @return this
     */
    public BtfBuilder placeExterns(Map<String, Long> offsets, long size) {
        for (int t = 0; t < types.size(); t++) {
            int[] section = types.get(t);
            if (kind(section) != BtfKind.DATASEC || !textOf(section[0]).equals(".kconfig")) {
                continue;
            }
            int kept = 0;
            for (int i = 0; i < vlen(section); i++) {
                int[] variable = entry(section, i);
                Long offset = offsets.get(textOf(variable[0]));
                if (offset != null && kind(variable) == BtfKind.VAR) {
                    variable[3] = Linkage.GLOBAL.ordinal();
                    section[3 + kept * 3] = section[3 + i * 3];
                    section[4 + kept * 3] = unsigned(offset);
                    section[5 + kept * 3] = section[5 + i * 3];
                    kept++;
                }
            }
            section[1] = info(BtfKind.DATASEC, kept);
            section[2] = unsigned(size);
            int[] shortened = Arrays.copyOf(section, 3 + kept * 3);
            sortVariables(shortened);
            types.set(t, shortened);
        }
        return this;
    }

    /**
     * Makes the section of kernel symbols acceptable to the kernel, which wants variables there: each becomes an integer
     * of four bytes, kernel functions are stood in for by one variable, and their parameters get the names that the
     * compiler left out.
     *
     * @return this
     */
    public BtfBuilder flattenKernelSymbols() {
        for (int t = 0; t < types.size(); t++) {
            int[] section = types.get(t);
            if (kind(section) == BtfKind.DATASEC && textOf(section[0]).equals(".ksyms")) {
                flatten(section);
            }
        }
        return this;
    }

    private void flatten(int[] section) {
        int integer = fourByteInteger();
        int standIn = 0;
        for (int i = 0; i < vlen(section); i++) {
            int[] entry = entry(section, i);
            if (kind(entry) == BtfKind.FUNC) {
                if (standIn == 0) {
                    standIn = add(new BtfType.Variable(0, "dummy_ksym", integer, Linkage.GLOBAL));
                }
                nameParameters(entry[2]);
                entry[1] = info(BtfKind.FUNC, Linkage.GLOBAL.ordinal());
                section[3 + i * 3] = standIn;
            } else if (kind(entry) == BtfKind.VAR) {
                entry[2] = integer;
                entry[3] = Linkage.GLOBAL.ordinal();
            }
            section[4 + i * 3] = i * 4;
            section[5 + i * 3] = 4;
        }
        section[2] = vlen(section) * 4;
    }

    private void nameParameters(int prototype) {
        if (prototype < firstId || prototype > lastId()) {
            return;
        }
        int[] words = types.get(prototype - firstId);
        if (kind(words) != BtfKind.FUNC_PROTO) {
            return;
        }
        for (int i = 0; i < vlen(words); i++) {
            if (words[3 + i * 2] == 0 && words[4 + i * 2] != 0) {
                words[3 + i * 2] = string("dummy_ksym");
            }
        }
    }

    private int fourByteInteger() {
        for (int i = 0; i < types.size(); i++) {
            int[] words = types.get(i);
            if (kind(words) == BtfKind.INT && words[2] == 4 && words[3] << 8 >>> 8 == 32) {
                return firstId + i;
            }
        }
        return add(new BtfType.Int(0, "int", 4, 32, 0, BtfType.Int.Encoding.SIGNED));
    }

    /**
     * Rewrites what a kernel does not know into something it does, of the same size and with the same ids: what the types
     * are of no use for is lost, what programs and maps need remains.
     *
     * @param supported what the kernel knows
     * @return this
     */
    public BtfBuilder sanitize(Set<BtfFeature> supported) {
        int placeholder = 0;
        for (int t = 0, count = types.size(); t < count; t++) {
            int[] words = types.get(t);
            switch (kind(words)) {
                case VAR -> {
                    if (!supported.contains(BtfFeature.DATASEC)) {
                        types.set(t, oneByte(words));
                    }
                }
                case DECL_TAG -> {
                    if (!supported.contains(BtfFeature.DECL_TAG)) {
                        types.set(t, oneByte(words));
                    }
                }
                case DATASEC -> sanitizeSection(words, supported);
                case FUNC_PROTO -> {
                    if (!supported.contains(BtfFeature.FUNC)) {
                        words[1] = info(BtfKind.ENUM, vlen(words));
                        words[2] = 4;
                        // Parameters may go without a name, enumerators may not.
                        for (int i = 0; i < vlen(words); i++) {
                            words[3 + i * 2] = words[3 + i * 2] == 0 ? string("unnamed") : words[3 + i * 2];
                        }
                    }
                }
                case FUNC -> {
                    if (!supported.contains(BtfFeature.FUNC)) {
                        words[1] = info(BtfKind.TYPEDEF, 0);
                    } else if (!supported.contains(BtfFeature.FUNC_GLOBAL)) {
                        words[1] = info(BtfKind.FUNC, 0);
                    }
                }
                case FLOAT -> {
                    if (!supported.contains(BtfFeature.FLOAT)) {
                        // Anonymous: no structure can have the name of a type that is part of the language.
                        words[0] = 0;
                        words[1] = info(BtfKind.STRUCT, 0);
                    }
                }
                case TYPE_TAG -> {
                    if (!supported.contains(BtfFeature.TYPE_TAG)) {
                        words[0] = 0;
                        words[1] = info(BtfKind.CONST, 0);
                    }
                }
                case ENUM -> {
                    if (!supported.contains(BtfFeature.ENUM64)) {
                        words[1] &= 0x7fffffff;
                    }
                }
                case ENUM64 -> {
                    if (!supported.contains(BtfFeature.ENUM64)) {
                        if (placeholder == 0) {
                            placeholder = add(
                                    new BtfType.Int(0, "enum64_placeholder", 1, 8, 0, BtfType.Int.Encoding.UNSIGNED));
                        }
                        words[1] = info(BtfKind.UNION, vlen(words));
                        for (int i = 0; i < vlen(words); i++) {
                            words[4 + i * 3] = placeholder;
                            words[5 + i * 3] = 0;
                        }
                    }
                }
                case UNKNOWN, INT, PTR, ARRAY, STRUCT, UNION, FWD, TYPEDEF, VOLATILE, CONST, RESTRICT -> {}
            }
        }
        return this;
    }

    /** A byte fits into whatever the variable was: a larger stand-in could reach outside the structure that holds it. */
    private static int[] oneByte(int[] words) {
        return new int[] {words[0], info(BtfKind.INT, 0), 1, 8};
    }

    private void sanitizeSection(int[] words, Set<BtfFeature> supported) {
        String title = textOf(words[0]);
        if (!supported.contains(BtfFeature.DATASEC)) {
            words[0] = string(title.replace('.', '_').replace('?', '_').replace('/', '_'));
            words[1] = info(BtfKind.STRUCT, vlen(words));
            for (int i = 0; i < vlen(words); i++) {
                int name = entry(words, i)[0];
                int variable = words[3 + i * 3];
                int offset = words[4 + i * 3];
                words[3 + i * 3] = name;
                words[4 + i * 3] = variable;
                words[5 + i * 3] = offset * 8;
            }
        } else if (title.startsWith("?") && !supported.contains(BtfFeature.OPTIONAL_DATASEC)) {
            words[0] = string("_" + title.substring(1));
        }
    }

    // --- writing

    /**
     * {@return the types and strings as BTF with the short header}
     *
     * @param order byte order to write
     */
    public byte[] marshal(ByteOrder order) {
        return marshal(order, Layout.OMITTED);
    }

    /**
     * {@return the types and strings as BTF}
     *
     * @param order byte order to write
     * @param layout whether to say how large each kind is
     */
    public byte[] marshal(ByteOrder order, Layout layout) {
        int header = layout == Layout.INCLUDED ? Btf.LONG_HEADER : Btf.SHORT_HEADER;
        int kinds = layout == Layout.INCLUDED
                ? layouts.keySet().stream().mapToInt(Integer::intValue).max().orElse(0) + 1
                : 0;
        long typeBytes = types.stream().mapToLong(words -> words.length * 4L).sum();
        long total = header + typeBytes + kinds * 4L + stringsLength;
        ByteBuffer out = ByteBuffer.allocate(Math.toIntExact(total)).order(order);
        out.putShort((short) Btf.MAGIC).put((byte) 1).put((byte) 0).putInt(header);
        out.putInt(0).putInt((int) typeBytes);
        out.putInt((int) typeBytes + kinds * 4).putInt(stringsLength);
        if (layout == Layout.INCLUDED) {
            out.putInt((int) typeBytes).putInt(kinds * 4);
        }
        for (int[] words : types) {
            for (int word : words) {
                out.putInt(word);
            }
        }
        for (int kind = 0; kind < kinds; kind++) {
            int sizes = layouts.getOrDefault(kind, 0);
            out.put((byte) sizes).put((byte) (sizes >>> 8)).putShort((short) 0);
        }
        out.put(strings, 0, stringsLength);
        return out.array();
    }

    /**
     * {@return the BTF read back, in this machine's byte order}
     *
     * @param origin name for messages
     */
    public Btf build(String origin) {
        MemorySegment bytes = MemorySegment.ofArray(marshal(ByteOrder.nativeOrder()));
        return base == null ? Btf.parse(bytes, origin) : Btf.parseSplit(bytes, base, origin);
    }

    /** The variable or function at a place of a section. */
    private int[] entry(int[] section, int index) {
        int id = section[3 + index * 3];
        if (id < firstId || id > lastId()) {
            throw new InvalidObjectException(
                    origin,
                    ".BTF",
                    -1,
                    "section " + textOf(section[0]) + " holds type " + Integer.toUnsignedString(id));
        }
        return types.get(id - firstId);
    }

    private int position(int id) {
        if (id < firstId || id > lastId()) {
            throw new IllegalArgumentException("type " + id + " is not one of " + firstId + " to " + lastId());
        }
        return id - firstId;
    }

    private static BtfKind kind(int[] words) {
        return BtfKind.of(words[1] >>> 24 & 0x7f);
    }

    private static int vlen(int[] words) {
        return words[1] & 0xffffff;
    }

    private String textOf(int offset) {
        long at = Integer.toUnsignedLong(offset);
        if (base != null && at < firstString) {
            return base.string(at);
        }
        if (at - firstString >= stringsLength) {
            throw new InvalidObjectException(
                    origin, ".BTF", -1, "a name is at " + at + " of " + stringsLength + " bytes");
        }
        int start = (int) (at - firstString);
        int end = start;
        while (strings[end] != 0) {
            end++;
        }
        return new String(strings, start, end - start, StandardCharsets.UTF_8);
    }
}
