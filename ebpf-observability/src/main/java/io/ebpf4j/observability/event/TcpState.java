package io.ebpf4j.observability.event;

/** The states of a TCP socket, in the order of the kernel's numbers (include/net/tcp_states.h, ABI by tcp_info). */
public enum TcpState {
    /** No state that is known. */
    UNKNOWN,
    /** Both ends may send. */
    ESTABLISHED,
    /** Waits for the answer to its SYN. */
    SYN_SENT,
    /** Answered a SYN. */
    SYN_RECV,
    /** Sent a FIN that is not acknowledged yet. */
    FIN_WAIT1,
    /** Its FIN is acknowledged; the peer may still send. */
    FIN_WAIT2,
    /** Waits for stray segments. */
    TIME_WAIT,
    /** Over. */
    CLOSE,
    /** Got the peer's FIN; may still send. */
    CLOSE_WAIT,
    /** Got and sent a FIN; waits for the last acknowledgement. */
    LAST_ACK,
    /** A listener. */
    LISTEN,
    /** Both FINs crossed. */
    CLOSING;

    private static final TcpState[] BY_NUMBER = values();

    static TcpState of(int number) {
        return number < BY_NUMBER.length ? BY_NUMBER[number] : UNKNOWN;
    }
}
