package io.ebpf4j.observability.export.prometheus;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.observability.aggregate.FlowKey;
import io.ebpf4j.observability.aggregate.Snapshot;
import io.ebpf4j.observability.event.Direction;
import io.ebpf4j.observability.event.Layer;
import io.ebpf4j.observability.event.MessageCounts;
import io.ebpf4j.observability.event.RecordKind;
import io.ebpf4j.observability.export.Aggregates;
import io.ebpf4j.observability.export.Flows;
import io.ebpf4j.observability.identity.WorkloadIdentity;
import io.ebpf4j.observability.probe.LayerLoad;
import io.ebpf4j.observability.probe.LayerStatus;
import io.ebpf4j.observability.probe.LossLedger;
import io.ebpf4j.observability.probe.TimeAnchor;
import io.prometheus.metrics.expositionformats.OpenMetricsTextFormatWriter;
import io.prometheus.metrics.expositionformats.PrometheusProtobufWriter;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HubbleMetricsTest {
    private static final TimeAnchor ANCHOR = new TimeAnchor(Instant.ofEpochSecond(1_700_000_000), 0);
    private static final String ENDS = "cluster=\"default\",destination=\"core-api\",destination_namespace=\"backend\","
            + "destination_workload=\"core-api\"";

    /** Written by the client's own writer, so that names, types and escapes are those of a scrape. */
    private static String text(MetricSnapshots metrics) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            OpenMetricsTextFormatWriter.create().write(out, metrics);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    private static List<String> family(String text, String name) {
        return text.lines()
                .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
                .toList();
    }

    private static String scrape(MetricsOptions options) {
        return text(HubbleMetrics.of(Aggregates.snapshot(), ANCHOR, options));
    }

    private static final String SCRAPED = scrape(MetricsOptions.DEFAULTS);

    @Test
    void requestsHaveStatusReporterAndExemplar() {
        assertThat(family(SCRAPED, "hubble_http_requests_total"))
                .containsExactlyInAnyOrder(
                        "hubble_http_requests_total{" + ENDS
                                + ",method=\"GET\",protocol=\"HTTP/1.1\",reporter=\"client\","
                                + "source=\"resumes\",source_namespace=\"tenant-jobs\",source_workload=\"resumes\",status=\"200\","
                                + "traffic_direction=\"egress\"} 7.0 # {traceID=\"" + Flows.TRACE
                                + "\"} 0.03 1700000001.000",
                        "hubble_http_requests_total{" + ENDS
                                + ",method=\"GET\",protocol=\"HTTP/1.1\",reporter=\"client\","
                                + "source=\"resumes\",source_namespace=\"tenant-jobs\",source_workload=\"resumes\",status=\"500\","
                                + "traffic_direction=\"egress\"} 2.0",
                        "hubble_http_requests_total{" + ENDS
                                + ",method=\"GET\",protocol=\"HTTP/1.1\",reporter=\"server\","
                                + "source=\"resumes\",source_namespace=\"tenant-jobs\",source_workload=\"resumes\",status=\"200\","
                                + "traffic_direction=\"ingress\"} 7.0 # {traceID=\"" + Flows.TRACE
                                + "\"} 0.03 1700000001.000");
        assertThat(family(SCRAPED, "ebpf4j_http_unanswered_requests_total"))
                .singleElement()
                .asString()
                .endsWith(" 1.0");
    }

    @Test
    void responsesOfTheOlderFamilyAreThereTooAndTurned() {
        assertThat(family(SCRAPED, "hubble_http_responses_total"))
                .hasSize(3)
                .allMatch(line -> line.contains("source=\"core-api\"") && line.contains("destination=\"resumes\""));
    }

    @Test
    void durationsHaveHubblesBucketsAndExemplarsInTheirs() {
        List<String> buckets = family(SCRAPED, "hubble_http_request_duration_seconds_bucket");
        assertThat(buckets).hasSize(12);
        assertThat(buckets.get(3)).contains("le=\"0.05\"} 1 # {traceID=\"" + Flows.TRACE + "\"} 0.03");
        assertThat(buckets.get(10)).contains("le=\"10.0\"} 2");
        assertThat(buckets.get(11)).contains("le=\"+Inf\"} 3");
        assertThat(family(SCRAPED, "hubble_http_request_duration_seconds_sum"))
                .singleElement()
                .asString()
                .endsWith(" 20.23");
    }

    @Test
    void dnsCountsMessagesAndItsResponsesKeepTheirDirection() {
        assertThat(family(SCRAPED, "hubble_dns_queries_total"))
                .hasSize(3)
                .allMatch(line -> line.contains("source=\"resumes\"")
                        && line.contains("ips_returned=\"0\"")
                        && line.contains("rcode=\"\""))
                .anyMatch(line -> line.contains("query=\"lost.example.com\"") && line.endsWith(" 3.0"));
        assertThat(family(SCRAPED, "hubble_dns_responses_total"))
                .hasSize(2)
                .allMatch(line -> line.contains("source=\"core-api\"") && line.contains("destination=\"resumes\""))
                .anyMatch(line -> line.contains("ips_returned=\"2\"")
                        && line.contains("rcode=\"No Error\"")
                        && line.contains("qtypes=\"A\"")
                        && line.endsWith(" 4.0"))
                .anyMatch(line -> line.contains("rcode=\"Non-Existent Domain\""));
        assertThat(family(SCRAPED, "hubble_dns_response_types_total"))
                .hasSize(2)
                .anyMatch(line -> line.contains(",type=\"CNAME\"}"));
    }

    @Test
    void dropsThatNobodyMissesAreNotHubbles() {
        assertThat(family(SCRAPED, "hubble_drop_total"))
                .hasSize(2)
                .anyMatch(line -> line.contains("reason=\"POLICY_DENIED\"") && line.endsWith(" 3.0"))
                .anyMatch(line -> line.contains("reason=\"NO_SOCKET\""));
        assertThat(family(SCRAPED, "ebpf4j_dropped_packets_total"))
                .hasSize(3)
                .anyMatch(line -> line.contains("class=\"benign\"") && line.contains("reason=\"TCP_OLD_DATA\""));
    }

    @Test
    void flowsFlagsPortsIcmpAndVersion() {
        assertThat(family(SCRAPED, "hubble_flows_processed_total"))
                .hasSize(3)
                .anyMatch(line -> line.contains("subtype=\"HTTP\"")
                        && line.contains("type=\"L7\"")
                        && line.contains("verdict=\"FORWARDED\""));
        assertThat(family(SCRAPED, "hubble_flows_to_world_total")).hasSize(2);
        assertThat(family(SCRAPED, "hubble_tcp_flags_total"))
                .anyMatch(line -> line.contains("family=\"IPv4\",flag=\"SYN-ACK\""));
        assertThat(family(SCRAPED, "hubble_port_distribution_total"))
                .singleElement()
                .asString()
                .contains("port=\"8080\",protocol=\"TCP\"");
        assertThat(family(SCRAPED, "hubble_icmp_total"))
                .singleElement()
                .asString()
                .contains("type=\"DestinationUnreachable(Port)\"");
        assertThat(family(SCRAPED, "cilium_version"))
                .containsExactly("cilium_version{cluster=\"default\",version=\"ebpf4j\"} 1.0");
    }

    @Test
    void tcpHasItsOwnSet() {
        assertThat(family(SCRAPED, "system_network_tcp_retransmit_total"))
                .hasSize(6)
                .anyMatch(line ->
                        line.contains("network_tcp_handshake_role=\"client\",network_tcp_retransmit_segment=\"data\"")
                                && line.contains("destination=\"api.example.com\"")
                                && line.contains("} 5.0 # {traceID=\"" + Flows.TRACE + "\"} 1.0 1700000002.000"));
        assertThat(family(SCRAPED, "system_network_tcp_connection_failures_total"))
                .hasSize(2)
                .allMatch(line -> line.contains("error_type=\"refused\""));
        assertThat(family(SCRAPED, "system_network_tcp_io_bytes_total"))
                .anyMatch(line -> line.contains("network_io_direction=\"transmit\"") && line.endsWith(" 10000.0"));
        assertThat(family(SCRAPED, "system_network_tcp_rtt_minimum_seconds"))
                .allMatch(line -> line.endsWith(" 0.0015"));
        assertThat(family(SCRAPED, "system_network_tcp_zero_window_duration_seconds_total"))
                .allMatch(line -> line.endsWith(" 0.5"));
        for (String histogram : List.of("rtt", "handshake", "connection", "accept_queue")) {
            assertThat(family(SCRAPED, "system_network_tcp_" + histogram + "_duration_seconds_count"))
                    .hasSize(2)
                    .allMatch(line -> line.endsWith(" 3"));
        }
        assertThat(family(SCRAPED, "dns_lookup_duration_seconds_count"))
                .singleElement()
                .asString()
                .contains("dns_question_type=\"A\"");
    }

    @Test
    void keysThatLabelsDoNotTellApartAddUp() {
        WorkloadIdentity other =
                new WorkloadIdentity("kind", "tenant-jobs", "Job", "resumes", "", "", Map.of("v", "2"));
        FlowKey same = new FlowKey(other, Aggregates.CLIENT.destination(), "", "", Direction.CLIENT);
        Snapshot snapshot = Aggregates.snapshot();
        Snapshot two = new Snapshot(
                snapshot.from(),
                snapshot.timestamp(),
                0,
                List.of(
                        snapshot.http().get(0),
                        new Snapshot.Http(same, "GET", "HTTP/1.1", 200, "", 3, 0, 0, List.of())),
                List.of(snapshot.httpLatencies().get(0), new Snapshot.Latency(same, "GET", Aggregates.latencies())),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of());
        String text = text(HubbleMetrics.of(two, ANCHOR, MetricsOptions.DEFAULTS));
        assertThat(family(text, "hubble_http_requests_total"))
                .singleElement()
                .asString()
                .contains("} 10.0 #");
        assertThat(family(text, "hubble_http_request_duration_seconds_count"))
                .singleElement()
                .asString()
                .endsWith(" 6");
    }

    @Test
    void labelsOfExemplarsClusterAndPodCanBeSet() {
        String text = scrape(MetricsOptions.DEFAULTS
                .withExemplars(ExemplarLabels.OPENTELEMETRY)
                .withCluster("")
                .withPod("agent-0"));
        assertThat(family(text, "hubble_http_requests_total"))
                .anyMatch(line -> line.contains("# {span_id=\"" + Flows.SPAN + "\",trace_id=\"" + Flows.TRACE + "\"}")
                        && line.contains("pod=\"agent-0\"")
                        && !line.contains("cluster="));
    }

    @Test
    void routesMakeALabelWhereTheyAreKept() {
        Snapshot.Http http =
                new Snapshot.Http(Aggregates.CLIENT, "GET", "HTTP/1.1", -1, "/jobs/{id}", 1, 0, 0, List.of());
        Snapshot snapshot = new Snapshot(
                0,
                1,
                0,
                List.of(http),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of());
        assertThat(family(
                        text(HubbleMetrics.of(snapshot, ANCHOR, MetricsOptions.DEFAULTS)),
                        "hubble_http_requests_total"))
                .singleElement()
                .asString()
                .contains("route=\"/jobs/{id}\"")
                .contains("status=\"unknown\"");
    }

    // Decoded by the protobuf library's own text form: schema 1, and indices of Prometheus, one more than
    // OpenTelemetry's
    @Test
    void nativeHistogramsStandBesideFixedBuckets() {
        String text = new PrometheusProtobufWriter()
                .toDebugString(
                        HubbleMetrics.of(Aggregates.snapshot(), ANCHOR, MetricsOptions.DEFAULTS),
                        io.prometheus.metrics.config.EscapingScheme.UNDERSCORE_ESCAPING);
        int at = text.indexOf("hubble_http_request_duration_seconds");
        String family = text.substring(at, text.indexOf("hubble_http_requests", at));
        assertThat(family)
                .contains("schema: 1")
                .contains("bucket {")
                .containsSubsequence("positive_span {", "offset: -10", "positive_span {", "offset: 5", "offset: 12")
                .contains("positive_delta: 1");
        String classic = new PrometheusProtobufWriter()
                .toDebugString(
                        HubbleMetrics.of(
                                Aggregates.snapshot(),
                                ANCHOR,
                                MetricsOptions.DEFAULTS.withHistograms(MetricsOptions.HistogramForm.CLASSIC)),
                        io.prometheus.metrics.config.EscapingScheme.UNDERSCORE_ESCAPING);
        assertThat(classic).doesNotContain("positive_span").contains("bucket {");
    }

    @Test
    void theAgentTellsWhatItLostAndHowFullItIs() {
        LossLedger ledger = new LossLedger(
                1,
                Map.of(
                        Layer.TCP,
                        new LossLedger.Account(
                                Map.of(new RecordKind(Layer.TCP, "connected"), new LossLedger.Counts(100, 7, 90, 2)),
                                3,
                                new MessageCounts(4, 1, 0, 0, 2))));
        AgentMetrics agent = new AgentMetrics(
                new AgentMetrics.Source(
                        () -> ledger,
                        () -> List.of(
                                new LayerStatus(Layer.TCP, Optional.empty(), List.of()),
                                new LayerStatus(Layer.TLS, Optional.of(new IllegalStateException()), List.of())),
                        () -> Map.of(Layer.TCP, new LayerLoad(List.of(), 4096, 128)),
                        () -> Optional.of(Duration.ofMillis(1500)),
                        Aggregates::snapshot),
                MetricsOptions.DEFAULTS.withCluster(""));
        String text = text(agent.collect());
        assertThat(family(text, "ebpf4j_lost_events_total"))
                .containsExactlyInAnyOrder(
                        "ebpf4j_lost_events_total{layer=\"tcp\",stage=\"program\"} 3.0",
                        "ebpf4j_lost_events_total{layer=\"tcp\",stage=\"ring\"} 7.0",
                        "ebpf4j_lost_events_total{layer=\"tcp\",stage=\"reader\"} 2.0");
        assertThat(family(text, "hubble_lost_events_total"))
                .containsExactlyInAnyOrder(
                        "hubble_lost_events_total{source=\"perf_event_ring_buffer\"} 10.0",
                        "hubble_lost_events_total{source=\"observer_events_queue\"} 2.0");
        assertThat(family(text, "ebpf4j_records_total"))
                .contains("ebpf4j_records_total{kind=\"connected\",layer=\"tcp\",outcome=\"decoded\"} 88.0");
        assertThat(family(text, "ebpf4j_layer_watched"))
                .containsExactlyInAnyOrder(
                        "ebpf4j_layer_watched{layer=\"tcp\"} 1.0", "ebpf4j_layer_watched{layer=\"tls\"} 0.0");
        assertThat(family(text, "ebpf4j_complete")).containsExactly("ebpf4j_complete 0.0");
        assertThat(family(text, "ebpf4j_series")).containsExactly("ebpf4j_series{family=\"http\"} 4.0");
        assertThat(family(text, "ebpf4j_folded_keys")).containsExactly("ebpf4j_folded_keys{family=\"http\"} 12.0");
        assertThat(family(text, "ebpf4j_ring_used_bytes"))
                .containsExactly("ebpf4j_ring_used_bytes{layer=\"tcp\"} 128.0");
        assertThat(family(text, "ebpf4j_drain_seconds_total")).containsExactly("ebpf4j_drain_seconds_total 1.5");
        assertThat(family(text, "ebpf4j_messages_pending"))
                .containsExactly("ebpf4j_messages_pending{layer=\"tcp\"} 2.0");
    }
}
