package io.ebpf4j.observability.event;

import java.time.Duration;

/**
 * A live socket as a sweep found it, so that a long connection is heard of before it closes.
 *
 * @param timestamp when, CLOCK_MONOTONIC nanoseconds
 * @param cpu the CPU that told it
 * @param connection which connection
 * @param state the socket's state
 * @param age since it was established; zero where that was before the program began
 * @param traffic what went over it so far
 * @param congestionWindow segments that may be on their way
 * @param peerWindow bytes that the peer has room for
 * @param unacknowledged bytes that were written and the peer did not acknowledge yet, a SYN or FIN counting one
 * @param unread bytes that arrived and the application did not read yet, a FIN counting one
 */
public record SocketSample(
        long timestamp,
        int cpu,
        Connection connection,
        TcpState state,
        Duration age,
        Traffic traffic,
        int congestionWindow,
        long peerWindow,
        long unacknowledged,
        long unread)
        implements ConnectionEvent {}
