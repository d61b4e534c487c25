package io.ebpf4j.relocate;

import java.util.List;

/**
 * One relocation explained.
 *
 * @param site what the object asked for
 * @param path the question in C's terms, such as {@code struct task_struct.mm.exe_file}
 * @param candidates the target types looked at, in the target's order; empty when none has the name
 * @param outcome what became of the instruction
 * @param before the instruction before, as the disassembler writes it
 * @param after the instruction after
 */
public record RelocationEntry(
        RelocationSite site,
        String path,
        List<CandidateVerdict> candidates,
        RelocationOutcome outcome,
        String before,
        String after) {
    /** Copies the candidates. */
    public RelocationEntry {
        candidates = List.copyOf(candidates);
    }
}
