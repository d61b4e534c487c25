package io.ebpf4j.observability.event;

import io.ebpf4j.observability.event.EventFormat.ConnectionResetFormat;

/** {@link ConnectionReset} in the ring. */
public final class ConnectionResetView extends ConnectionView {
    private static final int NO_REASON = -1; // event.h

    private final ConnectionResetFormat format;
    private final ReasonNames names;

    ConnectionResetView(EventFormat format) {
        super(format);
        this.format = format.connectionReset;
        this.names = format.resetReasons;
    }

    /** {@return who sent it} */
    public ConnectionReset.Side side() {
        return u8(format.side) == format.byPeer ? ConnectionReset.Side.PEER : ConnectionReset.Side.THIS_END;
    }

    /** {@return the kernel's name for the reason, empty where it told none} */
    public String reason() {
        int number = u32(format.reason);
        return number == NO_REASON ? "" : names.name(number);
    }

    @Override
    public ConnectionReset toEvent() {
        return new ConnectionReset(timestamp(), cpu(), connection(), side(), reason(), tcpState());
    }
}
