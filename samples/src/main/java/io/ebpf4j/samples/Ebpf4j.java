package io.ebpf4j.samples;

import io.ebpf4j.kernel.BpfException;
import io.ebpf4j.observability.identity.IdentityFileException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line's entry. */
@Command(
        name = "ebpf4j",
        description = "eBPF from Java: watch connections, look at eBPF objects, load them.",
        mixinStandardHelpOptions = true,
        version = "ebpf4j 0.1.0-SNAPSHOT",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            ObserveCommand.class,
            TopCommand.class,
            MapCommand.class,
            RecordCommand.class,
            ReplayCommand.class,
            ObjectCommand.class,
            DemoCommand.class,
            DoctorCommand.class
        })
public final class Ebpf4j {
    private Ebpf4j() {}

    /**
     * Runs one subcommand and exits: 0 when it did what it was asked, 1 when it could not, 2 for a wrong command line.
     *
     * @param args the command line
     */
    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        return new CommandLine(new Ebpf4j())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((exception, command, _) -> {
                    if (exception instanceof BpfException
                            || exception instanceof IdentityFileException
                            || exception instanceof IOException
                            || exception instanceof UncheckedIOException) {
                        PrintWriter errors = command.getErr();
                        errors.println("ebpf4j: " + Failures.describe(exception));
                        errors.flush();
                        return 1;
                    }
                    throw exception;
                });
    }
}
