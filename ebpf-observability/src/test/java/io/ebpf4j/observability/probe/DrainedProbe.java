package io.ebpf4j.observability.probe;

import io.ebpf4j.ring.RingBuffer;
import io.ebpf4j.ring.RingPoller;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Drains a probe's ring on the test's own thread. */
final class DrainedProbe implements AutoCloseable {
    private static final long PATIENCE_NANOS = 20_000_000_000L;

    private final LayerProbe probe;
    private final RingPoller poller = RingPoller.create();

    DrainedProbe(LayerProbe probe) {
        this.probe = probe;
        poller.add(RingBuffer.open(probe.events()), probe.reader());
    }

    void drain() {
        poller.poll(Duration.ofMillis(50));
        probe.reader().elapse(System.nanoTime());
    }

    /** Drains until there is what is wanted; null where there never is. */
    <T> @Nullable T await(Supplier<@Nullable T> wanted) {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (System.nanoTime() < deadline) {
            drain();
            T found = wanted.get();
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    @Override
    public void close() {
        poller.close();
        probe.close();
    }
}
