package io.ebpf4j.ring;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * What the kernel does on its side of a ring (kernel/bpf/ringbuf.c), for rings in plain memory: reserve under a lock,
 * submit or discard without one, wake when the committed record is the one the consumer waits at.
 */
final class RingProducer {
    private static final int BUSY = 1 << 31;
    private static final int DISCARD = 1 << 30;
    private static final long HEADER = 8;
    private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();
    private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();

    private final MemorySegment consumer;
    private final MemorySegment producer;
    private final MemorySegment data;
    private final long mask;
    private final Runnable wake;

    RingProducer(MemorySegment consumer, MemorySegment producer, MemorySegment data, Runnable wake) {
        this.consumer = consumer;
        this.producer = producer;
        this.data = data;
        this.mask = data.byteSize() / 2 - 1;
        this.wake = wake;
    }

    /** Where in the data the payload may be written, or -1 when there is no room. */
    synchronized long reserve(int length) {
        long consumed = (long) LONG.getAcquire(consumer, 0L);
        long position = (long) LONG.get(producer, 0L);
        long next = position + ((length + HEADER + 7) & -8L);
        if (next - consumed > mask) {
            return -1;
        }
        long header = position & mask;
        INT.set(data, header, length | BUSY);
        INT.set(data, header + 4, (int) (header >>> 12));
        LONG.setRelease(producer, 0L, next);
        return header + HEADER;
    }

    void submit(long payload) {
        commit(payload, 0);
    }

    void discard(long payload) {
        commit(payload, DISCARD);
    }

    private void commit(long payload, int flag) {
        long header = payload - HEADER;
        int length = (int) INT.get(data, header) & ~BUSY;
        INT.getAndSet(data, header, length | flag);
        VarHandle.fullFence();
        if (((long) LONG.getAcquire(consumer, 0L) & mask) == header) {
            wake.run();
        }
    }

    boolean send(byte[] payload) {
        long at = reserve(payload.length);
        if (at < 0) {
            return false;
        }
        MemorySegment.copy(payload, 0, data, ValueLayout.JAVA_BYTE, at, payload.length);
        submit(at);
        return true;
    }
}
