package io.ebpf4j.benchmarks;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * What the measured part of a benchmark takes of its thread, apart from the making of its backlog: processor time, the median of the last half of its
 * invocations; and bytes allocated, the least of them, since a class that is first used or a method that is compiled adds once and not again.
 *
 * <p>It is the thread's processor time and not what the clock shows, here and in the C programs, so that others who share the machine count less. Written
 * to the file that {@link #FILE} names when the fork ends.
 */
final class Meter {
    /** System property with the path that the figures are written to: bytes, then nanoseconds. */
    static final String FILE = "ebpf4j.meter";

    private static final int KEPT = 1 << 16;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final long[] nanos = new long[KEPT];
    private int count;
    private long allocatedBefore;
    private long nanosBefore;
    private long least = Long.MAX_VALUE;

    void begin() {
        allocatedBefore = threads.getCurrentThreadAllocatedBytes();
        nanosBefore = threads.getCurrentThreadCpuTime();
    }

    void end() {
        long took = threads.getCurrentThreadCpuTime() - nanosBefore;
        least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - allocatedBefore);
        nanos[count++ & KEPT - 1] = took;
    }

    void report() {
        String file = System.getProperty(FILE);
        if (file == null || count == 0) {
            return;
        }
        long[] last = count <= KEPT ? Arrays.copyOfRange(nanos, count / 2, count) : nanos.clone();
        Arrays.sort(last);
        try {
            Files.writeString(Path.of(file), least + " " + last[last.length / 2]);
        } catch (IOException unwritable) {
            throw new UncheckedIOException(unwritable);
        }
    }
}
