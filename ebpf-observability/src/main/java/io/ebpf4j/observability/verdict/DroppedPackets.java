package io.ebpf4j.observability.verdict;

import io.ebpf4j.observability.bounded.BoundedMap;
import io.ebpf4j.observability.event.Connection;
import io.ebpf4j.observability.event.DropClass;
import io.ebpf4j.observability.event.Endpoint;
import io.ebpf4j.observability.event.PacketDropped;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/** Packets of TCP that this host dropped of late and somebody missed. */
final class DroppedPackets {
    private static final int TCP = 6;
    private static final int MOST_FLOWS = 4096;
    private static final int MOST_OF_ONE = 8;

    private final Map<Flow, Deque<PacketDropped>> flows = new BoundedMap<>(MOST_FLOWS);

    private record Flow(Endpoint source, Endpoint destination) {}

    void add(PacketDropped drop) {
        if (drop.protocol() != TCP || drop.dropClass() != DropClass.LOSS) {
            return;
        }
        Deque<PacketDropped> drops =
                flows.computeIfAbsent(new Flow(drop.source(), drop.destination()), flow -> new ArrayDeque<>());
        if (drops.size() == MOST_OF_ONE) {
            drops.removeFirst();
        }
        drops.addLast(drop);
    }

    List<PacketDropped> of(Connection connection, long from, long to) {
        List<PacketDropped> found = new ArrayList<>();
        collect(new Flow(connection.local(), connection.remote()), from, to, found);
        collect(new Flow(connection.remote(), connection.local()), from, to, found);
        return found.size() > MOST_OF_ONE ? found.subList(0, MOST_OF_ONE) : found;
    }

    private void collect(Flow flow, long from, long to, List<PacketDropped> into) {
        Deque<PacketDropped> drops = flows.get(flow);
        if (drops != null) {
            drops.stream()
                    .filter(drop -> drop.timestamp() - from >= 0 && drop.timestamp() - to <= 0)
                    .forEach(into::add);
        }
    }
}
