package io.ebpf4j.btf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebpf4j.btf.BtfValuePrinter.Lines;
import io.ebpf4j.btf.BtfValuePrinter.Style;
import io.ebpf4j.btf.BtfValuePrinter.TypeNames;
import io.ebpf4j.btf.BtfValuePrinter.Zeroes;
import io.ebpf4j.testing.TestResource;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Prints the same bytes as libbpf did: {@code kinds-values.c} made both them and the expected text. */
class BtfValuePrinterTest {
    private static byte[] bytes() {
        byte[] bytes = new byte[200];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (i * 7 + 1);
        }
        byte[] name = Arrays.copyOf("a \"name\"".getBytes(StandardCharsets.US_ASCII), 16);
        System.arraycopy(name, 0, bytes, 160, 16);
        bytes[80] = 1;
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(100, 7).putLong(104, 1);
        return bytes;
    }

    @Test
    void valuesAreThoseOfLibbpf() {
        Btf btf = Fixtures.btf("el");
        int nested = btf.find("nested", BtfKind.STRUCT).orElseThrow();
        List<String> ours = new BtfValuePrinter(btf)
                .print(nested, MemorySegment.ofArray(bytes()))
                .lines()
                .toList();
        ByteBuffer numbers = ByteBuffer.wrap(bytes()).order(ByteOrder.LITTLE_ENDIAN);
        // Lines where we say more than libbpf 1.1: qualifiers, "(void)", truth values, floating point in full, signed
        // bit-fields in decimal, strings in one piece, types of members of structures in arrays.
        List<String> differing = List.of(
                "\t.text = (const volatile char *restrict)0x827b746d665f5851,",
                "\t.callback = (int (*)(struct nested *, const char *, ...))0xbab3aca59e979089,",
                "\t.table = (void (*[2])(int (*)(void)))[",
                "\t.truth = (_Bool)true,",
                "\t.ratio = (double)" + numbers.getDouble(88) + ",",
                "\t.part = (float)" + numbers.getFloat(96) + ",",
                "\t.wide_signed = (enum wide_signed)4772465598646917137,",
                "\t.flags = (struct flags){",
                "\t\t.a = (__u32)1,",
                "\t\t.b = (__u32)2569,",
                "\t\t.c = (__s32)24151,",
                "\t\t.d = (__u64)676835854465,",
                "\t.name = (char[16])\"a \\\"name\\\"\",");
        List<String> theirs = TestResource.lines("/objects/kinds-el.values.txt");
        assertThat(ours.stream().filter(line -> !differing.contains(line)).map(line -> line.replace("(short)", "")))
                .hasSizeGreaterThan(40)
                .isSubsetOf(theirs);
        assertThat(ours).containsAll(differing);
        List<String> exact = theirs.stream()
                .filter(line -> line.matches("\\s*-?\\d+,") || line.matches(".*__u(32|64|8)\\)\\d+,"))
                .toList();
        assertThat(exact).hasSizeGreaterThan(8).isSubsetOf(ours);
    }

    @Test
    void zerosAndTypesCanBeLeftOut() {
        Btf btf = Fixtures.btf("el");
        int core = btf.find("core", BtfKind.STRUCT).orElseThrow();
        Style style = Style.DEFAULT.withLines(Lines.ONE).withTypeNames(TypeNames.LEFT_OUT);
        MemorySegment value = MemorySegment.ofArray(new byte[40]);
        value.set(ValueLayout.JAVA_BYTE, 0, (byte) 5);
        assertThat(new BtfValuePrinter(btf, style).print(core, value)).isEqualTo("{.field = 5,}");
        assertThat(new BtfValuePrinter(btf, style.withZeroes(Zeroes.WRITTEN)).print(core, value))
                .isEqualTo("{.field = 5,.flags = {.a = 0,.b = 0,.c = 0,.d = 0,},.array = [0,0,0,0,],}");
    }

    @Test
    void bigEndianValuesAreReadInTheirOrder() {
        Btf btf = Fixtures.btf("eb");
        int flags = btf.find("flags", BtfKind.STRUCT).orElseThrow();
        // clang -target bpfeb puts the first bit-field into the highest bits: a=5, b=1, c=-2.
        ByteBuffer value = ByteBuffer.allocate(16).order(ByteOrder.BIG_ENDIAN);
        value.putInt(0, 5 << 29 | 1 << 16 | 0xfffe).putLong(8, 9L << 24);
        Style style = Style.DEFAULT.withLines(Lines.ONE).withTypeNames(TypeNames.LEFT_OUT);
        assertThat(new BtfValuePrinter(btf, style).print(flags, MemorySegment.ofArray(value.array())))
                .isEqualTo("{.a = 5,.b = 1,.c = -2,.d = 9,}");
    }

    @Test
    void tooFewBytesAreRefused() {
        Btf btf = Fixtures.btf("el");
        int core = btf.find("core", BtfKind.STRUCT).orElseThrow();
        assertThatThrownBy(() -> new BtfValuePrinter(btf).print(core, MemorySegment.ofArray(new byte[39])))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("40");
    }
}
