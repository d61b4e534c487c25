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

    /** Where no connection is: the record's own is the one. */
    private static final int NO_PLACE = 0;

    private static final long NOT_HELD = -1;
    private static final int ALIGNMENT = Long.BYTES;

    private final PayloadFormat format;
    // read when the view is moved: what is asked for more than once
    private long time;
    private long position;
    private long length;
    private int captured;
    private int flags;
    /** Where its bytes are in the ring. */
    private long captures;
    /** Which record of several it is in, counted by who moves it. */
    private long sequence;
    /** Where in such a record its connection is. */
    private int place = NO_PLACE;

    PayloadView(PayloadFormat format) {
        super(format.header, format.connection);
        this.format = format;
    }

    /** Goes to the record of one call. */
    void moveToCall(MemorySegment ring, long offset) {
        moveTo(ring, offset);
        time = super.timestamp();
        position = u64(format.position);
        length = Integer.toUnsignedLong(u32(format.length));
        captured = u32(format.captured);
        flags = u16(format.flags);
        captures = offset + format.size;
        place = NO_PLACE;
    }

    /** From now on it is moved within another record of several. */
    void beginSequence() {
        sequence++;
    }

    /**
     * Goes to a part of a record of several, of which {@link #partEnd} said where it ends.
     *
     * @param at where in the record it is
     * @return where the next one is
     */
    long moveToPart(MemorySegment ring, long offset, long at) {
        long part = offset + at;
        long after = at + format.partSize;
        place = ring.get(U32, part + format.partPlace);
        long where = Integer.toUnsignedLong(place);
        moveTo(ring, offset + where);
        time = ring.get(U64, part + format.partTime);
        position = ring.get(U64, part + format.partPosition);
        length = Integer.toUnsignedLong(ring.get(U32, part + format.partLength));
        captured = ring.get(U16, part + format.partCaptured) & 0xffff;
        flags = ring.get(U16, part + format.partFlags) & 0xffff;
        long bytes = where == after ? after + format.placeSize : after;
        captures = offset + bytes;
        return align(bytes + captured);
    }

    /**
     * Looks at a part, which may say of itself whatever it likes; does not move to it.
     *
     * @param at where in the record it is
     * @return where the next one is; negative where the part does not lie in its record, its connection before it or right
     *     behind it
     */
    long partEnd(MemorySegment ring, long offset, long at, int recordLength) {
        long part = offset + at;
        long after = at + format.partSize;
        if (after > recordLength) {
            return NOT_HELD;
        }
        long where = Integer.toUnsignedLong(ring.get(U32, part + format.partPlace));
        long passed = Integer.toUnsignedLong(ring.get(U32, part + format.partLength));
        int here = ring.get(U16, part + format.partCaptured) & 0xffff;
        long bytes = where == after ? after + format.placeSize : after;
        boolean held = here <= passed
                && where >= format.sequenceSize + format.partSize
                && (where == after || where + format.placeSize <= at)
                && bytes + here <= recordLength;
        return held ? align(bytes + here) : NOT_HELD;
    }

    /** A record begins at a multiple of eight in a ring, but anywhere in a recording: what counts is the place in the record. */
    private static long align(long at) {
        return at + ALIGNMENT - 1 & -ALIGNMENT;
    }

    /** Which record of several it is in. */
    long sequence() {
        return sequence;
    }

    /** Where in that record its connection is, which others of its parts share; 0 in a record of one call. */
    int place() {
        return place;
    }

    @Override
    public long timestamp() {
        return time;
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
        return place != NO_PLACE || source() == PayloadSource.SOCKET ? cookie() : u64(format.stream);
    }

    /** {@return bytes of this direction before these, counted from the connection's start, or from its first sight} */
    public long position() {
        return position;
    }

    /** {@return how many bytes passed} */
    public long length() {
        return length;
    }

    /** {@return how many of them, the first ones, are here} */
    public int captured() {
        return captured;
    }

    /** {@return what they are taken for} */
    public PayloadProtocol protocol() {
        return format.protocols[u8(place == NO_PLACE ? format.protocol : format.placeProtocol)];
    }

    /** {@return where they were seen} */
    public PayloadSource source() {
        return format.sources[u8(place == NO_PLACE ? format.source : format.placeSource)];
    }

    /** {@return whether the connection is older than the program, so that positions count from its first sight} */
    public boolean joinedLate() {
        return ((place == NO_PLACE ? flags : u16(format.placeFlags)) & format.joined) != 0;
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
        return captured >= 0 && captured <= length && format.size + captured <= recordLength;
    }

    private boolean hasFlag(int flag) {
        return (flags & flag) != 0;
    }
}
