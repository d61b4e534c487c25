package io.ebpf4j.relocate;

/**
 * A target type that was looked at for a relocation, and what came of it.
 *
 * @param origin where the type is from: the target BTF's origin, such as a path or a module's name
 * @param typeId the type's id there
 * @param type the type as text, such as {@code struct task_struct}
 * @param verdict what came of it
 * @param detail the field's place in the target when it matches, else why it does not
 */
public record CandidateVerdict(String origin, int typeId, String type, Verdict verdict, String detail) {
    /** What came of a candidate. */
    public enum Verdict {
        /** The relocation's value is from this type. */
        CHOSEN,
        /** Gives the same values as the chosen type for every relocation of this local type. */
        EQUIVALENT,
        /** Has what this relocation asks, but answers fewer relocations of this local type than the chosen one. */
        OUTVOTED,
        /** Does not have what this relocation asks. */
        MISMATCH
    }
}
