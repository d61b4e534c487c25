package io.ebpf4j.observability.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebpf4j.kernel.Capability;
import io.ebpf4j.observability.event.Accepted;
import io.ebpf4j.observability.event.Closed;
import io.ebpf4j.observability.event.CongestionChanged;
import io.ebpf4j.observability.event.CongestionState;
import io.ebpf4j.observability.event.ConnectFailed;
import io.ebpf4j.observability.event.ConnectionReset;
import io.ebpf4j.observability.event.Direction;
import io.ebpf4j.observability.event.ListenerSample;
import io.ebpf4j.observability.event.ProcessRef;
import io.ebpf4j.observability.event.Retransmitted;
import io.ebpf4j.observability.event.Retransmitted.Segment;
import io.ebpf4j.observability.event.RoundTrips;
import io.ebpf4j.observability.event.SocketSample;
import io.ebpf4j.testing.RequiresKernel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What the path does to connections, held against nstat and ss of the namespace. The tests whose names begin with a fact hold
 * what is known to mislead about a hook; each was run with what its comment says changed in the C source, and failed.
 */
@RequiresKernel(
        since = "5.12",
        capability = {Capability.BPF, Capability.PERFMON, Capability.SYS_ADMIN, Capability.NET_ADMIN},
        config = {"CONFIG_NET_CLS_BPF", "CONFIG_NET_CLS_ACT"},
        feature = "socket cookies in tp_btf programs")
class TcpPathIT {
    private static final Duration SWEEP = Duration.ofMillis(200);

    private TestPath path;
    private RecordedStream stream;

    @BeforeEach
    void start() {
        path = new TestPath();
        stream = watch();
    }

    private RecordedStream watch() {
        return new RecordedStream(
                TcpProbeOptions.DEFAULTS.withNetworkNamespace(path.near.inode()).withSweepInterval(SWEEP));
    }

    @AfterEach
    void stop() {
        stream.close();
        path.close();
    }

    private static ServerSocket listen(TestNetwork network, int backlog) {
        return network.call(() -> new ServerSocket(0, backlog));
    }

    private static Socket connect(TestNetwork network, String host, int port) {
        return network.call(() -> {
            Socket socket = new Socket();
            try {
                socket.connect(new InetSocketAddress(InetAddress.getByName(host), port));
                return socket;
            } catch (IOException e) {
                socket.close();
                throw e;
            }
        });
    }

    private int sentAgain() {
        return stream.events(Retransmitted.class).stream()
                .filter(Retransmitted::isSent)
                .mapToInt(Retransmitted::segments)
                .sum();
    }

    private static boolean is(Closed closed, int localPort) {
        return closed.connection().local().port() == localPort;
    }

    @Test
    void dataThatIsLostIsToldWheneverItIsSentAgain() throws Exception {
        try (ServerSocket server = listen(path.far, 5);
                Socket client = connect(path.near, TestPath.FAR, server.getLocalPort());
                Socket accepted = server.accept()) {
            client.getOutputStream().write(new byte[1_000]);
            accepted.getInputStream().readNBytes(1_000);
            try (AutoCloseable loss = path.lossTowards(path.far)) {
                client.getOutputStream().write(new byte[20_000]);
                stream.await(
                        Retransmitted.class, again -> again.congestion() == CongestionState.LOSS && again.isSent());
            }
            accepted.getInputStream().readNBytes(20_000);
            client.close();
            accepted.close();
            int port = ((InetSocketAddress) client.getRemoteSocketAddress()).getPort();
            assertThat(port).isEqualTo(server.getLocalPort());
            Closed closed = stream.await(
                    Closed.class, event -> event.connection().remote().port() == port);

            Retransmitted first = stream.await(Retransmitted.class);
            assertThat(first.segment()).isEqualTo(Segment.DATA);
            assertThat(first.connection()).isEqualTo(closed.connection());
            assertThat(first.connection().process().pid())
                    .isEqualTo((int) ProcessHandle.current().pid());
            assertThat(sentAgain())
                    .isEqualTo(TestPath.statistic(path.near, "TcpRetransSegs"))
                    .isPositive();
            assertThat(closed.traffic().retransmits()).isEqualTo(sentAgain());
            CongestionChanged lost =
                    stream.await(CongestionChanged.class, changed -> changed.after() == CongestionState.LOSS);
            assertThat(lost.connection().cookie()).isEqualTo(closed.connection().cookie());
            stream.await(
                    CongestionChanged.class,
                    changed -> changed.before() == CongestionState.LOSS && changed.after() == CongestionState.OPEN);
        }
    }

