package io.ebpf4j.ring;

import io.ebpf4j.kernel.sys.Fd;
import java.util.List;

/** What a poller waits for and drains. */
abstract sealed class PollSource implements AutoCloseable permits RingBuffer, PerfBuffer {
    /** The descriptors that become readable when there is something. */
    abstract List<Fd> descriptors();

    /** Takes no record that was begun after this, until {@link #unmark}: what comes meanwhile is of the next round. */
    abstract void mark();

    /** Takes all records again. */
    abstract void unmark();

    /** Whether the consumer may sleep: there is nothing to take, and whoever brings something will wake it. */
    abstract boolean isIdle();

    @Override
    public abstract void close();
}
