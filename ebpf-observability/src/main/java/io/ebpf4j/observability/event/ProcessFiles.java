package io.ebpf4j.observability.event;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads processes from /proc, proc(5). */
final class ProcessFiles {
    private static final long NANOS_PER_TICK = 10_000_000; // USER_HZ is 100
    private static final int ARGUMENTS = 512; // as many as the events have
    // fields of proc_pid_stat(5), counted from the one behind the name in parentheses, which is the third
    private static final int PARENT_FIELD = 4 - 3;
    private static final int START_FIELD = 22 - 3;

    private final Path proc;
    private final Path cgroups;

    ProcessFiles() {
        this(Path.of("/proc"), Path.of("/sys/fs/cgroup"));
    }

    ProcessFiles(Path proc, Path cgroups) {
        this.proc = proc;
        Path unified = cgroups.resolve("unified"); // where version 1 is mounted too
        this.cgroups = Files.isDirectory(unified) ? unified : cgroups;
    }

    List<KnownProcess> all() {
        List<KnownProcess> processes = new ArrayList<>();
        try (DirectoryStream<Path> numbers = Files.newDirectoryStream(proc, "[0-9]*")) {
            for (Path directory : numbers) {
                read(directory).ifPresent(processes::add);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("list " + proc, e);
        }
        return processes;
    }

    /** Empty where it has ended. */
    Optional<KnownProcess> read(int pid) {
        return read(proc.resolve(Integer.toString(pid)));
    }

    /** Empty where the process ended meanwhile. */
    Optional<KnownProcess> read(Path directory) {
        try {
            Stat stat = Stat.read(directory);
            ProcessRef process = new ProcessRef(stat.pid, effectiveUser(directory), stat.started, stat.comm);
            return Optional.of(new KnownProcess(
                    process,
                    parent(directory.resolveSibling(Integer.toString(stat.parent))),
                    executable(directory),
                    arguments(directory),
                    cgroup(directory),
                    0));
        } catch (IOException gone) {
            return Optional.empty();
        }
    }

    /** Not known where it ended meanwhile; the first process has none. */
    private static ProcessKey parent(Path directory) {
        try {
            Stat stat = Stat.read(directory);
            return new ProcessKey(stat.pid, stat.started);
        } catch (IOException gone) {
            return new ProcessKey(0, 0);
        }
    }

    private record Stat(int pid, String comm, int parent, long started) {
        static Stat read(Path directory) throws IOException {
            // ISO 8859-1 reads any name; it may itself hold parentheses, so the last one ends it
            String stat = Files.readString(directory.resolve("stat"), StandardCharsets.ISO_8859_1);
            int open = stat.indexOf('(');
            int close = stat.lastIndexOf(')');
            String[] fields = stat.substring(close + 2).split(" ", -1);
            return new Stat(
                    Integer.parseInt(stat.substring(0, open - 1)),
                    stat.substring(open + 1, close),
                    Integer.parseInt(fields[PARENT_FIELD]),
                    Long.parseLong(fields[START_FIELD]) * NANOS_PER_TICK);
        }
    }

    private static int effectiveUser(Path directory) throws IOException {
        for (String line : Files.readAllLines(directory.resolve("status"), StandardCharsets.ISO_8859_1)) {
            if (line.startsWith("Uid:")) {
                return Integer.parseUnsignedInt(line.split("\\s+", -1)[2]); // real, effective, saved, file system
            }
        }
        throw new IOException("no Uid in " + directory.resolve("status"));
    }

    /** Threads of the kernel have none, and those of other users may be hidden. */
    private static String executable(Path directory) {
        try {
            return Files.readSymbolicLink(directory.resolve("exe")).toString();
        } catch (IOException none) {
            return "";
        }
    }

    private static List<String> arguments(Path directory) throws IOException {
        try (InputStream stream = Files.newInputStream(directory.resolve("cmdline"))) {
            return ProcessView.split(stream.readNBytes(ARGUMENTS));
        }
    }

    /** A cgroup's id is the inode number of its folder (include/linux/kernfs.h). */
    private long cgroup(Path directory) throws IOException {
        for (String line : Files.readAllLines(directory.resolve("cgroup"), StandardCharsets.UTF_8)) {
            if (line.startsWith("0::/")) {
                Path folder = cgroups.resolve(line.substring("0::/".length()));
                return Files.isDirectory(folder) ? (long) Files.getAttribute(folder, "unix:ino") : 0;
            }
        }
        return 0;
    }
}
