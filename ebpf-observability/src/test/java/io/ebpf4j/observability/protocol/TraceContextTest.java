package io.ebpf4j.observability.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.observability.protocol.TraceContext.Format;
import io.ebpf4j.observability.protocol.TraceContext.Sampling;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The examples that the conventions' own documents give. */
class TraceContextTest {
    private static Optional<TraceContext> of(String... namesAndValues) {
        TraceContext.Collector collector = new TraceContext.Collector();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            collector.header(namesAndValues[i], namesAndValues[i + 1]);
        }
        return collector.result();
    }

    @Test
    void readsEveryConvention() {
        assertThat(of("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"))
                .contains(new TraceContext(
                        Format.W3C, "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7", Sampling.NOT_SAMPLED));
        assertThat(of("b3", "80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-1-05e3ac9a4f6e3b90"))
                .contains(new TraceContext(
                        Format.B3_SINGLE, "80f198ee56343ba864fe8b2a57d3eff7", "e457b5a2e4d86bd1", Sampling.SAMPLED));
        assertThat(of("x-b3-sampled", "0", "x-b3-spanid", "E457B5A2E4D86BD1", "x-b3-traceid", "64fe8b2a57d3eff7"))
                .contains(new TraceContext(
                        Format.B3_MULTI, "64fe8b2a57d3eff7", "e457b5a2e4d86bd1", Sampling.NOT_SAMPLED));
        assertThat(of("uber-trace-id", "7e5e8c2a8f1:3a8f:0:1"))
                .contains(new TraceContext(Format.JAEGER, "000007e5e8c2a8f1", "0000000000003a8f", Sampling.SAMPLED));
        assertThat(of("x-amzn-trace-id", "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"))
                .contains(new TraceContext(
                        Format.XRAY, "5759e988bd862e3fe1be46a994272793", "53995c3f42cd8ad8", Sampling.SAMPLED));
    }

    @Test
    void prefersTheStandardWhereARequestCarriesSeveral() {
        assertThat(of(
                        "b3",
                        "80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-1",
                        "traceparent",
                        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"))
                .map(TraceContext::format)
                .contains(Format.W3C);
    }

    @ParameterizedTest
    @CsvSource({
        "traceparent, 00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "traceparent, ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "traceparent, 00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01",
        "traceparent, 00-4bf92f3577b34da6a3ce929d0e0e473z-00f067aa0ba902b7-01",
        "b3, 0",
        "b3, d",
        "uber-trace-id, nonsense",
        "x-amzn-trace-id, Self=1-67891233-abcdef012345678912345678"
    })
    void refusesWhatBreaksItsConvention(String name, String value) {
        assertThat(of(name, value)).isEmpty();
    }
}
