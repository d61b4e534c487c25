package io.ebpf4j.observability.verdict;

import io.ebpf4j.observability.aggregate.Histogram;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Several histograms of one metric taken together, by their exponential buckets; where they differ in scale, at the
 * coarsest of them.
 */
public final class Distribution {
    /** No values. */
    public static final Distribution EMPTY = new Distribution(0, 0, new TreeMap<>(), 0, 0);

    private final int scale;
    private final long zeros;
    private final TreeMap<Integer, Long> buckets; // by OpenTelemetry's index
    private final long count;
    private final double sum;

    private Distribution(int scale, long zeros, TreeMap<Integer, Long> buckets, long count, double sum) {
        this.scale = scale;
        this.zeros = zeros;
        this.buckets = buckets;
        this.count = count;
        this.sum = sum;
    }

    /**
     * {@return all values of some histograms}
     *
     * @param histograms histograms of one metric and unit
     */
    public static Distribution of(List<Histogram> histograms) {
        int scale = histograms.stream()
                .filter(histogram -> histogram.count() > 0)
                .mapToInt(histogram -> histogram.exponential().scale())
                .min()
                .orElse(0);
        TreeMap<Integer, Long> buckets = new TreeMap<>();
        long zeros = 0;
        long count = 0;
        double sum = 0;
        for (Histogram histogram : histograms) {
            if (histogram.count() == 0) {
                continue;
            }
            Histogram.Exponential exponential = histogram.exponential();
            int shift = exponential.scale() - scale;
            for (int i = 0; i < exponential.counts().size(); i++) {
                long here = exponential.counts().get(i);
                if (here > 0) {
                    buckets.merge((exponential.offset() + i) >> shift, here, Long::sum);
                }
            }
            zeros += exponential.zeroCount();
            count += histogram.count();
            sum += histogram.sum();
        }
        return new Distribution(scale, zeros, buckets, count, sum);
    }

    /** {@return how many values} */
    public long count() {
        return count;
    }

    /** {@return their sum, in the metric's unit} */
    public double sum() {
        return sum;
    }

    /** {@return their mean, in the metric's unit; NaN where there are none} */
    public double mean() {
        return count == 0 ? Double.NaN : sum / count;
    }

    /**
     * {@return an estimate of a quantile in the metric's unit; NaN where there are no values}
     *
     * @param quantile the quantile, 0 to 1
     */
    public double quantile(double quantile) {
        if (buckets.isEmpty()) {
            return count == 0 ? Double.NaN : 0;
        }
        int first = buckets.firstKey();
        List<Long> counts = new ArrayList<>();
        for (int i = first; i <= buckets.lastKey(); i++) {
            counts.add(buckets.getOrDefault(i, 0L));
        }
        return new Histogram(
                        List.of(),
                        List.of(count),
                        count,
                        sum,
                        new Histogram.Exponential(scale, zeros, first, counts),
                        List.of())
                .quantile(quantile);
    }

    /**
     * {@return the share of values above a bound; a bucket that holds the bound counts in proportion}
     *
     * @param bound the bound, in the metric's unit
     */
    public double shareAbove(double bound) {
        if (count == 0) {
            return 0;
        }
        if (bound <= 0) {
            return (double) (count - zeros) / count;
        }
        double position = Math.log(bound) / Math.log(2) * Math.scalb(1.0, scale);
        double above = 0;
        for (Map.Entry<Integer, Long> bucket : buckets.entrySet()) {
            above += bucket.getValue() * Math.clamp(bucket.getKey() + 1 - position, 0.0, 1.0);
        }
        return above / count;
    }

    /**
     * How far these values lie above others: the greatest difference between the two cumulative distributions, one-sided as
     * the test of Kolmogorov and Smirnov has it.
     *
     * @param others the values to compare with
     * @return 0 to 1; 0 where either has none
     */
    public double exceeds(Distribution others) {
        Objects.requireNonNull(others, "others");
        if (count == 0 || others.count == 0) {
            return 0;
        }
        int common = Math.min(scale, others.scale);
        TreeMap<Integer, Long> mine = coarser(common);
        TreeMap<Integer, Long> theirs = others.coarser(common);
        TreeMap<Integer, Long> all = new TreeMap<>(mine);
        all.putAll(theirs);
        long below = zeros;
        long othersBelow = others.zeros;
        double most = (double) othersBelow / others.count - (double) below / count;
        for (int index : all.keySet()) {
            below += mine.getOrDefault(index, 0L);
            othersBelow += theirs.getOrDefault(index, 0L);
            most = Math.max(most, (double) othersBelow / others.count - (double) below / count);
        }
        return Math.max(0, most);
    }

    private TreeMap<Integer, Long> coarser(int to) {
        TreeMap<Integer, Long> coarse = new TreeMap<>();
        buckets.forEach((index, here) -> coarse.merge(index >> (scale - to), here, Long::sum));
        return coarse;
    }
}
