package io.ebpf4j.observability.identity;

import io.ebpf4j.observability.event.Endpoint;
import java.net.InetAddress;
import java.nio.ByteBuffer;

/**
 * An end without its port, to look things up by.
 *
 * @param high the first eight bytes, as in {@link Endpoint}
 * @param low the last eight
 */
record Address(long high, long low) {
    private static final long MAPPED = 0x0000_ffff_0000_0000L;
    private static final long MAPPED_MASK = 0xffff_ffff_0000_0000L;

    static Address of(Endpoint endpoint) {
        return new Address(endpoint.high(), endpoint.low());
    }

    static Address of(InetAddress address) {
        ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
        return bytes.remaining() == Integer.BYTES
                ? new Address(0, MAPPED | Integer.toUnsignedLong(bytes.getInt()))
                : new Address(bytes.getLong(), bytes.getLong());
    }

    /** The same as {@link #hashCode} of the end's address. */
    static int hash(Endpoint endpoint) {
        return hash(endpoint.high(), endpoint.low());
    }

    private static int hash(long high, long low) {
        return 31 * Long.hashCode(high) + Long.hashCode(low);
    }

    @Override
    public int hashCode() {
        return hash(high, low);
    }

    boolean isIpv4() {
        return high == 0 && (low & MAPPED_MASK) == MAPPED;
    }

    /** Whether it is one of those that a host keeps to itself: 127.0.0.0/8 or ::1. */
    boolean isLoopback() {
        return isIpv4() ? (low >>> 24 & 0xff) == 127 : high == 0 && low == 1;
    }

    /** Whether it means something on one segment only: 169.254.0.0/16 or fe80::/10. */
    boolean isLinkLocal() {
        return isIpv4() ? (low >>> 16 & 0xffff) == 0xa9fe : high >>> 54 == 0xfe80 >>> 6;
    }

    /** Whether it is a group's: 224.0.0.0/4 or ff00::/8. */
    boolean isMulticast() {
        return isIpv4() ? (low >>> 28 & 0xf) == 0xe : high >>> 56 == 0xff;
    }

    boolean isUnspecified() {
        return high == 0 && (low == 0 || low == MAPPED);
    }

    @Override
    public String toString() {
        return new Endpoint(high, low, 0).host();
    }
}
