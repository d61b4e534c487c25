package io.ebpf4j.relocate;

import io.ebpf4j.asm.Instructions;
import io.ebpf4j.btf.Btf;
import io.ebpf4j.btf.BtfExt;
import io.ebpf4j.elf.ElfFile;
import io.ebpf4j.elf.ElfSection;
import io.ebpf4j.elf.ElfSymbol;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** A compiled test object: the code and relocations of each of its functions. */
record CoreObject(String name, Btf btf, Map<String, Function> functions) {

    record Function(long[] slots, List<RelocationSite> sites) {}

    static byte[] bytes(String name) {
        try (InputStream in = CoreObject.class.getResourceAsStream(name)) {
            return Objects.requireNonNull(in, name).readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static CoreObject open(String name) {
        return parse(bytes(name), name);
    }

    static CoreObject parse(byte[] bytes, String name) {
        ElfFile file = ElfFile.parse(bytes, name);
        Btf btf = Btf.parse(file.data(file.section(".BTF").orElseThrow()), name);
        BtfExt ext = BtfExt.parse(file.data(file.section(".BTF.ext").orElseThrow()), btf, name);
        Map<String, Function> functions = new TreeMap<>();
        for (ElfSymbol symbol : file.symbols()) {
            if (!symbol.isFunction()) {
                continue;
            }
            ElfSection section = file.sections().get(symbol.section());
            long end = symbol.value() + symbol.size();
            List<RelocationSite> sites = new ArrayList<>();
            for (BtfExt.CoreRelocation relocation : ext.coreRelocations(section.name())) {
                long offset = relocation.byteOffset();
                if (offset >= symbol.value() && offset < end) {
                    sites.add(new RelocationSite(
                            (int) ((offset - symbol.value()) / 8),
                            relocation.typeId(),
                            relocation.access(),
                            relocation.kind()));
                }
            }
            long[] slots = Instructions.decode(
                            file.data(section).asSlice(symbol.value(), symbol.size()),
                            file.order(),
                            name,
                            section.name())
                    .slots();
            functions.put(symbol.name(), new Function(slots, sites));
        }
        return new CoreObject(name, btf, functions);
    }

    Function function(String function) {
        return Objects.requireNonNull(functions.get(function), function);
    }

    Relocation relocate(String function, TargetBtf target) {
        Function code = function(function);
        return new CoreRelocator(target).relocate(btf, code.sites(), code.slots(), name, function);
    }
}
