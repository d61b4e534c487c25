package io.ebpf4j.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.kernel.Capability;
import io.ebpf4j.kernel.sys.Fd;
import io.ebpf4j.kernel.sys.Kernel;
import io.ebpf4j.testing.RequiresKernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

@RequiresKernel(since = "5.2", capability = Capability.SYS_ADMIN, feature = "mounts that are attached nowhere")
class DetachedTracefsIT {

    @Test
    void saysOfATracepointWhatTheMountedOneSays() throws IOException {
        try (Fd mount = DetachedTracefs.open(Kernel.system()).orElseThrow()) {
            long mounted =
                    Long.parseLong(Files.readString(Path.of("/sys/kernel/tracing/events/syscalls/sys_enter_connect/id"))
                            .strip());
            assertThat(new Tracefs(DetachedTracefs.path(mount)).tracepointId("syscalls", "sys_enter_connect"))
                    .isEqualTo(mounted);
        }
    }

    @Test
    void isMountedNowhere() throws IOException {
        String before = Files.readString(Path.of("/proc/self/mounts"));
        try (Fd mount = DetachedTracefs.open(Kernel.system()).orElseThrow()) {
            assertThat(Files.exists(DetachedTracefs.path(mount).resolve("events")))
                    .isTrue();
            assertThat(Files.readString(Path.of("/proc/self/mounts"))).isEqualTo(before);
        }
    }
}
