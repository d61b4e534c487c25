package io.ebpf4j.btf;

import io.ebpf4j.elf.ElfFile;
import io.ebpf4j.testing.TestResource;

/** The objects of kinds.bpf.c, which has one of everything that clang writes. */
final class Fixtures {
    private Fixtures() {}

    static byte[] object(String order) {
        return TestResource.bytes("/objects/kinds-" + order + ".o");
    }

    static ElfFile elf(String order) {
        return ElfFile.parse(object(order), "kinds-" + order + ".o");
    }

    static Btf btf(String order) {
        ElfFile elf = elf(order);
        return Btf.parse(elf.data(elf.section(".BTF").orElseThrow()), elf.origin());
    }

    static BtfExt ext(String order) {
        ElfFile elf = elf(order);
        return BtfExt.parse(elf.data(elf.section(".BTF.ext").orElseThrow()), btf(order), elf.origin());
    }
}
