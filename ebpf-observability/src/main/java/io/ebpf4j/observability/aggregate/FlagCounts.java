package io.ebpf4j.observability.aggregate;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Flags of TCP, added up from the series of TCP as a snapshot is made: what goes back between two is in one series with what comes. */
final class FlagCounts {
    private final Map<Kind, Long> counts = new LinkedHashMap<>();

    private record Kind(FlowKey flow, String flag, String family) {}

    void add(FlowKey flow, String flag, String family, long count) {
        if (count > 0) {
            counts.merge(new Kind(flow, flag, family), count, Long::sum);
        }
    }

    List<Snapshot.TcpFlag> list() {
        return counts.entrySet().stream()
                .map(entry -> new Snapshot.TcpFlag(
                        entry.getKey().flow, entry.getKey().flag, entry.getKey().family, entry.getValue()))
                .toList();
    }
}
