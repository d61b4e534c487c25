package io.ebpf4j.observability.export.prometheus;

import io.ebpf4j.observability.aggregate.Exemplar;
import io.ebpf4j.observability.aggregate.FlowKey;
import io.ebpf4j.observability.aggregate.Histogram;
import io.ebpf4j.observability.export.HistogramSum;
import io.ebpf4j.observability.probe.TimeAnchor;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.Exemplars;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.NativeHistogramBuckets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The families of one scrape as they fill. Keys of the aggregate that the labels do not tell apart add up to one series. A
 * family without a series is there all the same, so that a reader knows its type.
 */
final class MetricFamilies {
    private final MetricsOptions options;
    private final TimeAnchor anchor;
    private final Labels constant;
    private final List<String> contextNames;
    private final Map<String, Family> families = new LinkedHashMap<>();

    MetricFamilies(MetricsOptions options, TimeAnchor anchor) {
        this.options = options;
        this.anchor = anchor;
        Labels.Builder labels = Labels.builder();
        if (!options.cluster().isEmpty()) {
            labels.label("cluster", options.cluster());
        }
        if (!options.pod().isEmpty()) {
            labels.label("pod", options.pod());
        }
        constant = labels.build();
        contextNames = options.contexts().names();
    }

    /** What becomes one family. */
    interface Family {
        MetricSnapshot snapshot();
    }

    /** A counter's value with the latest exemplar. */
    private static final class Count {
        private double value;
        private @Nullable Exemplar exemplar;
    }

    Counter counter(String name, String help) {
        Counter counter = new Counter(new MetricMetadata(name, help));
        families.put(name, counter);
        return counter;
    }

    Gauge gauge(String name, String help) {
        Gauge gauge = new Gauge(new MetricMetadata(name, help));
        families.put(name, gauge);
        return gauge;
    }

    Distribution histogram(String name, String help) {
        Distribution histogram = new Distribution(new MetricMetadata(name, help));
        families.put(name, histogram);
        return histogram;
    }

    MetricSnapshots snapshots() {
        return new MetricSnapshots(
                families.values().stream().map(Family::snapshot).toList());
    }

    /** Labels of a flow, and others by name and value. */
    Labels labels(FlowKey flow, String... others) {
        return constant.merge(Labels.of(contextNames, options.contexts().values(flow)))
                .merge(Labels.of(others));
    }

    Labels labels(String... others) {
        return constant.merge(Labels.of(others));
    }

    private io.prometheus.metrics.model.snapshots.Exemplar exemplar(Exemplar exemplar) {
        Labels.Builder labels = Labels.builder().label(options.exemplars().trace(), exemplar.traceId());
        if (!options.exemplars().span().isEmpty() && !exemplar.spanId().isEmpty()) {
            labels.label(options.exemplars().span(), exemplar.spanId());
        }
        return new io.prometheus.metrics.model.snapshots.Exemplar(
                exemplar.value(),
                labels.build(),
                anchor.at(exemplar.timestamp()).toEpochMilli());
    }

    /** A family of counters. */
    final class Counter implements Family {
        private final MetricMetadata metadata;
        private final Map<Labels, Count> series = new LinkedHashMap<>();

        private Counter(MetricMetadata metadata) {
            this.metadata = metadata;
        }

        void add(Labels labels, double value) {
            add(labels, value, List.of());
        }

        void add(Labels labels, long value) {
            add(labels, (double) value, List.of()); // exact up to 2^53
        }

        void add(Labels labels, long value, List<Exemplar> exemplars) {
            add(labels, (double) value, exemplars);
        }

        void add(Labels labels, double value, List<Exemplar> exemplars) {
            Count count = series.computeIfAbsent(labels, _ -> new Count());
            count.value += value;
            for (Exemplar exemplar : exemplars) {
                if (count.exemplar == null || exemplar.timestamp() - count.exemplar.timestamp() > 0) {
                    count.exemplar = exemplar;
                }
            }
        }

        @Override
        public MetricSnapshot snapshot() {
            List<CounterSnapshot.CounterDataPointSnapshot> points = new ArrayList<>();
            series.forEach((labels, count) -> {
                CounterSnapshot.CounterDataPointSnapshot.Builder point =
                        CounterSnapshot.CounterDataPointSnapshot.builder()
                                .labels(labels)
                                .value(count.value);
                if (count.exemplar != null) {
                    point.exemplar(exemplar(count.exemplar));
                }
                points.add(point.build());
            });
            return new CounterSnapshot(metadata, points);
        }
    }

    /** A family of gauges; of several values for one series the last stays. */
    static final class Gauge implements Family {
        private final MetricMetadata metadata;
        private final Map<Labels, Double> series = new LinkedHashMap<>();

        private Gauge(MetricMetadata metadata) {
            this.metadata = metadata;
        }

        void set(Labels labels, double value) {
            series.put(labels, value);
        }

        void set(Labels labels, long value) {
            series.put(labels, (double) value);
        }

        /** The least of what was set stays. */
        void least(Labels labels, double value) {
            series.merge(labels, value, Math::min);
        }

        @Override
        public MetricSnapshot snapshot() {
            List<GaugeSnapshot.GaugeDataPointSnapshot> points = new ArrayList<>();
            series.forEach((labels, value) -> points.add(GaugeSnapshot.GaugeDataPointSnapshot.builder()
                    .labels(labels)
                    .value(value)
                    .build()));
            return new GaugeSnapshot(metadata, points);
        }
    }

    /** A family of histograms. */
    final class Distribution implements Family {
        private final MetricMetadata metadata;
        private final Map<Labels, HistogramSum> series = new LinkedHashMap<>();

        private Distribution(MetricMetadata metadata) {
            this.metadata = metadata;
        }

        void add(Labels labels, Histogram histogram) {
            HistogramSum known = series.get(labels);
            if (known == null) {
                series.put(labels, new HistogramSum(histogram));
            } else {
                known.add(histogram);
            }
        }

        @Override
        public MetricSnapshot snapshot() {
            List<HistogramDataPointSnapshot> points = new ArrayList<>();
            series.forEach((labels, sum) -> points.add(point(labels, sum.total())));
            return new HistogramSnapshot(metadata, points);
        }

        private HistogramDataPointSnapshot point(Labels labels, Histogram histogram) {
            HistogramDataPointSnapshot.Builder point = HistogramDataPointSnapshot.builder()
                    .labels(labels)
                    .sum(histogram.sum())
                    .exemplars(Exemplars.of(histogram.exemplars().stream()
                            .map(MetricFamilies.this::exemplar)
                            .toList()));
            if (options.histograms() != MetricsOptions.HistogramForm.NATIVE) {
                List<Double> bounds = new ArrayList<>(histogram.bounds());
                bounds.add(Double.POSITIVE_INFINITY);
                point.classicHistogramBuckets(ClassicHistogramBuckets.of(bounds, histogram.counts()));
            }
            if (options.histograms() != MetricsOptions.HistogramForm.CLASSIC) {
                Histogram.Exponential exponential = histogram.exponential();
                NativeHistogramBuckets.Builder buckets = NativeHistogramBuckets.builder();
                for (int i = 0; i < exponential.counts().size(); i++) {
                    if (exponential.counts().get(i) != 0) {
                        // OpenTelemetry's bucket i is Prometheus' i + 1
                        buckets.bucket(
                                exponential.offset() + i + 1,
                                exponential.counts().get(i));
                    }
                }
                point.nativeSchema(exponential.scale())
                        .nativeZeroCount(exponential.zeroCount())
                        .nativeBucketsForPositiveValues(buckets.build());
            }
            return point.build();
        }
    }
}
