package io.ebpf4j.observability.aggregate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HeavyHittersTest {
    /** The bounds that the algorithm promises, against exact counts. */
    @Test
    void whatIsCertainIsNeverMoreThanWasAndMissesNoHeavyOne() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        HeavyHitters<Integer> hitters = new HeavyHitters<>(50);
        Map<Integer, Long> exact = new HashMap<>();
        Map<Integer, Long> certain = new HashMap<>();
        for (int i = 0; i < 100_000; i++) {
            int key = random.nextInt(3) == 0 ? random.nextInt(5) : 100 + random.nextInt(50_000);
            exact.merge(key, 1L, Long::sum);
            certain.put(key, hitters.offer(key));
            assertThat(certain.get(key)).as("seed %d", seed).isLessThanOrEqualTo(exact.get(key));
        }
        assertThat(hitters.total()).isEqualTo(100_000);
        for (int heavy = 0; heavy < 5; heavy++) {
            // each comes about 6,667 times; a counter's error is at most 100,000 / 50
            assertThat(certain.get(heavy)).as("seed %d", seed).isGreaterThan(exact.get(heavy) - 2_000);
        }
    }
}
