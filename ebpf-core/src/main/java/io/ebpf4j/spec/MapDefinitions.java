package io.ebpf4j.spec;

import io.ebpf4j.btf.Btf;
import io.ebpf4j.btf.BtfKind;
import io.ebpf4j.btf.BtfType;
import io.ebpf4j.elf.ElfSection;
import io.ebpf4j.elf.ElfSymbol;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The maps of a {@code .maps} section. Each is a variable whose struct type is the declaration: an integer attribute is
 * the length of the array that a member points to, a type attribute is what a member points to, {@code values} is an
 * array without length of pointers to the inner map's struct or to programs (libbpf's bpf_helpers.h, {@code __uint},
 * {@code __type}, {@code __array}, {@code __ulong}).
 */
final class MapDefinitions {

    /** A map while it is read, and where its declaration and its {@code values} are. */
    static final class Definition {
        final MapSpec.Builder map;
        final long offset;
        final long size;

        /** Bytes from the declaration's start to its {@code values}, -1 without. */
        final long valuesOffset;

        /** The elements that the object initialises, as they are found. */
        final List<MapSpec.InitialSlot> slots = new ArrayList<>();

        Definition(MapSpec.Builder map, long offset, long size, long valuesOffset) {
            this.map = map;
            this.offset = offset;
            this.size = size;
            this.valuesOffset = valuesOffset;
        }
    }

    private final ObjectFile file;
    private final Types types;
    private final Btf btf;
    private final ElfSection section;

    private MapDefinitions(ObjectFile file, Types types, ElfSection section) {
        this.file = file;
        this.types = types;
        this.btf = types.btf();
        this.section = section;
    }

    /** The maps of a section, in the order of their data section type, by their places in the section. */
    static List<Definition> read(ObjectFile file, Types types, ElfSection section) {
        MapDefinitions reader = new MapDefinitions(file, types, section);
        int type = types.section(section.name());
        if (type == 0) {
            throw file.invalid(section, -1, "no data section type describes the maps");
        }
        List<Definition> result = new ArrayList<>();
        for (int i = 0; i < reader.btf.vlen(type); i++) {
            result.add(reader.variable(type, i));
        }
        return result;
    }

    /** The maps of a section by their places in it. */
    static NavigableMap<Long, Definition> byOffset(List<Definition> definitions) {
        NavigableMap<Long, Definition> result = new TreeMap<>();
        definitions.forEach(d -> result.putIfAbsent(d.offset, d));
        return result;
    }

    private Definition variable(int sectionType, int index) {
        int variable = btf.sectionVarType(sectionType, index);
        if (btf.kind(variable) != BtfKind.VAR) {
            throw file.invalid(
                    section,
                    -1,
                    "map " + index + " is no variable but a "
                            + btf.kind(variable).label());
        }
        String name = btf.name(variable);
        if (name.isEmpty()) {
            throw file.invalid(section, -1, "map " + index + " has no name");
        }
        long offset = btf.sectionVarOffset(sectionType, index);
        @Nullable ElfSymbol symbol = file.variable(name).orElse(null);
        if (symbol != null && symbol.section() == section.index()) {
            offset = symbol.value();
        }
        int definition = btf.resolve(btf.ref(variable));
        if (btf.kind(definition) != BtfKind.STRUCT) {
            throw file.invalid(
                    section,
                    offset,
                    "map " + name + " is declared by a " + btf.kind(definition).label() + ", not a struct");
        }
        long size = btf.rawSize(definition);
        if (offset < 0 || size > section.size() || offset > section.size() - size) {
            throw file.invalid(section, offset, "map " + name + " goes beyond the section's end");
        }
        MapSpec.Builder map = new MapSpec.Builder(name, MapSpec.Origin.BTF);
        map.kernelName = ObjectFile.kernelName(name);
        map.tags = types.tags(variable);
        List<String> unsupported = new ArrayList<>();
        if (btf.linkage(variable) != BtfType.Linkage.GLOBAL) {
            unsupported.add("it is a static variable, which no other file can name and libbpf refuses");
        }
        long values = members(map, definition, offset, unsupported);
        map.unsupported = unsupported;
        return new Definition(map, offset, size, values);
    }

