package io.ebpf4j.relocate;

import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Every relocation of one program explained, in the order of the object file.
 *
 * <p>The explanation is put together when it is first asked for; until then the report keeps both sides' BTF reachable. Safe from
 * any thread.
 */
public final class RelocationReport {
    private final Supplier<List<RelocationEntry>> source;
    private @Nullable List<RelocationEntry> entries;

    RelocationReport(Supplier<List<RelocationEntry>> source) {
        this.source = source;
    }

    /** {@return an entry for each relocation, in the order they were given} */
    public synchronized List<RelocationEntry> entries() {
        List<RelocationEntry> result = entries;
        if (result == null) {
            result = source.get();
            entries = result;
        }
        return result;
    }
}
