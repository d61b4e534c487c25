package io.ebpf4j.observability.event;

import io.ebpf4j.ring.Verdict;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Hands the payload records of a ring to a handler. A record of an unknown kind, or one that does not hold what it says,
 * is counted and not read. Allocates nothing per record. One thread drains; the counts may be read by any.
 */
public final class PayloadDemultiplexer implements RecordReader {
    private final PayloadFormat format;
    private final PayloadHandler handler;
    private final PayloadView payload;
    private final PayloadClosedView closed;
    private final int payloadNumber;
    private final int sequenceNumber;
    private final int closedNumber;
    private final AtomicLong sequences = new AtomicLong();
    private final AtomicLong payloads = new AtomicLong();
    private final AtomicLong closes = new AtomicLong();
    private final AtomicLong rejected = new AtomicLong();

    /**
     * A demultiplexer of one ring.
     *
     * @param format the records' format
     * @param handler takes the records
     */
    public PayloadDemultiplexer(PayloadFormat format, PayloadHandler handler) {
        this.format = format;
        this.handler = handler;
        payload = new PayloadView(format);
        closed = new PayloadClosedView(format);
        payloadNumber = format.number(PayloadType.PAYLOAD);
        sequenceNumber = format.number(PayloadType.PAYLOAD_SEQUENCE);
        closedNumber = format.number(PayloadType.PAYLOAD_CLOSED);
    }

    @Override
    public Verdict handle(MemorySegment segment, long offset, int length) {
        int number = length < format.header.size
                ? 0
                : segment.get(ValueLayout.JAVA_BYTE, offset + format.header.type) & 0xff;
        if (number == sequenceNumber && length >= format.sequenceSize) {
            if (holdsItsParts(segment, offset, length)) {
                count(sequences);
                handOver(segment, offset);
                return Verdict.CONTINUE;
            }
        } else if (number == payloadNumber && length >= format.size) {
            payload.moveToCall(segment, offset);
            if (payload.fits(length)) {
                count(payloads);
                handler.payload(payload);
                return Verdict.CONTINUE;
            }
        } else if (number == closedNumber && length >= format.closedSize) {
            closed.moveTo(segment, offset);
            count(closes);
            handler.closed(closed);
            return Verdict.CONTINUE;
        }
        count(rejected);
        return Verdict.CONTINUE;
    }

    /** All of them are looked at before the first one is handed on. */
    private boolean holdsItsParts(MemorySegment segment, long offset, int length) {
        long count = parts(segment, offset);
        long at = format.sequenceSize;
        for (long i = 0; i < count; i++) {
            at = payload.partEnd(segment, offset, at, length);
            if (at < 0) {
                return false;
            }
        }
        return true;
    }

    private void handOver(MemorySegment segment, long offset) {
        long count = parts(segment, offset);
        long at = format.sequenceSize;
        payload.beginSequence();
        for (long i = 0; i < count; i++) {
            at = payload.moveToPart(segment, offset, at);
            handler.payload(payload);
        }
    }

    private long parts(MemorySegment segment, long offset) {
        return Integer.toUnsignedLong(segment.get(ValueLayout.JAVA_INT_UNALIGNED, offset + format.partsCount));
    }

    private static void count(AtomicLong counter) {
        counter.setOpaque(counter.getPlain() + 1); // one writer: no locked instruction
    }

    /**
     * {@return records of a kind that were handed to the handler}
     *
     * @param type the kind
     */
    public long delivered(PayloadType type) {
        return switch (type) {
            case PAYLOAD -> payloads.getOpaque();
            case PAYLOAD_SEQUENCE -> sequences.getOpaque();
            case PAYLOAD_CLOSED -> closes.getOpaque();
        };
    }

    @Override
    public long rejected() {
        return rejected.getOpaque();
    }

    @Override
    public MessageCounts messages() {
        return handler.messages();
    }

    @Override
    public void elapse(long now) {
        handler.elapse(now);
    }

    @Override
    public void finish() {
        handler.finish();
    }
}
