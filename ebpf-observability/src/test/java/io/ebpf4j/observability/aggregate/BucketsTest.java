package io.ebpf4j.observability.aggregate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.ebpf4j.observability.aggregate.HistogramColumns.Exemplars;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BucketsTest {
    private static final BigDecimal NANOS = BigDecimal.valueOf(1_000_000_000);

    /** By decimal arithmetic, bound by bound. */
    private static int naive(double[] bounds, long nanos) {
        BigDecimal seconds = BigDecimal.valueOf(nanos).divide(NANOS);
        for (int i = 0; i < bounds.length; i++) {
            if (seconds.compareTo(new BigDecimal(Double.toString(bounds[i]))) <= 0) {
                return i;
            }
        }
        return bounds.length;
    }

    @Test
    void findsTheBucketThatASearchFinds() {
        double[] bounds = {.005, .01, .025, .05, .075, .1, .25, .5, .75, 1, 2.5, 5, 7.5, 10};
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (double bound : bounds) {
            long exact = Math.round(bound * 1e9);
            for (long near = exact - 2; near <= exact + 2; near++) {
                assertThat(Buckets.LATENCY.index(near)).as("%d", near).isEqualTo(naive(bounds, near));
            }
        }
        for (int i = 0; i < 10_000; i++) {
            long value = random.nextLong() >>> (1 + random.nextInt(63));
            assertThat(Buckets.LATENCY.index(value))
                    .as("%d, seed %d", value, seed)
                    .isEqualTo(naive(bounds, value));
        }
        assertThat(Buckets.LATENCY.index(0)).isZero();
        assertThat(Buckets.LATENCY.index(Long.MAX_VALUE)).isEqualTo(bounds.length);
    }

    @Test
    void exponentialBucketsAreThoseOfTheLogarithm() {
        HistogramColumns columns = HistogramColumns.latency(0, Buckets.LATENCY, Exemplars.NONE);
        Random random = new Random(7);
        for (int i = 0; i < 5_000; i++) {
            long nanos = 1_000 + (random.nextLong() >>> (28 + random.nextInt(25)));
            double exact = Math.log(nanos / 1e9) / Math.log(2) * 4;
            if (nanos > 128_000_000_000L || Math.abs(exact - Math.rint(exact)) < 1e-9) {
                continue; // out of range; or too near a bound for the logarithm
            }
            SeriesTable table = new SeriesTable(1, columns.end(), 0, 0, 0, 0);
            table.open(0);
            columns.record(table, nanos);
            table.close();
            long[] row = table.buffer();
            table.read(0, row);
            assertThat(columns.read(row).exponential())
                    .as("%d", nanos)
                    .isEqualTo(new Histogram.Exponential(2, 0, (int) Math.ceil(exact) - 1, List.of(1L)));
        }
    }

    @Test
    void aPowerOfTwoIsTheLastOfItsBucket() {
        Buckets buckets = Buckets.exponential(2, -20, 7);
        assertThat(buckets.seconds().get(buckets.index(1_000_000_000))).isEqualTo(1.0);
        assertThat(buckets.seconds().get(buckets.index(1_000_000_001))).isEqualTo(Math.pow(2, .25));
        assertThat(buckets.seconds().get(buckets.index(1_953_125))).isEqualTo(Math.pow(2, -9));
    }

    @Test
    void quantilesAreHalfABucketOffAtMost() {
        HistogramColumns columns = HistogramColumns.latency(0, Buckets.LATENCY, Exemplars.NONE);
        SeriesTable table = new SeriesTable(1, columns.end(), 0, 0, 0, 0);
        Random random = new Random(11);
        long[] values = random.longs(20_000, 0, 60)
                .map(exponent -> (long) (2_000 * Math.pow(1.25, (double) exponent)))
                .sorted()
                .toArray();
        for (long value : values) {
            table.open(0);
            columns.record(table, value);
            table.close();
        }
        long[] row = table.buffer();
        table.read(0, row);
        Histogram histogram = columns.read(row);
        assertThat(histogram.count()).isEqualTo(values.length);
        assertThat(histogram.sum()).isCloseTo(Arrays.stream(values).sum() / 1e9, within(1e-6));
        assertThat(histogram.counts().stream().mapToLong(Long::longValue).sum()).isEqualTo(values.length);
        for (double quantile : new double[] {.01, .5, .9, .99, 1}) {
            double exact = values[(int) Math.ceil(quantile * values.length) - 1] / 1e9;
            assertThat(histogram.quantile(quantile)).isBetween(exact / 1.2, exact * 1.2);
        }
    }

    @Test
    void whatIsOutOfRangeIsCountedAtTheEnds() {
        HistogramColumns columns = HistogramColumns.latency(0, Buckets.LATENCY, Exemplars.NONE);
        SeriesTable table = new SeriesTable(1, columns.end(), 0, 0, 0, 0);
        table.open(0);
        columns.record(table, -5);
        columns.record(table, 1);
        columns.record(table, Long.MAX_VALUE >> 1);
        table.close();
        long[] row = table.buffer();
        table.read(0, row);
        Histogram histogram = columns.read(row);
        assertThat(histogram.exponential().zeroCount()).isEqualTo(2);
        assertThat(histogram.exponential().counts()).containsExactly(1L);
        assertThat(histogram.exponential().offset()).isEqualTo(27); // up to 2^7 s
        assertThat(histogram.counts().getFirst()).isEqualTo(2);
        assertThat(histogram.counts().getLast()).isEqualTo(1);
    }
}
