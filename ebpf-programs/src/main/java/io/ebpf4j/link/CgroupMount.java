package io.ebpf4j.link;

import io.ebpf4j.kernel.InvalidTargetException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Finds the cgroup version 2 hierarchy, the only one that programs attach to. */
public final class CgroupMount {
    private CgroupMount() {}

    /**
     * Finds where the version 2 hierarchy is mounted, be it alone or beside version 1.
     *
     * @return its mount point, empty where it is not mounted
     */
    public static Optional<Path> find() {
        Path mounts = Path.of("/proc/self/mountinfo");
        try {
            return find(Files.readAllLines(mounts));
        } catch (IOException e) {
            throw new UncheckedIOException("read " + mounts, e);
        }
    }

    /**
     * Finds where the version 2 hierarchy is mounted.
     *
     * @return its mount point
     * @throws InvalidTargetException it is not mounted
     */
    public static Path require() {
        return find().orElseThrow(() -> new InvalidTargetException(
                "cgroup2 file system", "not mounted; mount -t cgroup2 none /sys/fs/cgroup/unified"));
    }

    /** Fields as proc_pid_mountinfo(5) lists them: the fifth is the mount point, the one behind the dash the type. */
    static Optional<Path> find(List<String> mountinfo) {
        for (String line : mountinfo) {
            int dash = line.indexOf(" - ");
            if (dash >= 0 && line.startsWith("cgroup2 ", dash + 3)) {
                String[] fields = line.substring(0, dash).split(" ", -1);
                if (fields.length > 4) {
                    return Optional.of(Path.of(unescape(fields[4])));
                }
            }
        }
        return Optional.empty();
    }

    /** The kernel writes space, tab, newline and backslash as a backslash and three octal digits. */
    private static String unescape(String field) {
        StringBuilder text = new StringBuilder(field.length());
        for (int i = 0; i < field.length(); i++) {
            char c = field.charAt(i);
            if (c == '\\'
                    && i + 3 < field.length()
                    && field.substring(i + 1, i + 4).matches("[0-3][0-7]{2}")) {
                text.append((char) Integer.parseInt(field.substring(i + 1, i + 4), 8));
                i += 3;
            } else {
                text.append(c);
            }
        }
        return text.toString();
    }
}
