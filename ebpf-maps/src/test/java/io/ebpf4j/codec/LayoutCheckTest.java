package io.ebpf4j.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebpf4j.btf.Btf;
import io.ebpf4j.btf.BtfBuilder;
import io.ebpf4j.btf.BtfType;
import io.ebpf4j.kernel.IncompatibleException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.util.List;
import org.junit.jupiter.api.Test;

class LayoutCheckTest {
    private final BtfBuilder builder = new BtfBuilder();
    private final int u8 = integer("__u8", 1, BtfType.Int.Encoding.UNSIGNED);
    private final int u16 = integer("__u16", 2, BtfType.Int.Encoding.UNSIGNED);
    private final int s32 = integer("int", 4, BtfType.Int.Encoding.SIGNED);
    private final int u32 = integer("__u32", 4, BtfType.Int.Encoding.UNSIGNED);
    private final int u64 = integer("__u64", 8, BtfType.Int.Encoding.UNSIGNED);
    private final int be16 = builder.add(new BtfType.Typedef(0, "__be16", u16));
    private final int be32 = builder.add(new BtfType.Typedef(0, "__be32", u32));

    private int integer(String name, int size, BtfType.Int.Encoding encoding) {
        return builder.add(new BtfType.Int(0, name, size, size * 8, 0, encoding));
    }

    private int struct(String name, long size, BtfType.Member... members) {
        return builder.add(new BtfType.Composite(0, name, BtfType.Shape.STRUCT, size, List.of(members)));
    }

    private int union(String name, long size, BtfType.Member... members) {
        return builder.add(new BtfType.Composite(0, name, BtfType.Shape.UNION, size, List.of(members)));
    }

    private static BtfType.Member member(String name, int type, long byteOffset) {
        return new BtfType.Member(name, type, byteOffset * 8, 0);
    }

    private Btf btf() {
        return builder.build("test");
    }

    private record Flow(int saddr, int daddr, short sport, short dport, long bytesSent) {}

    private int flowStruct() {
        return struct(
                "flow",
                24,
                member("saddr", u32, 0),
                member("daddr", u32, 4),
                member("sport", u16, 8),
                member("dport", u16, 10),
                member("bytes_sent", u64, 16));
    }

    @Test
    void aRecordThatAgreesIsAccepted() {
        int id = flowStruct();
        assertThatCode(() -> LayoutCheck.require("t", Codec.of(Flow.class).shape(), btf(), id))
                .doesNotThrowAnyException();
        assertThat(LayoutCheck.compare(Codec.of(Flow.class).shape(), btf(), id)).hasSize(5);
    }

    private record Shifted(int saddr, int daddr, int sport, short dport, long bytesSent) {}

    @Test
    void sizeAndOffsetOnBothSidesArePrinted() {
        int id = flowStruct();
        Shape shape = Codec.of(Shifted.class).shape();
        assertThatThrownBy(() -> LayoutCheck.require("keys of map flows", shape, btf(), id))
                .isInstanceOfSatisfying(IncompatibleException.class, e -> {
                    assertThat(e.getMessage()).contains("keys of map flows", "struct flow", "record Shifted");
                    assertThat(e.ours()).contains("! offset 8    size 4    integer sport");
                    assertThat(e.theirs()).contains("! offset 8    size 2    __u16 unsigned sport");
                    assertThat(e.ours()).contains("! offset 12   size 2    integer dport");
                    assertThat(e.theirs()).contains("! offset 10   size 2    __u16 unsigned dport");
                    assertThat(e.ours()).contains("  offset 0    size 4    integer saddr");
                });
    }

    private record OtherName(int source, int daddr, short sport, short dport, long bytesSent) {}

    @Test
    void aNameThatCDoesNotHaveAndOneThatJavaDoesNotHave() {
        int id = flowStruct();
        assertThatThrownBy(
                        () -> LayoutCheck.require("t", Codec.of(OtherName.class).shape(), btf(), id))
                .isInstanceOfSatisfying(IncompatibleException.class, e -> {
                    assertThat(e.theirs())
                            .contains("! (nothing)")
                            .contains("! offset 0    size 4    __u32 unsigned saddr");
                    assertThat(e.ours()).contains("integer source").contains("! (nothing)");
                });
    }

    private record Signs(@Signed int a, @Unsigned int b, int c) {}

