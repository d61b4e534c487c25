package io.ebpf4j.samples;

import io.ebpf4j.observability.probe.LossLedger;
import java.util.stream.Collectors;

/** A ledger in one line. */
final class Summary {
    private Summary() {}

    static String of(LossLedger ledger) {
        String records = ledger.delivered() + " records";
        if (ledger.isComplete()) {
            return records + ", none lost";
        }
        String kinds = ledger.accounts().values().stream()
                .flatMap(account -> account.kinds().entrySet().stream())
                .filter(kind -> kind.getValue().lost() > 0)
                .map(kind -> kind.getValue().lost() + " " + kind.getKey())
                .collect(Collectors.joining(", "));
        return records + ", incomplete: " + ledger.lost() + " found the ring full"
                + (kinds.isEmpty() ? "" : " (" + kinds + "; a larger --ring-bytes helps)") + ", "
                + ledger.missedRuns() + " program runs left out by the kernel, " + ledger.rejected() + " unreadable";
    }
}
