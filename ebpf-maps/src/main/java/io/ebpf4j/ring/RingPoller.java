package io.ebpf4j.ring;

import io.ebpf4j.kernel.sys.Constants;
import io.ebpf4j.kernel.sys.Epoll;
import io.ebpf4j.kernel.sys.EventFd;
import io.ebpf4j.kernel.sys.Fd;
import io.ebpf4j.kernel.sys.Kernel;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Waits for many rings at once and hands their records to handlers.
 *
 * <p>{@snippet :
 * try (RingPoller poller = RingPoller.create()) {
 *     poller.add(RingBuffer.open(map), record -> {
 *         count(record.getInt(0));
 *         return Verdict.CONTINUE;
 *     });
 *     while (running) {
 *         poller.poll(Duration.ofSeconds(1));
 *     }
 * }
 * }
 *
 * <p><b>Threads.</b> Polling blocks in a system call, which holds on to the carrier of a virtual thread and is not ended
 * by {@link Thread#interrupt()}: poll from a platform thread, one at a time. {@link #wakeup} and {@link #close} end the
 * wait from any other thread; close waits until the handlers are done before anything is unmapped. {@link #run} polls
 * until then: {@code Thread.ofPlatform().daemon().name("events").start(poller)}.
 *
 * <p><b>Fairness.</b> Every round gives each ring its turn of at most its budget, so a busy ring delays another one by
 * no more than its own budget.
 *
 * <p><b>Order.</b> Rings are drained in the order in which they were added, each as far as it was filled when the round
 * began, and the later ones were looked at first; a ring alone is drained to its end. So a record of one ring that another ring's record was the cause of is
 * delivered after it, where the cause's ring was added before and its budget was not used up. Perf buffers take no part.
 *
 * <p>Polling allocates nothing.
 */
public final class RingPoller implements AutoCloseable, Runnable {
    /** Records a ring may deliver before the next one has its turn, where nothing else was said. */
    public static final long DEFAULT_BUDGET = 4096;

    private static final long WAKE = -1;
    private static final int EVENTS = 16;
    private static final long FOREVER = Long.MAX_VALUE;
    private static final Duration GREATEST = Duration.ofNanos(FOREVER);

    /** A ring, its handler and its budget. */
    private sealed interface Source {
        PollSource ring();

        long drain();
    }

    private record Ring(RingBuffer ring, ViewHandler handler, long budget) implements Source {
        @Override
        public long drain() {
            return ring.drain(handler, budget);
        }
    }

    private record Perf(PerfBuffer ring, PerfHandler handler, long budget) implements Source {
        @Override
        public long drain() {
            return ring.drain(handler, budget);
        }
    }

    private final Epoll epoll;
    private final EventFd wake;
    private final ReentrantLock polling = new ReentrantLock();
    private volatile Source[] sources = {};
    private volatile boolean closing;
    private boolean closed;

    private RingPoller(Epoll epoll, EventFd wake) {
        this.epoll = epoll;
        this.wake = wake;
    }

    /**
     * {@return a poller without rings, to be closed}
     *
     * @throws io.ebpf4j.kernel.BpfException if the kernel refuses
     */
    public static RingPoller create() {
        return create(Kernel.system());
    }

    /**
     * {@return a poller without rings, to be closed}
     *
     * @param kernel where
     * @throws io.ebpf4j.kernel.BpfException if the kernel refuses
     */
    @SuppressWarnings("exports") // the seam is for ebpf4j's own modules and their tests
    public static RingPoller create(Kernel kernel) {
        Epoll epoll = Epoll.open(kernel, EVENTS);
        try {
            EventFd wake = EventFd.open(kernel);
            try {
                epoll.add(wake.fd(), Constants.EPOLLIN, WAKE);
                return new RingPoller(epoll, wake);
            } catch (RuntimeException e) {
                wake.close();
                throw e;
            }
        } catch (RuntimeException e) {
            epoll.close();
            throw e;
        }
    }

    /**
     * Adds a ring with the {@linkplain #DEFAULT_BUDGET usual budget}.
     *
     * @param ring the ring; from now on this poller drains it and closes it
     * @param handler takes its records
     * @throws IllegalStateException if the poller is closed, or the ring has nothing to wait for
     */
    public void add(RingBuffer ring, ViewHandler handler) {
        add(ring, handler, DEFAULT_BUDGET);
    }

    /**
     * Adds a ring, also while another thread polls.
     *
     * @param ring the ring; from now on this poller drains it and closes it
     * @param handler takes its records
     * @param budget records it may deliver before the next ring has its turn, at least 1
     * @throws IllegalStateException if the poller is closed, or the ring has nothing to wait for
     */
    public void add(RingBuffer ring, ViewHandler handler, long budget) {
        add(new Ring(ring, handler, checked(budget)));
    }

    /**
     * {@link #add(RingBuffer, ViewHandler)} for handlers that read a memory segment.
     *
     * @param ring the ring; from now on this poller drains it and closes it
     * @param handler takes its records
     * @throws IllegalStateException if the poller is closed, or the ring has nothing to wait for
     */
    public void add(RingBuffer ring, RecordHandler handler) {
        add(ring, (ViewHandler) handler, DEFAULT_BUDGET);
    }

    /**
     * {@link #add(RingBuffer, ViewHandler, long)} for handlers that read a memory segment.
     *
     * @param ring the ring; from now on this poller drains it and closes it
     * @param handler takes its records
     * @param budget records it may deliver before the next ring has its turn, at least 1
     * @throws IllegalStateException if the poller is closed, or the ring has nothing to wait for
     */
    public void add(RingBuffer ring, RecordHandler handler, long budget) {
        add(ring, (ViewHandler) handler, budget);
    }

    /**
     * Adds a ring whose records are taken by address, also while another thread polls.
     *
     * <p><b>Advanced.</b> See {@link AddressHandler}.
     *
     * @param ring the ring; from now on this poller drains it and closes it
     * @param handler takes its records
     * @param budget records it may deliver before the next ring has its turn, at least 1
     * @throws IllegalStateException if the poller is closed, or the ring has nothing to wait for
     */
    public void addAddresses(RingBuffer ring, AddressHandler handler, long budget) {
        add(ring, (ViewHandler) handler, budget);
    }

    /**
     * Adds a perf buffer, also while another thread polls.
     *
     * @param buffer the perf buffer; from now on this poller drains it and closes it
     * @param handler takes its samples
     * @param budget samples it may deliver before the next ring has its turn, at least 1
     * @throws IllegalStateException if the poller is closed
     */
    public void add(PerfBuffer buffer, PerfHandler handler, long budget) {
        add(new Perf(buffer, handler, checked(budget)));
    }

    private static long checked(long budget) {
        if (budget < 1) {
            throw new IllegalArgumentException("a budget of " + budget + " records");
        }
        return budget;
    }

    private synchronized void add(Source source) {
        if (closing) {
            throw new IllegalStateException("the poller is closed");
        }
        // Edge-triggered: the wait then ends when a producer wakes us and not because there is data, so a record that
        // is
        // being written for long does not turn the wait into a spin. No wake-up is lost by it: see RingBuffer.isIdle.
        for (Fd descriptor : source.ring().descriptors()) {
            epoll.add(descriptor, Constants.EPOLLIN | Constants.EPOLLET, 0);
        }
        Source[] more = Arrays.copyOf(sources, sources.length + 1);
        more[sources.length] = source;
        sources = more;
        wake.signal();
    }

    /**
     * Gives each ring one turn; where none has anything, waits until one has, and gives each ring another turn.
     *
     * <p>Programs that submit with {@code BPF_RB_NO_WAKEUP} end no wait: their records are delivered when the time is up.
     *
     * @param timeout how long to wait for a first record at most; zero looks and does not wait
     * @return records delivered; 0 when the time was up or {@link #wakeup} was called
     * @throws IllegalStateException if the poller is closed, another thread polls it, or this is a virtual thread
     * @throws io.ebpf4j.kernel.InvalidObjectException if a ring makes no sense
     */
    public long poll(Duration timeout) {
        if (closing) {
            throw new IllegalStateException("the poller is closed");
        }
        long nanos = timeout.compareTo(GREATEST) >= 0 ? FOREVER : timeout.toNanos();
        return pollNanos(Math.max(0, nanos));
    }

    private long pollNanos(long timeout) {
        if (timeout > 0 && Thread.currentThread().isVirtual()) {
            throw new IllegalStateException(
                    "a wait would block the carrier of this virtual thread: poll from a platform " + "thread");
        }
        if (polling.isHeldByCurrentThread() || !polling.tryLock()) {
            throw new IllegalStateException("the poller is polled already: one thread at a time");
        }
        try {
            return closing ? 0 : pollLocked(timeout);
        } finally {
            if (closing) {
                release();
            }
            polling.unlock();
        }
    }

    private long pollLocked(long timeout) {
        long start = System.nanoTime();
        while (true) {
            long delivered = turn();
            if (delivered > 0 || timeout == 0 || closing) {
                return delivered;
            }
            long left = timeout == FOREVER ? -1 : timeout - (System.nanoTime() - start);
            if (timeout != FOREVER && left <= 0) {
                return 0;
            }
            if (allIdle() && isWakeup(epoll.await(left))) {
                return turn();
            }
        }
    }

    private long turn() {
        Source[] all = sources;
        // A ring alone has nobody to wait for, and a live producer's records are best taken while it writes.
        for (int i = all.length - 1; i >= 0 && all.length > 1; i--) {
            all[i].ring().mark();
        }
        long delivered = 0;
        try {
            for (Source source : all) {
                if (closing) {
                    break;
                }
                delivered += source.drain();
            }
        } finally {
            for (Source source : all) {
                source.ring().unmark();
            }
        }
        return delivered;
    }

    private boolean allIdle() {
        for (Source source : sources) {
            if (!source.ring().isIdle()) {
                return false;
            }
        }
        return true;
    }

    private boolean isWakeup(int events) {
        boolean woken = false;
        for (int i = 0; i < events; i++) {
            if (epoll.data(i) == WAKE) {
                wake.clear();
                woken = true;
            }
        }
        return woken;
    }

    /** Polls until {@link #close} is called. What a handler throws ends it. */
    @Override
    public void run() {
        while (!closing) {
            pollNanos(FOREVER);
        }
    }

    /** Makes the poll that waits, or else the next one that would wait, return. From any thread. */
    public void wakeup() {
        wake.signal();
    }

    /**
     * Ends polling, waits until handlers are done, and closes the rings. Once; from any thread. Called from a handler,
     * all this happens when its poll returns.
     */
    @Override
    public void close() {
        synchronized (this) {
            closing = true;
        }
        wake.signal();
        if (polling.isHeldByCurrentThread()) {
            return;
        }
        polling.lock();
        try {
            release();
        } finally {
            polling.unlock();
        }
    }

    /** With the lock held. */
    private void release() {
        if (closed) {
            return;
        }
        closed = true;
        RuntimeException failure = null;
        for (Source source : sources) {
            try {
                source.ring().close();
            } catch (RuntimeException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        epoll.close();
        wake.close();
        if (failure != null) {
            throw failure;
        }
    }
}
