package io.ebpf4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebpf4j.testing.RequiresKernel;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

@RequiresKernel(
        since = "5.4",
        feature = "BTF of the kernel",
        capability = {})
class KernelFileIT {
    @Test
    void mappedBytesAreThoseThatAreRead() throws IOException {
        Path btf = Path.of("/sys/kernel/btf/vmlinux");
        MemorySegment contents = KernelFile.contents(btf);
        assertThat(contents.mismatch(MemorySegment.ofArray(Files.readAllBytes(btf))))
                .isEqualTo(-1);
        assertThat(contents.isReadOnly()).isTrue();
        boolean mapped = Files.readString(Path.of("/proc/self/maps")).contains(btf.toString());
        assertThat(mapped).isEqualTo(KernelVersion.running().isAtLeast(6, 16));
    }

    @Test
    void aFileThatCannotBeMappedIsRead() throws IOException {
        Path release = Path.of("/proc/sys/kernel/osrelease");
        // The kernel's build notes are served byte by byte, like BTF before Linux 6.16.
        Path notes = Path.of("/sys/kernel/notes");
        assertThat(KernelFile.contents(notes).mismatch(MemorySegment.ofArray(Files.readAllBytes(notes))))
                .isEqualTo(-1);
        assertThatThrownBy(() -> KernelFile.contents(release.resolveSibling("none")))
                .isInstanceOf(NoSuchFileException.class);
    }
}
