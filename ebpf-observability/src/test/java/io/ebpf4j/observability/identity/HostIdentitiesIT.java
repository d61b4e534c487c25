package io.ebpf4j.observability.identity;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.kernel.Capability;
import io.ebpf4j.observability.event.Accepted;
import io.ebpf4j.observability.event.Closed;
import io.ebpf4j.observability.event.ConnectFailed;
import io.ebpf4j.observability.event.Connection;
import io.ebpf4j.observability.event.ConnectionEvent;
import io.ebpf4j.observability.event.Direction;
import io.ebpf4j.observability.event.DnsTransaction;
import io.ebpf4j.observability.event.HttpExchanged;
import io.ebpf4j.observability.event.Layer;
import io.ebpf4j.observability.event.ProcessExited;
import io.ebpf4j.observability.event.ProcessRef;
import io.ebpf4j.observability.probe.ConnectivityEvents;
import io.ebpf4j.observability.probe.ConnectivityOptions;
import io.ebpf4j.observability.probe.DnsServer;
import io.ebpf4j.observability.probe.TestNetwork;
import io.ebpf4j.testing.RequiresKernel;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real connections of real processes in a cgroup of their own; what the test has set up is who they have to be. */
@RequiresKernel(
        since = "6.3",
        capability = {Capability.BPF, Capability.PERFMON, Capability.SYS_ADMIN, Capability.NET_ADMIN},
        feature = "sock_send_length and sock_recv_length")
