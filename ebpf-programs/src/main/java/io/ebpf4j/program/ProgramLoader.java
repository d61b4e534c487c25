package io.ebpf4j.program;

import io.ebpf4j.kernel.BpfException;
import io.ebpf4j.kernel.Errno;
import io.ebpf4j.kernel.VerifierException;
import io.ebpf4j.kernel.sys.BpfAttr;
import io.ebpf4j.kernel.sys.BpfAttr.ProgLoad;
import io.ebpf4j.kernel.sys.BpfCommand;
import io.ebpf4j.kernel.sys.Failure;
import io.ebpf4j.kernel.sys.Fd;
import io.ebpf4j.kernel.sys.Kernel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/**
 * Loads programs ({@code BPF_PROG_LOAD}).
 *
 * <p>The verifier's log is asked for only after a failure, by loading once more, and its buffer grows to the size that
 * the kernel says (since Linux 6.4; before, it doubles). What a kernel is too old to be told, but can do without - the
 * line records, the function records, the name - is left out after {@code E2BIG}. An interrupted verification
 * ({@code EAGAIN}) is repeated a bounded number of times.
 *
 * <p>Safe from any thread.
 */
public final class ProgramLoader {
    private static final String CALL = "bpf(BPF_PROG_LOAD)";
    private static final long FIRST_LOG_BYTES = 64 * 1024;
    private static final int NAME_BYTES = 16;
    private static final int FUNCTION_BYTES = 8;
    private static final int LINE_BYTES = 16;
    private static final int COLUMN_BITS = 10;

    private final Kernel kernel;

    /**
     * Makes a loader.
     *
     * @param kernel what to load into
     */
    @SuppressWarnings("exports") // the kernel's seam is for our own modules and their tests
    public ProgramLoader(Kernel kernel) {
        this.kernel = kernel;
    }

    /** {@return a loader into the running kernel} */
    public static ProgramLoader system() {
        return new ProgramLoader(Kernel.system());
    }

    /**
     * Loads a program.
     *
     * @param definition the program
     * @param policy when a log is asked for
     * @return the loaded program, owned by the caller
     * @throws VerifierException when the verifier refuses it
     * @throws io.ebpf4j.kernel.DeniedException when a privilege is missing
     * @throws io.ebpf4j.kernel.SystemCallException when the kernel refuses it without a word of the verifier
     */
    public BpfProgram load(ProgramDefinition definition, LogPolicy policy) {
        Attempt attempt;
        if (policy.moment() == LogPolicy.Moment.ALWAYS) {
            attempt = logged(definition, policy, Optionals.ALL, 0);
        } else {
            attempt = attempt(definition, Optionals.ALL, 0, 0);
            if (attempt.result < 0) {
                attempt = logged(definition, policy, Optionals.ALL, attempt.result);
            }
        }
        for (Optionals parts : List.of(Optionals.NO_LINES, Optionals.NO_BTF, Optionals.NO_NAME)) {
            if (attempt.result == -Errno.E2BIG.code() && attempt.log.isBlank()) {
                attempt = logged(definition, policy, parts, 0);
            }
        }
        if (attempt.result < 0) {
            throw failure(definition, attempt);
        }
        Fd fd = Fd.own(kernel, attempt.result, "program " + definition.name());
        return BpfProgram.loaded(kernel, fd, definition, attempt.log);
    }

    private static BpfException failure(ProgramDefinition definition, Attempt attempt) {
        if (attempt.log.isBlank()) {
            return Failure.of(CALL, attempt.result, Diagnosis.subject(definition, Errno.ofResult(attempt.result)));
        }
        return new VerifierException(
                Diagnosis.of(definition, Errno.ofResult(attempt.result), VerifierLog.parse(attempt.log)));
    }

