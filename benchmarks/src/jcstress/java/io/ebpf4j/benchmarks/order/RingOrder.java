package io.ebpf4j.benchmarks.order;

import io.ebpf4j.ring.RingBuffer;
import io.ebpf4j.ring.Verdict;
import io.ebpf4j.ring.ViewHandler;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;

/**
 * A consumer never sees a record before its bytes, and gives space back only after it has read: the producer does what kernel/bpf/ringbuf.c does, and the
 * consumer is {@link RingBuffer} itself.
 */
public final class RingOrder {
    private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();
    private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();
    private static final int BUSY = 1 << 31;
    private static final int SIZE = 64;
    private static final int LENGTH = 8;
    private static final int STRIDE = 16;

    private RingOrder() {}

    /** A ring of four records in plain memory with its producer. */
    private abstract static class Ring {
        private final Arena arena = Arena.ofAuto();
        final MemorySegment consumer = arena.allocate(64, 64);
        final MemorySegment producer = arena.allocate(64, 64);
        final MemorySegment data = arena.allocate(2 * SIZE, 64);
        final RingBuffer ring = RingBuffer.over("order", consumer, producer, data);
        long seen;

        final ViewHandler take = record -> {
            seen = record.getLong(0);
            return Verdict.CONTINUE;
        };

        /** Reserve, write, submit. */
        final boolean produce(long value) {
            long consumed = (long) LONG.getAcquire(consumer, 0L);
            long position = (long) LONG.get(producer, 0L);
            if (position + STRIDE - consumed > SIZE) {
                return false;
            }
            long at = position & SIZE - 1;
            INT.set(data, at, LENGTH | BUSY);
            LONG.setRelease(producer, 0L, position + STRIDE);
            LONG.set(data, at + 8, value);
            INT.getAndSet(data, at, LENGTH);
            return true;
        }
    }

    /** Whoever sees the header without the busy bit sees the payload. */
    @JCStressTest
    @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "nothing yet")
    @Outcome(id = "1, 42", expect = Expect.ACCEPTABLE, desc = "the record and its bytes")
    @Outcome(expect = Expect.FORBIDDEN, desc = "a record without its bytes")
    @State
    public static class Payload extends Ring {
        /** The kernel. */
        @Actor
        public void write() {
            produce(42);
        }

        /** The consumer. */
        @Actor
        public void read(JJ_Result result) {
            result.r1 = ring.drain(take);
            result.r2 = seen;
        }
    }

    /** A producer that sees the space given back overwrites nothing that is still read. */
    @JCStressTest
    @Outcome(id = "4, 4", expect = Expect.ACCEPTABLE, desc = "all four read before the space was used again")
    @Outcome(id = "5, 5", expect = Expect.ACCEPTABLE, desc = "the fifth came in time")
    @Outcome(expect = Expect.FORBIDDEN, desc = "a record was overwritten while it was read")
    @State
    public static class Space extends Ring {
        private long drained;
        private long inOrder;

        private final ViewHandler count = record -> {
            if (record.getLong(0) == inOrder + 1) {
                inOrder++;
            }
            return Verdict.CONTINUE;
        };

        /** A full ring. */
        public Space() {
            for (long value = 1; value <= 4; value++) {
                produce(value);
            }
        }

        /** The kernel, which waits for room. */
        @Actor
        public void write() {
            while (!produce(5)) {
                Thread.onSpinWait();
            }
        }

        /** The consumer. */
        @Actor
        public void read() {
            drained = ring.drain(count);
        }

        /** What it came to. */
        @Arbiter
        public void result(JJ_Result result) {
            result.r1 = drained;
            result.r2 = inOrder;
        }
    }

    /** Of a consumer that is about to sleep and a producer that commits, one sees the other: no wake-up is lost. */
    @JCStressTest
    @Outcome(id = {"1, 0", "0, 1", "1, 1"}, expect = Expect.ACCEPTABLE, desc = "the consumer stays up, or is woken")
    @Outcome(id = "0, 0", expect = Expect.FORBIDDEN, desc = "it sleeps, and nobody wakes it")
    @State
    public static class WakeUp extends Ring {
        /** A record that was read, whose space is not given back yet. */
        public WakeUp() {
            produce(1);
        }

        /** The kernel: commits the second record, and wakes where the consumer's position is at it. */
        @Actor
        public void write(JJ_Result result) {
            produce(2);
            VarHandle.fullFence();
            result.r2 = (long) LONG.getAcquire(consumer, 0L) == STRIDE ? 1 : 0;
        }

        /** The consumer: drains, and looks once more before it sleeps. One drain publishes, the second stands for the look. */
        @Actor
        public void read(JJ_Result result) {
            long first = ring.drain(take);
            VarHandle.fullFence();
            result.r1 = first > 1 || ring.drain(take) > 0 ? 1 : 0;
        }
    }
}
