package io.ebpf4j.observability.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.kernel.Capability;
import io.ebpf4j.observability.event.DropClass;
import io.ebpf4j.observability.event.PacketDropped;
import io.ebpf4j.testing.RequiresKernel;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@RequiresKernel(
        since = "5.17",
        capability = {Capability.BPF, Capability.PERFMON, Capability.SYS_ADMIN, Capability.NET_ADMIN},
        config = {"CONFIG_NET_CLS_BPF", "CONFIG_NET_CLS_ACT"},
        feature = "reasons of dropped packets")
class DropProbeIT {
    private static final int TCP = 6; // include/uapi/linux/in.h
    private static final int UDP = 17;

    private final List<PacketDropped> dropped = new ArrayList<>();
    private TestPath path;

    @BeforeEach
    void start() {
        path = new TestPath();
    }

    @AfterEach
    void stop() {
        path.close();
    }

    private DropProbe open(TestNetwork network, EnumSet<DropClass> told) {
        return DropProbe.open(
                DropProbeOptions.DEFAULTS.withNetworkNamespace(network.inode()).withTold(told),
                view -> dropped.add(view.toEvent()));
    }

    private PacketDropped await(DrainedProbe probe, Predicate<PacketDropped> wanted) {
        PacketDropped found =
                probe.await(() -> dropped.stream().filter(wanted).findFirst().orElse(null));
        assertThat(found).as("%s", dropped).isNotNull();
        return found;
    }

    private Socket connect(int port) {
        return path.near.call(() -> new Socket(TestPath.FAR, port));
    }

    @Test
    void aPacketThatAFilterDropsIsToldWithWhoAndWhy() throws Exception {
        try (ServerSocket server = path.far.call(() -> new ServerSocket(0, 5));
                Socket client = connect(server.getLocalPort());
                Socket accepted = server.accept();
                DrainedProbe probe = new DrainedProbe(open(path.far, EnumSet.of(DropClass.LOSS)))) {
            try (AutoCloseable loss = path.lossTowards(path.far)) {
                client.getOutputStream().write(new byte[100]);
                PacketDropped lost = await(probe, packet -> packet.protocol() == TCP);
                assertThat(lost.reason()).isEqualTo("TC_INGRESS"); // the test's own filter
                assertThat(lost.dropClass()).isEqualTo(DropClass.LOSS);
                assertThat(lost.source()).hasToString(TestPath.NEAR + ":" + client.getLocalPort());
                assertThat(lost.destination()).hasToString(TestPath.FAR + ":" + server.getLocalPort());
                assertThat(lost.networkNamespace()).isEqualTo(path.far.inode());
                assertThat(lost.networkInterface())
                        .isEqualTo(path.far.call(() ->
                                java.net.NetworkInterface.getByName("right").getIndex()));
            }
            assertThat(accepted.getInputStream().readNBytes(100)).hasSize(100);
        }
    }

    /** Fails with TCP_OLD_SEQUENCE and TCP_OLD_DATA out of DropClass: the probes of the window are then losses. */
    @Test
    void m14TheProbesOfAClosedWindowAreNoLosses() throws Exception {
        try (ServerSocket server = path.far.call(() -> new ServerSocket(0, 5));
                Socket client = connect(server.getLocalPort());
                Socket accepted = server.accept()) {
            Thread writer = Thread.ofPlatform().daemon().start(() -> {
                try {
                    client.getOutputStream().write(new byte[16 << 20]);
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            try (DrainedProbe probe = new DrainedProbe(open(path.far, EnumSet.of(DropClass.LOSS, DropClass.BENIGN)))) {
                PacketDropped old = await(
                        probe,
                        packet -> packet.reason().equals("TCP_OLD_SEQUENCE")
                                || packet.reason().equals("TCP_OLD_DATA"));
                assertThat(old.dropClass()).isEqualTo(DropClass.BENIGN);
                assertThat(old.source().port()).isEqualTo(client.getLocalPort());
                assertThat(old.cookie()).as("the receiving socket").isNotZero();
                assertThat(dropped)
                        .filteredOn(packet -> packet.dropClass() == DropClass.LOSS
                                && !packet.reason().equals("TCP_ZEROWINDOW")) // real data that found no room
                        .isEmpty();
            }
            accepted.getInputStream().readNBytes(16 << 20);
            writer.join();
        }
    }

    /** Fails without classes: ordinary closes free packets for reasons, and the probe counts them. */
    @Test
    void m15OrdinaryConnectionsLoseNothing() throws Exception {
        try (DropProbe opened = open(path.near, EnumSet.allOf(DropClass.class));
                DrainedProbe probe = new DrainedProbe(opened);
                ServerSocket server = path.near.call(() -> new ServerSocket(0, 50))) {
            for (int i = 0; i < 20; i++) {
                try (Socket client = path.near.call(() -> new Socket("127.0.0.1", server.getLocalPort()));
                        Socket accepted = server.accept()) {
                    client.getOutputStream().write(new byte[100]);
                    if (i % 2 == 0) {
                        accepted.getInputStream().readNBytes(100);
                    }
                }
            }
            await(probe, packet -> packet.protocol() == TCP);
            assertThat(opened.counts()).isNotEmpty();
            assertThat(dropped)
                    .filteredOn(packet -> packet.destination().port() == server.getLocalPort()
                            || packet.source().port() == server.getLocalPort())
                    .isNotEmpty()
                    .noneMatch(packet -> packet.dropClass() == DropClass.LOSS);
        }
    }

    @Test
    void whatIsNotToldIsCounted() throws Exception {
        try (DropProbe opened = open(path.near, EnumSet.noneOf(DropClass.class));
                DrainedProbe probe = new DrainedProbe(opened)) {
            send("127.0.0.1", 9, 5);
            probe.drain();
            assertThat(dropped).isEmpty();
            assertThat(opened.counts()).containsEntry("NO_SOCKET", 5L);
        }
    }

    /** Fails if the reason's number is told in place of its name: numbers change from release to release. */
    @Test
    void m23ADatagramToAClosedPortIsDroppedForNoSocket() throws Exception {
        try (DrainedProbe probe = new DrainedProbe(open(path.near, EnumSet.of(DropClass.LOSS)))) {
            send("127.0.0.1", 9, 1);
            PacketDropped lost = await(probe, packet -> packet.protocol() == UDP);
            assertThat(lost.reason()).isEqualTo("NO_SOCKET");
            assertThat(lost.destination()).hasToString("127.0.0.1:9");
            assertThat(lost.networkNamespace()).isEqualTo(path.near.inode());
        }
    }

    private void send(String host, int port, int count) {
        path.near.call(() -> {
            try (DatagramSocket socket = new DatagramSocket()) {
                for (int i = 0; i < count; i++) {
                    socket.send(new DatagramPacket(
                            new byte[10], 10, new InetSocketAddress(InetAddress.getByName(host), port)));
                }
            }
            return null;
        });
    }
}
