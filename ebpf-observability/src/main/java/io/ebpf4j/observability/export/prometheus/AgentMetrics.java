package io.ebpf4j.observability.export.prometheus;

import io.ebpf4j.observability.ServiceObserver;
import io.ebpf4j.observability.aggregate.Snapshot;
import io.ebpf4j.observability.event.Layer;
import io.ebpf4j.observability.event.MessageCounts;
import io.ebpf4j.observability.event.RecordKind;
import io.ebpf4j.observability.probe.LayerLoad;
import io.ebpf4j.observability.probe.LayerStatus;
import io.ebpf4j.observability.probe.LossLedger;
import io.ebpf4j.observability.probe.TimeAnchor;
import io.ebpf4j.program.ProgramInfo;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The agent's own metrics: what it lost and where, how full it is, what it costs.
 *
 * <ul>
 *   <li>{@code ebpf4j_records_total} {layer, kind, outcome}: outcome is {@code attempted}, {@code lost} (the ring was full),
 *       {@code rejected} (the reader could not read it) or {@code decoded}; at rest attempted = lost + rejected + decoded
 *   <li>{@code ebpf4j_lost_events_total} {layer, stage}: the stage is {@code program} (a run that the kernel left out, which may
 *       be a record), {@code ring} or {@code reader}; and {@code hubble_lost_events_total} {source} with the same
 *   <li>{@code ebpf4j_messages_total} {layer, outcome} and {@code ebpf4j_messages_pending} {layer}: requests with their answers
 *   <li>{@code ebpf4j_complete}: 1 while nothing is known to be missing in the aggregate, else 0; {@code
 *       ebpf4j_aggregate_lost_events_total} says how many are
 *   <li>{@code ebpf4j_layer_watched} {layer}: 1, or 0 where it cannot be
 *   <li>{@code ebpf4j_series}, {@code ebpf4j_series_limit}, {@code ebpf4j_folded_keys} and {@code ebpf4j_folded_updates_total}
 *       {family}: how full each family is, and what found no room in it
 *   <li>{@code ebpf4j_program_run_seconds_total} and {@code ebpf4j_program_runs_total} {layer, program}: time in the kernel; they
 *       grow while {@link io.ebpf4j.program.ProgramStatistics} are enabled
 *   <li>{@code ebpf4j_drain_seconds_total}: processor time of the thread that drains
 *   <li>{@code ebpf4j_ring_bytes} and {@code ebpf4j_ring_used_bytes} {layer}
 * </ul>
 *
 * <p>Thread-safe where the suppliers are.
 */
@SuppressWarnings("exports") // who registers it has the client's module
public final class AgentMetrics implements MultiCollector {
    private static final double NANOS = 1e9;

    private final Source source;
    private final MetricsOptions options;

    /**
     * Where the numbers come from.
     *
     * @param ledger what became of every record
     * @param status what is watched
     * @param load what it costs in the kernel
     * @param drainTime what it costs the thread that drains
     * @param snapshot the aggregate, for how full it is
     */
    public record Source(
            Supplier<LossLedger> ledger,
            Supplier<List<LayerStatus>> status,
            Supplier<Map<Layer, LayerLoad>> load,
            Supplier<Optional<Duration>> drainTime,
            Supplier<Snapshot> snapshot) {
        /** Checks that nothing is null. */
        public Source {
            Objects.requireNonNull(ledger, "ledger");
            Objects.requireNonNull(status, "status");
            Objects.requireNonNull(load, "load");
            Objects.requireNonNull(drainTime, "drainTime");
            Objects.requireNonNull(snapshot, "snapshot");
        }

        /**
         * {@return the source of an observer}
         *
         * @param observer the observer
         */
        public static Source of(ServiceObserver observer) {
            return new Source(
                    observer::ledger, observer::status, observer::load, observer::drainTime, observer::snapshot);
        }
    }

    /**
     * Metrics of an agent.
     *
     * @param source where the numbers come from, asked once a scrape
     * @param options for the labels of every series
     */
    public AgentMetrics(Source source, MetricsOptions options) {
        this.source = Objects.requireNonNull(source, "source");
        this.options = Objects.requireNonNull(options, "options");
    }

    @Override
    public MetricSnapshots collect() {
        MetricFamilies families = new MetricFamilies(options, TimeAnchor.now());
        ledger(families, source.ledger().get());
        status(families, source.status().get());
        snapshot(families, source.snapshot().get());
        load(families, source.load().get());
        MetricFamilies.Counter drain = families.counter(
                "ebpf4j_drain_seconds", "Processor time of the thread that drains, names, adds up and hands on.");
        source.drainTime().get().ifPresent(time -> drain.add(families.labels(), time.toNanos() / NANOS));
        return families.snapshots();
    }

