package io.ebpf4j.observability.proof;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.kernel.Capability;
import io.ebpf4j.observability.ServiceObserver;
import io.ebpf4j.observability.ServiceObserverOptions;
import io.ebpf4j.observability.aggregate.Exemplar;
import io.ebpf4j.observability.aggregate.Snapshot;
import io.ebpf4j.observability.event.Direction;
import io.ebpf4j.observability.event.Layer;
import io.ebpf4j.observability.probe.ConnectivityOptions;
import io.ebpf4j.observability.probe.LayerStatus;
import io.ebpf4j.observability.probe.TestNetwork;
import io.ebpf4j.observability.probe.TestPath;
import io.ebpf4j.program.ProgramInfo;
import io.ebpf4j.testing.RequiresKernel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is added up from real traffic, held against what the ends of it say themselves. */
@RequiresKernel(
        since = "5.12",
        capability = {Capability.BPF, Capability.PERFMON, Capability.SYS_ADMIN, Capability.NET_ADMIN},
        feature = "socket cookies in tp_btf programs")
class AggregateIT {
    private static final int PROCESSES = 20;
    private static final int EACH = 20;
    private static final int CONNECTIONS = PROCESSES * EACH;
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

    @TempDir
    private Path folder;

    private static ServiceObserverOptions options(TestNetwork network, EnumSet<Layer> layers) {
        return ServiceObserverOptions.DEFAULTS
                .withEvents(ConnectivityOptions.DEFAULTS
                        .withLayers(layers)
                        .withRingBytes(16 << 20)
                        .withNetworkNamespace(network.inode()))
                .withWindows(Duration.ofMillis(500), 10);
    }

    private static long sum(Snapshot snapshot, Direction reporter, ToLongFunction<Snapshot.Tcp> part) {
        return snapshot.tcp().stream()
                .filter(tcp -> tcp.flow().reporter() == reporter)
                .mapToLong(part)
                .sum();
    }

    private static Map<String, Long> requests(Snapshot snapshot, Direction reporter) {
        Map<String, Long> counts = new TreeMap<>();
        snapshot.http().stream()
                .filter(http -> http.flow().reporter() == reporter)
                .forEach(http -> counts.merge(http.method() + " " + http.status(), http.requests(), Long::sum));
        return counts;
    }

