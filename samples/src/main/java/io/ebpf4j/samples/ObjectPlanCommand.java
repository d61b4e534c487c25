package io.ebpf4j.samples;

import io.ebpf4j.btf.Btf;
import io.ebpf4j.object.BpfObject;
import io.ebpf4j.object.LoadOptions;
import io.ebpf4j.object.LoadPlan;
import io.ebpf4j.object.PlannedExtern;
import io.ebpf4j.object.PlannedMap;
import io.ebpf4j.object.PlannedProgram;
import io.ebpf4j.object.Refusal;
import io.ebpf4j.object.Requirement;
import io.ebpf4j.object.Skipped;
import io.ebpf4j.observability.json.JsonLine;
import io.ebpf4j.relocate.CandidateVerdict;
import io.ebpf4j.relocate.RelocationEntry;
import io.ebpf4j.relocate.RelocationOutcome;
import io.ebpf4j.spec.ObjectSpec;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Collection;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Prints what loading an object will do, each relocation explained. Needs no privilege and loads nothing. */
@Command(name = "plan", description = "print what loading an object file will do", mixinStandardHelpOptions = true)
final class ObjectPlanCommand implements Callable<Integer> {
    @Mixin
    private final Output output = new Output();

    @Option(
            names = "--btf",
            paramLabel = "FILE",
            description = "fit it to these kernel types in place of the running kernel's")
    private @Nullable Path types;

    @Parameters(paramLabel = "FILE", description = "the object file")
    private Path file = Path.of("");

    @Override
    public Integer call() throws IOException {
        LoadOptions options =
                types == null ? LoadOptions.DEFAULTS : LoadOptions.DEFAULTS.withTargetBtf(Btf.open(types));
        LoadPlan plan = BpfObject.open(ObjectSpec.open(file), options).plan();
        PrintWriter out = output.out();
        if (output.form() == Output.Form.JSON) {
            out.println(json(file, plan));
        } else {
            print(out, plan);
        }
        out.flush();
        return 0;
    }

    private static void print(PrintWriter out, LoadPlan plan) {
        out.println(plan.spec().origin() + " for Linux " + plan.target().version());
        section(out, "refused", plan.refusals());
        section(out, "skipped", plan.skipped());
        section(out, "maps", plan.maps().values());
        section(out, "programs", plan.programs().values());
        section(out, "externs", plan.externs().values());
        section(out, "needs", plan.requirements());
        for (PlannedProgram program : plan.programs().values()) {
            if (!program.relocations().isEmpty()) {
                out.println("relocations of " + program.name() + ":");
                program.relocations().forEach(entry -> print(out, entry));
            }
        }
    }

    private static void section(PrintWriter out, String title, Collection<?> items) {
        if (!items.isEmpty()) {
            out.println(title + ":");
            items.forEach(item -> out.println("  " + Output.printable(item.toString())));
        }
    }

    private static void print(PrintWriter out, RelocationEntry entry) {
        out.println("  " + entry.site().slot() + ": " + kind(entry) + " of " + entry.path() + ": "
                + words(entry.outcome()));
        for (CandidateVerdict candidate : entry.candidates()) {
            out.println("      " + lower(candidate.verdict()) + ": " + candidate.type() + ", type " + candidate.typeId()
                    + " of " + candidate.origin() + (candidate.detail().isEmpty() ? "" : ": " + candidate.detail()));
        }
        if (!entry.before().equals(entry.after())) {
            out.println("      " + entry.before() + "  ->  " + entry.after());
        }
    }

    private static String words(RelocationOutcome outcome) {
        return switch (outcome) {
            case RelocationOutcome.Resolved resolved -> resolved.before() + " -> " + resolved.after();
            case RelocationOutcome.Absent absent -> absent.before() + " -> 0, " + absent.reason();
            case RelocationOutcome.Poisoned poisoned -> poisoned.before() + " -> poisoned, " + poisoned.reason();
        };
    }

    private static String kind(RelocationEntry entry) {
        return lower(entry.site().kind());
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(java.util.Locale.ROOT);
    }

    private static JsonLine json(Path file, LoadPlan plan) {
        return new JsonLine()
                .put("file", file.toString())
                .put("kernel", plan.target().version().toString())
                .putStrings(
                        "refused",
                        plan.refusals().stream().map(Refusal::toString).toList())
                .putStrings(
                        "skipped",
                        plan.skipped().stream().map(Skipped::toString).toList())
                .put(
                        "maps",
                        plan.maps().values().stream()
                                .map(ObjectPlanCommand::json)
                                .toList())
                .put(
                        "programs",
                        plan.programs().values().stream()
                                .map(ObjectPlanCommand::json)
                                .toList())
                .putStrings(
                        "externs",
                        plan.externs().values().stream()
                                .map(PlannedExtern::toString)
                                .toList())
                .putStrings(
                        "needs",
                        plan.requirements().stream().map(Requirement::toString).toList());
    }

    private static JsonLine json(PlannedMap map) {
        return new JsonLine()
                .put("name", map.name())
                .put("type", map.definition().type().name())
                .put("key_size", Integer.toUnsignedLong(map.definition().keySize()))
                .put("value_size", Integer.toUnsignedLong(map.definition().valueSize()))
                .put("max_entries", Integer.toUnsignedLong(map.definition().maxEntries()))
                .put("flags", Integer.toUnsignedLong(map.definition().flags()))
                .putStrings("notes", map.notes());
    }

    private static JsonLine json(PlannedProgram program) {
        return new JsonLine()
                .put("name", program.name())
                .put("section", program.spec().sectionName())
                .put("type", program.spec().type().name())
                .put("instructions", program.code().length())
                .put("poisoned", program.poisoned())
                .put(
                        "relocations",
                        program.relocations().stream()
                                .map(ObjectPlanCommand::json)
                                .toList());
    }

    private static JsonLine json(RelocationEntry entry) {
        JsonLine line = new JsonLine()
                .put("slot", entry.site().slot())
                .put("kind", kind(entry))
                .put("path", entry.path());
        switch (entry.outcome()) {
            case RelocationOutcome.Resolved resolved ->
                line.put("outcome", "resolved").put("before", resolved.before()).put("after", resolved.after());
            case RelocationOutcome.Absent absent ->
                line.put("outcome", "absent")
                        .put("before", absent.before())
                        .put("after", 0)
                        .put("reason", absent.reason());
            case RelocationOutcome.Poisoned poisoned ->
                line.put("outcome", "poisoned")
                        .put("before", poisoned.before())
                        .putNull("after")
                        .put("reason", poisoned.reason());
        }
        return line.put("instruction_before", entry.before())
                .put("instruction_after", entry.after())
                .put(
                        "candidates",
                        entry.candidates().stream()
                                .map(candidate -> new JsonLine()
                                        .put("origin", candidate.origin())
                                        .put("type_id", candidate.typeId())
                                        .put("type", candidate.type())
                                        .put("verdict", lower(candidate.verdict()))
                                        .put("detail", candidate.detail()))
                                .toList());
    }
}
