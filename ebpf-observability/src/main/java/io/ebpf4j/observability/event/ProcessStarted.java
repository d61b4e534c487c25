package io.ebpf4j.observability.event;

import io.ebpf4j.observability.protocol.Completeness;
import java.util.List;

/**
 * A process started another program: exec succeeded. It stays the same process.
 *
 * @param timestamp when, CLOCK_MONOTONIC nanoseconds
 * @param cpu the CPU that told it
 * @param process which process, with the program's name
 * @param parent its parent
 * @param cgroup id of its cgroup v2, the inode number of its folder
 * @param networkNamespace inode number of its network namespace
 * @param executable the program's file, its path from the process's root directory on, links resolved; of one of more
 *     than 255 bytes the end, without the slash before it. For a script this is the interpreter, and the script is among
 *     the arguments
 * @param arguments the arguments, the program's name first; the first 512 bytes of them all
 * @param completeness whether these are all arguments
 */
public record ProcessStarted(
        long timestamp,
        int cpu,
        ProcessRef process,
        ProcessKey parent,
        long cgroup,
        long networkNamespace,
        String executable,
        List<String> arguments,
        Completeness completeness)
        implements ProcessEvent {
    /** Keeps the list from change. */
    public ProcessStarted {
        arguments = List.copyOf(arguments);
    }
}
