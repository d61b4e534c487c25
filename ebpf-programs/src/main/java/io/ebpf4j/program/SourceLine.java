package io.ebpf4j.program;

/**
 * A line of a program's C source, as its line info or the verifier's log names it.
 *
 * @param file the file, as the compiler was given it
 * @param line the line, from 1; 0 = unknown
 * @param column the column, from 1; 0 = unknown
 * @param text the line itself, without indentation; empty when the object does not carry it
 */
public record SourceLine(String file, int line, int column, String text) {

    /** {@return {@code file:line:column}, without the parts that are unknown} */
    public String position() {
        if (line == 0) {
            return file;
        }
        return column == 0 ? file + ":" + line : file + ":" + line + ":" + column;
    }
}
