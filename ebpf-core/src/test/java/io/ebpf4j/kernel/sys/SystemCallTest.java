package io.ebpf4j.kernel.sys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The numbers, against the kernel's own headers as a distribution installs them. */
class SystemCallTest {
    private static final Pattern DEFINE = Pattern.compile("#define\\s+__NR(?:3264)?_(\\w+)\\s+(\\d+)\\b.*");

    @Test
    void x86NumbersAreThoseOfTheHeader() throws IOException {
        compare(Path.of("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"), Architecture.X86_64);
    }

    @Test
    void genericNumbersAreThoseOfTheHeader() throws IOException {
        Path header = Path.of("/usr/include/asm-generic/unistd.h");
        compare(header, Architecture.AARCH64);
        compare(header, Architecture.RISCV64);
    }

    @Test
    void s390NumbersAreThoseOfTheHeader() throws IOException {
        compare(Path.of("/usr/include/s390x-linux-gnu/asm/unistd_64.h"), Architecture.S390X);
    }

    private static void compare(Path header, Architecture architecture) throws IOException {
        assumeTrue(Files.exists(header), "the headers of " + architecture + " are not installed: " + header);
        Map<String, Integer> kernel = new TreeMap<>();
        for (String line : Files.readAllLines(header)) {
            Matcher matcher = DEFINE.matcher(line);
            if (matcher.matches()) {
                kernel.put(matcher.group(1), Integer.parseInt(matcher.group(2)));
            }
        }
        Map<String, Integer> ours = new TreeMap<>();
        Map<String, Integer> theirs = new TreeMap<>();
        for (SystemCall call : SystemCall.values()) {
            ours.put(call.manualName(), call.number(architecture));
            theirs.put(call.manualName(), kernel.getOrDefault(call.manualName(), -1));
        }
        assertThat(ours).isEqualTo(theirs);
    }

    @Test
    void onlyX86PacksItsEpollEvents() {
        assertThat(Architecture.of("amd64").epollEventSize()).isEqualTo(12);
        for (String name : new String[] {"aarch64", "riscv64", "s390x"}) {
            assertThat(Architecture.of(name).epollEventSize()).isEqualTo(16);
            assertThat(Architecture.of(name).epollDataOffset()).isEqualTo(8);
        }
    }
}
