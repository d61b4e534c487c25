package io.ebpf4j.observability.event;

import io.ebpf4j.ring.Verdict;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Hands the DNS records of a ring to a handler. A record of an unknown kind, or one that does not hold what it says, is
 * counted and not read. Allocates nothing per record. One thread drains; the counts may be read by any.
 */
public final class DnsDemultiplexer implements RecordReader {
    private final DnsFormat format;
    private final Consumer<? super DnsView> handler;
    private final DnsView view;
    private final AtomicLong delivered = new AtomicLong();
    private final AtomicLong rejected = new AtomicLong();

    /**
     * A demultiplexer of one ring.
     *
     * @param format the records' format
     * @param handler takes the records, as a view that is valid during the call only
     */
    public DnsDemultiplexer(DnsFormat format, Consumer<? super DnsView> handler) {
        this.format = format;
        this.handler = handler;
        this.view = new DnsView(format);
    }

    @Override
    public Verdict handle(MemorySegment segment, long offset, int length) {
        if (length >= format.bytes
                && (segment.get(ValueLayout.JAVA_BYTE, offset + format.header.type) & 0xff) == format.number()) {
            view.moveTo(segment, offset);
            if (view.fits(length)) {
                count(delivered);
                handler.accept(view);
                return Verdict.CONTINUE;
            }
        }
        count(rejected);
        return Verdict.CONTINUE;
    }

    private static void count(AtomicLong counter) {
        counter.setOpaque(counter.getPlain() + 1); // one writer: no locked instruction
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
