package io.ebpf4j.spec;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A map as an object file declares it. Immutable; the {@code with} methods answer a changed copy. */
public final class MapSpec {

    /** Where in the object a map comes from. */
    public enum Origin {
        /** A variable of the {@code .maps} section, described by BTF. */
        BTF,
        /** A {@code struct bpf_map_def} of a {@code maps} section, as written before BTF. */
        LEGACY,
        /** Initialised variables: {@code .data} or {@code .data.NAME}. */
        DATA,
        /** Constants: {@code .rodata} or {@code .rodata.NAME}; to be frozen once filled. */
        RODATA,
        /** Zeroed variables: {@code .bss} or {@code .bss.NAME}. */
        BSS,
        /** The kernel configuration values that the object asks for; filled by the loader, then frozen. */
        KCONFIG,
        /** A variable of a {@code .struct_ops} or {@code .struct_ops.link} section. */
        STRUCT_OPS
    }

    /**
     * An element that the object initialises with another map or with a program.
     *
     * @param index the element
     * @param target the key of a map in {@link ObjectSpec#maps()} for a map of maps, of a program in
     *     {@link ObjectSpec#programs()} for a program array
     */
    public record InitialSlot(int index, String target) {}

    /**
     * A pointer in global data that the compiler left to a linker. No loader fills it in: a map's value cannot hold the
     * address of a map, a program or a variable, and the program reads what the file holds.
     *
     * @param offset bytes from the start of the value
     * @param target the symbol or section that is pointed to
     */
    public record DataPointer(int offset, String target) {}

    /**
     * What a struct_ops map implements.
     *
     * @param typeId the struct in the object's BTF
     * @param typeName the struct's name, flavour suffix included
     * @param members the members that are programs
     */
    public record StructOps(int typeId, String typeName, List<Member> members) {
        /**
         * What a struct_ops map implements.
         *
         * @throws NullPointerException for a missing part
         */
        public StructOps {
            members = List.copyOf(members);
        }

        /**
         * A member of the struct that is a program.
         *
         * @param name the member's name
         * @param index the member's index in the struct
         * @param offset bytes from the start of the struct
         * @param program the program's key in {@link ObjectSpec#programs()}
         */
        public record Member(String name, int index, int offset, String program) {}
    }

    private final Builder parts;

    private MapSpec(Builder parts) {
        this.parts = parts;
    }

    /**
     * The map's name in the object: the variable's name, or the section's for global data ({@code .rodata}).
     *
     * @return the key in {@link ObjectSpec#maps()}
     */
    public String name() {
        return parts.name;
    }

    /**
     * The name for the kernel and bpftool, made as libbpf makes it: global data has as much of the object's name before
     * it as fits ({@code minimal_.rodata}), everything is cut to 15 characters.
     *
     * @return at most 15 characters of {@code [A-Za-z0-9_.]}
     */
    public String kernelName() {
        return parts.kernelName;
    }

    /** {@return where in the object the map comes from} */
    public Origin origin() {
        return parts.origin;
    }

    /** {@return the type of the map} */
    public MapType type() {
        return parts.type;
    }

    /** {@return the bytes of a key, as declared; 0 where the type has none} */
    public int keySize() {
        return parts.keySize;
    }

    /** {@return the bytes of a value, as declared; 0 where the type has none} */
    public int valueSize() {
        return parts.valueSize;
    }

    /** {@return the number of entries, as declared (unsigned); of a ring buffer its bytes} */
    public int maxEntries() {
        return parts.maxEntries;
    }

    /** {@return the bits of {@link MapFlag}} */
    public int flags() {
        return parts.flags;
    }

    /** {@return what the type makes of it: hash functions of a bloom filter, the address of an arena} */
    public long mapExtra() {
        return parts.mapExtra;
    }

    /** {@return the NUMA node, which counts when {@link MapFlag#NUMA_NODE} is set} */
    public int numaNode() {
        return parts.numaNode;
    }

    /** {@return how the map asks to be pinned} */
    public PinType pinning() {
        return parts.pinning;
    }

    /** {@return the key's type in the object's BTF, 0 = not declared} */
    public int keyTypeId() {
        return parts.keyTypeId;
    }

    /** {@return the value's type in the object's BTF, 0 = not declared; of global data its data section} */
    public int valueTypeId() {
        return parts.valueTypeId;
    }

    /** {@return the template of a map of maps} */
    public Optional<MapSpec> inner() {
        return Optional.ofNullable(parts.inner);
    }

    /** {@return the elements that the object initialises with maps or programs, ordered by index} */
    public List<InitialSlot> initialSlots() {
        return parts.initialSlots;
    }

    /**
     * What the value starts with: the bytes of a data section, or the image of a struct_ops map, in the object's byte
     * order. Zeroes need no bytes: {@code .bss} and {@code .kconfig} have none.
     *
     * @return a read-only segment of {@link #valueSize()} bytes (of an arena: the bytes of its global variables)
     */
    public Optional<MemorySegment> contents() {
        return Optional.ofNullable(parts.contents);
    }

    /** {@return the pointers in global data that no loader fills in, ordered by offset} */
    public List<DataPointer> pointers() {
        return parts.pointers;
    }

    /** {@return the texts of the declaration tags on the map} */
    public List<String> tags() {
        return parts.tags;
    }

    /** {@return what a struct_ops map implements} */
    public Optional<StructOps> structOps() {
        return Optional.ofNullable(parts.structOps);
    }

