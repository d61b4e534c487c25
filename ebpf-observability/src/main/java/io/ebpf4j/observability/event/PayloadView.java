package io.ebpf4j.observability.event;

import java.lang.foreign.MemorySegment;

/**
 * Bytes that one call sent or received, read where they lie in the ring; valid only while the handler that was given it
 * runs. {@link #pid()} is who made the call.
 */
public final class PayloadView extends SocketView {
    /** Which way bytes went, as the socket's owner sees it. */
    public enum Flow {
        /** To the peer. */
        SENT,
        /** From the peer. */
        RECEIVED
    }

    private final PayloadFormat format;

    PayloadView(PayloadFormat format) {
        super(format.header, format.connection);
        this.format = format;
    }

    /** {@return which way they went} */
    public Flow flow() {
        return hasFlag(format.sent) ? Flow.SENT : Flow.RECEIVED;
    }

    /**
     * {@return what names the connection among those of its source: the socket's cookie, or a number of the TLS library's
     * object, whose socket may not be known}
     */
    public long stream() {
        return source() == PayloadSource.SOCKET ? cookie() : u64(format.stream);
    }

    /** {@return bytes of this direction before these, counted from the connection's start, or from its first sight} */
    public long position() {
        return u64(format.position);
    }

    /** {@return how many bytes passed} */
    public long length() {
        return Integer.toUnsignedLong(u32(format.length));
    }

    /** {@return how many of them, the first ones, are here} */
    public int captured() {
        return u32(format.captured);
    }

    /** {@return what they are taken for} */
    public PayloadProtocol protocol() {
        return format.protocols[u8(format.protocol)];
    }

    /** {@return where they were seen} */
    public PayloadSource source() {
        return format.sources[u8(format.source)];
    }

    /** {@return whether the connection is older than the program, so that positions count from its first sight} */
    public boolean joinedLate() {
        return hasFlag(format.joined);
    }

    /** {@return whether there was no buffer to read: sendfile, splice, io_uring, memory that was paged out} */
    public boolean isUnreadable() {
        return hasFlag(format.unreadable);
    }

    /** {@return where the bytes lie} */
    public MemorySegment bytes() {
        return segment();
    }

    /** {@return where in {@link #bytes()} the first one is; {@link #captured()} follow} */
    public long bytesOffset() {
        return base() + format.size;
    }

    /** {@return whether a record of that length holds what it says that it holds} */
    boolean fits(int recordLength) {
        int bytes = captured();
        return bytes >= 0 && bytes <= length() && format.size + bytes <= recordLength;
    }

    private boolean hasFlag(int flag) {
        return (u16(format.flags) & flag) != 0;
    }
}
