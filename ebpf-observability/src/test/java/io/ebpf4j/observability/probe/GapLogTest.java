package io.ebpf4j.observability.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.observability.event.GapEvent;
import io.ebpf4j.observability.event.Layer;
import io.ebpf4j.observability.event.RecordKind;
import org.junit.jupiter.api.Test;

class GapLogTest {
    private final GapLog log = new GapLog(100);

    private void gap(long first, long last) {
        RecordKind kind = new RecordKind(Layer.TCP, "closed");
        log.add(new GapEvent(last, -1, kind, GapEvent.Cause.RING_FULL, 1, first, last));
    }

    @Test
    void aWindowBesideEveryGapIsComplete() {
        gap(200, 300);
        gap(500, 600);
        log.checked(1000);
        assertThat(log.completeness(301, 499)).isEqualTo(WindowCompleteness.COMPLETE);
        assertThat(log.completeness(300, 499)).isEqualTo(WindowCompleteness.INCOMPLETE);
        assertThat(log.completeness(301, 500)).isEqualTo(WindowCompleteness.INCOMPLETE);
        assertThat(log.completeness(150, 700)).isEqualTo(WindowCompleteness.INCOMPLETE);
        assertThat(log.completeness(520, 530)).isEqualTo(WindowCompleteness.INCOMPLETE);
        assertThat(log.completeness(601, 1000)).isEqualTo(WindowCompleteness.COMPLETE);
    }

    @Test
    void whatWasNotLookedAtYetIsNotKnown() {
        log.checked(1000);
        assertThat(log.completeness(900, 1001)).isEqualTo(WindowCompleteness.UNKNOWN);
    }

    @Test
    void beforeTheBeginningNothingIsComplete() {
        log.begin(500);
        log.checked(1000);
        assertThat(log.completeness(499, 600)).isEqualTo(WindowCompleteness.INCOMPLETE);
        assertThat(log.completeness(500, 600)).isEqualTo(WindowCompleteness.COMPLETE);
    }

    @Test
    void ofManyGapsOldOnesMayGrowButNoneIsForgotten() {
        for (int i = 0; i < 10_000; i++) {
            gap(1000 + 10 * i, 1001 + 10 * i);
        }
        log.checked(1_000_000);
        for (int i = 0; i < 10_000; i++) {
            assertThat(log.completeness(1000 + 10 * i, 1000 + 10 * i)).isEqualTo(WindowCompleteness.INCOMPLETE);
        }
        assertThat(log.completeness(100_985, 100_989)).isEqualTo(WindowCompleteness.COMPLETE);
    }
}
