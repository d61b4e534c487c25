package io.ebpf4j.observability.verdict;

import java.util.List;
import java.util.Objects;

/**
 * Whose fault it is.
 *
 * @param fault the layer to blame
 * @param side at which side
 * @param confidence how sure that is, 0 to 1: how much was seen, how clearly, from how many ends
 * @param summary one sentence that names layer, side and the strongest evidence
 * @param evidence what speaks for it, the strongest first; and what was seen of other layers that are not well
 */
public record LayerVerdict(Fault fault, Side side, double confidence, String summary, List<Evidence> evidence) {
    /** Copies the evidence. */
    public LayerVerdict {
        Objects.requireNonNull(fault, "fault");
        Objects.requireNonNull(side, "side");
        Objects.requireNonNull(summary, "summary");
        evidence = List.copyOf(evidence);
        if (!(confidence >= 0 && confidence <= 1)) {
            throw new IllegalArgumentException("a confidence of " + confidence);
        }
    }
}
