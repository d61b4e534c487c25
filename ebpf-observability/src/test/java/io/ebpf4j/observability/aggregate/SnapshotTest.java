package io.ebpf4j.observability.aggregate;

import static io.ebpf4j.observability.aggregate.SyntheticEvents.TRACE;
import static io.ebpf4j.observability.aggregate.SyntheticEvents.connection;
import static io.ebpf4j.observability.aggregate.SyntheticEvents.http;
import static io.ebpf4j.observability.aggregate.SyntheticEvents.service;
import static io.ebpf4j.observability.aggregate.SyntheticEvents.trace;
import static io.ebpf4j.observability.aggregate.SyntheticEvents.traffic;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import io.ebpf4j.observability.event.Connection;
import io.ebpf4j.observability.event.Direction;
import io.ebpf4j.observability.identity.Identity;
import io.ebpf4j.observability.protocol.TraceContext.Sampling;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SnapshotTest {
    private static final Identity CLIENT = service("resumes", "");
    private static final Identity SERVER = service("core-api", "");

    private final SyntheticEvents events = new SyntheticEvents();
    private final FlowAggregator aggregator = new FlowAggregator(AggregateOptions.DEFAULTS, 1);

    private void request(long time, int status, long latency) {
        aggregator.accept(events.identified(
                http(
                        time,
                        connection(1, Direction.CLIENT),
                        "GET",
                        "/",
                        status,
                        latency,
                        trace(TRACE, Sampling.SAMPLED)),
                Direction.CLIENT,
                CLIENT,
                SERVER));
    }

    private void sample(long time, int bytes) {
        Connection connection = connection(1, Direction.CLIENT);
        aggregator.accept(events.identified(
                SyntheticEvents.sample(time, connection, time - 1, traffic(bytes, 0, bytes, bytes, 0, 900)),
                Direction.CLIENT,
                CLIENT,
                SERVER));
    }

    @Test
    void aWindowIsWhatWasAddedInIt() {
        request(10, 200, 3_000_000);
        request(20, 404, 3_000_000);
        sample(100, 1_000);
        Snapshot earlier = aggregator.snapshot(5_000_000, 3);
        request(6_000_000, 200, 40_000_000);
        request(7_000_000, 500, 3_000_000);
        sample(8_000_000, 1_700);
        Snapshot window = aggregator.snapshot(60_000_000, 5).since(earlier);

        assertThat(window.from()).isEqualTo(5_000_000);
        assertThat(window.timestamp()).isEqualTo(60_000_000);
        assertThat(window.lost()).isEqualTo(2);
        assertThat(window.http())
                .extracting(Snapshot.Http::status, Snapshot.Http::requests, Snapshot.Http::requestBytes)
                .containsExactly(tuple(200, 1L, 100L), tuple(500, 1L, 100L)); // nothing of 404
        Histogram latencies = window.httpLatencies().getFirst().histogram();
        assertThat(latencies.count()).isEqualTo(2);
        assertThat(latencies.sum()).isCloseTo(.043, within(1e-12));
        assertThat(latencies.counts().getFirst()).isEqualTo(1);
        assertThat(latencies.exponential().counts().stream()
                        .mapToLong(Long::longValue)
                        .sum())
                .isEqualTo(2);
        assertThat(latencies.quantile(1)).isBetween(.033, .048);
        assertThat(latencies.exemplars()).hasSize(2);
        assertThat(window.tcp().getFirst().bytesSent()).isEqualTo(700);
        assertThat(window.tcp().getFirst().roundTrips().count()).isEqualTo(1);
        assertThat(window.flows())
                .extracting(Snapshot.Flow::protocol, Snapshot.Flow::count)
                .containsExactlyInAnyOrder(tuple("HTTP", 2L), tuple("TCP", 1L));
    }

    @Test
    void nothingHappenedIsAnEmptyWindow() {
        request(10, 200, 3_000_000);
        sample(100, 1_000);
        Snapshot earlier = aggregator.snapshot(5_000_000, 0);
        Snapshot window = aggregator.snapshot(6_000_000, 0).since(earlier);
        assertThat(window.http()).isEmpty();
        assertThat(window.httpLatencies()).isEmpty();
        assertThat(window.tcp()).isEmpty();
        assertThat(window.flows()).isEmpty();
        assertThat(window.isComplete()).isTrue();
    }

    @Test
    void aLaterSnapshotIsRefused() {
        Snapshot earlier = aggregator.snapshot(10, 0);
        Snapshot later = aggregator.snapshot(20, 0);
        assertThatThrownBy(() -> earlier.since(later)).isInstanceOf(IllegalArgumentException.class);
        Snapshot foreign = new FlowAggregator(AggregateOptions.DEFAULTS, 2).snapshot(10, 0);
        assertThatThrownBy(() -> later.since(foreign)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void windowsKeepTheLastSnapshotsAStepApart() {
        Windows windows = new Windows(Duration.ofNanos(100), 3);
        for (long time = 1; time <= 1_001; time += 50) {
            request(time, 200, 5);
            windows.offer(aggregator.snapshot(time, 0));
        }
        assertThat(windows.snapshots()).extracting(Snapshot::timestamp).containsExactly(701L, 801L, 901L, 1_001L);
        assertThat(windows.windows())
                .hasSize(3)
                .allSatisfy(window ->
                        assertThat(window.http().getFirst().requests()).isEqualTo(2));
        Snapshot now = aggregator.snapshot(1_040, 0);
        assertThat(windows.last(Duration.ofNanos(150), now)).map(Snapshot::from).isEqualTo(Optional.of(801L));
        assertThat(windows.last(Duration.ofNanos(500), now)).isEmpty();
        assertThat(windows.isDue(1_100)).isFalse();
        assertThat(windows.isDue(1_101)).isTrue();
    }
}
