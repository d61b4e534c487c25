package io.ebpf4j.observability.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.ebpf4j.observability.aggregate.Exemplar;
import io.ebpf4j.observability.aggregate.Histogram;
import java.util.List;
import org.junit.jupiter.api.Test;

class HistogramSumTest {
    private static Histogram histogram(int scale, int offset, List<Long> exponential, Exemplar... exemplars) {
        long count = exponential.stream().mapToLong(Long::longValue).sum();
        return new Histogram(
                List.of(0.1, 1.0),
                List.of(count, 0L, 0L),
                count,
                0.05 * count,
                new Histogram.Exponential(scale, 0, offset, exponential),
                List.of(exemplars));
    }

    @Test
    void oneAloneIsItself() {
        Histogram one = histogram(2, -5, List.of(1L, 0L, 3L));
        assertThat(new HistogramSum(one).total()).isEqualTo(one);
    }

    @Test
    void rangesThatDoNotMeetAreFilledUp() {
        Histogram total = new HistogramSum(histogram(2, 4, List.of(1L)))
                .add(histogram(2, 0, List.of(2L)))
                .add(histogram(2, 6, List.of(3L)))
                .total();
        assertThat(total.exponential())
                .isEqualTo(new Histogram.Exponential(2, 0, 0, List.of(2L, 0L, 0L, 0L, 1L, 0L, 3L)));
        assertThat(total.counts()).containsExactly(6L, 0L, 0L);
        assertThat(total.count()).isEqualTo(6);
        assertThat(total.sum()).isEqualTo(0.05 * 6, within(1e-9));
    }

    // Of scale s bucket i is (base^i, base^(i+1)], base 2^(2^-s): halving the scale squares the base, so i goes to
    // floor(i / 2)
    @Test
    void theCoarserScaleWinsWhicheverComesFirst() {
        Histogram fine = histogram(3, -3, List.of(1L, 1L, 1L, 1L));
        Histogram coarse = histogram(1, 0, List.of(5L));
        Histogram.Exponential expected = new Histogram.Exponential(1, 0, -1, List.of(3L, 6L));
        assertThat(new HistogramSum(fine).add(coarse).total().exponential()).isEqualTo(expected);
        assertThat(new HistogramSum(coarse).add(fine).total().exponential()).isEqualTo(expected);
    }

    @Test
    void theLatestExemplarOfABucketStays() {
        Exemplar old = new Exemplar(0.05, "a", "", 1);
        Exemplar young = new Exemplar(0.06, "b", "", 2);
        Exemplar slow = new Exemplar(7, "c", "", 1);
        assertThat(new HistogramSum(histogram(1, 0, List.of(1L), young))
                        .add(histogram(1, 0, List.of(1L), old, slow))
                        .total()
                        .exemplars())
                .containsExactly(young, slow);
    }

    @Test
    void otherBoundsAreRefused() {
        Histogram other = new Histogram(
                List.of(2.0), List.of(0L, 0L), 0, 0, new Histogram.Exponential(1, 0, 0, List.of()), List.of());
        HistogramSum sum = new HistogramSum(histogram(1, 0, List.of()));
        assertThatThrownBy(() -> sum.add(other)).isInstanceOf(IllegalArgumentException.class);
    }
}
