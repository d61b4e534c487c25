package io.ebpf4j.observability.verdict;

import io.ebpf4j.observability.aggregate.Snapshot;
import io.ebpf4j.observability.identity.Identity;
import java.util.Objects;
import java.util.Optional;

/**
 * What a {@link PairJudge} judges by.
 *
 * @param window the window in question
 * @param baseline a window in which all was well, or an earlier one; empty where there is none
 * @param others what other clients had with the same server in the window
 * @param elsewhere what the same client had with other servers in the window
 */
public record PairCase(
        PairWindow window, Optional<PairWindow> baseline, Optional<PairWindow> others, Optional<PairWindow> elsewhere) {
    /** Checks that nothing is null. */
    public PairCase {
        Objects.requireNonNull(window, "window");
        Objects.requireNonNull(baseline, "baseline");
        Objects.requireNonNull(others, "others");
        Objects.requireNonNull(elsewhere, "elsewhere");
    }

    /**
     * {@return a pair's window alone}
     *
     * @param window the window
     */
    public static PairCase of(PairWindow window) {
        return new PairCase(window, Optional.empty(), Optional.empty(), Optional.empty());
    }

    /**
     * {@return a pair's case with all that a window knows around it}
     *
     * @param source the client
     * @param destination the server
     * @param window the window in question: the difference of two snapshots
     * @param journeys what became of journeys in it
     * @param baseline a window to compare with; empty where there is none
     */
    public static PairCase of(
            Identity source,
            Identity destination,
            Snapshot window,
            JourneySummary.Counted journeys,
            Optional<Snapshot> baseline) {
        return new PairCase(
                PairWindow.of(window, source, destination, journeys),
                baseline.map(earlier -> PairWindow.of(earlier, source, destination, JourneySummary.Counted.NONE)),
                Optional.of(PairWindow.others(window, source, destination)),
                Optional.of(PairWindow.elsewhere(window, source, destination)));
    }

    /**
     * {@return a copy with a baseline}
     *
     * @param earlier the window to compare with
     */
    public PairCase withBaseline(PairWindow earlier) {
        return new PairCase(window, Optional.of(earlier), others, elsewhere);
    }

    /**
     * {@return a copy with what other clients had with the server}
     *
     * @param clients their window
     */
    public PairCase withOthers(PairWindow clients) {
        return new PairCase(window, baseline, Optional.of(clients), elsewhere);
    }

    /**
     * {@return a copy with what the client had with other servers}
     *
     * @param servers their window
     */
    public PairCase withElsewhere(PairWindow servers) {
        return new PairCase(window, baseline, others, Optional.of(servers));
    }
}
