package io.ebpf4j.relocate;

/** What a relocation did to its instruction. */
public sealed interface RelocationOutcome {
    /**
     * The target has what was asked and the instruction carries its value.
     *
     * @param before the value the compiler wrote
     * @param after the value for the target
     */
    record Resolved(long before, long after) implements RelocationOutcome {}

    /**
     * The target does not have what was asked, the question allows for that, and the instruction carries 0.
     *
     * @param before the value the compiler wrote
     * @param reason what is missing
     */
    record Absent(long before, String reason) implements RelocationOutcome {}

    /**
     * The target does not have what was asked, and the instruction became a call to a helper that does not exist. Behind a guard
     * that the verifier proves dead it does no harm; where it can be reached, the verifier refuses the program.
     *
     * @param before the value the compiler wrote
     * @param reason what is missing
     */
    record Poisoned(long before, String reason) implements RelocationOutcome {}
}
