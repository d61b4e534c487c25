package io.ebpf4j.observability.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.kernel.Capability;
import io.ebpf4j.observability.event.ConnectivityEvent;
import io.ebpf4j.observability.event.GapEvent;
import io.ebpf4j.observability.event.Layer;
import io.ebpf4j.observability.event.RecordKind;
import io.ebpf4j.testing.RequiresKernel;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

@RequiresKernel(
        since = "5.12",
        capability = {Capability.BPF, Capability.PERFMON, Capability.SYS_ADMIN, Capability.NET_ADMIN},
        feature = "socket cookies in tp_btf programs")
class OverloadIT {
    private static final RecordKind FAILED = new RecordKind(Layer.TCP, "connect_failed");
    private static final long EVENTS = 1_000_000;
    private static final int RING_BYTES = 64 << 10;
    private static final int THREADS = 2;
    private static final long DEADLINE_NANOS = 300_000_000_000L;
    private static final long HEAP_GROWTH = 16 << 20;

    /** A reader that is slower than the programs: it rests now and then for longer than the ring lasts. */
    private static final class SlowReader implements Consumer<ConnectivityEvent> {
        private final Map<GapEvent.Cause, Long> lost = new EnumMap<>(GapEvent.Cause.class);
        private final List<String> disorder = new ArrayList<>();
        private long events;
        private long lastGap;

        @Override
        public void accept(ConnectivityEvent event) {
            if (event instanceof GapEvent gap) {
                lost.merge(gap.cause(), gap.lost(), Long::sum);
                if (gap.first() > gap.last() || gap.last() < lastGap || gap.lost() < 1) {
                    disorder.add(gap.toString());
                }
                lastGap = gap.last();
            } else if (++events % 2000 == 0) {
                LockSupport.parkNanos(5_000_000);
            }
        }
    }

    @Test
    void aMillionEventsThroughASmallRingBalanceToTheUnit() throws Exception {
        SlowReader reader = new SlowReader();
        AtomicLong refused = new AtomicLong();
        ConnectivityOptions options = ConnectivityOptions.DEFAULTS.withRingBytes(RING_BYTES);
        ConnectivityEvents stream;
        long before;
        long after;
        long start = System.nanoTime();
        try (TestNetwork network = new TestNetwork();
                ConnectivityEvents events =
                        ConnectivityEvents.start(options.withNetworkNamespace(network.inode()), reader)) {
            stream = events;
            List<CompletableFuture<Integer>> producers = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                producers.add(network.async(() -> produce(events, refused)));
            }
            while (events.ledger().attempted() < EVENTS / 4) {
                check(events.ledger());
                Thread.sleep(20);
            }
            before = heap();
            while (producers.stream().anyMatch(producer -> !producer.isDone())) {
                check(events.ledger());
                Thread.sleep(20);
                assertThat(System.nanoTime() - start).as("nothing hangs").isLessThan(DEADLINE_NANOS);
            }
            for (CompletableFuture<Integer> producer : producers) {
                producer.get();
            }
            after = heap();
        }
        LossLedger ledger = stream.ledger();
        assertThat(ledger.attempted()).isGreaterThanOrEqualTo(EVENTS);
        ledger.accounts().get(Layer.TCP).kinds().forEach((kind, counts) -> {
            assertThat(counts.attempted()).as("%s", kind).isEqualTo(counts.lost() + counts.delivered());
            assertThat(counts.rejected()).as("%s", kind).isZero();
        });
        assertThat(ledger.lost()).as("the reader was too slow").isPositive();
        assertThat(ledger.delivered()).isEqualTo(reader.events);
        assertThat(reader.lost.getOrDefault(GapEvent.Cause.RING_FULL, 0L)).isEqualTo(ledger.lost());
        assertThat(reader.lost.getOrDefault(GapEvent.Cause.PROGRAM_MISSED, 0L)).isEqualTo(ledger.missedRuns());
        assertThat(reader.disorder).isEmpty();
        // the sockets' own count: each refusal is told once, unless the kernel left a program out
        assertThat(ledger.counts(FAILED).attempted()).isBetween(refused.get() - ledger.missedRuns(), refused.get());
        assertThat(stream.completeness(start, System.nanoTime())).isEqualTo(WindowCompleteness.INCOMPLETE);
        assertThat(after - before).as("growth of the heap").isLessThan(HEAP_GROWTH);
    }

    /** While programs write and the reader reads. */
    private static void check(LossLedger ledger) {
        ledger.accounts()
                .values()
                .forEach(account -> account.kinds()
                        .forEach((kind, counts) -> assertThat(counts.pending())
                                .as("%s %s", kind, counts)
                                .isBetween(0L, (long) RING_BYTES)));
    }

    private static int produce(ConnectivityEvents events, AtomicLong refused) throws IOException {
        InetSocketAddress nobody = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
        int attempts = 0;
        while (attempts % 256 != 0 || events.ledger().attempted() < EVENTS) {
            attempts++;
            try (Socket socket = new Socket()) {
                socket.connect(nobody);
            } catch (ConnectException e) {
                refused.incrementAndGet();
            }
        }
        return attempts;
    }

    private static long heap() throws InterruptedException {
        System.gc();
        Thread.sleep(100);
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
