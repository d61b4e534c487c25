package io.ebpf4j.observability.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebpf4j.kernel.Capability;
import io.ebpf4j.observability.event.Accepted;
import io.ebpf4j.observability.event.CloseReason;
import io.ebpf4j.observability.event.Closed;
import io.ebpf4j.observability.event.ConnectFailed;
import io.ebpf4j.observability.event.ConnectStarted;
import io.ebpf4j.observability.event.Connected;
import io.ebpf4j.observability.event.ConnectionEvent;
import io.ebpf4j.observability.event.Direction;
import io.ebpf4j.observability.event.Endpoint;
import io.ebpf4j.observability.event.FailureReason;
import io.ebpf4j.observability.event.Layer;
import io.ebpf4j.observability.event.ProcessRef;
import io.ebpf4j.observability.event.RecordKind;
import io.ebpf4j.testing.RequiresKernel;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.BindException;
import java.net.ConnectException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Real connections in a namespace of their own, held against what curl, ss and the sockets' own ends say. The tests whose
 * names begin with a fact hold what is known to mislead about a hook.
 */
@RequiresKernel(
        since = "5.12",
        capability = {Capability.BPF, Capability.PERFMON, Capability.SYS_ADMIN, Capability.NET_ADMIN},
        feature = "socket cookies in tp_btf programs")
class ConnectivityEventsIT {
    private static final int RESPONSE = 250_000;

    private TestNetwork network;
    private RecordedStream stream;

    @BeforeEach
    void start() {
        network = new TestNetwork();
        stream = new RecordedStream(network);
    }

    @AfterEach
    void stop() {
        stream.close();
        network.close();
    }

    /** What curl says of a request, and who it was. */
    private record Curl(long pid, Map<String, String> said) {
        long number(String name) {
            return Long.parseLong(said.get(name));
        }
    }

    private Curl curl(String url) {
        String format = "%{size_request} %{size_header} %{size_download} %{local_port} %{time_connect}";
        Process process = network.start("curl", "-s", "-o", "/dev/null", "-g", "--max-time", "20", "-w", format, url);
        long pid = process.pid();
        String[] said = TestNetwork.output(process, "curl").split(" ", -1);
        return new Curl(
                pid,
                Map.of(
                        "request", said[0],
                        "header", said[1],
                        "download", said[2],
                        "local_port", said[3],
                        "connect", said[4]));
    }

    private ServerSocket listen() {
        return network.call(() -> new ServerSocket(0, 50));
    }

