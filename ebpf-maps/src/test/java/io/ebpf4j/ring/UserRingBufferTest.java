package io.ebpf4j.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebpf4j.codec.Codec;
import io.ebpf4j.kernel.InvalidObjectException;
import io.ebpf4j.testing.FakeKernel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The producer against our own consumer over the same memory, which the kernel's tests hold to the kernel's layout. */
@Timeout(60)
class UserRingBufferTest {
    private static final int SIZE = 256;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment consumer = arena.allocate(64, 64);
    private final MemorySegment producer = arena.allocate(64, 64);
    private final MemorySegment data = arena.allocate(2 * SIZE, 64);
    private final UserRingBuffer ring = UserRingBuffer.over("user", new FakeKernel(), consumer, producer, data);
    private final RingBuffer reader = RingBuffer.over("user", consumer, producer, data);

    @AfterEach
    void close() {
        ring.close();
        reader.close();
        arena.close();
    }

    private List<String> read() {
        List<String> texts = new ArrayList<>();
        reader.drain(view -> {
            byte[] bytes = new byte[view.length()];
            view.copy(0, bytes, 0, bytes.length);
            texts.add(new String(bytes, StandardCharsets.US_ASCII));
            return Verdict.CONTINUE;
        });
        return texts;
    }

    private boolean write(String text) {
        return ring.write(MemorySegment.ofArray(text.getBytes(StandardCharsets.US_ASCII)));
    }

    @Test
    void recordsArriveInTheOrderOfTheirReservation() {
        long first = ring.reserve(3);
        long second = ring.reserve(3);
        MemorySegment.copy(
                "two".getBytes(StandardCharsets.US_ASCII), 0, ring.segment(), ValueLayout.JAVA_BYTE, second, 3);
        ring.submit(second);
        assertThat(read()).as("the first is still being written").isEmpty();
        MemorySegment.copy(
                "one".getBytes(StandardCharsets.US_ASCII), 0, ring.segment(), ValueLayout.JAVA_BYTE, first, 3);
        ring.submit(first);
        assertThat(read()).containsExactly("one", "two");
    }

    @Test
    void aDiscardedReservationIsNotSeen() {
        ring.discard(ring.reserve(40));
        write("seen");
        assertThat(read()).containsExactly("seen");
        assertThat(reader.counts().discarded()).isEqualTo(1);
    }

    @Test
    void aFullRingTakesNoMoreUntilTheConsumerGivesSpaceBack() {
        int taken = 0;
        while (write("0123456789")) {
            taken++;
        }
        assertThat(taken).isEqualTo(SIZE / 24);
        assertThat(ring.reserve(16, Duration.ZERO)).isEqualTo(UserRingBuffer.FULL);
        assertThat(read()).hasSize(taken);
        assertThat(write("again")).isTrue();
    }

    @Test
    void manyTurnsOfTheRing() {
        Random random = new Random(3);
        List<String> sent = new ArrayList<>();
        List<String> got = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            String text = "x".repeat(random.nextInt(60)) + i;
            if (write(text)) {
                sent.add(text);
            }
            if (random.nextInt(4) == 0) {
                got.addAll(read());
            }
        }
        got.addAll(read());
        assertThat(got).isEqualTo(sent);
    }

    @Test
    void aValueThatDoesNotFitIsNotSeen() {
        Codec<String> text = Codec.string(8);
        assertThat(ring.write("short", text)).isTrue();
        assertThatThrownBy(() -> ring.write("much too long", text)).isInstanceOf(IllegalArgumentException.class);
        assertThat(read()).containsExactly("short\0\0\0");
    }

    @Test
    void whatIsNoReservationIsRefused() {
        long at = ring.reserve(8);
        for (long wrong : new long[] {0, 4, at + 8, -8, SIZE + 8, Long.MAX_VALUE}) {
            assertThatThrownBy(() -> ring.submit(wrong)).as("%d", wrong).isInstanceOf(IllegalArgumentException.class);
        }
        ring.submit(at);
        assertThatThrownBy(() -> ring.submit(at)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ring.reserve(SIZE - 7)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ring.reserve(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ring.reserve(Integer.MAX_VALUE)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aConsumersPositionThatIsImpossibleIsNamed() {
        consumer.set(ValueLayout.JAVA_LONG, 0, 8);
        assertThatThrownBy(() -> ring.reserve(8)).isInstanceOf(InvalidObjectException.class);
    }
}
