package io.ebpf4j.observability.proof;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.kernel.Capability;
import io.ebpf4j.observability.event.Accepted;
import io.ebpf4j.observability.event.CloseReason;
import io.ebpf4j.observability.event.Closed;
import io.ebpf4j.observability.event.ConnectStarted;
import io.ebpf4j.observability.event.Connected;
import io.ebpf4j.observability.event.Connection;
import io.ebpf4j.observability.event.ConnectionEvent;
import io.ebpf4j.observability.event.Direction;
import io.ebpf4j.observability.event.GapEvent;
import io.ebpf4j.observability.event.HttpExchanged;
import io.ebpf4j.observability.event.HttpUnpaired;
import io.ebpf4j.observability.probe.TestNetwork;
import io.ebpf4j.testing.RequiresKernel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * 10,000 connections of one request each, from 100 processes to a real nginx: every start, answer, accept and close has the
 * right process and direction, the bytes are those that the processes counted and TCP_INFO told them, and every request is
 * as nginx's access log has it.
 */
@RequiresKernel(
        since = "6.3",
        capability = {Capability.BPF, Capability.PERFMON, Capability.SYS_ADMIN, Capability.NET_ADMIN},
        feature = "sock_send_length and sock_recv_length")
class ShortConnectionsIT {
    private static final int PROCESSES = 100;
    private static final int EACH = 100;
    private static final int CONNECTIONS = PROCESSES * EACH;
    private static final int AT_ONCE = 16;

    @TempDir
    private Path folder;

    /** What a process says of one of its connections. {@code acked} and {@code arrived} are TCP_INFO's. */
    private record Said(
            int pid,
            int port,
            long began,
            String method,
            String path,
            int status,
            long sent,
            long received,
            long acked,
            long arrived) {
        static Said of(String line) {
            String[] parts = line.split(" ", -1);
            return new Said(
                    Integer.parseInt(parts[0]),
                    Integer.parseInt(parts[1]),
                    Long.parseLong(parts[2]),
                    parts[3],
                    parts[4],
                    Integer.parseInt(parts[5]),
                    Long.parseLong(parts[6]),
                    Long.parseLong(parts[7]),
                    Long.parseLong(parts[8]),
                    Long.parseLong(parts[9]));
        }
    }

    @Test
    @Timeout(300)
    void tenThousandConnectionsAreAsTheirProcessesAndNginxSay() {
        Path traffic = CProgram.compile(folder);
        try (TestNetwork network = new TestNetwork();
                Nginx nginx = new Nginx(network, folder, 2);
                Watch watch = Watch.keeping(network.inode(), 64 << 20)) {
            long begin = System.nanoTime();
            List<Said> said = network.inside(
                            traffic.toString(),
                            "connections",
                            "127.0.0.1",
                            Integer.toString(Nginx.PORT),
                            Integer.toString(PROCESSES),
                            Integer.toString(EACH),
                            Integer.toString(AT_ONCE))
                    .lines()
                    .map(Said::of)
                    .toList();
            double seconds = (System.nanoTime() - begin) / 1e9;
            List<Nginx.Line> log = nginx.log(CONNECTIONS);
            assertThat(said).hasSize(CONNECTIONS);
            assertThat(log).hasSize(CONNECTIONS);
            Watch.await(() -> watch.count(Closed.class) >= 2 * CONNECTIONS
                    && watch.count(HttpExchanged.class) >= 2 * CONNECTIONS);
            System.out.printf(
                    "short connections: %d of %d processes in %.1f s; started %d, connected %d, accepted %d, closed %d,"
                            + " exchanges %d, unpaired %d, missed runs %d%n",
                    CONNECTIONS,
                    PROCESSES,
                    seconds,
                    watch.count(ConnectStarted.class),
                    watch.count(Connected.class),
                    watch.count(Accepted.class),
                    watch.count(Closed.class),
                    watch.count(HttpExchanged.class),
                    watch.count(HttpUnpaired.class),
                    watch.ledger().missedRuns());
            checkConnections(watch, said, log);
            checkExchanges(watch, said, log);
            assertThat(watch.ledger().isComplete()).isTrue();
            assertThat(watch.count(GapEvent.class)).isZero();
        }
    }

