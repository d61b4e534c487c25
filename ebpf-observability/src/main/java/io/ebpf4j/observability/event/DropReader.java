package io.ebpf4j.observability.event;

import io.ebpf4j.ring.Verdict;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Hands the records of dropped packets to a handler. A record of an unknown kind or a wrong length is counted and not read.
 * Allocates nothing per record. One thread drains; the counts may be read by any.
 */
public final class DropReader implements RecordReader {
    private static final int TYPE_MASK = 0xff;

    private final DropFormat format;
    private final Consumer<? super PacketDroppedView> handler;
    private final PacketDroppedView view;
    private final AtomicLong delivered = new AtomicLong();
    private final AtomicLong rejected = new AtomicLong();

    /**
     * A reader of one ring.
     *
     * @param format the records' format
     * @param handler takes the records, as a view that is valid during the call only
     */
    public DropReader(DropFormat format, Consumer<? super PacketDroppedView> handler) {
        this.format = format;
        this.handler = handler;
        this.view = new PacketDroppedView(format);
    }

    @Override
    public Verdict handle(MemorySegment segment, long offset, int length) {
        if (length < format.size
                || (segment.get(ValueLayout.JAVA_BYTE, offset + format.header.type) & TYPE_MASK) != format.number()) {
            rejected.setOpaque(rejected.getPlain() + 1); // one writer: no locked instruction
            return Verdict.CONTINUE;
        }
        delivered.setOpaque(delivered.getPlain() + 1);
        view.moveTo(segment, offset);
        handler.accept(view);
        return Verdict.CONTINUE;
    }

    /** {@return records that were handed to the handler} */
    public long delivered() {
        return delivered.getOpaque();
    }

    @Override
    public long rejected() {
        return rejected.getOpaque();
    }
}
