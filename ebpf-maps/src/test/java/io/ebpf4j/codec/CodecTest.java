package io.ebpf4j.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** Expected bytes are written by hand for a little-endian machine with the C rules of the System V ABI. */
class CodecTest {
    private static final HexFormat HEX = HexFormat.of();

    private record Mixed(byte a, long b, short c, int d, boolean e) {}

    private record Ends(
            @BigEndian short port,
            @BigEndian int address,
            @BigEndian long cookie,
            char unsigned) {}

    private record Inner(int x, byte y) {}

    private record Outer(byte head, Inner inner, @Length(2) Inner[] pair, float f, double g) {}

    private enum State implements CodedEnum {
        CLOSED(7),
        OPEN(1);

        private final long code;

        State(long code) {
            this.code = code;
        }

        @Override
        public long code() {
            return code;
        }
    }

    private record Named(
            @Length(8) String comm,
            State state,
            @Width(1) State small,
            @Length(3) byte[] mac,
            @Length(2) int[] two) {}

    private record Widened(
            @Width(4) @Unsigned long u32,
            @Width(1) @Signed int s8,
            @Width(2) @Unsigned int u16,
            @Width(1) @Unsigned short u8) {}

    private record Addresses(Inet4Address v4, Inet6Address v6) {}

    private static String hex(MemorySegment segment) {
        return HEX.formatHex(segment.toArray(ValueLayout.JAVA_BYTE));
    }

    private static <T> String encode(Codec<T> codec, T value) {
        // Dirty memory before and after: every byte of the value is written, and no other.
        byte[] memory = new byte[(int) codec.size() + 2];
        Arrays.fill(memory, (byte) 0xee);
        MemorySegment segment = MemorySegment.ofArray(memory);
        codec.encode(value, segment, 1);
        assertThat(memory[0]).isEqualTo((byte) 0xee);
        assertThat(memory[memory.length - 1]).isEqualTo((byte) 0xee);
        return hex(segment.asSlice(1, codec.size()));
    }

    private static <T> T decode(Codec<T> codec, String hex) {
        byte[] bytes = HEX.parseHex("ff" + hex);
        return codec.decode(MemorySegment.ofArray(bytes), 1);
    }

