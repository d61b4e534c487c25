package io.ebpf4j.observability.probe;

import io.ebpf4j.kernel.KernelVersion;
import io.ebpf4j.observability.event.ConnectivityEvent;
import io.ebpf4j.observability.event.EventHandler;
import io.ebpf4j.observability.event.GapEvent;
import io.ebpf4j.observability.event.Layer;
import io.ebpf4j.observability.event.PayloadDecoder;
import io.ebpf4j.observability.event.RecordNames;
import io.ebpf4j.program.BpfProgram;
import io.ebpf4j.program.ProgramInfo;
import io.ebpf4j.ring.RingBuffer;
import io.ebpf4j.ring.RingPoller;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The stream of connectivity events of all layers asked for, drained on one platform thread (waiting for the kernel pins
 * its thread, so a virtual one would hold its carrier). What it calls runs on that thread; while it does, rings fill.
 *
 * <p>Each layer has a ring of its own; within a layer events come in the order in which they were written, between layers
 * by turns. Where records were lost a {@link GapEvent} stands in the stream, within about a quarter of a second. What was
 * lost is known exactly at any time: {@link #ledger()}.
 *
 * <p>A layer that cannot be watched here does not keep others from being watched: {@link #status()} says why it is not.
 */
public final class ConnectivityEvents implements AutoCloseable {
    /** Programs may write without waking the reader: this is how long such a record waits at most. */
    private static final Duration TURN = Duration.ofMillis(100);

    private static final long TEND_NANOS = 250_000_000;
    private static final int RECORDS_PER_TURN = 4096;
    private static final int DRAINS_AT_THE_END = 100;
    private static final Duration IN_FLIGHT = Duration.ofMillis(10);

    private final List<Opening> openings;
    private final Consumer<? super GapEvent> gaps;
    private final Optional<ConnectivityOptions> recorded;
    private final TimeAnchor anchor = TimeAnchor.now();
    private final GapLog gapLog = new GapLog(System.nanoTime());
    private final Thread thread;
    private final RingPoller poller;
    private final TransferChain chain = new TransferChain(); // the stream's thread's
    private final CountDownLatch opened = new CountDownLatch(1);
    private final AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();
    private final Object probesLock = new Object();
    private final List<Watched> watched = new ArrayList<>(); // guarded by probesLock where it is changed or others read
    private volatile List<LayerStatus> status = List.of();
    private volatile @Nullable LossLedger last;
    private volatile boolean closing;
    private @Nullable RecordingWriter recording;

    /** How to open a layer's probe, which takes its place in the chain. */
    private record Opening(Layer layer, Function<TransferChain, ? extends LayerProbe> probe) {}

    private static final class Watched {
        private final ProbeAccount account;
        private final RingBuffer ring;
        private final int number;
        private long checked;

        Watched(ProbeAccount account, RingBuffer ring, int number, long checked) {
            this.account = account;
            this.ring = ring;
            this.number = number;
            this.checked = checked;
        }
    }

    private ConnectivityEvents(
            List<Opening> openings, Consumer<? super GapEvent> gaps, Optional<ConnectivityOptions> recorded) {
        this.openings = openings;
        this.gaps = gaps;
        this.recorded = recorded;
        this.poller = RingPoller.create();
        this.thread =
                Thread.ofPlatform().name("ebpf4j-connectivity-events").daemon().unstarted(this::drain);
    }

    /**
     * Starts watching. Returns when all layers are watched, or known not to be.
     *
     * @param options what to watch
     * @param consumer takes the events, on this stream's own thread; an exception that it throws ends the stream and is
     *     thrown by {@link #close()}
     * @return the running stream, to be closed by the caller
     * @throws io.ebpf4j.kernel.BpfException when none of the layers can be watched; the message says what is missing
     * @throws UncheckedIOException when the recording cannot be written
     */
    public static ConnectivityEvents start(ConnectivityOptions options, Consumer<? super ConnectivityEvent> consumer) {
        Objects.requireNonNull(consumer, "consumer");
        Consumer<ConnectivityEvent> asked = LayerSelection.of(options.layers(), consumer);
        List<Layer> layers = LayerSelection.probes(options.layers());
        List<Opening> openings = layers.stream()
                .map(layer -> new Opening(layer, chain -> open(layer, options, asked, chain)))
                .toList();
        return start(
                new ConnectivityEvents(openings, consumer, options.recording().map(file -> options)));
    }

    /**
     * Starts watching TCP alone, with records as views: nothing is allocated for an event.
     *
     * @param options how to watch
     * @param handler takes the records, on this stream's own thread; an exception that it throws ends the stream and is
     *     thrown by {@link #close()}
     * @return the running stream, to be closed by the caller
     * @throws io.ebpf4j.kernel.BpfException when the kernel cannot or may not do this; the message says what is missing
     */
    public static ConnectivityEvents start(TcpProbeOptions options, EventHandler handler) {
        Opening tcp = new Opening(Layer.TCP, chain -> TcpProbe.open(options, handler, chain));
        return start(new ConnectivityEvents(List.of(tcp), handler::gap, Optional.empty()));
    }

    private static ConnectivityEvents start(ConnectivityEvents events) {
        events.thread.start();
        boolean interrupted = false;
        while (true) {
            try {
                events.opened.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (events.status.stream().noneMatch(LayerStatus::isWatched)) {
            events.close(); // throws why
        }
        return events;
    }

    private static LayerProbe open(
            Layer layer,
            ConnectivityOptions options,
            Consumer<? super ConnectivityEvent> consumer,
            TransferChain chain) {
        return switch (layer) {
            case TCP ->
                TcpProbe.open(
                        TcpProbeOptions.DEFAULTS
                                .withRingBytes(options.ringBytes())
                                .withNetworkNamespace(options.networkNamespace()),
                        EventHandler.events(consumer),
                        chain);
            case HTTP ->
                PayloadProbe.open(
                        PayloadProbeOptions.DEFAULTS
                                .withRingBytes(options.ringBytes())
                                .withNetworkNamespace(options.networkNamespace()),
                        new PayloadDecoder(options.payload(), consumer),
                        chain);
            case DNS ->
                DnsProbe.open(
                        DnsProbeOptions.DEFAULTS
                                .withRingBytes(options.ringBytes())
                                .withNetworkNamespace(options.networkNamespace()),
                        consumer,
                        chain);
            case PROCESS ->
                ProcessProbe.open(
                        ProcessProbeOptions.DEFAULTS.withRingBytes(options.ringBytes()),
                        view -> consumer.accept(view.toEvent()));
            case TLS ->
                TlsProbe.open(
                        TlsProbeOptions.DEFAULTS
                                .withRingBytes(options.ringBytes())
                                .withNetworkNamespace(options.networkNamespace()),
                        new PayloadDecoder(options.payload(), consumer),
                        chain);
            case UDP ->
                DatagramProbe.open(
                        DatagramProbeOptions.DEFAULTS
                                .withRingBytes(options.ringBytes())
                                .withNetworkNamespace(options.networkNamespace()),
                        view -> consumer.accept(view.toEvent()),
                        chain);
            case DROPS ->
                DropProbe.open(
                        DropProbeOptions.DEFAULTS
                                .withRingBytes(options.ringBytes())
                                .withNetworkNamespace(options.networkNamespace()),
                        view -> consumer.accept(view.toEvent()));
        };
    }

    private void drain() {
        try {
            try {
                openAll();
            } finally {
                opened.countDown();
            }
            if (watched.isEmpty()) {
                return;
            }
            gapLog.begin(System.nanoTime());
            long next = System.nanoTime();
            while (!closing) {
                poller.poll(TURN);
                long now = System.nanoTime();
                if (now - next >= 0) {
                    tend(now);
                    next = now + TEND_NANOS;
                }
            }
            finish();
        } catch (RuntimeException e) {
            failure.set(e);
        }
    }

    private void openAll() {
        recorded.ifPresent(options -> recording = RecordingWriter.create(
                options.recording().orElseThrow(),
                anchor,
                KernelVersion.running().toString(),
                options.layers()));
        List<LayerStatus> states = new ArrayList<>();
        for (Opening opening : openings) {
            if (closing) {
                break;
            }
            try {
                LayerProbe probe = opening.probe.apply(chain);
                watch(probe);
                states.add(new LayerStatus(opening.layer, Optional.empty(), probe.skipped()));
            } catch (UncheckedIOException e) {
                throw e;
            } catch (RuntimeException e) {
                states.add(new LayerStatus(opening.layer, Optional.of(e), List.of()));
                chain.leaveOutClosed();
            }
            // what the layers before write meanwhile should not have to wait
            poller.poll(Duration.ZERO);
        }
        chain.attach();
        status = List.copyOf(states);
        if (watched.isEmpty()) {
            states.stream()
                    .flatMap(state -> state.problem().stream())
                    .reduce((first, other) -> {
                        first.addSuppressed(other);
                        return first;
                    })
                    .ifPresent(failure::set);
        }
    }

    private void watch(LayerProbe probe) {
        long now = System.nanoTime();
        try {
            RecordNames names = new RecordNames(probe.layer(), probe.btf());
            RecordingWriter writer = recording;
            int number = writer == null || recorded.isEmpty()
                    ? 0
                    : writer.layer(probe, recorded.get().payload());
            RecordIntake.RecordTap tap = writer == null
                    ? RecordIntake.RecordTap.NONE
                    : (segment, offset, length) -> writer.record(number, segment, offset, length);
            RecordIntake intake = new RecordIntake(names, probe.reader(), tap);
            ProbeAccount account = new ProbeAccount(probe, names, intake);
            RingBuffer ring = RingBuffer.open(probe.events());
            poller.add(ring, intake, RECORDS_PER_TURN);
            synchronized (probesLock) {
                watched.add(new Watched(account, ring, number, now));
            }
        } catch (RuntimeException e) {
            probe.close();
            throw e;
        }
    }

    /** What is due by time. */
    private void tend(long now) {
        for (Watched layer : watched) {
            layer.account.probe().tend(now);
            elapse(layer, now);
        }
        findGaps();
    }

    private void elapse(Watched layer, long now) {
        if (recording != null) {
            recording.elapse(layer.number, now);
        }
        layer.account.probe().reader().elapse(now);
    }

    private void findGaps() {
        long begin = System.nanoTime();
        for (Watched layer : watched) {
            layer.account.findGaps(layer.checked, gap -> {
                gapLog.add(gap);
                if (recording != null) {
                    recording.gap(layer.number, gap);
                }
                gaps.accept(gap);
            });
            layer.checked = begin;
        }
        gapLog.checked(begin);
    }

    /** Programs first, so that the rings come to rest; then what is in the rings; then what waits in the readers. */
    private void finish() {
        // who runs others' programs goes first, so that nothing comes to those that are through with it
        watched.stream()
                .map(layer -> layer.account.probe())
                .sorted(Comparator.comparing(probe -> probe.layer() != Layer.HTTP))
                .forEach(LayerProbe::detach);
        int quiet = 0;
        for (int i = 0; i < DRAINS_AT_THE_END && quiet < 2; i++) {
            quiet = poller.poll(IN_FLIGHT) == 0 ? quiet + 1 : 0; // a program may be about to end on another CPU
        }
        findGaps();
        for (Watched layer : watched) {
            layer.account.probe().reader().finish();
        }
        LossLedger end = ledger();
        if (recording != null) {
            recording.end(end);
        }
        last = end;
    }

    /** {@return whether the stream still runs: false after closing, or after its handler threw} */
    public boolean isRunning() {
        return thread.isAlive() && !closing;
    }

    /** {@return the layers with what their probes need, whether they are watched, and if not why} */
    public List<LayerStatus> status() {
        return status;
    }

    /** {@return what joins the events' timestamps with the wall clock} */
    public TimeAnchor anchor() {
        return anchor;
    }

    /**
     * {@return what became of every record so far; after closing, of all there ever were} Any thread may ask, at any time;
     * {@link LossLedger} says how consistent the answer is.
     */
    public LossLedger ledger() {
        synchronized (probesLock) {
            LossLedger closed = last;
            if (closed != null) {
                return closed;
            }
            Map<Layer, LossLedger.Account> accounts = new EnumMap<>(Layer.class);
            for (Watched layer : watched) {
                accounts.put(layer.account.probe().layer(), layer.account.read());
            }
            return new LossLedger(System.nanoTime(), accounts);
        }
    }

    /** {@return what each watched layer costs and how full its ring is; nothing after closing} Any thread may ask, at any time. */
    public Map<Layer, LayerLoad> load() {
        synchronized (probesLock) {
            Map<Layer, LayerLoad> loads = new EnumMap<>(Layer.class);
            if (last == null) {
                for (Watched layer : watched) {
                    LayerProbe probe = layer.account.probe();
                    List<ProgramInfo> programs = probe.programs().values().stream()
                            .map(BpfProgram::info)
                            .toList();
                    loads.put(probe.layer(), new LayerLoad(programs, layer.ring.capacity(), layer.ring.available()));
                }
            }
            return loads;
        }
    }

    /**
     * Tells whether all records of a window of time came, or will come: those that are in a ring are not lost.
     *
     * @param from the window's first moment, CLOCK_MONOTONIC nanoseconds
     * @param to its last
     * @return whether they did
     */
    public WindowCompleteness completeness(long from, long to) {
        return gapLog.completeness(from, to);
    }

    /**
     * Ends the stream: detaches the programs, drains what they wrote, waits for the handler to return, unloads them. Not
     * to be called by the handler. Closing again does nothing.
     *
     * @throws RuntimeException what the handler threw, if it did
     */
    @Override
    public void close() {
        if (closing) {
            return;
        }
        closing = true;
        poller.wakeup();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        release();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        RuntimeException thrown = failure.get();
        if (thrown != null) {
            throw thrown;
        }
    }

    private void release() {
        synchronized (probesLock) {
            last = ledger(); // the one at rest, if the stream came to rest
            poller.close();
            for (Watched layer : watched) {
                layer.account.probe().close();
            }
            watched.clear();
        }
        if (recording != null) {
            recording.close();
        }
    }
}