    /** Loads with a log, in a buffer that grows until the log fits or the policy's limit is reached. */
    private Attempt logged(ProgramDefinition definition, LogPolicy policy, Optionals parts, int firstResult) {
        int result = firstResult;
        long bytes = Math.min(FIRST_LOG_BYTES, policy.limit());
        while (true) {
            Attempt attempt = attempt(definition, parts, policy.detail().level(), bytes);
            boolean cut = attempt.result == -Errno.ENOSPC.code();
            if (!cut || bytes >= policy.limit()) {
                // a cut log hides the verdict behind ENOSPC: the load without a log knows it
                int verdict = cut && result < 0 ? result : attempt.result;
                return new Attempt(verdict, cut ? cutNotice(attempt) + attempt.log : attempt.log, attempt.trueSize);
            }
            bytes = Math.min(policy.limit(), Math.max(bytes * 2, attempt.trueSize));
        }
    }

    private static String cutNotice(Attempt attempt) {
        return attempt.trueSize == 0
                ? "[the log is cut: it is longer than the limit]\n"
                : String.format(
                        Locale.ROOT, "[the log is cut: it has %d bytes, more than the limit]%n", attempt.trueSize);
    }

    private Attempt attempt(ProgramDefinition definition, Optionals parts, int logLevel, long logBytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attr = arena.allocate(BpfAttr.SIZE, Long.BYTES);
            MemorySegment log = logBytes == 0 ? MemorySegment.NULL : arena.allocate(logBytes);
            describe(attr, definition, parts, arena);
            if (logBytes != 0) {
                attr.set(ValueLayout.JAVA_INT, ProgLoad.LOG_LEVEL, logLevel);
                attr.set(ValueLayout.JAVA_INT, ProgLoad.LOG_SIZE, (int) logBytes);
                attr.set(ValueLayout.JAVA_LONG, ProgLoad.LOG_BUF, log.address());
            }
            int result = kernel.bpfRetryingEagain(BpfCommand.PROG_LOAD, attr, ProgLoad.SIZE);
            long trueSize = Integer.toUnsignedLong(attr.get(ValueLayout.JAVA_INT, ProgLoad.LOG_TRUE_SIZE));
            return new Attempt(result, logBytes == 0 ? "" : text(log), trueSize);
        }
    }

    private static String text(MemorySegment log) {
        long length = 0;
        while (length < log.byteSize() && log.get(ValueLayout.JAVA_BYTE, length) != 0) {
            length++;
        }
        return new String(log.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
    }

    private static void describe(MemorySegment attr, ProgramDefinition program, Optionals parts, Arena arena) {
        MemorySegment code =
                arena.allocateFrom(ValueLayout.JAVA_BYTE, program.code().marshal(ByteOrder.nativeOrder()));
        attr.set(ValueLayout.JAVA_INT, ProgLoad.PROG_TYPE, program.type().number());
        attr.set(ValueLayout.JAVA_INT, ProgLoad.INSN_CNT, program.code().length());
        attr.set(ValueLayout.JAVA_LONG, ProgLoad.INSNS, code.address());
        attr.set(
                ValueLayout.JAVA_LONG,
                ProgLoad.LICENSE,
                arena.allocateFrom(program.license()).address());
        attr.set(ValueLayout.JAVA_INT, ProgLoad.KERN_VERSION, program.kernelVersion());
        attr.set(ValueLayout.JAVA_INT, ProgLoad.PROG_FLAGS, program.flags());
        attr.set(ValueLayout.JAVA_INT, ProgLoad.PROG_IFINDEX, program.interfaceIndex());
        attr.set(
                ValueLayout.JAVA_INT,
                ProgLoad.EXPECTED_ATTACH_TYPE,
                program.attachType().number());
        attr.set(ValueLayout.JAVA_INT, ProgLoad.ATTACH_BTF_ID, program.attachBtfId());
        if (program.attachProgramFd() != 0) {
            attr.set(ValueLayout.JAVA_INT, ProgLoad.ATTACH_PROG_FD, program.attachProgramFd());
        } else {
            attr.set(ValueLayout.JAVA_INT, ProgLoad.ATTACH_BTF_OBJ_FD, program.attachBtfObjectFd());
        }
        if (!program.descriptors().isEmpty()) {
            int[] fds =
                    program.descriptors().stream().mapToInt(Integer::intValue).toArray();
            attr.set(
                    ValueLayout.JAVA_LONG,
                    ProgLoad.FD_ARRAY,
                    arena.allocateFrom(ValueLayout.JAVA_INT, fds).address());
        }
        if (parts.compareTo(Optionals.NO_NAME) < 0) {
            MemorySegment.copy(
                    MemorySegment.ofArray(kernelName(program.name())), 0, attr, ProgLoad.PROG_NAME, NAME_BYTES);
        }
        if (program.btfFd() != 0 && parts.compareTo(Optionals.NO_BTF) < 0) {
            attr.set(ValueLayout.JAVA_INT, ProgLoad.PROG_BTF_FD, program.btfFd());
            describeFunctions(attr, program.functions(), arena);
            if (parts == Optionals.ALL) {
                describeLines(attr, program.lines(), arena);
            }
        }
    }

    /** {@code struct bpf_func_info}: instruction, type; both u32. */
    private static void describeFunctions(
            MemorySegment attr, List<ProgramDefinition.FunctionRecord> functions, Arena arena) {
        if (functions.isEmpty()) {
            return;
        }
        MemorySegment records = arena.allocate((long) functions.size() * FUNCTION_BYTES, Integer.BYTES);
        for (int i = 0; i < functions.size(); i++) {
            records.setAtIndex(ValueLayout.JAVA_INT, 2L * i, functions.get(i).slot());
            records.setAtIndex(
                    ValueLayout.JAVA_INT, 2L * i + 1, functions.get(i).typeId());
        }
        attr.set(ValueLayout.JAVA_INT, ProgLoad.FUNC_INFO_REC_SIZE, FUNCTION_BYTES);
        attr.set(ValueLayout.JAVA_LONG, ProgLoad.FUNC_INFO, records.address());
        attr.set(ValueLayout.JAVA_INT, ProgLoad.FUNC_INFO_CNT, functions.size());
    }

    /** {@code struct bpf_line_info}: instruction, file name, line, line number and column in one word; all u32. */
    private static void describeLines(MemorySegment attr, List<ProgramDefinition.LineRecord> lines, Arena arena) {
        if (lines.isEmpty()) {
            return;
        }
        MemorySegment records = arena.allocate((long) lines.size() * LINE_BYTES, Integer.BYTES);
        for (int i = 0; i < lines.size(); i++) {
            ProgramDefinition.LineRecord line = lines.get(i);
            records.setAtIndex(ValueLayout.JAVA_INT, 4L * i, line.slot());
            records.setAtIndex(ValueLayout.JAVA_INT, 4L * i + 1, line.fileOffset());
            records.setAtIndex(ValueLayout.JAVA_INT, 4L * i + 2, line.textOffset());
            records.setAtIndex(ValueLayout.JAVA_INT, 4L * i + 3, line.line() << COLUMN_BITS | line.column());
        }
        attr.set(ValueLayout.JAVA_INT, ProgLoad.LINE_INFO_REC_SIZE, LINE_BYTES);
        attr.set(ValueLayout.JAVA_LONG, ProgLoad.LINE_INFO, records.address());
        attr.set(ValueLayout.JAVA_INT, ProgLoad.LINE_INFO_CNT, lines.size());
    }

    /** What {@code bpf_obj_name_cpy} accepts (kernel/bpf/syscall.c): alphanumerics, underscore and dot, 15 of them. */
    static byte[] kernelName(String name) {
        byte[] bytes = new byte[NAME_BYTES];
        for (int i = 0; i < Math.min(name.length(), NAME_BYTES - 1); i++) {
            char c = name.charAt(i);
            boolean allowed =
                    c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '.';
            bytes[i] = (byte) (allowed ? c : '_');
        }
        return bytes;
    }

    /** What is left out for an older kernel, in the order in which it is left out. */
    private enum Optionals {
        ALL,
        NO_LINES,
        NO_BTF,
        NO_NAME
    }

    private record Attempt(int result, String log, long trueSize) {}
}
