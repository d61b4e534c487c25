package io.ebpf4j.observability.verdict;

import java.util.List;
import java.util.Set;

/**
 * One layer that is not well.
 *
 * @param fault the layer
 * @param side where
 * @param weight how much harm it does: 0 to 1 for what slows, more for what fails
 * @param confidence how sure it is
 * @param sentence what a person should read
 * @param evidence what speaks for it
 * @param explains the layers that are not well because of this one
 */
record Symptom(
        Fault fault,
        Side side,
        double weight,
        double confidence,
        String sentence,
        List<Evidence> evidence,
        Set<Fault> explains) {
    Symptom {
        evidence = List.copyOf(evidence);
        explains = Set.copyOf(explains);
    }
}
