package io.ebpf4j.observability.probe;

import io.ebpf4j.observability.event.GapEvent;
import io.ebpf4j.observability.event.RecordKind;
import io.ebpf4j.observability.event.RecordNames;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Both sides of a probe's account: what its programs counted, and what came in. */
final class ProbeAccount {
    private final LayerProbe probe;
    private final RecordNames names;
    private final RecordIntake intake;
    private final TallyReader tallies;
    private final int numbers;
    // of the thread that looks for gaps
    private final long[] lostBefore = new long[RecordNames.NUMBERS];
    private final long[] rejectedBefore = new long[RecordNames.NUMBERS];
    private long missedBefore;

    ProbeAccount(LayerProbe probe, RecordNames names, RecordIntake intake) {
        this.probe = probe;
        this.names = names;
        this.intake = intake;
        this.tallies = new TallyReader(probe.tallies(), probe.btf());
        this.numbers = Math.min(RecordNames.NUMBERS, probe.tallies().maxEntries());
    }

    LayerProbe probe() {
        return probe;
    }

    RecordIntake intake() {
        return intake;
    }

    /** The account now; any thread may ask. */
    LossLedger.Account read() {
        Map<RecordKind, LossLedger.Counts> kinds = new TreeMap<>();
        for (int number = 0; number < RecordNames.NUMBERS; number++) {
            // what came in is read first: it cannot overtake what was attempted before
            long rejected = intake.rejected(number);
            long delivered = intake.delivered(number);
            boolean named = names.kinds().containsKey(number);
            if (delivered == 0 && !named) {
                continue;
            }
            TallyReader.Tally tally = number < numbers ? tallies.read(number) : new TallyReader.Tally(0, 0);
            if (delivered == 0 && tally.attempted() == 0) {
                continue;
            }
            kinds.merge(
                    names.kind(number),
                    new LossLedger.Counts(tally.attempted(), tally.lost(), delivered, rejected),
                    (a, b) -> new LossLedger.Counts(
                            a.attempted() + b.attempted(),
                            a.lost() + b.lost(),
                            a.delivered() + b.delivered(),
                            a.rejected() + b.rejected()));
        }
        return new LossLedger.Account(kinds, probe.missedRuns(), probe.reader().messages());
    }

    /** Tells what was lost since it was asked before, which was not before {@code first}. One thread asks. */
    void findGaps(long first, Consumer<? super GapEvent> consumer) {
        for (int number : names.kinds().keySet()) {
            if (number < numbers) {
                long lost = tallies.lost(number);
                tell(GapEvent.Cause.RING_FULL, names.kind(number), lost - lostBefore[number], first, consumer);
                lostBefore[number] = lost;
            }
        }
        for (int number = 0; number < RecordNames.NUMBERS; number++) {
            long rejected = intake.rejected(number);
            tell(GapEvent.Cause.REJECTED, names.kind(number), rejected - rejectedBefore[number], first, consumer);
            rejectedBefore[number] = rejected;
        }
        long missed = probe.missedRuns();
        RecordKind any = new RecordKind(probe.layer(), RecordKind.UNKNOWN);
        tell(GapEvent.Cause.PROGRAM_MISSED, any, missed - missedBefore, first, consumer);
        missedBefore = missed;
    }

    private static void tell(
            GapEvent.Cause cause, RecordKind kind, long lost, long first, Consumer<? super GapEvent> consumer) {
        if (lost > 0) {
            long last = System.nanoTime(); // after the reading, so none of it is later
            consumer.accept(new GapEvent(last, -1, kind, cause, lost, first, last));
        }
    }
}
