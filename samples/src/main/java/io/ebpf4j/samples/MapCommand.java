package io.ebpf4j.samples;

import io.ebpf4j.observability.ServiceObserverOptions;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Prints who talked to whom. */
@Command(
        name = "map",
        description =
                "watch for a while, then print who talked to whom, how well, and whose fault it was where it went ill",
        mixinStandardHelpOptions = true)
final class MapCommand implements Callable<Integer> {
    private static final Duration ALL = Duration.ofDays(365);

    @Mixin
    private final Output output = new Output();

    @Mixin
    private final WatchOptions watch = new WatchOptions();

    @Mixin
    private final IdentityArguments identities = new IdentityArguments();

    @Option(
            names = "--form",
            paramLabel = "FORM",
            description = "${COMPLETION-CANDIDATES} (default: txt): text, Graphviz, Mermaid, JSON, one page")
    private MapForm form = MapForm.TXT;

    @Override
    public Integer call() throws Exception {
        try (IdentityArguments.Naming naming = identities.naming()) {
            long nanos =
                    watch.nanos() == Long.MAX_VALUE ? Duration.ofSeconds(10).toNanos() : watch.nanos();
            output.err().println(String.format(Locale.ROOT, "mapping for %.0f s", nanos / 1e9));
            Agent agent = Agent.start(
                    ServiceObserverOptions.DEFAULTS
                            .withEvents(watch.allLayers())
                            .withIdentities(naming.options()),
                    naming.processes());
            new Watch().run(agent, nanos, () -> () -> {}, output.err());
            MapForm wanted = output.form() == Output.Form.JSON ? MapForm.JSON : form;
            output.out().print(wanted.renderer().render(agent.map(ALL)));
            output.out().flush();
        }
        return 0;
    }
}
