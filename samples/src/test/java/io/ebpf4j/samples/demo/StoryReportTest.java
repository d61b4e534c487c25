package io.ebpf4j.samples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.observability.aggregate.Exemplar;
import io.ebpf4j.observability.aggregate.FlowKey;
import io.ebpf4j.observability.aggregate.Histogram;
import io.ebpf4j.observability.aggregate.Snapshot;
import io.ebpf4j.observability.event.Direction;
import io.ebpf4j.observability.identity.NameIdentity;
import io.ebpf4j.observability.servicemap.ServiceMap;
import io.ebpf4j.observability.verdict.Evidence;
import io.ebpf4j.observability.verdict.Fault;
import io.ebpf4j.observability.verdict.LayerVerdict;
import io.ebpf4j.observability.verdict.Side;
import io.ebpf4j.samples.demo.service.AccessRecord;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is said of a window whose numbers are given here. */
class StoryReportTest {
    private static final Pair READS = new Pair("resumes", "core-api");
    private static final Pair MESSAGES = new Pair("notifications", "api.twilio.com");
    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";

    private static FlowKey flow(Pair pair, Direction reporter) {
        return new FlowKey(new NameIdentity(pair.source()), new NameIdentity(pair.destination()), "", "", reporter);
    }

    /** All values in the bucket of 2^-2 to 2^-1 seconds. */
    private static Histogram halfASecond(long count) {
        return new Histogram(
                List.of(0.25, 0.5),
                List.of(0L, count, 0L),
                count,
                0.4 * count,
                new Histogram.Exponential(0, 0, -2, List.of(count)),
                List.of(new Exemplar(0.41, TRACE, "b7ad6b7169203331", 1)));
    }

    private static Snapshot.Http http(Pair pair, Direction reporter, int status, long requests) {
        return new Snapshot.Http(flow(pair, reporter), "GET", "HTTP/1.1", status, "", requests, 0, 0, List.of());
    }

    private static Snapshot.Tcp tcp(Pair pair, Direction reporter, long data, long handshakes) {
        Histogram none = new Histogram(
                List.of(1.0), List.of(0L, 0L), 0, 0, new Histogram.Exponential(0, 0, 0, List.of()), List.of());
        return new Snapshot.Tcp(
                flow(pair, reporter),
                2,
                2,
                Map.of(),
                0,
                0,
                200,
                100,
                data,
                handshakes,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                none,
                none,
                none,
                none,
                List.of());
    }

    private static Snapshot window(List<Snapshot.Http> http, List<Snapshot.Tcp> tcp) {
        return new Snapshot(
                0,
                1,
                0,
                http,
                List.of(new Snapshot.Latency(flow(READS, Direction.CLIENT), "GET", halfASecond(48))),
                tcp,
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of());
    }

    private static LayerVerdict verdict(Fault fault, Side side) {
        return new LayerVerdict(
                fault,
                side,
                0.97,
                "36 of 48 answers are 500",
                List.of(new Evidence(fault, "answers of 5xx", 75, "%", 0)));
    }

    @Test
    void aTableRowIsOfAPairAsItsClientSawIt() {
        Snapshot window = window(
                List.of(
                        http(READS, Direction.CLIENT, 500, 36),
                        http(READS, Direction.CLIENT, 200, 12),
                        http(READS, Direction.SERVER, 500, 36)),
                List.of(tcp(MESSAGES, Direction.CLIENT, 20, 1), tcp(MESSAGES, Direction.SERVER, 7, 0)));
        assertThat(HttpRow.of(window)).singleElement().satisfies(row -> {
            assertThat(row.requests()).isEqualTo(48);
            assertThat(row.ofClass(5)).isEqualTo(36);
            assertThat(row.ofClass(4)).isZero();
            assertThat(row.quantile(0.5)).isBetween(0.25, 0.5);
            assertThat(row.slowest()).map(Exemplar::traceId).contains(TRACE);
        });
        assertThat(TcpRow.of(window)).singleElement().satisfies(row -> {
            assertThat(row.pair()).isEqualTo(MESSAGES);
            assertThat(row.retransmits()).isEqualTo(21);
            assertThat(row.segments()).isEqualTo(200);
        });
    }

