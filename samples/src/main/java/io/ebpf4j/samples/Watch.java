package io.ebpf4j.samples;

import io.ebpf4j.observability.event.ConnectivityEvent;
import io.ebpf4j.observability.probe.ConnectivityEvents;
import io.ebpf4j.observability.probe.ConnectivityOptions;
import io.ebpf4j.observability.probe.LayerStatus;
import io.ebpf4j.observability.probe.LossLedger;
import java.io.Closeable;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Watches until the time is up, there is enough, or Ctrl-C; then says what was lost. */
final class Watch {
    private final CountDownLatch enough = new CountDownLatch(1);
    private final CountDownLatch stopped = new CountDownLatch(1);

    /** Ends it. */
    void end() {
        enough.countDown();
    }

    /** What is watched. */
    interface Stream extends AutoCloseable {
        boolean isRunning();

        List<LayerStatus> status();

        LossLedger ledger();

        @Override
        void close();
    }

    /** What runs beside the stream. */
    @FunctionalInterface
    interface Companion {
        /** Begins, now that the stream runs; what it returns is closed after the stream, when the last event has come. */
        Closeable begin() throws IOException;
    }

    private record Events(ConnectivityEvents events) implements Stream {
        @Override
        public boolean isRunning() {
            return events.isRunning();
        }

        @Override
        public List<LayerStatus> status() {
            return events.status();
        }

        @Override
        public LossLedger ledger() {
            return events.ledger();
        }

        @Override
        public void close() {
            events.close();
        }
    }

    private record Observed(Agent agent) implements Stream {
        @Override
        public boolean isRunning() {
            return agent.observer().isRunning();
        }

        @Override
        public List<LayerStatus> status() {
            return agent.observer().status();
        }

        @Override
        public LossLedger ledger() {
            return agent.observer().ledger();
        }

        @Override
        public void close() {
            agent.close();
        }
    }

    void run(ConnectivityOptions options, long nanos, Consumer<ConnectivityEvent> consumer, PrintWriter errors)
            throws IOException, InterruptedException {
        run(new Events(ConnectivityEvents.start(options, consumer)), nanos, () -> () -> {}, errors);
    }

    /** Watches with an agent, which it closes. */
    void run(Agent agent, long nanos, Companion companion, PrintWriter errors)
            throws IOException, InterruptedException {
        run(new Observed(agent), nanos, companion, errors);
    }

    private void run(Stream stream, long nanos, Companion companion, PrintWriter errors)
            throws IOException, InterruptedException {
        Thread interrupted = new Thread(this::stopAndWait, "ebpf4j-interrupted");
        Closeable beside = () -> {};
        try (stream) {
            Runtime.getRuntime().addShutdownHook(interrupted);
            for (LayerStatus layer : stream.status()) {
                layer.problem()
                        .ifPresent(problem -> errors.println("layer "
                                + layer.layer().name().toLowerCase(Locale.ROOT) + " is not watched: "
                                + Failures.describe(problem)));
            }
            beside = companion.begin();
            errors.println("watching; Ctrl-C ends it");
            errors.flush();
            await(stream, nanos);
        } finally {
            beside.close();
            errors.println(Summary.of(stream.ledger())); // after closing: at rest, so it balances
            errors.flush();
            stopped.countDown();
        }
    }

    private void await(Stream events, long nanos) throws InterruptedException {
        long start = System.nanoTime();
        // the stream ends by itself only when its handler threw, which close() then throws
        while (events.isRunning() && System.nanoTime() - start < nanos) {
            long left = Math.min(nanos - (System.nanoTime() - start), TimeUnit.SECONDS.toNanos(1));
            if (enough.await(left, TimeUnit.NANOSECONDS)) {
                return;
            }
        }
    }

    /** The JVM ends when its hooks have: this one lets the command detach its programs first. */
    private void stopAndWait() {
        enough.countDown();
        try {
            if (!stopped.await(10, TimeUnit.SECONDS)) {
                System.err.println("ebpf4j: gave up waiting for the programs to be detached; the kernel does it now");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
