package io.ebpf4j.samples;

import io.ebpf4j.observability.json.JsonLine;
import io.ebpf4j.spec.Extern;
import io.ebpf4j.spec.MapSpec;
import io.ebpf4j.spec.ObjectSpec;
import io.ebpf4j.spec.ProgramSpec;
import io.ebpf4j.spec.VariableSpec;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Collection;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Prints what an object file says, whatever kernel it is for. Needs no privilege. */
@Command(name = "inspect", description = "print what an object file says", mixinStandardHelpOptions = true)
final class ObjectInspectCommand implements Callable<Integer> {
    @Mixin
    private final Output output = new Output();

    @Parameters(paramLabel = "FILE", description = "the object file")
    private Path file = Path.of("");

    @Override
    public Integer call() throws IOException {
        ObjectSpec object = ObjectSpec.open(file);
        PrintWriter out = output.out();
        if (output.form() == Output.Form.JSON) {
            out.println(json(file, object));
        } else {
            out.println(object.origin() + ": " + object.order() + ", license "
                    + Output.printable(object.license().isEmpty() ? "none" : object.license()));
            section(out, "programs", object.programs().values());
            section(out, "maps", object.maps().values());
            section(
                    out,
                    "variables",
                    object.variables().values().stream()
                            .map(ObjectInspectCommand::line)
                            .toList());
            section(
                    out,
                    "externs",
                    object.externs().values().stream()
                            .map(ObjectInspectCommand::line)
                            .toList());
        }
        out.flush();
        return 0;
    }

    private static void section(PrintWriter out, String title, Collection<?> items) {
        if (!items.isEmpty()) {
            out.println(title + ":");
            items.forEach(item -> out.println("  " + Output.printable(item.toString())));
        }
    }

    private static String line(VariableSpec variable) {
        return variable.name() + " in " + variable.map() + " at " + variable.offset() + ", " + variable.size()
                + " bytes";
    }

    private static String line(Extern extern) {
        return extern.name() + " (" + extern.getClass().getSimpleName() + ", "
                + (extern.binding() == Extern.Binding.WEAK ? "weak" : "needed") + ")";
    }

    private static JsonLine json(Path file, ObjectSpec object) {
        return new JsonLine()
                .put("file", file.toString())
                .put("order", object.order().toString())
                .put("license", object.license())
                .put(
                        "programs",
                        object.programs().values().stream()
                                .map(ObjectInspectCommand::json)
                                .toList())
                .put(
                        "maps",
                        object.maps().values().stream()
                                .map(ObjectInspectCommand::json)
                                .toList())
                .put(
                        "variables",
                        object.variables().values().stream()
                                .map(ObjectInspectCommand::json)
                                .toList())
                .put(
                        "externs",
                        object.externs().values().stream()
                                .map(ObjectInspectCommand::json)
                                .toList());
    }

    private static JsonLine json(ProgramSpec program) {
        return new JsonLine()
                .put("name", program.name())
                .put("section", program.sectionName())
                .put("type", program.type().name())
                .put("attach_target", program.attachTarget())
                .put("instructions", program.length())
                .putTruth("autoload", JsonLine.Truth.of(program.autoload()))
                .putStrings("unsupported", program.unsupported());
    }

    private static JsonLine json(MapSpec map) {
        return new JsonLine()
                .put("name", map.name())
                .put("type", map.type().name())
                .put("key_size", Integer.toUnsignedLong(map.keySize()))
                .put("value_size", Integer.toUnsignedLong(map.valueSize()))
                .put("max_entries", Integer.toUnsignedLong(map.maxEntries()))
                .put("flags", Integer.toUnsignedLong(map.flags()))
                .putStrings("unsupported", map.unsupported());
    }

    private static JsonLine json(VariableSpec variable) {
        return new JsonLine()
                .put("name", variable.name())
                .put("map", variable.map())
                .put("offset", variable.offset())
                .put("size", variable.size());
    }

    private static JsonLine json(Extern extern) {
        return new JsonLine()
                .put("name", extern.name())
                .put("kind", extern.getClass().getSimpleName())
                .putTruth("weak", JsonLine.Truth.of(extern.binding() == Extern.Binding.WEAK));
    }
}
