package io.ebpf4j.observability.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.kernel.Capability;
import io.ebpf4j.observability.event.Accepted;
import io.ebpf4j.observability.event.ConnectivityEvent;
import io.ebpf4j.observability.event.DatagramFlow;
import io.ebpf4j.observability.event.Direction;
import io.ebpf4j.observability.event.DnsTransaction;
import io.ebpf4j.observability.event.EventHandler;
import io.ebpf4j.observability.event.HttpExchanged;
import io.ebpf4j.observability.event.Layer;
import io.ebpf4j.observability.event.PayloadDecoder;
import io.ebpf4j.observability.event.PayloadOptions;
import io.ebpf4j.observability.event.PayloadSource;
import io.ebpf4j.observability.event.SocketSample;
import io.ebpf4j.program.ProgramInfo;
import io.ebpf4j.program.ProgramStatistics;
import io.ebpf4j.testing.RequiresKernel;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** All layers hear of a send or a receive, and one program runs for it. */
@RequiresKernel(
        since = "6.3",
        capability = {
            Capability.BPF,
            Capability.PERFMON,
            Capability.SYS_ADMIN,
            Capability.SYS_PTRACE,
            Capability.NET_ADMIN
        },
        feature = "sock_send_length and sock_recv_length")
class TransferChainIT {
    private static final int DNS = 53;

    /** Its socket blocks, so that none of its calls fails: by a call that fails TLS would learn the socket too. */
    private static final String TUNNELLED = """
            import http.client, ssl, sys
            context = ssl._create_unverified_context()
            connection = http.client.HTTPSConnection('127.0.0.1', int(sys.argv[1]), context=context)
            connection.set_tunnel('127.0.0.1', int(sys.argv[2]))
            connection.request('GET', '/behind')
            connection.getresponse().read()
            """;

    @TempDir
    private Path folder;

    private final Queue<ConnectivityEvent> events = new ConcurrentLinkedQueue<>();

    private ConnectivityEvents watch(Set<Layer> layers) {
        ConnectivityEvents stream =
                ConnectivityEvents.start(ConnectivityOptions.DEFAULTS.withLayers(layers), events::add);
        assertThat(stream.status()).allMatch(LayerStatus::isWatched);
        return stream;
    }

