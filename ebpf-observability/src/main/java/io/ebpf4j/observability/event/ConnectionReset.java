package io.ebpf4j.observability.event;

/**
 * A reset was sent or came. Where this host answers a packet that belongs to no socket, {@code connection} has no cookie
 * and its ends are the packet's; a reset to a listener's caller has the listener's cookie.
 *
 * @param timestamp when, CLOCK_MONOTONIC nanoseconds
 * @param cpu the CPU that told it
 * @param connection which connection
 * @param side who sent it
 * @param reason the kernel's name for the reason of a reset that this host sent, as {@code TCP_ABORT_ON_CLOSE} or {@code
 *     NO_SOCKET}; empty for the peer's, which has none, and before Linux 6.10, which does not tell
 * @param state the socket's state
 */
public record ConnectionReset(long timestamp, int cpu, Connection connection, Side side, String reason, TcpState state)
        implements ConnectionEvent {

    /** Who sent a reset. */
    public enum Side {
        /** This host, to the peer. */
        THIS_END,
        /** The peer. */
        PEER
    }
}
