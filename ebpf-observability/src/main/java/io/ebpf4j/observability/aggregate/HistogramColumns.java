package io.ebpf4j.observability.aggregate;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * How a histogram lies in a series: the sum in nanoseconds, fixed buckets, exponential buckets, and an exemplar for each fixed
 * bucket where they are kept. Immutable.
 */
final class HistogramColumns {
    private static final double NANOS = 1e9;

    /** Whether there is room for exemplars. */
    enum Exemplars {
        KEPT,
        NONE
    }

    private final int first;
    private final Buckets fixed;
    private final Buckets exponential;
    private final int scale;
    private final int lowest;
    private final Exemplars exemplars;
    private final Histogram empty;

    private HistogramColumns(int first, Buckets fixed, int scale, int from, int to, Exemplars exemplars) {
        this.first = first;
        this.fixed = fixed;
        this.exponential = Buckets.exponential(scale, from, to);
        this.scale = scale;
        this.lowest = from << scale;
        this.exemplars = exemplars;
        this.empty = new Histogram(
                fixed.seconds(),
                Collections.nCopies(fixed.size() + 1, 0L),
                0,
                0,
                new Histogram.Exponential(scale, 0, 0, List.of()),
                List.of());
    }

    /** Times between a microsecond and two minutes, four exponential buckets an octave. */
    static HistogramColumns latency(int first, Buckets fixed, Exemplars exemplars) {
        return new HistogramColumns(first, fixed, 2, -20, 7, exemplars);
    }

    /** Times between a millisecond and twelve days, two exponential buckets an octave. */
    static HistogramColumns duration(int first) {
        return new HistogramColumns(first, Buckets.DURATION, 1, -10, 20, Exemplars.NONE);
    }

    /** {@return the first column behind it} */
    int end() {
        return firstExemplar() + (exemplars == Exemplars.KEPT ? (fixed.size() + 1) * ExemplarWords.COLUMNS : 0);
    }

    private int firstExponential() {
        return first + 1 + fixed.size() + 1;
    }

    private int firstExemplar() {
        return firstExponential() + exponential.size(); // its first one holds what is too small to tell from zero
    }

    /** Records a value in the row that is being updated; the trace goes with it where there is one. */
    void record(SeriesTable table, long nanos, ExemplarWords trace, long timestamp) {
        int bucket = record(table, nanos);
        if (trace.isSet()) {
            trace.write(table, firstExemplar() + bucket * ExemplarWords.COLUMNS, nanos, timestamp);
        }
    }

    /** Records a value in the row that is being updated, and tells its fixed bucket. */
    int record(SeriesTable table, long nanos) {
        long value = Math.max(0, nanos);
        int bucket = fixed.index(value);
        table.add(first, value);
        table.add(first + 1 + bucket, 1);
        // what is above the range is in its last bucket
        table.add(firstExponential() + Math.min(exponential.index(value), exponential.size() - 1), 1);
        return bucket;
    }

    /** The histogram in a row that was read. */
    Histogram read(long[] row) {
        long count = 0;
        List<Long> counts = new ArrayList<>(fixed.size() + 1);
        for (int i = 0; i <= fixed.size(); i++) {
            long here = SeriesTable.value(row, first + 1 + i);
            counts.add(here);
            count += here;
        }
        if (count == 0) {
            return empty;
        }
        return new Histogram(
                fixed.seconds(),
                counts,
                count,
                SeriesTable.value(row, first) / NANOS,
                readExponential(row),
                readExemplars(row));
    }

    private Histogram.Exponential readExponential(long[] row) {
        int from = 1;
        int to = exponential.size();
        while (from < to && SeriesTable.value(row, firstExponential() + from) == 0) {
            from++;
        }
        while (from < to && SeriesTable.value(row, firstExponential() + to - 1) == 0) {
            to--;
        }
        List<Long> counts = new ArrayList<>(to - from);
        for (int i = from; i < to; i++) {
            counts.add(SeriesTable.value(row, firstExponential() + i));
        }
        return new Histogram.Exponential(
                scale, SeriesTable.value(row, firstExponential()), counts.isEmpty() ? 0 : lowest + from - 1, counts);
    }

    private List<Exemplar> readExemplars(long[] row) {
        if (exemplars == Exemplars.NONE) {
            return List.of();
        }
        List<Exemplar> found = new ArrayList<>();
        for (int i = 0; i <= fixed.size(); i++) {
            ExemplarWords.readSeconds(row, firstExemplar() + i * ExemplarWords.COLUMNS)
                    .ifPresent(found::add);
        }
        return found;
    }
}
