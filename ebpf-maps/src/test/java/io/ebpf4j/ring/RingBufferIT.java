package io.ebpf4j.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebpf4j.map.BpfMap;
import io.ebpf4j.map.MapDefinition;
import io.ebpf4j.spec.MapType;
import io.ebpf4j.testing.RequiresKernel;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
@RequiresKernel(since = "5.14", feature = "BPF_PROG_TYPE_SYSCALL and BPF_MAP_TYPE_RINGBUF")
class RingBufferIT {
    private static final int NEVER = 1_000_000;

    private static List<Long> numbers(RingBuffer ring) {
        List<Long> numbers = new ArrayList<>();
        ring.drain((segment, offset, length) -> {
            assertThat(length).isEqualTo(48);
            long number = segment.get(ValueLayout.JAVA_LONG, offset);
            assertThat(segment.get(ValueLayout.JAVA_LONG, offset + 40)).isEqualTo(number);
            numbers.add(number);
            return Verdict.CONTINUE;
        });
        return numbers;
    }

    @Test
    void whatAProgramWritesIsReadOverManyTurnsOfTheRing() {
        try (BpfMap map = BpfMap.create(MapDefinition.ringBuffer(4096));
                RingBuffer ring = RingBuffer.open(map);
                KernelProgram program = KernelProgram.producer(map.fd(), 50, NEVER)) {
            for (long round = 0; round < 40; round++) {
                assertThat(program.run(round * 50 + 1))
                        .as("failed reservations")
                        .isZero();
                assertThat(ring.available()).isEqualTo(50 * 56);
                assertThat(numbers(ring))
                        .containsExactlyElementsOf(LongStream.rangeClosed(round * 50 + 1, round * 50 + 50)
                                .boxed()
                                .toList());
                assertThat(ring.available()).isZero();
            }
            assertThat(ring.counts()).isEqualTo(new RingCounts(2000, 0, 2000 * 48));
            assertThat(ring.capacity()).isEqualTo(4096);
        }
    }

    @Test
    void discardedRecordsAreCountedAndPassedOver() {
        try (BpfMap map = BpfMap.create(MapDefinition.ringBuffer(4096));
                RingBuffer ring = RingBuffer.open(map);
                KernelProgram program = KernelProgram.producer(map.fd(), 10, 4)) {
            program.run(1);
            assertThat(numbers(ring)).containsExactly(1L, 2L, 3L, 5L, 6L, 7L, 9L, 10L);
            assertThat(ring.counts()).isEqualTo(new RingCounts(8, 2, 8 * 48));
        }
    }

    @Test
    void aFullRingTakesNoMoreAndGivesBackEveryRecordItTook() {
        try (BpfMap map = BpfMap.create(MapDefinition.ringBuffer(4096));
                RingBuffer ring = RingBuffer.open(map);
                KernelProgram program = KernelProgram.producer(map.fd(), 100, NEVER)) {
            int failed = program.run(1);
            assertThat(failed).isPositive();
            assertThat(numbers(ring)).hasSize(100 - failed).startsWith(1L, 2L);
            assertThat(program.run(1)).isEqualTo(failed);
        }
    }

    @Test
    void theRingOutlivesItsMapAndASecondConsumerGoesOnWhereTheFirstEnded() {
        BpfMap map = BpfMap.create(MapDefinition.ringBuffer(4096));
        RingBuffer first = RingBuffer.open(map);
        try (KernelProgram program = KernelProgram.producer(map.fd(), 4, NEVER)) {
            program.run(1);
            first.drain((segment, offset, length) -> Verdict.CONTINUE, 3);
            first.close();
            try (RingBuffer second = RingBuffer.open(map)) {
                map.close();
                program.run(5);
                assertThat(numbers(second)).containsExactly(4L, 5L, 6L, 7L, 8L);
            }
        }
        assertThatThrownBy(first::available).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void onlyARingCanBeOpened() {
        try (BpfMap map = BpfMap.create(MapDefinition.of(MapType.ARRAY, 4, 8, 1))) {
            assertThatThrownBy(() -> RingBuffer.open(map)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
