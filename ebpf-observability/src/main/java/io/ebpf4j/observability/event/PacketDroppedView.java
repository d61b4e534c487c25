package io.ebpf4j.observability.event;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * {@link PacketDropped} in the ring. A view is moved from record to record and is valid only while the handler that was
 * given it runs. No accessor allocates. Not for use by several threads.
 */
public final class PacketDroppedView {
    private static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED;
    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final ValueLayout.OfLong NETWORK = U64.withOrder(ByteOrder.BIG_ENDIAN);

    private static final long MAPPED = 0xffff; // ::ffff:0:0/96, RFC 4291

    private final DropFormat format;
    private MemorySegment segment = MemorySegment.NULL;
    private long base;

    PacketDroppedView(DropFormat format) {
        this.format = format;
    }

    void moveTo(MemorySegment ring, long offset) {
        segment = ring;
        base = offset;
    }

    private int u8(long member) {
        return segment.get(ValueLayout.JAVA_BYTE, base + member) & 0xff;
    }

    private int u16(long member) {
        return segment.get(U16, base + member) & 0xffff;
    }

    private int u32(long member) {
        return segment.get(U32, base + member);
    }

    private long u64(long member) {
        return segment.get(U64, base + member);
    }

    /** {@return when, CLOCK_MONOTONIC nanoseconds} */
    public long timestamp() {
        return u64(format.header.timestamp);
    }

    /** {@return the CPU that told it} */
    public int cpu() {
        return u32(format.header.cpu);
    }

    /** {@return the cookie of the socket that it was for or from, 0 for none} */
    public long cookie() {
        return u64(format.header.cookie);
    }

    /** {@return the port that it came from} */
    public int sourcePort() {
        return u16(format.sourcePort);
    }

    /** {@return the port that it was for} */
    public int destinationPort() {
        return u16(format.destinationPort);
    }

    /** {@return the number of what IP carries} */
    public int protocol() {
        return u8(format.protocol);
    }

    /** {@return the kernel's name for the reason} */
    public String reason() {
        return format.reason(u32(format.reason));
    }

    /** {@return what it means} */
    public DropClass dropClass() {
        return DropClass.of(reason(), isToMany() ? DropClass.Audience.MANY : DropClass.Audience.ONE);
    }

    private boolean isToMany() {
        long high = segment.get(NETWORK, base + format.destination);
        long low = segment.get(NETWORK, base + format.destination + Long.BYTES);
        if (high == 0 && low >>> Integer.SIZE == MAPPED) {
            int first = (int) low >>> 24;
            return (first & 0xf0) == 0xe0 || first == 0xff;
        }
        return high >>> 56 == 0xff;
    }

    private Endpoint endpoint(long address, int port) {
        return new Endpoint(
                segment.get(NETWORK, base + address), segment.get(NETWORK, base + address + Long.BYTES), port);
    }

    /** {@return the record as an event to keep} */
    public PacketDropped toEvent() {
        return new PacketDropped(
                timestamp(),
                cpu(),
                cookie(),
                endpoint(format.source, sourcePort()),
                endpoint(format.destination, destinationPort()),
                protocol(),
                u8(format.flags),
                reason(),
                dropClass(),
                u64(format.location),
                u32(format.bytes),
                Integer.toUnsignedLong(u32(format.netns)),
                u32(format.networkInterface));
    }
}
