package io.ebpf4j.observability.event;

/** Why a connection attempt did not become a connection. */
public enum FailureReason {
    /** Nobody listens there: the peer answered with a reset (ECONNREFUSED). */
    REFUSED,
    /** A reset ended the handshake after it had begun (ECONNRESET). */
    RESET,
    /** No answer at all to any SYN (ETIMEDOUT). */
    TIMED_OUT,
    /** A router or the peer's host said by ICMP that the host cannot be reached (EHOSTUNREACH). */
    HOST_UNREACHABLE,
    /** A router said by ICMP that the network cannot be reached (ENETUNREACH). */
    NETWORK_UNREACHABLE,
    /** The next hop did not answer ARP or neighbour discovery: the SYN's retransmissions never left this host. */
    NEIGHBOUR_UNRESOLVED,
    /** This host has no route there: nothing was sent (ENETUNREACH or EHOSTUNREACH of the call itself). */
    NO_ROUTE,
    /** This host's policy forbids it: a firewall, a BPF program, a prohibiting route (EPERM, EACCES). */
    DENIED,
    /** No local port or address was free (EADDRNOTAVAIL, EADDRINUSE). */
    NO_LOCAL_ADDRESS,
    /** The process gave up: it closed the socket while the attempt was pending. */
    CANCELLED,
    /** Something else, which the error number tells. */
    OTHER;

    // include/uapi/asm-generic/errno-base.h and errno.h
    private static final int EPERM = 1;
    private static final int EACCES = 13;
    private static final int EADDRINUSE = 98;
    private static final int EADDRNOTAVAIL = 99;
    private static final int ENETUNREACH = 101;
    private static final int ECONNRESET = 104;
    private static final int ETIMEDOUT = 110;
    private static final int ECONNREFUSED = 111;
    private static final int EHOSTUNREACH = 113;

    /** Where an attempt failed. */
    enum Stage {
        /** In the call, before anything was sent. */
        CALL,
        /** After the SYN was handed to the network. */
        NETWORK
    }

    static FailureReason of(int error, Stage stage, int unsentRetransmits) {
        return switch (error) {
            case 0 -> CANCELLED;
            case ECONNREFUSED -> REFUSED;
            case ECONNRESET -> RESET;
            case ETIMEDOUT -> unsentRetransmits > 0 ? NEIGHBOUR_UNRESOLVED : TIMED_OUT;
            case EHOSTUNREACH ->
                stage == Stage.CALL ? NO_ROUTE : unsentRetransmits > 0 ? NEIGHBOUR_UNRESOLVED : HOST_UNREACHABLE;
            case ENETUNREACH -> stage == Stage.CALL ? NO_ROUTE : NETWORK_UNREACHABLE;
            case EPERM, EACCES -> DENIED;
            case EADDRINUSE, EADDRNOTAVAIL -> NO_LOCAL_ADDRESS;
            default -> OTHER;
        };
    }
}
