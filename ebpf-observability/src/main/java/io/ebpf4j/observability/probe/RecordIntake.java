package io.ebpf4j.observability.probe;

import io.ebpf4j.observability.event.RecordNames;
import io.ebpf4j.observability.event.RecordReader;
import io.ebpf4j.ring.RecordHandler;
import io.ebpf4j.ring.Verdict;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Counts a layer's records by number as they come, before the reader gets them. Allocates nothing per record. One thread
 * hands records in; the counts may be read by any.
 */
final class RecordIntake implements RecordHandler {
    private final RecordReader reader;
    private final RecordTap tap;
    private final long typeOffset;
    private final AtomicLongArray delivered = new AtomicLongArray(RecordNames.NUMBERS);
    private final AtomicLongArray rejected = new AtomicLongArray(RecordNames.NUMBERS);

    /** Sees each record before the reader does. */
    interface RecordTap {
        /** For who does not look. */
        RecordTap NONE = (segment, offset, length) -> {};

        void record(MemorySegment segment, long offset, int length);
    }

    RecordIntake(RecordNames names, RecordReader reader, RecordTap tap) {
        this.reader = reader;
        this.tap = tap;
        this.typeOffset = names.typeOffset();
    }

    @Override
    public Verdict handle(MemorySegment segment, long offset, int length) {
        // number 0 is no record's own
        int number = length > typeOffset ? segment.get(ValueLayout.JAVA_BYTE, offset + typeOffset) & 0xff : 0;
        count(delivered, number);
        tap.record(segment, offset, length);
        long before = reader.rejected();
        Verdict verdict = reader.handle(segment, offset, length);
        if (reader.rejected() != before) {
            count(rejected, number);
        }
        return verdict;
    }

    private static void count(AtomicLongArray counters, int number) {
        counters.setOpaque(number, counters.getPlain(number) + 1); // one writer: no locked instruction
    }

    long delivered(int number) {
        return delivered.getOpaque(number);
    }

    long rejected(int number) {
        return rejected.getOpaque(number);
    }
}