@Timeout(120)
class HostIdentitiesIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final List<IdentifiedEvent> events = new ArrayList<>(); // guarded by itself
    private TestNetwork network;
    private DnsServer dns;
    private Path cgroup;
    private LocalProcesses processes;
    private HostIdentities host;
    private ConnectivityEvents stream;

    @BeforeEach
    void start(@TempDir Path folder) throws IOException {
        network = new TestNetwork();
        dns = new DnsServer(network);
        String name = "ebpf4j-" + network.name();
        Path file = Files.writeString(folder.resolve("identities.properties"), """
                namespace = tenant-jobs
                workload.resumes.cgroup = /%s/resumes
                workload.core-api.executable = **/bin/java
                workload.core-api.service = core-api
                """.formatted(name));
        processes = LocalProcesses.ofThisHost();
        host = HostIdentities.open(IdentityOptions.DEFAULTS.withFile(file), processes);
        // made after the folders were walked: it has to be found when it is first seen
        cgroup = CgroupFolders.mount(Path.of("/proc/self/mountinfo"))
                .orElseThrow()
                .resolve(name)
                .resolve("resumes");
        Files.createDirectories(cgroup);
        stream = ConnectivityEvents.start(
                ConnectivityOptions.DEFAULTS.withLayers(EnumSet.of(Layer.TCP, Layer.DNS, Layer.HTTP, Layer.PROCESS)),
                event -> {
                    IdentifiedEvent identified = host.identify(event);
                    synchronized (events) {
                        events.add(identified);
                        events.notifyAll();
                    }
                });
    }

    @AfterEach
    void stop() throws IOException, InterruptedException {
        stream.close();
        host.close();
        dns.close();
        network.close();
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!Files.readString(cgroup.resolve("cgroup.procs")).isEmpty() && System.nanoTime() - end < 0) {
            Thread.sleep(20);
        }
        Files.delete(cgroup);
        Files.delete(cgroup.getParent());
    }

    /** Runs curl in the network and the cgroup. */
    private String curl(String url) throws IOException, InterruptedException {
        Process process = network.start("sh", "-c", "read go; exec curl -s --max-time 20 " + url);
        Files.writeString(cgroup.resolve("cgroup.procs"), Long.toString(process.pid()));
        process.getOutputStream().write('\n');
        process.getOutputStream().flush();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        return output;
    }

    private IdentifiedEvent await(String what, Predicate<IdentifiedEvent> wanted) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        synchronized (events) {
            while (System.nanoTime() - end < 0) {
                for (IdentifiedEvent event : events) {
                    if (wanted.test(event)) {
                        return event;
                    }
                }
                events.wait(100);
            }
            throw new AssertionError("no " + what + " among " + events);
        }
    }

    private static Predicate<IdentifiedEvent> of(Class<? extends ConnectionEvent> type, Direction direction, int port) {
        return event -> type.isInstance(event.event())
                && event.reporter() == direction
                && event.event() instanceof ConnectionEvent step
                && (direction == Direction.SERVER
                                        ? step.connection().local()
                                        : step.connection().remote())
                                .port()
                        == port;
    }

    private static String names(IdentifiedEvent event) {
        return event.source().identity().displayName() + " > "
                + event.destination().identity().displayName();
    }

    private static List<Provenance> provenances(Resolution resolution) {
        return resolution.findings().stream()
                .map(Finding::provenance)
                .distinct()
                .toList();
    }

    private static void answer(ServerSocket server) {
        Thread.ofPlatform().daemon().start(() -> {
            try (server;
                    Socket socket = server.accept()) {
                InputStream in = socket.getInputStream();
                StringBuilder request = new StringBuilder();
                while (request.indexOf("\r\n\r\n") < 0) {
                    request.append((char) in.read());
                }
                socket.getOutputStream()
                        .write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
                                .getBytes(StandardCharsets.US_ASCII));
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
    }

    @Test
    void bothEndsOnOneHostAreNamedFromEitherEnd() throws IOException, InterruptedException {
        ServerSocket server = network.call(() -> new ServerSocket(0, 5, InetAddress.getByName("192.0.2.1")));
        int port = server.getLocalPort();
        answer(server);
        assertThat(curl("http://host.test:" + port + "/")).isEqualTo("ok");

        IdentifiedEvent accepted = await("accept", of(Accepted.class, Direction.SERVER, port));
        IdentifiedEvent clientClosed = await("close of the client", of(Closed.class, Direction.CLIENT, port));
        IdentifiedEvent serverClosed = await("close of the server", of(Closed.class, Direction.SERVER, port));
        assertThat(names(accepted)).isEqualTo("resumes > core-api");
        assertThat(names(clientClosed)).isEqualTo("resumes > core-api");
        assertThat(names(serverClosed)).isEqualTo("resumes > core-api");

        assertThat(clientClosed.source().findings().get(0)).satisfies(near -> {
            assertThat(near.provenance()).isEqualTo(Provenance.STATIC_FILE);
            assertThat(((WorkloadIdentity) near.identity()).namespace()).isEqualTo("tenant-jobs");
        });
        assertThat(provenances(clientClosed.destination()))
                .startsWith(Provenance.PEER_SOCKET)
                .contains(Provenance.DNS)
                .endsWith(Provenance.RESERVED);
        assertThat(provenances(serverClosed.source())).startsWith(Provenance.PEER_SOCKET);
        assertThat(((WorkloadIdentity) clientClosed.destination().identity()).service())
                .isEqualTo("core-api");
        assertThat(clientClosed.source().number())
                .isEqualTo(serverClosed.source().number());
        assertThat(host.table().identity(clientClosed.source().number()))
                .isEqualTo(clientClosed.source().identity());
    }

    /** Rings are drained by turns: on a machine without a free processor an exchange may be told before the accept that names its peer. */
    @Test
    void aRequestIsNamedByBothEndsOfItsConnection() throws IOException, InterruptedException {
        Set<String> named = new HashSet<>();
        for (int i = 0; i < 5 && !named.contains("resumes > core-api"); i++) {
            ServerSocket server = network.call(() -> new ServerSocket(0, 5, InetAddress.getByName("192.0.2.1")));
            int port = server.getLocalPort();
            answer(server);
            assertThat(curl("http://host.test:" + port + "/")).isEqualTo("ok");
            named.add(names(await(
                    "request",
                    event -> event.event() instanceof HttpExchanged said
                            && said.connection().remote().port() == port)));
        }
        assertThat(named).contains("resumes > core-api").isSubsetOf("resumes > core-api", "resumes > host.test");
    }

    @Test
    void aFarEndElsewhereIsNamedByTheAnswerSeenOnTheWire() throws IOException, InterruptedException {
        int port = network.call(() -> {
            try (ServerSocket free = new ServerSocket(0)) {
                return free.getLocalPort();
            }
        });
        assertThat(curl("http://alias.test:" + port + "/")).isEmpty(); // refused: there is no socket that could name it
        IdentifiedEvent failed = await("failure", of(ConnectFailed.class, Direction.CLIENT, port));
        assertThat(names(failed)).isEqualTo("resumes > alias.test");
        assertThat(failed.destination().findings().get(0)).satisfies(finding -> {
            assertThat(finding.provenance()).isEqualTo(Provenance.DNS);
            assertThat(finding.detail()).contains("alias.test to curl(").contains("alias of middle.test, host.test");
        });
        IdentifiedEvent question = await(
                "question",
                event -> event.event() instanceof DnsTransaction asked
                        && asked.name().startsWith("alias.test")
                        && event.reporter() == Direction.CLIENT
                        && !asked.addresses().isEmpty());
        assertThat(question.source().identity().displayName()).isEqualTo("resumes");
        assertThat(question.destination().identity().displayName()).isIn("dnsmasq", "localhost");
    }

    @Test
    void aShortLivedProcessIsNamedAfterItsEnd() throws IOException, InterruptedException {
        int port = network.call(() -> {
            try (ServerSocket free = new ServerSocket(0)) {
                return free.getLocalPort();
            }
        });
        curl("http://192.0.2.1:" + port + "/");
        IdentifiedEvent failed = await("failure", of(ConnectFailed.class, Direction.CLIENT, port));
        Connection connection = ((ConnectFailed) failed.event()).connection();
        ProcessRef process = connection.process();
        await(
                "exit",
                event -> event.event() instanceof ProcessExited exited
                        && exited.process().key().equals(process.key()));
        assertThat(Path.of("/proc", Integer.toString(process.pid()))).doesNotExist();

        Resolution late = host.identities()
                .resolve(new Subject(
                        Subject.Side.NEAR,
                        connection.local(),
                        process,
                        connection.cgroup(),
                        connection.networkNamespace(),
                        process,
                        0,
                        System.nanoTime()));
        assertThat(late.identity().displayName()).isEqualTo("resumes");
        assertThat(late.findings())
                .filteredOn(finding -> finding.provenance() == Provenance.PROCESS)
                .singleElement()
                .satisfies(finding -> assertThat(finding.identity())
                        .isEqualTo(new ProcessIdentity(
                                "", Path.of("/usr/bin/curl").toRealPath().toString())));
    }
}
