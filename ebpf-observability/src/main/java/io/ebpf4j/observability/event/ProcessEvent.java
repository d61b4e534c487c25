package io.ebpf4j.observability.event;

/** A step in the life of a process. Threads are no processes: their starts and ends are no events. */
public sealed interface ProcessEvent extends ConnectivityEvent permits ProcessStarted, ProcessForked, ProcessExited {
    /** {@return which process} */
    ProcessRef process();

    /** {@return its parent} */
    ProcessKey parent();

    /** {@return id of its cgroup v2, the inode number of its folder} */
    long cgroup();

    /** {@return inode number of its network namespace, as in /proc/PID/ns/net; 0 where it has none any more} */
    long networkNamespace();
}
