package io.ebpf4j.relocate;

import java.util.List;

/** Every relocation of one program explained, in the order of the object file. Safe from any thread. */
public final class RelocationReport {
    private final List<RelocationEntry> entries;

    RelocationReport(List<RelocationEntry> entries) {
        this.entries = entries;
    }

    /** {@return an entry for each relocation, in the order they were given} */
    public List<RelocationEntry> entries() {
        return entries;
    }
}
