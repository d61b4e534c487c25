package io.ebpf4j.samples;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.observability.identity.NameIdentity;
import io.ebpf4j.observability.identity.WorkloadIdentity;
import io.ebpf4j.observability.servicemap.GoldenSignals;
import io.ebpf4j.observability.servicemap.NodeKind;
import io.ebpf4j.observability.servicemap.ServiceMap;
import io.ebpf4j.observability.verdict.Fault;
import io.ebpf4j.observability.verdict.LayerVerdict;
import io.ebpf4j.observability.verdict.Side;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PairRowTest {
    private static final WorkloadIdentity RESUMES =
            new WorkloadIdentity("", "tenant-jobs", "Deployment", "resumes", "", "", Map.of());
    private static final NameIdentity OUTSIDE = new NameIdentity("api.example.com");

    private static ServiceMap.Edge edge(GoldenSignals signals, Fault fault, String summary) {
        return new ServiceMap.Edge(
                new ServiceMap.Node(RESUMES, "resumes", "tenant-jobs", NodeKind.WORKLOAD),
                new ServiceMap.Node(OUTSIDE, OUTSIDE.name(), "", NodeKind.NAME),
                signals,
                new LayerVerdict(fault, Side.NETWORK, 0.75, summary, List.of()));
    }

    private static GoldenSignals signals(double errorShare, double p95, double roundTrip) {
        return new GoldenSignals(
                12.5,
                25,
                errorShare,
                0.01,
                p95,
                0.5,
                2_000_000,
                4_000,
                3,
                1,
                5,
                100,
                roundTrip,
                0,
                0,
                Double.NaN,
                "client");
    }

    @Test
    void aRowStandsUnderItsHeader() {
        String row = PairRow.of(edge(signals(0.1, 0.25, 1.5), Fault.TRANSPORT_LOSS, "segments are lost\u001b[2J"), 2);
        assertThat(row)
                .startsWith("tenant-jobs/resumes        api.example.com")
                .contains("   12.5   10.0  250.0ms      5.0    1.50s     2.0kB     1.0MB  segments are lost?[2J");
        assertThat(PairRow.header().indexOf("VERDICT")).isEqualTo(row.indexOf("segments are lost"));
    }

    @Test
    void whatWasNotMeasuredIsADashAndANull() {
        ServiceMap.Edge edge = edge(signals(Double.NaN, Double.NaN, Double.NaN), Fault.NOT_ENOUGH_SEEN, "too little");
        assertThat(PairRow.of(edge, 2)).contains("      -        -").endsWith("  -");
        assertThat(PairRow.json(edge, 2).toString())
                .startsWith("{\"source\":\"tenant-jobs/resumes\",\"destination\":\"api.example.com\",")
                .contains("\"error_share\":null,\"p95_seconds\":null")
                .contains("\"fault\":\"not_enough_seen\",\"side\":\"network\",\"confidence\":0.75");
    }
}
