package io.ebpf4j.observability.event;

/**
 * The end of a connection of which payload was told, read where it lies in the ring; valid only while the handler that
 * was given it runs.
 */
public final class PayloadClosedView extends SocketView {
    private final PayloadFormat format;

    PayloadClosedView(PayloadFormat format) {
        super(format.header, format.connection);
        this.format = format;
    }

    /**
     * {@return what names the connection among those of its source: the socket's cookie, or a number of the TLS library's
     * object, whose socket may not be known}
     */
    public long stream() {
        return source() == PayloadSource.SOCKET ? cookie() : u64(format.closedStream);
    }

    /** {@return bytes sent while it was watched} */
    public long sent() {
        return u64(format.closedSent);
    }

    /** {@return bytes received while it was watched} */
    public long received() {
        return u64(format.closedReceived);
    }

    /** {@return what its bytes were taken for} */
    public PayloadProtocol protocol() {
        return format.protocols[u8(format.closedProtocol)];
    }

    /** {@return whether bytes of it may be told only after this, in the time of one sweep at most} */
    public boolean isEarly() {
        return (u16(format.closedFlags) & format.early) != 0;
    }

    /** {@return where its bytes were seen} */
    public PayloadSource source() {
        return format.sources[u8(format.closedSource)];
    }
}
