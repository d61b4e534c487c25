package io.ebpf4j.observability.verdict;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.kernel.Capability;
import io.ebpf4j.observability.event.Direction;
import io.ebpf4j.observability.event.DnsTransaction;
import io.ebpf4j.observability.probe.DnsServer;
import io.ebpf4j.observability.probe.TestNetwork;
import io.ebpf4j.observability.probe.TestPath;
import io.ebpf4j.testing.RequiresKernel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real faults between two network namespaces, each made by the test, and what is said of them. */
@RequiresKernel(
        since = "6.3",
        capability = {Capability.BPF, Capability.PERFMON, Capability.SYS_ADMIN, Capability.NET_ADMIN},
        config = {"CONFIG_NET_CLS_BPF", "CONFIG_NET_CLS_ACT"},
        feature = "tp_btf sock_send_length")
class RequestJudgeIT {
    private static final RequestJudge JUDGE = new RequestJudge(RequestJudgeOptions.DEFAULTS, LatencyBaseline.NONE);
    private static final int BIG = 24 << 20;

    private static TestPath path;
    private static WatchedJourneys watched;

    @BeforeAll
    static void start() {
        path = new TestPath();
        watched = new WatchedJourneys();
    }

    @AfterAll
    static void stop() {
        if (watched != null) {
            watched.close();
        }
        path.close();
    }

    private static ServerSocket listen(int backlog) {
        return path.far.call(() -> new ServerSocket(0, backlog));
    }

    private static String status(int status, double after) {
        return "time.sleep(%s)\nc.sendall(b'HTTP/1.1 %d Whatever\\r\\nContent-Length: 2\\r\\n\\r\\nok')\nc.recv(1)"
                .formatted(after, status);
    }

    private static void curl(String url) {
        curl(url, 15);
    }

