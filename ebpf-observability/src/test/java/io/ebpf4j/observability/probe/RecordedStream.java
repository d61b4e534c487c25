package io.ebpf4j.observability.probe;

import io.ebpf4j.observability.event.ConnectionEvent;
import io.ebpf4j.observability.event.ConnectivityEvent;
import io.ebpf4j.observability.event.EventHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** A running stream whose events are kept, and can be waited for. */
final class RecordedStream implements AutoCloseable {
    private static final long PATIENCE_NANOS = 20_000_000_000L;

    private final List<ConnectionEvent> events = new ArrayList<>();
    private final ConnectivityEvents stream;

    RecordedStream(TestNetwork network) {
        this(TcpProbeOptions.DEFAULTS.withNetworkNamespace(network.inode()));
    }

    RecordedStream(TcpProbeOptions options) {
        stream = ConnectivityEvents.start(options, EventHandler.events(this::add));
    }

    private synchronized void add(ConnectivityEvent event) {
        if (event instanceof ConnectionEvent connection) { // a gap is in the ledger
            events.add(connection);
            notifyAll();
        }
    }

    synchronized List<ConnectionEvent> events() {
        return List.copyOf(events);
    }

    synchronized <T extends ConnectionEvent> List<T> events(Class<T> kind) {
        return events.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    /** Waits for an event of a kind. */
    synchronized <T extends ConnectionEvent> T await(Class<T> kind, Predicate<T> wanted) {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (true) {
            for (T event : events(kind)) {
                if (wanted.test(event)) {
                    return event;
                }
            }
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                throw new AssertionError("no such " + kind.getSimpleName() + " among " + events
                        + "; the kernel left out " + ledger().missedRuns() + " runs");
            }
            try {
                wait(left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError(e);
            }
        }
    }

    <T extends ConnectionEvent> T await(Class<T> kind) {
        return await(kind, event -> true);
    }

    /**
     * Does something and waits for an event of a kind. Where the kernel left a run of a program out, because it had
     * interrupted that very program on the same CPU, what was to be seen was not there to be seen: it is done again.
     */
    <T extends ConnectionEvent> T after(Runnable action, Class<T> kind) {
        for (int attempt = 1; ; attempt++) {
            long missed = ledger().missedRuns();
            action.run();
            try {
                return await(kind);
            } catch (AssertionError unseen) {
                if (attempt == 3 || ledger().missedRuns() == missed) {
                    throw unseen;
                }
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
