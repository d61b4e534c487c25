package io.ebpf4j.observability.proof;

import io.ebpf4j.observability.event.ConnectivityEvent;
import io.ebpf4j.observability.event.Layer;
import io.ebpf4j.observability.probe.ConnectivityEvents;
import io.ebpf4j.observability.probe.ConnectivityOptions;
import io.ebpf4j.observability.probe.LayerStatus;
import io.ebpf4j.observability.probe.LossLedger;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;

/** Layers of one network, watched; their events are kept, or only counted. */
final class Watch implements AutoCloseable {
    private final List<ConnectivityEvent> events = new ArrayList<>();
    private final ConcurrentHashMap<Class<?>, LongAdder> counts = new ConcurrentHashMap<>();
    private final boolean keeping;
    private final ConnectivityEvents stream;

    private Watch(long namespace, int ringBytes, Set<Layer> layers, boolean keeping) {
        this.keeping = keeping;
        stream = ConnectivityEvents.start(
                ConnectivityOptions.DEFAULTS
                        .withLayers(layers)
                        .withRingBytes(ringBytes)
                        .withNetworkNamespace(namespace),
                this::take);
        if (!stream.status().stream().allMatch(LayerStatus::isWatched)) {
            stream.close();
            throw new IllegalStateException("not all layers are watched: " + stream.status());
        }
    }

    /** TCP and HTTP, each event kept. */
    static Watch keeping(long namespace, int ringBytes) {
        return new Watch(namespace, ringBytes, Set.of(Layer.TCP, Layer.HTTP), true);
    }

    /** One that only counts. */
    static Watch counting(long namespace, int ringBytes, Set<Layer> layers) {
        return new Watch(namespace, ringBytes, layers, false);
    }

    private void take(ConnectivityEvent event) {
        if (keeping) {
            synchronized (events) {
                events.add(event);
            }
        }
        counts.computeIfAbsent(event.getClass(), any -> new LongAdder()).increment();
    }

    <T extends ConnectivityEvent> List<T> events(Class<T> kind) {
        synchronized (events) {
            return events.stream().filter(kind::isInstance).map(kind::cast).toList();
        }
    }

    /** How many events of a kind there are. */
    int count(Class<? extends ConnectivityEvent> kind) {
        LongAdder count = counts.get(kind);
        return count == null ? 0 : Math.toIntExact(count.sum());
    }

    /** Waits until something holds, half a minute at most; whether it does the caller asserts. */
    static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.getAsBoolean() && System.nanoTime() - deadline < 0) {
            try {
                TimeUnit.MILLISECONDS.sleep(100);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
    }

    LossLedger ledger() {
        return stream.ledger();
    }

    @Override
    public void close() {
        stream.close();
    }
}
