package io.ebpf4j.observability.event;

import io.ebpf4j.observability.event.EventFormat.SocketSampleFormat;
import java.time.Duration;

/** {@link SocketSample} in the ring. */
public final class SocketSampleView extends TrafficView {
    private final SocketSampleFormat format;

    SocketSampleView(EventFormat format) {
        super(format, format.socketSample.traffic);
        this.format = format.socketSample;
    }

    /** {@return the socket's state} */
    public TcpState state() {
        return tcpState();
    }

    /** {@return nanoseconds since it was established, 0 where its beginning was not seen} */
    public long ageNanos() {
        return since(u64(format.established));
    }

    /** {@return bytes that the peer has room for} */
    public long peerWindow() {
        return Integer.toUnsignedLong(u32(format.peerWindow));
    }

    /** {@return bytes that the peer did not acknowledge yet} */
    public long unacknowledged() {
        return Integer.toUnsignedLong(u32(format.unacknowledged));
    }

    /** {@return bytes that the application did not read yet} */
    public long unread() {
        return Integer.toUnsignedLong(u32(format.unread));
    }

    @Override
    public SocketSample toEvent() {
        return new SocketSample(
                timestamp(),
                cpu(),
                connection(),
                state(),
                Duration.ofNanos(ageNanos()),
                traffic(),
                u32(format.congestionWindow),
                peerWindow(),
                unacknowledged(),
                unread());
    }
}
