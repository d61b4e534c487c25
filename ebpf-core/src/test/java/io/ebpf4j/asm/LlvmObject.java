package io.ebpf4j.asm;

import io.ebpf4j.elf.ElfFile;
import io.ebpf4j.elf.ElfSection;
import io.ebpf4j.elf.ElfSymbol;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;

/** A compiled test object beside what llvm-objdump prints of it. */
final class LlvmObject {
    private LlvmObject() {}

    static byte[] bytes(String name) {
        try (InputStream in = LlvmObject.class.getResourceAsStream(name)) {
            return Objects.requireNonNull(in, name).readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static ElfFile open(String name) {
        return ElfFile.parse(bytes(name), name);
    }

    static Instructions code(ElfFile file, String section) {
        return Instructions.decode(
                file.data(file.section(section).orElseThrow()), file.order(), file.origin(), section);
    }

    /** The symbols of a section as llvm-objdump shows them: of several at one place the last by name. */
    static NavigableMap<Integer, String> labels(ElfFile file, String section) {
        ElfSection in = file.section(section).orElseThrow();
        NavigableMap<Integer, String> labels = new TreeMap<>();
        for (ElfSymbol symbol : file.symbols()) {
            if (symbol.section() == in.index() && !symbol.name().isEmpty()) {
                labels.merge((int) (symbol.value() / 8), symbol.name(), (a, b) -> a.compareTo(b) > 0 ? a : b);
            }
        }
        return labels;
    }

    /** The sections of a listing: name to lines. */
    static Map<String, List<String>> listing(String name) {
        return sections(new String(bytes(name), StandardCharsets.UTF_8));
    }

    /** What llvm-objdump prints, by section. */
    static Map<String, List<String>> sections(String text) {
        Map<String, List<String>> sections = new LinkedHashMap<>();
        List<String> lines = new ArrayList<>();
        for (String line : text.lines().toList()) {
            if (line.startsWith("Disassembly of section ")) {
                lines = new ArrayList<>();
                sections.put(line.substring("Disassembly of section ".length(), line.length() - 1), lines);
            } else {
                lines.add(line);
            }
        }
        sections.replaceAll(
                (section, all) -> String.join("\n", all).strip().lines().toList());
        return sections;
    }
}
