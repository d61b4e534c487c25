package io.ebpf4j.observability.event;

import java.lang.foreign.MemorySegment;

/**
 * Bytes that one call sent or received, or several calls in a row, read where they lie in the ring; valid only while the
 * handler that was given it runs. {@link #pid()} is who made the call.
 *
 * <p>{@link #timestamp()} is when the bytes passed: of those sent when the socket sent them, of those received when they had
 * come to the socket, of a TLS library's plaintext when the call ended. Of several calls in a row it is the first one's
 * where a message begins with them, else the last one's.
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
    /** Where in the record the part is that is looked at; 0 in a record of one call. */
    private long part;
    /** Where its bytes are, from the record's beginning on. */
    private long captures;

    PayloadView(PayloadFormat format) {
        super(format.header, format.connection);
        this.format = format;
    }

    /** Goes to the record of one call. */
    void moveToCall(MemorySegment ring, long offset) {
        moveTo(ring, offset);
        part = 0;
        captures = format.size;
    }

    /** Goes to a record of several parts, before the first of them; says how many there are, -1 where they do not fit into it. */
    int moveToSequence(MemorySegment ring, long offset, int recordLength) {
        moveTo(ring, offset);
        int count = u8(format.partsCount);
        if (count > format.partsMost) {
            return -1;
        }
        long end = format.sequenceSize;
        part = format.parts;
        for (int i = 0; i < count; i++) {
            if (captured() > length()) {
                return -1;
            }
            end += captured();
            part += format.partSize;
        }
        part = format.parts - format.partSize;
        captures = format.sequenceSize;
        return end <= recordLength ? count : -1;
    }

    /** Goes to the next part, of which there has to be one. */
    void moveToNextPart() {
        if (part >= format.parts) {
            captures += captured();
        }
        part += format.partSize;
    }

    @Override
    public long timestamp() {
        return part == 0 ? super.timestamp() : u64(part + format.partTime);
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
        return part != 0 || source() == PayloadSource.SOCKET ? cookie() : u64(format.stream);
    }

    /** {@return bytes of this direction before these, counted from the connection's start, or from its first sight} */
    public long position() {
        return u64(part == 0 ? format.position : part + format.partPosition);
    }

    /** {@return how many bytes passed} */
    public long length() {
        return Integer.toUnsignedLong(u32(part == 0 ? format.length : part + format.partLength));
    }

    /** {@return how many of them, the first ones, are here} */
    public int captured() {
        return part == 0 ? u32(format.captured) : u16(part + format.partCaptured);
    }

    /** {@return what they are taken for} */
    public PayloadProtocol protocol() {
        return format.protocols[u8(part == 0 ? format.protocol : format.sequenceProtocol)];
    }

    /** {@return where they were seen} */
    public PayloadSource source() {
        return format.sources[u8(part == 0 ? format.source : format.sequenceSource)];
    }

    /** {@return whether the connection is older than the program, so that positions count from its first sight} */
    public boolean joinedLate() {
        return part == 0 ? hasFlag(format.joined) : (u16(format.sequenceFlags) & format.joined) != 0;
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
        return base() + captures;
    }

    /** {@return whether a record of that length holds what it says that it holds} */
    boolean fits(int recordLength) {
        int bytes = captured();
        return bytes >= 0 && bytes <= length() && format.size + bytes <= recordLength;
    }

    private boolean hasFlag(int flag) {
        return (u16(part == 0 ? format.flags : part + format.partFlags) & flag) != 0;
    }
}
