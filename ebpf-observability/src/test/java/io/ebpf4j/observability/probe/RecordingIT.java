package io.ebpf4j.observability.probe;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.ebpf4j.kernel.Capability;
import io.ebpf4j.observability.event.ConnectivityEvent;
import io.ebpf4j.observability.event.EventFilter;
import io.ebpf4j.observability.event.Layer;
import io.ebpf4j.testing.RequiresKernel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@RequiresKernel(
        since = "6.3",
        capability = {Capability.BPF, Capability.PERFMON, Capability.SYS_ADMIN, Capability.NET_ADMIN},
        feature = "tracepoints of sock_send_length")
class RecordingIT {
    @TempDir
    private Path folder;

    @Test
    void whatIsReplayedIsWhatWasTold() throws IOException {
        Path file = folder.resolve("recording");
        List<ConnectivityEvent> live = new ArrayList<>();
        EnumSet<Layer> layers = EnumSet.allOf(Layer.class);
        ConnectivityEvents stream;
        try (TestNetwork network = new TestNetwork();
                ConnectivityEvents events = ConnectivityEvents.start(
                        ConnectivityOptions.DEFAULTS
                                .withLayers(layers)
                                .withNetworkNamespace(network.inode())
                                .withRecording(file),
                        live::add)) {
            stream = events;
            assertThat(events.status()).allMatch(LayerStatus::isWatched);
            HttpServer server = network.call(
                    () -> HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
            server.createContext("/", exchange -> {
                exchange.sendResponseHeaders(204, -1);
                exchange.close();
            });
            server.start();
            for (int i = 0; i < 5; i++) {
                network.inside(
                        "curl", "-s", "http://127.0.0.1:" + server.getAddress().getPort() + "/" + i);
            }
            network.inside("sh", "-c", "curl -s http://127.0.0.1:1/ || true");
            // nobody answers: what is given up by time alone
            network.inside("sh", "-c", "dig +tries=1 +time=1 @192.0.2.99 nobody.example.test || true");
            server.stop(0);
        }
        assertThat(live)
                .extracting(EventFilter::layer)
                .contains(Layer.TCP, Layer.UDP, Layer.DNS, Layer.HTTP, Layer.PROCESS);

        List<ConnectivityEvent> replayed = new ArrayList<>();
        try (Replay replay = Replay.open(file)) {
            assertThat(replay.layers()).isEqualTo(layers);
            assertThat(Duration.between(replay.anchor().at(System.nanoTime()), Instant.now()))
                    .isBetween(Duration.ofSeconds(-1), Duration.ofSeconds(1));
            replay.run(replayed::add);
            assertThat(replay.ledger()).contains(stream.ledger());
        }
        assertThat(replayed).isEqualTo(live);
    }
}
