package io.ebpf4j.observability.verdict;

/** Where a fault is. */
public enum Side {
    /** With the client: its process or its host. */
    CLIENT,
    /** On the way between them, beyond both hosts as far as was seen. */
    NETWORK,
    /** With the server: its process or its host. */
    SERVER,
    /** With the name server. */
    RESOLVER,
    /** Nowhere, or it cannot be told. */
    UNKNOWN
}
