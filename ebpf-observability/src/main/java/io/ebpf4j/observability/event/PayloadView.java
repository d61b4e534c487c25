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

    private static final long NO_PART = -1;
    private static final int ALIGNMENT = Long.BYTES;

    private final PayloadFormat format;
    /** Where in the ring the part is that is looked at; {@link #NO_PART} in a record of one call. */
    private long part = NO_PART;
    /** Where its bytes are in the ring. */
    private long captures;

    PayloadView(PayloadFormat format) {
        super(format.header, format.connection);
        this.format = format;
    }

    /** Goes to the record of one call. */
    void moveToCall(MemorySegment ring, long offset) {
        moveTo(ring, offset);
        part = NO_PART;
        captures = offset + format.size;
    }

    /**
     * Goes to a part of a record of several, which may say of itself whatever it likes; to be asked {@link #fits} then.
     *
     * @param at where in the record it is
     * @return where the next one is
     */
    long moveToPart(MemorySegment ring, long offset, long at) {
        long after = at + format.partSize;
        long place = Integer.toUnsignedLong(ring.get(U32, offset + at + format.partPlace));
        moveTo(ring, offset + place);
        part = offset + at;
        captures = offset + after + (place == after ? format.placeSize : 0);
        // A record begins at a multiple of eight in a ring, but anywhere in a recording.
        return Math.ceilDiv(captures - offset + captured(), ALIGNMENT) * ALIGNMENT;
    }

    /** {@return whether the part lies in its record, its connection before it or right behind it} */
    boolean fits(long offset, int recordLength) {
        long at = part - offset;
        long place = base() - offset;
        return captured() <= length()
                && place >= format.sequenceSize + format.partSize
                && (place == at + format.partSize || place + format.placeSize <= at)
                && captures + captured() <= offset + recordLength;
    }

    @Override
    public long timestamp() {
        return part == NO_PART ? super.timestamp() : partLong(format.partTime);
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
        return part != NO_PART || source() == PayloadSource.SOCKET ? cookie() : u64(format.stream);
    }

    /** {@return bytes of this direction before these, counted from the connection's start, or from its first sight} */
    public long position() {
        return part == NO_PART ? u64(format.position) : partLong(format.partPosition);
    }

    /** {@return how many bytes passed} */
    public long length() {
        return Integer.toUnsignedLong(
                part == NO_PART ? u32(format.length) : segment().get(U32, part + format.partLength));
    }

    /** {@return how many of them, the first ones, are here} */
    public int captured() {
        return part == NO_PART ? u32(format.captured) : partShort(format.partCaptured);
    }

    /** {@return what they are taken for} */
    public PayloadProtocol protocol() {
        return format.protocols[u8(part == NO_PART ? format.protocol : format.placeProtocol)];
    }

    /** {@return where they were seen} */
    public PayloadSource source() {
        return format.sources[u8(part == NO_PART ? format.source : format.placeSource)];
    }

    /** {@return whether the connection is older than the program, so that positions count from its first sight} */
    public boolean joinedLate() {
        return part == NO_PART ? hasFlag(format.joined) : (u16(format.placeFlags) & format.joined) != 0;
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
        return captures;
    }

    /** {@return whether a record of that length holds what it says that it holds} */
    boolean fits(int recordLength) {
        int bytes = captured();
        return bytes >= 0 && bytes <= length() && format.size + bytes <= recordLength;
    }

    private boolean hasFlag(int flag) {
        return ((part == NO_PART ? u16(format.flags) : partShort(format.partFlags)) & flag) != 0;
    }

    private int partShort(long member) {
        return segment().get(U16, part + member) & 0xffff;
    }

    private long partLong(long member) {
        return segment().get(U64, part + member);
    }
}
