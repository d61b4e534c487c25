package io.ebpf4j.elf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebpf4j.kernel.InvalidObjectException;
import io.ebpf4j.testing.TestResource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reads objects of both byte orders and holds the result against what llvm-readelf read. */
class ElfFileTest {
    private static final Pattern SECTION = Pattern.compile(
            "^ +\\[ *(\\d+)\\] (\\S*) +([A-Z_]+) +([0-9a-f]{16}) ([0-9a-f]{6}) ([0-9a-f]{6}) ([0-9a-f]{2}) ([A-Z ]{3}) +(\\d+) +(\\d+) +(\\d+)$");
    private static final Pattern SYMBOL =
            Pattern.compile("^ +(\\d+): ([0-9a-f]{16}) +(\\d+) (\\S+) +(\\S+) +(\\S+) +(\\S+) ?(.*)$");
    private static final Pattern RELOCATION =
            Pattern.compile("^([0-9a-f]{16})  ([0-9a-f]{16}) (\\S+) +([0-9a-f]{16}) (.*)$");
    private static final Pattern RELOCATIONS = Pattern.compile("^Relocation section '(.*)' at offset .*");

    private static ElfFile kinds(String order) {
        return ElfFile.parse(TestResource.bytes("/objects/kinds-" + order + ".o"), "kinds-" + order + ".o");
    }

    private static List<String> readelf(String order) {
        return TestResource.lines("/objects/kinds-" + order + ".readelf.txt");
    }

    @ParameterizedTest
    @ValueSource(strings = {"el", "eb"})
    void sectionsAreThoseOfReadelf(String order) {
        ElfFile elf = kinds(order);
        assertThat(elf.order()).isEqualTo(order.equals("el") ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        assertThat(elf.machine()).isEqualTo(ElfFile.EM_BPF);
        assertThat(elf.type()).isEqualTo(ElfFile.ET_REL);
        int seen = 1; // the null section has no name to match
        for (String line : readelf(order)) {
            Matcher m = SECTION.matcher(line);
            if (!m.matches() || m.group(1).equals("0")) {
                continue;
            }
            ElfSection section = elf.section(Integer.parseInt(m.group(1)));
            assertThat(section.name()).isEqualTo(m.group(2));
            assertThat(section.address()).isEqualTo(Long.parseLong(m.group(4), 16));
            assertThat(section.offset()).isEqualTo(Long.parseLong(m.group(5), 16));
            assertThat(section.size()).isEqualTo(Long.parseLong(m.group(6), 16));
            assertThat(section.entrySize()).isEqualTo(Long.parseLong(m.group(7), 16));
            assertThat(section.isExecutable()).isEqualTo(m.group(8).contains("X"));
            assertThat((section.flags() & ElfSection.SHF_WRITE) != 0)
                    .isEqualTo(m.group(8).contains("W"));
            assertThat(section.link()).isEqualTo(Integer.parseInt(m.group(9)));
            assertThat(section.info()).isEqualTo(Integer.parseInt(m.group(10)));
            assertThat(section.align()).isEqualTo(Long.parseLong(m.group(11)));
            assertThat(section.isNoBits()).isEqualTo(m.group(3).equals("NOBITS"));
            assertThat(section.isRelocations()).isEqualTo(m.group(3).equals("REL"));
            assertThat(elf.data(section).byteSize()).isEqualTo(section.isNoBits() ? 0 : section.size());
            seen++;
        }
        assertThat(seen).isEqualTo(elf.sections().size()).isGreaterThan(15);
    }

    @ParameterizedTest
    @ValueSource(strings = {"el", "eb"})
    void symbolsAreThoseOfReadelf(String order) {
        ElfFile elf = kinds(order);
        int seen = 0;
        for (String line : readelf(order)) {
            Matcher m = SYMBOL.matcher(line);
            if (!m.matches()) {
                continue;
            }
            ElfSymbol symbol = elf.symbols().get(Integer.parseInt(m.group(1)));
            String name = symbol.isSection() ? elf.section(symbol.section()).name() : symbol.name();
            assertThat(name).isEqualTo(m.group(8));
            assertThat(symbol.value()).isEqualTo(Long.parseLong(m.group(2), 16));
            assertThat(symbol.size()).isEqualTo(Long.parseLong(m.group(3)));
            assertThat(symbol.isFunction()).isEqualTo(m.group(4).equals("FUNC"));
            assertThat(symbol.isObject()).isEqualTo(m.group(4).equals("OBJECT"));
            assertThat(symbol.isSection()).isEqualTo(m.group(4).equals("SECTION"));
            assertThat(symbol.isLocal()).isEqualTo(m.group(5).equals("LOCAL"));
            assertThat(symbol.isGlobal()).isEqualTo(m.group(5).equals("GLOBAL"));
            assertThat(symbol.isWeak()).isEqualTo(m.group(5).equals("WEAK"));
            assertThat(symbol.isHidden()).isEqualTo(m.group(6).equals("HIDDEN"));
            assertThat(symbol.section()).isEqualTo(m.group(7).equals("UND") ? 0 : Integer.parseInt(m.group(7)));
            seen++;
        }
        assertThat(seen).isEqualTo(elf.symbols().size()).isGreaterThan(15);
        assertThat(elf.dynamicSymbols()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"el", "eb"})
    void relocationsAreThoseOfReadelf(String order) {
        ElfFile elf = kinds(order);
        List<String> expected = new ArrayList<>();
        String target = "";
        for (String line : readelf(order)) {
            Matcher heading = RELOCATIONS.matcher(line);
            Matcher m = RELOCATION.matcher(line);
            if (heading.matches()) {
                target = heading.group(1).substring(".rel".length());
            } else if (m.matches()) {
                expected.add(target + " " + m.group(1) + " " + m.group(3) + " " + m.group(5));
            }
        }
        List<String> found = new ArrayList<>();
        for (ElfSection section : elf.sections()) {
            for (ElfRelocation relocation : elf.relocations(section)) {
                ElfSymbol symbol = elf.symbols().get(relocation.symbol());
                String name = symbol.isSection() ? elf.section(symbol.section()).name() : symbol.name();
                String type = switch (relocation.type()) {
                    case ElfRelocation.R_BPF_64_64 -> "R_BPF_64_64";
                    case ElfRelocation.R_BPF_64_32 -> "R_BPF_64_32";
                    case ElfRelocation.R_BPF_64_ABS32 -> "R_BPF_64_ABS32";
                    case ElfRelocation.R_BPF_64_NODYLD32 -> "R_BPF_64_NODYLD32";
                    default -> Integer.toString(relocation.type());
                };
                found.add(
                        String.format(Locale.ROOT, "%s %016x %s %s", section.name(), relocation.offset(), type, name));
            }
        }
        assertThat(found).containsExactlyElementsOf(expected).hasSizeGreaterThan(50);
    }

    @Test
    void aFunctionOfAnObjectIsFoundInTheFile() {
        ElfFile elf = kinds("el");
        ElfSymbol helper = elf.symbol("helper").orElseThrow();
        ElfSection text = elf.section(".text").orElseThrow();
        assertThat(elf.fileOffsetOf(helper)).hasValue(text.offset() + helper.value());
        assertThat(elf.fileOffsetOf(elf.symbol("zeroed").orElseThrow())).isEmpty();
        assertThat(elf.symbol("CONFIG_HZ"))
                .as("an undefined symbol is none of this file")
                .isEmpty();
        assertThat(elf.symbol("no such symbol")).isEmpty();
    }

    @Test
    void countsAboveSixteenBitsAreInTheNullSection() {
        int count = 0xff05;
        int header = 64;
        ByteBuffer file = ByteBuffer.allocate(header + count * 64 + 16).order(ByteOrder.BIG_ENDIAN);
        file.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 2, 1});
        file.putShort(16, (short) 1).putShort(18, (short) 247).putLong(40, header);
        file.putShort(58, (short) 64).putShort(60, (short) 0).putShort(62, (short) 0xffff);
        file.putLong(header + 32, count).putInt(header + 40, count - 1);
        int last = header + (count - 1) * 64;
        file.putInt(last, 1)
                .putInt(last + 4, 3)
                .putLong(last + 24, header + count * 64L)
                .putLong(last + 32, 16);
        file.put(header + count * 64 + 1, (byte) 'x');

