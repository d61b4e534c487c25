package io.ebpf4j.observability.aggregate;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A histogram at one moment, in both of the forms that readers want: with fixed bounds, and with exponential buckets.
 *
 * @param bounds the upper bounds of the fixed buckets, inclusive, ascending, in the metric's unit; the bucket above the last is +Inf's
 * @param counts how many values are in each fixed bucket, not cumulative, one more than there are bounds
 * @param count how many values there are
 * @param sum their sum, in the metric's unit
 * @param exponential the same values in exponential buckets
 * @param exemplars at most one for each fixed bucket, in ascending order of value: the latest traced value in it
 */
public record Histogram(
        List<Double> bounds,
        List<Long> counts,
        long count,
        double sum,
        Exponential exponential,
        List<Exemplar> exemplars) {
    /** Copies the lists and checks that they fit together. */
    public Histogram {
        bounds = List.copyOf(bounds);
        counts = List.copyOf(counts);
        exemplars = List.copyOf(exemplars);
        Objects.requireNonNull(exponential, "exponential");
        if (counts.size() != bounds.size() + 1) {
            throw new IllegalArgumentException(counts.size() + " buckets with " + bounds.size() + " bounds");
        }
    }

    /**
     * Exponential buckets as native histograms of Prometheus and exponential histograms of OpenTelemetry have them: bucket
     * {@code i} holds values in (base^(i-1), base^i] of Prometheus, which is index {@code i-1} of OpenTelemetry, base being
     * 2^(2^-scale).
     *
     * @param scale the scale, {@code schema} in Prometheus
     * @param zeroCount values that are zero or too small to tell from it
     * @param offset the index, as OpenTelemetry counts, of the first of the counts
     * @param counts how many values are in each bucket from there on
     */
    public record Exponential(int scale, long zeroCount, int offset, List<Long> counts) {
        /** Copies the counts. */
        public Exponential {
            counts = List.copyOf(counts);
        }

        private long count(int index) {
            return index < offset || index >= offset + counts.size() ? 0 : counts.get(index - offset);
        }

        private Exponential since(Exponential earlier) {
            int from = offset;
            int to = offset + counts.size();
            while (from < to && count(from) == earlier.count(from)) {
                from++;
            }
            while (from < to && count(to - 1) == earlier.count(to - 1)) {
                to--;
            }
            List<Long> differences = new ArrayList<>(to - from);
            for (int i = from; i < to; i++) {
                differences.add(count(i) - earlier.count(i));
            }
            return new Exponential(scale, zeroCount - earlier.zeroCount, from == to ? 0 : from, differences);
        }
    }

    /**
     * {@return what was added since}
     *
     * @param earlier the same histogram before
     * @param time when that was; exemplars that are not later are left out
     */
    Histogram since(Histogram earlier, long time) {
        List<Long> differences = new ArrayList<>(counts.size());
        for (int i = 0; i < counts.size(); i++) {
            differences.add(counts.get(i) - earlier.counts.get(i));
        }
        return new Histogram(
                bounds,
                differences,
                count - earlier.count,
                sum - earlier.sum,
                exponential.since(earlier.exponential),
                exemplars.stream().filter(each -> each.timestamp() - time > 0).toList());
    }

    /**
     * {@return an estimate of a quantile in the metric's unit, from the exponential buckets: at most half a bucket's width off; NaN where there are no values}
     *
     * @param quantile the quantile, 0 to 1
     */
    public double quantile(double quantile) {
        if (count == 0) {
            return Double.NaN;
        }
        double rank = Math.max(1, Math.ceil(quantile * count));
        long seen = exponential.zeroCount();
        if (rank <= seen) {
            return 0;
        }
        double step = Math.scalb(1.0, -exponential.scale());
        for (int i = 0; i < exponential.counts().size(); i++) {
            long here = exponential.counts().get(i);
            if (rank <= seen + here) {
                double lower = (exponential.offset() + i) * step;
                return Math.pow(2, lower + step * (rank - seen - 0.5) / here);
            }
            seen += here;
        }
        return Math.pow(2, (exponential.offset() + exponential.counts().size()) * step);
    }
}
