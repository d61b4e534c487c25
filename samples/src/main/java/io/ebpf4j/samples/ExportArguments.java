package io.ebpf4j.samples;

import io.ebpf4j.observability.ServiceObserverOptions;
import io.ebpf4j.observability.aggregate.AggregateOptions;
import io.ebpf4j.observability.export.FlowFilter;
import io.ebpf4j.observability.export.FlowFilters;
import io.ebpf4j.observability.export.prometheus.ContextOptions;
import io.ebpf4j.observability.export.prometheus.ExemplarLabels;
import io.ebpf4j.observability.export.prometheus.MetricsOptions;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Where what was seen goes to besides the terminal. */
final class ExportArguments {
    private static final int MAP_STEPS = 30;

    @Option(
            names = "--metrics-port",
            paramLabel = "PORT",
            description = "serve metrics for Prometheus at /metrics on this port; 0 takes a free one and says which")
    private @Nullable Integer port;

    @Option(
            names = "--metrics-address",
            paramLabel = "ADDRESS",
            description = "serve them at this address (default: ${DEFAULT-VALUE}, this machine alone)")
    private String address = "127.0.0.1";

    @Option(
            names = "--otlp",
            paramLabel = "URL",
            description = "send metrics, spans and flow logs to this receiver of OTLP over HTTP: http://127.0.0.1:4318")
    private @Nullable URI otlp;

    @Option(
            names = "--otlp-interval",
            paramLabel = "SECONDS",
            description = "send metrics so often (default: ${DEFAULT-VALUE})")
    private int interval = 15;

    @Option(
            names = "--flow-log",
            paramLabel = "FILE",
            description =
                    "append flows to this file, a JSON object a line with the members of Hubble's; - is standard output")
    private @Nullable Path flowLog;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command = CommandSpec.create(); // picocli puts the subcommand's own here

    @Option(
            names = "--flow-filter",
            paramLabel = "FLAG=VALUE",
            description =
                    "only these flows in logs, in the flags of hubble observe, may be repeated: from-pod=shop/cart,"
                            + " http-status=5+, not:port=53")
    private List<String> flowFilters = List.of();

    @Option(
            names = "--map",
            paramLabel = "FILE",
            description =
                    "keep the service map in this file, in the form that its ending names: .html .dot .mmd .json .txt")
    private @Nullable Path map;

    @Option(
            names = "--map-window",
            paramLabel = "SECONDS",
            description = "the map is of the last so many seconds (default: ${DEFAULT-VALUE})")
    private int mapWindow = 300;

    @Option(
            names = "--cluster",
            paramLabel = "NAME",
            description = "label 'cluster' of all metrics (default: ${DEFAULT-VALUE})")
    private String cluster = MetricsOptions.DEFAULTS.cluster();

    @Option(names = "--pod", paramLabel = "NAME", description = "label 'pod' of all metrics, where no scrape sets it")
    private String pod = "";

    @Option(
            names = "--contexts",
            paramLabel = "OPTIONS",
            converter = ContextConverter.class,
            description = "how metrics name the ends, in Hubble's options:"
                    + " sourceContext=workload-name|dns;labelsContext=source_namespace")
    private ContextOptions contexts = ContextOptions.DEFAULTS;

    @Option(
            names = "--exemplar-label",
            paramLabel = "NAME",
            description = "label of exemplars that names the trace (default: ${DEFAULT-VALUE})")
    private String traceLabel = ExemplarLabels.HUBBLE.trace();

    @Option(
            names = "--exemplar-span-label",
            paramLabel = "NAME",
            description = "label of exemplars that names the caller's span (default: none)")
    private String spanLabel = ExemplarLabels.HUBBLE.span();

    @Option(names = "--keep-routes", description = "tell HTTP apart by path too, as templates")
    private boolean routes;

    boolean isAsked() {
        return port != null || otlp != null || flowLog != null || map != null;
    }

    ServiceObserverOptions observer() {
        flowFilter(); // a wrong one is told before anything begins
        return ServiceObserverOptions.DEFAULTS
                .withAggregate(
                        routes
                                ? AggregateOptions.DEFAULTS.withRoutes(AggregateOptions.Part.KEPT)
                                : AggregateOptions.DEFAULTS)
                .withWindows(Duration.ofSeconds(Math.max(1, mapWindow / MAP_STEPS)), MAP_STEPS + 1);
    }

    MetricsOptions metrics() {
        return MetricsOptions.DEFAULTS
                .withCluster(cluster)
                .withPod(pod)
                .withContexts(contexts)
                .withExemplars(new ExemplarLabels(traceLabel, spanLabel));
    }

    FlowFilter flowFilter() {
        List<String> arguments = new ArrayList<>();
        for (String filter : flowFilters) {
            if (filter.startsWith("not:")) {
                arguments.add("--not");
            }
            arguments.add("--" + filter.replaceFirst("^not:", ""));
        }
        try {
            return FlowFilters.parse(arguments);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), e.getMessage(), e);
        }
    }

    /** What runs until it is closed, the last one first. */
    static final class Exports implements Closeable {
        private final List<AutoCloseable> parts = new ArrayList<>();

        <T extends AutoCloseable> T add(T part) {
            parts.add(part);
            return part;
        }

        @Override
        public void close() throws IOException {
            IOException failure = null;
            for (AutoCloseable part : parts.reversed()) {
                try {
                    part.close();
                } catch (Exception e) {
                    IOException told = e instanceof IOException same ? same : new IOException(e);
                    if (failure == null) {
                        failure = told;
                    } else {
                        failure.addSuppressed(told);
                    }
                }
            }
            if (failure != null) {
                throw failure;
            }
        }
    }

    /** Starts all that was asked for. */
    Exports start(Agent agent, Output output) throws IOException {
        Exports exports = new Exports();
        try {
            FlowFilter filter = flowFilter();
            if (port != null) {
                MetricsEndpoint endpoint =
                        exports.add(MetricsEndpoint.start(inetAddress(), port, agent.observer(), metrics()));
                output.err().println("metrics at " + endpoint.url());
            }
            if (otlp != null) {
                exports.add(OtlpExport.start(otlp, Duration.ofSeconds(interval), agent, filter));
            }
            if (flowLog != null) {
                exports.add(FlowLogFile.open(flowLog, output.out(), agent, filter));
            }
            if (map != null) {
                exports.add(MapFile.keep(map, agent, Duration.ofSeconds(mapWindow)));
            }
            output.err().flush();
            return exports;
        } catch (IOException | RuntimeException e) {
            exports.close();
            throw e;
        }
    }

    private InetAddress inetAddress() throws IOException {
        try {
            return InetAddress.ofLiteral(address);
        } catch (IllegalArgumentException e) {
            UnknownHostException unknown = new UnknownHostException("no address: " + address);
            unknown.initCause(e);
            throw unknown;
        }
    }

    /** Reads Hubble's options. */
    static final class ContextConverter implements ITypeConverter<ContextOptions> {
        @Override
        public ContextOptions convert(String text) {
            try {
                return ContextOptions.parse(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }
}
