package io.ebpf4j.observability.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebpf4j.kernel.Capability;
import io.ebpf4j.observability.event.Connection;
import io.ebpf4j.observability.event.DatagramDropped;
import io.ebpf4j.observability.event.DatagramEvent;
import io.ebpf4j.observability.event.DatagramFailed;
import io.ebpf4j.observability.event.DatagramFlow;
import io.ebpf4j.observability.event.DatagramType;
import io.ebpf4j.observability.event.IcmpSent;
import io.ebpf4j.testing.RequiresKernel;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@RequiresKernel(
        since = "6.3",
        capability = {Capability.BPF, Capability.PERFMON, Capability.SYS_ADMIN, Capability.NET_ADMIN},
        feature = "sock_send_length and sock_recv_length")
class DatagramProbeIT {
    private final List<DatagramEvent> events = new ArrayList<>();
    private TestNetwork network;
    private DatagramProbe probe;
    private DrainedProbe drained;

    @BeforeEach
    void start() {
        network = new TestNetwork();
        probe = DatagramProbe.open(
                DatagramProbeOptions.DEFAULTS
                        .withNetworkNamespace(network.inode())
                        .withFlowInterval(Duration.ofMinutes(10)),
                view -> events.add(view.toEvent()));
        drained = new DrainedProbe(probe);
    }

    @AfterEach
    void stop() {
        drained.close();
        network.close();
    }

    private <T extends DatagramEvent> T await(Class<T> kind, Predicate<T> wanted) {
        T found = drained.await(() -> events.stream()
                .filter(kind::isInstance)
                .map(kind::cast)
                .filter(wanted)
                .findFirst()
                .orElse(null));
        assertThat(found).as("%s", events).isNotNull();
        return found;
    }

    private DatagramSocket socket() {
        return network.call(() -> new DatagramSocket(0, InetAddress.getByName("127.0.0.1")));
    }

    private static DatagramPacket to(DatagramSocket receiver, int bytes) {
        return new DatagramPacket(new byte[bytes], bytes, new InetSocketAddress("127.0.0.1", receiver.getLocalPort()));
    }

    private static void isSelf(Connection connection) {
        assertThat(connection.process().pid())
                .isEqualTo((int) ProcessHandle.current().pid());
    }

    @Test
    void aFlowIsToldOnceWithAllThatWasSent() throws Exception {
        try (DatagramSocket sender = socket();
                DatagramSocket receiver = socket()) {
            for (int i = 0; i < 100; i++) {
                sender.send(to(receiver, 10));
                receiver.receive(new DatagramPacket(new byte[100], 100));
            }
            probe.flush();
            DatagramFlow sent = await(DatagramFlow.class, flow -> flow.datagramsSent() > 0);
            assertThat(sent.datagramsSent()).isEqualTo(100);
            assertThat(sent.bytesSent()).isEqualTo(1_000);
            assertThat(sent.datagramsReceived()).isZero();
            assertThat(sent.connection().local()).hasToString("127.0.0.1:" + sender.getLocalPort());
            assertThat(sent.connection().remote()).hasToString("127.0.0.1:" + receiver.getLocalPort());
            assertThat(sent.first()).isLessThan(sent.last());
            isSelf(sent.connection());
            DatagramFlow received = await(DatagramFlow.class, flow -> flow.datagramsReceived() > 0);
            assertThat(received.datagramsReceived()).isEqualTo(100);
            assertThat(received.bytesReceived()).isEqualTo(1_000);
            assertThat(received.connection().local().port()).isEqualTo(receiver.getLocalPort());
            assertThat(received.connection().remote().isUnspecified()).isTrue();

            probe.flush();
            sender.send(to(receiver, 7));
            probe.flush();
            await(DatagramFlow.class, flow -> flow.bytesSent() == 7);
            assertThat(events)
                    .filteredOn(event -> event instanceof DatagramFlow flow && flow.bytesSent() > 0)
                    .hasSize(2);
        }
    }

