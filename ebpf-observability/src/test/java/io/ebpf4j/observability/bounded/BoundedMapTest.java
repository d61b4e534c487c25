package io.ebpf4j.observability.bounded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class BoundedMapTest {
    @Test
    void theLongestUnusedMakesRoom() {
        BoundedMap<String, Integer> map = new BoundedMap<>(2);
        map.put("a", 1);
        map.put("b", 2);
        assertThat(map.get("a")).isEqualTo(1);
        map.put("c", 3);
        assertThat(map).containsOnlyKeys("a", "c");
        assertThat(map.evicted()).isEqualTo(1);
    }

    @Test
    void roomForNothingIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new BoundedMap<>(0));
    }
}
