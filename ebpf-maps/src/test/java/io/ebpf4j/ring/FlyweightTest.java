package io.ebpf4j.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A flyweight reads the record that it was moved over, and none when there is none. */
class FlyweightTest {
    private static final byte[] TWELVE = {1, 0, 0, 0, 2, 3, 4, 5, 6, 7, 8, -1};

    /** Of a kind of twelve bytes. */
    private static final class Twelve extends Flyweight {
        Twelve() {
            super(12);
        }

        int first() {
            return getInt(0);
        }

        byte last() {
            return getByte(11);
        }

        long wide() {
            return getLong(4);
        }

        short narrow() {
            return getShort(5);
        }

        long outside() {
            return getLong(5);
        }

        long before() {
            return getLong(-8);
        }

        int network() {
            return view().getNetworkShort(10);
        }
    }

    private final Twelve twelve = new Twelve();
    private final Twelve other = new Twelve();

    @Test
    void numbersOfEveryWidthAreReadAndNothingOutsideOfTheRecord() {
        try (PlainRing plain = new PlainRing(256)) {
            plain.source.send(TWELVE);
            plain.ring.drain((RecordView view) -> {
                twelve.over(view);
                assertThat(twelve.length()).isEqualTo(12);
                assertThat(twelve.first()).isEqualTo(1);
                assertThat(twelve.last()).isEqualTo((byte) -1);
                assertThat(twelve.wide()).isEqualTo(view.getLong(4));
                assertThat(twelve.narrow()).isEqualTo(view.getShort(5));
                assertThat(twelve.network()).isEqualTo(0x08ff);
                assertThatThrownBy(twelve::outside)
                        .isInstanceOf(IndexOutOfBoundsException.class)
                        .hasMessage("8 bytes at 5 of a record of 12");
                assertThatThrownBy(twelve::before).isInstanceOf(IndexOutOfBoundsException.class);
                return Verdict.CONTINUE;
            });
            assertThat(plain.ring.counts().delivered()).isEqualTo(1);
        }
    }

    @Test
    void aShorterRecordIsRefusedAndALongerOneIsNot() {
        try (PlainRing plain = new PlainRing(256)) {
            plain.source.send(new byte[11]);
            plain.source.send(new byte[13]);
            List<Integer> lengths = new ArrayList<>();
            plain.ring.drain((RecordView view) -> {
                if (view.length() < 12) {
                    assertThatThrownBy(() -> twelve.over(view))
                            .isInstanceOf(IndexOutOfBoundsException.class)
                            .hasMessage("a kind of 12 bytes over a record of 11");
                } else {
                    twelve.over(view);
                    lengths.add(twelve.length());
                }
                return Verdict.CONTINUE;
            });
            assertThat(lengths).containsExactly(13);
        }
    }

    @Test
    void whenTheDrainEndsItIsOverNone() {
        assertThatThrownBy(twelve::first).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(twelve::network).isInstanceOf(IndexOutOfBoundsException.class);
        try (PlainRing plain = new PlainRing(256)) {
            plain.source.send(TWELVE);
            plain.ring.drain((RecordView view) -> {
                twelve.over(view);
                return Verdict.CONTINUE;
            });
            assertThat(twelve.length()).isZero();
            assertThatThrownBy(twelve::first).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(twelve::network).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void anotherOneOverTheSameViewEndsIt() {
        try (PlainRing plain = new PlainRing(256)) {
            plain.source.send(TWELVE);
            plain.ring.drain((RecordView view) -> {
                twelve.over(view);
                other.over(view);
                assertThatThrownBy(twelve::first).isInstanceOf(IndexOutOfBoundsException.class);
                assertThat(other.first()).isEqualTo(1);
                return Verdict.CONTINUE;
            });
            assertThatThrownBy(other::first).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void theEndOfAnotherRingsDrainIsNotItsEnd() {
        try (PlainRing outer = new PlainRing(256);
                PlainRing inner = new PlainRing(256)) {
            outer.source.send(TWELVE);
            inner.source.send(TWELVE);
            outer.ring.drain((RecordView view) -> {
                inner.ring.drain((RecordView within) -> {
                    twelve.over(within);
                    twelve.over(view);
                    return Verdict.CONTINUE;
                });
                assertThat(twelve.first()).isEqualTo(1);
                return Verdict.CONTINUE;
            });
            assertThatThrownBy(twelve::first).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }
}
