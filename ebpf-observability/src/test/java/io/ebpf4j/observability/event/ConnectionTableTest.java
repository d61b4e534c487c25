package io.ebpf4j.observability.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ConnectionTableTest {
    /** So few that each use moves its entry: then the order is the JDK's. */
    private static final int FEW = 7;

    private static final int MANY = 100;
    private static final int LEFT_IN_PLACE = MANY / 4;

    /** The same steps on a map of the JDK that drops its eldest entry in order of use. */
    @Test
    void doesWhatALinkedHashMapInOrderOfUseDoes() {
        List<Long> expectedEvictions = new ArrayList<>();
        Map<Long, Long> expected = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<Long, Long> eldest) {
                if (size() > FEW) {
                    expectedEvictions.add(eldest.getValue());
                    return true;
                }
                return false;
            }
        };
        List<Long> evictions = new ArrayList<>();
        ConnectionTable<Long> table = new ConnectionTable<>(FEW, evictions::add);
        Random random = new Random(Long.getLong("ebpf4j.seed", 42));
        for (int i = 0; i < 100_000; i++) {
            long key = (long) random.nextInt(30) << random.nextInt(3);
            if (random.nextInt(8) == 0) {
                assertThat(table.remove(key)).isEqualTo(expected.remove(key));
            } else {
                Long known = expected.get(key);
                assertThat(table.get(key)).isEqualTo(known);
                if (known == null) {
                    expected.put(key, (long) i);
                    table.put(key, (long) i);
                }
            }
            assertThat(table.size()).isEqualTo(expected.size());
        }
        assertThat(evictions).isEqualTo(expectedEvictions).isNotEmpty();
        List<Long> left = new ArrayList<>();
        table.drain(left::add);
        assertThat(left).containsExactlyElementsOf(expected.values());
        assertThat(table.size()).isZero();
    }

    /** Not exactly the one longest unused is driven out of a large table, but none of the three quarters used last. */
    @Test
    void whoIsDrivenOutWasNotUsedForLong() {
        Map<Long, Long> byUse = new LinkedHashMap<>(16, 0.75f, true);
        int[] evictions = {0, 0};
        ConnectionTable<Long> table = new ConnectionTable<>(MANY, evicted -> {
            int place = new ArrayList<>(byUse.keySet()).indexOf(evicted);
            assertThat(place).isBetween(0, LEFT_IN_PLACE);
            byUse.remove(evicted);
            evictions[0]++;
            evictions[1] = Math.max(evictions[1], place);
        });
        Random random = new Random(Long.getLong("ebpf4j.seed", 43));
        for (int i = 0; i < 50_000; i++) {
            // some are used all the time
            long key = random.nextInt(random.nextInt(3) == 0 ? 20 : 300);
            Long known = byUse.get(key);
            assertThat(table.get(key)).isEqualTo(known);
            if (known == null) {
                table.put(key, key);
                byUse.put(key, key);
            }
            assertThat(table.size()).isEqualTo(byUse.size());
        }
        assertThat(evictions[0]).isGreaterThan(1000);
        assertThat(evictions[1])
                .as("else this says no more than the other test")
                .isPositive();
    }
}
