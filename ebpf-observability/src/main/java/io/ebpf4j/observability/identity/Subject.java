package io.ebpf4j.observability.identity;

import io.ebpf4j.observability.event.Endpoint;
import io.ebpf4j.observability.event.ProcessRef;

/**
 * One end of something that happened, as an event tells it: what there is to go by.
 *
 * @param side whether the event comes from this end, or tells of the other one
 * @param endpoint its address and port
 * @param process its process; {@link ProcessRef#UNKNOWN} for the far end, and where none is known
 * @param cgroup id of its socket's cgroup v2; 0 where it is not known, as for the far end
 * @param networkNamespace inode number of the network namespace in which the address means something
 * @param asker the process that talks to it: the near end's; names are remembered by who asked for them
 * @param cookie the near end's socket, 0 where there is none
 * @param timestamp when, CLOCK_MONOTONIC nanoseconds
 */
public record Subject(
        Side side,
        Endpoint endpoint,
        ProcessRef process,
        long cgroup,
        long networkNamespace,
        ProcessRef asker,
        long cookie,
        long timestamp) {
    /** Which end of the event's socket. */
    public enum Side {
        /** The socket's own. */
        NEAR,
        /** Its peer's. */
        FAR
    }
}
