package io.ebpf4j.observability.event;

/**
 * An ICMP error came for a datagram of a connected UDP socket; its next call fails with it.
 *
 * @param timestamp when, CLOCK_MONOTONIC nanoseconds
 * @param cpu the CPU that told it
 * @param connection the socket, its last user (unknown until a call of it has returned), and the peer
 * @param error the error number: ECONNREFUSED (111) where nobody has that port
 */
public record DatagramFailed(long timestamp, int cpu, Connection connection, int error) implements DatagramEvent {
    private static final int ECONNREFUSED = 111; // include/uapi/asm-generic/errno.h

    /** {@return whether nobody has the port there} */
    public boolean isRefused() {
        return error == ECONNREFUSED;
    }
}
