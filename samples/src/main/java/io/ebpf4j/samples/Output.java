package io.ebpf4j.samples;

import java.io.PrintWriter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Where a subcommand prints, and in what form: what every subcommand has. */
final class Output {
    /** The forms. */
    enum Form {
        /** For people: aligned columns, sentences. */
        TEXT,
        /** For programs: one JSON object a line. */
        JSON
    }

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command = CommandSpec.create(); // picocli puts the subcommand's own here

    @Option(names = "--json", description = "print one JSON object a line")
    private boolean json;

    Form form() {
        return json ? Form.JSON : Form.TEXT;
    }

    /** What the command was asked for. */
    PrintWriter out() {
        return command.commandLine().getOut();
    }

    /** What is to be said about it: never part of the result. */
    PrintWriter err() {
        return command.commandLine().getErr();
    }

    /** Text that came from elsewhere, made harmless for a terminal. */
    static String printable(String text) {
        StringBuilder clean = new StringBuilder(text.length());
        text.codePoints()
                .map(c -> Character.isISOControl(c) || !Character.isDefined(c) ? '?' : c)
                .forEach(clean::appendCodePoint);
        return clean.toString();
    }

    static String padded(String text, int width) {
        return text.length() >= width ? text : text + " ".repeat(width - text.length());
    }
}
