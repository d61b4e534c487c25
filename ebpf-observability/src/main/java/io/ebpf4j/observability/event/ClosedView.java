package io.ebpf4j.observability.event;

import io.ebpf4j.observability.event.EventFormat.ClosedFormat;
import java.time.Duration;

/** {@link Closed} in the ring. */
public final class ClosedView extends TrafficView {
    private final ClosedFormat format;

    ClosedView(EventFormat format) {
        super(format, format.closed.traffic);
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

    @Override
    public Closed toEvent() {
        return new Closed(
                timestamp(),
                cpu(),
                connection(),
                reason(),
                error(),
                before(),
                Duration.ofNanos(durationNanos()),
                traffic());
    }
}
