package io.ebpf4j.observability.event;

import io.ebpf4j.observability.event.EventFormat.ConnectionFormat;
import io.ebpf4j.observability.event.EventFormat.HeaderFormat;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * What every record of a socket says, read where it lies in the ring. A view is moved from record to record and is valid
 * only while the handler that was given it runs. No accessor but {@link #comm()} and {@link #connection()} allocates. Not
 * for use by several threads.
 */
public abstract sealed class SocketView permits ConnectionView, DatagramView, DnsView, PayloadClosedView, PayloadView {
    static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED;
    static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED;
    static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final ValueLayout.OfLong NETWORK = U64.withOrder(ByteOrder.BIG_ENDIAN);
    private static final int NANOS_PER_MICRO = 1000;

    private final HeaderFormat header;
    private final ConnectionFormat common;
    private MemorySegment segment = MemorySegment.NULL;
    private long base;

    SocketView(HeaderFormat header, ConnectionFormat common) {
        this.header = header;
        this.common = common;
    }

    @SuppressWarnings({"ReferenceEquality", "MemorySegmentReferenceEquality"
    }) // the object itself is meant: another one is set, equal or not
    final void moveTo(MemorySegment ring, long offset) {
        if (segment != ring) { // to write a reference costs more than to compare it
            segment = ring;
        }
        base = offset;
    }

    final int u8(long member) {
        return segment.get(ValueLayout.JAVA_BYTE, base + member) & 0xff;
    }

    final int u16(long member) {
        return segment.get(U16, base + member) & 0xffff;
    }

    final int u32(long member) {
        return segment.get(U32, base + member);
    }

    final long u64(long member) {
        return segment.get(U64, base + member);
    }

    final Duration micros(long member) {
        return Duration.ofNanos(Integer.toUnsignedLong(u32(member)) * NANOS_PER_MICRO);
    }

    /** {@return from that time to the record's, 0 where that time is not known} */
    final long since(long start) {
        return start == 0 ? 0 : timestamp() - start;
    }

    final boolean has(int flag) {
        return (u16(common.flags) & flag) != 0;
    }

    final ConnectionFormat common() {
        return common;
    }

    final TcpState tcpState() {
        return TcpState.of(u8(common.state));
    }

    /** {@return when, CLOCK_MONOTONIC nanoseconds} */
    public long timestamp() {
        return u64(header.timestamp);
    }

    /** {@return the CPU that told it} */
    public final int cpu() {
        return u32(header.cpu);
    }

    /** {@return the socket's cookie} */
    public final long cookie() {
        return u64(header.cookie);
    }

    /** {@return which end the socket is} */
    public final Direction direction() {
        int role = u8(common.role);
        return role == common.client ? Direction.CLIENT : role == common.server ? Direction.SERVER : Direction.UNKNOWN;
    }

    /** {@return the first eight bytes of this end's address, big-endian, as in {@link Endpoint#high()}} */
    public final long localHigh() {
        return segment.get(NETWORK, base + common.localAddress);
    }

    /** {@return the last eight bytes of this end's address} */
    public final long localLow() {
        return segment.get(NETWORK, base + common.localAddress + Long.BYTES);
    }

    /** {@return the first eight bytes of the other end's address} */
    public final long remoteHigh() {
        return segment.get(NETWORK, base + common.remoteAddress);
    }

    /** {@return the last eight bytes of the other end's address} */
    public final long remoteLow() {
        return segment.get(NETWORK, base + common.remoteAddress + Long.BYTES);
    }

    /** {@return this end's port} */
    public final int localPort() {
        return u16(common.localPort);
    }

    /** {@return the other end's port} */
    public final int remotePort() {
        return u16(common.remotePort);
    }

    /** {@return inode number of the socket's network namespace} */
    public final long networkNamespace() {
        return Integer.toUnsignedLong(u32(common.netns));
    }

    /** {@return id of the socket's cgroup v2} */
    public final long cgroup() {
        return u64(common.cgroup);
    }

    /** {@return the owner's process number, 0 where it is not known} */
    public final int pid() {
        return u32(common.pid);
    }

    /** {@return the owner's effective user} */
    public final int uid() {
        return u32(common.uid);
    }

    /** {@return when the owner started, CLOCK_BOOTTIME nanoseconds} */
    public final long processStarted() {
        return u64(common.started);
    }

    /** {@return the name of the owner's main thread} */
    public final String comm() {
        byte[] bytes = new byte[ConnectionFormat.COMM];
        int length = 0;
        while (length < bytes.length) {
            byte next = segment.get(ValueLayout.JAVA_BYTE, base + common.comm + length);
            if (next == 0) {
                break;
            }
            bytes[length++] = next;
        }
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }

    final MemorySegment segment() {
        return segment;
    }

    final long base() {
        return base;
    }

    /** {@return what the record says of the connection} */
    public final Connection connection() {
        return new Connection(
                cookie(),
                direction(),
                new Endpoint(localHigh(), localLow(), localPort()),
                new Endpoint(remoteHigh(), remoteLow(), remotePort()),
                pid() == 0 ? ProcessRef.UNKNOWN : new ProcessRef(pid(), uid(), processStarted(), comm()),
                networkNamespace(),
                cgroup());
    }
}
