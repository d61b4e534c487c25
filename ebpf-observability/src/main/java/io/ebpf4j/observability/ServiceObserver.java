package io.ebpf4j.observability;

import io.ebpf4j.observability.aggregate.FlowAggregator;
import io.ebpf4j.observability.aggregate.Snapshot;
import io.ebpf4j.observability.aggregate.Windows;
import io.ebpf4j.observability.event.ConnectivityEvent;
import io.ebpf4j.observability.event.Layer;
import io.ebpf4j.observability.identity.HostIdentities;
import io.ebpf4j.observability.identity.IdentifiedEvent;
import io.ebpf4j.observability.identity.LocalProcesses;
import io.ebpf4j.observability.probe.ConnectivityEvents;
import io.ebpf4j.observability.probe.LayerLoad;
import io.ebpf4j.observability.probe.LayerStatus;
import io.ebpf4j.observability.probe.LossLedger;
import io.ebpf4j.observability.probe.Replay;
import io.ebpf4j.observability.probe.TimeAnchor;
import io.ebpf4j.program.ProgramStatistics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Who talks to whom on this host, how well, and what was lost of it: events of all layers asked for, named, and added up.
 *
 * <pre>{@code
 * try (var observer = ServiceObserver.start(ServiceObserverOptions.DEFAULTS)) {
 *     Thread.sleep(Duration.ofMinutes(1));
 *     for (var http : observer.snapshot().http()) {
 *         System.out.println(http.flow().source().displayName() + " -> " + http.flow().destination().displayName() + " "
 *                 + http.method() + " " + http.status() + ": " + http.requests());
 *     }
 * }
 * }</pre>
 *
 * <p>One thread drains the rings, names the events, adds them up and hands them to the listeners; one takes a snapshot for
 * {@link #windows()} at each step. Everything here is for any thread. A {@link #replay} is the same of a recording: it is at its end
 * when it is returned, and the same recording gives the same snapshots on any machine.
 */
public final class ServiceObserver implements AutoCloseable {
    private static final long REFRESH_NANOS = 1_000_000_000;

    private final ServiceObserverOptions options;
    private final HostIdentities identities;
    private final FlowAggregator aggregator;
    private final Windows windows;
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile @Nullable ConnectivityEvents events;
    private volatile @Nullable Recorded recorded;
    private volatile @Nullable Path drainingTask;
    private volatile @Nullable ProgramStatistics statistics;

    /** What a recording tells of itself. */
    private record Recorded(TimeAnchor anchor, LossLedger ledger, List<LayerStatus> status) {}

    private ServiceObserver(ServiceObserverOptions options, HostIdentities identities, long from) {
        this.options = options;
        this.identities = identities;
        this.aggregator = new FlowAggregator(options.aggregate(), from);
        this.windows = new Windows(options.step(), options.windows());
    }

    /**
     * Starts watching. Returns when all layers are watched, or known not to be: {@link #status()} tells.
     *
     * @param options what to watch
     * @return the running observer, to be closed by the caller
     * @throws io.ebpf4j.kernel.BpfException when none of the layers can be watched, or the cost cannot be measured; the message says what is missing
     * @throws io.ebpf4j.observability.identity.IdentityFileException when the file of names says something that it cannot mean
     * @throws java.io.UncheckedIOException when a file cannot be read, or the recording cannot be written
     */
    public static ServiceObserver start(ServiceObserverOptions options) {
        return start(options, LocalProcesses.ofThisHost());
    }

    /**
     * Starts watching, with processes that sources of identities among the options go by too, as Kubernetes does.
     *
     * @param options what to watch
     * @param processes this host's processes
     * @return the running observer, to be closed by the caller
     * @throws io.ebpf4j.kernel.BpfException when none of the layers can be watched, or the cost cannot be measured; the message says what is missing
     * @throws io.ebpf4j.observability.identity.IdentityFileException when the file of names says something that it cannot mean
     * @throws java.io.UncheckedIOException when a file cannot be read, or the recording cannot be written
     */
    public static ServiceObserver start(ServiceObserverOptions options, LocalProcesses processes) {
        ServiceObserver observer =
                new ServiceObserver(options, HostIdentities.open(options.identities(), processes), System.nanoTime());
        try {
            if (options.overhead() == ServiceObserverOptions.Overhead.MEASURED) {
                observer.statistics = ProgramStatistics.enable();
            }
            observer.events = ConnectivityEvents.start(options.events(), observer::drained);
            observer.windows.offer(observer.snapshot());
            Thread.ofPlatform().name("ebpf4j-windows").daemon().start(observer::keepWindows);
            return observer;
        } catch (RuntimeException e) {
            observer.close();
            throw e;
        }
    }

    /**
     * Reads a recording to its end. Names come from what was recorded and from what the options give; this host's own processes,
     * addresses and resolver play no part.
     *
     * @param recording the file, made by {@link io.ebpf4j.observability.probe.ConnectivityOptions#withRecording}
     * @param options how to name, what to keep and who listens; what is watched and at what cost plays no part
     * @return the observer at the recording's end
     * @throws IOException when the file cannot be read
     * @throws io.ebpf4j.kernel.InvalidObjectException when the file is not what a recording has to be
     * @throws io.ebpf4j.observability.identity.IdentityFileException when the file of names says something that it cannot mean
     */
    public static ServiceObserver replay(Path recording, ServiceObserverOptions options) throws IOException {
        try (Replay replay = Replay.open(recording)) {
            long from = replay.anchor().monotonic();
            ServiceObserver observer =
                    new ServiceObserver(options, HostIdentities.ofRecording(options.identities()), from);
            observer.run(replay, from);
            return observer;
        }
    }

    /**
     * Reads a recording to its end, with the default options.
     *
     * @param recording the file
     * @return the observer at the recording's end
     * @throws IOException when the file cannot be read
     * @throws io.ebpf4j.kernel.InvalidObjectException when the file is not what a recording has to be
     */
    public static ServiceObserver replay(Path recording) throws IOException {
        return replay(recording, ServiceObserverOptions.DEFAULTS);
    }

    private void run(Replay replay, long from) throws IOException {
        windows.offer(aggregator.snapshot(from, 0));
        long[] refreshed = {from};
        replay.run(event -> {
            long now = event.timestamp();
            if (now - refreshed[0] >= REFRESH_NANOS) {
                identities.identities().refresh(now);
                refreshed[0] = now;
            }
            if (windows.isDue(now)) {
                windows.offer(aggregator.snapshot(now, 0));
            }
            accept(event);
        });
        recorded = new Recorded(
                replay.anchor(),
                replay.ledger().orElseThrow(),
                replay.layers().stream()
                        .map(layer -> new LayerStatus(layer, Optional.empty(), List.of()))
                        .toList());
    }

    private void drained(ConnectivityEvent event) {
        if (drainingTask == null) {
            drainingTask = thisTask();
        }
        accept(event);
    }

    private void accept(ConnectivityEvent event) {
        if (!options.filter().test(event)) {
            return;
        }
        IdentifiedEvent identified = identities.identify(event);
        aggregator.accept(identified);
        for (int i = 0; i < options.listeners().size(); i++) {
            options.listeners().get(i).accept(identified);
        }
    }

    private void keepWindows() {
        try {
            while (!closed.await(options.step().toNanos(), TimeUnit.NANOSECONDS)) {
                windows.offer(snapshot());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // nobody but this class knows the thread: it is to end
        }
    }

    /**
     * {@return all that was added up so far} What is lost in it is what the ledger knows: records that found no room, that could
     * not be read, or that the kernel left out; and connections and messages of which the state was given up for newer ones.
     * Requests and answers that have no other half are no loss: they are told, and counted as such.
     */
    public Snapshot snapshot() {
        Recorded past = recorded;
        return past == null
                ? aggregator.snapshot(System.nanoTime(), missing(ledger()))
                : aggregator.snapshot(aggregator.latest(), missing(past.ledger));
    }

    private static long missing(LossLedger ledger) {
        return ledger.lost()
                + ledger.rejected()
                + ledger.missedRuns()
                + ledger.accounts().values().stream()
                        .mapToLong(account -> account.messages().evicted())
                        .sum();
    }

    /** {@return the last snapshots, a step apart} */
    public Windows windows() {
        return windows;
    }

    /** {@return what became of every record so far} */
    public LossLedger ledger() {
        Recorded past = recorded;
        ConnectivityEvents stream = events;
        return past != null
                ? past.ledger
                : stream != null ? stream.ledger() : new LossLedger(System.nanoTime(), Map.of());
    }

    /** {@return the layers with what their probes need, whether they are watched, and if not why} */
    public List<LayerStatus> status() {
        Recorded past = recorded;
        ConnectivityEvents stream = events;
        return past != null ? past.status : stream != null ? stream.status() : List.of();
    }

    /** {@return what joins the events' timestamps with the wall clock} */
    public TimeAnchor anchor() {
        Recorded past = recorded;
        ConnectivityEvents stream = events;
        return past != null ? past.anchor : stream != null ? stream.anchor() : TimeAnchor.now();
    }

    /** {@return whether events still come: false of a replay, after closing, or after a listener threw} */
    public boolean isRunning() {
        ConnectivityEvents stream = events;
        return stream != null && stream.isRunning();
    }

    /**
     * {@return what each watched layer costs in the kernel and how full its ring is; nothing of a replay and after closing} The
     * time of programs grows only where it is measured, see {@link ServiceObserverOptions#overhead()}.
     */
    public Map<Layer, LayerLoad> load() {
        ConnectivityEvents stream = events;
        return stream == null ? Map.of() : stream.load();
    }

    /**
     * {@return the processor time that the thread took so far which drains, names, adds up and hands on; empty before the first
     * event, of a replay, after closing, and where the kernel does not tell (CONFIG_SCHED_INFO)}
     */
    public Optional<Duration> drainTime() {
        Path task = drainingTask;
        if (task == null || !isRunning()) {
            return Optional.empty();
        }
        try {
            String times = Files.readString(task.resolve("schedstat"), StandardCharsets.US_ASCII);
            return Optional.of(Duration.ofNanos(Long.parseLong(times.substring(0, times.indexOf(' ')))));
        } catch (IOException ended) {
            return Optional.empty();
        }
    }

    private static Path thisTask() {
        Path proc = Path.of("/proc");
        try {
            return proc.resolve(Files.readSymbolicLink(proc.resolve("thread-self")));
        } catch (IOException notMounted) {
            return proc; // which has no such file
        }
    }

    /** {@return who is who, for single ends} */
    public HostIdentities identities() {
        return identities;
    }

    /**
     * Ends watching: what is in the rings is still added up. Snapshots can still be taken. Not to be called by a listener.
     * Closing again does nothing.
     *
     * @throws RuntimeException what a listener threw, if one did
     */
    @Override
    public void close() {
        HostIdentities names = identities;
        ProgramStatistics measuring = statistics;
        ConnectivityEvents stream = events;
        try (names;
                measuring;
                stream) {
            closed.countDown();
        }
    }
}
