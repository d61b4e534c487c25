package io.ebpf4j.observability.event;

/**
 * A datagram came and its socket had no room: the application does not read fast enough, or memory for UDP is short.
 *
 * @param timestamp when, CLOCK_MONOTONIC nanoseconds
 * @param cpu the CPU that told it
 * @param connection the socket, its last user, and the datagram's sender (unspecified before Linux 6.8 for a socket that is
 *     not connected)
 * @param error the error number: ENOMEM (12) where the socket's receive buffer is full, ENOBUFS (105) where UDP's memory is
 * @param bytes the datagram's bytes, 0 where the kernel does not tell
 */
public record DatagramDropped(long timestamp, int cpu, Connection connection, int error, int bytes)
        implements DatagramEvent {}
