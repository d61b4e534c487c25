package io.ebpf4j.observability.probe;

import io.ebpf4j.observability.event.ConnectivityEvent;
import io.ebpf4j.observability.event.EventFilter;
import io.ebpf4j.observability.event.Layer;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Which layers' probes it takes to give the layers asked for, and which of their events were asked for: the hellos of TLS
 * travel in the clear, so the probe of what is said in the clear sees them.
 */
final class LayerSelection {
    /**
     * Rings are drained in this order: who a process is and what a name leads to are known before the connection that comes of
     * them, and a connection before what is said over it.
     */
    private static final List<Layer> DRAINED =
            List.of(Layer.PROCESS, Layer.DNS, Layer.TCP, Layer.UDP, Layer.HTTP, Layer.TLS, Layer.DROPS);

    private LayerSelection() {}

    static List<Layer> probes(Set<Layer> asked) {
        Set<Layer> needed = EnumSet.copyOf(asked);
        if (asked.contains(Layer.TLS)) {
            needed.add(Layer.HTTP);
        }
        return DRAINED.stream().filter(needed::contains).toList();
    }

    static Consumer<ConnectivityEvent> of(Set<Layer> asked, Consumer<? super ConnectivityEvent> consumer) {
        EventFilter wanted = EventFilter.layers(asked);
        return event -> {
            if (wanted.test(event)) {
                consumer.accept(event);
            }
        };
    }
}
