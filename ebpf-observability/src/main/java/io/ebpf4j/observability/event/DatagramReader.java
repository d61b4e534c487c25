package io.ebpf4j.observability.event;

import io.ebpf4j.ring.Verdict;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Hands the records of UDP to a handler. A record of an unknown kind or a wrong length is counted and not read. Allocates
 * nothing per record. One thread drains; the counts may be read by any.
 */
public final class DatagramReader implements RecordReader {
    private static final int TYPES = 256; // all values of the type byte

    private final DatagramFormat format;
    private final Consumer<? super DatagramView> handler;
    private final DatagramView view;
    private final @Nullable DatagramType[] byNumber = new @Nullable DatagramType[TYPES];
    private final long[] sizes = new long[TYPES];
    private final AtomicLongArray delivered = new AtomicLongArray(TYPES);
    private final AtomicLong rejected = new AtomicLong();

    /**
     * A reader of one ring.
     *
     * @param format the records' format
     * @param handler takes the records, as a view that is valid during the call only
     */
    public DatagramReader(DatagramFormat format, Consumer<? super DatagramView> handler) {
        this.format = format;
        this.handler = handler;
        this.view = new DatagramView(format);
        for (DatagramType type : DatagramType.values()) {
            byNumber[format.number(type)] = type;
            sizes[format.number(type)] = format.size(type);
        }
    }

    @Override
    public Verdict handle(MemorySegment segment, long offset, int length) {
        int number = length < format.header.size
                ? 0
                : segment.get(ValueLayout.JAVA_BYTE, offset + format.header.type) & (TYPES - 1);
        DatagramType type = byNumber[number];
        if (type == null || length < sizes[number]) {
            rejected.setOpaque(rejected.getPlain() + 1); // one writer: no locked instruction
            return Verdict.CONTINUE;
        }
        delivered.setOpaque(number, delivered.getPlain(number) + 1);
        view.is(type);
        view.moveTo(segment, offset);
        handler.accept(view);
        return Verdict.CONTINUE;
    }

    /**
     * {@return records of a kind that were handed to the handler}
     *
     * @param type the kind
     */
    public long delivered(DatagramType type) {
        return delivered.getOpaque(format.number(type));
    }

    @Override
    public long rejected() {
        return rejected.getOpaque();
    }
}
