package io.ebpf4j.observability.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebpf4j.observability.identity.IdentifiedEvent;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FlowFiltersTest {
    private static final Map<String, IdentifiedEvent> WORLD = new LinkedHashMap<>();

    static {
        WORLD.put("http200", Flows.http(200));
        WORLD.put("http500", Flows.httpAtServer(500));
        WORLD.put("dns", Flows.dns());
        WORLD.put("started", Flows.started());
        WORLD.put("connected", Flows.connected());
        WORLD.put("refused", Flows.refused());
        WORLD.put("closed", Flows.closed());
        WORLD.put("dropped", Flows.dropped());
        WORLD.put("icmp", Flows.icmp());
    }

    private static Set<String> wanted(String... arguments) {
        FlowFilter filter = FlowFilters.parse(List.of(arguments));
        assertThat(filter.test(Flows.gap())).as("gaps always pass").isTrue();
        return WORLD.entrySet().stream()
                .filter(entry -> filter.test(entry.getValue()))
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "protocol ; tcp ; http200 http500 started connected refused closed dropped",
                "protocol ; UDP ; dns",
                "protocol ; icmp ; icmp",
                "protocol ; ICMPv4 ; icmp",
                "protocol ; icmpv6 ; ",
                "protocol ; http ; http200 http500",
                "protocol ; dns ; dns",
                "tcp-flags ; SYN ; started connected dropped",
                "tcp-flags ; syn,ack ; connected",
                "tcp-flags ; RST ; refused",
                "tcp-flags ; FIN ; closed",
                "type ; l7 ; http200 http500 dns",
                "type ; drop ; dropped",
                "type ; trace ; started connected refused closed icmp",
                "verdict ; dropped ; dropped",
                "verdict ; FORWARDED ; http200 http500 dns started connected refused closed icmp",
                "drop-reason-desc ; netfilter_drop ; dropped",
                "drop-reason-desc ; NO_SOCKET ; ",
                "http-status ; 200 ; http200",
                "http-status ; 5+ ; http500",
                "http-status ; 50+ ; http500",
                "http-method ; get ; http200 http500",
                "http-method ; POST ; ",
                "http-path ; ^/v[0-9]/jobs$ ; http200 http500",
                "http-url ; ^http://core-api:8080/ ; http200 http500",
                "http-header ; traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01 ; http200 http500",
                "http-header ; traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b8-01 ; ",
                "http-header ; Host: core-api:8080 ; http200 http500",
                "trace-id ; 4BF92F3577B34DA6A3CE929D0E0E4736 ; http200 http500",
                "trace-id ; 4bf92f3577b34da6a3ce929d0e0e4737 ; ",
                "fqdn ; api.example.com ; refused",
                "to-fqdn ; *.Example.com. ; refused",
                "from-fqdn ; api.example.com ; ",
                "ip ; 10.0.1.0/24 ; http200 http500 started connected closed dropped icmp",
                "from-ip ; 10.0.0.1 ; http200 http500 dns started connected closed dropped",
                "to-ip ; 2001:db8::2 ; refused",
                "ip-version ; v6 ; refused",
                "ip-version ; 4 ; http200 http500 dns started connected closed dropped icmp",
                "pod ; resumes- ; http200 http500 dns started connected refused closed dropped icmp",
                "from-pod ; tenant-jobs/ ; http200 http500 dns started connected refused closed dropped",
                "to-pod ; backend/core-api ; http200 http500 dns started connected closed dropped",
                "to-pod ; other/core-api ; ",
                "to-namespace ; backend ; http200 http500 dns started connected closed dropped",
                "from-namespace ; backend ; icmp",
                "namespace ; nobody ; ",
                "to-label ; app=core-api ; http200 http500 dns started connected closed dropped",
                "from-label ; k8s:app=resumes,tier!=db ; http200 http500 dns started connected refused closed dropped",
                "from-label ; tier in (db, web) ; http200 http500 dns started connected refused closed dropped",
                "from-label ; app notin (resumes, x) ; icmp",
                "to-label ; !app ; refused",
                "service ; core ; http200 http500 dns started connected closed dropped icmp",
                "to-service ; backend/core ; http200 http500 dns started connected closed dropped",
                "port ; 8080 ; http200 http500 started connected closed dropped icmp",
                "to-port ; 443 ; refused",
                "from-port ; 443 ; ",
                "to-workload ; core-api ; http200 http500 dns started connected closed dropped",
                "to-workload ; statefulset/core-api ; http200 http500 dns started connected closed dropped",
                "to-workload ; Deployment/core-api ; ",
                "to-identity ; 258 ; refused",
                "identity ; reserved:world ; ",
                "identity ; world ; ",
                "traffic-direction ; egress ; http200 dns started connected refused",
                "traffic-direction ; INGRESS ; http500 closed",
                "interface ; 3 ; dropped",
            })
    void eachFlagWantsWhatHubblesDoes(String flag, String value, String names) {
        Set<String> expected = names == null ? Set.of() : Set.of(names.split(" "));
        assertThat(wanted("--" + flag, value)).isEqualTo(expected);
        assertThat(wanted("--not", "--" + flag, value))
                .isEqualTo(WORLD.keySet().stream()
                        .filter(name -> !expected.contains(name))
                        .collect(Collectors.toSet()));
    }

    @Test
    void valuesOfOneFlagAreAlternativesAndFlagsHoldTogether() {
        assertThat(wanted("--http-status", "5+", "--http-status=200")).containsExactlyInAnyOrder("http200", "http500");
        assertThat(wanted("--protocol", "http", "--traffic-direction", "ingress"))
                .containsExactly("http500");
        assertThat(wanted("--protocol", "http", "--not", "--http-status", "500"))
                .containsExactly("http200");
        assertThat(wanted("--not", "--type", "trace", "--not", "--type", "l7")).containsExactly("dropped");
        assertThat(wanted()).hasSize(WORLD.size());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--uuid x",
                "--node-name x",
                "--cluster x",
                "--snat-ip 10.0.0.1",
                "--cel-expression true",
                "--reply true",
                "--nothing x",
                "--from-protocol tcp",
                "--port",
                "--port abc",
                "--port -1",
                "--not",
                "--not --not",
                "port 80",
                "--http-status 99",
                "--http-status 5*",
                "--http-path [",
                "--http-header x",
                "--http-header cookie:x",
                "--label =x",
                "--label a,,b",
                "--ip 10.0.0.0/33",
                "--ip-version 5",
                "--verdict maybe",
                "--type sock",
                "--tcp-flags NO",
                "--tcp-flags ,",
                "--protocol sctp",
                "--traffic-direction up",
                "--identity nobody",
            })
    void whatCannotBeAskedForIsRefused(String line) {
        assertThatThrownBy(() -> FlowFilters.parse(List.of(line.split(" "))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("null");
    }
}