    private static void curl(String url, int patience) {
        Process process =
                path.near.start("curl", "-s", "-o", "/dev/null", "--max-time", Integer.toString(patience), url);
        try {
            process.getInputStream().readAllBytes();
            process.waitFor();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static String far(int port) {
        return "http://" + TestPath.FAR + ":" + port + "/";
    }

    private static Socket connect(int port) {
        return path.near.call(() -> {
            Socket socket = new Socket();
            socket.connect(new InetSocketAddress(InetAddress.getByName(TestPath.FAR), port));
            return socket;
        });
    }

    private static LayerVerdict ofClient(int port) {
        return ofClient(watched, TestPath.FAR, port);
    }

    private static LayerVerdict ofClient(WatchedJourneys journeys, String host, int port) {
        return JUDGE.judge(journeys.await(
                path.near,
                Direction.CLIENT,
                journey -> journey.connection().remote().toString().equals(host + ":" + port)));
    }

    private static LayerVerdict ofServer(int port) {
        return JUDGE.judge(watched.await(
                path.far,
                Direction.SERVER,
                journey -> journey.connection().local().port() == port));
    }

    private static void is(LayerVerdict verdict, Fault fault, Side side, double confidence) {
        assertThat(List.of(verdict.fault(), verdict.side())).as("%s", verdict).containsExactly(fault, side);
        assertThat(verdict.confidence()).as("%s", verdict).isGreaterThanOrEqualTo(confidence);
    }

    @Test
    void aRequestThatIsWell() {
        try (PythonPeer server = PythonPeer.server(path.far, status(200, 0))) {
            int port = server.port();
            curl(far(port));
            is(ofClient(port), Fault.NONE_SEEN, Side.UNKNOWN, 0.9);
            is(ofServer(port), Fault.NONE_SEEN, Side.UNKNOWN, 0.9);
        }
    }

    @Test
    void aRefusedPort() {
        curl(far(1));
        is(ofClient(1), Fault.CONNECT, Side.SERVER, 0.9);
    }

    @Test
    void aFilteredPort() throws Exception {
        try (AutoCloseable loss = path.lossTowards(path.far)) {
            curl(far(2), 4);
            LayerVerdict verdict = ofClient(2);
            is(verdict, Fault.FILTERED, Side.NETWORK, 0.8);
        }
    }

    @Test
    void aNextHopThatIsNotThere() {
        curl("http://" + TestNetwork.NOBODY + ":80/");
        is(ofClient(watched, TestNetwork.NOBODY, 80), Fault.ROUTING, Side.CLIENT, 0.9);
    }

    @Test
    void noRoute() {
        curl("http://" + TestNetwork.ELSEWHERE + ":80/");
        is(ofClient(watched, TestNetwork.ELSEWHERE, 80), Fault.ROUTING, Side.CLIENT, 0.9);
    }

    @Test
    void aNameThatDoesNotExist() {
        try (DnsServer names = new DnsServer(path.near)) {
            curl("http://nope.test/");
            RequestJourney journey = watched.await(
                    path.near,
                    Direction.CLIENT,
                    one -> one.resolution()
                            .map(DnsTransaction::name)
                            .filter("nope.test"::equals)
                            .isPresent());
            is(JUDGE.judge(journey), Fault.NAME_RESOLUTION, Side.CLIENT, 0.7);
            assertThat(journey.destination().identity().displayName()).isEqualTo("nope.test");
        }
    }

    @Test
    void theQuestionForTheNameIsPartOfTheRequest() {
        try (DnsServer names = new DnsServer(path.near);
                PythonPeer server = PythonPeer.server(path.near, status(200, 0))) {
            int port = server.port();
            curl("http://host.test:" + port + "/"); // 192.0.2.1, says this name server
            RequestJourney journey = watched.await(
                    path.near,
                    Direction.CLIENT,
                    one -> one.connection().remote().port() == port
                            && one.exchange().isPresent());
            assertThat(journey.resolution().orElseThrow().name()).isEqualTo("host.test");
            assertThat(journey.resolutionNanos()).isPositive();
            assertThat(journey.began())
                    .isLessThan(journey.exchange().orElseThrow().requestStart());
        }
    }

    @Test
    void anErrorOfTheServer() {
        try (PythonPeer server = PythonPeer.server(path.far, status(503, 0))) {
            int port = server.port();
            curl(far(port));
            is(ofClient(port), Fault.API_ERROR, Side.SERVER, 0.9);
            is(ofServer(port), Fault.API_ERROR, Side.SERVER, 0.9);
        }
    }

    @Test
    void aResetInPlaceOfAnAnswer() {
        try (PythonPeer server = PythonPeer.server(
                path.far, "c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))\nc.close()")) {
            int port = server.port();
            curl(far(port));
            is(ofClient(port), Fault.API_ERROR, Side.SERVER, 0.7);
            is(ofServer(port), Fault.API_ERROR, Side.SERVER, 0.7);
        }
    }

    @Test
    void aSlowServer() {
        try (PythonPeer server = PythonPeer.server(path.far, status(200, 1.5))) {
            int port = server.port();
            curl(far(port));
            is(ofClient(port), Fault.API_SLOW, Side.SERVER, 0.75);
            is(ofServer(port), Fault.API_SLOW, Side.SERVER, 0.9);
        }
    }

    @Test
    void aWayThatLosesSegments() throws Exception {
        try (PythonPeer server = PythonPeer.server(path.far, status(200, 0))) {
            int port = server.port();
            try (PythonPeer client = PythonPeer.client(path.near, TestPath.FAR, port, """
                    c.sendall(b'GET / HTTP/1.1\\r\\nHost: far.test\\r\\n\\r\\n')
                    print('sent', flush=True)
                    c.recv(65536)
                    """)) {
                client.line();
                try (AutoCloseable loss = path.lossTowards(path.far)) {
                    client.goOn();
                    client.line();
                    Thread.sleep(900);
                }
            }
            is(ofClient(port), Fault.TRANSPORT_LOSS, Side.NETWORK, 0.8);
        }
    }

    @Test
    void aReaderThatDoesNotRead() {
        try (PythonPeer server = PythonPeer.server(path.far, """
                c.sendall(b'HTTP/1.1 200 OK\\r\\nContent-Length: %d\\r\\n\\r\\n' + bytes(%d))
                c.recv(1)
                """.formatted(BIG, BIG))) {
            int port = server.port();
            try (PythonPeer client = PythonPeer.client(path.near, TestPath.FAR, port, """
                    c.sendall(b'GET / HTTP/1.1\\r\\nHost: far.test\\r\\n\\r\\n')
                    time.sleep(1.5)
                    left = %d
                    while left > 0:
                        left -= len(c.recv(1 << 20))
                    """.formatted(BIG))) {
                client.line();
                client.goOn();
            }
            is(ofServer(port), Fault.RECEIVER_SLOW, Side.CLIENT, 0.85);
        }
    }

    /** Listeners are swept when a stream begins: the queue is full by then. */
    @Test
    void aFullQueue() throws Exception {
        List<Socket> waiting = new ArrayList<>();
        try (ServerSocket server = listen(1)) {
            for (int i = 0; i < 2; i++) { // one more than the backlog fits
                waiting.add(connect(server.getLocalPort()));
            }
            try (WatchedJourneys journeys = new WatchedJourneys()) {
                curl(far(server.getLocalPort()), 4); // one second and three after the first a SYN is sent again
                is(ofClient(journeys, TestPath.FAR, server.getLocalPort()), Fault.BACKLOG, Side.SERVER, 0.9);
            }
        } finally {
            for (Socket socket : waiting) {
                socket.close();
            }
        }
    }

    @Test
    void twoEndsThatDoNotAgreeOnTls(@TempDir Path folder) throws Exception {
        TestNetwork.run(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-nodes",
                "-days",
                "2",
                "-subj",
                "/CN=far.test",
                "-keyout",
                folder + "/key.pem",
                "-out",
                folder + "/cert.pem");
        int port;
        try (ServerSocket free = listen(1)) {
            port = free.getLocalPort();
        }
        Process server = path.far.start(
                "openssl",
                "s_server",
                "-accept",
                Integer.toString(port),
                "-tls1_3",
                "-key",
                folder + "/key.pem",
                "-cert",
                folder + "/cert.pem");
        try {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            while (!path.far.inside("ss", "-tlnH").contains(":" + port) && System.nanoTime() - deadline < 0) {
                Thread.sleep(50);
            }
            Process client = path.near.start(
                    "curl",
                    "-svk",
                    "--tls-max",
                    "1.2",
                    "--max-time",
                    "20",
                    "https://" + TestPath.FAR + ":" + port + "/");
            String said = new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(said).contains("alert protocol version");
            LayerVerdict verdict = ofClient(port);
            is(verdict, Fault.TLS, Side.SERVER, 0.8);
            assertThat(verdict.evidence().getFirst().value()).isEqualTo(70); // RFC 8446, 6.2
        } finally {
            server.destroy();
            server.waitFor();
        }
    }
}
