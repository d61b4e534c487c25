package io.ebpf4j.elf;

/** To be filled by its owner. */
public final class ElfFile {
    private ElfFile() {}
}
