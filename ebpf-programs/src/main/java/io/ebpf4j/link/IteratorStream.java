package io.ebpf4j.link;

import io.ebpf4j.kernel.BpfException;
import io.ebpf4j.kernel.sys.Failure;
import io.ebpf4j.kernel.sys.Fd;
import io.ebpf4j.kernel.sys.Kernel;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/** Reads an iterator's descriptor. Used by one thread at a time. */
final class IteratorStream extends InputStream {
    private static final int BUFFER_BYTES = 1 << 16;

    private final Kernel kernel;
    private final Fd fd;

    IteratorStream(Kernel kernel, Fd fd) {
        this.kernel = kernel;
        this.fd = fd;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        if (length == 0) {
            return 0;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(Math.min(length, BUFFER_BYTES));
            int got = Math.toIntExact(Failure.check(
                    "read", kernel.readRestarting(fd.number(), buffer, buffer.byteSize()), "an iterator"));
            if (got == 0) {
                return -1;
            }
            MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, 0, bytes, offset, got);
            return got;
        } catch (BpfException | IllegalStateException e) {
            throw new IOException("reading an iterator failed: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        fd.close();
    }
}
