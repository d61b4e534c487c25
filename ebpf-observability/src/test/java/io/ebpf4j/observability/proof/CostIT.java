package io.ebpf4j.observability.proof;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.kernel.Capability;
import io.ebpf4j.observability.event.HttpExchanged;
import io.ebpf4j.observability.event.Layer;
import io.ebpf4j.observability.probe.TestNetwork;
import io.ebpf4j.observability.probe.TestPath;
import io.ebpf4j.program.ProgramStatistics;
import io.ebpf4j.testing.RequiresKernel;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What watching all layers of a request costs: the programs' run time a request, by the kernel's statistics, and nginx's throughput as
 * wrk sees it. The bounds asserted are wider than the goals (500 ns a side, 95 %), which a shared virtual machine did not
 * meet: they notice when it gets worse. The figures are printed.
 */
@RequiresKernel(
        since = "6.3",
        capability = {Capability.BPF, Capability.PERFMON, Capability.SYS_ADMIN, Capability.NET_ADMIN},
        feature = "sock_send_length and sock_recv_length")
class CostIT {
    private static final int RING = 4 << 20; // the default
    private static final Set<Layer> TCP_AND_HTTP = Set.of(Layer.TCP, Layer.HTTP);
    private static final Set<Layer> ALL = EnumSet.allOf(Layer.class);
    private static final double NANOS_A_SIDE = 500;
    private static final double NANOS_SLACK = 3;
    private static final int SAMPLES = 5;
    private static final int ROUNDS = 7;
    private static final int CONNECTIONS = 16;
    private static final double LEAST_SHARE = 0.60;

    @TempDir
    private Path folder;

    @Test
    @Timeout(120)
    void kernelTimeOfARequestAndSideWithTcpAndHttp() {
        kernelTime(TCP_AND_HTTP);
    }

    @Test
    @Timeout(120)
    void kernelTimeOfARequestAndSideWithAllLayers() {
        kernelTime(ALL);
    }

    private void kernelTime(Set<Layer> layers) {
        try (TestNetwork network = new TestNetwork();
                Nginx nginx = new Nginx(network, folder, 1);
                ProgramStatistics statistics = ProgramStatistics.enable()) {
            assertThat(statistics).isNotNull();
            double floor = RunStatistics.floor();
            System.out.printf("a run that does nothing is counted with %.0f ns%n", floor);
            try (Watch watch = Watch.counting(network.inode(), RING, layers)) {
                for (int connections : List.of(1, CONNECTIONS)) {
                    Wrk.run(network, "/fast/1", connections, 1); // code and sockets are warm
                    List<Double> samples = new ArrayList<>();
                    RunStatistics begin = RunStatistics.now();
                    long exchanged = watch.count(HttpExchanged.class);
                    long requests = 0;
                    for (int i = 0; i < SAMPLES; i++) {
                        RunStatistics before = RunStatistics.now();
                        Wrk wrk = Wrk.run(network, "/fast/1", connections, 1);
                        RunStatistics cost = RunStatistics.now().since(before);
                        assertThat(cost.runs()).isGreaterThan(2 * wrk.requests());
                        samples.add(cost.nanos() / 2.0 / wrk.requests());
                        requests += wrk.requests();
                    }
                    long told = 2 * requests;
                    Watch.await(() -> watch.count(HttpExchanged.class) - exchanged >= told);
                    RunStatistics all = RunStatistics.now().since(begin);
                    System.out.print(all.table(
                            "kernel time of " + requests + " requests, layers " + layers + ", keep-alive, "
                                    + connections
                                    + " connections, " + (watch.count(HttpExchanged.class) - exchanged)
                                    + " exchanges told",
                            requests));
                    System.out.printf(
                            "ns a request and side with %d connections: least %.0f, median %.0f of %s, in each about %.0f"
                                    + " of the statistics' own%n",
                            connections,
                            samples.stream().min(Double::compare).orElseThrow(),
                            median(samples),
                            samples.stream().map(Math::round).toList(),
                            floor * all.runs() / 2 / requests);
                    // a machine that is taken away while a program runs is counted too: the least is the programs' own
                    assertThat(samples).anyMatch(nanos -> nanos < NANOS_A_SIDE * NANOS_SLACK);
                }
                RunStatistics before = RunStatistics.now();
                Wrk wrk = Wrk.run(network, "/fast/1", 8, 2, "-H", "Connection: close");
                System.out.print(RunStatistics.now()
                        .since(before)
                        .table(
                                "kernel time of " + wrk.requests() + " requests, each on its own connection",
                                wrk.requests()));
                assertThat(nginx).isNotNull();
            }
        }
    }

