package io.ebpf4j.observability.event;

/**
 * What every event of a connection says of it. The two ends of a connection within one host are two connections here,
 * one a socket.
 *
 * @param cookie the socket's cookie, unique while the host is up; 0 where the attempt failed before the socket had one
 * @param direction which end the socket is
 * @param local this end
 * @param remote the other end
 * @param process the owner, {@link ProcessRef#UNKNOWN} where no hook in its context ran before
 * @param networkNamespace inode number of the socket's network namespace, as in /proc/PID/ns/net
 * @param cgroup id of the socket's cgroup v2, the inode number of its folder; 0 where the kernel does not tell
 */
public record Connection(
        long cookie,
        Direction direction,
        Endpoint local,
        Endpoint remote,
        ProcessRef process,
        long networkNamespace,
        long cgroup) {}
