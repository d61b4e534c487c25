package io.ebpf4j.observability.event;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A process as it was when an event named it. The pair of {@code pid} and {@code started} is the process; a pid alone
 * is used again.
 *
 * @param pid the process number in the initial pid namespace; 0 where the process is not known
 * @param uid the effective user in the initial user namespace
 * @param started when it started, in nanoseconds of CLOCK_BOOTTIME, the clock of /proc/PID/stat
 * @param comm the kernel's name of its main thread, at most 15 bytes
 */
public record ProcessRef(int pid, int uid, long started, String comm) {
    /** No process: the hook ran in somebody else's context and none was learned before. */
    public static final ProcessRef UNKNOWN = new ProcessRef(0, 0, 0, "");

    // USER_HZ, the unit of /proc/PID/stat on every architecture with a 100 Hz user clock (include/asm-generic/param.h)
    private static final long NANOS_PER_TICK = 1_000_000_000L / 100;
    private static final int START_TIME_FIELD = 22; // proc_pid_stat(5)

    /** {@return what names the process} */
    public ProcessKey key() {
        return new ProcessKey(pid, started);
    }

    /** {@return whether a process is named} */
    public boolean isKnown() {
        return pid != 0;
    }

    /**
     * The executable, as /proc says now.
     *
     * @return empty when the process has ended, its number is somebody else's now, or /proc does not tell
     */
    public Optional<Path> executable() {
        if (!isKnown()) {
            return Optional.empty();
        }
        Path directory = Path.of("/proc", Integer.toString(pid));
        try {
            Path executable = Files.readSymbolicLink(directory.resolve("exe"));
            return isStill(directory) ? Optional.of(executable) : Optional.empty();
        } catch (IOException gone) {
            return Optional.empty();
        }
    }

    private boolean isStill(Path directory) throws IOException {
        // ISO 8859-1 reads any name; it stands in parentheses and may itself hold some, so the last one ends it
        String stat = Files.readString(directory.resolve("stat"), StandardCharsets.ISO_8859_1);
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return Long.parseLong(fields[START_TIME_FIELD - 3]) == started / NANOS_PER_TICK;
    }

    /** {@return {@code comm(pid)}, or {@code -} where no process is known} */
    @Override
    public String toString() {
        return isKnown() ? comm + "(" + pid + ")" : "-";
    }
}
