package io.ebpf4j.kernel.sys;

import io.ebpf4j.kernel.Errno;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * An epoll(7) set with room for a fixed number of events.
 *
 * <p>One thread waits, and reads what it waited for; any thread may add and remove. A wait blocks its carrier, so wait on
 * a platform thread; {@link Thread#interrupt()} does not end it, an {@link EventFd} in the set does. Waiting allocates
 * nothing.
 */
public final class Epoll implements AutoCloseable {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final Fd fd;
    private final int capacity;
    private final long stride;
    private final long dataOffset;
    private final Arena arena;
    private final MemorySegment events;

    private Epoll(Fd fd, int capacity) {
        this.fd = fd;
        this.capacity = capacity;
        Architecture architecture = Architecture.current();
        this.stride = architecture.epollEventSize();
        this.dataOffset = architecture.epollDataOffset();
        this.arena = Arena.ofAuto();
        this.events = arena.allocate(stride * capacity, 8);
    }

    /**
     * {@return a new, empty set}
     *
     * @param kernel where
     * @param capacity events a single wait can report, at least 1
     * @throws io.ebpf4j.kernel.BpfException if the kernel refuses
     */
    public static Epoll open(Kernel kernel, int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("no room for an event: " + capacity);
        }
        return new Epoll(Fd.own(kernel, Failure.check("epoll_create1", kernel.epollCreate(), ""), "epoll"), capacity);
    }

    /**
     * Watches a descriptor.
     *
     * @param watched the descriptor
     * @param interest {@code EPOLL*}
     * @param data what {@link #data(int)} gives back for it
     * @throws io.ebpf4j.kernel.BpfException if the kernel refuses
     */
    public void add(Fd watched, int interest, long data) {
        control("epoll_ctl(EPOLL_CTL_ADD)", Constants.EPOLL_CTL_ADD, watched, interest, data);
    }

    /**
     * Watches a descriptor no more.
     *
     * @param watched the descriptor
     * @throws io.ebpf4j.kernel.BpfException if the kernel refuses
     */
    public void remove(Fd watched) {
        control("epoll_ctl(EPOLL_CTL_DEL)", Constants.EPOLL_CTL_DEL, watched, 0, 0);
    }

    private void control(String call, int operation, Fd watched, int interest, long data) {
        int set = fd.acquire();
        try {
            int number = watched.acquire();
            try {
                int result = fd.kernel().epollCtl(set, operation, number, interest, data);
                if (result < 0) {
                    throw Failure.of(call, result, watched.what());
                }
            } finally {
                watched.release();
            }
        } finally {
            fd.release();
        }
    }

    /**
     * Waits for events. A signal does not end the wait: it goes on until the deadline that was set at the call.
     *
     * @param timeoutNanos nanoseconds to wait, rounded up to milliseconds; 0 only looks, negative waits for ever
     * @return number of events, 0 when the time is up
     * @throws io.ebpf4j.kernel.BpfException if the kernel refuses
     */
    public int await(long timeoutNanos) {
        long start = System.nanoTime();
        long left = timeoutNanos;
        int number = fd.acquire();
        try {
            while (true) {
                int result = fd.kernel().epollWait(number, events, capacity, millis(left));
                if (result > 0 || (result == 0 && (timeoutNanos == 0 || left <= NANOS_PER_MILLI * Integer.MAX_VALUE))) {
                    return result;
                }
                if (result < 0 && result != -Errno.EINTR.code()) {
                    throw Failure.of("epoll_wait", result, fd.what());
                }
                if (timeoutNanos >= 0) {
                    left = Math.max(0, timeoutNanos - (System.nanoTime() - start));
                }
            }
        } finally {
            fd.release();
        }
    }

    private static int millis(long nanos) {
        if (nanos < 0) {
            return -1;
        }
        long millis = nanos / NANOS_PER_MILLI + (nanos % NANOS_PER_MILLI == 0 ? 0 : 1);
        return (int) Math.min(millis, Integer.MAX_VALUE);
    }

    /**
     * {@return the data of an event of the last wait}
     *
     * @param index from 0 to what {@link #await} returned
     */
    public long data(int index) {
        return events.get(ValueLayout.JAVA_LONG_UNALIGNED, index * stride + dataOffset);
    }

    /**
     * {@return the {@code EPOLL*} bits of an event of the last wait}
     *
     * @param index from 0 to what {@link #await} returned
     */
    public int events(int index) {
        return events.get(ValueLayout.JAVA_INT_UNALIGNED, index * stride);
    }

    /** Closes the set. A thread that waits in it is not woken; wake it by an {@link EventFd} first. */
    @Override
    public void close() {
        fd.close();
    }
}
