package io.ebpf4j.observability.event;

import io.ebpf4j.btf.Btf;
import io.ebpf4j.elf.ElfFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.ValueLayout;

/** The types of the bundled object, for tests. */
final class BundledBtf {
    private static final String OBJECT = "/io/ebpf4j/observability/probe/tcp.bpf.o";

    private BundledBtf() {}

    static Btf load() {
        return Btf.parse(bytes(), "tcp.bpf.o");
    }

    /** The .BTF section's bytes, the caller's to change. */
    static byte[] bytes() {
        try (InputStream stream = BundledBtf.class.getResourceAsStream(OBJECT)) {
            ElfFile elf = ElfFile.parse(stream.readAllBytes(), "tcp.bpf.o");
            return elf.data(elf.section(".BTF").orElseThrow()).toArray(ValueLayout.JAVA_BYTE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
