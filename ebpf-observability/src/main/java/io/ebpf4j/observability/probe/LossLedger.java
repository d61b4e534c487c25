package io.ebpf4j.observability.probe;

import io.ebpf4j.observability.event.Layer;
import io.ebpf4j.observability.event.MessageCounts;
import io.ebpf4j.observability.event.RecordKind;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;

/**
 * What became of every record at one moment. Of each kind, attempted = lost + delivered + {@link Counts#pending()}, and
 * delivered = decoded + rejected.
 *
 * <p><b>Consistency.</b> It is read while the programs write and the reader reads; nothing is stopped for it. Each counter
 * is exact. Those of one kind are read in the order delivered, lost, attempted, so that what is delivered or lost here is
 * attempted here too: pending is never negative, and an upper bound of what was on its way. Where the programs rest and
 * the ring is drained, nothing is pending, and the balance holds to the unit. Counters of different kinds are not of the
 * same instant.
 *
 * @param timestamp when it was read, CLOCK_MONOTONIC nanoseconds
 * @param accounts the account of each layer that is watched
 */
public record LossLedger(long timestamp, Map<Layer, Account> accounts) {
    private static final Counts NOTHING = new Counts(0, 0, 0, 0);

    /** Copies the accounts. */
    public LossLedger {
        Map<Layer, Account> copy = new EnumMap<>(Layer.class);
        copy.putAll(accounts);
        accounts = Collections.unmodifiableMap(copy);
    }

    /**
     * What became of the records of a layer.
     *
     * @param kinds the counts of each kind of record; kinds that nothing was ever counted of may be left out
     * @param missedRuns runs of a program that the kernel left out because an interrupt hit a CPU where it was running; each
     *     may be a missing record; of programs that call other layers' programs, also one of those. Always 0 before Linux 5.12,
     *     which does not count them
     * @param messages what became of the messages that the records were put together to
     */
    public record Account(Map<RecordKind, Counts> kinds, long missedRuns, MessageCounts messages) {
        /** Copies the counts, in the order of their names. */
        public Account {
            kinds = Collections.unmodifiableMap(new TreeMap<>(kinds));
        }

        private long sum(ToLongFunction<Counts> part) {
            return kinds.values().stream().mapToLong(part).sum();
        }
    }

    /**
     * The counts of one kind.
     *
     * @param attempted records that a program was about to write
     * @param lost those that found the ring full
     * @param delivered those that reached the reader
     * @param rejected those of the delivered that the reader could not read
     */
    public record Counts(long attempted, long lost, long delivered, long rejected) {
        /**
         * Counts of a kind of which nothing was rejected.
         *
         * @param attempted records that a program was about to write
         * @param lost those that found the ring full
         * @param delivered those that reached the reader
         */
        public Counts(long attempted, long lost, long delivered) {
            this(attempted, lost, delivered, 0);
        }

        /** {@return those that are on their way} */
        public long pending() {
            return attempted - lost - delivered;
        }

        /** {@return those that the reader made something of} */
        public long decoded() {
            return delivered - rejected;
        }

        private Counts minus(Counts earlier) {
            return new Counts(
                    attempted - earlier.attempted,
                    lost - earlier.lost,
                    delivered - earlier.delivered,
                    rejected - earlier.rejected);
        }
    }

    /**
     * {@return the counts of one kind, all 0 where nothing was counted}
     *
     * @param kind which
     */
    public Counts counts(RecordKind kind) {
        Account account = accounts.get(kind.layer());
        return account == null ? NOTHING : account.kinds().getOrDefault(kind, NOTHING);
    }

    /**
     * {@return what was counted since}
     *
     * @param earlier an earlier reading of the same stream
     */
    public LossLedger since(LossLedger earlier) {
        Map<Layer, Account> differences = new EnumMap<>(Layer.class);
        accounts.forEach((layer, account) -> {
            Account before = earlier.accounts.get(layer);
            if (before == null) {
                differences.put(layer, account);
                return;
            }
            Map<RecordKind, Counts> kinds = new TreeMap<>();
            account.kinds().forEach((kind, counts) -> kinds.put(kind, counts.minus(earlier.counts(kind))));
            MessageCounts now = account.messages();
            MessageCounts then = before.messages();
            differences.put(
                    layer,
                    new Account(
                            kinds,
                            account.missedRuns() - before.missedRuns(),
                            new MessageCounts(
                                    now.paired() - then.paired(),
                                    now.unpaired() - then.unpaired(),
                                    now.evicted() - then.evicted(),
                                    now.malformed() - then.malformed(),
                                    now.pending())));
        });
        return new LossLedger(timestamp, differences);
    }

    /** {@return records of any kind that programs were about to write} */
    public long attempted() {
        return sum(account -> account.sum(Counts::attempted));
    }

    /** {@return records of any kind that found the ring full} */
    public long lost() {
        return sum(account -> account.sum(Counts::lost));
    }

    /** {@return records of any kind that reached the reader} */
    public long delivered() {
        return sum(account -> account.sum(Counts::delivered));
    }

    /** {@return records of any kind that the reader could not read} */
    public long rejected() {
        return sum(account -> account.sum(Counts::rejected));
    }

    /** {@return records of any kind that are on their way} */
    public long pending() {
        return attempted() - lost() - delivered();
    }

    /** {@return runs of programs that the kernel left out} */
    public long missedRuns() {
        return sum(Account::missedRuns);
    }

    private long sum(ToLongFunction<Account> part) {
        return accounts.values().stream().mapToLong(part).sum();
    }

    /** {@return whether no record is missing in what was delivered: none lost, none rejected, no run missed} */
    public boolean isComplete() {
        return lost() == 0 && rejected() == 0 && missedRuns() == 0;
    }
}
