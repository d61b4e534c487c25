package io.ebpf4j.samples;

import io.ebpf4j.observability.event.EventFilter;
import io.ebpf4j.observability.event.Layer;
import io.ebpf4j.observability.probe.Replay;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Prints what was recorded. */
@Command(
        name = "replay",
        description = "print what was recorded, as observe would have; needs no privilege and no kernel",
        mixinStandardHelpOptions = true)
final class ReplayCommand implements Callable<Integer> {
    @Mixin
    private final Output output = new Output();

    @Mixin
    private final EventFilterOptions filters = new EventFilterOptions();

    @Option(
            names = "--layer",
            paramLabel = "LAYER",
            description = "only this layer, may be repeated: ${COMPLETION-CANDIDATES} (default: all)")
    private List<Layer> layers = List.of(Layer.values());

    @Option(names = "--count", paramLabel = "N", description = "print so many events at most")
    private long count = Long.MAX_VALUE;

    @Parameters(paramLabel = "FILE", description = "the recording")
    private Path file = Path.of("");

    @Override
    public Integer call() throws IOException {
        PrintWriter errors = output.err();
        try (Replay replay = Replay.open(file)) {
            EventFilter filter = EventFilter.layers(EnumSet.copyOf(layers)).and(filters.filter());
            EventPrinter printer = new EventPrinter(output, filter, replay.anchor(), count, () -> {});
            printer.header();
            replay.run(printer);
            replay.ledger().ifPresent(ledger -> errors.println(Summary.of(ledger)));
            errors.flush();
        }
        return 0;
    }
}
