package io.ebpf4j.samples;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.observability.event.CloseReason;
import io.ebpf4j.observability.event.Closed;
import io.ebpf4j.observability.event.ConnectFailed;
import io.ebpf4j.observability.event.ConnectStarted;
import io.ebpf4j.observability.event.Connection;
import io.ebpf4j.observability.event.ConnectionEvent;
import io.ebpf4j.observability.event.Direction;
import io.ebpf4j.observability.event.Endpoint;
import io.ebpf4j.observability.event.FailureReason;
import io.ebpf4j.observability.event.ProcessRef;
import io.ebpf4j.observability.event.RoundTrips;
import io.ebpf4j.observability.event.TcpState;
import io.ebpf4j.observability.event.Traffic;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EventRowTest {
    private static final LocalTime NOON = LocalTime.of(12, 0);
    private static final long MAPPED = 0x0000_ffff_0000_0000L;

    private static Connection connection(ProcessRef process) {
        return new Connection(
                7,
                Direction.CLIENT,
                new Endpoint(0, MAPPED | 0x7f000001L, 40000),
                new Endpoint(0, MAPPED | 0x7f000001L, 80),
                process,
                1,
                1);
    }

    private static final ProcessRef CURL = new ProcessRef(4711, 0, 0, "curl");

    private static Closed closed() {
        Traffic traffic = new Traffic(
                75,
                1024,
                0,
                5,
                5,
                1,
                1,
                2,
                0,
                0,
                5,
                0,
                Duration.ofNanos(50_000),
                Duration.ZERO,
                Duration.ofNanos(9_000),
                new RoundTrips(0, Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO),
                Duration.ZERO,
                0);
        return new Closed(
                0, 0, connection(CURL), CloseReason.FINISHED, 0, TcpState.LAST_ACK, Duration.ofMillis(1500), traffic);
    }

    @Test
    void showsBytesDurationAndRetransmits() {
        assertThat(EventRow.of(closed(), NOON))
                .isEqualTo(
                        "12:00:00.000  curl(4711)            client     127.0.0.1:40000        127.0.0.1:80  "
                                + "         closed      finished after 1.50 s, 75 B out, 1024 B in, rtt 50 µs, 2 segments sent again");
    }

    @Test
    void namesReasonAndErrorOfAFailure() {
        ConnectionEvent failed =
                new ConnectFailed(0, 0, connection(CURL), FailureReason.NO_ROUTE, 101, Duration.ofNanos(9_000), 0, 0);
        assertThat(EventRow.of(failed, NOON)).endsWith("failed      no route (ENETUNREACH) after 9 µs");
    }

    @Test
    void aProcessCannotSpeakToTheTerminal() {
        ConnectionEvent event = new ConnectStarted(0, 0, connection(new ProcessRef(1, 0, 0, "\u001b[2Jx\u009b\n")));
        assertThat(EventRow.of(event, NOON))
                .contains("?[2Jx??(1)")
                .doesNotContain("\u001b")
                .doesNotContain("\n");
    }

    @Test
    void everyColumnOfTheHeaderBeginsWhereTheRowsDo() {
        String header = EventRow.header();
        String row = EventRow.of(closed(), NOON);
        assertThat(row.indexOf("curl")).isEqualTo(header.indexOf("PROCESS"));
        assertThat(row.indexOf("client")).isEqualTo(header.indexOf("DIRECTION"));
        assertThat(row.indexOf("127.0.0.1:80 ")).isEqualTo(header.indexOf("REMOTE"));
        assertThat(row.indexOf("finished")).isEqualTo(header.indexOf("DETAIL"));
    }

    @ParameterizedTest
    @CsvSource({
        "999,1 µs",
        "12345,12 µs",
        "1234567,1.23 ms",
        "12345678,12.3 ms",
        "123456789,123 ms",
        "3063258000,3.06 s"
    })
    void durationsHaveTheUnitInWhichTheyAreReadBest(long nanos, String text) {
        assertThat(EventRow.duration(Duration.ofNanos(nanos))).isEqualTo(text);
    }

    @Test
    void jsonSaysWhatIsNotKnownAsNull() {
        String json = EventJson.of(
                        new ConnectFailed(
                                5, 1, connection(ProcessRef.UNKNOWN), FailureReason.CANCELLED, 0, Duration.ZERO, 1, 0),
                        Instant.EPOCH)
                .toString();
        assertThat(json)
                .isEqualTo(
                        "{\"time\":\"1970-01-01T00:00:00Z\",\"monotonic_ns\":5,\"layer\":\"tcp\",\"event\":\"failed\",\"cpu\":1,"
                                + "\"cookie\":\"7\",\"direction\":\"client\",\"process\":null,"
                                + "\"local\":{\"address\":\"127.0.0.1\",\"port\":40000},"
                                + "\"remote\":{\"address\":\"127.0.0.1\",\"port\":80},\"netns\":1,\"cgroup\":1,"
                                + "\"reason\":\"cancelled\",\"error\":null,\"duration_s\":null,"
                                + "\"syn_retransmits\":1,\"unsent_retransmits\":0}");
    }
}
