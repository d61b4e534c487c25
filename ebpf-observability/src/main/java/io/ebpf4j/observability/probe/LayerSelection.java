package io.ebpf4j.observability.probe;

import io.ebpf4j.observability.event.ConnectivityEvent;
import io.ebpf4j.observability.event.EventFilter;
import io.ebpf4j.observability.event.Layer;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Which layers' probes it takes to give the layers asked for, and which of their events were asked for: the hellos of TLS
 * travel in the clear, so the probe of what is said in the clear sees them.
 */
final class LayerSelection {
    private LayerSelection() {}

    static Set<Layer> probes(Set<Layer> asked) {
        Set<Layer> needed = EnumSet.copyOf(asked);
        if (asked.contains(Layer.TLS)) {
            needed.add(Layer.HTTP);
        }
        return needed;
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
