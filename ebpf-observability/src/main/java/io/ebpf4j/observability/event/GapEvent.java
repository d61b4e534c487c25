package io.ebpf4j.observability.event;

import java.util.Objects;

/**
 * Records are missing in the stream at this place. When exactly each was lost is not known, but it was neither before
 * {@code first} nor after {@code last}.
 *
 * @param timestamp when it was found, CLOCK_MONOTONIC nanoseconds; the same as {@code last}
 * @param cpu always -1: records of all CPUs are counted together
 * @param kind which records are missing
 * @param cause why
 * @param lost how many
 * @param first when the counts were looked at before this and nothing of it was missing, CLOCK_MONOTONIC nanoseconds
 * @param last when they were looked at and all of it was missing
 */
public record GapEvent(long timestamp, int cpu, RecordKind kind, Cause cause, long lost, long first, long last)
        implements ConnectivityEvent {
    /** Every gap has a kind and a cause. */
    public GapEvent {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(cause, "cause");
    }

    /** Why records are missing. */
    public enum Cause {
        /** The ring was full: the reader was slower than the programs for longer than the ring lasts. */
        RING_FULL,
        /** A program did not run, for an interrupt hit its CPU while it ran: each may be a missing record of any kind. */
        PROGRAM_MISSED,
        /** They reached the reader, who could not read them. */
        REJECTED
    }
}
