package io.ebpf4j.observability.event;

import io.ebpf4j.observability.event.EventFormat.CongestionChangedFormat;

/** {@link CongestionChanged} in the ring. */
public final class CongestionChangedView extends ConnectionView {
    private final CongestionChangedFormat format;

    CongestionChangedView(EventFormat format) {
        super(format);
        this.format = format.congestionChanged;
    }

    /** {@return what it thought} */
    public CongestionState before() {
        return CongestionState.of(u8(format.before));
    }

    /** {@return what it thinks now} */
    public CongestionState after() {
        return CongestionState.of(u8(format.after));
    }

    /** {@return the congestion window in segments} */
    public int window() {
        return u32(format.window);
    }

    /** {@return the slow start threshold in segments} */
    public int threshold() {
        return u32(format.threshold);
    }

    @Override
    public CongestionChanged toEvent() {
        return new CongestionChanged(timestamp(), cpu(), connection(), before(), after(), window(), threshold());
    }
}
