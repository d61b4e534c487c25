package io.ebpf4j.observability.export.prometheus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebpf4j.observability.aggregate.FlowKey;
import io.ebpf4j.observability.event.Direction;
import io.ebpf4j.observability.export.Flows;
import io.ebpf4j.observability.identity.CidrIdentity;
import io.ebpf4j.observability.identity.ContainerIdentity;
import io.ebpf4j.observability.identity.Identity;
import io.ebpf4j.observability.identity.ProcessIdentity;
import io.ebpf4j.observability.identity.ReservedIdentity;
import io.ebpf4j.observability.identity.WorkloadIdentity;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ContextOptionsTest {
    private static final FlowKey FLOW =
            new FlowKey(Flows.RESUMES, Flows.EXTERNAL, "10.0.0.1", "192.0.2.1", Direction.CLIENT);

    // the rules are those of pkg/hubble/metrics/api/context.go of cilium/cilium
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "identity ; k8s:app=resumes,k8s:tier=web ; fqdn:api.example.com",
                "namespace ; tenant-jobs ; ''",
                "pod ; tenant-jobs/resumes-5d4-x ; ''",
                "pod-name ; resumes-5d4-x ; ''",
                "dns ; '' ; api.example.com",
                "ip ; 10.0.0.1 ; 192.0.2.1",
                "reserved-identity ; '' ; reserved:world",
                "workload ; tenant-jobs/resumes ; ''",
                "workload-name ; resumes ; ''",
                "app ; resumes ; ''",
                "workload-name|dns ; resumes ; api.example.com",
                "dns|namespace|ip ; tenant-jobs ; api.example.com",
            })
    void theFirstContextThatNamesAnEndWins(String contexts, String source, String destination) {
        ContextOptions options = ContextOptions.parse("sourceContext=" + contexts + ";destinationContext=" + contexts);
        assertThat(options.names()).containsExactly("source", "destination");
        assertThat(options.values(FLOW)).containsExactly(source, destination);
    }

    @Test
    void labelsStandInHubblesOrderWhateverTheyAreAskedIn() {
        ContextOptions options = ContextOptions.parse(
                "labelsContext=traffic_direction,destination_ip,destination_pod,destination_app,destination_workload,"
                        + "destination_namespace,source_app,source_workload,source_namespace,source_pod,source_ip;"
                        + "sourceContext=workload-name");
        assertThat(options.names())
                .containsExactly(
                        "source_ip",
                        "source_pod",
                        "source_namespace",
                        "source_workload",
                        "source_app",
                        "destination_ip",
                        "destination_pod",
                        "destination_namespace",
                        "destination_workload",
                        "destination_app",
                        "traffic_direction",
                        "source");
        assertThat(options.values(FLOW))
                .containsExactly(
                        "10.0.0.1",
                        "resumes-5d4-x",
                        "tenant-jobs",
                        "resumes",
                        "resumes",
                        "192.0.2.1",
                        "",
                        "",
                        "",
                        "",
                        "egress",
                        "resumes");
    }

    @Test
    void whatHasNoOrchestratorIsNamedByWhatRunsThere() {
        List<EndContext> contexts = ContextOptions.DEFAULTS.source();
        Map<Identity, String> names = Map.of(
                new ProcessIdentity("nginx.service", "/usr/sbin/nginx"),
                "nginx",
                new ContainerIdentity("docker", "0123456789abcdef", ""),
                "0123456789ab",
                new CidrIdentity("office", "10.9.0.0/16"),
                "cidr:office",
                ReservedIdentity.WORLD,
                "reserved:world",
                Flows.EXTERNAL,
                "api.example.com");
        names.forEach((identity, name) ->
                assertThat(EndContext.first(contexts, identity, "")).isEqualTo(name));
    }

    @Test
    void theApiServerIsPreferredAmongReservedLabels() {
        WorkloadIdentity server = new WorkloadIdentity(
                "", "kube-system", "Pod", "api", "", "", Map.of("reserved:host", "", "reserved:kube-apiserver", ""));
        assertThat(EndContext.RESERVED_IDENTITY.of(server, "")).isEqualTo("reserved:kube-apiserver");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sourceContext=pods",
                "sourceContext=dns|",
                "labelsContext=source",
                "contexts=dns",
                "sourceContext"
            })
    void whatIsNoOptionIsRefusedWithWhatThereIs(String text) {
        assertThatThrownBy(() -> ContextOptions.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("there are");
    }

    @Test
    void nothingAskedIsNoLabel() {
        assertThat(ContextOptions.parse("").names()).isEmpty();
        assertThat(ContextOptions.parse("").values(FLOW)).isEmpty();
    }

    @Test
    void exemplarLabelsHaveToFit() {
        assertThatThrownBy(() -> new ExemplarLabels("x".repeat(81), "")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ExemplarLabels("trace-id", "")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ExemplarLabels("id", "id")).isInstanceOf(IllegalArgumentException.class);
        assertThat(new ExemplarLabels("x".repeat(80), "").span()).isEmpty();
    }
}
