package io.ebpf4j.observability.event;

/** Where payload was seen. */
public enum PayloadSource {
    /** In the buffer of the system call that sent or received it. */
    SOCKET("SOURCE_SOCKET"),
    /** In the plaintext that a TLS library took or gave. */
    TLS_LIBRARY("SOURCE_TLS_LIBRARY");

    private final String constant;

    PayloadSource(String constant) {
        this.constant = constant;
    }

    /** {@return the name in {@code enum payload_source}} */
    String constant() {
        return constant;
    }
}