    @Test
    void aSynThatIsLostIsToldWheneverItIsSentAgain() throws Exception {
        try (AutoCloseable loss = path.lossTowards(path.far)) {
            assertThatThrownBy(() -> connect(path.near, TestPath.FAR, 9)).hasCauseInstanceOf(SocketException.class);
            ConnectFailed failed = stream.await(ConnectFailed.class);
            assertThat(stream.events(Retransmitted.class))
                    .hasSize(TestPath.statistic(path.near, "TcpExtTCPSynRetrans"))
                    .hasSize(failed.synRetransmits())
                    .isNotEmpty()
                    .allSatisfy(again -> {
                        assertThat(again.segment()).isEqualTo(Segment.SYN);
                        assertThat(again.isSent()).isTrue();
                        assertThat(again.connection().cookie())
                                .isEqualTo(failed.connection().cookie());
                    });
        }
    }

    @Test
    void anAnswerThatIsLostIsToldWithTheCookieOfTheConnectionToBe() throws Exception {
        try (ServerSocket server = listen(path.near, 5)) {
            SocketChannel client = path.far.call(() -> {
                SocketChannel pending = SocketChannel.open();
                pending.configureBlocking(false);
                return pending;
            });
            try (AutoCloseable loss = path.lossTowards(path.far)) {
                client.connect(new InetSocketAddress(TestPath.NEAR, server.getLocalPort()));
                stream.await(Retransmitted.class);
            }
            try (Socket accepted = server.accept()) {
                Retransmitted again = stream.await(Retransmitted.class);
                assertThat(again.segment()).isEqualTo(Segment.SYN_ACK);
                assertThat(again.connection().direction()).isEqualTo(Direction.SERVER);
                assertThat(again.connection().local()).hasToString(TestPath.NEAR + ":" + server.getLocalPort());
                assertThat(again.connection().remote()).hasToString(TestPath.FAR + ":" + accepted.getPort());
                assertThat(stream.await(Accepted.class).connection().cookie())
                        .isEqualTo(again.connection().cookie())
                        .isNotZero();
                assertThat(sentAgain()).isEqualTo(TestPath.statistic(path.near, "TcpRetransSegs"));
            } finally {
                client.close();
            }
        }
    }

    /** Fails if path.h does not read the third argument: the events are then told as sent, which nstat denies. */
    @Test
    @RequiresKernel(since = "6.18", feature = "the error of tracepoint tcp_retransmit_skb")
    void m10ASegmentThatNeverLeftIsToldAsUnsent() {
        assertThatThrownBy(() -> connect(path.near, TestNetwork.NOBODY, 80)).hasCauseInstanceOf(SocketException.class);
        ConnectFailed failed = stream.await(ConnectFailed.class);
        assertThat(stream.events(Retransmitted.class))
                .hasSize(failed.unsentRetransmits())
                .isNotEmpty()
                .allSatisfy(again -> {
                    assertThat(again.isSent()).isFalse();
                    assertThat(again.error()).isEqualTo(16); // EBUSY
                });
        assertThat(TestPath.statistic(path.near, "TcpRetransSegs")).isZero();
    }

    /** Fails if resets without a socket are left out, or the packet's ends are not turned round for its answer. */
    @Test
    @RequiresKernel(since = "6.18", feature = "sk_rst_reason")
    void m8ARefusalIsAResetByNoSocketAndOneFromThePeer() {
        assertThatThrownBy(() -> connect(path.near, "127.0.0.1", 1)).isInstanceOf(AssertionError.class);
        ConnectFailed failed = stream.await(ConnectFailed.class);
        ConnectionReset sent =
                stream.await(ConnectionReset.class, reset -> reset.side() == ConnectionReset.Side.THIS_END);
        assertThat(sent.reason()).isEqualTo("NO_SOCKET");
        assertThat(sent.connection().cookie()).isZero();
        assertThat(sent.connection().local()).isEqualTo(failed.connection().remote());
        assertThat(sent.connection().remote()).isEqualTo(failed.connection().local());
        assertThat(sent.connection().networkNamespace()).isEqualTo(path.near.inode());
        ConnectionReset received =
                stream.await(ConnectionReset.class, reset -> reset.side() == ConnectionReset.Side.PEER);
        assertThat(received.reason()).isEmpty();
        assertThat(received.connection()).isEqualTo(failed.connection());
    }