    private static void checkConnections(Watch watch, List<Said> said, List<Nginx.Line> log) {
        Map<String, Nginx.Line> lines = log.stream().collect(Collectors.toMap(Nginx.Line::path, Function.identity()));
        Map<Integer, List<Said>> ports =
                said.stream().sorted(Comparator.comparingLong(Said::began)).collect(Collectors.groupingBy(Said::port));

        List<ConnectStarted> started = watch.events(ConnectStarted.class);
        assertThat(started).hasSize(CONNECTIONS);
        assertThat(started.stream()
                        .collect(Collectors.groupingBy(
                                event -> event.connection().process().pid(), Collectors.counting())))
                .isEqualTo(said.stream().collect(Collectors.groupingBy(Said::pid, Collectors.counting())));

        assertThat(pair(
                        ports,
                        watch.events(Connected.class),
                        event -> event.connection().local().port(),
                        (one, event) -> check(one.pid(), Direction.CLIENT, event.connection())))
                .isEqualTo(CONNECTIONS);
        assertThat(pair(
                        ports,
                        watch.events(Accepted.class),
                        event -> event.connection().remote().port(),
                        (one, event) -> check(line(lines, one).pid(), Direction.SERVER, event.connection())))
                .isEqualTo(CONNECTIONS);

        List<Closed> closed = watch.events(Closed.class);
        assertThat(pair(
                        ports,
                        closed.stream()
                                .filter(event -> event.connection().direction() == Direction.CLIENT)
                                .toList(),
                        event -> event.connection().local().port(),
                        (one, event) -> {
                            check(one.pid(), Direction.CLIENT, event.connection());
                            // TCP_INFO counts our SYN among what was acknowledged, and the peer's FIN as arrived
                            assertThat(event.traffic().bytesSent())
                                    .isEqualTo(one.sent())
                                    .isEqualTo(one.acked() - 1);
                            assertThat(event.traffic().bytesReceived())
                                    .isEqualTo(one.received())
                                    .isEqualTo(one.arrived() - 1)
                                    .isEqualTo(line(lines, one).bytesSent());
                            assertThat(event.reason()).isEqualTo(CloseReason.FINISHED);
                        }))
                .isEqualTo(CONNECTIONS);
        assertThat(pair(
                        ports,
                        closed.stream()
                                .filter(event -> event.connection().direction() == Direction.SERVER)
                                .toList(),
                        event -> event.connection().remote().port(),
                        (one, event) -> {
                            check(line(lines, one).pid(), Direction.SERVER, event.connection());
                            assertThat(event.traffic().bytesSent())
                                    .isEqualTo(line(lines, one).bytesSent());
                            assertThat(event.traffic().bytesReceived()).isEqualTo(one.sent());
                        }))
                .isEqualTo(CONNECTIONS);
    }

    private interface Check<T> {
        void check(Said said, T event);
    }

    /** Holds each event against what was said of the same port; where a port was used again, in the order of time. */
    private static <T extends ConnectionEvent> int pair(
            Map<Integer, List<Said>> ports, List<T> events, ToIntFunction<T> port, Check<T> check) {
        Map<Integer, List<T>> told = events.stream()
                .sorted(Comparator.comparingLong(ConnectionEvent::timestamp))
                .collect(Collectors.groupingBy(port::applyAsInt));
        assertThat(told.keySet()).isEqualTo(ports.keySet());
        int checked = 0;
        for (Map.Entry<Integer, List<Said>> entry : ports.entrySet()) {
            List<T> mine = told.getOrDefault(entry.getKey(), new ArrayList<>());
            assertThat(mine).hasSameSizeAs(entry.getValue());
            for (int i = 0; i < mine.size(); i++) {
                check.check(entry.getValue().get(i), mine.get(i));
                checked++;
            }
        }
        return checked;
    }

    private static Nginx.Line line(Map<String, Nginx.Line> lines, Said said) {
        Nginx.Line line = lines.get(said.path());
        assertThat(line).isNotNull();
        assertThat(line.remotePort()).isEqualTo(said.port());
        return line;
    }

    private static void check(int pid, Direction direction, Connection connection) {
        assertThat(connection.process().pid()).isEqualTo(pid);
        assertThat(connection.direction()).isEqualTo(direction);
        assertThat(connection.process().comm()).isEqualTo(direction == Direction.CLIENT ? "traffic" : "nginx");
        assertThat((direction == Direction.CLIENT ? connection.remote() : connection.local()).toString())
                .isEqualTo("127.0.0.1:" + Nginx.PORT);
    }

    private static void checkExchanges(Watch watch, List<Said> said, List<Nginx.Line> log) {
        List<HttpExchanged> all = watch.events(HttpExchanged.class);
        assertThat(watch.count(HttpUnpaired.class)).isZero();
        assertThat(all).hasSize(2 * CONNECTIONS);
        Map<String, HttpExchanged> served = byPath(all, Direction.SERVER);
        Map<String, HttpExchanged> asked = byPath(all, Direction.CLIENT);
        Map<String, Said> processes = said.stream().collect(Collectors.toMap(Said::path, Function.identity()));
        for (Nginx.Line line : log) {
            HttpExchanged server = served.get(line.path());
            HttpExchanged client = asked.get(line.path());
            Said one = processes.get(line.path());
            assertThat(server).isNotNull();
            assertThat(client).isNotNull();
            assertThat(one).isNotNull();
            assertThat(server.connection().process().pid()).isEqualTo(line.pid());
            assertThat(client.connection().process().pid()).isEqualTo(one.pid());
            assertThat(server.connection().remote().port()).isEqualTo(line.remotePort());
            assertThat(client.connection().local().port()).isEqualTo(line.remotePort());
            for (HttpExchanged event : List.of(server, client)) {
                assertThat(event.exchange().method()).isEqualTo(line.method());
                assertThat(event.exchange().status()).isEqualTo(line.status()).isEqualTo(one.status());
                assertThat(event.exchange().host()).isEqualTo("proof");
                assertThat(event.exchange().responseBytes()).as(line.path()).isEqualTo(line.bytesSent());
                assertThat(event.exchange().requestBytes()).as(line.path()).isEqualTo(one.sent());
            }
        }
    }

    private static Map<String, HttpExchanged> byPath(List<HttpExchanged> all, Direction direction) {
        return all.stream()
                .filter(event -> event.connection().direction() == direction)
                .collect(Collectors.toMap(event -> event.exchange().path(), Function.identity()));
    }
}
