package io.ebpf4j.codec;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;

/** Network addresses as their bytes, in network order as they are. */
final class AddressCodec {
    static final Codec<Inet4Address> IPV4 = new Ipv4();
    static final Codec<Inet6Address> IPV6 = new Ipv6();

    private AddressCodec() {}

    private static byte[] read(MemorySegment from, long offset, int size) {
        byte[] address = new byte[size];
        MemorySegment.copy(from, ValueLayout.JAVA_BYTE, offset, address, 0, size);
        return address;
    }

    private static void write(byte[] address, MemorySegment to, long offset) {
        MemorySegment.copy(address, 0, to, ValueLayout.JAVA_BYTE, offset, address.length);
    }

    private record Ipv4() implements Codec<Inet4Address> {
        @Override
        public boolean isContained() {
            return true;
        }

        @Override
        public Shape shape() {
            return new Shape.Bytes(4);
        }

        @Override
        public Inet4Address decode(MemorySegment from, long offset) {
            try {
                return (Inet4Address) InetAddress.getByAddress(read(from, offset, 4));
            } catch (UnknownHostException impossible) {
                throw new IllegalStateException("four bytes are an address", impossible);
            }
        }

        @Override
        public void encode(Inet4Address value, MemorySegment to, long offset) {
            write(value.getAddress(), to, offset);
        }
    }

    private record Ipv6() implements Codec<Inet6Address> {
        @Override
        public boolean isContained() {
            return true;
        }

        @Override
        public Shape shape() {
            return new Shape.Bytes(16);
        }

        @Override
        public Inet6Address decode(MemorySegment from, long offset) {
            try {
                // InetAddress.getByAddress would turn an IPv4-mapped address into an Inet4Address.
                return Inet6Address.getByAddress(null, read(from, offset, 16), -1);
            } catch (UnknownHostException impossible) {
                throw new IllegalStateException("sixteen bytes are an address", impossible);
            }
        }

        @Override
        public void encode(Inet6Address value, MemorySegment to, long offset) {
            write(value.getAddress(), to, offset);
        }
    }
}
