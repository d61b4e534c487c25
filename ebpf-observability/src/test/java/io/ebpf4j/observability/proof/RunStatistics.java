package io.ebpf4j.observability.proof;

import io.ebpf4j.asm.Instructions;
import io.ebpf4j.program.BpfProgram;
import io.ebpf4j.program.LogPolicy;
import io.ebpf4j.program.ProgramDefinition;
import io.ebpf4j.program.ProgramInfo;
import io.ebpf4j.program.ProgramLoader;
import io.ebpf4j.program.TestRun;
import io.ebpf4j.spec.ProgramType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * How often and how long each program ran that this process holds, by the kernel's own statistics.
 *
 * @param programs a line a program
 */
record RunStatistics(List<Line> programs) {
    private static final long RETURN_ZERO = 0xb7; // r0 = 0
    private static final long EXIT = 0x95;
    private static final int ATTEMPTS = 10;

    /** What one program did. */
    record Line(int id, String name, long runs, long nanos) {}

    /** The programs that this process holds now: their descriptors say their ids. */
    static RunStatistics now() {
        Set<Integer> ids = new TreeSet<>();
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(Path.of("/proc/self/fdinfo"))) {
            for (Path descriptor : descriptors) {
                List<String> lines = read(descriptor);
                if (lines.stream().anyMatch(line -> line.startsWith("prog_type:"))) {
                    lines.stream()
                            .filter(line -> line.startsWith("prog_id:"))
                            .forEach(line -> ids.add(Integer.parseInt(
                                    line.substring(line.indexOf(':') + 1).strip())));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<Line> lines = new ArrayList<>();
        for (int id : ids) {
            try (BpfProgram program = BpfProgram.openById(id)) {
                ProgramInfo info = program.info();
                lines.add(new Line(
                        id, info.name(), info.runCount(), info.runTime().toNanos()));
            }
        }
        return new RunStatistics(List.copyOf(lines));
    }

    /**
     * Nothing where the descriptor is closed meanwhile: then opening it fails, or, where it was closed after that, reading
     * fails with a bare ENOENT. Its number may be another file's by then, which is read in its place.
     */
    private static List<String> read(Path descriptor) throws IOException {
        for (int attempt = 1; ; attempt++) {
            try {
                return Files.readAllLines(descriptor);
            } catch (IOException e) {
                if (!Files.exists(descriptor)) {
                    return List.of();
                }
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    /** Nanoseconds that the statistics show for a run that does nothing: two readings of the clock. */
    static double floor() {
        ProgramDefinition nothing = ProgramDefinition.of(
                "nothing", ProgramType.SOCKET_FILTER, Instructions.of(RETURN_ZERO, EXIT), "Dual BSD/GPL");
        try (BpfProgram program = ProgramLoader.system().load(nothing, LogPolicy.AFTER_FAILURE)) {
            program.testRun(TestRun.onPacket(new byte[64]).withRepeat(1_000_000));
            ProgramInfo info = program.info();
            return (double) info.runTime().toNanos() / info.runCount();
        }
    }

    /** What was done since an earlier moment. */
    RunStatistics since(RunStatistics before) {
        return new RunStatistics(programs.stream()
                .map(line -> before.programs.stream()
                        .filter(old -> old.id() == line.id())
                        .findFirst()
                        .map(old ->
                                new Line(line.id(), line.name(), line.runs() - old.runs(), line.nanos() - old.nanos()))
                        .orElse(line))
                .toList());
    }

    long runs() {
        return programs.stream().mapToLong(Line::runs).sum();
    }

    long nanos() {
        return programs.stream().mapToLong(Line::nanos).sum();
    }

    /** The table, for so many requests with two sides each. */
    String table(String title, long requests) {
        StringBuilder text = new StringBuilder(title).append('\n');
        text.append(String.format(
                Locale.ROOT,
                "  %-20s %12s %14s %14s %10s%n",
                "program",
                "runs",
                "runs/req/side",
                "ns/req/side",
                "ns/run"));
        for (Line line : programs) {
            if (line.runs() > 0) {
                text.append(String.format(
                        Locale.ROOT,
                        "  %-20s %12d %14.3f %14.1f %10.1f%n",
                        line.name(),
                        line.runs(),
                        line.runs() / 2.0 / requests,
                        line.nanos() / 2.0 / requests,
                        (double) line.nanos() / line.runs()));
            }
        }
        return text.append(String.format(
                        Locale.ROOT,
                        "  %-20s %12d %14.3f %14.1f%n",
                        "all",
                        runs(),
                        runs() / 2.0 / requests,
                        nanos() / 2.0 / requests))
                .toString();
    }
}
