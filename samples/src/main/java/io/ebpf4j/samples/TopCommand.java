package io.ebpf4j.samples;

import io.ebpf4j.observability.ServiceObserverOptions;
import io.ebpf4j.observability.servicemap.ServiceMap;
import java.io.Closeable;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A live table of pairs of services. */
@Command(
        name = "top",
        description =
                "show the pairs of services that talk most, how well, and whose fault it is; redrawn until Ctrl-C",
        mixinStandardHelpOptions = true)
final class TopCommand implements Callable<Integer> {
    private static final String REDRAW = "\u001b[H\u001b[2J"; // ECMA-48: cursor home, erase the display

    @Mixin
    private final Output output = new Output();

    @Mixin
    private final WatchOptions watch = new WatchOptions();

    @Mixin
    private final IdentityArguments identities = new IdentityArguments();

    @Option(
            names = "--interval",
            paramLabel = "SECONDS",
            description = "a table is of so many seconds (default: ${DEFAULT-VALUE})")
    private int interval = 2;

    @Option(names = "--rows", paramLabel = "N", description = "show so many pairs at most (default: ${DEFAULT-VALUE})")
    private int rows = 40;

    @Option(names = "--once", description = "show one table, and end")
    private boolean once;

    @Override
    public Integer call() throws Exception {
        try (IdentityArguments.Naming naming = identities.naming()) {
            Watch watching = new Watch();
            Agent agent = Agent.start(
                    ServiceObserverOptions.DEFAULTS
                            .withEvents(watch.allLayers())
                            .withIdentities(naming.options())
                            .withWindows(Duration.ofSeconds(interval), 2),
                    naming.processes());
            watching.run(agent, watch.nanos(), () -> draw(agent, watching), output.err());
        }
        return 0;
    }

    private Closeable draw(Agent agent, Watch watching) {
        CountDownLatch closed = new CountDownLatch(1);
        Thread thread = Thread.ofPlatform().name("ebpf4j-top").daemon().start(() -> {
            try {
                while (!closed.await(interval, TimeUnit.SECONDS)) {
                    table(agent.map(Duration.ofMillis(interval * 900L)));
                    if (once || output.out().checkError()) { // a reader that is gone
                        watching.end();
                        return;
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // nobody but this method knows the thread: it is to end
            }
        });
        return () -> {
            closed.countDown();
            try {
                thread.join(Duration.ofSeconds(5));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
    }

    private void table(ServiceMap map) {
        double seconds = Math.max(map.seconds(), 0.001);
        PrintWriter out = output.out();
        List<ServiceMap.Edge> busiest = map.edges().stream()
                .sorted(Comparator.comparingDouble(
                                (ServiceMap.Edge edge) -> edge.signals().requestsPerSecond())
                        .thenComparingLong(edge -> edge.signals().segments())
                        .reversed())
                .limit(rows)
                .toList();
        if (output.form() == Output.Form.JSON) {
            busiest.forEach(edge -> out.println(PairRow.json(edge, seconds)));
        } else {
            if (!once) {
                out.print(REDRAW);
            }
            out.println(String.format(
                    Locale.ROOT,
                    "%d pairs in %.1f s, %s",
                    map.edges().size(),
                    seconds,
                    map.lost() == 0 ? "nothing lost" : map.lost() + " events lost"));
            out.println(PairRow.header());
            busiest.forEach(edge -> out.println(PairRow.of(edge, seconds)));
        }
        out.flush();
    }
}
