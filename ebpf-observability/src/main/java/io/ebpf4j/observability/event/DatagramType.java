package io.ebpf4j.observability.event;

/** The kinds of records that the programs of UDP write; their numbers come from the object's BTF ({@code enum udp_event_type}). */
public enum DatagramType {
    /** What a socket and a peer told each other in some seconds. */
    FLOW("EVENT_DATAGRAM_FLOW"),
    /** An ICMP error came for a socket. */
    FAILED("EVENT_DATAGRAM_FAILED"),
    /** A datagram found no room in a socket. */
    DROPPED("EVENT_DATAGRAM_DROPPED"),
    /** This host sent an ICMP error. */
    ICMP_SENT("EVENT_ICMP_SENT");

    private final String constant;

    DatagramType(String constant) {
        this.constant = constant;
    }

    /** {@return the name in {@code enum udp_event_type}} */
    public String constant() {
        return constant;
    }
}