    private <E extends ConnectivityEvent> E await(Class<E> kind, Predicate<E> wanted) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (true) {
            for (ConnectivityEvent event : events) {
                if (kind.isInstance(event) && wanted.test(kind.cast(event))) {
                    return kind.cast(event);
                }
            }
            assertThat(System.nanoTime() - end)
                    .as("no such %s among %s", kind.getSimpleName(), events)
                    .isNegative();
            Thread.sleep(20);
        }
    }

    /** How often programs were run by their tracepoints. */
    private static Map<String, Long> runs(ConnectivityEvents stream, String... programs) {
        return stream.load().values().stream()
                .flatMap(load -> load.programs().stream())
                .filter(program -> Set.of(programs).contains(program.name()))
                .collect(Collectors.toMap(ProgramInfo::name, ProgramInfo::runCount));
    }

    private static void assertNotRun(ConnectivityEvents stream, String... programs) {
        assertThat(runs(stream, programs))
                .containsOnlyKeys(programs)
                .allSatisfy((program, count) -> assertThat(count).as(program).isZero());
    }

    /** Flows are told at the end at the latest. */
    private void awaitFlowToResolver() throws InterruptedException {
        await(
                DatagramFlow.class,
                told -> told.connection().remote().port() == DNS
                        && told.datagramsSent() > 0
                        && told.bytesReceived() > 0);
    }

    @Test
    void withHttpItsProgramsRunAndAllLayersHearOfIt() throws Exception {
        try (TestNetwork network = new TestNetwork();
                DnsServer resolver = new DnsServer(network);
                TlsServer server = TlsServer.start(folder, "");
                ProgramStatistics statistics = ProgramStatistics.enable();
                ConnectivityEvents stream = watch(EnumSet.allOf(Layer.class))) {
            assertThat(statistics).isNotNull();
            network.inside("dig", "+short", "host.test", "@127.0.0.1");
            network.inside("dig", "+tcp", "+short", "alias.test", "@127.0.0.1");
            TlsServer.run("curl -sSk -o /dev/null " + server.url("/over-tls"), folder);

            DnsTransaction datagram = await(
                    DnsTransaction.class,
                    told -> told.name().equals("host.test") && told.connection().direction() == Direction.CLIENT);
            assertThat(datagram.addresses()).isNotEmpty();
            await(
                    DnsTransaction.class,
                    told -> told.name().equals("alias.test")
                            && told.connection().direction() == Direction.SERVER);
            await(Accepted.class, told -> told.connection().process().comm().equals("dnsmasq"));
            HttpExchanged exchanged = await(
                    HttpExchanged.class,
                    told -> told.source() == PayloadSource.TLS_LIBRARY
                            && told.exchange().path().equals("/over-tls")
                            && told.connection().direction() == Direction.CLIENT);
            assertThat(exchanged.connection().cookie()).isPositive();
            assertThat(exchanged.connection().remote().port()).isEqualTo(server.port());
            assertThat(resolver.pid()).isPositive();

            assertThat(runs(stream, "payload_sent").values())
                    .allMatch(count -> count > 0)
                    .hasSize(1);
            assertNotRun(
                    stream,
                    "dns_send",
                    "dns_receive",
                    "udp_send",
                    "udp_receive",
                    "tcp_send",
                    "tcp_receive",
                    "tls_socket_send");
        }
        awaitFlowToResolver();
    }

    @Test
    void withoutHttpTheFirstLayersProgramsRun() throws Exception {
        try (TestNetwork network = new TestNetwork();
                DnsServer resolver = new DnsServer(network);
                ProgramStatistics statistics = ProgramStatistics.enable();
                ConnectivityEvents stream = watch(EnumSet.of(Layer.TCP, Layer.UDP, Layer.DNS))) {
            assertThat(statistics).isNotNull();
            assertThat(resolver.pid()).isPositive();
            network.inside("dig", "+short", "host.test", "@127.0.0.1");
            network.inside("dig", "+tcp", "+short", "host.test", "@127.0.0.1");

            await(DnsTransaction.class, told -> told.name().equals("host.test"));
            await(Accepted.class, told -> told.connection().process().comm().equals("dnsmasq"));

            assertThat(runs(stream, "dns_send", "dns_receive").values())
                    .allMatch(count -> count > 0)
                    .hasSize(2);
            assertNotRun(stream, "udp_send", "udp_receive", "tcp_send", "tcp_receive");
        }
        awaitFlowToResolver();
    }

    /** Who has an accepted socket is known of the live socket from its first call alone. */
    @Test
    void tcpHearsOfCallsWhereItComesLast() throws Exception {
        TransferChain chain = new TransferChain();
        try (ProgramStatistics statistics = ProgramStatistics.enable();
                DatagramProbe udp = DatagramProbe.open(DatagramProbeOptions.DEFAULTS, view -> {}, chain);
                TcpProbe tcp = TcpProbe.open(TcpProbeOptions.DEFAULTS, EventHandler.events(events::add), chain);
                DrainedProbe drained = new DrainedProbe(tcp)) {
            chain.attach();
            assertThat(statistics).isNotNull();
            try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                    Socket client = new Socket(server.getInetAddress(), server.getLocalPort());
                    Socket accepted = server.accept()) {
                client.getOutputStream().write('a');
                assertThat(accepted.getInputStream().read()).isEqualTo('a');
                tcp.sweep();
                SocketSample sample = drained.await(() -> events.stream()
                        .filter(SocketSample.class::isInstance)
                        .map(SocketSample.class::cast)
                        .filter(told -> told.connection().direction() == Direction.SERVER
                                && told.connection().local().port() == server.getLocalPort())
                        .findFirst()
                        .orElse(null));
                assertThat(sample).isNotNull();
                assertThat(sample.connection().process().pid())
                        .isEqualTo((int) ProcessHandle.current().pid());
            }
            assertThat(udp.programs().get("udp_receive").info().runCount()).isPositive();
            assertThat(tcp.programs().get("tcp_receive").info().runCount()).isZero();
        }
    }

    /** As where the layer that leads cannot be watched, or one between. */
    @Test
    void whoIsClosedIsLeftOut() throws Exception {
        TransferChain chain = new TransferChain();
        try (TestNetwork network = new TestNetwork();
                DnsServer resolver = new DnsServer(network);
                ProgramStatistics statistics = ProgramStatistics.enable();
                DatagramProbe first = DatagramProbe.open(DatagramProbeOptions.DEFAULTS, view -> {}, chain);
                DatagramProbe second =
                        DatagramProbe.open(DatagramProbeOptions.DEFAULTS, view -> events.add(view.toEvent()), chain);
                TcpProbe tcp = TcpProbe.open(TcpProbeOptions.DEFAULTS, EventHandler.events(events::add), chain);
                PayloadProbe http = PayloadProbe.open(
                        PayloadProbeOptions.DEFAULTS,
                        new PayloadDecoder(PayloadOptions.DEFAULTS, events::add),
                        chain)) {
            assertThat(statistics).isNotNull();
            assertThat(resolver.pid()).isPositive();
            first.close();
            http.close();
            chain.leaveOutClosed();
            chain.attach();
            network.inside("dig", "+short", "host.test", "@127.0.0.1");
            assertThat(second.programs().get("udp_send").info().runCount()).isPositive();
            assertThat(tcp.programs().get("tcp_send").info().runCount()).isZero();
            second.flush();
            try (DrainedProbe drained = new DrainedProbe(second)) {
                assertThat(drained.await(() -> events.peek())).isInstanceOf(DatagramFlow.class);
            }
        }
    }

    /** What was HTTP/1 in the clear at first, a proxy's CONNECT, is TLS on the same socket then. */
    @Test
    void tlsBehindAProxysConnectIsHeardOfWithItsSocket() throws Exception {
        try (TlsServer server = TlsServer.start(folder, "");
                Proxy proxy = new Proxy(server.port());
                ConnectivityEvents stream = watch(EnumSet.allOf(Layer.class))) {
            assertThat(stream.isRunning()).isTrue();
            TlsServer.run("python3 -c \"" + TUNNELLED + "\" " + proxy.port() + " " + server.port(), folder);

            HttpExchanged connect = await(
                    HttpExchanged.class,
                    told -> told.exchange().method().equals("CONNECT")
                            && told.connection().direction() == Direction.CLIENT);
            HttpExchanged behind = await(
                    HttpExchanged.class,
                    told -> told.exchange().path().equals("/behind")
                            && told.connection().direction() == Direction.CLIENT);
            assertThat(behind.source()).isEqualTo(PayloadSource.TLS_LIBRARY);
            assertThat(behind.connection().cookie())
                    .isPositive()
                    .isEqualTo(connect.connection().cookie());
            assertThat(behind.connection().remote().port()).isEqualTo(proxy.port());
        }
    }

    /** Answers each CONNECT, and passes on what follows. */
    private static final class Proxy implements AutoCloseable {
        private final ServerSocket listener = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
        private final int target;

        Proxy(int target) throws IOException {
            this.target = target;
            Thread.ofVirtual().start(this::serve);
        }

        int port() {
            return listener.getLocalPort();
        }

        private void serve() {
            try {
                while (true) {
                    Socket client = listener.accept();
                    Thread.ofVirtual().start(() -> tunnel(client));
                }
            } catch (IOException closed) {
                assertThat(listener.isClosed()).isTrue();
            }
        }

        private void tunnel(Socket client) {
            try (client;
                    Socket server = new Socket(InetAddress.getLoopbackAddress(), target)) {
                StringBuilder head = new StringBuilder();
                while (head.indexOf("\r\n\r\n") < 0) {
                    head.append((char) client.getInputStream().read());
                }
                client.getOutputStream()
                        .write("HTTP/1.1 200 Connection established\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                Thread back = Thread.ofVirtual().start(() -> pass(server, client));
                pass(client, server);
                back.join();
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        private static void pass(Socket from, Socket to) {
            try {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                in.transferTo(out);
                to.shutdownOutput();
            } catch (IOException over) {
                assertThat(over).isNotNull();
            }
        }

        @Override
        public void close() throws IOException {
            listener.close();
        }
    }
}
