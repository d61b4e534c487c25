package io.ebpf4j.observability.verdict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DistributionTest {
    private static final List<Double> HUNDRED =
            IntStream.rangeClosed(1, 100).mapToObj(i -> i / 100.0).toList();

    @Test
    void quantilesAreThoseOfTheValues() {
        Distribution values = WindowDraft.distribution(HUNDRED);
        for (double quantile : new double[] {0.1, 0.5, 0.95, 0.99}) {
            assertThat(values.quantile(quantile))
                    .isCloseTo(quantile, within(0.05 * quantile)); // a bucket is 4.4 % wide
        }
        assertThat(values.mean()).isCloseTo(0.505, within(1e-9));
        assertThat(values.count()).isEqualTo(100);
    }

    @Test
    void histogramsOfDifferentScalesAreTakenTogether() {
        Distribution both =
                Distribution.of(List.of(WindowDraft.histogram(HUNDRED, 5), WindowDraft.histogram(HUNDRED, 3)));
        assertThat(both.count()).isEqualTo(200);
        assertThat(both.quantile(0.5)).isCloseTo(0.5, within(0.05));
        assertThat(both.shareAbove(0.75)).isCloseTo(0.25, within(0.02));
    }

    @Test
    void theShareAboveABound() {
        Distribution values = WindowDraft.distribution(HUNDRED);
        assertThat(values.shareAbove(0.5)).isCloseTo(0.5, within(0.02));
        assertThat(values.shareAbove(5)).isZero();
        assertThat(values.shareAbove(0)).isEqualTo(1);
    }

    @Test
    void exceedsIsTheGreatestDistanceOfTheTwoSums() {
        Distribution values = WindowDraft.distribution(HUNDRED);
        List<Double> moved = new ArrayList<>(HUNDRED.subList(0, 70));
        for (int i = 0; i < 30; i++) {
            moved.add(10.0);
        }
        assertThat(WindowDraft.distribution(moved).exceeds(values)).isCloseTo(0.3, within(1e-9));
        assertThat(values.exceeds(WindowDraft.distribution(moved))).isZero();
        assertThat(values.exceeds(Distribution.EMPTY)).isZero();
        assertThat(Distribution.EMPTY.quantile(0.5)).isNaN();
    }
}
