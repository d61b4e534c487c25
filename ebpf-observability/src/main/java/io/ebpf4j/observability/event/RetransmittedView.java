package io.ebpf4j.observability.event;

import io.ebpf4j.observability.event.EventFormat.RetransmittedFormat;

/** {@link Retransmitted} in the ring. */
public final class RetransmittedView extends ConnectionView {
    private final RetransmittedFormat format;

    RetransmittedView(EventFormat format) {
        super(format);
        this.format = format.retransmitted;
    }

    /** {@return what was sent} */
    public Retransmitted.Segment kind() {
        int kind = u8(format.segment);
        return kind == format.syn
                ? Retransmitted.Segment.SYN
                : kind == format.synAck ? Retransmitted.Segment.SYN_ACK : Retransmitted.Segment.DATA;
    }

    /** {@return how many segments it was} */
    public int segments() {
        return u32(format.segments);
    }

    /** {@return the sequence number of its first byte} */
    public int sequence() {
        return u32(format.sequence);
    }

    /** {@return why it was not sent, 0 where it was} */
    public int error() {
        return u32(format.error);
    }

    /** {@return what the sender thinks of the path} */
    public CongestionState congestion() {
        return CongestionState.of(u8(format.congestion));
    }

    @Override
    public Retransmitted toEvent() {
        return new Retransmitted(
                timestamp(), cpu(), connection(), kind(), segments(), sequence(), error(), congestion(), tcpState());
    }
}