    /**
     * Fails if tcp_send_reset is not told, or told as the peer's: the error 104 of this end looks like a peer's reset. On a
     * busy machine a segment of the client may come after the socket is gone; then the listener answers it with a reset of
     * its own, and under its own cookie.
     */
    @Test
    @RequiresKernel(since = "6.18", feature = "sk_rst_reason")
    void m7WhoSentAResetIsTold() throws IOException {
        try (ServerSocket server = listen(path.near, 5);
                Socket client = connect(path.near, "127.0.0.1", server.getLocalPort());
                Socket accepted = server.accept()) {
            client.getOutputStream().write(1);
            client.getOutputStream().flush();
            while (accepted.getInputStream().available() == 0) {
                Thread.onSpinWait();
            }
            accepted.close(); // with a byte that nobody read
            long socket = stream.await(Accepted.class).connection().cookie();
            ConnectionReset sent = stream.await(
                    ConnectionReset.class,
                    reset -> reset.side() == ConnectionReset.Side.THIS_END
                            && reset.connection().cookie() == socket);
            // include/net/rstreason.h: close with unread data
            assertThat(sent.reason()).isEqualTo("TCP_ABORT_ON_CLOSE");
            assertThat(sent.connection().direction()).isEqualTo(Direction.SERVER);
            assertThat(sent.connection().remote().port()).isEqualTo(client.getLocalPort());
            ConnectionReset received =
                    stream.await(ConnectionReset.class, reset -> reset.side() == ConnectionReset.Side.PEER);
            assertThat(received.connection().direction()).isEqualTo(Direction.CLIENT);
            assertThat(received.connection().local().port()).isEqualTo(client.getLocalPort());
        }
    }