        ElfFile elf = ElfFile.parse(file.array(), "wide");
        assertThat(elf.sections()).hasSize(count);
        assertThat(elf.section("x").orElseThrow().index()).isEqualTo(count - 1);
    }

    @Test
    void sharedLibrariesHaveSegmentsAndDynamicSymbols() throws IOException {
        Path libc = Files.exists(Path.of("/lib/x86_64-linux-gnu/libc.so.6"))
                ? Path.of("/lib/x86_64-linux-gnu/libc.so.6")
                : Path.of(ProcessHandle.current().info().command().orElseThrow());
        ElfFile elf = ElfFile.open(libc);
        assertThat(elf.type()).isIn(ElfFile.ET_DYN, ElfFile.ET_EXEC);
        assertThat(elf.segments()).anyMatch(ElfSegment::isLoadable).anyMatch(ElfSegment::isExecutable);
        ElfSymbol function = elf.dynamicSymbols().stream()
                .filter(symbol -> symbol.isFunction() && !symbol.isUndefined())
                .findFirst()
                .orElseThrow();
        ElfSection home = elf.section(function.section());
        assertThat(elf.fileOffsetOf(function))
                .as("through the segments as through the section")
                .hasValue(function.value() - home.address() + home.offset());
    }

    @Test
    void errorsNameFileSectionAndOffset() {
        byte[] object = TestResource.bytes("/objects/kinds-el.o");
        ByteBuffer patched = ByteBuffer.wrap(object).order(ByteOrder.LITTLE_ENDIAN);
        long table = patched.getLong(40);
        patched.putLong((int) table + 2 * 64 + 24, 1L << 40); // .text moves far behind the end
        ElfFile elf = ElfFile.parse(object, "broken.o");
        assertThatThrownBy(() -> elf.data(elf.section(".text").orElseThrow()))
                .isInstanceOfSatisfying(InvalidObjectException.class, e -> {
                    assertThat(e.file()).isEqualTo("broken.o");
                    assertThat(e.section()).isEqualTo(".text");
                })
                .hasMessageContaining("outside the file");
        assertThatThrownBy(() -> ElfFile.parse(new byte[10], "short"))
                .isInstanceOf(InvalidObjectException.class)
                .hasMessageContaining("short");
        assertThatThrownBy(() -> elf.section(99)).isInstanceOf(InvalidObjectException.class);
    }

    @Test
    void aFileIsOpenedByPath(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("object.o");
        Files.write(file, TestResource.bytes("/objects/kinds-eb.o"));
        assertThat(ElfFile.open(file).origin()).isEqualTo(file.toString());
        assertThatThrownBy(() -> ElfFile.open(folder.resolve("none"))).isInstanceOf(IOException.class);
    }
}
