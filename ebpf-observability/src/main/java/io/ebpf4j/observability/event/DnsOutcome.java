package io.ebpf4j.observability.event;

/** How a DNS transaction ended. */
public enum DnsOutcome {
    /** A response came, whatever it says: see its response code and truncation. */
    ANSWERED,
    /** None came in time, or the connection ended first. */
    UNANSWERED,
    /** The socket told an error, such as a refusal by ICMP. */
    FAILED,
    /** A response whose query was not seen: it is older than the program, came late, or came twice. */
    UNASKED
}
