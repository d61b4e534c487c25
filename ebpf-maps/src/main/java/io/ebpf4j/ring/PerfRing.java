package io.ebpf4j.ring;

import io.ebpf4j.kernel.InvalidObjectException;
import io.ebpf4j.kernel.sys.Memory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * One CPU's part of a perf buffer: a control page ({@code struct perf_event_mmap_page}) and a ring of records.
 *
 * <p>Source of the layout: {@code include/uapi/linux/perf_event.h}. A record begins with {@code struct
 * perf_event_header}: u32 type, u16 misc, u16 size with the header. A sample goes on with a u32 length and the bytes, a
 * loss with a u64 id and the u64 number of records lost.
 *
 * <p><b>Memory order</b> (kernel/events/ring_buffer.c). {@code data_head} is read with acquire: the records before it are
 * then visible to plain reads. {@code data_tail} is written with release, after the last read of what it gives back. The
 * kernel pairs both with barriers of its own.
 *
 * <p>Unlike a BPF ring this one is mapped once: a record that goes over its end is in two pieces, and is put together in
 * memory of our own.
 */
final class PerfRing {
    /** Offset of {@code data_head} in the control page. */
    static final long HEAD = 1024;

    /** Offset of {@code data_tail} in the control page. */
    static final long TAIL = 1032;

    static final int RECORD_LOST = 2;
    static final int RECORD_SAMPLE = 9;

    static final long HEADER = 8;
    private static final long SIZE = 6; // of the record, in its header
    static final long RAW = 12; // from the record to the bytes of a sample
    private static final long LOST = 16; // from the record to the number of those lost
    private static final int GREATEST_RECORD = 1 << 16; // the size has sixteen bits

    /** Give space back after this many bytes, or a quarter of the ring. */
    private static final long COMMIT_BYTES = 16 << 10;

    private static final MemorySegment ALL = Memory.all();
    private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final VarHandle POSITION = ValueLayout.JAVA_LONG.varHandle().withInvokeExactBehavior();

    private final String name;
    private final int cpu;
    private final MemorySegment records;
    private final MemorySegment pieces;
    private final RecordView joined;
    // Read by the drain loop, which is a class of its own.
    final long control;
    final long data;
    final long size;
    final long mask;
    final long quantum;
    final RecordView inPlace;

    // Of the last drain; the buffer adds them up.
    private long count;
    private long lost;
    private long bytes;

    // Where the last snapshot of an overwritable ring began.
    private long snapshot;

    /** The control page and the data are memory of the arena, or live as long. */
    PerfRing(String name, int cpu, MemorySegment controlPage, MemorySegment records, Arena arena) {
        this.name = name;
        this.cpu = cpu;
        this.records = records;
        this.control = controlPage.address();
        this.data = records.address();
        this.size = records.byteSize();
        this.mask = size - 1;
        this.quantum = Math.min(COMMIT_BYTES, size / 4);
        this.inPlace = new RecordView(records);
        this.pieces = arena.allocate(GREATEST_RECORD, 8);
        this.joined = new RecordView(pieces.asReadOnly());
    }

    int cpu() {
        return cpu;
    }

    long count() {
        return count;
    }

    long lost() {
        return lost;
    }

    long bytes() {
        return bytes;
    }

    boolean isEmpty() {
        return (long) POSITION.getAcquire(ALL, control + HEAD) == (long) POSITION.getAcquire(ALL, control + TAIL);
    }

    /** Hands over the oldest records first. Whether to go on with the next CPU. */
    boolean drain(PerfDrainLoop loop, PerfHandler handler, long budget, ConsumerGate gate) {
        clearCounts();
        return loop.run(this, handler, budget, gate);
    }

    /** How far the kernel is. */
    long head(long position) {
        long head = (long) POSITION.getAcquire(ALL, control + HEAD);
        if (head - position < 0 || head - position > size || ((head | position) & 7) != 0) {
            throw lie(position, "the position " + head + " in a ring of " + size + " bytes");
        }
        return head;
    }

    /** The length of a record with its header. */
    int length(long position, long at, long head) {
        int length = Short.toUnsignedInt(ALL.get(ValueLayout.JAVA_SHORT, data + at + SIZE));
        if (length < HEADER || length > head - position || (length & 7) != 0) {
            throw lie(position, "a record of " + length + " bytes before the position " + head);
        }
        return length;
    }

    /** The length of a sample in a record in one piece. */
    int rawLength(long at, long length) {
        return rawLength(at, data + at, length);
    }

    private int rawLength(long at, long address, long length) {
        long raw =
                length < RAW ? Long.MAX_VALUE : Integer.toUnsignedLong(ALL.get(ValueLayout.JAVA_INT, address + HEADER));
        if (raw > length - RAW) {
            throw lie(at, "a sample of " + raw + " bytes in a record of " + length);
        }
        return (int) raw;
    }

    /** Counts samples of one length that were handed over. */
    void add(int samples, int raw) {
        count += samples;
        bytes += (long) samples * raw;
    }

    /**
     * Hands over the newest records first, those that no snapshot had, of a ring that is written backwards and is not
     * written now.
     */
    boolean snapshot(PerfHandler handler, long budget) {
        clearCounts();
        long head = (long) POSITION.getAcquire(ALL, control + HEAD);
        // It counts down from zero. What lies further back than the ring is long has been overwritten.
        long span = snapshot - head;
        if (span < 0 || ((head | snapshot) & 7) != 0) {
            throw lie(head, "a position after the earlier one " + snapshot);
        }
        long end = Math.min(span, size);
        snapshot = head;
        try {
            long scanned = 0;
            while (scanned < end) {
                long at = head + scanned & mask;
                long length = Short.toUnsignedLong(ALL.get(ValueLayout.JAVA_SHORT, data + at + SIZE));
                // The oldest may be overwritten in part: then its length leaves the ring, or is what is no length.
                if (length < HEADER || length > end - scanned || (length & 7) != 0) {
                    return true;
                }
                scanned += length;
                if (!take(handler, at, length)) {
                    return false;
                }
                if (count == budget) {
                    return true;
                }
            }
            return true;
        } finally {
            forget();
        }
    }

    /** Whether to go on. */
    boolean take(PerfHandler handler, long at, long length) {
        RecordView view = inPlace;
        long address = data + at;
        if (at + length > size) {
            address = join(at, length);
            view = joined;
        }
        int type = ALL.get(ValueLayout.JAVA_INT, address);
        if (type == RECORD_SAMPLE) {
            int raw = rawLength(at, address, length);
            add(1, raw);
            view.moveTo(address + RAW, raw);
            return handler.handle(cpu, view) == Verdict.CONTINUE;
        }
        if (type == RECORD_LOST) {
            if (length < LOST + Long.BYTES) {
                throw lie(at, "a loss in a record of " + length + " bytes");
            }
            long missing = ALL.get(WORD, address + LOST);
            lost += missing;
            handler.lost(cpu, missing);
        }
        return true;
    }

    private long join(long at, long length) {
        long first = size - at;
        MemorySegment.copy(records, at, pieces, 0, first);
        MemorySegment.copy(records, 0, pieces, first, length - first);
        return pieces.address();
    }

    private void clearCounts() {
        count = 0;
        lost = 0;
        bytes = 0;
    }

    void forget() {
        inPlace.leave();
        joined.leave();
    }

    private InvalidObjectException lie(long position, String what) {
        return new InvalidObjectException("map " + name, "perf buffer of CPU " + cpu, position, what);
    }
}
