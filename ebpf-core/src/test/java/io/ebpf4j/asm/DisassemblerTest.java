package io.ebpf4j.asm;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.elf.ElfFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DisassemblerTest {
    @ParameterizedTest
    @ValueSource(strings = {"instructions.el", "instructions.eb", "program.el", "program.eb"})
    void printsSectionsAsLlvmObjdumpDoesForCpuV4(String name) {
        ElfFile file = LlvmObject.open(name + ".o");
        Map<String, List<String>> expected = LlvmObject.listing(name + ".v4.txt");
        assertThat(expected).isNotEmpty();
        expected.forEach((section, lines) ->
                assertThat(listing(file, section, Disassembler.Dialect.V4)).containsExactlyElementsOf(lines));
    }

    @ParameterizedTest
    @ValueSource(strings = {"instructions.el", "instructions.eb", "program.el", "program.eb"})
    void printsSectionsAsLlvmObjdumpDoesByDefault(String name) {
        ElfFile file = LlvmObject.open(name + ".o");
        Map<String, List<String>> withAllFeatures = LlvmObject.listing(name + ".v4.txt");
        LlvmObject.listing(name + ".generic.txt").forEach((section, lines) -> {
            List<String> expected = new ArrayList<>();
            for (int i = 0; i < lines.size(); i++) {
                // Without the feature LLVM cannot name 32-bit atomics; we do.
                boolean unnamed = lines.get(i).endsWith("<unknown>");
                expected.add(
                        unnamed
                                ? withAllFeatures
                                        .getOrDefault(section, List.of())
                                        .get(i)
                                : lines.get(i));
            }
            assertThat(listing(file, section, Disassembler.Dialect.GENERIC)).containsExactlyElementsOf(expected);
        });
    }

    private static List<String> listing(ElfFile file, String section, Disassembler.Dialect dialect) {
        return new Disassembler(dialect, LlvmObject.labels(file, section))
                .listing(LlvmObject.code(file, section), file.order())
                .strip()
                .lines()
                .toList();
    }

    /** As llvm-objdump 19 prints these words. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0000000500002085 | call 0x5",
                "fffff00000000020 | r0 = *(u32 *)skb[-0x1000]",
                "0000000500000006 | gotol +0x5",
                "00000000000000ff | <unknown>",
                "00000005000121b7 | <unknown>",
                "00000000000f0095 | exit",
                "00000000000000f5 | <unknown>",
                "000000000000f1bf | <unknown>",
                "0000000000001fbf | <unknown>",
                "0000000000001038 | <unknown>"
            })
    void namesOddWords(String word, String text) {
        assertThat(Disassembler.instruction(new long[] {Long.parseUnsignedLong(word, 16)}, 0))
                .isEqualTo(text);
    }

    @Test
    void namesPseudoLoadsAsLlvmObjdumpDoes() {
        long[] load = {0x0000000500002118L, 0x0000000700000000L};
        assertThat(Disassembler.instruction(load, 0)).isEqualTo("ld_pseudo\tr1, 0x2, 0x5");
    }

    @Test
    void aCutWideLoadIsUnknown() {
        assertThat(Disassembler.instruction(new long[] {0x18}, 0)).isEqualTo("<unknown>");
    }

    @Test
    void anyWordHasAText() {
        Random random = new Random(20261122);
        for (int i = 0; i < 200_000; i++) {
            long[] slots = {random.nextLong(), random.nextLong()};
            for (Disassembler.Dialect dialect : Disassembler.Dialect.values()) {
                assertThat(new Disassembler(dialect, new TreeMap<>(Map.of(0, "f"))).text(slots, 0))
                        .isNotEmpty();
            }
        }
    }
}
