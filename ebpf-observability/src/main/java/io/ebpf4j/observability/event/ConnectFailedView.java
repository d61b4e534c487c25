package io.ebpf4j.observability.event;

import io.ebpf4j.observability.event.EventFormat.ConnectFailedFormat;
import java.time.Duration;

/** {@link ConnectFailed} in the ring. */
public final class ConnectFailedView extends ConnectionView {
    private final ConnectFailedFormat format;

    ConnectFailedView(EventFormat format) {
        super(format);
        this.format = format.connectFailed;
    }

    /** {@return why} */
    public FailureReason reason() {
        FailureReason.Stage stage =
                has(common().bits.failedLocally()) ? FailureReason.Stage.CALL : FailureReason.Stage.NETWORK;
        return FailureReason.of(error(), stage, unsentRetransmits());
    }

    /** {@return the error number} */
    public int error() {
        return u32(format.error);
    }

    /** {@return nanoseconds from the start of the attempt, 0 where its start was not seen} */
    public long durationNanos() {
        return since(u64(format.started));
    }

    /** {@return SYNs sent again} */
    public int synRetransmits() {
        return u32(format.synRetransmits);
    }

    /** {@return SYNs that did not leave this host} */
    public int unsentRetransmits() {
        return u32(format.unsentRetransmits);
    }

    @Override
    public ConnectFailed toEvent() {
        return new ConnectFailed(
                timestamp(),
                cpu(),
                connection(),
                reason(),
                error(),
                Duration.ofNanos(durationNanos()),
                synRetransmits(),
                unsentRetransmits());
    }
}