    /** Answers one HTTP request. */
    private static void answer(ServerSocket server) {
        Thread.ofPlatform().daemon().start(() -> {
            try (Socket socket = server.accept()) {
                readRequest(socket.getInputStream());
                OutputStream out = socket.getOutputStream();
                out.write(("HTTP/1.1 200 OK\r\nContent-Length: " + RESPONSE + "\r\nConnection: close\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
                out.write(new byte[RESPONSE]);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
    }

    private static void readRequest(InputStream in) throws IOException {
        int matched = 0;
        while (matched < 4) {
            int next = in.read();
            if (next < 0) {
                return;
            }
            matched = next == "\r\n\r\n".charAt(matched) ? matched + 1 : next == '\r' ? 1 : 0;
        }
    }

    private static boolean is(ConnectionEvent event, Direction direction) {
        return event.connection().direction() == direction;
    }

    private void checkBothEnds(String host) throws IOException {
        try (ServerSocket server = listen()) {
            answer(server);
            Curl curl = curl("http://" + host + ":" + server.getLocalPort() + "/");

            Connected connected = stream.await(Connected.class);
            assertThat(connected.connection().process().pid()).isEqualTo((int) curl.pid());
            assertThat(connected.connection().process().comm()).isEqualTo("curl");
            assertThat(connected.connection().direction()).isEqualTo(Direction.CLIENT);
            assertThat(connected.connection().local().port()).isEqualTo((int) curl.number("local_port"));
            assertThat(connected.connection().remote().port()).isEqualTo(server.getLocalPort());
            assertThat(connected.latency()).isPositive().isLessThanOrEqualTo(Duration.ofNanos((long)
                    (Double.parseDouble(curl.said().get("connect")) * 1e9)));

            Accepted accepted = stream.await(Accepted.class);
            assertThat(accepted.connection().direction()).isEqualTo(Direction.SERVER);
            assertThat(accepted.connection().process().pid())
                    .isEqualTo((int) ProcessHandle.current().pid());
            assertThat(accepted.connection().local())
                    .isEqualTo(connected.connection().remote());
            assertThat(accepted.connection().remote())
                    .isEqualTo(connected.connection().local());

            Closed client = stream.await(Closed.class, event -> is(event, Direction.CLIENT));
            assertThat(client.connection()).isEqualTo(connected.connection());
            assertThat(client.traffic().bytesSent()).isEqualTo(curl.number("request"));
            assertThat(client.traffic().bytesReceived()).isEqualTo(curl.number("header") + curl.number("download"));
            assertThat(client.reason()).isEqualTo(CloseReason.FINISHED);

            Closed served = stream.await(Closed.class, event -> is(event, Direction.SERVER));
            assertThat(served.connection()).isEqualTo(accepted.connection());
            assertThat(served.traffic().bytesSent()).isEqualTo(client.traffic().bytesReceived());
            assertThat(served.traffic().bytesReceived())
                    .isEqualTo(client.traffic().bytesSent());
            assertThat(served.duration()).isPositive().isLessThan(Duration.ofSeconds(20));
            assertThat(served.connection().networkNamespace()).isEqualTo(network.inode());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "[::1]", "192.0.2.1"})
    void tellsBothEndsOfAConnectionAsCurlDoes(String host) throws IOException {
        checkBothEnds(host);
    }

    @Test
    void theProcessIsTheOneThatProcKnows() throws IOException {
        try (ServerSocket server = listen()) {
            answer(server);
            curl("http://127.0.0.1:" + server.getLocalPort() + "/");
            ProcessRef process = stream.await(Accepted.class).connection().process();
            // /proc/PID/stat tells the start in ticks: executable() is empty unless it agrees
            assertThat(process.executable()).contains(Path.of("/proc/self/exe").toRealPath());
            assertThat(process.uid()).isZero();
        }
    }

    @Test
    void countsBytesAsSsDoes() throws IOException {
        try (ServerSocket server = listen();
                Socket client = network.call(() -> connect("127.0.0.1", server.getLocalPort()));
                Socket accepted = server.accept()) {
            client.getOutputStream().write(new byte[12_345]);
            accepted.getInputStream().readNBytes(12_345);
            accepted.getOutputStream().write(new byte[54_321]);
            client.getInputStream().readNBytes(54_321);
            Matcher ss = ssOfClient(client.getLocalPort(), 12_346, 54_321);
            client.close();
            accepted.close();

            Closed closed = stream.await(Closed.class, event -> is(event, Direction.CLIENT));
            // ss shows the socket's counter, in which the SYN is one
            assertThat(closed.traffic().bytesSent()).isEqualTo(Long.parseLong(ss.group(1)) - 1);
            assertThat(closed.traffic().bytesReceived()).isEqualTo(Long.parseLong(ss.group(2)));
        }
    }

    /** The last acknowledgement may be delayed by 40 ms, so ss is asked until it says what was sent. */
    private Matcher ssOfClient(int port, long acked, long received) {
        Pattern wanted = Pattern.compile("bytes_acked:(" + acked + ") .*bytes_received:(" + received + ")");
        String said = "";
        for (int i = 0; i < 100; i++) {
            said = network.inside("ss", "-tinH", "sport", "=", ":" + port);
            Matcher matcher = wanted.matcher(said);
            if (matcher.find()) {
                return matcher;
            }
        }
        throw new AssertionError("ss does not say " + wanted + " but " + said);
    }

    @Test
    void m1ConnectStartsWithoutALocalPortInTheConnectingProcess() throws IOException {
        try (ServerSocket server = listen()) {
            answer(server);
            Curl curl = curl("http://127.0.0.1:" + server.getLocalPort() + "/");
            ConnectStarted started = stream.await(ConnectStarted.class);
            assertThat(started.connection().local().port()).isZero();
            assertThat(started.connection().process().pid()).isEqualTo((int) curl.pid());
            Connected connected = stream.await(Connected.class);
            assertThat(connected.connection().cookie())
                    .isEqualTo(started.connection().cookie())
                    .isNotZero();
            assertThat(connected.connection().local().port()).isNotZero();
        }
    }

    @Test
    void m2TheServersSideNamesTheServerThoughTheClientsTaskRanIt() throws IOException {
        try (ServerSocket server = listen()) {
            answer(server);
            Curl curl = curl("http://127.0.0.1:" + server.getLocalPort() + "/");
            stream.await(Closed.class, event -> is(event, Direction.SERVER));
            assertThat(stream.events())
                    .filteredOn(event -> is(event, Direction.SERVER))
                    .isNotEmpty()
                    .allSatisfy(event -> assertThat(event.connection().process().pid())
                            .isEqualTo((int) ProcessHandle.current().pid())
                            .isNotEqualTo((int) curl.pid()));
        }
    }

    @Test
    void m3AndM4EachEndIsClosedInItsOwnersName() throws IOException {
        try (ServerSocket server = listen()) {
            answer(server);
            Curl curl = curl("http://127.0.0.1:" + server.getLocalPort() + "/");
            assertThat(stream.await(Closed.class, event -> is(event, Direction.CLIENT))
                            .connection()
                            .process()
                            .pid())
                    .isEqualTo((int) curl.pid());
            assertThat(stream.await(Closed.class, event -> is(event, Direction.SERVER))
                            .connection()
                            .process()
                            .pid())
                    .isEqualTo((int) ProcessHandle.current().pid());
        }
    }

    @Test
    void m5AnAbortedConnectionKeepsItsAddresses() throws IOException {
        try (ServerSocket server = listen();
                Socket client = network.call(() -> connect("127.0.0.1", server.getLocalPort()));
                Socket accepted = server.accept()) {
            int port = client.getLocalPort();
            client.setSoLinger(true, 0);
            client.close();

            Closed aborted = stream.await(Closed.class, event -> is(event, Direction.CLIENT));
            assertThat(aborted.reason()).isEqualTo(CloseReason.ABORTED);
            assertThat(aborted.connection().local()).hasToString("127.0.0.1:" + port);
            assertThat(aborted.connection().remote()).hasToString("127.0.0.1:" + server.getLocalPort());
            Closed reset = stream.await(Closed.class, event -> is(event, Direction.SERVER));
            assertThat(reset.reason()).isEqualTo(CloseReason.RESET_BY_PEER);
            assertThat(reset.connection().remote()).hasToString("127.0.0.1:" + port);
            assertThat(accepted.getLocalPort()).isEqualTo(server.getLocalPort());
        }
    }

    @Test
    void m6AndM8ARefusedAttemptIsToldOnceWithItsReason() {
        assertThatThrownBy(() -> network.call(() -> connect("127.0.0.1", 1)))
                .hasCauseInstanceOf(ConnectException.class);
        ConnectFailed failed = stream.await(ConnectFailed.class);
        assertThat(failed.reason()).isEqualTo(FailureReason.REFUSED);
        assertThat(failed.connection().remote()).hasToString("127.0.0.1:1");
        assertThat(failed.connection().process().pid())
                .isEqualTo((int) ProcessHandle.current().pid());
        assertThat(failed.duration()).isPositive();
        afterEverythingBefore();
        assertThat(stream.events(ConnectFailed.class))
                .filteredOn(event -> event.connection().remote().port() == 1)
                .hasSize(1);
        assertThat(stream.events(Closed.class))
                .noneMatch(closed -> closed.connection().remote().port() == 1);
    }

    @Test
    void m7AConnectionThatNobodyAcceptedIsAbortedHereNotResetByThePeer() throws IOException {
        try (ServerSocket server = listen();
                Socket client = network.call(() -> connect("127.0.0.1", server.getLocalPort()))) {
            server.close();
            Closed closed = stream.await(Closed.class, event -> is(event, Direction.SERVER));
            assertThat(closed.reason()).isEqualTo(CloseReason.ABORTED);
            assertThat(closed.connection().remote().port()).isEqualTo(client.getLocalPort());
            assertThat(closed.connection().process()).isEqualTo(ProcessRef.UNKNOWN);
            assertThat(stream.events(Accepted.class)).isEmpty();
            assertThat(stream.await(Closed.class, event -> is(event, Direction.CLIENT))
                            .reason())
                    .isEqualTo(CloseReason.RESET_BY_PEER);
        }
    }

    @Test
    void m9AnAttemptWithoutAnswerTimesOut() {
        ConnectFailed failed = stream.after(
                () -> assertThatThrownBy(() -> network.call(() -> connect(TestNetwork.BLACK_HOLE, 80)))
                        .hasCauseInstanceOf(SocketException.class),
                ConnectFailed.class);
        assertThat(failed.reason()).isEqualTo(FailureReason.TIMED_OUT);
        assertThat(failed.connection().remote()).hasToString(TestNetwork.BLACK_HOLE + ":80");
        assertThat(failed.connection().process().pid())
                .isEqualTo((int) ProcessHandle.current().pid());
        assertThat(failed.synRetransmits()).isEqualTo(synsSentAgain()).isPositive();
        assertThat(failed.unsentRetransmits()).isZero();
        assertThat(failed.duration()).isGreaterThan(Duration.ofSeconds(1));
    }

    @Test
    @RequiresKernel(since = "6.18", feature = "the error of tracepoint tcp_retransmit_skb")
    void m10RetransmissionsThatNeverLeftAreCountedApart() {
        ConnectFailed failed = stream.after(
                () -> assertThatThrownBy(() -> network.call(() -> connect(TestNetwork.NOBODY, 80)))
                        .hasCauseInstanceOf(SocketException.class),
                ConnectFailed.class);
        assertThat(failed.reason()).isEqualTo(FailureReason.NEIGHBOUR_UNRESOLVED);
        assertThat(failed.unsentRetransmits()).isPositive();
        assertThat(failed.synRetransmits()).isZero();
    }

    @Test
    void m11AnAttemptWithoutARouteIsToldThoughNoStateChanges() {
        assertThatThrownBy(() -> network.call(() -> connect(TestNetwork.ELSEWHERE, 80)))
                .hasCauseInstanceOf(SocketException.class);
        ConnectFailed failed = stream.await(ConnectFailed.class);
        assertThat(failed.reason()).isEqualTo(FailureReason.NO_ROUTE);
        assertThat(failed.connection().remote()).hasToString(TestNetwork.ELSEWHERE + ":80");
        assertThat(failed.connection().process().pid())
                .isEqualTo((int) ProcessHandle.current().pid());
        assertThat(stream.events(ConnectStarted.class)).isEmpty();
    }

    @Test
    void m12AnAttemptThatTheProcessGaveUpIsCancelled() throws IOException {
        SocketChannel channel = network.call(() -> {
            SocketChannel pending = SocketChannel.open();
            pending.configureBlocking(false);
            assertThat(pending.connect(new InetSocketAddress(TestNetwork.BLACK_HOLE, 443)))
                    .isFalse();
            return pending;
        });
        stream.await(ConnectStarted.class);
        channel.close();
        ConnectFailed failed = stream.await(ConnectFailed.class);
        assertThat(failed.reason()).isEqualTo(FailureReason.CANCELLED);
        assertThat(failed.error()).isZero();
        assertThat(failed.connection().remote()).hasToString(TestNetwork.BLACK_HOLE + ":443");
    }

    @Test
    void anAttemptWithoutAFreePortIsToldByTheCall() {
        network.inside("sh", "-c", "echo 40000 40000 > /proc/sys/net/ipv4/ip_local_port_range");
        assertThatThrownBy(() -> network.call(() -> {
                    try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
                        try (Socket first = connect("127.0.0.1", server.getLocalPort())) {
                            return connect("127.0.0.1", first.getPort());
                        }
                    }
                }))
                .hasCauseInstanceOf(BindException.class); // what the JDK makes of EADDRNOTAVAIL
        ConnectFailed failed = stream.await(ConnectFailed.class);
        assertThat(failed.reason()).isEqualTo(FailureReason.NO_LOCAL_ADDRESS);
        assertThat(failed.connection().remote().isIpv4()).isTrue();
        assertThat(stream.events(ConnectFailed.class)).hasSize(1);
    }

    @Test
    void m17AMappedAddressIsAnIpv4Address() throws IOException {
        // the JDK's sockets are of IPv6 and talk IPv4: both ends are the same two endpoints
        try (ServerSocket server = listen();
                Socket client = network.call(() -> connect("127.0.0.1", server.getLocalPort()));
                Socket accepted = server.accept()) {
            assertThat(accepted.getInetAddress()).isInstanceOf(Inet4Address.class);
            Endpoint local = stream.await(Accepted.class).connection().local();
            assertThat(local.isIpv4()).isTrue();
            assertThat(local.address()).isEqualTo(accepted.getLocalAddress());
            assertThat(stream.await(Connected.class).connection().local().port())
                    .isEqualTo(client.getLocalPort());
        }
    }

    @Test
    void m17ANativeIpv6SocketIsNotReadAsIpv4() throws IOException {
        try (ServerSocket server = listen();
                Socket client = network.call(() -> connect("::1", server.getLocalPort()));
                Socket accepted = server.accept()) {
            assertThat(accepted.getInetAddress()).isInstanceOf(Inet6Address.class);
            Accepted event = stream.await(Accepted.class);
            assertThat(event.connection().local().host()).isEqualTo("::1");
            assertThat(event.connection().remote()).hasToString("[::1]:" + client.getLocalPort());
        }
    }

    @Test
    void aConnectionOlderThanTheStreamIsOfUnknownDirectionButKeepsItsBytes() throws IOException {
        stream.close();
        try (ServerSocket server = listen();
                Socket client = network.call(() -> connect("127.0.0.1", server.getLocalPort()));
                Socket accepted = server.accept()) {
            client.getOutputStream().write(new byte[100]);
            accepted.getInputStream().readNBytes(100);
            stream = new RecordedStream(network);
            accepted.getOutputStream().write(new byte[1_000]);
            client.getInputStream().readNBytes(1_000);
            int port = client.getLocalPort();
            client.close();
            accepted.close();

            Closed closed = stream.await(
                    Closed.class, event -> event.connection().local().port() == port);
            assertThat(closed.connection().direction()).isEqualTo(Direction.UNKNOWN);
            assertThat(closed.duration()).isZero();
            assertThat(closed.traffic().bytesSent()).isEqualTo(100);
            assertThat(closed.traffic().bytesReceived()).isEqualTo(1_000);
            assertThat(closed.connection().process().pid())
                    .isEqualTo((int) ProcessHandle.current().pid());
        }
    }

    @Test
    void theLedgerBalances() throws IOException {
        try (ServerSocket server = listen()) {
            for (int i = 0; i < 20; i++) {
                answer(server);
                curl("http://127.0.0.1:" + server.getLocalPort() + "/");
            }
        }
        afterEverythingBefore();
        LossLedger ledger = stream.ledger();
        assertThat(ledger.lost()).isZero();
        assertThat(ledger.rejected()).isZero();
        assertThat(ledger.accounts().get(Layer.TCP).kinds()).isNotEmpty();
        for (LossLedger.Counts counts : ledger.accounts().get(Layer.TCP).kinds().values()) {
            assertThat(counts.attempted()).as("%s", counts).isEqualTo(counts.delivered());
        }
        assertThat(ledger.counts(new RecordKind(Layer.TCP, "accepted")).delivered())
                .isEqualTo(20);
        assertThat(ledger.counts(new RecordKind(Layer.TCP, "closed")).delivered())
                .isGreaterThanOrEqualTo(40);
    }

    /** What the kernel's own statistics of the namespace say. */
    private int synsSentAgain() {
        Matcher nstat = Pattern.compile("TcpExtTCPSynRetrans +(\\d+)")
                .matcher(network.inside("nstat", "-asz", "TcpExtTCPSynRetrans"));
        assertThat(nstat.find()).isTrue();
        return Integer.parseInt(nstat.group(1));
    }

    /** Records of one CPU come in order; those of all are through when a later attempt's are. */
    private void afterEverythingBefore() {
        assertThatThrownBy(() -> network.call(() -> connect("127.0.0.2", 9))).isInstanceOf(AssertionError.class);
        stream.await(ConnectFailed.class, event -> event.connection().remote().port() == 9);
    }

    private static Socket connect(String host, int port) throws IOException {
        Socket socket = new Socket();
        try {
            socket.connect(new InetSocketAddress(host, port));
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }
}
