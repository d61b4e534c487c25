package io.ebpf4j.observability.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.observability.probe.MappedFile.FileId;
import io.ebpf4j.observability.probe.MappedFile.Use;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MappedFileTest {
    @Test
    void aLineOfMapsTellsOfAFile() {
        assertThat(MappedFile.parse("7f2e1c01e000-7f2e1c07c000 r-xp 0001e000 103:0a 1711276 "
                        + "                   /usr/lib/x86_64-linux-gnu/libssl.so.3"))
                .hasValueSatisfying(mapped -> {
                    assertThat(mapped.range()).isEqualTo("7f2e1c01e000-7f2e1c07c000");
                    assertThat(mapped.use()).isEqualTo(Use.CODE);
                    assertThat(mapped.file()).isEqualTo(new FileId(0x103, 0x0a, 1711276));
                    assertThat(mapped.path()).isEqualTo("/usr/lib/x86_64-linux-gnu/libssl.so.3");
                    assertThat(mapped.name()).isEqualTo("libssl.so.3");
                });
    }

    @Test
    void whatIsNotExecutableIsData() {
        assertThat(MappedFile.parse("7f00-7f01 rw-p 00000000 08:01 7 /lib/a.so"))
                .map(MappedFile::use)
                .contains(Use.DATA);
    }

    @Test
    void aPathMayHoldBlanksAndLineFeeds() {
        assertThat(MappedFile.parse("7f00-7f01 r-xp 00000000 08:01 7    /opt/my  app/a\\012b.so"))
                .map(MappedFile::path)
                .contains("/opt/my  app/a\nb.so");
    }

    @Test
    void aDeletedFileKeepsItsPath() {
        assertThat(MappedFile.parse("7f00-7f01 r-xp 00000000 00:1b 7  /tmp/libssl.so.1.1 (deleted)"))
                .map(MappedFile::path)
                .contains("/tmp/libssl.so.1.1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "7ffc1000-7ffc2000 rw-p 00000000 00:00 0                          [stack]",
                "7f00-7f01 rw-p 00000000 00:00 0",
                "7f00-7f01 rw-p 00000000 00:00 0 ",
                "7f00-7f01 r-xp 00000000 08:01 99999999999999999999 /lib/a.so",
                "7f00-7f01 r-xp 00000000 0801 7 /lib/a.so",
                "7f00-7f01 r-xp 00000000 xx:yy 7 /lib/a.so",
                "anon_inode:[perf_event]"
            })
    void whatIsNoFileIsNone(String line) {
        assertThat(MappedFile.parse(line)).isEmpty();
    }

    @Test
    void noiseIsNone() {
        long seed = Long.getLong("seed", 20261122);
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            StringBuilder line = new StringBuilder("7f00-7f01 r-xp 00000000 08:01 7 /lib/a.so");
            for (int change = 0; change < 3; change++) {
                line.setCharAt(random.nextInt(line.length()), (char) (' ' + random.nextInt(95)));
            }
            assertThat(MappedFile.parse(line.toString()))
                    .as("seed %d: %s", seed, line)
                    .satisfiesAnyOf(
                            none -> assertThat(none).isEmpty(),
                            some -> assertThat(some.orElseThrow().path()).startsWith("/"));
        }
    }

    @Test
    void statAndMapsNameTheSameFile() throws IOException {
        // the JVM's own library, as the kernel tells of it in both ways
        MappedFile mapped = Files.readAllLines(Path.of("/proc/self/maps")).stream()
                .flatMap(line -> MappedFile.parse(line).stream())
                .filter(file -> file.name().equals("libjvm.so"))
                .findFirst()
                .orElseThrow();
        Map<String, Object> stat = Files.readAttributes(Path.of(mapped.path()), "unix:dev,ino");
        assertThat(FileId.of((Long) stat.get("dev"), (Long) stat.get("ino"))).isEqualTo(mapped.file());
    }

    @Test
    void numbersOfDevicesAreSplitAsTheKernelDoes() {
        // os.makedev of Python, which is glibc's
        assertThat(FileId.of(0xabc234deL, 5)).isEqualTo(new FileId(0x234, 0xabcde, 5));
        assertThat(FileId.of(0x1030aL, 6)).isEqualTo(new FileId(259, 10, 6));
        assertThat(FileId.of(0x12000001345ffL, 7)).isEqualTo(new FileId(0x12345, 0x1ff, 7));
    }
}
