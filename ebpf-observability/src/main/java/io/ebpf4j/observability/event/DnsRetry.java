package io.ebpf4j.observability.event;

/** Whether a question was asked before. */
public enum DnsRetry {
    /** Not that we saw. */
    NONE,
    /** The same process asked it over UDP a moment ago, and the answer did not fit a datagram. */
    AFTER_TRUNCATION
}
