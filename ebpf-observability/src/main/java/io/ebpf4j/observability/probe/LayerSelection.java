package io.ebpf4j.observability.probe;

import io.ebpf4j.observability.event.ConnectivityEvent;
import io.ebpf4j.observability.event.HttpEvent;
import io.ebpf4j.observability.event.Layer;
import io.ebpf4j.observability.event.PayloadSource;
import io.ebpf4j.observability.event.TlsHandshake;
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
        return event -> {
            if (isAsked(asked, event)) {
                consumer.accept(event);
            }
        };
    }

    private static boolean isAsked(Set<Layer> asked, ConnectivityEvent event) {
        return switch (event) {
            case HttpEvent http -> asked.contains(http.source() == PayloadSource.SOCKET ? Layer.HTTP : Layer.TLS);
            case TlsHandshake _ -> asked.contains(Layer.TLS);
            default -> true;
        };
    }
}
