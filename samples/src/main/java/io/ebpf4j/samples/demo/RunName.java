package io.ebpf4j.samples.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name that all has which one run of the demo makes: namespaces, control groups, files. It tells the process, so that what a
 * dead one left is known from what a living one uses.
 *
 * @param pid the process
 * @param startTicks when it started, as in /proc/PID/stat: pids come again, but not at the same time
 */
record RunName(long pid, long startTicks) {
    static final String PREFIX = "ebpf4j-demo-";
    private static final Pattern FORM = Pattern.compile(Pattern.quote(PREFIX) + "(\\d{1,18})-(\\d{1,18})(?:-.*)?");
    private static final int START_TIME = 22; // proc_pid_stat(5)

    static RunName ofThisProcess() throws IOException {
        long pid = ProcessHandle.current().pid();
        return new RunName(
                pid,
                startTicks(pid).orElseThrow(() -> new IOException("/proc does not show this process: pid " + pid)));
    }

    /** The run that something belongs to, empty for what is not the demo's. */
    static Optional<RunName> ofThing(String name) {
        Matcher matcher = FORM.matcher(name);
        return matcher.matches()
                ? Optional.of(new RunName(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2))))
                : Optional.empty();
    }

    boolean isAlive() throws IOException {
        return startTicks(pid).filter(ticks -> ticks == startTicks).isPresent();
    }

    /** The name of a part of the run. */
    String of(String part) {
        return this + "-" + part;
    }

    private static Optional<Long> startTicks(long pid) throws IOException {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            // the second field is a name in parentheses, which may hold anything
            List<String> fields =
                    List.of(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1));
            return Optional.of(Long.valueOf(fields.get(START_TIME - 3)));
        } catch (NoSuchFileException ended) {
            return Optional.empty();
        }
    }

    @Override
    public String toString() {
        return PREFIX + pid + "-" + startTicks;
    }
}
