package io.ebpf4j.link;

import io.ebpf4j.kernel.InvalidTargetException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;

/**
 * The tracing file system, wherever it is mounted.
 *
 * @param root its mount point
 */
record Tracefs(Path root) {
    private static final List<Path> USUAL =
            List.of(Path.of("/sys/kernel/tracing"), Path.of("/sys/kernel/debug/tracing"));

    /** {@return the tracing file system, empty where none is mounted and none can be had without} */
    static Optional<Tracefs> find() {
        return USUAL.stream()
                .filter(path -> Files.exists(path.resolve("events")))
                .findFirst()
                .or(DetachedTracefs::root)
                .map(Tracefs::new);
    }

    /** {@return the tracing file system} */
    static Tracefs require() {
        return find().orElseThrow(
                        () -> new InvalidTargetException(
                                "tracing file system",
                                "not mounted at " + USUAL.get(0) + " or " + USUAL.get(1)
                                        + ", and this process may not open one of its own; mount -t tracefs tracefs /sys/kernel/tracing"));
    }

    /**
     * Reads the number of a tracepoint.
     *
     * @param category the directory below events
     * @param name the tracepoint
     * @return what {@code perf_event_attr.config} takes
     */
    long tracepointId(String category, String name) {
        Path file = root.resolve("events").resolve(category).resolve(name).resolve("id");
        try {
            return Long.parseLong(
                    Files.readString(file, StandardCharsets.US_ASCII).strip());
        } catch (NoSuchFileException e) {
            throw new InvalidTargetException(
                    "tracepoint " + category + ":" + name, "this kernel has none of that name: no " + file);
        } catch (IOException e) {
            throw new UncheckedIOException("read " + file, e);
        }
    }

    /**
     * Appends one definition to a list of probes.
     *
     * @param list {@code kprobe_events} or {@code uprobe_events}
     * @param definition one line
     * @throws IOException the kernel has no such list, or refuses the definition
     */
    void define(String list, String definition) throws IOException {
        Files.writeString(
                root.resolve(list),
                definition + "\n",
                StandardCharsets.UTF_8,
                StandardOpenOption.WRITE,
                StandardOpenOption.APPEND);
    }
}
