package io.ebpf4j.observability.event;

/**
 * A record of UDP or ICMP, read where it lies in the ring: valid only while the handler that was given it runs; {@link
 * #toEvent()} keeps what it says.
 */
public final class DatagramView extends SocketView {
    private final DatagramFormat format;
    private DatagramType type = DatagramType.FLOW;

    DatagramView(DatagramFormat format) {
        super(format.header, format.connection);
        this.format = format;
    }

    void is(DatagramType kind) {
        type = kind;
    }

    /** {@return what kind of record it is} */
    public DatagramType type() {
        return type;
    }

    /** {@return payload sent, of a flow; 0 for other kinds} */
    public long bytesSent() {
        return type == DatagramType.FLOW ? u64(format.bytesSent) : 0;
    }

    /** {@return payload received, of a flow; 0 for other kinds} */
    public long bytesReceived() {
        return type == DatagramType.FLOW ? u64(format.bytesReceived) : 0;
    }

    /** {@return the record as an event to keep} */
    public DatagramEvent toEvent() {
        return switch (type) {
            case FLOW ->
                new DatagramFlow(
                        timestamp(),
                        cpu(),
                        connection(),
                        u64(format.first),
                        u64(format.last),
                        bytesSent(),
                        bytesReceived(),
                        u64(format.datagramsSent),
                        u64(format.datagramsReceived),
                        u64(format.failures));
            case FAILED -> new DatagramFailed(timestamp(), cpu(), connection(), u32(format.failedError));
            case DROPPED ->
                new DatagramDropped(
                        timestamp(), cpu(), connection(), u32(format.droppedError), u32(format.droppedBytes));
            case ICMP_SENT ->
                new IcmpSent(
                        timestamp(),
                        cpu(),
                        connection(),
                        u8(format.icmpType),
                        u8(format.icmpCode),
                        u8(format.icmpProtocol));
        };
    }
}