    @Test
    void statedSignsAreCompared() {
        int right = struct("right", 12, member("a", s32, 0), member("b", u32, 4), member("c", u32, 8));
        int wrong = struct("wrong", 12, member("a", u32, 0), member("b", s32, 4), member("c", s32, 8));
        Shape shape = Codec.of(Signs.class).shape();
        assertThat(LayoutCheck.compare(shape, btf(), right))
                .extracting(LayoutCheck.Row::verdict)
                .containsOnly(LayoutCheck.Agreement.SAME);
        assertThat(LayoutCheck.compare(shape, btf(), wrong))
                .extracting(LayoutCheck.Row::verdict)
                .containsExactly(
                        LayoutCheck.Agreement.DIFFERENT, LayoutCheck.Agreement.DIFFERENT, LayoutCheck.Agreement.SAME);
    }

    private record Host(int port) {}

    private record Net(@BigEndian int port) {}

    @Test
    void networkOrderThatCNamesMustBeNamedInJava() {
        int id = struct("net", 4, member("port", be32, 0));
        assertThatCode(() -> LayoutCheck.require("t", Codec.of(Net.class).shape(), btf(), id))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> LayoutCheck.require("t", Codec.of(Host.class).shape(), btf(), id))
                .isInstanceOf(IncompatibleException.class);
        assertThat(be16).isNotEqualTo(be32);
    }

    private record Addressed(short family, @Length(16) byte[] addr6) {}

    @Test
    void anonymousUnionsAreSeenThroughAndOneViewOfThemSuffices() {
        int bytes = builder.add(new BtfType.Array(0, u8, u32, 16));
        int words = builder.add(new BtfType.Array(0, u32, u32, 4));
        int any = union("", 16, member("addr4", u32, 0), member("addr6", bytes, 0), member("words", words, 0));
        int id = struct("addressed", 18, member("family", u16, 0), member("", any, 2));
        assertThatCode(() -> LayoutCheck.require("t", Codec.of(Addressed.class).shape(), btf(), id))
                .doesNotThrowAnyException();
    }

    private record Part(int daddr, long bytesSent) {}

    @Test
    void aBoundRecordTakesItsOffsetsFromBtf() {
        int id = flowStruct();
        Codec<Part> codec = Codec.bound(MethodHandles.lookup(), Part.class, btf(), id);
        MemorySegment memory = MemorySegment.ofArray(new byte[24]);
        memory.fill((byte) -1);
        codec.encode(new Part(5, 6), memory, 0);
        assertThat(codec.size()).isEqualTo(24);
        assertThat(memory.get(ValueLayout.JAVA_INT_UNALIGNED, 0)).isZero();
        assertThat(memory.get(ValueLayout.JAVA_INT_UNALIGNED, 4)).isEqualTo(5);
        assertThat(memory.get(ValueLayout.JAVA_LONG_UNALIGNED, 8)).isZero();
        assertThat(memory.get(ValueLayout.JAVA_LONG_UNALIGNED, 16)).isEqualTo(6);
        assertThat(codec.decode(memory, 0)).isEqualTo(new Part(5, 6));
        assertThatThrownBy(() -> Codec.bound(MethodHandles.lookup(), OtherName.class, btf(), id))
                .isInstanceOf(IncompatibleException.class)
                .hasMessageContaining("members source")
                .hasMessageContaining("saddr");
    }

    private record Bits(int flags) {}

    @Test
    void bitFieldsAreNotMembersOfARecord() {
        int id = builder.add(new BtfType.Composite(
                0, "bits", BtfType.Shape.STRUCT, 4, List.of(new BtfType.Member("flags", u32, 0, 3))));
        assertThatThrownBy(() -> LayoutCheck.require("t", Codec.of(Bits.class).shape(), btf(), id))
                .isInstanceOf(IncompatibleException.class)
                .hasMessageContaining("bit-field of 3 bits");
    }

    @Test
    void scalarsAndArraysAreCompared() {
        int three = builder.add(new BtfType.Array(0, u32, u32, 3));
        int floating = builder.add(new BtfType.FloatingPoint(0, "double", 8));
        Btf btf = btf();
        assertThatCode(() -> LayoutCheck.require("t", Scalars.LONG.shape(), btf, u64))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> LayoutCheck.require("t", Scalars.INT.shape(), btf, u64))
                .isInstanceOf(IncompatibleException.class);
        assertThatThrownBy(() -> LayoutCheck.require("t", Scalars.LONG.shape(), btf, floating))
                .isInstanceOf(IncompatibleException.class);
        assertThatCode(() -> LayoutCheck.require("t", Codec.of(Double.class).shape(), btf, floating))
                .doesNotThrowAnyException();
        assertThatCode(() -> LayoutCheck.require("t", Codec.bytes(12).shape(), btf, three))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> LayoutCheck.require("t", Codec.bytes(8).shape(), btf, three))
                .isInstanceOf(IncompatibleException.class);
        assertThatThrownBy(() -> LayoutCheck.require("t", Scalars.LONG.shape(), btf, 0))
                .isInstanceOf(IncompatibleException.class)
                .hasMessageContaining("void");
    }
}
