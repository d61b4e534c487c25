package io.ebpf4j.observability.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.kernel.Capability;
import io.ebpf4j.observability.event.Connection;
import io.ebpf4j.observability.event.ConnectivityEvent;
import io.ebpf4j.observability.event.Direction;
import io.ebpf4j.observability.event.HttpExchanged;
import io.ebpf4j.observability.event.Layer;
import io.ebpf4j.observability.event.PayloadSource;
import io.ebpf4j.observability.event.PayloadType;
import io.ebpf4j.observability.event.TlsHandshake;
import io.ebpf4j.observability.protocol.HttpExchange;
import io.ebpf4j.testing.RequiresKernel;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against nginx, curl and Python, which all load the system's libssl. What is expected is the server's own log. */
@RequiresKernel(
        since = "6.3",
        feature = "plaintext of TLS libraries with its sockets",
        capability = {Capability.BPF, Capability.PERFMON, Capability.SYS_PTRACE})
class TlsProbeIT {
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String TRACEPARENT = "00-" + TRACE + "-00f067aa0ba902b7-01";

    /** Sends the path of each line to the server over one connection, and answers the status. */
    private static final String KEEP_ALIVE = """
            import http.client, ssl, sys
            context = ssl._create_unverified_context()
            connection = http.client.HTTPSConnection('127.0.0.1', int(sys.argv[1]), context=context)
            for line in sys.stdin:
                connection.request('GET', line.strip(), headers={'traceparent': '%s'})
                response = connection.getresponse()
                response.read()
                print(response.status, connection.sock.getsockname()[1], flush=True)
            """.formatted(TRACEPARENT);

    /** asyncio encrypts in memory and sends by itself. */
    private static final String IN_MEMORY = """
            import asyncio, ssl, sys
            async def main():
                context = ssl._create_unverified_context()
                reader, writer = await asyncio.open_connection('127.0.0.1', int(sys.argv[1]), ssl=context)
                writer.write(b'GET /in-memory HTTP/1.1\\r\\nHost: here\\r\\nConnection: close\\r\\n\\r\\n')
                await reader.read()
                writer.close()
            asyncio.run(main())
            """;

    @TempDir
    Path folder;

    private TlsServer server;

    @BeforeEach
    void startServer() throws IOException, InterruptedException {
        server = TlsServer.start(Files.createDirectory(folder.resolve("nginx")), "");
    }

    @AfterEach
    void stopServer() {
        server.close();
    }

    /** A Python client that asks when it is told to. */
    private final class Client implements AutoCloseable {
        private final Process process;
        private final Writer requests;
        private final BufferedReader answers;

        Client(Map<String, String> environment) throws IOException {
            this(environment, "exec \"$@\"");
        }

        /** Runs in a shell that says "$@" at last. */
        Client(Map<String, String> environment, String shell) throws IOException {
            ProcessBuilder builder = new ProcessBuilder(
                    "unshare",
                    "--mount",
                    "sh",
                    "-ec",
                    shell,
                    "sh",
                    "python3",
                    "-c",
                    KEEP_ALIVE,
                    Integer.toString(server.port()));
            builder.directory(folder.toFile());
            builder.environment().putAll(environment);
            process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
            requests = process.outputWriter(StandardCharsets.UTF_8);
            answers = process.inputReader(StandardCharsets.UTF_8);
        }

        int pid() {
            return (int) process.pid();
        }

        /** {@return the local port} */
        int get(String path, int status) throws IOException {
            requests.write(path + "\n");
            requests.flush();
            String[] answer = answers.readLine().split(" ", -1);
            assertThat(answer[0]).isEqualTo(Integer.toString(status));
            return Integer.parseInt(answer[1]);
        }

