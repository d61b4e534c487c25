package io.ebpf4j.observability.event;

import io.ebpf4j.observability.event.EventFormat.ListenerSampleFormat;

/** {@link ListenerSample} in the ring. */
public final class ListenerSampleView extends ConnectionView {
    private final ListenerSampleFormat format;

    ListenerSampleView(EventFormat format) {
        super(format);
        this.format = format.listenerSample;
    }

    /** {@return connections that wait to be accepted} */
    public int backlog() {
        return u32(format.backlog);
    }

    /** {@return how many may wait} */
    public int maximum() {
        return u32(format.maximum);
    }

    /** {@return what was turned away since the socket was made} */
    public long drops() {
        return Integer.toUnsignedLong(u32(format.drops));
    }

    @Override
    public ListenerSample toEvent() {
        return new ListenerSample(timestamp(), cpu(), connection(), backlog(), maximum(), drops());
    }
}
