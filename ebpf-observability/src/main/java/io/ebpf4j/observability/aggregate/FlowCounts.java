package io.ebpf4j.observability.aggregate;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What was processed, in Hubble's terms, added up from the series of the layers as a snapshot is made. Of TCP each step of
 * a connection is one (an attempt, an answer, a reset, an end), and each time that a sweep found that it went on, as
 * Cilium's monitor tells a packet only where it brings a new flag or an interval has passed.
 */
final class FlowCounts {
    private final Map<Kind, Long> counts = new LinkedHashMap<>();

    private record Kind(FlowKey flow, String type, String subtype, String verdict, String protocol) {}

    void add(FlowKey flow, String type, String subtype, String verdict, String protocol, long count) {
        if (count > 0) {
            counts.merge(new Kind(flow, type, subtype, verdict, protocol), count, Long::sum);
        }
    }

    List<Snapshot.Flow> list() {
        return counts.entrySet().stream()
                .map(entry -> {
                    Kind kind = entry.getKey();
                    return new Snapshot.Flow(
                            kind.flow, kind.type, kind.subtype, kind.verdict, kind.protocol, entry.getValue());
                })
                .toList();
    }
}
