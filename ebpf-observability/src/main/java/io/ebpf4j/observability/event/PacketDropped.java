package io.ebpf4j.observability.event;

/**
 * The kernel dropped a packet of IP.
 *
 * @param timestamp when, CLOCK_MONOTONIC nanoseconds
 * @param cpu the CPU that told it
 * @param cookie the cookie of the socket that it was for or from, which names the connection in other events; 0 where there
 *     is none or it has none
 * @param source who sent it; the port is 0 for what has none
 * @param destination whom it was for
 * @param protocol the number of what IP carries, 6 for TCP, 17 for UDP
 * @param tcpFlags the TCP header's flags, 0 for other protocols
 * @param reason the kernel's name for the reason, as {@code NO_SOCKET}; {@code REASON_0} before Linux 5.17
 * @param dropClass what it means
 * @param location the address in the kernel's code, which {@link io.ebpf4j.kernel.Kallsyms} knows
 * @param bytes the packet's length where it was dropped
 * @param networkNamespace inode number of the network namespace, 0 where it is not known
 * @param networkInterface index of the interface that it came by or was to leave by, 0 where it is not known
 */
public record PacketDropped(
        long timestamp,
        int cpu,
        long cookie,
        Endpoint source,
        Endpoint destination,
        int protocol,
        int tcpFlags,
        String reason,
        DropClass dropClass,
        long location,
        int bytes,
        long networkNamespace,
        int networkInterface)
        implements ConnectivityEvent {}
