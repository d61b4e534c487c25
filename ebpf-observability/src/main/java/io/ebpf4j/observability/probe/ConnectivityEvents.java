package io.ebpf4j.observability.probe;

import io.ebpf4j.observability.event.EventHandler;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The stream of connectivity events, drained on one platform thread (waiting for the kernel pins its thread, so a virtual
 * one would hold its carrier). The handler runs on that thread; what it needs longer than the call it keeps with {@code
 * toEvent()}.
 */
public final class ConnectivityEvents implements AutoCloseable {
    private static final Duration TURN = Duration.ofSeconds(1);

    private final TcpProbe probe;
    private final Thread thread;
    private final AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();
    private volatile boolean closing;

    private ConnectivityEvents(TcpProbe probe) {
        this.probe = probe;
        this.thread =
                Thread.ofPlatform().name("ebpf4j-connectivity-events").daemon().unstarted(this::drain);
    }

    /**
     * Starts watching.
     *
     * @param options how to watch
     * @param handler takes the records, on this stream's own thread; an exception that it throws ends the stream and is
     *     thrown by {@link #close()}
     * @return the running stream, to be closed by the caller
     * @throws io.ebpf4j.kernel.BpfException when the kernel cannot or may not do this; the message says what is missing
     */
    public static ConnectivityEvents start(TcpProbeOptions options, EventHandler handler) {
        ConnectivityEvents events = new ConnectivityEvents(TcpProbe.open(options, handler));
        events.thread.start();
        return events;
    }

    private void drain() {
        try {
            while (!closing) {
                probe.tend(System.nanoTime());
                probe.poll(TURN);
            }
            probe.poll(Duration.ZERO); // what came while the last turn ended
        } catch (RuntimeException e) {
            failure.set(e);
        }
    }

    /** {@return whether the stream still runs: false after closing, or after its handler threw} */
    public boolean isRunning() {
        return thread.isAlive() && !closing;
    }

    /** {@return what became of every record so far} */
    public LossLedger ledger() {
        return probe.ledger();
    }

    /**
     * Ends the stream: waits for the handler to return, detaches and unloads the programs. Not to be called by the
     * handler. Closing again does nothing.
     *
     * @throws RuntimeException what the handler threw, if it did
     */
    @Override
    public void close() {
        if (closing) {
            return;
        }
        closing = true;
        probe.wakeup();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        probe.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        RuntimeException thrown = failure.get();
        if (thrown != null) {
            throw thrown;
        }
    }
}
