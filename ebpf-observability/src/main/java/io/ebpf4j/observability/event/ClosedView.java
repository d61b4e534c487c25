package io.ebpf4j.observability.event;

import io.ebpf4j.observability.event.EventFormat.ClosedFormat;
import java.time.Duration;

/** {@link Closed} in the ring. */
public final class ClosedView extends ConnectionView {
    private final ClosedFormat format;

    ClosedView(EventFormat format) {
        super(format);
        this.format = format.closed;
    }

    /** {@return how it ended} */
    public CloseReason reason() {
        return CloseReason.of(
                error(),
                has(common().bits.resetReceived()) ? CloseReason.ResetSeen.RECEIVED : CloseReason.ResetSeen.NONE,
                before());
    }

    /** {@return the socket's error number} */
    public int error() {
        return u32(format.error);
    }

    /** {@return the state that it was in} */
    public TcpState before() {
        return tcpState();
    }

    /** {@return nanoseconds from established to closed, 0 where its beginning was not seen} */
    public long durationNanos() {
        return since(u64(format.established));
    }

    /**
     * Payload that the peer acknowledged. The socket counts sequence numbers: an active open's SYN and an acknowledged
     * FIN are one each, and taken off here. Where nobody saw which end opened, what was sent at all bounds it.
     *
     * @return bytes
     */
    public long bytesSent() {
        long acknowledged = u64(format.bytesAcked) - (has(common().bits.finAcked()) ? 1 : 0);
        return switch (direction()) {
            case CLIENT -> Math.max(0, acknowledged - 1);
            case SERVER -> acknowledged;
            case UNKNOWN -> Math.min(acknowledged, u64(format.bytesSent) - bytesRetransmitted());
        };
    }

    /** {@return payload that arrived in order, in bytes: the FIN's sequence number is taken off} */
    public long bytesReceived() {
        return u64(format.bytesReceived) - (has(common().bits.finReceived()) ? 1 : 0);
    }

    /** {@return payload sent again, in bytes} */
    public long bytesRetransmitted() {
        return u64(format.bytesRetransmitted);
    }

    /** {@return segments sent again} */
    public int retransmits() {
        return u32(format.retransmits);
    }

    /** {@return the smoothed round trip in microseconds} */
    public int roundTripMicros() {
        return u32(format.srtt);
    }

    @Override
    public Closed toEvent() {
        Traffic traffic = new Traffic(
                bytesSent(),
                bytesReceived(),
                bytesRetransmitted(),
                u32(format.segmentsSent),
                u32(format.segmentsReceived),
                u32(format.dataSegmentsSent),
                u32(format.dataSegmentsReceived),
                retransmits(),
                u32(format.synRetransmits),
                u32(format.unsentRetransmits),
                u32(format.delivered),
                u32(format.lost),
                micros(format.srtt),
                micros(format.rttDeviation),
                micros(format.rttMinimum));
        return new Closed(
                timestamp(),
                cpu(),
                connection(),
                reason(),
                error(),
                before(),
                Duration.ofNanos(durationNanos()),
                traffic);
    }
}
