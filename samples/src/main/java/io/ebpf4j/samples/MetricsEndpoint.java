package io.ebpf4j.samples;

import io.ebpf4j.kernel.BpfException;
import io.ebpf4j.observability.ServiceObserver;
import io.ebpf4j.observability.aggregate.Snapshot;
import io.ebpf4j.observability.export.prometheus.AgentMetrics;
import io.ebpf4j.observability.export.prometheus.HubbleMetrics;
import io.ebpf4j.observability.export.prometheus.MetricsOptions;
import io.ebpf4j.program.ProgramStatistics;
import io.prometheus.metrics.exporter.httpserver.HTTPServer;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.util.Optional;
import java.util.function.Supplier;

/** Serves the agent's metrics: OpenMetrics with exemplars, text or protobuf, as the scraper asks. */
final class MetricsEndpoint implements AutoCloseable {
    private final HTTPServer server;
    private final InetAddress address;
    private final Optional<ProgramStatistics> statistics;

    private MetricsEndpoint(HTTPServer server, InetAddress address, Optional<ProgramStatistics> statistics) {
        this.server = server;
        this.address = address;
        this.statistics = statistics;
    }

    static MetricsEndpoint start(InetAddress address, int port, ServiceObserver observer, MetricsOptions options)
            throws IOException {
        PrometheusRegistry registry = new PrometheusRegistry();
        IcmpEchoes echoes = new IcmpEchoes();
        Supplier<Snapshot> snapshots = () -> echoes.addTo(observer.snapshot());
        registry.register(new HubbleMetrics(snapshots, observer.anchor(), options));
        registry.register(new AgentMetrics(AgentMetrics.Source.of(observer), options));
        JvmMetrics.builder().register(registry);
        HTTPServer server = HTTPServer.builder()
                .inetAddress(address)
                .port(port)
                .registry(registry)
                .buildAndStart();
        return new MetricsEndpoint(server, address, statistics());
    }

    /** Run times of programs are counted while somebody asks for them, since Linux 5.8; without them all else is served. */
    private static Optional<ProgramStatistics> statistics() {
        try {
            return Optional.of(ProgramStatistics.enable());
        } catch (BpfException e) {
            System.getLogger(MetricsEndpoint.class.getName())
                    .log(System.Logger.Level.WARNING, "run times of programs are not counted: " + e.getMessage());
            return Optional.empty();
        }
    }

    String url() {
        String host = address.getHostAddress();
        return "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + server.getPort() + "/metrics";
    }

    @Override
    public void close() {
        server.close();
        statistics.ifPresent(ProgramStatistics::close);
    }
}
