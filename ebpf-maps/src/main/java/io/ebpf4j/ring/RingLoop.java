package io.ebpf4j.ring;

import io.ebpf4j.kernel.sys.Memory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * The loop over the records of a ring. It stands alone so that it can be loaded once more for another class of handler:
 * see {@link HandlerLoops}.
 *
 * <p>Positions and headers are read at absolute addresses through one constant segment, so that the JIT has neither
 * bounds nor a life to look at. That is sound because the ring's mapping cannot end while the ring is taken, and because
 * every address is the ring's start plus a position under its mask, with a length that was compared with the producer's
 * position.
 */
final class RingLoop implements DrainLoop {
    /** {@code BPF_RINGBUF_BUSY_BIT}: the program has not finished the record. */
    private static final int BUSY = 1 << 31;

    /** {@code BPF_RINGBUF_DISCARD_BIT}: the program gave the record up. */
    private static final int DISCARD = 1 << 30;

    /** How often a busy record is looked at before the drain ends: about a microsecond. */
    private static final int BUSY_SPINS = 64;

    private static final MemorySegment ALL = Memory.all();
    private static final VarHandle POSITION = ValueLayout.JAVA_LONG.varHandle().withInvokeExactBehavior();
    private static final VarHandle WORD = ValueLayout.JAVA_INT.varHandle().withInvokeExactBehavior();

    @Override
    public long run(RingBuffer ring, ViewHandler handler, long budget) {
        // Fields are copied to locals because the handler is an unknown call: the JIT would read them anew after it.
        RecordView view = ring.view;
        long base = ring.data;
        long around = ring.mask;
        long position = ring.consumed;
        long end = ring.produced;
        long count = 0;
        long skipped = 0;
        long payload = 0;
        int length = 0;
        // Records that were handed over since the three sums above were made.
        int alike = 0;
        try {
            turns:
            while (count < budget) {
                if (position == end) {
                    end = ring.refresh(position);
                    if (position == end) {
                        break;
                    }
                }
                long limit = Math.min(end, position + ring.quantum);
                do {
                    long address = base + (position & around) & RecordView.ADDRESS;
                    int header = (int) WORD.getAcquire(ALL, address);
                    if (header < 0) {
                        header = awaitCommit(address);
                        if (header < 0) {
                            break turns;
                        }
                    }
                    length = header & ~DISCARD;
                    long stride = (length + RingBuffer.HEADER + 7) & -8L;
                    if (stride > end - position) {
                        throw ring.lie(position, length, end);
                    }
                    if (header != length) {
                        skipped++;
                        position += stride;
                        continue;
                    }
                    // Records with the same header in a row. Where the next header is the same, the processor need not
                    // wait for it to know where the one after lies: it goes ahead on the branch, and fetches several at
                    // a
                    // time. All that does not change between them is kept out of this loop, for its instructions are
                    // what
                    // a record costs.
                    long last = Math.min(end - stride, limit - 1);
                    int most = (int) Math.min(budget - count, RecordView.MOST_ALIKE);
                    Verdict verdict = Verdict.CONTINUE;
                    while (alike < most) {
                        alike++;
                        position += stride;
                        view.moveTo(address + RingBuffer.HEADER, length);
                        verdict = handler.handle(view);
                        if (verdict == Verdict.STOP) {
                            break;
                        }
                        address = base + (position & around) & RecordView.ADDRESS;
                        if (position > last || (int) WORD.getAcquire(ALL, address) != header) {
                            break;
                        }
                    }
                    count += alike;
                    payload += (long) alike * length;
                    alike = 0;
                    if (verdict == Verdict.STOP || count == budget) {
                        break turns;
                    }
                } while (position < limit);
                POSITION.setRelease(ALL, ring.consumer, position);
                if (ring.isClosing()) {
                    break;
                }
            }
            return count;
        } finally {
            view.leave();
            ring.end(position, end, count + alike, skipped, payload + (long) alike * length);
        }
    }

    /** A program is between reserve and submit: a short time, unless it was interrupted or sleeps. */
    private static int awaitCommit(long address) {
        int header = BUSY;
        for (int spin = 0; spin < BUSY_SPINS && header < 0; spin++) {
            Thread.onSpinWait();
            header = (int) WORD.getAcquire(ALL, address);
        }
        return header;
    }
}