    @Test
    void aConnectedSocketsFlowHasBothWays() throws Exception {
        try (DatagramSocket client = socket();
                DatagramSocket server = socket()) {
            client.connect(InetAddress.getByName("127.0.0.1"), server.getLocalPort());
            client.send(new DatagramPacket(new byte[20], 20));
            server.receive(new DatagramPacket(new byte[100], 100));
            server.send(new DatagramPacket(new byte[30], 30, client.getLocalSocketAddress()));
            client.receive(new DatagramPacket(new byte[100], 100));
            probe.flush();
            DatagramFlow flow = await(
                    DatagramFlow.class, found -> found.connection().local().port() == client.getLocalPort());
            assertThat(flow.bytesSent()).isEqualTo(20);
            assertThat(flow.bytesReceived()).isEqualTo(30);
            assertThat(flow.connection().remote().port()).isEqualTo(server.getLocalPort());
        }
    }

    /** Fails if the report is not looked at for UDP, or is also told without an error. */
    @Test
    void m23ADatagramToAClosedPortIsRefused() throws Exception {
        try (DatagramSocket client = socket()) {
            client.connect(InetAddress.getByName("127.0.0.1"), 9);
            client.setSoTimeout(5_000);
            refuse(client);
            DatagramFailed failed = await(DatagramFailed.class, event -> true);
            assertThat(failed.isRefused()).isTrue();
            assertThat(failed.connection().local().port()).isEqualTo(client.getLocalPort());
            assertThat(failed.connection().remote()).hasToString("127.0.0.1:9");
            if (probe.skipped().isEmpty()) {
                IcmpSent icmp = await(IcmpSent.class, event -> true);
                assertThat(icmp.type()).isEqualTo(3);
                assertThat(icmp.code()).isEqualTo(3);
                assertThat(icmp.protocol()).isEqualTo(17);
                assertThat(icmp.connection().local()).hasToString("127.0.0.1:9");
                assertThat(icmp.connection().remote().port()).isEqualTo(client.getLocalPort());
            }
            assertThat(events).filteredOn(DatagramFailed.class::isInstance).hasSize(1);
            // on loopback the error comes before the first send has returned, and its process is not known yet
            refuse(client);
            isSelf(await(
                            DatagramFailed.class,
                            event -> event.connection().process().isKnown())
                    .connection());
        }
    }

    private static void refuse(DatagramSocket client) throws IOException {
        client.send(new DatagramPacket(new byte[20], 20));
        assertThatThrownBy(() -> client.receive(new DatagramPacket(new byte[100], 100)))
                .isInstanceOf(PortUnreachableException.class);
    }

    /** What found no room is nstat's; fails if the sender is not read from the packet, for the socket has no peer. */
    @Test
    void m23ADatagramThatFindsNoRoomIsToldWithItsSender() throws Exception {
        try (DatagramSocket sender = socket();
                DatagramSocket receiver = socket()) {
            receiver.setReceiveBufferSize(2_000);
            sender.send(to(receiver, 10));
            receiver.receive(new DatagramPacket(new byte[100], 100));
            for (int i = 0; i < 100; i++) {
                sender.send(to(receiver, 500));
            }
            DatagramDropped lost = await(DatagramDropped.class, event -> true);
            assertThat(lost.error()).isEqualTo(12); // ENOMEM
            assertThat(lost.connection().local().port()).isEqualTo(receiver.getLocalPort());
            assertThat(lost.connection().remote()).hasToString("127.0.0.1:" + sender.getLocalPort());
            isSelf(lost.connection());
            drained.drain();
            assertThat(events)
                    .filteredOn(DatagramDropped.class::isInstance)
                    .hasSize(TestPath.statistic(network, "UdpRcvbufErrors"));
            assertThat(probe.reader().delivered(DatagramType.DROPPED))
                    .isEqualTo(TestPath.statistic(network, "UdpRcvbufErrors"));
        }
    }
}
