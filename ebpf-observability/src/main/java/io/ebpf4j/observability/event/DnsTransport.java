package io.ebpf4j.observability.event;

/** What carried a DNS message. */
public enum DnsTransport {
    /** A datagram. */
    UDP,
    /** A stream, with the length before each message. */
    TCP
}
