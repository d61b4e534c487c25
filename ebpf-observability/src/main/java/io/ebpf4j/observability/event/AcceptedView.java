package io.ebpf4j.observability.event;

import io.ebpf4j.observability.event.EventFormat.AcceptedFormat;
import java.time.Duration;

/** {@link Accepted} in the ring. */
public final class AcceptedView extends ConnectionView {
    private final AcceptedFormat format;

    AcceptedView(EventFormat format) {
        super(format);
        this.format = format.accepted;
    }

    /** {@return nanoseconds that the connection waited in the queue, 0 where its beginning was not seen} */
    public long queuedNanos() {
        return since(u64(format.established));
    }

    @Override
    public Accepted toEvent() {
        return new Accepted(timestamp(), cpu(), connection(), Duration.ofNanos(queuedNanos()));
    }
}
