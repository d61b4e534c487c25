package io.ebpf4j.observability.aggregate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ConnectionStatesTest {
    @Test
    void remembersWhatAMapDoes() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        ConnectionStates states = new ConnectionStates(100_000);
        Map<Long, Long> model = new HashMap<>();
        for (int i = 1; i <= 50_000; i++) {
            long cookie = 1 + random.nextInt(20_000);
            int slot = states.find(cookie);
            assertThat(slot != ConnectionStates.NONE).as("seed %d", seed).isEqualTo(model.containsKey(cookie));
            if (slot == ConnectionStates.NONE) {
                slot = states.add(cookie, i);
            }
            states.set(slot, ConnectionStates.BYTES_SENT, i);
            model.put(cookie, (long) i);
        }
        model.forEach((cookie, bytes) -> assertThat(states.get(states.find(cookie), ConnectionStates.BYTES_SENT))
                .as("seed %d", seed)
                .isEqualTo(bytes));
        assertThat(states.evicted()).isZero();
    }

    @Test
    void whatHasClosedIsForgottenAfterOthers() {
        ConnectionStates states = new ConnectionStates(64); // 16 that have closed
        for (long cookie = 1; cookie <= 10_000; cookie++) {
            states.closed(states.add(cookie, cookie));
            for (long other = Math.max(1, cookie - 40); other <= cookie; other++) {
                assertThat(states.find(other) != ConnectionStates.NONE)
                        .as("%d after %d", other, cookie)
                        .isEqualTo(other > cookie - 16);
            }
        }
        assertThat(states.size()).isEqualTo(16);
        assertThat(states.evicted()).isZero();
    }

    @Test
    void theLongestUnusedIsDrivenOut() {
        ConnectionStates states = new ConnectionStates(1_000);
        for (long cookie = 1; cookie <= 20_000; cookie++) {
            states.add(cookie, cookie);
            for (long used = 1; used <= 10; used++) {
                assertThat(cookie < used || states.find(used) != ConnectionStates.NONE)
                        .as("%d after %d", used, cookie)
                        .isTrue();
            }
        }
        assertThat(states.size()).isEqualTo(1_000);
        assertThat(states.evicted()).isEqualTo(19_000);
        assertThat(states.lastEviction()).isEqualTo(20_000);
    }
}
