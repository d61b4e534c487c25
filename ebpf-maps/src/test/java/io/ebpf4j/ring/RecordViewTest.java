package io.ebpf4j.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebpf4j.codec.Codec;
import io.ebpf4j.codec.Shape;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** A view reads its record and nothing else, whatever lies beside. */
class RecordViewTest {
    private static final byte[] SIXTEEN = HexFormat.of().parseHex("000102030405060708090a0b0c0d0eff");

    private record Pair(long first, int second, int third) {}

    private static final Codec<Pair> PAIR = Codec.of(MethodHandles.lookup(), Pair.class);

    /** Gives the view of a record that lies between two others. */
    private static void with(byte[] payload, Consumer<RecordView> look) {
        try (PlainRing plain = new PlainRing(256)) {
            plain.source.send(new byte[] {1, 2, 3});
            plain.source.send(payload);
            plain.source.send(new byte[] {4, 5, 6});
            int[] turn = {0};
            assertThat(plain.ring.drain(view -> {
                        if (turn[0]++ == 1) {
                            look.accept(view);
                        }
                        return Verdict.CONTINUE;
                    }))
                    .isEqualTo(3);
        }
    }

    @Test
    void numbersOfEveryWidthAndOrder() {
        with(SIXTEEN, view -> {
            assertThat(view.length()).isEqualTo(16);
            assertThat(view.getByte(15)).isEqualTo((byte) -1);
            assertThat(view.getNetworkShort(14)).isEqualTo(0x0eff);
            assertThat(view.getNetworkInt(1)).isEqualTo(0x01020304);
            assertThat(view.getNetworkLong(8)).isEqualTo(0x08090a0b0c0d0effL);
            assertThat(view.getShort(1)).isEqualTo(Short.reverseBytes((short) 0x0102));
            assertThat(view.getInt(4)).isEqualTo(Integer.reverseBytes(0x04050607));
            assertThat(view.getLong(3)).isEqualTo(Long.reverseBytes(0x030405060708090aL));
            byte[] out = new byte[6];
            view.copy(2, out, 1, 4);
            assertThat(out).containsExactly(0, 2, 3, 4, 5, 0);
            assertThat(view.segment().get(ValueLayout.JAVA_BYTE, view.offset() + 9))
                    .isEqualTo((byte) 9);
        });
    }

    @Test
    void whatIsNotAllWithinTheRecordIsRefused() {
        with(SIXTEEN, view -> {
            List<Runnable> outside = List.of(
                    () -> view.getByte(16),
                    () -> view.getByte(-1),
                    () -> view.getShort(15),
                    () -> view.getInt(13),
                    () -> view.getInt(-4),
                    () -> view.getLong(9),
                    () -> view.getLong(Long.MAX_VALUE),
                    () -> view.getLong(Long.MIN_VALUE),
                    () -> view.getNetworkShort(15),
                    () -> view.getNetworkInt(14),
                    () -> view.getNetworkLong(10),
                    () -> view.copy(10, new byte[16], 0, 7),
                    () -> view.copy(0, new byte[4], 2, 3),
                    () -> view.copy(0, new byte[4], 0, -1));
            for (Runnable access : outside) {
                assertThatThrownBy(access::run).isInstanceOf(IndexOutOfBoundsException.class);
            }
        });
    }

    @Test
    void aRecordIsDecodedWhereItIsLongEnough() {
        with(SIXTEEN, view -> {
            Pair pair = view.decode(PAIR);
            assertThat(pair)
                    .isEqualTo(new Pair(
                            Long.reverseBytes(0x0001020304050607L),
                            Integer.reverseBytes(0x08090a0b),
                            Integer.reverseBytes(0x0c0d0eff)));
        });
        with(
                new byte[15],
                view -> assertThatThrownBy(() -> view.decode(PAIR)).isInstanceOf(IndexOutOfBoundsException.class));
    }

    /** Says that it has eight bytes and reads a megabyte: stopped by the ring's own bounds. */
    private static final class Greedy implements Codec<Long> {
        @Override
        public Shape shape() {
            return PAIR.shape();
        }

        @Override
        public long size() {
            return 8;
        }

        @Override
        public Long decode(MemorySegment from, long offset) {
            return from.get(ValueLayout.JAVA_LONG_UNALIGNED, offset + (1 << 20));
        }

        @Override
        public void encode(Long value, MemorySegment to, long offset) {
            throw new UnsupportedOperationException();
        }
    }

    @Test
    void aCodecOfUnknownMannersReadsThroughABoundedSegment() {
        assertThat(new Greedy().isContained()).isFalse();
        assertThat(PAIR.isContained()).isTrue();
        with(
                SIXTEEN,
                view -> assertThatThrownBy(() -> view.decode(new Greedy()))
                        .isInstanceOf(IndexOutOfBoundsException.class));
    }

    @Test
    void afterTheHandlerAViewHasNoBytes() {
        List<RecordView> kept = new ArrayList<>();
        with(SIXTEEN, kept::add);
        assertThat(kept.getFirst().length()).isZero();
        assertThatThrownBy(() -> kept.getFirst().getByte(0)).isInstanceOf(IndexOutOfBoundsException.class);
    }
}
