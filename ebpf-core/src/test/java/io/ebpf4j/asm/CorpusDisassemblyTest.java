package io.ebpf4j.asm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ebpf4j.elf.ElfFile;
import io.ebpf4j.elf.ElfSection;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Every section of code of the open conformance corpus beside what llvm-objdump 19 prints. Runs with {@code -Debpf4j.corpus=DIR}
 * on the folder that .ci/corpus fills.
 */
class CorpusDisassemblyTest {
    private static final Path LLVM_OBJDUMP = Path.of("/usr/bin/llvm-objdump-19");

    @Test
    void printsEverySectionAsLlvmObjdumpDoes() throws IOException {
        String directory = System.getProperty("ebpf4j.corpus", "");
        assumeTrue(!directory.isEmpty(), "no corpus: run .ci/corpus DIR, then test with -Debpf4j.corpus=DIR");
        assumeTrue(Files.isExecutable(LLVM_OBJDUMP), "no " + LLVM_OBJDUMP + ": install llvm-19");
        int compared = 0;
        try (Stream<Path> files = Files.list(Path.of(directory, "objects"))) {
            for (Path path : files.filter(file -> file.toString().endsWith(".o"))
                    .sorted()
                    .toList()) {
                ElfFile file = ElfFile.open(path);
                Map<String, List<String>> listing = LlvmObject.sections(objdump(path));
                for (ElfSection section : file.sections()) {
                    List<String> expected = listing.get(section.name());
                    if (expected == null
                            || file.sections().stream()
                                            .filter(s -> s.name().equals(section.name()))
                                            .count()
                                    > 1) {
                        continue;
                    }
                    String text = new Disassembler(
                                    Disassembler.Dialect.GENERIC, LlvmObject.labels(file, section.name()))
                            .listing(LlvmObject.code(file, section.name()), file.order());
                    assertThat(text.strip().lines())
                            .as("%s of %s", section.name(), path.getFileName())
                            .containsExactlyElementsOf(expected);
                    compared++;
                }
            }
        }
        assertThat(compared).isGreaterThan(400);
    }

    private static String objdump(Path path) throws IOException {
        Process process = new ProcessBuilder(LLVM_OBJDUMP.toString(), "-d", path.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (var out = process.getInputStream()) {
            return new String(out.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
