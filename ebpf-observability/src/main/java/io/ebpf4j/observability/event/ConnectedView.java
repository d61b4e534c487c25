package io.ebpf4j.observability.event;

import io.ebpf4j.observability.event.EventFormat.ConnectedFormat;
import java.time.Duration;

/** {@link Connected} in the ring. */
public final class ConnectedView extends ConnectionView {
    private final ConnectedFormat format;

    ConnectedView(EventFormat format) {
        super(format);
        this.format = format.connected;
    }

    /** {@return nanoseconds from the start of the attempt, 0 where its start was not seen} */
    public long latencyNanos() {
        return since(u64(format.started));
    }

    /** {@return SYNs sent again} */
    public int synRetransmits() {
        return u32(format.synRetransmits);
    }

    /** {@return the handshake's round trip in microseconds} */
    public int roundTripMicros() {
        return u32(format.srtt);
    }

    @Override
    public Connected toEvent() {
        return new Connected(
                timestamp(),
                cpu(),
                connection(),
                Duration.ofNanos(latencyNanos()),
                synRetransmits(),
                micros(format.srtt));
    }
}
