package io.ebpf4j.observability.probe;

import io.ebpf4j.observability.event.EventType;
import java.util.Map;

/**
 * What became of every record at one moment: attempted = lost + delivered + {@link Counts#pending()}.
 *
 * @param kinds the counts of each kind
 * @param rejected records that reached the reader and were of an unknown kind or a wrong length
 * @param missedRuns runs of a program that the kernel left out because an interrupt hit a CPU where it was running; each may be
 *     a missing record. Always 0 before Linux 5.12, which does not count them
 */
public record LossLedger(Map<EventType, Counts> kinds, long rejected, long missedRuns) {
    /** Copies the counts. */
    public LossLedger {
        kinds = Map.copyOf(kinds);
    }

    /**
     * The counts of one kind.
     *
     * @param attempted records that a program was about to write
     * @param lost those that found the ring full
     * @param delivered those that a handler got
     */
    public record Counts(long attempted, long lost, long delivered) {
        /** {@return those that are on their way} */
        public long pending() {
            return attempted - lost - delivered;
        }
    }

    /** {@return records of any kind that found the ring full} */
    public long lost() {
        return kinds.values().stream().mapToLong(Counts::lost).sum();
    }

    /** {@return records of any kind that a handler got} */
    public long delivered() {
        return kinds.values().stream().mapToLong(Counts::delivered).sum();
    }

    /** {@return whether nothing is missing in what the handlers got} */
    public boolean isComplete() {
        return lost() == 0 && rejected == 0 && missedRuns == 0;
    }
}
