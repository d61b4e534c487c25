package io.ebpf4j.observability.event;

/**
 * A segment was sent again, or should have been and did not leave this host. A SYN-ACK that is sent again is told before
 * its connection exists: {@code connection} then has the cookie that the accepted socket is going to have, and the
 * listener's owner.
 *
 * @param timestamp when, CLOCK_MONOTONIC nanoseconds
 * @param cpu the CPU that told it
 * @param connection which connection
 * @param segment what was sent
 * @param segments how many segments of the path's size it was, as the kernel counts them in TcpRetransSegs
 * @param sequence the sequence number of its first byte, as on the wire; 0 for a SYN-ACK
 * @param error why it was not sent, as error number; 0 where it was sent, and always before Linux 6.18, which does not tell
 * @param congestion what the sender thinks of the path
 * @param state the socket's state
 */
public record Retransmitted(
        long timestamp,
        int cpu,
        Connection connection,
        Segment segment,
        int segments,
        int sequence,
        int error,
        CongestionState congestion,
        TcpState state)
        implements ConnectionEvent {

    /** What a segment is for. */
    public enum Segment {
        /** It carries data or a FIN. */
        DATA,
        /** It asks for a connection. */
        SYN,
        /** It answers such a request. */
        SYN_ACK
    }

    /** {@return whether it left the socket; where it did not, no peer can have missed it} */
    public boolean isSent() {
        return error == 0;
    }
}
