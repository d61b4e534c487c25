package io.ebpf4j.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebpf4j.kernel.InvalidObjectException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Against a writer in plain memory that lays records out as include/uapi/linux/perf_event.h says. */
@Timeout(60)
class PerfRingTest {
    private static final int SIZE = 512;
    private static final int CPU = 3;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment control = arena.allocate(4096, 4096);
    private final MemorySegment data = arena.allocate(SIZE, 4096);
    private final PerfRing ring = new PerfRing("test", CPU, control, data.asReadOnly(), arena);
    private static final PerfDrainLoop LOOP = new PerfLoop();

    private final ConsumerGate gate = new ConsumerGate("test", () -> {});
    private final List<String> got = new ArrayList<>();
    private final PerfHandler collect = new PerfHandler() {
        @Override
        public Verdict handle(int cpu, RecordView view) {
            assertThat(cpu).isEqualTo(CPU);
            byte[] bytes = new byte[view.length()];
            view.copy(0, bytes, 0, bytes.length);
            got.add(new String(bytes, StandardCharsets.US_ASCII).stripTrailing());
            return Verdict.CONTINUE;
        }

        @Override
        public void lost(int cpu, long count) {
            got.add("lost " + count);
        }
    };

    @AfterEach
    void close() {
        arena.close();
    }

    private long head() {
        return control.get(ValueLayout.JAVA_LONG, PerfRing.HEAD);
    }

    private long tail() {
        return control.get(ValueLayout.JAVA_LONG, PerfRing.TAIL);
    }

    private void put(long position, byte[] bytes) {
        for (int i = 0; i < bytes.length; i++) {
            data.set(ValueLayout.JAVA_BYTE, (position + i) & SIZE - 1, bytes[i]);
        }
    }

    private static byte[] record(int type, byte[] body) {
        MemorySegment record = MemorySegment.ofArray(new byte[8 + body.length]);
        record.set(ValueLayout.JAVA_INT_UNALIGNED, 0, type);
        record.set(ValueLayout.JAVA_SHORT_UNALIGNED, 6, (short) record.byteSize());
        MemorySegment.copy(body, 0, record, ValueLayout.JAVA_BYTE, 8, body.length);
        return record.toArray(ValueLayout.JAVA_BYTE);
    }

    /** As the kernel pads: the four bytes of the length and what follows are a multiple of eight. */
    private static byte[] sample(String text) {
        int padded = (text.length() + 4 + 7 & ~7) - 4;
        byte[] body = (" ".repeat(4) + text + " ".repeat(padded - text.length())).getBytes(StandardCharsets.US_ASCII);
        MemorySegment.ofArray(body).set(ValueLayout.JAVA_INT_UNALIGNED, 0, padded);
        return record(PerfRing.RECORD_SAMPLE, body);
    }

    private static byte[] loss(long count) {
        MemorySegment body = MemorySegment.ofArray(new byte[16]);
        body.set(ValueLayout.JAVA_LONG_UNALIGNED, 0, 77);
        body.set(ValueLayout.JAVA_LONG_UNALIGNED, 8, count);
        return record(PerfRing.RECORD_LOST, body.toArray(ValueLayout.JAVA_BYTE));
    }

    private boolean append(byte[] record) {
        if (head() + record.length - tail() > SIZE) {
            return false;
        }
        put(head(), record);
        control.set(ValueLayout.JAVA_LONG, PerfRing.HEAD, head() + record.length);
        return true;
    }

    /** As an overwritable ring is written: downwards, over whatever is there. */
    private void prepend(byte[] record) {
        put(head() - record.length, record);
        control.set(ValueLayout.JAVA_LONG, PerfRing.HEAD, head() - record.length);
    }

    @Test
    void samplesAndLossesComeOutInTheirOrder() {
        append(sample("one"));
        append(loss(5));
        append(record(99, new byte[8]));
        append(sample("three"));
        assertThat(ring.drain(LOOP, collect, 100, gate)).isTrue();
        assertThat(got).containsExactly("one", "lost 5", "three");
        assertThat(ring.count()).isEqualTo(2);
        assertThat(ring.lost()).isEqualTo(5);
        assertThat(ring.bytes()).isEqualTo(4 + 12);
        assertThat(tail()).isEqualTo(head());
        assertThat(ring.isEmpty()).isTrue();
    }

