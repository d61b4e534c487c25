package io.ebpf4j.observability.event;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

/**
 * The addresses that begin with the same bits (CIDR, RFC 4632). IPv4 is in its mapped form, as in {@link Endpoint}.
 *
 * @param high the range's first eight bytes, big-endian, 0 behind the prefix
 * @param low its last eight bytes
 * @param prefix how many bits they share, 0 to 128
 */
public record AddressRange(long high, long low, int prefix) {
    private static final long MAPPED = 0x0000_ffff_0000_0000L;
    private static final int MAPPED_BITS = 96;

    /**
     * A range as given; bits behind the prefix are cleared.
     *
     * @throws IllegalArgumentException for a prefix that no address has
     */
    public AddressRange {
        if (prefix < 0 || prefix > 2 * Long.SIZE) {
            throw new IllegalArgumentException("a prefix of " + prefix + " bits");
        }
        high &= mask(Math.min(prefix, Long.SIZE));
        low &= mask(Math.max(prefix - Long.SIZE, 0));
    }

    /**
     * {@return the range that a text names} Nothing is looked up.
     *
     * @param text {@code 192.0.2.0/24}, {@code 2001:db8::/32}, or one address
     * @throws IllegalArgumentException for a text that names none
     */
    public static AddressRange parse(String text) {
        int slash = text.indexOf('/');
        String address = slash < 0 ? text : text.substring(0, slash);
        // A literal has a colon, or digits and dots alone: anything else would be a name to look up.
        if (!address.matches("[0-9a-fA-F:.]*:[0-9a-fA-F:.]*|[0-9]+(\\.[0-9]+){3}")) {
            throw new IllegalArgumentException("no address or range (192.0.2.0/24, 2001:db8::/32): " + text);
        }
        try {
            byte[] bytes = InetAddress.getByName(address).getAddress();
            boolean four = bytes.length == Integer.BYTES;
            int bits = slash < 0 ? bytes.length * Byte.SIZE : Integer.parseInt(text.substring(slash + 1));
            if (bits < 0 || bits > bytes.length * Byte.SIZE) {
                throw new IllegalArgumentException("an address of " + bytes.length + " bytes has no prefix of " + bits);
            }
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            return four
                    ? new AddressRange(0, MAPPED | Integer.toUnsignedLong(buffer.getInt()), MAPPED_BITS + bits)
                    : new AddressRange(buffer.getLong(), buffer.getLong(), bits);
        } catch (UnknownHostException | NumberFormatException e) {
            throw new IllegalArgumentException("no address or range (192.0.2.0/24, 2001:db8::/32): " + text, e);
        }
    }

    /**
     * {@return whether an end's address is in the range}
     *
     * @param endpoint the end
     */
    public boolean contains(Endpoint endpoint) {
        return (endpoint.high() & mask(Math.min(prefix, Long.SIZE))) == high
                && (endpoint.low() & mask(Math.max(prefix - Long.SIZE, 0))) == low;
    }

    private static long mask(int bits) {
        return bits == 0 ? 0 : -1L << (Long.SIZE - bits);
    }
}
