package io.ebpf4j.link;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProbePmuTest {

    @Test
    void whatTheKernelDescribesIsRead(@TempDir Path device) throws Exception {
        Files.writeString(device.resolve("type"), "8\n");
        Files.createDirectory(device.resolve("format"));
        Files.writeString(device.resolve("format/retprobe"), "config:0\n");
        assertThat(ProbePmu.find(device)).contains(new ProbePmu(8, 0));
    }

    @Test
    void aKernelWithoutProbesHasNone(@TempDir Path folder) {
        assertThat(ProbePmu.find(folder.resolve("kprobe"))).isEmpty();
    }

    @Test
    void returnAndSemaphoreGoIntoTheConfig() {
        assertThat(new ProbePmu(8, 0).config(ProbePoint.RETURN, 0x1234)).isEqualTo(0x1234_0000_0001L);
        assertThat(new ProbePmu(8, 3).config(ProbePoint.RETURN, 0)).isEqualTo(8);
        assertThat(new ProbePmu(8, 3).config(ProbePoint.ENTRY, 0)).isZero();
    }
}
