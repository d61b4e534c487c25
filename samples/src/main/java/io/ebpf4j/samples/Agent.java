package io.ebpf4j.samples;

import io.ebpf4j.observability.ServiceObserver;
import io.ebpf4j.observability.ServiceObserverOptions;
import io.ebpf4j.observability.aggregate.Snapshot;
import io.ebpf4j.observability.identity.IdentifiedEvent;
import io.ebpf4j.observability.identity.LocalProcesses;
import io.ebpf4j.observability.servicemap.ServiceMap;
import io.ebpf4j.observability.verdict.JourneyOptions;
import io.ebpf4j.observability.verdict.JourneySummary;
import io.ebpf4j.observability.verdict.JourneyTracker;
import io.ebpf4j.observability.verdict.LatencyBaseline;
import io.ebpf4j.observability.verdict.LayerVerdict;
import io.ebpf4j.observability.verdict.PairCase;
import io.ebpf4j.observability.verdict.PairJudge;
import io.ebpf4j.observability.verdict.PairJudgeOptions;
import io.ebpf4j.observability.verdict.RequestJourney;
import io.ebpf4j.observability.verdict.RequestJudge;
import io.ebpf4j.observability.verdict.RequestJudgeOptions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * An observer with what the command line adds to it: journeys, put together and judged, and whoever exports flows and
 * journeys. Exporters may be added while it runs.
 */
final class Agent implements AutoCloseable {
    private static final int MOST_PAIRS = 4_096;

    private final RequestJudge judge = new RequestJudge(RequestJudgeOptions.DEFAULTS, LatencyBaseline.NONE);
    private final JourneySummary summary = new JourneySummary(MOST_PAIRS, judge);
    private final JourneyTracker tracker =
            new JourneyTracker(JourneyOptions.DEFAULTS, this::journey); // guarded by itself
    private final PairJudge pairs = new PairJudge(PairJudgeOptions.DEFAULTS);
    private final List<Consumer<? super IdentifiedEvent>> flows = new CopyOnWriteArrayList<>();
    private final List<BiConsumer<? super RequestJourney, ? super LayerVerdict>> journeys =
            new CopyOnWriteArrayList<>();
    private final ServiceObserver observer;
    private volatile Optional<Snapshot> usual = Optional.empty();

    private Agent(ServiceObserverOptions options, LocalProcesses processes) {
        observer = ServiceObserver.start(options.withListener(this::follow).withListener(this::handOn), processes);
    }

    static Agent start(ServiceObserverOptions options, LocalProcesses processes) {
        return new Agent(options, processes);
    }

    ServiceObserver observer() {
        return observer;
    }

    /** Hands every event on, with who is at its ends, on the thread that drains. */
    void onFlow(Consumer<? super IdentifiedEvent> consumer) {
        flows.add(consumer);
    }

    /** Hands every journey on, with whose fault it was, on the thread that drains. */
    void onJourney(BiConsumer<? super RequestJourney, ? super LayerVerdict> consumer) {
        journeys.add(consumer);
    }

    private void handOn(IdentifiedEvent event) {
        flows.forEach(consumer -> consumer.accept(event));
    }

    private void follow(IdentifiedEvent event) {
        synchronized (tracker) {
            tracker.accept(event);
        }
    }

    /** Tells the journeys that have settled by now: where nothing happens any more, nothing else tells the time. */
    void elapse() {
        synchronized (tracker) {
            tracker.elapse(System.nanoTime());
        }
    }

    /** From now on verdicts of maps are held against a window in which all was well. */
    void compareWith(Snapshot window) {
        usual = Optional.of(window);
    }

    /** What became of journeys so far. */
    JourneySummary.Counted journeys() {
        return summary.counted();
    }

    private void journey(RequestJourney journey) {
        LayerVerdict verdict = judge.judge(journey);
        summary.add(journey, verdict);
        journeys.forEach(consumer -> consumer.accept(journey, verdict));
    }

    /** Who talked to whom in the last so much time, or since the beginning where that is less. */
    ServiceMap map(Duration window) {
        elapse();
        Snapshot now = observer.snapshot();
        Snapshot recent = observer.windows().last(window, now).orElse(now);
        JourneySummary.Counted counted = summary.counted();
        Optional<Snapshot> baseline = usual;
        return ServiceMap.of(
                recent,
                counted,
                (source, destination) -> pairs.judge(PairCase.of(source, destination, recent, counted, baseline)));
    }

    /** Ends the observer, then tells the journeys that still waited for their end. */
    @Override
    public void close() {
        try {
            observer.close();
        } finally {
            synchronized (tracker) {
                tracker.close();
            }
        }
    }
}