    @Test
    void requestsAreClaimedFromEitherEndButOfTheOutsideFromOne() {
        Snapshot window = window(
                List.of(http(READS, Direction.CLIENT, 200, 12), http(READS, Direction.SERVER, 200, 11)), List.of());
        Map<Answered, Long> logs = Map.of(new Answered(READS, "GET", 200), 12L, new Answered(MESSAGES, "GET", 200), 3L);
        assertThat(Claims.requests(window, logs))
                .extracting(Claim::toString)
                .containsExactly(
                        "notifications → api.twilio.com GET 200 by the client is as in the server's log: expected 3, seen 0",
                        "resumes → core-api GET 200 by the client is as in the server's log: 12",
                        "resumes → core-api GET 200 by the server is as in the server's log: expected 12, seen 11");
    }

    @Test
    void whatNoLogHasIsClaimedToo() {
        Snapshot window = window(List.of(http(READS, Direction.CLIENT, 503, 1)), List.of());
        assertThat(Claims.requests(window, Map.of())).hasSize(1).noneMatch(Claim::holds);
    }

    @Test
    void retransmitsAreTheirSendersFromWhicheverEnd() {
        Snapshot window =
                window(List.of(), List.of(tcp(READS, Direction.CLIENT, 2, 1), tcp(READS, Direction.SERVER, 4, 0)));
        assertThat(Claims.retransmits(
                        window,
                        Map.of(Host.RESUMES, 3L, Host.CORE_API_V1, 1L, Host.CORE_API_V2, 3L, Host.JOBPOSTING, 0L)))
                .hasSize(3)
                .allMatch(Claim::holds);
    }

    @Test
    void onlyTheStorysVerdictOnWhomItIsAboutHolds() {
        Map<Pair, LayerVerdict> verdicts =
                Map.of(READS, verdict(Fault.API_ERROR, Side.SERVER), MESSAGES, verdict(Fault.NONE_SEEN, Side.UNKNOWN));
        assertThat(Claims.verdicts(Story.API_ERRORS, verdicts)).hasSize(2).allMatch(Claim::holds);
        assertThat(Claims.verdicts(Story.LOSSY_PATH, verdicts)).hasSize(2).noneMatch(Claim::holds);
        assertThat(Claims.verdicts(Story.SLOW_UPGRADE, verdicts))
                .as("one on jobposting is missing")
                .filteredOn(claim -> !claim.holds())
                .hasSize(2);
        assertThat(Claims.verdicts(Story.API_ERRORS, Map.of(READS, verdict(Fault.API_ERROR, Side.CLIENT))))
                .noneMatch(Claim::holds);
    }

    @Test
    void anExemplarHasToBeASlowRequestOfThatClient() {
        List<HttpRow> rows = HttpRow.of(window(List.of(http(READS, Direction.CLIENT, 200, 48)), List.of()));
        AccessRecord slow =
                new AccessRecord(1, "resumes", "GET", "core-api", "/v1/candidates/1", 200, 410_000_000, TRACE);
        assertThat(Claims.exemplars(Story.SLOW_UPGRADE, rows, Map.of(READS, List.of(slow))))
                .singleElement()
                .matches(Claim::holds);
        AccessRecord fast =
                new AccessRecord(1, "resumes", "GET", "core-api", "/v1/candidates/1", 200, 10_000_000, TRACE);
        assertThat(Claims.exemplars(Story.SLOW_UPGRADE, rows, Map.of(READS, List.of(fast))))
                .noneMatch(Claim::holds);
        assertThat(Claims.exemplars(Story.SLOW_UPGRADE, rows, Map.of(MESSAGES, List.of(slow))))
                .noneMatch(Claim::holds);
    }

