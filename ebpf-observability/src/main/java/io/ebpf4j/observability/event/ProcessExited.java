package io.ebpf4j.observability.event;

/**
 * A process is over with all of its threads.
 *
 * @param timestamp when, CLOCK_MONOTONIC nanoseconds
 * @param cpu the CPU that told it
 * @param process which process
 * @param parent its parent, who is to be told
 * @param cgroup id of its cgroup v2, the inode number of its folder
 * @param networkNamespace inode number of its network namespace, 0 where it has left it already
 * @param status what wait(2) tells the parent
 */
public record ProcessExited(
        long timestamp, int cpu, ProcessRef process, ProcessKey parent, long cgroup, long networkNamespace, int status)
        implements ProcessEvent {
    private static final int SIGNAL = 0x7f; // WTERMSIG and WEXITSTATUS of wait(2)

    /** {@return the signal that ended it, 0 where it exited by itself} */
    public int signal() {
        return status & SIGNAL;
    }

    /** {@return what it exited with, 0 to 255; 0 where a signal ended it} */
    public int exitCode() {
        return signal() == 0 ? (status >> Byte.SIZE) & 0xff : 0;
    }
}
