package io.ebpf4j.observability.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ConnectionTableTest {
    private static final int MOST = 100;

    /** The same steps on a map of the JDK that drops its eldest entry in order of use. */
    @Test
    void doesWhatALinkedHashMapInOrderOfUseDoes() {
        List<Long> expectedEvictions = new ArrayList<>();
        Map<Long, Long> expected = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<Long, Long> eldest) {
                if (size() > MOST) {
                    expectedEvictions.add(eldest.getValue());
                    return true;
                }
                return false;
            }
        };
        List<Long> evictions = new ArrayList<>();
        ConnectionTable<Long> table = new ConnectionTable<>(MOST, evictions::add);
        Random random = new Random(Long.getLong("ebpf4j.seed", 42));
        for (int i = 0; i < 100_000; i++) {
            long key = (long) random.nextInt(300) << random.nextInt(3);
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
}
