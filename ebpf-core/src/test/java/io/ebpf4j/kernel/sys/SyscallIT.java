package io.ebpf4j.kernel.sys;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.ebpf4j.kernel.Errno;
import io.ebpf4j.testing.RequiresKernel;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@RequiresKernel(
        capability = {},
        feature = "system calls")
class SyscallIT {
    private final Kernel kernel = Kernel.system();

    @Test
    void aResultIsTheKernels() {
        assertThat(kernel.call(SystemCall.GETPID, 0, 0, 0, 0, 0, 0))
                .isEqualTo(ProcessHandle.current().pid());
    }

    @Test
    void aFailureIsTheNegativeErrorNumber() {
        assertThat(kernel.close(1_000_000)).isEqualTo(-Errno.EBADF.code());
        assertThat(kernel.open("/does/not/exist", Constants.O_RDONLY, 0)).isEqualTo(-Errno.ENOENT.code());
        assertThat(kernel.ioctl(0, 0xdeadbeefL, 0)).isNegative();
    }

    @Test
    void filesAreReadAndMapped(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "0123456789", StandardCharsets.US_ASCII);
        int number = kernel.open(file.toString(), Constants.O_RDWR, 0);
        try (Fd fd = Fd.own(kernel, number, "file");
                Arena arena = Arena.ofConfined();
                Mapping mapping = Mapping.map(fd, 0, 10, Mapping.Access.READ_WRITE)) {
            MemorySegment buffer = arena.allocate(4);
            assertThat(kernel.read(fd.number(), buffer, 4)).isEqualTo(4);
            assertThat(buffer.toArray(ValueLayout.JAVA_BYTE)).isEqualTo("0123".getBytes(StandardCharsets.US_ASCII));
            mapping.segment().set(ValueLayout.JAVA_BYTE, 0, (byte) 'X');
            assertThat(Files.readString(file)).isEqualTo("X123456789");
        }
        assertThat(kernel.close(number)).isEqualTo(-Errno.EBADF.code());
    }

    @Test
    void aDuplicateOutlivesTheOriginal(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "0123456789", StandardCharsets.US_ASCII);
        Fd first = Fd.own(kernel, kernel.open(file.toString(), Constants.O_RDONLY, 0), "file");
        try (Fd second = first.dup();
                Arena arena = Arena.ofConfined()) {
            first.close();
            assertThat(kernel.read(second.number(), arena.allocate(10), 10)).isEqualTo(10);
        }
    }

    @Test
    void pagesAndCpusAreTheSystems() throws IOException, InterruptedException {
        assertThat(kernel.pageSize()).isEqualTo(Long.parseLong(output("getconf", "PAGESIZE")));
        assertThat(kernel.onlineCpus()).hasSize(Integer.parseInt(output("getconf", "_NPROCESSORS_ONLN")));
        assertThat(kernel.possibleCpus()).isGreaterThanOrEqualTo(kernel.onlineCpus().length);
    }

    @Test
    void aCallAllocatesNothing() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long perCall = Long.MAX_VALUE;
        // interpreted and half-compiled code allocates; what counts is where it settles
        for (int round = 0; round < 100 && perCall != 0; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            run(20_000);
            perCall = (threads.getCurrentThreadAllocatedBytes() - before) / 20_000;
        }
        assertThat(perCall).isZero();
    }

    /** A lookup in a map that is not there: the whole way of a hot call, error included. */
    private void run(int times) {
        for (int i = 0; i < times; i++) {
            try (Scratch scratch = Scratch.current()) {
                MemorySegment attr = scratch.attr(BpfAttr.MapElement.SIZE);
                attr.set(ValueLayout.JAVA_INT, BpfAttr.MapElement.MAP_FD, -1);
                int result = kernel.bpf(BpfCommand.MAP_LOOKUP_ELEM, attr, BpfAttr.MapElement.SIZE);
                if (result >= 0) {
                    throw new IllegalStateException("a map of descriptor -1");
                }
            }
        }
    }

    private static String output(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
        return text.strip();
    }
}
