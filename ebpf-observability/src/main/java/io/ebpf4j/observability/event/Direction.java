package io.ebpf4j.observability.event;

/** Which end of a connection a socket is. It is proved by the socket's own history, never guessed from ports. */
public enum Direction {
    /** It sent the SYN. */
    CLIENT("ROLE_CLIENT"),
    /** It came from a listener. */
    SERVER("ROLE_SERVER"),
    /** The socket is older than the program that watches. */
    UNKNOWN("ROLE_UNKNOWN");

    private final String constant;

    Direction(String constant) {
        this.constant = constant;
    }

    /** {@return the name in {@code enum connection_role}} */
    String constant() {
        return constant;
    }
}
