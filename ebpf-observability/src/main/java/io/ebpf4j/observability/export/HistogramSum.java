package io.ebpf4j.observability.export;

import io.ebpf4j.observability.aggregate.Exemplar;
import io.ebpf4j.observability.aggregate.Histogram;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Adds histograms up that an exporter's labels do not tell apart. All have the same fixed bounds; exponential buckets of
 * different scales meet at the coarser one, where each bucket is a union of finer ones. Of the exemplars of one bucket
 * the latest stays. For one thread.
 */
public final class HistogramSum {
    private final List<Double> bounds;
    private final long[] counts;
    private final @Nullable Exemplar[] exemplars;
    private long count;
    private double sum;
    private int scale;
    private long zeroCount;
    private int offset;
    private long[] buckets;

    /**
     * A sum that begins with one histogram.
     *
     * @param first the histogram
     */
    public HistogramSum(Histogram first) {
        bounds = first.bounds();
        counts = new long[bounds.size() + 1];
        exemplars = new @Nullable Exemplar[counts.length];
        scale = first.exponential().scale();
        offset = first.exponential().offset();
        buckets = new long[0];
        add(first);
    }

    /**
     * Adds a histogram.
     *
     * @param histogram the histogram
     * @return this
     * @throws IllegalArgumentException when it has other bounds
     */
    public HistogramSum add(Histogram histogram) {
        if (!histogram.bounds().equals(bounds)) {
            throw new IllegalArgumentException("bounds " + histogram.bounds() + " do not add to " + bounds);
        }
        for (int i = 0; i < counts.length; i++) {
            counts[i] += histogram.counts().get(i);
        }
        count += histogram.count();
        sum += histogram.sum();
        addExponential(histogram.exponential());
        histogram.exemplars().forEach(this::offer);
        return this;
    }

    private void offer(Exemplar exemplar) {
        int bucket = 0;
        while (bucket < bounds.size() && exemplar.value() > bounds.get(bucket)) {
            bucket++;
        }
        Exemplar known = exemplars[bucket];
        if (known == null || exemplar.timestamp() - known.timestamp() > 0) {
            exemplars[bucket] = exemplar;
        }
    }

    private void addExponential(Histogram.Exponential other) {
        zeroCount += other.zeroCount();
        int common = Math.min(scale, other.scale());
        coarsen(common);
        int shift = other.scale() - common;
        for (int i = 0; i < other.counts().size(); i++) {
            long here = other.counts().get(i);
            if (here != 0) {
                grow((other.offset() + i) >> shift);
                buckets[((other.offset() + i) >> shift) - offset] += here;
            }
        }
    }

    /** Two neighbours with the same index but for its last bits are one bucket of the coarser scale. */
    private void coarsen(int coarser) {
        int shift = scale - coarser;
        if (shift == 0) {
            return;
        }
        long[] fine = buckets;
        int first = offset;
        scale = coarser;
        offset = first >> shift;
        buckets = new long[0];
        for (int i = 0; i < fine.length; i++) {
            grow((first + i) >> shift);
            buckets[((first + i) >> shift) - offset] += fine[i];
        }
    }

    private void grow(int index) {
        if (buckets.length == 0) {
            offset = index;
            buckets = new long[1];
        } else if (index < offset) {
            long[] wider = new long[buckets.length + offset - index];
            System.arraycopy(buckets, 0, wider, offset - index, buckets.length);
            buckets = wider;
            offset = index;
        } else if (index >= offset + buckets.length) {
            buckets = Arrays.copyOf(buckets, index - offset + 1);
        }
    }

    /** {@return the sum so far} */
    public Histogram total() {
        List<Exemplar> kept = new ArrayList<>();
        for (Exemplar exemplar : exemplars) {
            if (exemplar != null) {
                kept.add(exemplar);
            }
        }
        return new Histogram(
                bounds,
                Arrays.stream(counts).boxed().toList(),
                count,
                sum,
                new Histogram.Exponential(
                        scale, zeroCount, offset, Arrays.stream(buckets).boxed().toList()),
                kept);
    }
}
