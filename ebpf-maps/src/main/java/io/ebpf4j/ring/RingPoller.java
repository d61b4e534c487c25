package io.ebpf4j.ring;

import java.time.Duration;

/** Waits for many rings at once. Bodies follow with the kernel door. */
public final class RingPoller implements AutoCloseable {
    private RingPoller() {}

    /** {@return a poller without rings} */
    public static RingPoller create() {
        throw new UnsupportedOperationException("being written");
    }

    /**
     * Adds a ring, which the poller closes from now on.
     *
     * @param ring the ring
     * @param handler takes its records
     * @param budget records at most before another ring has its turn
     */
    public void add(RingBuffer ring, RecordHandler handler, long budget) {
        throw new UnsupportedOperationException("being written");
    }

    /**
     * Waits for records and hands them to the handlers.
     *
     * @param timeout how long to wait for the first record
     * @return records delivered
     */
    public long poll(Duration timeout) {
        throw new UnsupportedOperationException("being written");
    }

    /** Makes a waiting {@link #poll} return, from any thread. */
    public void wakeup() {
        throw new UnsupportedOperationException("being written");
    }

    /** Ends polling, waits for it, and closes the rings. */
    @Override
    public void close() {
        throw new UnsupportedOperationException("being written");
    }
}
