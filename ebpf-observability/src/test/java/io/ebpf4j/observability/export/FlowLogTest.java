package io.ebpf4j.observability.export;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.observability.event.Direction;
import io.ebpf4j.observability.event.ProcessExited;
import io.ebpf4j.observability.event.ProcessKey;
import io.ebpf4j.observability.event.ProcessRef;
import io.ebpf4j.observability.identity.Finding;
import io.ebpf4j.observability.identity.IdentifiedEvent;
import io.ebpf4j.observability.identity.NameIdentity;
import io.ebpf4j.observability.identity.Provenance;
import io.ebpf4j.observability.identity.Resolution;
import io.ebpf4j.observability.probe.TimeAnchor;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class FlowLogTest {
    private static final FlowLog LOG = new FlowLog("node-1", new TimeAnchor(Instant.parse("2026-01-01T00:00:00Z"), 0));

    @Test
    void anExchangeHasTheNamesOfHubble() {
        assertThat(LOG.line(Flows.http(200)).orElseThrow())
                .startsWith("{\"flow\":{\"time\":\"2026-01-01T00:00:02.040Z\",\"verdict\":\"FORWARDED\","
                        + "\"IP\":{\"source\":\"10.0.0.1\",\"destination\":\"10.0.1.2\",\"ipVersion\":\"IPv4\"},"
                        + "\"l4\":{\"TCP\":{\"source_port\":40000,\"destination_port\":8080}},"
                        + "\"source\":{\"identity\":256,\"cluster_name\":\"kind\",\"namespace\":\"tenant-jobs\","
                        + "\"labels\":[\"k8s:app=resumes\",\"k8s:tier=web\"],\"pod_name\":\"resumes-5d4-x\","
                        + "\"workloads\":[{\"name\":\"resumes\",\"kind\":\"Deployment\"}],")
                .contains("\"Type\":\"L7\",\"node_name\":\"node-1\"")
                .contains("\"l7\":{\"type\":\"RESPONSE\",\"latency_ns\":\"30000000\",\"http\":{\"code\":200,"
                        + "\"method\":\"GET\",\"url\":\"http://core-api:8080/v1/jobs\",\"protocol\":\"HTTP/1.1\"}}")
                .contains("\"destination_service\":{\"name\":\"core\",\"namespace\":\"backend\"}")
                .contains("\"traffic_direction\":\"EGRESS\"")
                .contains("\"trace_context\":{\"parent\":{\"trace_id\":\"" + Flows.TRACE + "\"}}")
                .contains("\"socket_cookie\":\"77\",\"cgroup_id\":\"99\"")
                .contains("\"Summary\":\"HTTP/1.1 200 GET http://core-api:8080/v1/jobs\"")
                .endsWith("},\"node_name\":\"node-1\",\"time\":\"2026-01-01T00:00:02.040Z\"}");
    }

    @Test
    void theServersReportHasTheSameEnds() {
        assertThat(LOG.line(Flows.httpAtServer(500)).orElseThrow())
                .contains("\"IP\":{\"source\":\"10.0.0.1\",\"destination\":\"10.0.1.2\"")
                .contains("\"traffic_direction\":\"INGRESS\"")
                .contains("\"code\":500");
    }

    @Test
    void anUnansweredRequestIsARequest() {
        assertThat(LOG.line(Flows.http(0)).orElseThrow())
                .contains("\"l7\":{\"type\":\"REQUEST\",\"latency_ns\":\"0\",\"http\":{\"method\"");
    }

    @Test
    void dnsHasQuestionAndAnswer() {
        assertThat(LOG.line(Flows.dns()).orElseThrow())
                .contains("\"l4\":{\"UDP\":{\"source_port\":50000,\"destination_port\":53}}")
                .contains(
                        "\"l7\":{\"type\":\"RESPONSE\",\"latency_ns\":\"5000000\",\"dns\":{\"query\":\"api.example.com.\","
                                + "\"ips\":[\"192.0.2.1\"],\"cnames\":[],\"qtypes\":[\"A\"],\"ttl\":60,\"rcode\":0}}");
    }

    @Test
    void stepsOfAConnectionHaveFlags() {
        assertThat(LOG.line(Flows.connected()).orElseThrow())
                .contains("\"flags\":{\"SYN\":true,\"ACK\":true}")
                .contains("\"Type\":\"L3_L4\"")
                .contains("\"event\":\"connected\",\"layer\":\"tcp\",\"pid\":4711,\"comm\":\"java\"")
                .contains("\"connect_seconds\":0.003,\"syn_retransmits\":1");
        assertThat(LOG.line(Flows.closed()).orElseThrow())
                .contains("\"flags\":{\"FIN\":true}")
                .contains("\"bytes_sent\":1000");
        assertThat(LOG.line(Flows.refused()).orElseThrow())
                .contains("\"failure\":\"refused\",\"errno\":\"ECONNREFUSED\"")
                .contains("\"ipVersion\":\"IPv6\"")
                .contains("\"destination_names\":[\"api.example.com\"]");
    }

    @Test
    void aDropTellsTheKernelsReason() {
        assertThat(LOG.line(Flows.dropped()).orElseThrow())
                .contains("\"verdict\":\"DROPPED\"")
                .contains("\"drop_reason_desc\":\"NETFILTER_DROP\",\"interface\":{\"index\":3}")
                .contains("\"flags\":{\"SYN\":true}")
                .doesNotContain("traffic_direction");
    }

    @Test
    void aGapIsALineOfItsOwn() {
        assertThat(LOG.line(Flows.gap()).orElseThrow())
                .isEqualTo("{\"lost_events\":{\"source\":\"PERF_EVENT_RING_BUFFER\",\"num_events_lost\":\"5\","
                        + "\"first\":\"2026-01-01T00:00:02Z\",\"last\":\"2026-01-01T00:00:03Z\","
                        + "\"ebpf4j\":{\"kind\":\"tcp/connected\",\"cause\":\"ring_full\"}},"
                        + "\"node_name\":\"node-1\",\"time\":\"2026-01-01T00:00:03Z\"}");
    }

    @Test
    void severalNamesOfOneAddressAreListed() {
        Finding first = new Finding(new NameIdentity("a.example"), Provenance.DNS, 2, Long.MAX_VALUE, "");
        Finding second = new Finding(new NameIdentity("b.example"), Provenance.DNS, 1, Long.MAX_VALUE, "");
        Resolution both = new Resolution(300, first.identity(), List.of(first, second));
        assertThat(LOG.line(new IdentifiedEvent(Flows.connected().event(), Direction.CLIENT, Flows.resumes(), both))
                        .orElseThrow())
                .contains("\"destination_names\":[\"a.example\",\"b.example\"]")
                .contains("\"name\":\"a.example\",\"learned_from\":\"dns\",\"also\":[\"b.example\"]");
    }

    @Test
    void aProcessIsNoFlow() throws IOException {
        StringBuilder out = new StringBuilder();
        LOG.write(
                new IdentifiedEvent(
                        new ProcessExited(1, 0, ProcessRef.UNKNOWN, new ProcessKey(1, 1), 0, 0, 0),
                        Direction.UNKNOWN,
                        Resolution.UNKNOWN,
                        Resolution.UNKNOWN),
                out);
        LOG.write(Flows.dropped(), out);
        assertThat(out.toString().lines()).hasSize(1);
        assertThat(out).endsWith("}\n");
    }
}