        @Override
        public void close() throws IOException {
            requests.close();
            process.destroy();
            try {
                process.waitFor();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** {@return the process id that curl had} */
    private int curl(String arguments) throws IOException, InterruptedException {
        String output = TlsServer.run("echo $$; exec curl -sSk -o /dev/null " + arguments, folder);
        return Integer.parseInt(output.lines().findFirst().orElseThrow());
    }

    private static Supplier<String> told(TlsWatch watch) {
        return () -> watch.exchanges() + " " + watch.probe().status() + " "
                + watch.probe().counts();
    }

    @Test
    void bothEndsOfARequestAreSeenInPlaintext() throws Exception {
        try (TlsWatch watch = new TlsWatch(TlsProbeOptions.DEFAULTS)) {
            int client = curl("-H 'traceparent: " + TRACEPARENT + "' '" + server.url("/missing?secret=1") + "'");
            TlsServer.Served served = server.served(1).getFirst();

            HttpExchanged asked =
                    watch.awaitExchanges(server.port(), Direction.CLIENT, 1).getFirst();
            HttpExchanged answered =
                    watch.awaitExchanges(server.port(), Direction.SERVER, 1).getFirst();

            // curl negotiates HTTP/2 with this server
            assertThat(served.protocol()).isEqualTo("HTTP/2.0");
            assertThat(asked.connection().process().pid()).isEqualTo(client);
            assertThat(asked.connection().process().comm()).isEqualTo("curl");
            assertThat(answered.connection().process().pid()).isEqualTo(served.worker());
            assertThat(answered.connection().process().comm()).isEqualTo("nginx");
            assertThat(asked.connection().local().port()).isEqualTo(served.clientPort());
            assertThat(answered.connection().remote().port()).isEqualTo(served.clientPort());
            assertThat(List.of(asked, answered)).allSatisfy(event -> {
                HttpExchange exchange = event.exchange();
                assertThat(event.source()).isEqualTo(PayloadSource.TLS_LIBRARY);
                assertThat(event.connection().cookie()).isPositive();
                assertThat(exchange.protocol()).isEqualTo(HttpExchange.Protocol.HTTP_2);
                assertThat(exchange.method()).isEqualTo(served.method());
                assertThat(exchange.path()).isEqualTo("/missing");
                assertThat(exchange.status()).isEqualTo(served.status()).isEqualTo(404);
                assertThat(exchange.trace().orElseThrow().traceId()).isEqualTo(TRACE);
            });
            assertThat(asked.connection().cookie())
                    .isNotEqualTo(answered.connection().cookie());
        }
    }

    @Test
    void requestsOfOneConnectionAreToldInOrder() throws Exception {
        try (TlsWatch watch = new TlsWatch(TlsProbeOptions.DEFAULTS);
                Client client = new Client(Map.of())) {
            client.get("/first", 200);
            client.get("/missing", 404);
            int port = client.get("/third", 200);
            List<TlsServer.Served> served = server.served(3);

            for (Direction direction : List.of(Direction.CLIENT, Direction.SERVER)) {
                List<HttpExchanged> told = watch.awaitExchanges(server.port(), direction, 3);
                assertThat(told)
                        .extracting(event -> event.exchange().path())
                        .containsExactly("/first", "/missing", "/third");
                assertThat(told).extracting(event -> event.exchange().status()).containsExactly(200, 404, 200);
                assertThat(told).allSatisfy(event -> {
                    assertThat(event.connection().process().pid())
                            .isEqualTo(
                                    direction == Direction.CLIENT
                                            ? client.pid()
                                            : served.getFirst().worker());
                    assertThat(event.exchange().protocol()).isEqualTo(HttpExchange.Protocol.HTTP_1_1);
                    assertThat(event.exchange().trace().orElseThrow().traceId()).isEqualTo(TRACE);
                    assertThat((direction == Direction.CLIENT
                                            ? event.connection().local()
                                            : event.connection().remote())
                                    .port())
                            .isEqualTo(port);
                });
            }
        }
    }

    @Test
    void aConnectionThatIsOlderThanTheProbeIsSeenFromItsNextRequestOn() throws Exception {
        try (Client client = new Client(Map.of())) {
            client.get("/before", 200);
            try (TlsWatch watch = new TlsWatch(TlsProbeOptions.DEFAULTS)) {
                client.get("/after", 200);
                client.get("/missing", 404);
                for (Direction direction : List.of(Direction.CLIENT, Direction.SERVER)) {
                    List<HttpExchanged> told = watch.awaitExchanges(server.port(), direction, 2);
                    assertThat(told)
                            .extracting(event -> event.exchange().path())
                            .containsExactly("/after", "/missing");
                    assertThat(told)
                            .extracting(event -> event.exchange().status())
                            .containsExactly(200, 404);
                    assertThat(told)
                            .allSatisfy(event ->
                                    assertThat(event.connection().cookie()).isPositive());
                }
            }
        }
    }

    @Test
    void streamsOfOneHttp2ConnectionAreToldApart() throws Exception {
        try (TlsWatch watch = new TlsWatch(TlsProbeOptions.DEFAULTS)) {
            curl("--http2 '" + server.url("/stream/[1-20]") + "'");
            assertThat(server.served(20))
                    .extracting(TlsServer.Served::clientPort)
                    .containsOnly(server.served(20).getFirst().clientPort());
            List<String> paths =
                    server.served(20).stream().map(TlsServer.Served::path).toList();
            for (Direction direction : List.of(Direction.CLIENT, Direction.SERVER)) {
                List<HttpExchanged> told = watch.awaitExchanges(server.port(), direction, 20);
                assertThat(told).extracting(event -> event.exchange().path()).containsExactlyElementsOf(paths);
                assertThat(told).extracting(event -> event.exchange().status()).containsOnly(200);
            }
        }
    }

    @Test
    void anHttp2ConnectionThatIsOlderThanTheProbeIsSeenFromItsNextRequestOn() throws Exception {
        Process curl = new ProcessBuilder(
                        "curl", "-sSk", "-o", "/dev/null", "--http2", "--rate", "120/m", server.url("/paced/[1-12]"))
                .inheritIO()
                .start();
        server.served(2);
        try (TlsWatch watch = new TlsWatch(TlsProbeOptions.DEFAULTS)) {
            assertThat(curl.waitFor()).isZero();
            List<TlsServer.Served> served = server.served(12);
            assertThat(served)
                    .extracting(TlsServer.Served::clientPort)
                    .containsOnly(served.getFirst().clientPort());
            List<String> paths = served.stream().map(TlsServer.Served::path).toList();
            watch.await(
                    _ -> watch.exchanges(server.port(), Direction.SERVER).stream()
                            .anyMatch(event -> event.exchange().path().equals("/paced/12")),
                    told(watch));
            List<HttpExchanged> told = watch.exchanges(server.port(), Direction.SERVER);
            assertThat(told).hasSizeBetween(5, 10);
            // what HPACK says by reference to requests before the probe is not known, and not guessed
            assertThat(told)
                    .allSatisfy(event -> assertThat(event.exchange().status()).isIn(200, -1));
            assertThat(told)
                    .extracting(event -> event.exchange().path())
                    .containsExactlyElementsOf(paths.subList(paths.size() - told.size(), paths.size()));
        }
    }

    @Test
    void whatIsEncryptedInMemoryHasNoSocket() throws Exception {
        try (TlsWatch watch = new TlsWatch(TlsProbeOptions.DEFAULTS)) {
            TlsServer.run("exec python3 -c \"$CODE\" " + server.port(), folder, Map.of("CODE", IN_MEMORY));
            watch.awaitExchanges(server.port(), Direction.SERVER, 1);
            watch.await(_ -> watch.exchanges().size() == 2, told(watch));
            HttpExchanged asked = watch.exchanges().stream()
                    .filter(event -> event.connection().direction() == Direction.CLIENT)
                    .findFirst()
                    .orElseThrow();
            assertThat(asked.connection().cookie()).isZero();
            assertThat(asked.exchange().path()).isEqualTo("/in-memory");
            assertThat(asked.exchange().status()).isEqualTo(200);
            assertThat(asked.connection().process().comm()).isEqualTo("python3");
        }
    }

    @Test
    void aLibraryOfOnesOwnIsFoundInTheProcess() throws Exception {
        Path libraries = Files.createDirectory(folder.resolve("own"));
        TlsServer.run("cp -L $(ldconfig -p | awk '/libssl.so.3 /{print $NF; exit}') own/libssl.so.3", folder);
        try (TlsWatch watch = new TlsWatch(TlsProbeOptions.DEFAULTS);
                Client client = new Client(Map.of("LD_LIBRARY_PATH", libraries.toString()))) {
            client.get("/loaded", 200);
            watch.awaitLibrary("/own/libssl.so.3");
            client.get("/found", 200);
            List<HttpExchanged> told = watch.awaitExchanges(server.port(), Direction.CLIENT, 1);
            assertThat(told.getLast().exchange().path()).isEqualTo("/found");
            assertThat(told.getLast().connection().process().pid()).isEqualTo(client.pid());
        }
    }

    @Test
    void aLibraryInAnotherMountNamespaceIsFoundThroughTheProcess() throws Exception {
        Path libraries = Files.createDirectory(folder.resolve("own"));
        String shell = """
                mount -t tmpfs none own
                cp -L $(ldconfig -p | awk '/libssl.so.3 /{print $NF; exit}') own/libssl.so.3
                exec "$@"
                """;
        try (TlsWatch watch = new TlsWatch(TlsProbeOptions.DEFAULTS);
                Client client = new Client(Map.of("LD_LIBRARY_PATH", libraries.toString()), shell)) {
            client.get("/loaded", 200);
            assertThat(libraries).isEmptyDirectory();
            watch.awaitLibrary(client.pid() + "/root" + libraries + "/libssl.so.3");
            client.get("/found", 200);
            List<HttpExchanged> told = watch.awaitExchanges(server.port(), Direction.CLIENT, 1);
            assertThat(told.getLast().exchange().path()).isEqualTo("/found");
            assertThat(told.getLast().connection().process().pid()).isEqualTo(client.pid());
        }
    }

    @Test
    void aLibraryThatWasReplacedSinceItWasLoadedIsProbedAllTheSame() throws Exception {
        Path libraries = Files.createDirectory(folder.resolve("own"));
        TlsServer.run("cp -L $(ldconfig -p | awk '/libssl.so.3 /{print $NF; exit}') own/libssl.so.3", folder);
        try (Client client = new Client(Map.of("LD_LIBRARY_PATH", libraries.toString()))) {
            client.get("/loaded", 200);
            Files.delete(libraries.resolve("libssl.so.3"));
            try (TlsWatch watch = new TlsWatch(TlsProbeOptions.DEFAULTS)) {
                client.get("/deleted", 200);
                List<HttpExchanged> told = watch.awaitExchanges(server.port(), Direction.CLIENT, 1);
                assertThat(told.getLast().exchange().path()).isEqualTo("/deleted");
            }
        }
    }

    @Test
    void plaintextAndHelloNameTheSameSocketAndCiphertextIsNoHttp() throws Exception {
        Queue<ConnectivityEvent> events = new ConcurrentLinkedQueue<>();
        try (ConnectivityEvents stream = ConnectivityEvents.start(
                ConnectivityOptions.DEFAULTS.withLayers(EnumSet.of(Layer.HTTP, Layer.TLS)), events::add)) {
            int client = curl("--http1.1 --connect-to example.test::127.0.0.1: 'https://example.test:" + server.port()
                    + "/[1-3]'");
            List<TlsServer.Served> served = server.served(3);
            Predicate<Connection> ours = connection -> connection.local().port() == server.port()
                    || connection.remote().port() == server.port();
            Supplier<List<HttpExchanged>> exchanges = () -> events.stream()
                    .filter(HttpExchanged.class::isInstance)
                    .map(HttpExchanged.class::cast)
                    .filter(event -> ours.test(event.connection()))
                    .toList();
            long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            while (exchanges.get().size() < 6 && System.nanoTime() < end && stream.isRunning()) {
                Thread.sleep(20);
            }
            assertThat(exchanges.get()).as("%s", stream.status()).hasSize(6);
            assertThat(exchanges.get()).extracting(HttpExchanged::source).containsOnly(PayloadSource.TLS_LIBRARY);
            List<TlsHandshake> handshakes = events.stream()
                    .filter(TlsHandshake.class::isInstance)
                    .map(TlsHandshake.class::cast)
                    .filter(event -> ours.test(event.connection()))
                    .toList();
            assertThat(handshakes).hasSize(2);
            assertThat(handshakes).extracting(TlsHandshake::serverName).containsOnly("example.test");
            assertThat(handshakes)
                    .extracting(event -> event.connection().process().pid())
                    .containsExactlyInAnyOrder(client, served.getFirst().worker());
            assertThat(exchanges.get())
                    .extracting(event -> event.connection().cookie())
                    .hasSameElementsAs(handshakes.stream()
                            .map(event -> event.connection().cookie())
                            .toList());
        }
    }

    @Test
    void onlyTheProcessesAskedForAreWatched() throws Exception {
        curl(server.url("/who"));
        int worker = server.served(1).getFirst().worker();
        try (TlsWatch watch = new TlsWatch(TlsProbeOptions.DEFAULTS.withProcesses(Set.of(worker)))) {
            curl(server.url("/asked"));
            watch.awaitExchanges(server.port(), Direction.SERVER, 1);
            assertThat(watch.exchanges())
                    .extracting(event -> event.connection().process().pid())
                    .containsOnly(worker);
        }
    }

    @Test
    void everyRecordIsAccountedForAndNothingStaysAttached() throws Exception {
        TlsProbe probe;
        try (TlsWatch watch = new TlsWatch(TlsProbeOptions.DEFAULTS)) {
            probe = watch.probe();
            curl("--http1.1 '" + server.url("/counted/[1-50]") + "'");
            watch.awaitExchanges(server.port(), Direction.CLIENT, 50);
            watch.awaitExchanges(server.port(), Direction.SERVER, 50);
            // both ends give up their connection, the server when it gets to it
            watch.await(_ -> probe.counts().get(PayloadType.PAYLOAD_CLOSED).delivered() >= 2, told(watch));
            watch.await(_ -> probe.counts().values().stream().allMatch(counts -> counts.pending() == 0), told(watch));
            LossLedger.Counts payload = probe.counts().get(PayloadType.PAYLOAD);
            assertThat(payload.attempted()).isGreaterThanOrEqualTo(200).isEqualTo(payload.delivered());
            assertThat(payload.lost()).isZero();
            assertThat(probe.rejected()).isZero();
            assertThat(probe.status().libraries()).isNotEmpty();
        }
        assertThat(probe.status().libraries()).isEmpty();
    }
}
