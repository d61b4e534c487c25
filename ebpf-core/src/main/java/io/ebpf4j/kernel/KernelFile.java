package io.ebpf4j.kernel;

import io.ebpf4j.kernel.sys.Constants;
import io.ebpf4j.kernel.sys.Kernel;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * A file that the kernel serves from its own memory, such as {@code /sys/kernel/btf/vmlinux}.
 *
 * <p>Safe for use by any thread.
 */
public final class KernelFile {
    private KernelFile() {}

    /**
     * {@return the file's bytes: the kernel's own memory where it can be mapped, a native copy where it cannot. Either is
     * read-only, may be used from any thread, and is given back when it is no longer reachable}
     *
     * <p>The kernel maps its BTF since Linux 6.16, and only privately, which the JDK's own mapping does not ask for.
     *
     * @param path the file
     * @throws IOException if it cannot be read
     */
    public static MemorySegment contents(Path path) throws IOException {
        long size = Files.size(path);
        Optional<MemorySegment> mapped = mapped(path, size);
        return mapped.isPresent() ? mapped.get() : copied(path);
    }

    @SuppressWarnings("restricted") // the length is what the kernel mapped
    private static Optional<MemorySegment> mapped(Path path, long size) {
        Kernel kernel = Kernel.system();
        int fd = kernel.open(path.toString(), Constants.O_RDONLY, 0);
        if (fd < 0) {
            return Optional.empty(); // opening it again to read says why, in the JDK's words
        }
        long address = kernel.mmap(size, Constants.PROT_READ, Constants.MAP_PRIVATE, fd, 0);
        kernel.close(fd);
        if (address < 0) {
            return Optional.empty();
        }
        MemorySegment segment = MemorySegment.ofAddress(address)
                .reinterpret(size, Arena.ofAuto(), start -> kernel.munmap(start.address(), size));
        return Optional.of(segment.asReadOnly());
    }

    private static MemorySegment copied(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            long size = channel.size();
            MemorySegment copy = Arena.ofAuto().allocate(Math.max(size, 1)).asSlice(0, size);
            ByteBuffer buffer = copy.asByteBuffer();
            while (buffer.hasRemaining()) {
                if (channel.read(buffer) < 0) {
                    throw new EOFException(path + " ends at " + buffer.position() + " of " + size + " bytes");
                }
            }
            return copy.asReadOnly();
        }
    }
}
