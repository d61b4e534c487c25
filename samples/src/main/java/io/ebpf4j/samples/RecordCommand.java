package io.ebpf4j.samples;

import io.ebpf4j.observability.json.JsonLine;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Writes raw records to a file, which replay reads. */
@Command(
        name = "record",
        description = "write what happens to this machine's connections to a file, for replay",
        mixinStandardHelpOptions = true)
final class RecordCommand implements Callable<Integer> {
    @Mixin
    private final Output output = new Output();

    @Mixin
    private final WatchOptions watch = new WatchOptions();

    @Parameters(paramLabel = "FILE", description = "the file, which is made anew")
    private Path file = Path.of("");

    @Override
    public Integer call() throws IOException, InterruptedException {
        PrintWriter errors = output.err();
        new Watch().run(watch.options().withRecording(file), watch.nanos(), event -> {}, errors);
        if (output.form() == Output.Form.JSON) {
            output.out().println(new JsonLine().put("file", file.toString()).put("bytes", Files.size(file)));
        } else {
            output.out().println(file + ": " + Files.size(file) + " bytes");
        }
        output.out().flush();
        return 0;
    }
}
