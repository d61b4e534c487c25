package io.ebpf4j.observability.aggregate;

import java.util.Locale;

/** The families of series that are bounded each by itself. What else a snapshot tells is derived from them. */
public enum Family {
    /** {@link Snapshot#http}. */
    HTTP(10_000),
    /** {@link Snapshot#httpLatencies}. */
    HTTP_LATENCY(4_000),
    /** {@link Snapshot#tcp}, and {@link Snapshot#tcpFlags}, which are derived from it. */
    TCP(4_000),
    /** {@link Snapshot#dns}. */
    DNS(10_000),
    /** {@link Snapshot#dnsLatencies}. */
    DNS_LATENCY(4_000),
    /** {@link Snapshot#drops}. */
    DROP(4_000),
    /** {@link Snapshot#ports}. */
    PORT(10_000),
    /** {@link Snapshot#icmp}. */
    ICMP(2_000);

    private final int most;

    Family(int most) {
        this.most = most;
    }

    /** {@return how many series it may have unless set otherwise} */
    public int defaultSeries() {
        return most;
    }

    /** {@return the name in lower case, as {@link Snapshot.FamilyStatus#name} has it} */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
