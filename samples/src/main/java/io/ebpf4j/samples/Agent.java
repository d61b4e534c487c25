package io.ebpf4j.samples;

import io.ebpf4j.observability.aggregate.AggregateOptions;
import io.ebpf4j.observability.aggregate.FlowAggregator;
import io.ebpf4j.observability.aggregate.Snapshot;
import io.ebpf4j.observability.aggregate.Windows;
import io.ebpf4j.observability.event.ConnectivityEvent;
import io.ebpf4j.observability.identity.HostIdentities;
import io.ebpf4j.observability.identity.IdentifiedEvent;
import io.ebpf4j.observability.identity.IdentityOptions;
import io.ebpf4j.observability.identity.LocalProcesses;
import io.ebpf4j.observability.probe.ConnectivityEvents;
import io.ebpf4j.observability.probe.LossLedger;
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
import org.jspecify.annotations.Nullable;

/**
 * What becomes of events on their way out: named, added up, put together to journeys and judged; and handed to whoever
 * exports them. The thread of the events feeds it; snapshots and maps are for any.
 */
final class Agent implements Consumer<ConnectivityEvent>, AutoCloseable {
    private static final int MOST_PAIRS = 4_096;

    private final HostIdentities identities;
    private final FlowAggregator aggregator;
    private final Windows windows = new Windows(Duration.ofSeconds(1), 600);
    private final RequestJudge judge = new RequestJudge(RequestJudgeOptions.DEFAULTS, LatencyBaseline.NONE);
    private final JourneySummary summary = new JourneySummary(MOST_PAIRS, judge);
    private final JourneyTracker tracker = new JourneyTracker(JourneyOptions.DEFAULTS, this::journey);
    private final PairJudge pairs = new PairJudge(PairJudgeOptions.DEFAULTS);
    private final List<Consumer<? super IdentifiedEvent>> flows = new CopyOnWriteArrayList<>();
    private final List<BiConsumer<? super RequestJourney, ? super LayerVerdict>> journeys = new CopyOnWriteArrayList<>();
    private volatile @Nullable ConnectivityEvents events;
    private volatile Optional<Snapshot> usual = Optional.empty();

    Agent(IdentityOptions identity, AggregateOptions aggregate, LocalProcesses processes) {
        identities = HostIdentities.open(identity, processes);
        aggregator = new FlowAggregator(aggregate);
    }

    /** The stream that feeds it, once that runs: its losses are those of snapshots. */
    void fedBy(ConnectivityEvents stream) {
        events = stream;
    }

    /** Hands every event on, with who is at its ends, on the thread of the events. */
    void onFlow(Consumer<? super IdentifiedEvent> consumer) {
        flows.add(consumer);
    }

    /** Hands every journey on, with whose fault it was, on the thread of the events. */
    void onJourney(BiConsumer<? super RequestJourney, ? super LayerVerdict> consumer) {
        journeys.add(consumer);
    }

    @Override
    public void accept(ConnectivityEvent event) {
        IdentifiedEvent identified = identities.identify(event);
        aggregator.accept(identified);
        tracker.accept(identified);
        flows.forEach(consumer -> consumer.accept(identified));
    }

    /** Tells the journeys that have settled by a time; not while an event is accepted. */
    void elapse(long time) {
        tracker.elapse(time);
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

    /** All that was added up so far. */
    Snapshot snapshot() {
        ConnectivityEvents stream = events;
        if (stream == null) {
            return aggregator.snapshot();
        }
        LossLedger ledger = stream.ledger();
        return aggregator.snapshot(System.nanoTime(), ledger.lost() + ledger.rejected() + ledger.missedRuns());
    }

    /** Who talked to whom in the last so much time, or since the beginning where that is less; remembers where it stands. */
    ServiceMap map(Duration window) {
        Snapshot now = snapshot();
        Snapshot recent = windows.last(window, now).orElse(now);
        windows.offer(now);
        JourneySummary.Counted counted = summary.counted();
        Optional<Snapshot> baseline = usual;
        return ServiceMap.of(
                recent,
                counted,
                (source, destination) ->
                        pairs.judge(PairCase.of(source, destination, recent, counted, baseline)));
    }

    @Override
    public void close() {
        tracker.close();
        identities.close();
    }
}