    @Test
    void recordsInTwoPiecesAreJoined() {
        Random random = new Random(5);
        List<String> sent = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            String text = "x".repeat(random.nextInt(90)) + i;
            if (append(sample(text))) {
                sent.add(text);
            }
            if (random.nextInt(3) == 0) {
                ring.drain(LOOP, collect, 1 + random.nextInt(5), gate);
            }
        }
        ring.drain(LOOP, collect, Long.MAX_VALUE, gate);
        assertThat(got).isEqualTo(sent);
    }

    /** Those have a loop of their own: it ends where the ring does, by the budget, a stop, and what a handler throws. */
    @Test
    void samplesAlikeInARowAreCountedToTheUnit() {
        List<String> sent = new ArrayList<>();
        int number = 1000;
        long counted = 0;
        for (int turn = 0; turn < 400; turn++) {
            while (append(sample("number " + number))) {
                sent.add("number " + number++);
            }
            switch (turn % 4) {
                case 0 -> ring.drain(LOOP, collect, 3, gate);
                case 1 ->
                    ring.drain(
                            LOOP,
                            (cpu, view) -> {
                                collect.handle(cpu, view);
                                return got.size() % 5 == 0 ? Verdict.STOP : Verdict.CONTINUE;
                            },
                            Long.MAX_VALUE,
                            gate);
                case 2 ->
                    assertThatThrownBy(() -> ring.drain(
                                    LOOP,
                                    (cpu, view) -> {
                                        collect.handle(cpu, view);
                                        if (got.size() % 4 == 0) {
                                            throw new UnsupportedOperationException("no");
                                        }
                                        return Verdict.CONTINUE;
                                    },
                                    Long.MAX_VALUE,
                                    gate))
                            .isInstanceOf(UnsupportedOperationException.class);
                default -> ring.drain(LOOP, collect, Long.MAX_VALUE, gate);
            }
            counted += ring.count();
            assertThat(got).hasSize((int) counted);
            assertThat(ring.bytes()).isEqualTo(ring.count() * 12);
        }
        ring.drain(LOOP, collect, Long.MAX_VALUE, gate);
        assertThat(got).isEqualTo(sent);
    }

    @Test
    void theBudgetAndAStopEndTheDrainAfterTheSample() {
        append(sample("a"));
        append(sample("b"));
        append(sample("c"));
        assertThat(ring.drain(LOOP, collect, 1, gate)).isTrue();
        assertThat(ring.drain(LOOP, (cpu, view) -> Verdict.STOP, 9, gate)).isFalse();
        assertThat(ring.drain(LOOP, collect, 9, gate)).isTrue();
        assertThat(got).containsExactly("a", "c");
    }

    @Test
    void whatAHandlerThrowsLeavesItsSampleConsumed() {
        append(sample("a"));
        append(sample("b"));
        assertThatThrownBy(() -> ring.drain(
                        LOOP,
                        (cpu, view) -> {
                            throw new UnsupportedOperationException("no");
                        },
                        9,
                        gate))
                .isInstanceOf(UnsupportedOperationException.class);
        ring.drain(LOOP, collect, 9, gate);
        assertThat(got).containsExactly("b");
    }

    @Test
    void aSnapshotGivesTheNewestFirstAndEachOnce() {
        for (int i = 0; i < 5; i++) {
            prepend(sample("s" + i));
        }
        assertThat(ring.snapshot(collect, 100)).isTrue();
        assertThat(got).containsExactly("s4", "s3", "s2", "s1", "s0");
        prepend(sample("new"));
        ring.snapshot(collect, 100);
        assertThat(got).hasSize(6).endsWith("new");
    }

    @Test
    void aSnapshotLeavesOutWhatWasOverwrittenInPart() {
        for (int i = 0; i < 200; i++) {
            prepend(sample("record number " + i));
        }
        ring.snapshot(collect, 1000);
        // 32 bytes each: sixteen fit
        assertThat(got)
                .hasSize(SIZE / 32)
                .startsWith("record number 199", "record number 198")
                .endsWith("record number 184");
        got.clear();
        prepend(sample("a record that is of another length"));
        for (int i = 0; i < 15; i++) {
            prepend(sample("number " + i));
        }
        ring.snapshot(collect, 1000);
        assertThat(got).startsWith("number 14").endsWith("number 0", "a record that is of another length");
    }

    @Test
    void randomBytesEndInADeclaredExceptionOrSamplesInsideTheRing() {
        long seed = Long.getLong("ebpf4j.seed", 11);
        Random random = new Random(seed);
        PerfHandler look = (cpu, view) -> {
            if (view.length() > 0) {
                view.getByte(view.length() - 1L);
            }
            return Verdict.CONTINUE;
        };
        for (int round = 0; round < 20_000; round++) {
            for (long at = 0; at < SIZE; at += 4) {
                data.set(ValueLayout.JAVA_INT, at, random.nextInt());
            }
            for (long at = 0; at < SIZE; at += 8) {
                if (random.nextBoolean()) {
                    data.set(ValueLayout.JAVA_INT, at, random.nextBoolean() ? 9 : 2);
                    data.set(ValueLayout.JAVA_SHORT, at + 6, (short) (random.nextInt(12) * 8));
                    data.set(ValueLayout.JAVA_INT, at + 4 & SIZE - 1, data.get(ValueLayout.JAVA_INT, at + 4));
                }
            }
            long start = random.nextInt(1000) * 8L;
            control.set(ValueLayout.JAVA_LONG, PerfRing.TAIL, start);
            control.set(ValueLayout.JAVA_LONG, PerfRing.HEAD, start + random.nextInt(70) * 8L);
            try {
                ring.drain(LOOP, look, 1000, gate);
            } catch (InvalidObjectException expected) {
                assertThat(expected.section())
                        .as("seed %d round %d", seed, round)
                        .isEqualTo("perf buffer of CPU 3");
            }
        }
    }

    @Test
    void anImpossiblePositionIsNamed() {
        for (long lie : new long[] {-8, 12, SIZE + 8, Long.MIN_VALUE}) {
            control.set(ValueLayout.JAVA_LONG, PerfRing.HEAD, lie);
            assertThatThrownBy(() -> ring.drain(LOOP, collect, 9, gate))
                    .as("position %d", lie)
                    .isInstanceOf(InvalidObjectException.class);
        }
    }
}
