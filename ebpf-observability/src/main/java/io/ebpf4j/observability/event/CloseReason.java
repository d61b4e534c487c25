package io.ebpf4j.observability.event;

/** How a connection ended, as this socket saw it. */
public enum CloseReason {
    /** By FIN from both ends, or by this end's FIN with the rest left to TIME_WAIT. */
    FINISHED,
    /** The peer sent a reset. */
    RESET_BY_PEER,
    /** This end gave it up: closed with unread data, with linger 0, or before it was accepted. It sends a reset. */
    ABORTED,
    /** What was sent stayed unacknowledged for too long, or keep-alive found the peer gone. */
    TIMED_OUT,
    /** Another error, which the error number tells. */
    ERROR;

    private static final int ETIMEDOUT = 110; // include/uapi/asm-generic/errno.h

    /** Whether a reset of the peer was seen. */
    enum ResetSeen {
        /** One was. */
        RECEIVED,
        /** None was. */
        NONE
    }

    static CloseReason of(int error, ResetSeen reset, TcpState before) {
        if (reset == ResetSeen.RECEIVED) {
            return RESET_BY_PEER;
        }
        if (error != 0) {
            return error == ETIMEDOUT ? TIMED_OUT : ERROR;
        }
        return switch (before) {
            case FIN_WAIT2, TIME_WAIT, LAST_ACK, CLOSING -> FINISHED;
            case UNKNOWN, ESTABLISHED, SYN_SENT, SYN_RECV, FIN_WAIT1, CLOSE, CLOSE_WAIT, LISTEN -> ABORTED;
        };
    }
}