    @Test
    void theReportHasTablesAVerdictInALineAndWhatIsNotSo() {
        Snapshot window = window(
                List.of(http(READS, Direction.CLIENT, 500, 36), http(READS, Direction.CLIENT, 200, 12)),
                List.of(tcp(READS, Direction.CLIENT, 2, 0)));
        StoryReport report = new StoryReport(
                Story.API_ERRORS,
                4,
                HttpRow.of(window),
                TcpRow.of(window),
                Map.of(READS, verdict(Fault.API_ERROR, Side.SERVER), MESSAGES, verdict(Fault.NONE_SEEN, Side.UNKNOWN)),
                new ServiceMap(4, 0, List.of(), List.of()),
                List.of(Claim.of("this", 1, 1), Claim.of("that", 1, 2)));
        assertThat(report.holds()).isFalse();
        assertThat(String.join("\n", ReportText.lines(report))).isEqualTo("""
                        Story 1 of 3: resumes shows errors to its users. Its own, or whose?

                          HTTP by source and destination (hubble_http_requests_total, hubble_http_request_duration_seconds)
                            SOURCE   DESTINATION  METHOD  REQ/S  2xx  4xx  5xx     P50     P95     P99  TRACE OF THE SLOWEST
                            resumes  core-api     GET      12.0   12    0   36  351 ms  482 ms  496 ms  0af7651916cd43dd8448eb211c80319c

                          TCP by source and destination (system_network_tcp_*)
                            SOURCE   DESTINATION  CONNECTIONS  SEGMENTS  RETRANSMITS  SHARE  RTT  A TRACE AMONG THEM
                            resumes  core-api               2       200            2  1.0 %

                          Service map
                            0 services, 0 pairs in 4.0s

                            SOURCE  DESTINATION  REQ/S  ERR  P50  P95  P99  OUT  IN  RTX  RTT  CONN  FAIL  DNS    VERDICT

                          VERDICT  resumes → core-api: 36 of 48 answers are 500 (97 % sure)
                                   - answers of 5xx: 75.0 %, against 0.0 %
                          No fault seen: notifications → api.twilio.com
                          NOT SO   that: expected 1, seen 2
                          Checked against the servers' logs, the clients' logs, the kernel's counters and the story: 1 of 2 hold
                        """);
    }

    @Test
    void jsonSaysTheSame() {
        Snapshot window =
                window(List.of(http(READS, Direction.CLIENT, 500, 36)), List.of(tcp(READS, Direction.CLIENT, 2, 0)));
        StoryReport report = new StoryReport(
                Story.API_ERRORS,
                4,
                HttpRow.of(window),
                TcpRow.of(window),
                Map.of(READS, verdict(Fault.API_ERROR, Side.SERVER)),
                new ServiceMap(4, 0, List.of(), List.of()),
                List.of(Claim.of("that", 1, 2)));
        assertThat(report.json().toString())
                .startsWith("{\"story\":\"api_errors\",\"question\":\"")
                .contains("\"duration_s\":4.0,\"http\":[{\"source\":\"resumes\",\"destination\":\"core-api\","
                        + "\"method\":\"GET\",\"requests\":36,\"statuses\":{\"500\":36},\"p50_s\":0.35")
                .contains("\"trace_id\":\"" + TRACE + "\"")
                .contains("\"connections\":2,\"segments_sent\":200,\"retransmits\":2,\"rtt_s\":null,\"trace_id\":null")
                .contains("\"fault\":\"api_error\",\"side\":\"server\",\"confidence\":0.97,")
                .endsWith("\"claims\":[{\"what\":\"that\",\"expected\":\"1\",\"seen\":\"2\",\"holds\":false}],"
                        + "\"holds\":false}");
    }

    @Test
    void durationsHaveTheUnitThatSuitsThem() {
        assertThat(ReportText.duration(0.000_052)).isEqualTo("52 µs");
        assertThat(ReportText.duration(0.004_21)).isEqualTo("4.2 ms");
        assertThat(ReportText.duration(0.404)).isEqualTo("404 ms");
        assertThat(ReportText.duration(1.234)).isEqualTo("1.23 s");
        assertThat(ReportText.duration(Double.NaN)).isEmpty();
    }
}
