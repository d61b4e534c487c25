package io.ebpf4j.observability.event;

/** What the bytes of a connection are taken for, from how its stream began. */
public enum PayloadProtocol {
    /** Nothing that is understood here. */
    UNKNOWN("PROTOCOL_UNKNOWN"),
    /** HTTP/1.0 and HTTP/1.1. */
    HTTP1("PROTOCOL_HTTP1"),
    /** HTTP/2 in the clear, or in a TLS library's plaintext. */
    HTTP2("PROTOCOL_HTTP2"),
    /** TLS on the wire: of it the hellos are read. */
    TLS("PROTOCOL_TLS"),
    /** DNS over TCP: messages behind a length of two bytes (RFC 1035, section 4.2.2). */
    DNS("PROTOCOL_DNS");

    private final String constant;

    PayloadProtocol(String constant) {
        this.constant = constant;
    }

    /** {@return the name in {@code enum payload_protocol}} */
    String constant() {
        return constant;
    }
}
