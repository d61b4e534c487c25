package io.ebpf4j.samples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.kernel.Capability;
import io.ebpf4j.observability.aggregate.AggregateOptions;
import io.ebpf4j.observability.aggregate.FlowAggregator;
import io.ebpf4j.observability.aggregate.Snapshot;
import io.ebpf4j.observability.verdict.JourneySummary;
import io.ebpf4j.testing.RequiresKernel;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

@RequiresKernel(
        since = "5.12",
        capability = {Capability.BPF, Capability.NET_ADMIN, Capability.SYS_ADMIN},
        feature = "atomic operations in traffic-control programs")
class DemoIT {
    /** Sees nothing. */
    private static final class Blind implements Observer {
        private final FlowAggregator aggregator = new FlowAggregator(AggregateOptions.DEFAULTS);

        @Override
        public Snapshot snapshot() {
            return aggregator.snapshot();
        }

        @Override
        public JourneySummary.Counted journeys() {
            return JourneySummary.Counted.NONE;
        }

        @Override
        public void usual(Snapshot window) {
            assertThat(window.http()).isEmpty();
        }

        @Override
        public List<String> problems() {
            return List.of("blind");
        }

        @Override
        public void close() {}
    }

    @Test
    void whoSeesNothingFails() throws IOException {
        Remains remains;
        try (Demo demo = Demo.create((identities, namespaces) -> new Blind(), line -> {})) {
            remains = demo.world().remains();
            demo.start();
            StoryReport report = demo.play(Story.API_ERRORS);
            assertThat(report.holds()).isFalse();
            assertThat(report.claims())
                    .filteredOn(claim -> !claim.holds())
                    .extracting(Claim::toString)
                    .contains(
                            "the verdict on resumes → core-api: expected API_ERROR at SERVER, seen none",
                            "resumes → core-api GET 500 by the client is as in the server's log: expected 36, seen 0");
        }
        assertThat(remains.list()).isEmpty();
    }
}
