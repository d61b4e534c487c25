package io.ebpf4j.observability.event;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

/**
 * One end of a connection. The address is its 16 bytes in network order as two numbers; IPv4 is in its mapped form
 * (::ffff:a.b.c.d), also where the socket is an IPv6 one that talks IPv4, so that one address has one form.
 *
 * @param high the address's first eight bytes, big-endian
 * @param low the address's last eight bytes, big-endian
 * @param port the port, 0 to 65535; 0 where it is not chosen yet
 */
public record Endpoint(long high, long low, int port) {
    private static final long MAPPED = 0x0000_ffff_0000_0000L;
    private static final long MAPPED_MASK = 0xffff_ffff_0000_0000L;

    /** {@return whether the address is an IPv4 one} */
    public boolean isIpv4() {
        return high == 0 && (low & MAPPED_MASK) == MAPPED;
    }

    /** {@return whether no address is set: 0.0.0.0 or ::} */
    public boolean isUnspecified() {
        return high == 0 && (low == 0 || low == MAPPED);
    }

    /** {@return the address without a name; nothing is looked up} */
    public InetAddress address() {
        byte[] bytes = isIpv4()
                ? ByteBuffer.allocate(Integer.BYTES).putInt((int) low).array()
                : ByteBuffer.allocate(2 * Long.BYTES).putLong(high).putLong(low).array();
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of " + bytes.length + " bytes is always known", e);
        }
    }

    /** {@return {@code 192.0.2.1:80} or {@code [2001:db8::1]:80}, IPv6 in the form of RFC 5952} */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(48);
        if (isIpv4()) {
            appendIpv4(text);
        } else {
            text.append('[');
            appendIpv6(text);
            text.append(']');
        }
        return text.append(':').append(port).toString();
    }

    /** {@return the address alone, {@code 192.0.2.1} or {@code 2001:db8::1}} */
    public String host() {
        StringBuilder text = new StringBuilder(48);
        if (isIpv4()) {
            appendIpv4(text);
        } else {
            appendIpv6(text);
        }
        return text.toString();
    }

    private void appendIpv4(StringBuilder text) {
        for (int shift = 24; shift >= 0; shift -= 8) {
            text.append((low >>> shift) & 0xff).append(shift == 0 ? "" : ".");
        }
    }

    private void appendIpv6(StringBuilder text) {
        int longest = -1;
        int length = 1; // a single zero group stays as it is (RFC 5952, 4.2.2)
        for (int start = 0; start < 8; start++) {
            int end = start;
            while (end < 8 && group(end) == 0) {
                end++;
            }
            if (end - start > length) {
                longest = start;
                length = end - start;
            }
        }
        for (int i = 0; i < 8; i++) {
            if (i == longest) {
                text.append("::");
                i += length - 1;
                continue;
            }
            if (i > 0 && text.charAt(text.length() - 1) != ':') {
                text.append(':');
            }
            text.append(Integer.toHexString(group(i)));
        }
    }

    private int group(int index) {
        long half = index < 4 ? high : low;
        return (int) (half >>> ((3 - index % 4) * Short.SIZE)) & 0xffff;
    }
}