    @Test
    @Timeout(200)
    void countsAreThoseOfTheAccessLogAndBytesThoseOfTheSockets() throws IOException {
        Path traffic = CProgram.compile(folder);
        Path recording = folder.resolve("recording");
        Snapshot live;
        try (TestNetwork network = new TestNetwork();
                Nginx nginx = new Nginx(network, folder, 1)) {
            ServiceObserverOptions options = options(network, EnumSet.of(Layer.TCP, Layer.HTTP));
            try (ServiceObserver observer =
                    ServiceObserver.start(options.withEvents(options.events().withRecording(recording))
                            .withOverhead(ServiceObserverOptions.Overhead.MEASURED))) {
                assertThat(observer.status()).allMatch(LayerStatus::isWatched);
                List<String[]> said = network.inside(
                                traffic.toString(),
                                "connections",
                                "127.0.0.1",
                                Integer.toString(Nginx.PORT),
                                Integer.toString(PROCESSES),
                                Integer.toString(EACH),
                                "4")
                        .lines()
                        .map(line -> line.split(" ", -1))
                        .toList();
                network.inside(
                        "curl",
                        "-s",
                        "-H",
                        "traceparent: 00-" + TRACE + "-00f067aa0ba902b7-01",
                        "http://127.0.0.1:" + Nginx.PORT + "/broken/");
                List<Nginx.Line> log = nginx.log(CONNECTIONS + 1);
                Watch.await(() -> sum(observer.snapshot(), Direction.CLIENT, Snapshot.Tcp::closed) == CONNECTIONS + 1
                        && sum(observer.snapshot(), Direction.SERVER, Snapshot.Tcp::closed) == CONNECTIONS + 1
                        && observer.snapshot().http().stream()
                                        .mapToLong(Snapshot.Http::requests)
                                        .sum()
                                == 2 * CONNECTIONS + 2);
                Snapshot snapshot = observer.snapshot();

                Map<String, Long> logged = new TreeMap<>();
                log.forEach(line -> logged.merge(line.method() + " " + line.status(), 1L, Long::sum));
                assertThat(requests(snapshot, Direction.CLIENT)).isEqualTo(logged);
                assertThat(requests(snapshot, Direction.SERVER)).isEqualTo(logged);
                assertThat(logged).hasSizeGreaterThan(3);

                // nginx does not count a body that it does not want: what was sent is what the clients say
                long sent =
                        said.stream().mapToLong(line -> Long.parseLong(line[6])).sum()
                                + log.getLast().requestLength();
                assertThat(sum(snapshot, Direction.CLIENT, Snapshot.Tcp::bytesSent))
                        .isEqualTo(sent);
                assertThat(sum(snapshot, Direction.SERVER, Snapshot.Tcp::bytesReceived))
                        .isEqualTo(sent);
                assertThat(sum(snapshot, Direction.SERVER, Snapshot.Tcp::bytesSent))
                        .isEqualTo(log.stream().mapToLong(Nginx.Line::bytesSent).sum());
                assertThat(sum(snapshot, Direction.CLIENT, Snapshot.Tcp::opened))
                        .isEqualTo(CONNECTIONS + 1);
                assertThat(sum(snapshot, Direction.SERVER, Snapshot.Tcp::opened))
                        .isEqualTo(CONNECTIONS + 1);
                assertThat(snapshot.httpLatencies()).anySatisfy(latency -> {
                    assertThat(latency.flow().source().displayName()).isEqualTo("curl");
                    assertThat(latency.flow().destination().displayName()).isEqualTo("nginx");
                    assertThat(latency.histogram().exemplars())
                            .extracting(Exemplar::traceId)
                            .containsExactly(TRACE);
                });
                assertThat(snapshot.lost()).isEqualTo(observer.ledger().missedRuns());

                assertThat(observer.drainTime())
                        .hasValueSatisfying(time -> assertThat(time).isPositive());
                assertThat(observer.load().get(Layer.TCP).programs().stream()
                                .mapToLong(ProgramInfo::runCount)
                                .sum())
                        .isGreaterThan(CONNECTIONS);
                Watch.await(() -> observer.windows().snapshots().size() > 1);
                assertThat(observer.windows().windows()).isNotEmpty();
                live = snapshot;
            }
        }
        try (ServiceObserver once = ServiceObserver.replay(recording);
                ServiceObserver again = ServiceObserver.replay(recording)) {
            assertThat(again.snapshot()).isEqualTo(once.snapshot());
            assertThat(requests(once.snapshot(), Direction.SERVER)).isEqualTo(requests(live, Direction.SERVER));
            assertThat(sum(once.snapshot(), Direction.CLIENT, Snapshot.Tcp::bytesSent))
                    .isEqualTo(sum(live, Direction.CLIENT, Snapshot.Tcp::bytesSent));
        }
    }

    private static long sentAgain(ServiceObserver observer) {
        return observer.snapshot().tcp().stream()
                .mapToLong(tcp -> tcp.retransmits() + tcp.synRetransmits() + tcp.synAckRetransmits())
                .sum();
    }

    @Test
    @Timeout(200)
    @RequiresKernel(since = "6.18", feature = "the error of tracepoint tcp_retransmit_skb")
    void retransmissionsAreThoseOfNstat() throws Exception {
        try (TestPath path = new TestPath();
                ServiceObserver observer = ServiceObserver.start(options(path.near, EnumSet.of(Layer.TCP)));
                ServerSocket server = path.far.call(() -> new ServerSocket(0, 5));
                Socket client = path.near.call(() -> new Socket(TestPath.FAR, server.getLocalPort()));
                Socket accepted = server.accept();
                SocketChannel late = path.near.call(SocketChannel::open)) {
            try (AutoCloseable loss = path.lossTowards(path.far)) {
                client.getOutputStream().write(new byte[20_000]);
                late.configureBlocking(false);
                late.connect(new InetSocketAddress(TestPath.FAR, server.getLocalPort()));
                Watch.await(() -> observer.snapshot().tcp().stream()
                                .mapToLong(Snapshot.Tcp::synRetransmits)
                                .sum()
                        > 0);
            }
            accepted.getInputStream().readNBytes(20_000);
            client.close();
            Watch.await(() ->
                    sentAgain(observer) == TestPath.statistic(path.near, "TcpRetransSegs") && sentAgain(observer) > 1);
            assertThat(sentAgain(observer)).isEqualTo(TestPath.statistic(path.near, "TcpRetransSegs"));
            assertThat(observer.snapshot().tcp().stream()
                            .mapToLong(Snapshot.Tcp::retransmits)
                            .sum())
                    .isPositive();
            assertThat(observer.snapshot().tcp().stream()
                            .mapToLong(Snapshot.Tcp::synRetransmits)
                            .sum())
                    .isPositive();
        }
    }
}
