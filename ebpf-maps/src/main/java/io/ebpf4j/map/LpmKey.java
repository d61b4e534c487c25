package io.ebpf4j.map;

import io.ebpf4j.codec.Codec;
import io.ebpf4j.codec.Shape;
import io.ebpf4j.codec.Signedness;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/**
 * The key of a longest-prefix-match trie: {@code struct bpf_lpm_trie_key} (include/uapi/linux/bpf.h), since Linux 4.11.
 *
 * <p>Immutable; the bytes are copied in and out. Bits after the prefix are as given: the kernel ignores them.
 */
public final class LpmKey {
    private final int prefixLength;
    private final byte[] data;

    private LpmKey(int prefixLength, byte[] data) {
        this.prefixLength = prefixLength;
        this.data = data;
    }

    /**
     * {@return a key}
     *
     * @param prefixLength bits that count, from the first byte's most significant one; for a lookup all of them
     * @param data the bytes, in network order
     */
    public static LpmKey of(int prefixLength, byte[] data) {
        if (prefixLength < 0 || prefixLength > data.length * 8) {
            throw new IllegalArgumentException("a prefix of " + prefixLength + " bits of " + data.length + " bytes");
        }
        return new LpmKey(prefixLength, data.clone());
    }

    /**
     * {@return the key of a network}
     *
     * @param address an address of it
     * @param prefixLength bits that count
     */
    public static LpmKey of(InetAddress address, int prefixLength) {
        return of(prefixLength, address.getAddress());
    }

    /**
     * {@return the key that looks an address up}
     *
     * @param address the address
     */
    public static LpmKey of(InetAddress address) {
        byte[] bytes = address.getAddress();
        return of(bytes.length * 8, bytes);
    }

    /**
     * {@return the codec of keys with that many bytes after the prefix length: 4 for IPv4, 16 for IPv6}
     *
     * @param dataSize number of bytes, from 1 to 256
     */
    public static Codec<LpmKey> codec(int dataSize) {
        if (dataSize < 1 || dataSize > 256) {
            throw new IllegalArgumentException("a trie's keys have 1 to 256 bytes, not " + dataSize);
        }
        return new LpmCodec(dataSize);
    }

    /** {@return bits that count} */
    public int prefixLength() {
        return prefixLength;
    }

    /** {@return a copy of the bytes} */
    public byte[] data() {
        return data.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LpmKey key && key.prefixLength == prefixLength && Arrays.equals(key.data, data);
    }

    @Override
    public int hashCode() {
        return 31 * prefixLength + Arrays.hashCode(data);
    }

    @Override
    public String toString() {
        return Arrays.toString(data) + "/" + prefixLength;
    }

    private record LpmCodec(int dataSize) implements Codec<LpmKey> {
        private static final long DATA = 4;

        @Override
        public Shape shape() {
            Shape prefix = new Shape.Scalar(Shape.ScalarKind.INTEGER, 4, Signedness.UNSIGNED, ByteOrder.nativeOrder());
            // What C calls the two members is the program's own affair: the kernel knows their places alone.
            return dataSize % 4 == 0
                    ? new Shape.Bytes(size())
                    : new Shape.Struct(
                            "LpmKey",
                            List.of(
                                    new Shape.Field("prefixlen", "prefix_len", 0, prefix),
                                    new Shape.Field("data", "data", DATA, new Shape.Bytes(dataSize))),
                            size(),
                            4,
                            Shape.Coverage.PART);
        }

        @Override
        public long size() {
            return DATA + dataSize;
        }

        @Override
        public LpmKey decode(MemorySegment from, long offset) {
            byte[] bytes = new byte[dataSize];
            MemorySegment.copy(from, ValueLayout.JAVA_BYTE, offset + DATA, bytes, 0, dataSize);
            return new LpmKey(from.get(ValueLayout.JAVA_INT_UNALIGNED, offset), bytes);
        }

        @Override
        public void encode(LpmKey value, MemorySegment to, long offset) {
            if (value.data.length != dataSize) {
                throw new IllegalArgumentException("a key of " + value.data.length + " bytes in a trie of " + dataSize);
            }
            to.set(ValueLayout.JAVA_INT_UNALIGNED, offset, value.prefixLength);
            MemorySegment.copy(value.data, 0, to, ValueLayout.JAVA_BYTE, offset + DATA, dataSize);
        }
    }
}