    private static void ledger(MetricFamilies families, LossLedger ledger) {
        MetricFamilies.Counter records =
                families.counter("ebpf4j_records", "Records of programs, by what became of them.");
        MetricFamilies.Counter lost = families.counter("ebpf4j_lost_events", "Events lost, by where.");
        MetricFamilies.Counter hubble = families.counter("hubble_lost_events", "Events lost, in Hubble's words.");
        MetricFamilies.Counter messages = families.counter(
                "ebpf4j_messages", "Messages that records were put together to, by what became of them.");
        MetricFamilies.Gauge pending =
                families.gauge("ebpf4j_messages_pending", "Messages that wait for their other half.");
        ledger.accounts().forEach((layer, account) -> {
            String name = lower(layer);
            long ring = 0;
            long reader = 0;
            for (Map.Entry<RecordKind, LossLedger.Counts> kind : account.kinds().entrySet()) {
                LossLedger.Counts counts = kind.getValue();
                String text = kind.getKey().name();
                records.add(outcome(families, name, text, "attempted"), counts.attempted());
                records.add(outcome(families, name, text, "lost"), counts.lost());
                records.add(outcome(families, name, text, "rejected"), counts.rejected());
                records.add(outcome(families, name, text, "decoded"), counts.decoded());
                ring += counts.lost();
                reader += counts.rejected();
            }
            lost.add(families.labels("layer", name, "stage", "program"), account.missedRuns());
            lost.add(families.labels("layer", name, "stage", "ring"), ring);
            lost.add(families.labels("layer", name, "stage", "reader"), reader);
            hubble.add(families.labels("source", "perf_event_ring_buffer"), ring + account.missedRuns());
            hubble.add(families.labels("source", "observer_events_queue"), reader);
            MessageCounts counts = account.messages();
            messages.add(families.labels("layer", name, "outcome", "paired"), counts.paired());
            messages.add(families.labels("layer", name, "outcome", "unpaired"), counts.unpaired());
            messages.add(families.labels("layer", name, "outcome", "evicted"), counts.evicted());
            messages.add(families.labels("layer", name, "outcome", "malformed"), counts.malformed());
            pending.set(families.labels("layer", name), counts.pending());
        });
    }

    private static Labels outcome(MetricFamilies families, String layer, String kind, String outcome) {
        return families.labels("layer", layer, "kind", kind, "outcome", outcome);
    }

    private static void status(MetricFamilies families, List<LayerStatus> layers) {
        MetricFamilies.Gauge watched = families.gauge("ebpf4j_layer_watched", "Whether a layer is watched.");
        layers.forEach(layer -> watched.set(families.labels("layer", lower(layer.layer())), layer.isWatched() ? 1 : 0));
    }

    private static void snapshot(MetricFamilies families, Snapshot snapshot) {
        families.gauge("ebpf4j_complete", "Whether nothing is known to be missing in the aggregate.")
                .set(families.labels(), snapshot.isComplete() ? 1 : 0);
        families.counter("ebpf4j_aggregate_lost_events", "Events that are known to be missing in the aggregate.")
                .add(families.labels(), snapshot.lost());
        MetricFamilies.Gauge series = families.gauge("ebpf4j_series", "Series of a family.");
        MetricFamilies.Gauge most = families.gauge("ebpf4j_series_limit", "How many series a family may have.");
        MetricFamilies.Gauge folded =
                families.gauge("ebpf4j_folded_keys", "An estimate of the keys that found no room in a family.");
        MetricFamilies.Counter updates =
                families.counter("ebpf4j_folded_updates", "Updates of the series that stands for what found no room.");
        for (Snapshot.FamilyStatus family : snapshot.families()) {
            Labels labels = families.labels("family", family.name());
            series.set(labels, family.series());
            most.set(labels, family.most());
            folded.set(labels, family.foldedKeys());
            updates.add(labels, family.foldedUpdates());
        }
    }

    private static void load(MetricFamilies families, Map<Layer, LayerLoad> loads) {
        MetricFamilies.Counter seconds =
                families.counter("ebpf4j_program_run_seconds", "Time that a program ran in the kernel.");
        MetricFamilies.Counter runs = families.counter("ebpf4j_program_runs", "How often a program ran in the kernel.");
        MetricFamilies.Gauge capacity = families.gauge("ebpf4j_ring_bytes", "Capacity of a layer's ring.");
        MetricFamilies.Gauge used = families.gauge("ebpf4j_ring_used_bytes", "What a layer's ring holds unread.");
        loads.forEach((layer, load) -> {
            for (ProgramInfo program : load.programs()) {
                Labels labels = families.labels("layer", lower(layer), "program", program.name());
                seconds.add(labels, program.runTime().toNanos() / NANOS);
                runs.add(labels, program.runCount());
            }
            capacity.set(families.labels("layer", lower(layer)), load.ringBytes());
            used.set(families.labels("layer", lower(layer)), load.ringUsed());
        });
    }

    static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
