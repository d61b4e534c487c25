package io.ebpf4j.observability.probe;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.ebpf4j.kernel.Capability;
import io.ebpf4j.observability.event.ConnectivityEvent;
import io.ebpf4j.observability.event.Direction;
import io.ebpf4j.observability.event.HttpExchanged;
import io.ebpf4j.observability.event.Layer;
import io.ebpf4j.observability.event.PayloadClosedView;
import io.ebpf4j.observability.event.PayloadHandler;
import io.ebpf4j.observability.event.PayloadSource;
import io.ebpf4j.observability.event.PayloadType;
import io.ebpf4j.observability.event.PayloadView;
import io.ebpf4j.observability.event.TlsHandshake;
import io.ebpf4j.observability.protocol.Completeness;
import io.ebpf4j.observability.protocol.HttpExchange;
import io.ebpf4j.observability.protocol.TraceContext;
import io.ebpf4j.testing.RequiresKernel;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against nginx, curl and the JDK's own client and server. What is expected is what these say themselves. */
@RequiresKernel(
        since = "6.3",
        feature = "payload at the end of sends and receives",
        capability = {Capability.BPF, Capability.PERFMON})
class PayloadProbeIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int LATE_REQUESTS = 61; // the last one has a path of its own
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

    @TempDir
    Path folder;

    private PayloadWatch watch;

    @BeforeEach
    void watch() {
        watch = new PayloadWatch();
    }

    @AfterEach
    void stop() {
        try {
            assertThat(watch.probe().counts().values())
                    .allSatisfy(counts -> assertThat(counts.lost()).isZero());
            assertThat(watch.probe().rejected()).isZero();
        } finally {
            watch.close();
        }
    }

    private static Process curl(List<String> arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("curl", "-s", "-S", "-o", "/dev/null"));
        command.addAll(arguments);
        Process curl = new ProcessBuilder(command).inheritIO().start();
        assertThat(curl.waitFor()).isZero();
        return curl;
    }

    private static void run(String... command) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    }

    private static HttpExchange only(List<HttpExchanged> exchanges) {
        assertThat(exchanges).hasSize(1);
        return exchanges.getFirst().exchange();
    }

    /** A request line a time, status and bytes as the server's log has them, from a file by sendfile among them. */
    @Test
    void bothEndsOfKeepAliveConnectionsAgreeWithTheServersLog() throws IOException, InterruptedException {
        try (PlainServer server = PlainServer.start(Files.createDirectory(folder.resolve("nginx")))) {
            Process curl = curl(List.of(
                    "--next",
                    "-s",
                    "-o",
                    "/dev/null",
                    server.url("/direct?secret=1"),
                    "--next",
                    "-s",
                    "-o",
                    "/dev/null",
                    server.url("/small"),
                    "--next",
                    "-s",
                    "-o",
                    "/dev/null",
                    server.url("/big"),
                    "--next",
                    "-s",
                    "-o",
                    "/dev/null",
                    server.url("/missing"),
                    "--next",
                    "-s",
                    "-o",
                    "/dev/null",
                    "-I",
                    server.url("/big"),
                    "--next",
                    "-s",
                    "-o",
                    "/dev/null",
                    server.url("/direct")));
            List<PlainServer.Served> served = server.served(6);
            for (Direction direction : List.of(Direction.CLIENT, Direction.SERVER)) {
                List<HttpExchanged> seen = watch.awaitExchanges(server.port(), direction, 6);
                assertThat(seen).hasSize(6);
                for (int i = 0; i < 6; i++) {
                    HttpExchange exchange = seen.get(i).exchange();
                    PlainServer.Served line = served.get(i);
                    assertThat(exchange.method()).isEqualTo(line.method());
                    assertThat(exchange.path()).isEqualTo(line.path());
                    assertThat(exchange.status()).isEqualTo(line.status());
                    assertThat(exchange.requestBytes()).isEqualTo(line.received());
                    assertThat(exchange.responseBytes()).isEqualTo(line.sent());
                    assertThat(exchange.host()).isEqualTo("127.0.0.1:" + server.port());
                    assertThat(exchange.completeness()).isEqualTo(Completeness.WHOLE);
                    assertThat(exchange.latency()).isPositive();
                    assertThat(exchange.duration()).isGreaterThanOrEqualTo(exchange.latency());
                    assertThat(seen.get(i).source()).isEqualTo(PayloadSource.SOCKET);
                    boolean client = direction == Direction.CLIENT;
                    assertThat(seen.get(i).connection().process().pid())
                            .isEqualTo(client ? (int) curl.pid() : line.worker());
                    assertThat((client
                                            ? seen.get(i).connection().local()
                                            : seen.get(i).connection().remote())
                                    .port())
                            .isEqualTo(line.clientPort());
                }
            }
        }
    }

    @Test
    void pipelinedRequestsAndThoseOfSingleBytesArePaired() throws IOException, InterruptedException {
        try (PlainServer server = PlainServer.start(Files.createDirectory(folder.resolve("nginx")))) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
                socket.setTcpNoDelay(true);
                OutputStream out = socket.getOutputStream();
                out.write("GET /small HTTP/1.1\r\nHost: a\r\n\r\nGET /missing HTTP/1.1\r\nHost: a\r\n\r\n"
                        .concat("HEAD /big HTTP/1.1\r\nHost: a\r\n\r\nGET /direct HTTP/1.1\r\nHost: a\r\n\r\n")
                        .getBytes(US_ASCII));
                for (byte octet : "GET /big HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".getBytes(US_ASCII)) {
                    out.write(octet);
                }
                socket.getInputStream().readAllBytes();
            }
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
                socket.setTcpNoDelay(true);
                for (byte octet : "DELETE /small HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".getBytes(US_ASCII)) {
                    socket.getOutputStream().write(octet);
                }
                InputStream in = socket.getInputStream();
                while (in.read() >= 0) {
                    // one byte a call
                }
            }
            List<PlainServer.Served> served = server.served(6);
            for (Direction direction : List.of(Direction.CLIENT, Direction.SERVER)) {
                assertThat(watch.awaitExchanges(server.port(), direction, 6))
                        .extracting(seen -> seen.exchange().method() + " "
                                + seen.exchange().path() + " " + seen.exchange().status() + " "
                                + seen.exchange().responseBytes())
                        .as("%s", direction)
                        .containsExactlyElementsOf(served.stream()
                                .map(line ->
                                        line.method() + " " + line.path() + " " + line.status() + " " + line.sent())
                                .toList());
            }
        }
    }

    @Test
    void chunkedBodiesUploadsAndTraceHeadersAreRead() throws IOException, InterruptedException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(201, 0); // chunked
            try (OutputStream body = exchange.getResponseBody()) {
                for (int i = 0; i < 20; i++) {
                    body.write(new byte[5000]);
                }
            }
        });
        server.start();
        int port = server.getAddress().getPort();
        try {
            Path upload = Files.write(folder.resolve("upload"), new byte[2_000_000]);
            curl(List.of(
                    "-H",
                    "traceparent: 00-" + TRACE + "-00f067aa0ba902b7-01",
                    "-H",
                    "Expect: 100-continue",
                    "-T",
                    upload.toString(),
                    "http://127.0.0.1:" + port + "/upload"));
            curl(List.of(
                    "-H", "Transfer-Encoding: chunked", "-T", upload.toString(), "http://127.0.0.1:" + port + "/c"));
            for (Direction direction : List.of(Direction.CLIENT, Direction.SERVER)) {
                List<HttpExchanged> seen = watch.awaitExchanges(port, direction, 2);
                HttpExchange first = seen.getFirst().exchange();
                assertThat(first.method()).isEqualTo("PUT");
                assertThat(first.path()).isEqualTo("/upload");
                assertThat(first.status()).isEqualTo(201);
                assertThat(first.trace()).map(TraceContext::traceId).contains(TRACE);
                assertThat(first.requestBytes()).isBetween(2_000_000L, 2_001_000L);
                assertThat(seen.get(1).exchange().path()).isEqualTo("/c");
                assertThat(seen.get(1).exchange().status()).isEqualTo(201);
            }
        } finally {
            server.stop(0);
        }
    }

    /** Reads and writes of one connection come from whatever thread carries them, which must not matter. */
    @Test
    void virtualThreadsAndAnAsynchronousClientAreNeverMispaired() throws IOException, InterruptedException {
        int requests = 4000;
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
        server.createContext("/", exchange -> {
            int number = Integer.parseInt(exchange.getRequestURI().getPath().substring(1));
            byte[] body = new byte[number % 300];
            exchange.sendResponseHeaders(400 + number % 100, body.length == 0 ? -1 : body.length);
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(body);
            }
        });
        Map<String, Integer> answered = new ConcurrentHashMap<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
                HttpClient client = HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .build()) {
            server.setExecutor(threads);
            server.start();
            Semaphore concurrency = new Semaphore(200);
            List<CompletableFuture<Void>> under = new ArrayList<>();
            for (int i = 0; i < requests; i++) {
                String path = "/" + i;
                concurrency.acquire();
                under.add(client.sendAsync(
                                HttpRequest.newBuilder(URI.create("http://127.0.0.1:"
                                                + server.getAddress().getPort() + path))
                                        .build(),
                                HttpResponse.BodyHandlers.ofByteArray())
                        .thenAccept(response -> answered.put(path, response.statusCode()))
                        .whenComplete((_, _) -> concurrency.release()));
            }
            CompletableFuture.allOf(under.toArray(CompletableFuture[]::new)).join();
            int port = server.getAddress().getPort();
            for (Direction direction : List.of(Direction.CLIENT, Direction.SERVER)) {
                List<HttpExchanged> seen = watch.awaitExchanges(port, direction, requests);
                assertThat(seen).hasSize(requests);
                assertThat(seen)
                        .allSatisfy(event -> assertThat(event.exchange().status())
                                .as("%s %s", direction, event.exchange().path())
                                .isEqualTo(answered.get(event.exchange().path())));
                assertThat(seen).extracting(event -> event.exchange().path()).doesNotHaveDuplicates();
            }
            assertThat(watch.decoder().counts().unpaired()).isZero();
        } finally {
            server.stop(0);
        }
    }

    @Test
    void http2InTheClearIsRead() throws IOException, InterruptedException {
        try (PlainServer server = PlainServer.start(Files.createDirectory(folder.resolve("nginx")))) {
            // Of one connection nghttp asks for all at once; curl has a connection a request.
            run("nghttp", "-n", server.http2Url("/direct"), server.http2Url("/missing"));
            curl(List.of("--http2-prior-knowledge", server.http2Url("/big")));
            curl(List.of("--http2-prior-knowledge", server.http2Url("/small")));
            List<PlainServer.Served> served = server.served(4);
            for (Direction direction : List.of(Direction.CLIENT, Direction.SERVER)) {
                List<HttpExchanged> seen = watch.awaitExchanges(server.http2Port(), direction, 4);
                assertThat(seen)
                        .extracting(event -> event.exchange().method() + " "
                                + event.exchange().path() + " "
                                + event.exchange().status())
                        .containsExactlyInAnyOrderElementsOf(served.stream()
                                .map(line -> line.method() + " " + line.path() + " " + line.status())
                                .toList());
                assertThat(seen)
                        .allSatisfy(event ->
                                assertThat(event.exchange().protocol()).isEqualTo(HttpExchange.Protocol.HTTP_2));
            }
        }
    }

    @Test
    void aConnectionOlderThanTheProgramsIsJoinedAtItsNextMessage() throws IOException, InterruptedException {
        watch.close();
        try (PlainServer server = PlainServer.start(Files.createDirectory(folder.resolve("nginx")));
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            byte[] request = "GET /direct HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(US_ASCII);
            byte[] buffer = new byte[4096];
            socket.getOutputStream().write(request);
            assertThat(socket.getInputStream().read(buffer)).isPositive();
            watch = new PayloadWatch();
            socket.getOutputStream().write(request);
            assertThat(socket.getInputStream().read(buffer)).isPositive();
            for (Direction direction : List.of(Direction.CLIENT, Direction.SERVER)) {
                HttpExchange seen = only(watch.awaitExchanges(server.port(), direction, 1));
                assertThat(seen.path()).isEqualTo("/direct");
                assertThat(seen.status()).isEqualTo(200);
            }
        }
    }

    /**
     * Attached in the middle of a connection: what a header refers to was said before, and is not guessed. h2load puts its own
     * name and the host's into the table with its first request, but no path.
     */
    @Test
    void http2InTheClearIsJoinedInTheMiddleOfAConnection() throws IOException, InterruptedException {
        watch.close();
        try (PlainServer server = PlainServer.start(Files.createDirectory(folder.resolve("nginx")))) {
            // one connection, one request at a time, four a second
            List<String> command = new ArrayList<>(
                    List.of("h2load", "-c", "1", "-m", "1", "-t", "1", "--rps", "4", "-n", "" + LATE_REQUESTS));
            for (int i = 0; i < LATE_REQUESTS; i++) {
                command.add(server.http2Url(i % 2 == 0 ? "/missing/" + i : "/direct"));
            }
            Process client = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("h2load").toFile())
                    .start();
            server.served(1);
            watch = new PayloadWatch();
            int before = server.served(1).size();
            assertThat(client.waitFor()).isZero();
            List<PlainServer.Served> served = server.served(LATE_REQUESTS);
            assertThat(served)
                    .extracting(PlainServer.Served::clientPort)
                    .containsOnly(served.getFirst().clientPort());
            // the request that was under way meanwhile may be seen or not
            int least = LATE_REQUESTS - before - 1;
            assertThat(least).as("requests after the programs were attached").isPositive();
            for (Direction direction : List.of(Direction.CLIENT, Direction.SERVER)) {
                List<HttpExchanged> seen = watch.awaitExchanges(server.http2Port(), direction, least);
                while (!seen.getLast().exchange().path().equals("/missing/" + (LATE_REQUESTS - 1))) {
                    seen = watch.awaitExchanges(server.http2Port(), direction, seen.size() + 1);
                }
                assertThat(seen)
                        .extracting(event -> event.exchange().method() + " "
                                + event.exchange().path() + " "
                                + event.exchange().status())
                        .containsExactlyElementsOf(served.subList(LATE_REQUESTS - seen.size(), LATE_REQUESTS).stream()
                                .map(line -> line.method() + " " + line.path() + " " + line.status())
                                .toList());
                assertThat(seen).allSatisfy(event -> {
                    assertThat(event.exchange().protocol()).isEqualTo(HttpExchange.Protocol.HTTP_2);
                    assertThat(event.exchange().host()).isEmpty(); // named by a reference to the first request's
                });
            }
            assertThat(watch.decoder().counts().unknownHeaders()).isGreaterThanOrEqualTo(2L * least);
        }
    }

    /** It is held for its response, but not for long; read here as it comes, for no event is made of a request alone. */
    @Test
    void aRequestIsToldThoughNobodyAnswersIt() throws IOException {
        String request = "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n";
        List<String> seen = new ArrayList<>();
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            PayloadHandler handler = new PayloadHandler() {
                @Override
                public void payload(PayloadView view) {
                    if (view.remotePort() == server.getLocalPort()) {
                        byte[] bytes = new byte[view.captured()];
                        MemorySegment.copy(
                                view.bytes(), ValueLayout.JAVA_BYTE, view.bytesOffset(), bytes, 0, bytes.length);
                        seen.add(view.flow() + " " + new String(bytes, US_ASCII));
                    }
                }

                @Override
                public void closed(PayloadClosedView view) {}
            };
            PayloadProbeOptions options =
                    PayloadProbeOptions.DEFAULTS.withOwnProcess(PayloadProbeOptions.OwnProcess.WATCHED);
            try (PayloadProbe probe = PayloadProbe.open(options, handler);
                    Socket client = new Socket(server.getInetAddress(), server.getLocalPort())) {
                client.getOutputStream().write(request.getBytes(US_ASCII));
                long end = System.nanoTime() + PATIENCE.toNanos();
                while (seen.isEmpty() && System.nanoTime() - end < 0) {
                    probe.poll(Duration.ofMillis(100));
                }
                assertThat(seen).containsExactly("SENT " + request);
            }
        }
    }

    @Test
    void aRequestThatWaitsWhenTheWatchEndsIsTold() throws IOException {
        Queue<ConnectivityEvent> events = new ConcurrentLinkedQueue<>();
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String url = "http://127.0.0.1:" + server.getLocalPort() + "/never";
            Process curl = null;
            try (ConnectivityEvents stream = ConnectivityEvents.start(
                    ConnectivityOptions.DEFAULTS.withLayers(EnumSet.of(Layer.HTTP)), events::add)) {
                curl = new ProcessBuilder("curl", "-s", url).start();
                Socket served = server.accept();
                assertThat(served.getInputStream().read()).isEqualTo('G');
                assertThat(stream.isRunning()).isTrue();
            } finally {
                if (curl != null) {
                    curl.destroyForcibly();
                }
            }
        }
        assertThat(events.stream()
                        .filter(HttpExchanged.class::isInstance)
                        .map(event -> ((HttpExchanged) event).exchange())
                        .filter(exchange -> exchange.path().equals("/never")))
                .isNotEmpty()
                .allSatisfy(exchange -> assertThat(exchange.status()).isZero());
    }

    @Test
    void theHellosOfTlsNameServerVersionAndProtocols() throws IOException, InterruptedException {
        try (TlsServer server = TlsServer.start(Files.createDirectory(folder.resolve("nginx")), "")) {
            String name = "service.test:" + server.port();
            curl(List.of("-k", "--tls-max", "1.2", "--resolve", name + ":127.0.0.1", "https://" + name + "/"));
            List<TlsHandshake> seen = watch.awaitHandshakes(server.port(), 2);
            assertThat(seen)
                    .extracting(event -> event.connection().direction())
                    .containsExactlyInAnyOrder(Direction.CLIENT, Direction.SERVER);
            assertThat(seen).allSatisfy(event -> {
                assertThat(event.serverName()).isEqualTo("service.test");
                assertThat(event.version()).isEqualTo(0x0303);
                assertThat(event.client().orElseThrow().applicationProtocols()).containsExactly("h2", "http/1.1");
                assertThat(event.latency()).isPositive();
                assertThat(event.alert()).isEmpty();
            });
        }
    }

    @Test
    void whatIsOnlyLookedAtIsNotCountedAndOtherProtocolsAreNotTold() throws IOException, InterruptedException {
        try (PlainServer server = PlainServer.start(Files.createDirectory(folder.resolve("nginx")))) {
            long before = watch.probe().counts().get(PayloadType.PAYLOAD).attempted();
            assertThat(before).isGreaterThanOrEqualTo(0);
            String script = """
                    import socket, sys
                    s = socket.create_connection(('127.0.0.1', int(sys.argv[1])))
                    s.send(b'GET /direct HTTP/1.1\\r\\nHost: a\\r\\nConnection: close\\r\\n\\r\\n')
                    for _ in range(3): s.recv(8, socket.MSG_PEEK)
                    while s.recv(65536): pass
                    """;
            Process python = new ProcessBuilder("python3", "-c", script, Integer.toString(server.port()))
                    .inheritIO()
                    .start();
            assertThat(python.waitFor()).isZero();
            HttpExchange seen = only(watch.awaitExchanges(server.port(), Direction.CLIENT, 1));
            assertThat(seen.responseBytes())
                    .isEqualTo(server.served(1).getFirst().sent());
            assertThat(seen.completeness()).isEqualTo(Completeness.WHOLE);
        }
    }
}
