package io.ebpf4j.spec;

import io.ebpf4j.btf.Btf;
import io.ebpf4j.btf.BtfKind;
import io.ebpf4j.elf.ElfSection;
import io.ebpf4j.elf.ElfSymbol;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * The maps of a {@code maps} section, as written before BTF: each symbol is a {@code struct bpf_map_def} of five 32-bit
 * numbers (type, key size, value size, entries, flags). What follows them is kept: iproute2, for one, has an id and a
 * pinning there ({@code struct bpf_elf_map}).
 */
final class LegacyMaps {
    private static final int KNOWN_BYTES = 5 * Integer.BYTES;

    private LegacyMaps() {}

    /** The maps of a section, ordered by place. */
    static List<MapDefinitions.Definition> read(ObjectFile file, @Nullable Btf btf, ElfSection section) {
        List<ElfSymbol> symbols = file.elf().symbols().stream()
                .filter(s -> s.section() == section.index() && !s.name().isEmpty())
                .filter(s -> s.isObject() || s.type() == ElfSymbol.STT_NOTYPE && !s.isLocal())
                .sorted(Comparator.comparingLong(ElfSymbol::value))
                .toList();
        ValueLayout.OfInt word = ValueLayout.JAVA_INT_UNALIGNED.withOrder(file.order());
        MemorySegment data = file.data(section);
        List<MapDefinitions.Definition> result = new ArrayList<>();
        for (int i = 0; i < symbols.size(); i++) {
            ElfSymbol symbol = symbols.get(i);
            long start = symbol.value();
            long end = i + 1 < symbols.size() ? symbols.get(i + 1).value() : data.byteSize();
            if (start < 0 || end > data.byteSize() || end - start < KNOWN_BYTES) {
                throw file.invalid(
                        section,
                        start,
                        "map " + symbol.name() + " has less than the " + KNOWN_BYTES + " bytes of struct bpf_map_def");
            }
            MapSpec.Builder map = new MapSpec.Builder(symbol.name(), MapSpec.Origin.LEGACY);
            map.kernelName = ObjectFile.kernelName(symbol.name());
            map.type = MapType.of(data.get(word, start));
            map.keySize = data.get(word, start + 4);
            map.valueSize = data.get(word, start + 8);
            map.maxEntries = data.get(word, start + 12);
            map.flags = data.get(word, start + 16);
            map.trailing = MemorySegment.ofArray(file.copy(section, start + KNOWN_BYTES, end - start - KNOWN_BYTES))
                    .asReadOnly();
            if (btf != null) {
                annotate(map, btf);
            }
            result.add(new MapDefinitions.Definition(map, start, end - start, -1));
        }
        return result;
    }

    /** Key and value types from the struct that {@code BPF_ANNOTATE_KV_PAIR} leaves in the BTF. */
    private static void annotate(MapSpec.Builder map, Btf btf) {
        OptionalInt found = btf.find("____btf_map_" + map.name, BtfKind.STRUCT);
        if (found.isEmpty() || btf.vlen(found.getAsInt()) != 2) {
            return;
        }
        int key = btf.memberType(found.getAsInt(), 0);
        int value = btf.memberType(found.getAsInt(), 1);
        if (btf.sizeOf(key) == map.keySize && btf.sizeOf(value) == map.valueSize) {
            map.keyTypeId = key;
            map.valueTypeId = value;
        }
    }
}
