package io.ebpf4j.kernel;

/**
 * Why the kernel refused a program.
 *
 * @param program name of the program
 * @param errno error of the load
 * @param log the verifier's whole log, never cut
 * @param summary one line for a human
 * @param instruction slot index of the failing instruction, -1 if the log names none
 * @param source {@code file:line:column} of that instruction, the empty string if unknown
 * @param sourceLine text of that source line, the empty string if unknown
 * @param hint what usually helps, or the empty string
 */
public record VerifierDiagnostics(
        String program,
        Errno errno,
        String log,
        String summary,
        int instruction,
        String source,
        String sourceLine,
        String hint) {}
