package io.ebpf4j.samples;

import io.ebpf4j.observability.event.Layer;
import io.ebpf4j.observability.probe.ConnectivityOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What to watch, and for how long. */
final class WatchOptions {
    @Option(
            names = "--layer",
            paramLabel = "LAYER",
            description =
                    "watch this layer, may be repeated: ${COMPLETION-CANDIDATES} (default: tcp; all but tls where what"
                            + " was seen is exported or drawn)")
    private List<Layer> layers = List.of();

    @Option(names = "--duration", paramLabel = "SECONDS", description = "stop after so long")
    private double seconds = Double.POSITIVE_INFINITY;

    @Option(
            names = "--netns",
            paramLabel = "FILE",
            description = "only this network namespace: /proc/PID/ns/net, /run/netns/NAME")
    private @Nullable Path namespace;

    @Option(
            names = "--ring-bytes",
            paramLabel = "N",
            description = "bytes of each layer's ring buffer, a power of two (default: 4194304)")
    private int ringBytes = ConnectivityOptions.DEFAULTS.ringBytes();

    /** What is watched where only events are asked for. */
    ConnectivityOptions options() throws IOException {
        return options(EnumSet.of(Layer.TCP));
    }

    /** What is watched where it is all to be put together. */
    ConnectivityOptions allLayers() throws IOException {
        return options(EnumSet.complementOf(EnumSet.of(Layer.TLS)));
    }

    private ConnectivityOptions options(EnumSet<Layer> unlessSaid) throws IOException {
        ConnectivityOptions options = ConnectivityOptions.DEFAULTS
                .withLayers(layers.isEmpty() ? unlessSaid : EnumSet.copyOf(layers))
                .withRingBytes(ringBytes);
        return namespace == null
                ? options
                : options.withNetworkNamespace(((Number) Files.getAttribute(namespace, "unix:ino")).longValue());
    }

    long nanos() {
        return seconds * 1e9 >= Long.MAX_VALUE ? Long.MAX_VALUE : (long) (seconds * 1e9);
    }
}
