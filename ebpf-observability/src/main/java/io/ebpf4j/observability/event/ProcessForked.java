package io.ebpf4j.observability.event;

/**
 * A process made another one, which runs the same program with the same arguments until it starts its own.
 *
 * @param timestamp when, CLOCK_MONOTONIC nanoseconds
 * @param cpu the CPU that told it
 * @param process the new process
 * @param parent its parent
 * @param cgroup id of its cgroup v2, the inode number of its folder
 * @param networkNamespace inode number of its network namespace
 */
public record ProcessForked(
        long timestamp, int cpu, ProcessRef process, ProcessKey parent, long cgroup, long networkNamespace)
        implements ProcessEvent {}