    /**
     * Whether the map is created with the object: false for a section name that begins with {@code ?}.
     *
     * @return false when it has to be asked for
     */
    public boolean autocreate() {
        return parts.autocreate;
    }

    /**
     * The bytes that follow a legacy definition's known members, as old loaders gave them meanings of their own.
     *
     * @return a read-only segment, empty for the other origins
     */
    public MemorySegment trailing() {
        return parts.trailing;
    }

    /**
     * What the object asks of this map that no loader can give, each a sentence for the plan.
     *
     * @return empty for a map that can be created
     */
    public List<String> unsupported() {
        return parts.unsupported;
    }

    /**
     * The map with another type.
     *
     * @param type the type
     * @return a changed copy
     */
    public MapSpec withType(MapType type) {
        Builder copy = new Builder(parts);
        copy.type = type;
        return copy.build();
    }

    /**
     * The map with other sizes.
     *
     * @param keySize the bytes of a key
     * @param valueSize the bytes of a value
     * @return a changed copy, without BTF types where the size changed
     */
    public MapSpec withSizes(int keySize, int valueSize) {
        Builder copy = new Builder(parts);
        if (keySize != parts.keySize || valueSize != parts.valueSize) {
            copy.keyTypeId = 0;
            copy.valueTypeId = 0;
        }
        copy.keySize = keySize;
        copy.valueSize = valueSize;
        return copy.build();
    }

    /**
     * The map with another number of entries.
     *
     * @param maxEntries the number, unsigned
     * @return a changed copy
     */
    public MapSpec withMaxEntries(int maxEntries) {
        Builder copy = new Builder(parts);
        copy.maxEntries = maxEntries;
        return copy.build();
    }

    /**
     * The map with other flags.
     *
     * @param flags bits of {@link MapFlag}
     * @return a changed copy
     */
    public MapSpec withFlags(int flags) {
        Builder copy = new Builder(parts);
        copy.flags = flags;
        return copy.build();
    }

    /**
     * The map with another extra value.
     *
     * @param mapExtra the value
     * @return a changed copy
     */
    public MapSpec withMapExtra(long mapExtra) {
        Builder copy = new Builder(parts);
        copy.mapExtra = mapExtra;
        return copy.build();
    }

    /**
     * The map with another pinning.
     *
     * @param pinning how it asks to be pinned
     * @return a changed copy
     */
    public MapSpec withPinning(PinType pinning) {
        Builder copy = new Builder(parts);
        copy.pinning = pinning;
        return copy.build();
    }

    /**
     * The map with another template.
     *
     * @param inner the template of a map of maps
     * @return a changed copy
     */
    public MapSpec withInner(MapSpec inner) {
        Builder copy = new Builder(parts);
        copy.inner = inner;
        return copy.build();
    }

    /**
     * The map with other contents.
     *
     * @param contents {@link #valueSize()} bytes in the object's byte order; copied
     * @return a changed copy
     */
    public MapSpec withContents(byte[] contents) {
        Builder copy = new Builder(parts);
        copy.contents = MemorySegment.ofArray(contents.clone()).asReadOnly();
        return copy.build();
    }

    /** {@return the declaration in one line} */
    @Override
    public String toString() {
        return parts.type + " " + parts.name + " key " + Integer.toUnsignedString(parts.keySize) + " value "
                + Integer.toUnsignedString(parts.valueSize) + " max_entries "
                + Integer.toUnsignedString(parts.maxEntries) + " flags 0x" + Integer.toHexString(parts.flags);
    }

    /** What a parser has learned of a map so far. */
    static final class Builder {
        final String name;
        final Origin origin;
        String kernelName = "";
        MapType type = MapType.UNSPEC;
        int keySize;
        int valueSize;
        int maxEntries;
        int flags;
        long mapExtra;
        int numaNode;
        PinType pinning = PinType.NONE;
        int keyTypeId;
        int valueTypeId;

        @Nullable
        MapSpec inner;

        List<InitialSlot> initialSlots = List.of();

        @Nullable
        MemorySegment contents;

        List<DataPointer> pointers = List.of();
        List<String> tags = List.of();

        @Nullable
        StructOps structOps;

        boolean autocreate = true;
        MemorySegment trailing = MemorySegment.ofArray(new byte[0]).asReadOnly();
        List<String> unsupported = List.of();

        Builder(String name, Origin origin) {
            this.name = name;
            this.origin = origin;
        }

        Builder(Builder other) {
            this(other.name, other.origin);
            kernelName = other.kernelName;
            type = other.type;
            keySize = other.keySize;
            valueSize = other.valueSize;
            maxEntries = other.maxEntries;
            flags = other.flags;
            mapExtra = other.mapExtra;
            numaNode = other.numaNode;
            pinning = other.pinning;
            keyTypeId = other.keyTypeId;
            valueTypeId = other.valueTypeId;
            inner = other.inner;
            initialSlots = other.initialSlots;
            contents = other.contents;
            pointers = other.pointers;
            tags = other.tags;
            structOps = other.structOps;
            autocreate = other.autocreate;
            trailing = other.trailing;
            unsupported = other.unsupported;
        }

        MapSpec build() {
            Builder frozen = new Builder(this);
            frozen.initialSlots = List.copyOf(initialSlots);
            frozen.pointers = List.copyOf(pointers);
            frozen.tags = List.copyOf(tags);
            frozen.unsupported = List.copyOf(unsupported);
            return new MapSpec(frozen);
        }
    }
}
