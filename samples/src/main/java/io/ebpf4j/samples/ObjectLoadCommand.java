package io.ebpf4j.samples;

import io.ebpf4j.kernel.BpfException;
import io.ebpf4j.kernel.InvalidObjectException;
import io.ebpf4j.object.BpfObject;
import io.ebpf4j.object.EachProgram;
import io.ebpf4j.object.LoadOptions;
import io.ebpf4j.object.LoadPlan;
import io.ebpf4j.object.Skipped;
import io.ebpf4j.object.TargetKernel;
import io.ebpf4j.observability.json.JsonLine;
import io.ebpf4j.spec.ObjectSpec;
import io.ebpf4j.spec.ProgramSpec;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Loads object files, says what became of each program, and unloads them again. Nothing is attached. */
@Command(
        name = "load",
        description =
                "load object files and say of each program whether the kernel took it; nothing is attached or kept",
        mixinStandardHelpOptions = true,
        footer = "%nExit status: 0 when every file could be read, whatever became of the programs.")
final class ObjectLoadCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    @Mixin
    private final Output output = new Output();

    @Option(names = "--each", description = "load each program on its own, on a thread with namespaces of its own")
    private boolean each;

    @Parameters(paramLabel = "FILE", arity = "1..*", description = "object files")
    private List<Path> files = List.of();

    @Override
    public Integer call() {
        TargetKernel target = TargetKernel.running();
        int status = 0;
        for (Path file : files) {
            try {
                ObjectSpec object = ObjectSpec.open(file);
                report(file, each ? judged(object, target) : together(object, target));
            } catch (IOException | InvalidObjectException e) {
                unreadable(file, e);
                status = 1;
            }
        }
        return status;
    }

    private static List<LoadOutcome> judged(ObjectSpec object, TargetKernel target) {
        return EachProgram.judge(object, target, PATIENCE).stream()
                .map(verdict -> LoadOutcome.of(object, verdict))
                .toList();
    }

    private static List<LoadOutcome> together(ObjectSpec object, TargetKernel target) {
        List<LoadOutcome> outcomes = new ArrayList<>();
        // each program may fail alone, so that all of them are told about
        LoadOptions options =
                LoadOptions.DEFAULTS.withOptional(object.programs().keySet().toArray(String[]::new));
        try (BpfObject loaded = LoadPlan.of(object, options, target).load()) {
            for (ProgramSpec program : object.programs().values()) {
                outcomes.add(outcome(loaded, program));
            }
        } catch (BpfException e) {
            for (ProgramSpec program : object.programs().values()) {
                outcomes.add(LoadOutcome.refused(program, e));
            }
        }
        return outcomes;
    }

    private static LoadOutcome outcome(BpfObject loaded, ProgramSpec program) {
        if (loaded.findProgram(program.name()).isPresent()) {
            return LoadOutcome.loaded(program);
        }
        return loaded.skipped().stream()
                .filter(skipped ->
                        skipped.kind() == Skipped.Kind.PROGRAM && skipped.name().equals(program.name()))
                .findFirst()
                .map(skipped -> LoadOutcome.skipped(program, skipped.reason()))
                .orElseGet(() -> LoadOutcome.skipped(program, "the plan leaves it out"));
    }

    private void report(Path file, List<LoadOutcome> outcomes) {
        PrintWriter out = output.out();
        for (LoadOutcome outcome : outcomes) {
            out.println(output.form() == Output.Form.JSON ? outcome.json(file.toString()) : "  " + outcome.text());
        }
        long loaded = count(outcomes, LoadOutcome.Verdict.LOADED);
        long skipped = count(outcomes, LoadOutcome.Verdict.SKIPPED);
        long refused = count(outcomes, LoadOutcome.Verdict.REFUSED);
        out.println(
                output.form() == Output.Form.JSON
                        ? new JsonLine()
                                .put("file", file.toString())
                                .put("outcome", "object")
                                .put("loaded", loaded)
                                .put("skipped", skipped)
                                .put("refused", refused)
                        : file + ": " + loaded + " loaded, " + skipped + " skipped, " + refused + " refused");
        out.flush();
    }

    private static long count(List<LoadOutcome> outcomes, LoadOutcome.Verdict verdict) {
        return outcomes.stream().filter(outcome -> outcome.verdict() == verdict).count();
    }

    private void unreadable(Path file, Exception exception) {
        if (output.form() == Output.Form.JSON) {
            output.out()
                    .println(new JsonLine()
                            .put("file", file.toString())
                            .put("outcome", "unreadable")
                            .put("reason", Failures.describe(exception)));
            output.out().flush();
        } else {
            PrintWriter errors = output.err();
            errors.println("ebpf4j: " + Failures.describe(exception));
            errors.flush();
        }
    }
}
