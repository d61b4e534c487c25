package io.ebpf4j.observability.probe;

import io.ebpf4j.kernel.BpfException;
import io.ebpf4j.link.IteratorLink;
import io.ebpf4j.program.BpfProgram;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Walks over the sockets of every network namespace at an interval. The kernel walks those of the reading thread's
 * namespace, so each sweep is made by a thread of its own that goes from one to the next; the ring is drained meanwhile.
 */
final class SocketSweeper implements AutoCloseable {
    private final BpfProgram sockets;
    private final long onlyNamespace;
    private final long interval;
    private final AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();
    private final AtomicReference<Sweep> last = new AtomicReference<>(new Sweep(0, 0, 0));
    private @Nullable Thread thread;
    private long due;

    SocketSweeper(BpfProgram sockets, long onlyNamespace, long intervalNanos) {
        this.sockets = sockets;
        this.onlyNamespace = onlyNamespace;
        this.interval = intervalNanos;
        this.due = System.nanoTime();
    }

    /** Starts a sweep when one is due and none is under way. */
    synchronized void tend(long now) {
        RuntimeException thrown = failure.getAndSet(null);
        if (thrown != null) {
            throw thrown;
        }
        if (interval == 0 || now - due < 0 || (thread != null && thread.isAlive())) {
            return;
        }
        due = now + interval;
        start();
    }

    /** Sweeps now, and waits until all is told. */
    Sweep sweep() {
        Thread started;
        synchronized (this) {
            join(thread);
            started = start();
        }
        join(started);
        RuntimeException thrown = failure.getAndSet(null);
        if (thrown != null) {
            throw thrown;
        }
        return last.get();
    }

    Sweep last() {
        return last.get();
    }

    private Thread start() {
        Thread started = Thread.ofPlatform()
                .name("ebpf4j-socket-sweep")
                .daemon()
                .start(() -> {
                    try {
                        last.set(walkAll());
                    } catch (RuntimeException e) {
                        failure.set(e);
                    }
                });
        thread = started;
        return started;
    }

    private Sweep walkAll() {
        long began = System.nanoTime();
        int swept = 0;
        int unreachable = 0;
        for (Map.Entry<Long, Path> namespace : NetworkNamespaces.visible().entrySet()) {
            if (onlyNamespace != 0 && onlyNamespace != namespace.getKey()) {
                continue;
            }
            try {
                NetworkNamespaces.enter(namespace.getValue());
            } catch (BpfException goneOrDenied) {
                unreachable++;
                continue;
            }
            walk(sockets, IteratorLink.Options.EVERYTHING);
            swept++;
        }
        return new Sweep(began, swept, unreachable);
    }

    /** Runs an iterator to its end; the program writes to the ring, not to the stream. */
    static void walk(BpfProgram program, IteratorLink.Options options) {
        try (IteratorLink link = IteratorLink.attach(program, options);
                InputStream stream = link.read()) {
            stream.transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void join(@Nullable Thread running) {
        boolean interrupted = false;
        while (running != null && running.isAlive()) {
            try {
                running.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for a sweep that is under way. */
    @Override
    public synchronized void close() {
        join(thread);
    }
}
