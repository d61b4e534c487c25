package io.ebpf4j.benchmarks;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What the measured part of a benchmark allocates, apart from the making of its backlog: the least of its invocations, since
 * a class that is first used or a method that is compiled adds once and not again. Written to the file that {@link #FILE}
 * names when the fork ends.
 */
final class OwnAllocation {
    /** System property with the path that the figure is written to. */
    static final String FILE = "ebpf4j.allocated";

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private long start;
    private long least = Long.MAX_VALUE;

    void begin() {
        start = threads.getCurrentThreadAllocatedBytes();
    }

    void end() {
        least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - start);
    }

    void report() {
        String file = System.getProperty(FILE);
        if (file != null) {
            try {
                Files.writeString(Path.of(file), Long.toString(least));
            } catch (IOException unwritable) {
                throw new UncheckedIOException(unwritable);
            }
        }
    }
}
