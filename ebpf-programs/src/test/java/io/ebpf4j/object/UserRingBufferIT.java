package io.ebpf4j.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebpf4j.codec.Scalars;
import io.ebpf4j.map.BpfMap;
import io.ebpf4j.map.MapDefinition;
import io.ebpf4j.program.TestRun;
import io.ebpf4j.ring.UserRingBuffer;
import io.ebpf4j.testing.RequiresKernel;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is written here, a program in the kernel reads; it needs a callback, so an object. */
@Timeout(60)
@RequiresKernel(since = "6.1", feature = "BPF_MAP_TYPE_USER_RINGBUF")
class UserRingBufferIT {
    private BpfObject object;
    private UserRingBuffer ring;

    @BeforeEach
    void open() throws Exception {
        object = BpfObject.open(Fixture.spec("user_ring")).load();
        ring = UserRingBuffer.open(object.map("user_ring"));
    }

    @AfterEach
    void close() {
        ring.close();
        object.close();
    }

    private int drain() {
        return object.program("drain").testRun(TestRun.once()).returnValue();
    }

    private long number(String global) {
        return object.global(global).get();
    }

    private void write(long value) {
        long at = ring.reserve(16);
        assertThat(at).isNotEqualTo(UserRingBuffer.FULL);
        ring.segment().set(ValueLayout.JAVA_LONG, at, value);
        ring.submit(at);
    }

    @Test
    void aProgramReadsWhatIsSubmittedOverManyTurnsOfTheRing() {
        long expected = 0;
        for (int round = 0; round < 100; round++) {
            for (int i = 0; i < 50; i++) {
                write(round * 50L + i);
                expected += round * 50L + i;
            }
            ring.discard(ring.reserve(100));
            assertThat(ring.write(1_000_000L, Scalars.LONG)).isTrue();
            expected += 1_000_000;
            assertThat(drain()).as("records drained").isEqualTo(51);
        }
        assertThat(number("records")).isEqualTo(5100);
        assertThat(number("sum")).isEqualTo(expected);
    }

    @Test
    void aProgramStopsAtWhatIsNotFinished() {
        write(1);
        long unfinished = ring.reserve(8);
        write(3);
        drain();
        assertThat(number("sum")).isEqualTo(1);
        ring.segment().set(ValueLayout.JAVA_LONG, unfinished, 2);
        ring.submit(unfinished);
        drain();
        assertThat(number("sum")).isEqualTo(6);
    }

    @Test
    void aDrainEndsTheWaitForRoom() throws Exception {
        while (ring.reserve(1000) != UserRingBuffer.FULL) {}
        assertThat(ring.reserve(1000, Duration.ofMillis(10))).isEqualTo(UserRingBuffer.FULL);
        ring.close();
        try (BpfObject fresh = BpfObject.open(Fixture.spec("user_ring")).load();
                UserRingBuffer full = UserRingBuffer.open(fresh.map("user_ring"))) {
            long at;
            while ((at = full.reserve(1000)) != UserRingBuffer.FULL) {
                full.submit(at);
            }
            Thread drainer = Thread.ofPlatform().start(() -> {
                try {
                    Thread.sleep(50);
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                fresh.program("drain").testRun(TestRun.once());
            });
            assertThat(full.reserve(1000, Duration.ofSeconds(30))).isNotEqualTo(UserRingBuffer.FULL);
            drainer.join();
        }
    }

    @Test
    void onlyAUserRingCanBeOpened() {
        try (BpfMap map = BpfMap.create(MapDefinition.ringBuffer(4096))) {
            assertThatThrownBy(() -> UserRingBuffer.open(map)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
