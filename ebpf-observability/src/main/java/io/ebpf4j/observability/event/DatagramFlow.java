package io.ebpf4j.observability.event;

/**
 * What a UDP socket and one peer told each other since the event before, as the process's calls sent and received it.
 * Flows are told some seconds late: while they go on once an interval, and when they rest.
 *
 * @param timestamp when it was told, CLOCK_MONOTONIC nanoseconds
 * @param cpu the CPU that told it
 * @param connection the socket, the process that used it when the flow began, and the peer: unspecified for what a socket
 *     receives that is not connected, and for what sendmmsg sends from one
 * @param first when the first of these datagrams was sent or received, CLOCK_MONOTONIC nanoseconds
 * @param last when the last one was
 * @param bytesSent payload sent
 * @param bytesReceived payload received
 * @param datagramsSent datagrams sent
 * @param datagramsReceived datagrams received
 * @param failures calls that failed, but for those that would have had to wait
 */
public record DatagramFlow(
        long timestamp,
        int cpu,
        Connection connection,
        long first,
        long last,
        long bytesSent,
        long bytesReceived,
        long datagramsSent,
        long datagramsReceived,
        long failures)
        implements DatagramEvent {}
