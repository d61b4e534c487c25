package io.ebpf4j.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebpf4j.kernel.InvalidObjectException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RingBufferTest {
    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static String text(MemorySegment segment, long offset, int length) {
        return new String(segment.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.US_ASCII);
    }

    private static RecordHandler into(List<String> texts) {
        return (segment, offset, length) -> {
            texts.add(text(segment, offset, length));
            return Verdict.CONTINUE;
        };
    }

    private static long position(MemorySegment page) {
        return page.get(ValueLayout.JAVA_LONG, 0);
    }

    @Test
    void recordsComeOutInOrderAndTheirSpaceIsGivenBack() {
        try (PlainRing plain = new PlainRing(256)) {
            List<String> got = new ArrayList<>();
            plain.source.send(bytes("one"));
            plain.source.send(bytes("twotwotwo"));
            assertThat(plain.ring.available()).isEqualTo(16 + 24);
            assertThat(plain.ring.drain(into(got))).isEqualTo(2);
            assertThat(got).containsExactly("one", "twotwotwo");
            assertThat(plain.ring.available()).isZero();
            assertThat(position(plain.consumer))
                    .isEqualTo(position(plain.producer))
                    .isEqualTo(40);
            assertThat(plain.ring.counts()).isEqualTo(new RingCounts(2, 0, 12));
            assertThat(plain.ring.drain(into(got))).isZero();
        }
    }

    @Test
    void theByAddressFormSeesTheSame() {
        try (PlainRing plain = new PlainRing(256)) {
            plain.source.send(bytes("one"));
            plain.source.discard(plain.source.reserve(5));
            plain.source.send(bytes("three"));
            List<String> got = new ArrayList<>();
            long base = plain.data.address();
            long delivered = plain.ring.drainAddresses(
                    (address, length) -> {
                        got.add(text(plain.data, address - base, length));
                        return Verdict.CONTINUE;
                    },
                    100);
            assertThat(delivered).isEqualTo(2);
            assertThat(got).containsExactly("one", "three");
            assertThat(plain.ring.counts()).isEqualTo(new RingCounts(2, 1, 8));
        }
    }

    @Test
    void manyRoundsOfRandomLengthsGoOverTheEndOfTheRing() {
        long seed = Long.getLong("ebpf4j.seed", 42);
        Random random = new Random(seed);
        try (PlainRing plain = new PlainRing(512)) {
            List<String> sent = new ArrayList<>();
            List<String> got = new ArrayList<>();
            for (int i = 0; i < 10_000; i++) {
                String payload = "x".repeat(random.nextInt(100)) + i;
                if (plain.source.send(bytes(payload))) {
                    sent.add(payload);
                }
                if (random.nextInt(3) == 0) {
                    plain.ring.drain(into(got), random.nextInt(5));
                }
            }
            plain.ring.drain(into(got));
            assertThat(got).as("seed %d", seed).isEqualTo(sent);
        }
    }

    @Test
    void aDiscardedRecordIsPassedOverAndCounted() {
        try (PlainRing plain = new PlainRing(256)) {
            List<String> got = new ArrayList<>();
            plain.source.discard(plain.source.reserve(10));
            assertThat(plain.ring.drain(into(got))).isZero();
            assertThat(plain.ring.counts()).isEqualTo(new RingCounts(0, 1, 0));
            assertThat(plain.ring.available()).isZero();
        }
    }

    @Test
    void aBusyRecordHoldsBackThoseAfterIt() {
        try (PlainRing plain = new PlainRing(256)) {
            List<String> got = new ArrayList<>();
            plain.source.send(bytes("first"));
            long busy = plain.source.reserve(4);
            plain.source.send(bytes("third"));
            assertThat(plain.ring.drain(into(got))).isEqualTo(1);
            assertThat(got).containsExactly("first");
            assertThat(plain.ring.isIdle()).isTrue();
            MemorySegment.copy(bytes("2nd!"), 0, plain.data, ValueLayout.JAVA_BYTE, busy, 4);
            plain.source.submit(busy);
            assertThat(plain.ring.isIdle()).isFalse();
            assertThat(plain.ring.drain(into(got))).isEqualTo(2);
            assertThat(got).containsExactly("first", "2nd!", "third");
        }
    }

    @Test
    void aCommitAtTheConsumersPositionWakes() {
        int[] wakes = {0};
        try (PlainRing plain = new PlainRing(256, () -> wakes[0]++)) {
            plain.source.send(bytes("a"));
            assertThat(wakes[0]).isEqualTo(1);
            plain.source.send(bytes("b"));
            assertThat(wakes[0]).as("the consumer is not there yet").isEqualTo(1);
            plain.ring.drain((segment, offset, length) -> Verdict.CONTINUE);
            plain.source.send(bytes("c"));
            assertThat(wakes[0]).as("the drain published its position").isEqualTo(2);
        }
    }

    @Test
    void stopEndsTheDrainAndTheRecordIsConsumed() {
        try (PlainRing plain = new PlainRing(256)) {
            plain.source.send(bytes("a"));
            plain.source.send(bytes("b"));
            assertThat(plain.ring.drain((segment, offset, length) -> Verdict.STOP))
                    .isEqualTo(1);
            List<String> got = new ArrayList<>();
            assertThat(plain.ring.isIdle()).isFalse();
            assertThat(plain.ring.drain(into(got))).isEqualTo(1);
            assertThat(got).containsExactly("b");
        }
    }

    @Test
    void theBudgetCountsDeliveredRecords() {
        try (PlainRing plain = new PlainRing(1024)) {
            for (int i = 0; i < 5; i++) {
                plain.source.discard(plain.source.reserve(1));
                plain.source.send(bytes("r" + i));
            }
            List<String> got = new ArrayList<>();
            assertThat(plain.ring.drain(into(got), 3)).isEqualTo(3);
            assertThat(got).containsExactly("r0", "r1", "r2");
            assertThat(plain.ring.drain(into(got), 0)).isZero();
            assertThat(plain.ring.drain(into(got))).isEqualTo(2);
        }
    }

    /** Those have a loop of their own: it ends by the budget, a stop, what a handler throws, and a header that differs. */
    @Test
    void recordsAlikeInARowAreCountedToTheUnit() {
        try (PlainRing plain = new PlainRing(1024)) {
            List<String> sent = new ArrayList<>();
            List<String> got = new ArrayList<>();
            int number = 1000;
            for (int turn = 0; turn < 400; turn++) {
                while (plain.source.send(bytes("number " + number))) {
                    sent.add("number " + number++);
                    if (number % 7 == 0 && plain.source.send(bytes("another length"))) {
                        sent.add("another length");
                    }
                }
                int had = got.size();
                switch (turn % 4) {
                    case 0 -> assertThat(plain.ring.drain(into(got), 3)).isEqualTo(3);
                    case 1 ->
                        plain.ring.drain((segment, offset, length) -> {
                            into(got).handle(segment, offset, length);
                            return got.size() % 5 == 0 ? Verdict.STOP : Verdict.CONTINUE;
                        });
                    case 2 ->
                        assertThatThrownBy(() -> plain.ring.drain((segment, offset, length) -> {
                                    into(got).handle(segment, offset, length);
                                    if (got.size() % 4 == 0) {
                                        throw new UnsupportedOperationException("no");
                                    }
                                    return Verdict.CONTINUE;
                                }))
                                .isInstanceOf(UnsupportedOperationException.class);
                    default -> assertThat(plain.ring.drain(into(got))).isEqualTo(got.size() - had);
                }
                assertThat(plain.ring.counts().delivered()).isEqualTo(got.size());
                assertThat(plain.ring.counts().bytes())
                        .isEqualTo(got.stream().mapToInt(String::length).sum());
            }
            plain.ring.drain(into(got));
            assertThat(got).isEqualTo(sent);
        }
    }

    @Test
    void whatAHandlerThrowsIsThrownOnAndItsRecordIsConsumed() {
        try (PlainRing plain = new PlainRing(256)) {
            plain.source.send(bytes("a"));
            plain.source.send(bytes("b"));
            assertThatThrownBy(() -> plain.ring.drain((segment, offset, length) -> {
                        throw new UnsupportedOperationException("no");
                    }))
                    .isInstanceOf(UnsupportedOperationException.class);
            List<String> got = new ArrayList<>();
            plain.ring.drain(into(got));
            assertThat(got).containsExactly("b");
            assertThat(plain.ring.counts().delivered()).isEqualTo(2);
        }
    }

    @Test
    void spaceIsGivenBackDuringALongDrain() {
        try (PlainRing plain = new PlainRing(1024)) {
            while (plain.source.send(bytes("12345678"))) {}
            long[] greatestLag = {0};
            long[] seen = {0};
            plain.ring.drain((segment, offset, length) -> {
                seen[0] += 16;
                greatestLag[0] = Math.max(greatestLag[0], seen[0] - position(plain.consumer));
                return Verdict.CONTINUE;
            });
            assertThat(greatestLag[0]).isLessThanOrEqualTo(256 + 16);
        }
    }

    @Test
    void aLengthThatLeavesTheRingIsNamed() {
        try (PlainRing plain = new PlainRing(256)) {
            plain.source.send(bytes("good"));
            plain.source.send(bytes("evil"));
            plain.data.set(ValueLayout.JAVA_INT, 16, 0x0fff_ffff);
            List<String> got = new ArrayList<>();
            for (int attempt = 0; attempt < 2; attempt++) {
                assertThatThrownBy(() -> plain.ring.drain(into(got)))
                        .isInstanceOfSatisfying(InvalidObjectException.class, e -> {
                            assertThat(e.file()).isEqualTo("map test");
                            assertThat(e.section()).isEqualTo("ring buffer");
                            assertThat(e.offset()).isEqualTo(16);
                        });
            }
            assertThat(got).containsExactly("good");
            assertThatThrownBy(() -> plain.ring.drainAddresses((address, length) -> Verdict.CONTINUE, 9))
                    .isInstanceOf(InvalidObjectException.class);
        }
    }

    @Test
    void aProducersPositionThatIsImpossibleIsNamed() {
        for (long lie : new long[] {-8, 12, 257 + 7, Long.MIN_VALUE, Long.MAX_VALUE & -8L}) {
            try (PlainRing plain = new PlainRing(256)) {
                plain.producer.set(ValueLayout.JAVA_LONG, 0, lie);
                assertThatThrownBy(() -> plain.ring.drain((segment, offset, length) -> Verdict.CONTINUE))
                        .as("position %d", lie)
                        .isInstanceOf(InvalidObjectException.class);
            }
        }
    }

    @Test
    void randomHeadersEndInADeclaredExceptionOrARecordInsideTheRing() {
        long seed = Long.getLong("ebpf4j.seed", 7);
        Random random = new Random(seed);
        for (int round = 0; round < 20_000; round++) {
            try (PlainRing plain = new PlainRing(128)) {
                for (long at = 0; at < 256; at += 4) {
                    int word = random.nextInt();
                    plain.data.set(ValueLayout.JAVA_INT, at, random.nextBoolean() ? word & 0xc000_003f : word);
                }
                plain.producer.set(ValueLayout.JAVA_LONG, 0, random.nextInt(20) * 8L);
                try {
                    plain.ring.drain((segment, offset, length) -> {
                        assertThat(offset + length).isLessThanOrEqualTo(segment.byteSize());
                        return Verdict.CONTINUE;
                    });
                } catch (InvalidObjectException expected) {
                    assertThat(expected.file())
                            .as("seed %d round %d", seed, round)
                            .isEqualTo("map test");
                }
            }
        }
    }

    @Test
    void aRingHasOneConsumerAtATime() throws Exception {
        try (PlainRing plain = new PlainRing(256)) {
            plain.source.send(bytes("a"));
            CountDownLatch inside = new CountDownLatch(1);
            CountDownLatch leave = new CountDownLatch(1);
            Thread other = Thread.ofPlatform()
                    .start(() -> plain.ring.drain((segment, offset, length) -> {
                        inside.countDown();
                        awaitQuietly(leave);
                        return Verdict.CONTINUE;
                    }));
            inside.await();
            assertThatThrownBy(() -> plain.ring.drain((segment, offset, length) -> Verdict.CONTINUE))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("one consumer");
            leave.countDown();
            other.join();
        }
    }

    @Test
    void closeWaitsForTheDrainAndEndsIt() throws Exception {
        PlainRing plain = new PlainRing(256);
        plain.source.send(bytes("a"));
        CountDownLatch inside = new CountDownLatch(1);
        AtomicReference<Thread> closer = new AtomicReference<>();
        Thread other = Thread.ofPlatform()
                .start(() -> plain.ring.drain((segment, offset, length) -> {
                    inside.countDown();
                    Thread waiting = closer.get();
                    while (waiting == null) {
                        Thread.onSpinWait();
                        waiting = closer.get();
                    }
                    joinQuietly(waiting, 100);
                    assertThat(waiting.isAlive()).as("close waits").isTrue();
                    plain.source.send(bytes("more"));
                    return Verdict.CONTINUE;
                }));
        inside.await();
        closer.set(Thread.ofPlatform().start(plain.ring::close));
        other.join();
        closer.get().join();
        assertThat(plain.ring.counts().delivered()).isEqualTo(1);
        assertThatThrownBy(() -> plain.ring.drain((segment, offset, length) -> Verdict.CONTINUE))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
        plain.ring.close();
        plain.arena.close();
    }

    @Test
    void aHandlerMayCloseItsRing() {
        PlainRing plain = new PlainRing(256);
        plain.source.send(bytes("a"));
        plain.ring.drain((segment, offset, length) -> {
            plain.ring.close();
            assertThat(text(segment, offset, length)).isEqualTo("a");
            return Verdict.CONTINUE;
        });
        assertThatThrownBy(() -> plain.ring.drain((segment, offset, length) -> Verdict.CONTINUE))
                .hasMessageContaining("closed");
        plain.arena.close();
    }

    @Test
    void memoryThatIsNoRingIsRefused() {
        try (PlainRing plain = new PlainRing(256)) {
            assertThatThrownBy(() -> RingBuffer.over("x", plain.consumer, plain.producer, plain.data.asSlice(0, 500)))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(
                            () -> RingBuffer.over("x", MemorySegment.ofArray(new long[1]), plain.producer, plain.data))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void joinQuietly(Thread thread, long millis) {
        try {
            thread.join(millis);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
