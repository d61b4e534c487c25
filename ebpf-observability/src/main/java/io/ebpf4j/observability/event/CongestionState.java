package io.ebpf4j.observability.event;

/** What a sender thinks of the path, in the order of the kernel's numbers ({@code enum tcp_ca_state}, include/uapi/linux/tcp.h). */
public enum CongestionState {
    /** Nothing is wrong. */
    OPEN,
    /** Duplicate or selective acknowledgements came: something may be lost or out of order. */
    DISORDER,
    /** The window is being reduced on a notice of congestion. */
    CWR,
    /** Something was lost and is sent again, while acknowledgements still come. */
    RECOVERY,
    /** The retransmission timer ran out: everything that was on its way is taken for lost. */
    LOSS,
    /** A number that is not known. */
    UNKNOWN;

    private static final CongestionState[] BY_NUMBER = values();

    static CongestionState of(int number) {
        return number < BY_NUMBER.length ? BY_NUMBER[number] : UNKNOWN;
    }
}
