package io.ebpf4j.observability.identity;

/** How a name was learned. The order is that of precedence: where several sources know something, the first one here names it. */
public enum Provenance {
    /** A file that the user wrote. */
    STATIC_FILE,
    /** Kubernetes, by the pod of the process or of the address. */
    KUBERNETES,
    /** The socket's other end is on this host: its owner names it. */
    PEER_SOCKET,
    /** The process's cgroup names its container or pod. */
    CGROUP,
    /** The process itself: its systemd unit or its executable. */
    PROCESS,
    /** The JVM's own resolver answered with this address for that name. */
    JVM_RESOLVER,
    /** A DNS answer seen on the wire. */
    DNS,
    /** The name that the client asked for in its TLS hello. */
    TLS_SERVER_NAME,
    /** The Host header or {@code :authority}. */
    HTTP_HOST,
    /** A range of addresses with a name. */
    CIDR_RULE,
    /** What the address itself says: loopback, one of this host's own, or neither. */
    RESERVED
}
