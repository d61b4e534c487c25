package io.ebpf4j.observability.proof;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.kernel.Capability;
import io.ebpf4j.observability.event.Direction;
import io.ebpf4j.observability.event.HttpExchanged;
import io.ebpf4j.observability.event.HttpUnpaired;
import io.ebpf4j.observability.probe.TestNetwork;
import io.ebpf4j.testing.RequiresKernel;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A server on virtual threads and a java.net.http client, each in a JVM of its own: 20,000 requests, 200 at once. Status and
 * length follow from the path, so that a response paired with the request of another shows.
 */
@RequiresKernel(
        since = "6.3",
        capability = {Capability.BPF, Capability.PERFMON, Capability.SYS_ADMIN, Capability.NET_ADMIN},
        feature = "sock_send_length and sock_recv_length")
class VirtualThreadsIT {
    private static final int REQUESTS = 20_000;
    private static final int CONCURRENCY = 200;

    @TempDir
    private Path folder;

    /** What the client says of a request. */
    private record Said(int number, int status, int length, long begin, long end, String path) {
        static Said of(String line) {
            String[] parts = line.split(" ", -1);
            return new Said(
                    Integer.parseInt(parts[0]),
                    Integer.parseInt(parts[1]),
                    Integer.parseInt(parts[2]),
                    Long.parseLong(parts[3]),
                    Long.parseLong(parts[4]),
                    parts[5]);
        }
    }

    @Test
    @Timeout(300)
    void noRequestIsPairedWithTheResponseOfAnother() throws IOException {
        try (TestNetwork network = new TestNetwork();
                Watch watch = Watch.keeping(network.inode(), 64 << 20)) {
            Process server = JavaProgram.start(network, folder, VirtualThreadsServer.class);
            try (BufferedReader lines = server.inputReader(StandardCharsets.UTF_8)) {
                String port = lines.readLine();
                long begin = System.nanoTime();
                Process client = JavaProgram.start(
                        network,
                        folder,
                        VirtualThreadsClient.class,
                        port,
                        Integer.toString(REQUESTS),
                        Integer.toString(CONCURRENCY));
                List<Said> said = TestNetwork.output(client, "the client")
                        .lines()
                        .map(Said::of)
                        .toList();
                double seconds = (System.nanoTime() - begin) / 1e9;
                Watch.await(() -> watch.count(HttpExchanged.class) >= 2 * REQUESTS);
                System.out.printf(
                        "virtual threads: %d requests, %d at once, in %.1f s; exchanges %d, unpaired %d, missed runs %d%n",
                        REQUESTS,
                        CONCURRENCY,
                        seconds,
                        watch.count(HttpExchanged.class),
                        watch.count(HttpUnpaired.class),
                        watch.ledger().missedRuns());
                check(watch, said, client.pid(), server.pid());
            } finally {
                server.destroyForcibly();
            }
        }
    }

    private static void check(Watch watch, List<Said> said, long client, long server) {
        assertThat(said).hasSize(REQUESTS);
        Map<String, Said> paths = new HashMap<>();
        said.forEach(one -> paths.put(one.path(), one));
        assertThat(paths).hasSize(REQUESTS);
        List<HttpExchanged> events = watch.events(HttpExchanged.class);
        assertThat(watch.count(HttpUnpaired.class)).isZero();
        for (Direction direction : List.of(Direction.CLIENT, Direction.SERVER)) {
            List<HttpExchanged> side = events.stream()
                    .filter(event -> event.connection().direction() == direction)
                    .toList();
            assertThat(side.stream().map(event -> event.exchange().path()).distinct())
                    .hasSize(REQUESTS);
            assertThat(side).hasSize(REQUESTS);
            Map<Integer, Long> heads = new HashMap<>();
            int mispaired = 0;
            int outside = 0;
            long longest = 0;
            for (HttpExchanged event : side) {
                Said one = paths.get(event.exchange().path());
                assertThat(one).isNotNull();
                int status = VirtualThreadsServer.status(one.number());
                assertThat(one.status()).isEqualTo(status);
                long head = event.exchange().responseBytes() - one.length();
                boolean paired = event.exchange().status() == status
                        && heads.computeIfAbsent(status, any -> head) == head
                        && one.length() == VirtualThreadsServer.length(one.number());
                mispaired += paired ? 0 : 1;
                // both ends' times are between the client's own: one clock, and the client waits for all of it
                boolean within = one.begin() <= event.exchange().requestStart()
                        && event.exchange().requestStart() <= event.exchange().responseStart()
                        && event.exchange().responseStart() <= event.exchange().responseEnd()
                        && event.exchange().responseStart() <= one.end()
                        && event.exchange().latency() <= one.end() - one.begin();
                outside += within ? 0 : 1;
                longest = Math.max(longest, event.exchange().latency());
                assertThat(event.connection().remote().host())
                        .isEqualTo("127.0.0.1"); // though the sockets are dual-stack
                assertThat(event.connection().process().pid())
                        .isEqualTo((int) (direction == Direction.CLIENT ? client : server));
            }
            System.out.printf(
                    "virtual threads, %s: %d exchanges, %d mispaired, %d outside of the client's bounds, longest %.1f ms%n",
                    direction, side.size(), mispaired, outside, longest / 1e6);
            assertThat(mispaired).isZero();
            assertThat(outside).isZero();
        }
    }
}
