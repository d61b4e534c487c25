package io.ebpf4j.observability.probe;

import io.ebpf4j.observability.event.ConnectivityEvent;
import io.ebpf4j.observability.event.Direction;
import io.ebpf4j.observability.event.HttpExchanged;
import io.ebpf4j.observability.event.PayloadDecoder;
import io.ebpf4j.observability.event.PayloadOptions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Predicate;

/** A TLS probe with a thread that polls it, and what it told. */
final class TlsWatch implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final ConcurrentLinkedQueue<ConnectivityEvent> events = new ConcurrentLinkedQueue<>();
    private final PayloadDecoder decoder = new PayloadDecoder(PayloadOptions.DEFAULTS, events::add);
    private final TlsProbe probe;
    private final Thread thread;
    private volatile boolean closing;

    TlsWatch(TlsProbeOptions options) {
        probe = TlsProbe.open(options, decoder);
        thread = Thread.ofPlatform().daemon().start(() -> {
            while (!closing) {
                probe.poll(Duration.ofMillis(100));
            }
        });
    }

    TlsProbe probe() {
        return probe;
    }

    List<HttpExchanged> exchanges(int serverPort, Direction direction) {
        return events.stream()
                .filter(HttpExchanged.class::isInstance)
                .map(HttpExchanged.class::cast)
                .filter(event -> event.connection().direction() == direction)
                .filter(event -> (direction == Direction.SERVER
                                        ? event.connection().local()
                                        : event.connection().remote())
                                .port()
                        == serverPort)
                .toList();
    }

    List<HttpExchanged> exchanges() {
        return events.stream()
                .filter(HttpExchanged.class::isInstance)
                .map(HttpExchanged.class::cast)
                .toList();
    }

    List<HttpExchanged> awaitExchanges(int serverPort, Direction direction, int atLeast) throws InterruptedException {
        await(_ -> exchanges(serverPort, direction).size() >= atLeast, () -> atLeast + " exchanges in " + events);
        return exchanges(serverPort, direction);
    }

    void awaitLibrary(String path) throws InterruptedException {
        await(
                watch -> watch.probe.status().libraries().stream()
                        .anyMatch(library -> library.path().endsWith(path)),
                () -> path + " in " + probe.status());
    }

    void await(Predicate<TlsWatch> condition, java.util.function.Supplier<String> what) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.test(this)) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not seen: " + what.get());
            }
            Thread.sleep(20);
        }
    }

    @Override
    public void close() {
        closing = true;
        probe.wakeup();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        probe.close();
    }
}