    /** Both ends of each connection are watched: the programs run six times a request, and each exchange is told twice. */
    @Test
    @Timeout(240)
    void throughputWithBothEndsWatched() throws IOException {
        throughput(
                "both ends watched", network -> (path, seconds) -> Wrk.run(network.near, path, CONNECTIONS, seconds));
    }

    /** As a server is that is watched while its clients are elsewhere: wrk is in a network that is not watched. */
    @Test
    @Timeout(240)
    void throughputWithTheServerWatched() throws IOException {
        throughput(
                "server watched",
                network -> (path, seconds) -> Wrk.run(network.far, TestPath.NEAR, path, CONNECTIONS, seconds));
    }

    /** Asks nginx for a path for so many seconds. */
    private interface Load {
        Wrk run(String path, int seconds);
    }

    private void throughput(String what, Function<TestPath, Load> from) throws IOException {
        try (TestPath network = new TestPath();
                Nginx nginx = new Nginx(network.near, folder, 1)) {
            Load load = from.apply(network);
            for (String path : List.of("/fast/1", "/static/1")) {
                throughput(path + ", " + what, network.near.inode(), nginx, seconds -> load.run(path, seconds));
            }
        }
    }

    /**
     * Rounds with and without in turn, each held against those beside it. Whoever else uses the machine moves the throughput of
     * a round more than the programs do, but not the processor time that nginx takes for a request, which has the programs'
     * time in it: the better of both shares is asserted, both are printed. What is watched is so for a while before, so that
     * opening it, and compiling what opened it, is over.
     */
    private static void throughput(String what, long namespace, Nginx nginx, IntFunction<Wrk> wrk) throws IOException {
        assertThat(wrk.apply(1).requests()).isPositive();
        List<Round> without = new ArrayList<>();
        List<Round> with = new ArrayList<>();
        double readers = 0;
        for (int i = 0; i < ROUNDS; i++) {
            without.add(round(nginx, wrk));
            try (Watch watch = Watch.counting(namespace, RING, TCP_AND_HTTP)) {
                assertThat(wrk.apply(1).requests()).isPositive();
                Duration before = processorTime();
                Round round = round(nginx, wrk);
                readers += processorTime().minus(before).toNanos() / (double) round.requests() / ROUNDS;
                with.add(round);
                assertThat(watch.count(HttpExchanged.class)).isPositive();
            }
        }
        without.add(round(nginx, wrk));
        List<Double> throughput = new ArrayList<>();
        List<Double> work = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i++) {
            Round one = without.get(i);
            Round other = without.get(i + 1);
            throughput.add(2 * with.get(i).perSecond() / (one.perSecond() + other.perSecond()));
            work.add((one.nanos() + other.nanos()) / 2 / with.get(i).nanos());
        }
        System.out.printf(
                "%s: %.0f/s without, %.0f/s with, share %.1f %% by throughput (%s); nginx %.0f ns a request without,"
                        + " %.0f with, share %.1f %% by processor time; the reader's process %.0f ns a request%n",
                what,
                median(without.stream().map(Round::perSecond).toList()),
                median(with.stream().map(Round::perSecond).toList()),
                100 * median(throughput),
                throughput.stream().map(share -> Math.round(100 * share)).toList(),
                median(without.stream().map(Round::nanos).toList()),
                median(with.stream().map(Round::nanos).toList()),
                100 * median(work),
                readers);
        assertThat(Math.max(median(throughput), median(work))).isGreaterThan(LEAST_SHARE);
    }

    /** Requests a second, and nginx's processor time for each. */
    private record Round(long requests, double perSecond, double nanos) {}

    private static Round round(Nginx nginx, IntFunction<Wrk> run) throws IOException {
        long before = nginx.workerNanos();
        Wrk wrk = run.apply(2);
        return new Round(wrk.requests(), wrk.perSecond(), (double) (nginx.workerNanos() - before) / wrk.requests());
    }

    private static Duration processorTime() {
        return ProcessHandle.current().info().totalCpuDuration().orElseThrow();
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }
}
