package io.ebpf4j.samples;

import io.ebpf4j.observability.probe.TimeAnchor;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Prints what happens to this machine's connections as it happens, until it is interrupted. */
@Command(
        name = "observe",
        description = "print what happens to this machine's connections as it happens",
        mixinStandardHelpOptions = true)
final class ObserveCommand implements Callable<Integer> {
    @Mixin
    private final Output output = new Output();

    @Mixin
    private final WatchOptions watch = new WatchOptions();

    @Mixin
    private final EventFilterOptions filters = new EventFilterOptions();

    @Option(names = "--count", paramLabel = "N", description = "stop after so many events")
    private long count = Long.MAX_VALUE;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Watch watching = new Watch();
        EventPrinter printer = new EventPrinter(output, filters.filter(), TimeAnchor.now(), count, watching::end);
        printer.header();
        watching.run(watch.options(), watch.nanos(), printer, output.err());
        return 0;
    }
}
