package io.ebpf4j.observability.event;

import java.util.List;

/**
 * What a {@link ProcessTable} knows of a process.
 *
 * @param process which process; its start is cut to 10 ms where it is known from /proc alone
 * @param parent its parent; not known where the number is 0
 * @param executable its program's file, links resolved; empty for a thread of the kernel, or where nobody told
 * @param arguments its arguments, the program's name first; the first 512 bytes of them all
 * @param cgroup id of its cgroup v2; 0 where nobody told
 * @param exited when it ended, CLOCK_MONOTONIC nanoseconds; 0 while it runs
 */
public record KnownProcess(
        ProcessRef process, ProcessKey parent, String executable, List<String> arguments, long cgroup, long exited) {
    /** Keeps the list from change. */
    public KnownProcess {
        arguments = List.copyOf(arguments);
    }

    /** {@return whether it had not ended when this was asked} */
    public boolean isRunning() {
        return exited == 0;
    }
}
