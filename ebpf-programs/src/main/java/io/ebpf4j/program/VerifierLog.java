package io.ebpf4j.program;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A verifier's log, read: where it stopped and what it said there.
 *
 * <p>The log is text for people, without a promised form (kernel/bpf/verifier.c, kernel/bpf/log.c); what is recognised
 * here is what kernels from 4.15 on print. A line that is not recognised is never lost: {@link #text()} is the whole log
 * and {@link #messages()} holds whatever was said after the last instruction. Reading is linear and looks only at the end
 * of a long log, which can have more than 100 MB.
 *
 * @param text the log as the kernel wrote it
 * @param messages what the verifier said where it stopped: the lines after the last instruction and its state, or, when
 *     there is no instruction, all lines but the counts
 * @param instruction slot index of the instruction it stopped at, -1 when the log names none
 * @param instructionText that instruction, disassembled by the kernel; empty when there is none
 * @param source the last source line named before it stopped
 * @param processed how many instructions were processed, where the log has the count
 */
public record VerifierLog(
        String text,
        List<String> messages,
        int instruction,
        String instructionText,
        Optional<SourceLine> source,
        OptionalLong processed) {

    /** How far back from the end of a log is looked: the path after the last instruction is short. */
    private static final int TAIL = 256 * 1024;

    private static final Pattern INSTRUCTION = Pattern.compile("(\\d{1,7}): \\(([0-9a-f]{2})\\) (.*)");
    private static final Pattern STATE =
            Pattern.compile("(?:\\d{1,7}: (?!\\().*|from \\d+ to \\d+(?: \\(speculative execution\\))?:.*)");
    private static final Pattern SOURCE = Pattern.compile("; (.*?)(?: @ (.+):(\\d{1,9}))?");
    private static final Pattern COUNTS = Pattern.compile("processed (\\d{1,18}) insns.*");
    private static final Pattern STATISTICS =
            Pattern.compile("verification time \\d+ usec|stack depth .*|insns processed .*|max_states_per_insn .*|"
                    + "mark_precise: .*|last_idx .*|regs=.*|parent (?:didn't have|already had) .*|propagating .*|"
                    + "live regs before insn:|Live regs before insn:|func '.*' arg\\d+ has btf_id .*|"
                    + "func#\\d+ @\\d+|arg#\\d+ reference type\\(.*\\) size cannot be determined: -\\d+|"
                    + "reg type unsupported for arg#.*|Validating .*\\(\\) func#\\d+\\.\\.\\.|Func#\\d+ .*|"
                    + ".*\\(\\) is global and assumed valid\\.");

    /** Copies the lists. */
    public VerifierLog {
        messages = List.copyOf(messages);
    }

    /**
     * Reads a log.
     *
     * @param text the log; the empty string is an empty log
     * @return what it says
     */
    public static VerifierLog parse(String text) {
        String tail = text;
        if (text.length() > TAIL) {
            int from = text.indexOf('\n', text.length() - TAIL) + 1;
            tail = from == 0 ? text.substring(text.length() - TAIL) : text.substring(from);
        }
        int instruction = -1;
        String instructionText = "";
        Optional<SourceLine> source = Optional.empty();
        OptionalLong processed = OptionalLong.empty();
        List<String> messages = new ArrayList<>();
        for (String line : (Iterable<String>) tail.lines()::iterator) {
            Matcher counts = COUNTS.matcher(line);
            Matcher code = INSTRUCTION.matcher(line);
            if (counts.matches()) {
                processed = OptionalLong.of(Long.parseLong(counts.group(1)));
            } else if (code.matches()) {
                instruction = Integer.parseInt(code.group(1));
                instructionText = withoutState(code.group(3));
                messages.clear();
            } else if (line.startsWith("; ")) {
                Matcher named = SOURCE.matcher(line);
                if (named.matches()) {
                    source = Optional.of(sourceLine(named));
                    messages.clear();
                }
            } else if (!line.isBlank() && !STATISTICS.matcher(line).matches()) {
                if (STATE.matcher(line).matches()) {
                    messages.clear();
                } else {
                    messages.add(line.strip());
                }
            }
        }
        return new VerifierLog(text, messages, instruction, instructionText, source, processed);
    }

    /** {@return what the verifier said where it stopped, in one line; empty when it said nothing} */
    public String message() {
        return String.join("; ", messages);
    }

    /**
     * {@return the last lines of the log}
     *
     * @param count at most how many
     */
    public List<String> lastLines(int count) {
        Deque<String> lines = new ArrayDeque<>();
        int end = text.length();
        while (end > 0 && lines.size() < count) {
            int start = text.lastIndexOf('\n', end - 1);
            if (end > start + 1) {
                lines.addFirst(text.substring(start + 1, end));
            }
            end = start;
        }
        return List.copyOf(lines);
    }

    private static SourceLine sourceLine(Matcher named) {
        String file = named.group(2) == null ? "" : named.group(2);
        int line = named.group(3) == null ? 0 : Integer.parseInt(named.group(3));
        return new SourceLine(file, line, 0, named.group(1).strip());
    }

    /** Level 1 logs append the changed registers to the instruction after a semicolon. */
    private static String withoutState(String code) {
        int state = code.indexOf(" ; ");
        return (state < 0 ? code : code.substring(0, state)).strip();
    }
}
