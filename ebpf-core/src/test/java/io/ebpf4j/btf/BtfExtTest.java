package io.ebpf4j.btf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebpf4j.elf.ElfFile;
import io.ebpf4j.kernel.InvalidObjectException;
import io.ebpf4j.testing.TestResource;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds functions, lines and relocations against what llvm-objdump reads in the same objects. */
class BtfExtTest {
    private static final Pattern SECTION = Pattern.compile("Disassembly of section (.*):");
    private static final Pattern FUNCTION = Pattern.compile("([0-9a-f]{16}) <(.*)>:");
    private static final Pattern LINE = Pattern.compile("; (.*):(\\d+)");
    private static final Pattern INSTRUCTION = Pattern.compile(" +(\\d+):\t.*");
    private static final Pattern RELOCATION =
            Pattern.compile("\\s+([0-9a-f]{16}):  CO-RE <(\\w+)> \\[(\\d+)\\] (?:.*\\(([0-9:]+)\\)|(?:[^(]*))");

    @ParameterizedTest
    @ValueSource(strings = {"el", "eb"})
    void recordsAreThoseOfObjdump(String order) {
        List<String> functions = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        List<String> relocations = new ArrayList<>();
        String section = "";
        Optional<String> line = Optional.empty();
        for (String text : TestResource.lines("/objects/kinds-" + order + ".objdump.txt")) {
            Matcher heading = SECTION.matcher(text);
            Matcher function = FUNCTION.matcher(text);
            Matcher source = LINE.matcher(text);
            Matcher instruction = INSTRUCTION.matcher(text);
            Matcher relocation = RELOCATION.matcher(text);
            if (heading.matches()) {
                section = heading.group(1);
            } else if (function.matches()) {
                functions.add(section + " " + Long.parseLong(function.group(1), 16) + " " + function.group(2));
            } else if (source.matches()) {
                line = Optional.of(source.group(1) + ":" + source.group(2));
            } else if (instruction.matches()) {
                if (line.isPresent()) {
                    lines.add(section + " " + Long.parseLong(instruction.group(1)) * 8 + " " + line.get());
                }
                line = Optional.empty();
            } else if (relocation.matches()) {
                String access = relocation.group(4);
                relocations.add(section + " " + Long.parseLong(relocation.group(1), 16) + " " + relocation.group(2)
                        + " " + relocation.group(3) + " " + (access == null ? "0" : access));
            }
        }
        assertThat(functions).hasSize(4);
        assertThat(relocations).hasSizeGreaterThan(5);

        Btf btf = Fixtures.btf(order);
        BtfExt ext = Fixtures.ext(order);
        List<String> foundFunctions = new ArrayList<>();
        List<String> foundLines = new ArrayList<>();
        List<String> foundRelocations = new ArrayList<>();
        for (String name : ext.sections()) {
            ext.funcInfos(name)
                    .forEach(f ->
                            foundFunctions.add(name + " " + f.instructionByteOffset() + " " + btf.name(f.typeId())));
            ext.lineInfos(name)
                    .forEach(l -> foundLines.add(name + " " + l.byteOffset() + " " + ext.fileName(l) + ":" + l.line()));
            ext.coreRelocations(name)
                    .forEach(r -> foundRelocations.add(name + " " + r.byteOffset() + " "
                            + r.kind().label() + " " + r.typeId() + " " + accessOfObjdump(r)));
        }
        assertThat(foundFunctions).containsExactlyInAnyOrderElementsOf(functions);
        assertThat(foundLines).containsAll(lines);
        assertThat(foundRelocations).containsExactlyInAnyOrderElementsOf(relocations);
    }

    /** llvm-objdump shows the access of fields only. */
    private static String accessOfObjdump(BtfExt.CoreRelocation relocation) {
        return relocation.kind().isField() ? relocation.access() : "0";
    }

    @Test
    void linesHaveTheirText() {
        BtfExt ext = Fixtures.ext("el");
        BtfExt.LineInfo line = ext.lineInfos(".text").getFirst();
        String source = TestResource.lines("/objects/kinds.bpf.c").get(line.line() - 1);
        assertThat(ext.sourceLine(line)).isEqualTo(source);
        assertThat(line.packedLineAndColumn() >>> 10).isEqualTo(line.line());
        assertThat(line.packedLineAndColumn() & 1023).isEqualTo(line.column());
    }

    @Test
    void bothOrdersSayTheSame() {
        BtfExt little = Fixtures.ext("el");
        BtfExt big = Fixtures.ext("eb");
        assertThat(big.sections()).isEqualTo(little.sections());
        for (String section : little.sections()) {
            assertThat(big.funcInfos(section)).isEqualTo(little.funcInfos(section));
        }
    }

    @Test
    void longerRecordsAreSkippedByTheirDeclaredSize() {
        // A func_info of sixteen bytes a record, of which eight are known; no lines, no relocations.
        Btf btf = Fixtures.btf("el");
        ByteBuffer ext = ByteBuffer.allocate(24 + 4 + 8 + 2 * 16).order(ByteOrder.LITTLE_ENDIAN);
        ext.putShort((short) 0xeb9f).put((byte) 1).put((byte) 0).putInt(24);
        ext.putInt(0).putInt(4 + 8 + 2 * 16).putInt(0).putInt(0);
        ext.putInt(16).putInt(nameOffset(btf)).putInt(2);
        ext.putInt(0).putInt(26).putLong(-1).putInt(48).putInt(29).putLong(-1);
        BtfExt parsed = BtfExt.parse(MemorySegment.ofArray(ext.array()), btf, "long");
        assertThat(parsed.sections()).hasSize(1);
        assertThat(parsed.funcInfos(parsed.sections().iterator().next()))
                .containsExactly(new BtfExt.FuncInfo(0, 26), new BtfExt.FuncInfo(48, 29));
    }

    private static int nameOffset(Btf btf) {
        for (int offset = 1; ; offset++) {
            if (btf.string(offset).equals(".text")) {
                return offset;
            }
        }
    }

    @Test
    void brokenRecordsAreRefused() {
        ElfFile elf = Fixtures.elf("el");
        Btf btf = Fixtures.btf("el");
        byte[] good = elf.data(elf.section(".BTF.ext").orElseThrow()).toArray(ValueLayout.JAVA_BYTE);
        int[][] patches = {
            {0, 0}, // magic
            {4, 0x7fff_ffff}, // header length
            {12, 0x7fff_ffff}, // length of func_info
            {32, 4}, // record size
            {32 + 8, 0x0fff_ffff}, // number of records
            {32 + 12, 3}, // instruction that is no multiple of 8
            {32 + 16, 9999}, // type
        };
        for (int[] patch : patches) {
            byte[] broken = good.clone();
            ByteBuffer.wrap(broken).order(ByteOrder.LITTLE_ENDIAN).putInt(patch[0], patch[1]);
            assertThatThrownBy(() -> BtfExt.parse(MemorySegment.ofArray(broken), btf, "broken"))
                    .as("%d at %d", patch[1], patch[0])
                    .isInstanceOf(InvalidObjectException.class)
                    .hasMessageContaining(".BTF.ext");
        }
    }
}
