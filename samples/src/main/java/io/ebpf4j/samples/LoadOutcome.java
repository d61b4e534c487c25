package io.ebpf4j.samples;

import io.ebpf4j.kernel.BpfException;
import io.ebpf4j.kernel.Errno;
import io.ebpf4j.object.EachProgram;
import io.ebpf4j.observability.json.JsonLine;
import io.ebpf4j.spec.ObjectSpec;
import io.ebpf4j.spec.ProgramSpec;
import java.util.Locale;
import java.util.Objects;

/**
 * What became of one program.
 *
 * @param program the program
 * @param verdict loaded, skipped or refused
 * @param errno the error number's name; empty where there is none
 * @param reason why; empty for a loaded program
 */
record LoadOutcome(ProgramSpec program, Verdict verdict, String errno, String reason) {
    /** What can become of a program. */
    enum Verdict {
        /** The kernel took it. */
        LOADED,
        /** It was not tried: the object or the plan leaves it out. */
        SKIPPED,
        /** The plan or the kernel refused it. */
        REFUSED
    }

    static LoadOutcome loaded(ProgramSpec program) {
        return new LoadOutcome(program, Verdict.LOADED, "", "");
    }

    static LoadOutcome skipped(ProgramSpec program, String reason) {
        return new LoadOutcome(program, Verdict.SKIPPED, "", reason);
    }

    static LoadOutcome refused(ProgramSpec program, BpfException exception) {
        return new LoadOutcome(
                program, Verdict.REFUSED, Failures.errno(exception).name(), Failures.describe(exception));
    }

    /** What {@link EachProgram} found out, of a program of the object. */
    static LoadOutcome of(ObjectSpec object, EachProgram.Verdict judged) {
        return new LoadOutcome(
                Objects.requireNonNull(object.programs().get(judged.program()), judged.program()),
                switch (judged.outcome()) {
                    case LOADED -> Verdict.LOADED;
                    case SKIPPED -> Verdict.SKIPPED;
                    case REFUSED -> Verdict.REFUSED;
                },
                judged.errno().map(Errno::name).orElse(""),
                judged.reason());
    }

    JsonLine json(String file) {
        JsonLine line = new JsonLine()
                .put("file", file)
                .put("program", program.name())
                .put("section", program.sectionName())
                .put("type", program.type().name())
                .put("outcome", verdict.name().toLowerCase(Locale.ROOT));
        if (errno.isEmpty()) {
            line.putNull("errno");
        } else {
            line.put("errno", errno);
        }
        return reason.isEmpty() ? line.putNull("reason") : line.put("reason", reason);
    }

    /** For people: the first line of the reason says it, the rest is the verifier's log. */
    String text() {
        String why = reason.lines().findFirst().orElse("");
        return Output.padded(verdict.name().toLowerCase(Locale.ROOT), 8) + program.name() + " (" + program.sectionName()
                + ")"
                + (errno.isEmpty() ? "" : ": " + errno)
                + (why.isEmpty() ? "" : ": " + Output.printable(why));
    }
}
