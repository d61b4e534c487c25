package io.ebpf4j.observability.event;

/**
 * This host answered a packet by an ICMP error (IPv4).
 *
 * @param timestamp when, CLOCK_MONOTONIC nanoseconds
 * @param cpu the CPU that told it
 * @param connection local is whom the packet was for, remote who sent it and gets the error; there is no socket and no
 *     process
 * @param type the ICMP type, 3 for "destination unreachable"
 * @param code the ICMP code, 3 there for "port unreachable" and 1 for "host unreachable"
 * @param protocol the number of what the packet carried, 6 for TCP, 17 for UDP
 */
public record IcmpSent(long timestamp, int cpu, Connection connection, int type, int code, int protocol)
        implements DatagramEvent {}
