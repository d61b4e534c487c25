package io.ebpf4j.observability.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.elf.ElfFile;
import io.ebpf4j.observability.probe.TlsProbeStatus.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TlsLibrariesTest {
    @ParameterizedTest
    @CsvSource({
        "libssl.so.3, true",
        "libssl.so.1.1, true",
        "libssl.so.1.0.2k, true",
        "libssl.so, true",
        "libssl-81ffa89e.so.1.1, true",
        "libssl3.so, true", // of NSS: it is looked into, and has other functions
        "libcrypto.so.3, false",
        "libgnutls.so.30, false",
        "my-libssl.so.3, false",
        "libssl.so.3.txt, true", // a file of any name may be a library; what is in it decides
        "libssl.a, false"
    })
    void librariesAreKnownByTheirNames(String name, boolean isOne) {
        assertThat(TlsLibraries.isLibssl(name)).isEqualTo(isOne);
    }

    @Test
    void aGoProgramIsKnownByItsBuildInformation() {
        assertThat(TlsLibraries.reasonToLeaveOut(program(".go.buildinfo"))).contains(Reason.GO);
    }

    @Test
    void aProgramWithoutTlsIsNotLeftOut() throws IOException {
        assertThat(TlsLibraries.reasonToLeaveOut(program(".data"))).isEmpty();
        assertThat(TlsLibraries.reasonToLeaveOut(ElfFile.open(
                        Path.of(ProcessHandle.current().info().command().orElseThrow()))))
                .isEmpty();
    }

    /** The least that is an ELF file with a section of that name (elf(5)). */
    private static ElfFile program(String section) {
        byte[] names = ("\0.shstrtab\0" + section + "\0").getBytes(StandardCharsets.US_ASCII);
        int sections = 64 + 64;
        ByteBuffer file = ByteBuffer.allocate(sections + 3 * 64).order(ByteOrder.LITTLE_ENDIAN);
        file.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1}).position(16);
        file.putShort((short) 2).putShort((short) 62).putInt(1); // ET_EXEC, EM_X86_64, EV_CURRENT
        file.putLong(0).putLong(0).putLong(sections).putInt(0);
        file.putShort((short) 64).putShort((short) 56).putShort((short) 0);
        file.putShort((short) 64).putShort((short) 3).putShort((short) 1);
        file.put(64, names);
        file.position(sections + 64);
        section(file, 1, 3, 64, names.length); // SHT_STRTAB
        section(file, 11, 1, 64, 8); // SHT_PROGBITS
        return ElfFile.parse(file.array(), "program");
    }

    private static void section(ByteBuffer file, int name, int type, long offset, long size) {
        file.putInt(name).putInt(type).putLong(0).putLong(0).putLong(offset).putLong(size);
        file.putInt(0).putInt(0).putLong(1).putLong(0);
    }
}
