package io.ebpf4j.samples;

import io.ebpf4j.observability.probe.TimeAnchor;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Prints what happens to this machine's connections as it happens, or exports what it amounts to, until it is interrupted. */
@Command(
        name = "observe",
        description =
                "print what happens to this machine's connections as it happens; or serve, send and log what it amounts"
                        + " to: the node agent",
        mixinStandardHelpOptions = true)
final class ObserveCommand implements Callable<Integer> {
    @Mixin
    private final Output output = new Output();

    @Mixin
    private final WatchOptions watch = new WatchOptions();

    @Mixin
    private final EventFilterOptions filters = new EventFilterOptions();

    @Mixin
    private final IdentityArguments identities = new IdentityArguments();

    @Mixin
    private final ExportArguments exports = new ExportArguments();

    @Option(names = "--print", description = "print events although what was seen is exported")
    private boolean print;

    @Option(names = "--count", paramLabel = "N", description = "stop after so many events")
    private long count = Long.MAX_VALUE;

    @Override
    public Integer call() throws Exception {
        if (!exports.isAsked()) {
            Watch watching = new Watch();
            EventPrinter printer = printer(watching);
            printer.header();
            watching.run(watch.options(), watch.nanos(), printer, output.err());
            return 0;
        }
        try (IdentityArguments.Naming naming = identities.naming()) {
            Watch watching = new Watch();
            Agent agent = Agent.start(
                    exports.observer().withEvents(watch.allLayers()).withIdentities(naming.options()),
                    naming.processes());
            watching.run(
                    agent,
                    watch.nanos(),
                    () -> {
                        if (print) {
                            EventPrinter printer = printer(watching);
                            printer.header();
                            agent.onFlow(flow -> printer.accept(flow.event()));
                        }
                        return exports.start(agent, output);
                    },
                    output.err());
        }
        return 0;
    }

    private EventPrinter printer(Watch watching) {
        return new EventPrinter(output, filters.filter(), TimeAnchor.now(), count, watching::end);
    }
}
