package io.ebpf4j.observability.event;

import io.ebpf4j.btf.Btf;
import io.ebpf4j.elf.ElfFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.ValueLayout;

/** The types of the bundled objects, for tests. */
final class BundledBtf {
    private static final String TCP = "tcp.bpf.o";

    private BundledBtf() {}

    static Btf load() {
        return load(TCP);
    }

    static Btf load(String object) {
        return Btf.parse(bytes(object), object);
    }

    /** The .BTF section's bytes, the caller's to change. */
    static byte[] bytes() {
        return bytes(TCP);
    }

    private static byte[] bytes(String object) {
        try (InputStream stream = BundledBtf.class.getResourceAsStream("/io/ebpf4j/observability/probe/" + object)) {
            ElfFile elf = ElfFile.parse(stream.readAllBytes(), object);
            return elf.data(elf.section(".BTF").orElseThrow()).toArray(ValueLayout.JAVA_BYTE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
