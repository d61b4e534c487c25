package io.ebpf4j.benchmarks;

import io.ebpf4j.btf.Btf;
import io.ebpf4j.btf.BtfKind;
import io.ebpf4j.elf.ElfFile;
import io.ebpf4j.observability.event.EventFormat;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.ValueLayout;

/**
 * The types of one of the library's own objects, by which records are laid out as its programs write them.
 *
 * @param btf the object's own
 */
record BundledTypes(Btf btf) {
    /** Those of {@code tcp}, {@code payload}, and so on. */
    static BundledTypes of(String object) {
        String path = "/io/ebpf4j/observability/probe/" + object + ".bpf.o";
        try (InputStream file = EventFormat.class.getResourceAsStream(path)) {
            ElfFile elf = ElfFile.parse(file.readAllBytes(), path);
            return new BundledTypes(
                    Btf.parse(elf.data(elf.section(".BTF").orElseThrow()).toArray(ValueLayout.JAVA_BYTE), path));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    long size(String struct) {
        return btf.sizeOf(btf.find(struct, BtfKind.STRUCT).orElseThrow());
    }

    long offset(String struct, String member) {
        int type = btf.find(struct, BtfKind.STRUCT).orElseThrow();
        int index = 0;
        while (!btf.memberName(type, index).equals(member)) {
            index++;
        }
        return btf.memberBitOffset(type, index) / Byte.SIZE;
    }

    int constant(String enumeration, String name) {
        int type = btf.find(enumeration, BtfKind.ENUM).orElseThrow();
        int index = 0;
        while (!btf.enumName(type, index).equals(name)) {
            index++;
        }
        return (int) btf.enumValue(type, index);
    }
}
