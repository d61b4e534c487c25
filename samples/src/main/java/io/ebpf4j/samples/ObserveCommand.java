package io.ebpf4j.samples;

import io.ebpf4j.observability.event.ConnectionEvent;
import io.ebpf4j.observability.event.ConnectivityEvent;
import io.ebpf4j.observability.event.EventHandler;
import io.ebpf4j.observability.probe.ConnectivityEvents;
import io.ebpf4j.observability.probe.LossLedger;
import io.ebpf4j.observability.probe.TcpProbeOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Prints TCP connections as they happen, until it is interrupted. */
@Command(
        name = "observe",
        description = "print this machine's TCP connections as they happen",
        mixinStandardHelpOptions = true)
final class ObserveCommand implements Callable<Integer> {
    @Mixin
    private final Output output = new Output();

    @Option(names = "--count", paramLabel = "N", description = "stop after so many events")
    private long count = Long.MAX_VALUE;

    @Option(names = "--duration", paramLabel = "SECONDS", description = "stop after so long")
    private double seconds = Double.POSITIVE_INFINITY;

    @Option(
            names = "--netns",
            paramLabel = "FILE",
            description = "only this network namespace: /proc/PID/ns/net, /run/netns/NAME")
    private @Nullable Path namespace;

    @Option(
            names = "--ring-bytes",
            paramLabel = "N",
            description = "bytes of the ring buffer, a power of two (default: 4194304)")
    private int ringBytes = TcpProbeOptions.DEFAULTS.ringBytes();

    private final CountDownLatch enough = new CountDownLatch(1);
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final WallClock clock = new WallClock();
    private long printed;

    @Override
    public Integer call() throws IOException, InterruptedException {
        TcpProbeOptions options = TcpProbeOptions.DEFAULTS.withRingBytes(ringBytes);
        if (namespace != null) {
            options = options.withNetworkNamespace(((Number) Files.getAttribute(namespace, "unix:ino")).longValue());
        }
        Thread interrupted = new Thread(this::stopAndWait, "ebpf4j-interrupted");
        PrintWriter errors = output.err();
        try (ConnectivityEvents events = ConnectivityEvents.start(options, EventHandler.events(this::print))) {
            Runtime.getRuntime().addShutdownHook(interrupted);
            if (output.form() == Output.Form.TEXT) {
                print(EventRow.header());
            }
            errors.println("watching; Ctrl-C ends it");
            errors.flush();
            waitForEnough(events);
            errors.println(summary(events.ledger()));
            errors.flush();
        } finally {
            stopped.countDown();
        }
        return 0;
    }

    private void waitForEnough(ConnectivityEvents events) throws InterruptedException {
        long nanos = seconds * 1e9 >= Long.MAX_VALUE ? Long.MAX_VALUE : (long) (seconds * 1e9);
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

    private void print(ConnectivityEvent event) {
        if (printed >= count) {
            return;
        }
        Instant time = clock.at(event.timestamp());
        ConnectionEvent connection = (ConnectionEvent) event;
        print(
                output.form() == Output.Form.JSON
                        ? EventJson.of(connection, time).toString()
                        : EventRow.of(connection, LocalTime.ofInstant(time, ZoneId.systemDefault())));
        if (++printed >= count) {
            enough.countDown();
        }
    }

    private void print(String line) {
        PrintWriter out = output.out();
        out.println(line);
        if (out.checkError()) { // flushes; a reader that is gone, as with "| head"
            enough.countDown();
        }
    }

    private static String summary(LossLedger ledger) {
        String events = ledger.delivered() + " events";
        return ledger.isComplete()
                ? events + ", none lost"
                : events + ", incomplete: " + ledger.lost() + " found the ring full (a larger --ring-bytes helps), "
                        + ledger.missedRuns() + " program runs left out by the kernel, " + ledger.rejected()
                        + " unreadable";
    }
}