    /** Fails if the window is not looked at for each segment that comes: no sample and no close record then knows of it. */
    @Test
    void m14AClosedWindowIsMeasuredFromTheSegmentThatClosesIt() throws Exception {
        try (ServerSocket server = listen(path.far, 5);
                Socket client = connect(path.near, TestPath.FAR, server.getLocalPort());
                Socket accepted = server.accept()) {
            int port = client.getLocalPort();
            long before = System.nanoTime();
            Thread writer = Thread.ofPlatform().daemon().start(() -> {
                try {
                    client.getOutputStream().write(new byte[16 << 20]);
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            long closed = stream.await(
                            SocketSample.class,
                            sample -> sample.traffic().zeroWindows() == 1 && sample.peerWindow() == 0)
                    .timestamp();
            stream.await(SocketSample.class, sample -> sample.timestamp() - closed > 1_000_000_000L);
            accepted.getInputStream().readNBytes(16 << 20);
            writer.join();
            long after = System.nanoTime();
            client.close();
            accepted.close();
            Closed end = stream.await(Closed.class, event -> is(event, port));
            assertThat(end.traffic().zeroWindow()).isBetween(Duration.ofSeconds(1), Duration.ofNanos(after - before));
            assertThat(end.traffic().bytesSent()).isEqualTo(16 << 20);
        }
    }

    /** Fails if sample_interval is not looked at: there are then as many samples as segments. */
    @Test
    void m19RoundTripsAreSampledByTimeNotBySegment() throws IOException {
        try (ServerSocket server = listen(path.far, 5);
                Socket client = connect(path.near, TestPath.FAR, server.getLocalPort());
                Socket accepted = server.accept()) {
            int port = client.getLocalPort();
            client.setTcpNoDelay(true);
            accepted.setTcpNoDelay(true);
            long began = System.nanoTime();
            for (int i = 0; i < 1_000; i++) {
                client.getOutputStream().write(i);
                accepted.getInputStream().read();
                accepted.getOutputStream().write(i);
                client.getInputStream().read();
            }
            long tenths = (System.nanoTime() - began) / 100_000_000 + 1;
            client.close();
            accepted.close();
            Closed closed = stream.await(Closed.class, event -> is(event, port));
            RoundTrips life = closed.traffic().roundTrips();
            long sweeps = stream.events(SocketSample.class).size();
            assertThat(closed.traffic().segmentsReceived()).isGreaterThan(1_000);
            // each sweep and the end take one more
            assertThat((long) life.samples()).isBetween(2L, tenths + sweeps + 2);
            assertThat(life.least()).isPositive().isLessThanOrEqualTo(life.mean());
            assertThat(life.mean()).isLessThanOrEqualTo(life.most());
            assertThat(life.minimum()).isPositive().isLessThanOrEqualTo(life.most());
        }
    }

    @Test
    void aSweepSaysOfALiveConnectionWhatSsDoes() throws IOException {
        try (ServerSocket server = listen(path.far, 5);
                Socket client = connect(path.near, TestPath.FAR, server.getLocalPort());
                Socket accepted = server.accept()) {
            client.getOutputStream().write(new byte[12_345]);
            accepted.getInputStream().readNBytes(12_345);
            accepted.getOutputStream().write(new byte[54_321]);
            client.getInputStream().readNBytes(54_300);
            int port = client.getLocalPort();
            SocketSample sample = stream.await(
                    SocketSample.class,
                    found -> found.traffic().bytesReceived() == 54_321
                            && found.unacknowledged() == 0
                            && found.connection().local().port() == port);
            Matcher ss = Pattern.compile("bytes_acked:(\\d+) .*bytes_received:(\\d+)")
                    .matcher(path.near.inside("ss", "-tinH", "sport", "=", ":" + port));
            assertThat(ss.find()).isTrue();
            assertThat(sample.traffic().bytesSent()).isEqualTo(Long.parseLong(ss.group(1)) - 1); // the SYN
            assertThat(sample.traffic().bytesReceived()).isEqualTo(Long.parseLong(ss.group(2)));
            assertThat(sample.unread()).isEqualTo(21);
            assertThat(sample.connection().direction()).isEqualTo(Direction.CLIENT);
            assertThat(sample.age()).isPositive();
        }
    }

    /** Without the walk over task_file these records name nobody: no byte passes while the stream runs. */
    @Test
    void whatIsOlderThanTheStreamHasItsOwner() throws IOException {
        stream.close();
        try (ServerSocket server = listen(path.near, 5);
                Socket client = connect(path.near, "127.0.0.1", server.getLocalPort());
                Socket accepted = server.accept()) {
            stream = watch();
            int self = (int) ProcessHandle.current().pid();
            int port = client.getLocalPort();
            ListenerSample listener = stream.await(ListenerSample.class);
            assertThat(listener.connection().process().pid()).isEqualTo(self);
            assertThat(listener.connection().local().port()).isEqualTo(server.getLocalPort());
            SocketSample sample = stream.await(
                    SocketSample.class, found -> found.connection().local().port() == port);
            assertThat(sample.connection().process().pid()).isEqualTo(self);
            assertThat(sample.connection().process().executable())
                    .contains(java.nio.file.Path.of("/proc/self/exe").toRealPath());
            assertThat(sample.connection().direction()).isEqualTo(Direction.UNKNOWN);
            client.close();
            accepted.close();
            Closed mine = stream.await(Closed.class, event -> is(event, port));
            Closed theirs = stream.await(Closed.class, event -> is(event, server.getLocalPort()));
            assertThat(List.of(mine, theirs))
                    .allSatisfy(closed ->
                            assertThat(closed.connection().process().pid()).isEqualTo(self));
        }
    }

    /** The drops are nstat's; fails if sk_drops of the listener is not read: kfree_skb tells none. */
    @Test
    void m13AnOverflowingQueueShowsInTheListener() throws IOException {
        List<SocketChannel> clients = new ArrayList<>();
        try (ServerSocketChannel server = path.near.call(() -> {
            ServerSocketChannel opened = ServerSocketChannel.open();
            return opened.bind(new InetSocketAddress("127.0.0.1", 0), 1);
        })) {
            int port = ((InetSocketAddress) server.getLocalAddress()).getPort();
            for (int i = 0; i < 6; i++) {
                clients.add(path.near.call(() -> {
                    SocketChannel pending = SocketChannel.open();
                    pending.configureBlocking(false);
                    pending.connect(new InetSocketAddress("127.0.0.1", port));
                    return pending;
                }));
            }
            ListenerSample sample = stream.await(ListenerSample.class, found -> found.isFull() && found.drops() > 0);
            assertThat(sample.maximum()).isEqualTo(1);
            assertThat(sample.backlog()).isEqualTo(2);
            assertThat(sample.connection().process().pid())
                    .isEqualTo((int) ProcessHandle.current().pid());
            assertThat(sample.connection().local()).hasToString("127.0.0.1:" + port);
            assertThat(sample.drops()).isLessThanOrEqualTo(TestPath.statistic(path.near, "TcpExtListenDrops"));
        } finally {
            for (SocketChannel client : clients) {
                client.close();
            }
        }
    }

    /** Fails with BPF_F_CLONE at the storage: a connection that nobody accepted then has the listener's owner. */
    @Test
    void m18AConnectionDoesNotInheritTheListenersOwner() throws IOException {
        try (ServerSocket server = listen(path.near, 5);
                Socket client = connect(path.near, "127.0.0.1", server.getLocalPort())) {
            ListenerSample listener = stream.await(ListenerSample.class);
            assertThat(listener.connection().process().isKnown()).isTrue();
            int port = client.getLocalPort();
            SocketSample queued = stream.await(
                    SocketSample.class, found -> found.connection().remote().port() == port);
            assertThat(queued.connection().direction()).isEqualTo(Direction.SERVER);
            assertThat(queued.connection().process()).isEqualTo(ProcessRef.UNKNOWN);
        }
    }
}
