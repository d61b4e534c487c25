package io.ebpf4j.observability.probe;

import io.ebpf4j.observability.event.ConnectivityEvent;
import io.ebpf4j.observability.event.Direction;
import io.ebpf4j.observability.event.HttpExchanged;
import io.ebpf4j.observability.event.PayloadDecoder;
import io.ebpf4j.observability.event.PayloadOptions;
import io.ebpf4j.observability.event.TlsHandshake;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** A payload probe with a thread that polls it, and what it told. */
final class PayloadWatch implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final ConcurrentLinkedQueue<ConnectivityEvent> events = new ConcurrentLinkedQueue<>();
    private final PayloadDecoder decoder = new PayloadDecoder(PayloadOptions.DEFAULTS, events::add);
    private final PayloadProbe probe;
    private final Thread thread;
    private volatile boolean closing;

    PayloadWatch() {
        probe = PayloadProbe.open(
                PayloadProbeOptions.DEFAULTS
                        .withRingBytes(1 << 25)
                        .withOwnProcess(PayloadProbeOptions.OwnProcess.WATCHED),
                decoder);
        thread = Thread.ofPlatform().daemon().start(() -> {
            while (!closing) {
                probe.poll(Duration.ofMillis(50));
            }
        });
    }

    PayloadProbe probe() {
        return probe;
    }

    PayloadDecoder decoder() {
        return decoder;
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

    List<HttpExchanged> awaitExchanges(int serverPort, Direction direction, int count) {
        await(
                () -> exchanges(serverPort, direction).size() >= count,
                () -> count + " exchanges of " + direction + " in " + events + ", " + decoder.counts() + ", "
                        + probe.counts());
        return exchanges(serverPort, direction);
    }

    List<TlsHandshake> awaitHandshakes(int serverPort, int count) {
        Supplier<List<TlsHandshake>> seen = () -> events.stream()
                .filter(TlsHandshake.class::isInstance)
                .map(TlsHandshake.class::cast)
                .filter(event -> event.connection().local().port() == serverPort
                        || event.connection().remote().port() == serverPort)
                .toList();
        await(() -> seen.get().size() >= count, () -> count + " handshakes in " + events);
        return seen.get();
    }

    private void await(BooleanSupplier condition, Supplier<String> what) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not seen: " + what.get());
            }
            try {
                Thread.sleep(20);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError(e);
            }
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
