package io.ebpf4j.observability.event;

/**
 * The kinds of records that the programs write. A kind's number is looked up in the object's BTF ({@code enum
 * event_type}) by its {@link #constant()}; it is nothing to rely on.
 */
public enum EventType {
    /** A connection attempt begins: the SYN is about to be sent. */
    CONNECT_STARTED("EVENT_CONNECT_STARTED"),
    /** The attempt was answered. */
    CONNECTED("EVENT_CONNECTED"),
    /** The attempt ended without a connection. */
    CONNECT_FAILED("EVENT_CONNECT_FAILED"),
    /** A process took a connection from a listener. */
    ACCEPTED("EVENT_ACCEPTED"),
    /** A connection is over. */
    CLOSED("EVENT_CLOSED"),
    /** A segment was sent again, or should have been. */
    RETRANSMITTED("EVENT_RETRANSMITTED"),
    /** A reset was sent or came. */
    CONNECTION_RESET("EVENT_CONNECTION_RESET"),
    /** A sender thinks otherwise of the path. */
    CONGESTION_CHANGED("EVENT_CONGESTION_CHANGED"),
    /** A live socket, as a sweep found it. */
    SOCKET_SAMPLE("EVENT_SOCKET_SAMPLE"),
    /** A listener, as a sweep found it. */
    LISTENER_SAMPLE("EVENT_LISTENER_SAMPLE");

    private final String constant;

    EventType(String constant) {
        this.constant = constant;
    }

    /** {@return the name in {@code enum event_type}} */
    public String constant() {
        return constant;
    }
}