    private static void assumeLittleEndian() {
        assertThat(ByteOrder.nativeOrder()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
    }

    @Test
    void membersLieAtTheirNaturalAlignmentAndPaddingIsZero() {
        assumeLittleEndian();
        Codec<Mixed> codec = Codec.of(Mixed.class);
        String bytes =
                "11" + "00000000000000" + "8877665544332211" + "cdab" + "0000" + "04030201" + "01" + "00000000000000";
        Mixed value = new Mixed((byte) 0x11, 0x1122334455667788L, (short) 0xabcd, 0x01020304, true);
        assertThat(codec.size()).isEqualTo(32);
        assertThat(encode(codec, value)).isEqualTo(bytes);
        assertThat(decode(codec, bytes)).isEqualTo(value);
    }

    @Test
    void everyByteButZeroIsTrue() {
        Codec<Mixed> codec = Codec.of(Mixed.class);
        byte[] memory = new byte[32];
        memory[24] = 2;
        assertThat(codec.decode(MemorySegment.ofArray(memory), 0).e()).isTrue();
        memory[24] = 0;
        assertThat(codec.decode(MemorySegment.ofArray(memory), 0).e()).isFalse();
    }

    @Test
    void bigEndianMembersAreInNetworkOrder() {
        assumeLittleEndian();
        Codec<Ends> codec = Codec.of(MethodHandles.lookup(), Ends.class);
        String bytes = "01bb" + "0000" + "7f000001" + "0102030405060708" + "feff" + "000000000000";
        Ends value = new Ends((short) 443, 0x7f000001, 0x0102030405060708L, (char) 0xfffe);
        assertThat(encode(codec, value)).isEqualTo(bytes);
        assertThat(decode(codec, bytes)).isEqualTo(value);
    }

    @Test
    void recordsNestWithTheirTrailingPadding() {
        assumeLittleEndian();
        Codec<Outer> codec = Codec.of(Outer.class);
        String inner = "01000000" + "02" + "000000";
        String bytes = "09000000" + inner + inner + "03000000" + "04" + "000000" + "0000803f" + "000000000000f03f";
        Outer value = new Outer(
                (byte) 9, new Inner(1, (byte) 2), new Inner[] {new Inner(1, (byte) 2), new Inner(3, (byte) 4)}, 1f, 1d);
        assertThat(codec.size()).isEqualTo(40);
        assertThat(encode(codec, value)).isEqualTo(bytes);
        Outer back = decode(codec, bytes);
        assertThat(back.inner()).isEqualTo(value.inner());
        assertThat(back.pair()).containsExactly(value.pair());
        assertThat(back.f()).isEqualTo(1f);
        assertThat(back.g()).isEqualTo(1d);
    }

    @Test
    void stringsEnumsAndArrays() {
        assumeLittleEndian();
        Codec<Named> codec = Codec.of(Named.class);
        String bytes = "6e67696e78000000" + "07000000" + "01" + "aabbcc" + "01000000" + "ffffffff";
        Named value = new Named(
                "nginx", State.CLOSED, State.OPEN, new byte[] {(byte) 0xaa, (byte) 0xbb, (byte) 0xcc}, new int[] {1, -1
                });
        assertThat(encode(codec, value)).isEqualTo(bytes);
        Named back = decode(codec, bytes);
        assertThat(back.comm()).isEqualTo("nginx");
        assertThat(back.state()).isEqualTo(State.CLOSED);
        assertThat(back.small()).isEqualTo(State.OPEN);
        assertThat(back.mac()).containsExactly(0xaa, 0xbb, 0xcc);
        assertThat(back.two()).containsExactly(1, -1);
    }

    @Test
    void whatFollowsTheFirstZeroOfAStringIsNotRead() {
        assertThat(decode(Codec.string(4), "61006262")).isEqualTo("a");
        assertThat(decode(Codec.string(4), "61626364")).isEqualTo("abcd");
    }

    @Test
    void nothingIsCut() {
        assertThatThrownBy(() -> encode(Codec.string(4), "abcd"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("needs 5 bytes");
        assertThatThrownBy(() -> encode(Codec.bytes(4), new byte[3])).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> encode(Scalars.UINT16, 65536)).isInstanceOf(IllegalArgumentException.class);
        Codec<Widened> codec = Codec.of(Widened.class);
        assertThatThrownBy(() -> encode(codec, new Widened(1L << 32, 0, 0, (short) 0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("u32");
        assertThatThrownBy(() -> encode(codec, new Widened(-1, 0, 0, (short) 0)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> encode(codec, new Widened(0, 128, 0, (short) 0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("s8");
        assertThatThrownBy(() -> encode(codec, new Widened(0, 0, -1, (short) 0)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> encode(codec, new Widened(0, 0, 0, (short) 256)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("u8");
    }

    @Test
    void narrowMembersAreWidenedByTheirSign() {
        assumeLittleEndian();
        Codec<Widened> codec = Codec.of(Widened.class);
        Widened value = new Widened(0xffff_fffeL, -2, 65534, (short) 254);
        String bytes = "feffffff" + "fe" + "00" + "feff" + "fe" + "000000";
        assertThat(encode(codec, value)).isEqualTo(bytes);
        assertThat(decode(codec, bytes)).isEqualTo(value);
    }

    @Test
    void addressesAreTheirBytesAndMappedOnesStayIpv6() throws Exception {
        Codec<Addresses> codec = Codec.of(Addresses.class);
        Inet4Address v4 = (Inet4Address) InetAddress.getByAddress(new byte[] {10, 1, 2, 3});
        byte[] mapped = HEX.parseHex("00000000000000000000ffff0a010203");
        Inet6Address v6 = Inet6Address.getByAddress(null, mapped, -1);
        String bytes = "0a010203" + "00000000000000000000ffff0a010203";
        assertThat(encode(codec, new Addresses(v4, v6))).isEqualTo(bytes);
        Addresses back = decode(codec, bytes);
        assertThat(back.v4()).isEqualTo(v4);
        assertThat(back.v6().getAddress()).isEqualTo(mapped);
    }

    @Test
    void scalarsReadTheirRange() {
        assumeLittleEndian();
        assertThat(decode(Scalars.UINT32, "ffffffff")).isEqualTo(4294967295L);
        assertThat(decode(Scalars.UINT16, "ffff")).isEqualTo(65535);
        assertThat(decode(Scalars.INT, "ffffffff")).isEqualTo(-1);
        assertThat(decode(Scalars.BE16, "01bb")).isEqualTo(443);
        assertThat(decode(Scalars.BE32, "7f000001")).isEqualTo(0x7f000001);
        assertThat(decode(Codec.of(Double.class), "000000000000f03f")).isEqualTo(1d);
        assertThat(decode(Codec.of(Float.class), "0000803f")).isEqualTo(1f);
        assertThat(encode(Codec.of(Float.class), -1f)).isEqualTo("000080bf");
        assertThat(encode(Scalars.LONG, Long.MIN_VALUE)).isEqualTo("0000000000000080");
        assertThat(encode(Scalars.UINT32, 4294967295L)).isEqualTo("ffffffff");
    }

    @Test
    void anUnknownCodeIsRefused() {
        assertThatThrownBy(() -> decode(Codec.of(State.class), "02000000"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2 is not a code of");
    }

    private record Cyclic(Cyclic next) {}

    private record NoLength(byte[] bytes) {}

    private record NoLayout(Object what) {}

    private record Empty() {}

    private record Unclear(@Width(4) long value) {}

    private enum Plain {
        A
    }

    private record WithPlain(Plain plain) {}

    @Test
    void whatHasNoLayoutIsRefusedByName() {
        assertThatThrownBy(() -> Codec.of(Cyclic.class)).hasMessageContaining("nests records more than");
        assertThatThrownBy(() -> Codec.of(NoLength.class)).hasMessageContaining("bytes needs @Length");
        assertThatThrownBy(() -> Codec.of(NoLayout.class)).hasMessageContaining("Object has no layout in C");
        assertThatThrownBy(() -> Codec.of(Empty.class)).hasMessageContaining("not a record with components");
        assertThatThrownBy(() -> Codec.of(Unclear.class)).hasMessageContaining("@Signed or @Unsigned");
        assertThatThrownBy(() -> Codec.of(WithPlain.class)).hasMessageContaining("does not implement CodedEnum");
    }

    @Test
    void memoryThatIsTooSmallIsNotTouched() {
        byte[] memory = new byte[4];
        assertThatThrownBy(() -> Codec.of(Mixed.class).decode(MemorySegment.ofArray(memory), 0))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }
}
