package io.ebpf4j.observability.event;

/** The kinds of payload records; a kind's number is looked up by its {@link #constant()} in {@code enum payload_event_type}. */
public enum PayloadType {
    /** Bytes that one call sent or received. */
    PAYLOAD("EVENT_PAYLOAD"),
    /** What several calls over one socket sent and received, in order: an exchange, as a rule. */
    PAYLOAD_SEQUENCE("EVENT_PAYLOAD_SEQUENCE"),
    /** A connection of which payload was told is over. */
    PAYLOAD_CLOSED("EVENT_PAYLOAD_CLOSED");

    private final String constant;

    PayloadType(String constant) {
        this.constant = constant;
    }

    /** {@return the name in {@code enum payload_event_type}} */
    public String constant() {
        return constant;
    }
}
