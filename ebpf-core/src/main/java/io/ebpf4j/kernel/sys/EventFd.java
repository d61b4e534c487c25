package io.ebpf4j.kernel.sys;

import io.ebpf4j.kernel.Errno;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** An eventfd(2): wakes a thread that waits in {@link Epoll}. Any thread may signal it. */
public final class EventFd implements AutoCloseable {
    private final Fd fd;

    private EventFd(Fd fd) {
        this.fd = fd;
    }

    /**
     * {@return a new one, not signalled}
     *
     * @param kernel where
     * @throws io.ebpf4j.kernel.BpfException if the kernel refuses
     */
    public static EventFd open(Kernel kernel) {
        return new EventFd(Fd.own(kernel, Failure.check("eventfd2", kernel.eventfd(0), ""), "eventfd"));
    }

    /** {@return the descriptor, to be watched for {@link Constants#EPOLLIN}} */
    public Fd fd() {
        return fd;
    }

    /** Signals it; a second time before it is cleared changes nothing. Does nothing once it is closed. */
    public void signal() {
        int number;
        try {
            number = fd.acquire();
        } catch (IllegalStateException closed) {
            return; // whoever waited on it is gone
        }
        try (Scratch scratch = Scratch.current()) {
            MemorySegment one = scratch.data();
            one.set(ValueLayout.JAVA_LONG, 0, 1);
            long result;
            do {
                result = fd.kernel().write(number, one, Long.BYTES);
            } while (result == -Errno.EINTR.code());
            // EAGAIN: the counter is full, so it is signalled
            if (result < 0 && result != -Errno.EAGAIN.code()) {
                throw Failure.of("write", result, fd.what());
            }
        } finally {
            fd.release();
        }
    }

    /** {@return how often it was signalled since it was last cleared; 0 if not} Clears it. */
    public long clear() {
        int number = fd.acquire();
        try (Scratch scratch = Scratch.current()) {
            MemorySegment count = scratch.data();
            long result = fd.kernel().readRestarting(number, count, Long.BYTES);
            if (result == -Errno.EAGAIN.code()) {
                return 0;
            }
            Failure.check("read", result, fd.what());
            return count.get(ValueLayout.JAVA_LONG, 0);
        } finally {
            fd.release();
        }
    }

    @Override
    public void close() {
        fd.close();
    }
}
