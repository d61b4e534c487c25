package io.ebpf4j.kernel.sys;

import io.ebpf4j.kernel.Errno;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A file descriptor and the duty to close it.
 *
 * <p>It closes once, may be used from any thread until then, and answers {@link IllegalStateException} afterwards. A
 * thread that may race with the close takes the number by {@link #acquire()} and gives it back by {@link #release()}:
 * meanwhile the descriptor stays open, so its number cannot come to mean another file. One that is dropped without being
 * closed is reported to the logger {@code io.ebpf4j.kernel} with the stack that made it, and stays open.
 */
public final class Fd implements AutoCloseable {
    private static final int CLOSED = Integer.MIN_VALUE;

    private final Kernel kernel;
    private final int number;
    private final String what;
    private final AtomicInteger users = new AtomicInteger();
    private final Runnable settled;

    private Fd(Kernel kernel, int number, String what) {
        this.kernel = kernel;
        this.number = number;
        this.what = what;
        this.settled = LeakWitness.watch(this, "file descriptor " + number + " (" + what + ")");
    }

    /**
     * {@return the owner of a descriptor}
     *
     * @param kernel where it came from
     * @param number the descriptor
     * @param what what it is, for messages
     */
    public static Fd own(Kernel kernel, int number, String what) {
        if (number < 0) {
            throw new IllegalArgumentException("not a descriptor: " + number);
        }
        return new Fd(kernel, number, what);
    }

    /**
     * {@return the number}
     *
     * @throws IllegalStateException if it is closed
     */
    public int number() {
        if (users.get() < 0) {
            throw closed();
        }
        return number;
    }

    /**
     * Takes the number for a call; every success is followed by one {@link #release()}.
     *
     * @return the number, open until it is released
     * @throws IllegalStateException if it is closed
     */
    public int acquire() {
        if (users.getAndUpdate(state -> state < 0 ? state : state + 1) < 0) {
            throw closed();
        }
        return number;
    }

    /** Gives back what {@link #acquire()} took. The last one closes the descriptor if it is to be closed. */
    public void release() {
        if (users.decrementAndGet() == CLOSED) {
            closeNow();
        }
    }

    /** {@return whether it was closed} */
    public boolean isClosed() {
        return users.get() < 0;
    }

    /** {@return what it is} */
    public String what() {
        return what;
    }

    /** {@return the kernel it came from} */
    public Kernel kernel() {
        return kernel;
    }

    /**
     * {@return another descriptor of the same open file, with an owner of its own}
     *
     * @throws IllegalStateException if it is closed
     */
    public Fd dup() {
        int from = acquire();
        try {
            int result = kernel.fcntl(from, Constants.F_DUPFD_CLOEXEC, 0);
            return own(kernel, Failure.check("fcntl(F_DUPFD_CLOEXEC)", result, what), what);
        } finally {
            release();
        }
    }

    /** Closes it, once; if a call is using it, when that call is done. */
    @Override
    public void close() {
        int before = users.getAndUpdate(state -> state < 0 ? state : state + CLOSED);
        if (before == 0) {
            closeNow();
        }
    }

    private void closeNow() {
        settled.run();
        int result = kernel.close(number);
        // EINTR: the descriptor is gone all the same, and a second try might close someone else's
        if (result < 0 && result != -Errno.EINTR.code()) {
            throw Failure.of("close", result, what + " (descriptor " + number + ")");
        }
    }

    private IllegalStateException closed() {
        return new IllegalStateException(what + " (descriptor " + number + ") is closed");
    }

    @Override
    public String toString() {
        return what + " (descriptor " + number + (isClosed() ? ", closed)" : ")");
    }
}