    /** Reads the members of a declaration; answers where {@code values} begins in it, -1 without. */
    private long members(MapSpec.Builder map, int definition, long offset, List<String> unsupported) {
        boolean inner = map.name.endsWith(".inner");
        long values = -1;
        for (int i = 0; i < btf.vlen(definition); i++) {
            String attribute = btf.memberName(definition, i);
            int type = btf.memberType(definition, i);
            switch (attribute) {
                case "type" -> map.type = MapType.of(integer(map, attribute, type, offset));
                case "max_entries" -> map.maxEntries = integer(map, attribute, type, offset);
                case "map_flags" -> map.flags = integer(map, attribute, type, offset);
                case "numa_node" -> map.numaNode = integer(map, attribute, type, offset);
                case "map_extra" -> map.mapExtra = longInteger(map, attribute, type, offset);
                case "key_size" ->
                    map.keySize = agree(map, "key", map.keySize, integer(map, attribute, type, offset), offset);
                case "value_size" ->
                    map.valueSize = agree(map, "value", map.valueSize, integer(map, attribute, type, offset), offset);
                case "key" -> {
                    map.keyTypeId = pointee(map, attribute, type, offset);
                    map.keySize = agree(map, "key", map.keySize, sizeOf(map, map.keyTypeId, offset), offset);
                }
                case "value" -> {
                    map.valueTypeId = pointee(map, attribute, type, offset);
                    map.valueSize = agree(map, "value", map.valueSize, sizeOf(map, map.valueTypeId, offset), offset);
                }
                case "values" -> {
                    if (inner) {
                        unsupported.add("its inner map has inner maps of its own");
                    } else {
                        values = btf.memberBitOffset(definition, i) / 8;
                        values(map, type, offset, unsupported);
                    }
                }
                case "pinning" -> {
                    int number = integer(map, attribute, type, offset);
                    if (inner && number != 0) {
                        unsupported.add("its inner map asks to be pinned");
                    }
                    map.pinning = switch (number) {
                        case 0 -> PinType.NONE;
                        case 1 -> PinType.BY_NAME;
                        default ->
                            throw file.invalid(
                                    section,
                                    offset,
                                    "map " + map.name + " asks for pinning " + number + ", which nothing is");
                    };
                }
                default -> unsupported.add("its declaration has the unknown attribute " + attribute);
            }
        }
        if (map.type.number() == 0) {
            unsupported.add("its declaration gives no type");
        }
        return values;
    }

    private void values(MapSpec.Builder map, int type, long offset, List<String> unsupported) {
        if (btf.kind(type) != BtfKind.ARRAY || btf.arrayLength(type) != 0) {
            throw file.invalid(section, offset, "values of map " + map.name + " is no array without length");
        }
        map.valueSize = agree(map, "value", map.valueSize, Integer.BYTES, offset);
        int pointer = btf.resolve(btf.arrayElement(type));
        if (btf.kind(pointer) != BtfKind.PTR) {
            throw file.invalid(section, offset, "values of map " + map.name + " are no pointers");
        }
        int target = btf.resolve(btf.ref(pointer));
        if (map.type.equals(MapType.PROG_ARRAY) && btf.kind(target) == BtfKind.FUNC_PROTO) {
            return;
        }
        boolean mapInMap = map.type.equals(MapType.ARRAY_OF_MAPS) || map.type.equals(MapType.HASH_OF_MAPS);
        if (!mapInMap || btf.kind(target) != BtfKind.STRUCT) {
            throw file.invalid(
                    section,
                    offset,
                    "values of map " + map.name + " of type " + map.type + " point to a "
                            + btf.kind(target).label());
        }
        MapSpec.Builder inner = new MapSpec.Builder(map.name + ".inner", MapSpec.Origin.BTF);
        inner.kernelName = ObjectFile.kernelName(inner.name);
        members(inner, target, offset, unsupported);
        map.inner = inner.build();
    }

    private int integer(MapSpec.Builder map, String attribute, int type, long offset) {
        long value = types.encodedInt(type);
        if (value < 0) {
            throw file.invalid(
                    section,
                    offset,
                    attribute + " of map " + map.name + " is no pointer to an array, which would encode a number");
        }
        return (int) value;
    }

    private long longInteger(MapSpec.Builder map, String attribute, int type, long offset) {
        int resolved = btf.resolve(type);
        if (btf.kind(resolved).isEnumeration()) {
            if (btf.vlen(resolved) != 1) {
                throw file.invalid(
                        section, offset, attribute + " of map " + map.name + " is no enumeration of one value");
            }
            return btf.enumValue(resolved, 0);
        }
        return Integer.toUnsignedLong(integer(map, attribute, type, offset));
    }

    private int pointee(MapSpec.Builder map, String attribute, int type, long offset) {
        if (btf.kind(type) != BtfKind.PTR) {
            throw file.invalid(section, offset, attribute + " of map " + map.name + " is no pointer to its type");
        }
        return btf.ref(type);
    }

    private int sizeOf(MapSpec.Builder map, int type, long offset) {
        long size = btf.sizeOf(type);
        if (size < 0 || size > Integer.MAX_VALUE) {
            throw file.invalid(section, offset, "a type of map " + map.name + " has " + size + " bytes");
        }
        return (int) size;
    }

    private int agree(MapSpec.Builder map, String what, int before, int now, long offset) {
        if (before != 0 && before != now) {
            throw file.invalid(
                    section,
                    offset,
                    "map " + map.name + " declares a " + what + " of " + Integer.toUnsignedString(before) + " and of "
                            + Integer.toUnsignedString(now) + " bytes");
        }
        return now;
    }
}
