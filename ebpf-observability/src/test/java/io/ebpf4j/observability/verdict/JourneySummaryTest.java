package io.ebpf4j.observability.verdict;

import static io.ebpf4j.observability.event.Direction.CLIENT;
import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.observability.aggregate.FlowKey;
import io.ebpf4j.observability.event.DnsOutcome;
import io.ebpf4j.observability.event.FailureReason;
import io.ebpf4j.observability.identity.NameIdentity;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JourneySummaryTest {
    private static final FlowKey PAIR =
            new FlowKey(new NameIdentity("client.test"), new NameIdentity("server.test"), "", "", CLIENT);

    private static RequestJudge judge() {
        return new RequestJudge(RequestJudgeOptions.DEFAULTS, LatencyBaseline.NONE);
    }

    @Test
    void countsByPairAndCause() {
        JourneySummary summary = new JourneySummary(10, judge());
        summary.accept(new ToldEvents().exchanged(CLIENT, 0, 10, 11, 200).only());
        JourneySummary.Counted before = summary.counted();
        summary.accept(new ToldEvents().exchanged(CLIENT, 0, 10, 11, 503).only());
        summary.accept(
                new ToldEvents().failed(1, FailureReason.REFUSED, 1, 0, 0).only());
        JourneyCounts all = summary.counted().of(PAIR);
        assertThat(all.journeys()).isEqualTo(3);
        assertThat(all.causes())
                .isEqualTo(Map.of(
                        new JourneyCounts.Cause(Fault.API_ERROR, Side.SERVER), 1L,
                        new JourneyCounts.Cause(Fault.CONNECT, Side.SERVER), 1L));
        assertThat(all.waitSeconds()).isEqualTo(0.020);
        JourneyCounts window = summary.counted().since(before).of(PAIR);
        assertThat(window.journeys()).isEqualTo(2);
        assertThat(window.examples()).hasSize(2);
        assertThat(summary.counted().since(summary.counted()).pairs()).isEmpty();
    }

    @Test
    void pairsAreBounded() {
        JourneySummary summary = new JourneySummary(1, judge());
        summary.accept(new ToldEvents().exchanged(CLIENT, 0, 10, 11, 200).only());
        for (int i = 0; i < 5; i++) {
            summary.accept(new ToldEvents()
                    .asked("nope" + i, 1, 0, 1, DnsOutcome.ANSWERED, 3)
                    .only());
        }
        assertThat(summary.counted().pairs()).hasSize(1);
        assertThat(summary.counted().folded()).isEqualTo(5);
    }
}
