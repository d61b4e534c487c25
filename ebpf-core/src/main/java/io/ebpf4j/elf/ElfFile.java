package io.ebpf4j.elf;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** An ELF64 file of either byte order. */
public final class ElfFile {
    private ElfFile() {}

    public static ElfFile parse(MemorySegment bytes, String origin) {
        throw new UnsupportedOperationException();
    }

    public static ElfFile parse(byte[] bytes, String origin) {
        throw new UnsupportedOperationException();
    }

    public static ElfFile open(Path path) throws IOException {
        throw new UnsupportedOperationException();
    }

    public String origin() {
        throw new UnsupportedOperationException();
    }

    public ByteOrder order() {
        throw new UnsupportedOperationException();
    }

    public int machine() {
        throw new UnsupportedOperationException();
    }

    public int type() {
        throw new UnsupportedOperationException();
    }

    public List<ElfSection> sections() {
        throw new UnsupportedOperationException();
    }

    public Optional<ElfSection> section(String name) {
        throw new UnsupportedOperationException();
    }

    public ElfSection section(int index) {
        throw new UnsupportedOperationException();
    }

    public MemorySegment data(ElfSection section) {
        throw new UnsupportedOperationException();
    }

    public List<ElfSymbol> symbols() {
        throw new UnsupportedOperationException();
    }

    public List<ElfSymbol> dynamicSymbols() {
        throw new UnsupportedOperationException();
    }

    public Optional<ElfSymbol> symbol(String name) {
        throw new UnsupportedOperationException();
    }

    public List<ElfRelocation> relocations(ElfSection section) {
        throw new UnsupportedOperationException();
    }

    public List<ElfSegment> segments() {
        throw new UnsupportedOperationException();
    }

    public OptionalLong fileOffsetOf(ElfSymbol symbol) {
        throw new UnsupportedOperationException();
    }
}
