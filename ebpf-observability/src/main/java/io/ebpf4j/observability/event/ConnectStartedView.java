package io.ebpf4j.observability.event;

/** {@link ConnectStarted} in the ring. */
public final class ConnectStartedView extends ConnectionView {
    ConnectStartedView(EventFormat format) {
        super(format);
    }

    @Override
    public ConnectStarted toEvent() {
        return new ConnectStarted(timestamp(), cpu(), connection());
    }
}
