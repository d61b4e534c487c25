package io.ebpf4j.observability.event;

/**
 * A listener as a sweep found it. An overflowing queue shows nowhere else: the kernel tells no drop for the SYNs that it
 * turns away.
 *
 * @param timestamp when, CLOCK_MONOTONIC nanoseconds
 * @param cpu the CPU that told it
 * @param connection the listening socket and its owner; the remote end is unspecified
 * @param backlog connections that wait to be accepted
 * @param maximum how many may wait, the number given to listen() bounded by net.core.somaxconn; one more fits
 * @param drops SYNs and connections turned away since the socket was made, for whatever reason
 */
public record ListenerSample(long timestamp, int cpu, Connection connection, int backlog, int maximum, long drops)
        implements ConnectionEvent {

    /** {@return whether the next connection is turned away ({@code sk_acceptq_is_full}, include/net/sock.h)} */
    public boolean isFull() {
        return backlog > maximum;
    }
}
