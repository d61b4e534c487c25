package io.ebpf4j.ring;

import io.ebpf4j.kernel.sys.Memory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * The loop over one CPU's samples. It stands alone so that it can be loaded once more for another class of handler: see
 * {@link HandlerLoops}; and it reads at absolute addresses for the reasons that {@link RingLoop} gives.
 */
final class PerfLoop implements PerfDrainLoop {
    private static final MemorySegment ALL = Memory.all();
    private static final VarHandle POSITION = ValueLayout.JAVA_LONG.varHandle().withInvokeExactBehavior();

    @Override
    public boolean run(PerfRing ring, PerfHandler handler, long budget, ConsumerGate gate) {
        RecordView view = ring.inPlace;
        long control = ring.control;
        long base = ring.data;
        long around = ring.mask;
        int cpu = ring.cpu();
        long position = (long) POSITION.getAcquire(ALL, control + PerfRing.TAIL);
        int raw = 0;
        // Samples that were handed over and that the ring has not counted yet.
        int alike = 0;
        try {
            while (true) {
                long head = ring.head(position);
                if (head == position) {
                    return true;
                }
                long limit = Math.min(head, position + ring.quantum);
                do {
                    long at = position & around;
                    long address = base + at & RecordView.ADDRESS;
                    long header = ALL.get(ValueLayout.JAVA_LONG, address);
                    int length = ring.length(position, at, head);
                    if ((int) header != PerfRing.RECORD_SAMPLE || at + length > ring.size) {
                        position += length;
                        if (!ring.take(handler, at, length)) {
                            return false;
                        }
                        if (ring.count() == budget) {
                            return true;
                        }
                        continue;
                    }
                    raw = ring.rawLength(at, length);
                    // As in the ring buffer: samples with the same header and length in a row, up to the ring's end,
                    // for
                    // the one that goes over it is in two pieces.
                    long last = Math.min(Math.min(head - length, limit - 1), position - at + ring.size - length);
                    int most = (int) Math.min(budget - ring.count(), RecordView.MOST_ALIKE);
                    Verdict verdict = Verdict.CONTINUE;
                    while (alike < most) {
                        alike++;
                        position += length;
                        view.moveTo(address + PerfRing.RAW, raw);
                        verdict = handler.handle(cpu, view);
                        if (verdict == Verdict.STOP) {
                            break;
                        }
                        address = base + (position & around) & RecordView.ADDRESS;
                        if (position > last
                                || ALL.get(ValueLayout.JAVA_LONG, address) != header
                                || ALL.get(ValueLayout.JAVA_INT, address + PerfRing.HEADER) != raw) {
                            break;
                        }
                    }
                    ring.add(alike, raw);
                    alike = 0;
                    if (verdict == Verdict.STOP) {
                        return false;
                    }
                    if (ring.count() == budget) {
                        return true;
                    }
                } while (position < limit);
                POSITION.setRelease(ALL, control + PerfRing.TAIL, position);
                if (gate.isClosing()) {
                    return false;
                }
            }
        } finally {
            ring.add(alike, raw);
            ring.forget();
            POSITION.setRelease(ALL, control + PerfRing.TAIL, position);
        }
    }
}
