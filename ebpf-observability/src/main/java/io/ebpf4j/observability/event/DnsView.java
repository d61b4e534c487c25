package io.ebpf4j.observability.event;

import java.lang.foreign.MemorySegment;

/**
 * DNS that one call sent or received, a datagram or the next bytes of a stream, read where it lies in the ring; valid only
 * while the handler that was given it runs. {@link #pid()} is who made the call. Where the socket is not connected, the
 * remote end is known of what it sends alone.
 */
public final class DnsView extends SocketView {
    private static final int IPPROTO_TCP = 6; // include/uapi/linux/in.h

    private final DnsFormat format;

    DnsView(DnsFormat format) {
        super(format.header, format.connection);
        this.format = format;
    }

    /** {@return which way it went} */
    public PayloadView.Flow flow() {
        return u8(format.flow) == format.sent ? PayloadView.Flow.SENT : PayloadView.Flow.RECEIVED;
    }

    /** {@return what carried it} */
    public DnsTransport transport() {
        return u8(format.protocol) == IPPROTO_TCP ? DnsTransport.TCP : DnsTransport.UDP;
    }

    /** {@return bytes of this flow of the stream before these, counted from its first sight; 0 for a datagram} */
    public long position() {
        return u64(format.position);
    }

    /** {@return how many bytes passed; 0 without an {@link #error()} where the peer ended its stream} */
    public long length() {
        return Integer.toUnsignedLong(u32(format.length));
    }

    /** {@return how many of them, the first ones, are here} */
    public int captured() {
        return u32(format.captured);
    }

    /** {@return what the call failed with, as errno; 0 where it succeeded} */
    public int error() {
        return u32(format.error);
    }

    /** {@return where the bytes lie} */
    public MemorySegment bytes() {
        return segment();
    }

    /** {@return where in {@link #bytes()} the first one is; {@link #captured()} follow} */
    public long bytesOffset() {
        return base() + format.bytes;
    }

    /** {@return whether a record of that length holds what it says that it holds} */
    boolean fits(int recordLength) {
        int bytes = captured();
        return bytes >= 0 && bytes <= length() && format.bytes + bytes <= recordLength;
    }
}
