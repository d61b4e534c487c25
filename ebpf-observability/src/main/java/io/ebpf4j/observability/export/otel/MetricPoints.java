package io.ebpf4j.observability.export.otel;

import io.ebpf4j.observability.aggregate.Exemplar;
import io.ebpf4j.observability.aggregate.Histogram;
import io.ebpf4j.observability.export.HistogramSum;
import io.ebpf4j.observability.probe.TimeAnchor;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.Data;
import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramBuckets;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramData;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.MetricDataType;
import io.opentelemetry.sdk.metrics.data.SumData;
import io.opentelemetry.sdk.resources.Resource;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The metrics of one collection as they fill; what has the same attributes adds up. */
final class MetricPoints {
    private static final InstrumentationScopeInfo SCOPE = InstrumentationScopeInfo.create("io.ebpf4j.observability");

    private final Resource resource;
    private final TimeAnchor anchor;
    private final long start;
    private final long end;
    private final Map<String, Metric> metrics = new LinkedHashMap<>();

    MetricPoints(Resource resource, TimeAnchor anchor, long from, long to) {
        this.resource = resource;
        this.anchor = anchor;
        this.start = epochNanos(anchor.at(from));
        this.end = epochNanos(anchor.at(to));
    }

    static long epochNanos(Instant time) {
        return TimeUnit.SECONDS.toNanos(time.getEpochSecond()) + time.getNano();
    }

    /** What becomes one metric. */
    interface Metric {
        MetricData data();
    }

    /** One metric as the SDK wants it; the SDK has no public way to make one. */
    private record Produced(
            Resource resource, String name, String description, String unit, MetricDataType type, Data<?> data)
            implements MetricData {
        @Override
        public Resource getResource() {
            return resource;
        }

        @Override
        public InstrumentationScopeInfo getInstrumentationScopeInfo() {
            return SCOPE;
        }

        @Override
        public String getName() {
            return name;
        }

        @Override
        public String getDescription() {
            return description;
        }

        @Override
        public String getUnit() {
            return unit;
        }

        @Override
        public MetricDataType getType() {
            return type;
        }

        @Override
        public Data<?> getData() {
            return data;
        }
    }

    Sum sum(String name, String description, String unit) {
        return (Sum) metrics.computeIfAbsent(name, _ -> new Sum(name, description, unit));
    }

    Distribution histogram(String name, String description, String unit) {
        return (Distribution) metrics.computeIfAbsent(name, _ -> new Distribution(name, description, unit));
    }

    List<MetricData> metrics() {
        return metrics.values().stream()
                .map(Metric::data)
                .filter(data -> !data.isEmpty())
                .toList();
    }

    private DoubleExemplarData exemplar(Exemplar exemplar) {
        String trace = Contexts.traceId(exemplar.traceId());
        SpanContext context = exemplar.spanId().isEmpty()
                ? SpanContext.getInvalid()
                : SpanContext.create(trace, exemplar.spanId(), TraceFlags.getSampled(), TraceState.getDefault());
        return DoubleExemplarData.create(
                // OTLP has a place for a trace only beside a span
                context.isValid()
                        ? Attributes.empty()
                        : Attributes.builder().put("trace_id", trace).build(),
                epochNanos(anchor.at(exemplar.timestamp())),
                context,
                exemplar.value());
    }

    /** A sum that only grows. */
    final class Sum implements Metric {
        private final String name;
        private final String description;
        private final String unit;
        private final Map<Attributes, Count> points = new LinkedHashMap<>();

        private Sum(String name, String description, String unit) {
            this.name = name;
            this.description = description;
            this.unit = unit;
        }

        void add(Attributes attributes, double value) {
            add(attributes, value, List.of());
        }

        void add(Attributes attributes, long value) {
            add(attributes, (double) value, List.of()); // exact up to 2^53
        }

        void add(Attributes attributes, long value, List<Exemplar> exemplars) {
            add(attributes, (double) value, exemplars);
        }

        void add(Attributes attributes, double value, List<Exemplar> exemplars) {
            Count count = points.computeIfAbsent(attributes, _ -> new Count());
            count.value += value;
            for (Exemplar exemplar : exemplars) {
                if (count.exemplar == null || exemplar.timestamp() - count.exemplar.timestamp() > 0) {
                    count.exemplar = exemplar;
                }
            }
        }

        @Override
        public MetricData data() {
            List<DoublePointData> data = new ArrayList<>();
            points.forEach((attributes, count) -> data.add(DoublePointData.create(
                    start,
                    end,
                    attributes,
                    count.value,
                    count.exemplar == null ? List.of() : List.of(exemplar(count.exemplar)))));
            return new Produced(
                    resource,
                    name,
                    description,
                    unit,
                    MetricDataType.DOUBLE_SUM,
                    SumData.createDoubleSumData(true, AggregationTemporality.CUMULATIVE, data));
        }
    }

    private static final class Count {
        private double value;
        private @Nullable Exemplar exemplar;
    }

    /** An exponential histogram. */
    final class Distribution implements Metric {
        private final String name;
        private final String description;
        private final String unit;
        private final Map<Attributes, HistogramSum> points = new LinkedHashMap<>();

        private Distribution(String name, String description, String unit) {
            this.name = name;
            this.description = description;
            this.unit = unit;
        }

        void add(Attributes attributes, Histogram histogram) {
            HistogramSum known = points.get(attributes);
            if (known == null) {
                points.put(attributes, new HistogramSum(histogram));
            } else {
                known.add(histogram);
            }
        }

        @Override
        public MetricData data() {
            List<ExponentialHistogramPointData> data = new ArrayList<>();
            points.forEach((attributes, sum) -> data.add(point(attributes, sum.total())));
            return new Produced(
                    resource,
                    name,
                    description,
                    unit,
                    MetricDataType.EXPONENTIAL_HISTOGRAM,
                    ExponentialHistogramData.create(AggregationTemporality.CUMULATIVE, data));
        }

        private ExponentialHistogramPointData point(Attributes attributes, Histogram histogram) {
            Histogram.Exponential exponential = histogram.exponential();
            return ExponentialHistogramPointData.create(
                    exponential.scale(),
                    histogram.sum(),
                    exponential.zeroCount(),
                    false, // no least value: the aggregate keeps none
                    0,
                    false, // nor a greatest
                    0,
                    ExponentialHistogramBuckets.create(exponential.scale(), exponential.offset(), exponential.counts()),
                    ExponentialHistogramBuckets.create(exponential.scale(), 0, List.of()),
                    start,
                    end,
                    attributes,
                    histogram.exemplars().stream()
                            .map(MetricPoints.this::exemplar)
                            .toList());
        }
    }
}
