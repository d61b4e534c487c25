package io.ebpf4j.observability.event;

import io.ebpf4j.observability.event.EventFormat.TrafficFormat;
import java.time.Duration;

/** A record that tells a connection's traffic. */
public abstract sealed class TrafficView extends ConnectionView permits ClosedView, SocketSampleView {
    private final TrafficFormat format;

    TrafficView(EventFormat format, TrafficFormat traffic) {
        super(format);
        this.format = traffic;
    }

    /**
     * Payload that the peer acknowledged. The socket counts sequence numbers: an active open's SYN and an acknowledged
     * FIN are one each, and taken off here. Where nobody saw which end opened, what was sent at all bounds it.
     *
     * @return bytes
     */
    public final long bytesSent() {
        long acknowledged = u64(format.bytesAcked) - (has(common().bits.finAcked()) ? 1 : 0);
        return switch (direction()) {
            case CLIENT -> Math.max(0, acknowledged - 1);
            case SERVER -> acknowledged;
            case UNKNOWN -> Math.min(acknowledged, u64(format.bytesSent) - bytesRetransmitted());
        };
    }

    /** {@return payload that arrived in order, in bytes: the FIN's sequence number is taken off} */
    public final long bytesReceived() {
        return u64(format.bytesReceived) - (has(common().bits.finReceived()) ? 1 : 0);
    }

    /** {@return payload sent again, in bytes} */
    public final long bytesRetransmitted() {
        return u64(format.bytesRetransmitted);
    }

    /** {@return segments sent again} */
    public final int retransmits() {
        return u32(format.retransmits);
    }

    /** {@return segments sent, of any kind; 32 bits that begin anew} */
    public final int segmentsSent() {
        return u32(format.segmentsSent);
    }

    /** {@return segments received, of any kind; 32 bits that begin anew} */
    public final int segmentsReceived() {
        return u32(format.segmentsReceived);
    }

    /** {@return how often the peer's window closed} */
    public final int zeroWindows() {
        return u32(format.zeroWindows);
    }

    /** {@return the least round trip of the last minutes in microseconds, 0 where none was measured} */
    public final int roundTripMinimumMicros() {
        return u32(format.rttMinimum);
    }

    /** {@return the smoothed round trip in microseconds} */
    public final int roundTripMicros() {
        return u32(format.srtt);
    }

    /** {@return nanoseconds during which the peer's window was closed} */
    public final long zeroWindowNanos() {
        return u64(format.zeroWindow);
    }

    /** {@return the traffic to keep} */
    public final Traffic traffic() {
        return new Traffic(
                bytesSent(),
                bytesReceived(),
                bytesRetransmitted(),
                segmentsSent(),
                segmentsReceived(),
                u32(format.dataSegmentsSent),
                u32(format.dataSegmentsReceived),
                retransmits(),
                u32(format.synRetransmits),
                u32(format.unsentRetransmits),
                u32(format.delivered),
                u32(format.lost),
                micros(format.srtt),
                micros(format.rttDeviation),
                micros(format.rttMinimum),
                new RoundTrips(
                        u32(format.lifeSamples),
                        micros(format.lifeSrttLeast),
                        micros(format.lifeSrttMean),
                        micros(format.lifeSrttMost),
                        micros(format.lifeDeviationMean),
                        micros(format.lifeRttLeast)),
                Duration.ofNanos(zeroWindowNanos()),
                u32(format.zeroWindows));
    }
}
