package io.ebpf4j.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.ebpf4j.map.BpfMap;
import io.ebpf4j.map.MapDefinition;
import io.ebpf4j.testing.RequiresKernel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(90)
@RequiresKernel(since = "5.14", feature = "BPF_PROG_TYPE_SYSCALL and BPF_MAP_TYPE_RINGBUF")
class RingPollerIT {
    private static final int NEVER = 1_000_000;
    private static final Duration LONG = Duration.ofSeconds(30);

    private static BpfMap ringMap(int size) {
        return BpfMap.create(MapDefinition.ringBuffer(size));
    }

    @Test
    void aRecordEndsTheWait() throws Exception {
        try (BpfMap map = ringMap(4096);
                RingPoller poller = RingPoller.create();
                KernelProgram program = KernelProgram.producer(map.fd(), 1, NEVER)) {
            AtomicLong seen = new AtomicLong();
            poller.add(RingBuffer.open(map), (segment, offset, length) -> {
                seen.set(segment.get(ValueLayout.JAVA_LONG, offset));
                return Verdict.CONTINUE;
            });
            poller.poll(Duration.ZERO);
            for (long i = 1; i <= 20; i++) {
                long number = i;
                CountDownLatch go = new CountDownLatch(1);
                Thread producer = Thread.ofPlatform().start(() -> {
                    go.countDown();
                    pause(20);
                    program.run(number);
                });
                go.await();
                long start = System.nanoTime();
                long delivered = 0;
                while (delivered == 0) {
                    delivered = poller.poll(LONG);
                }
                assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
                assertThat(delivered).isEqualTo(1);
                assertThat(seen.get()).isEqualTo(number);
                producer.join();
            }
        }
    }

    @Test
    void noWakeupIsLostWhileProducerAndConsumerRace() throws Exception {
        int rounds = 3000;
        int perRound = 7;
        try (BpfMap map = ringMap(4096);
                RingPoller poller = RingPoller.create();
                KernelProgram program = KernelProgram.producer(map.fd(), perRound, NEVER)) {
            long[] next = {1};
            poller.add(
                    RingBuffer.open(map),
                    (segment, offset, length) -> {
                        assertThat(segment.get(ValueLayout.JAVA_LONG, offset)).isEqualTo(next[0]++);
                        return Verdict.CONTINUE;
                    },
                    3);
            AtomicLong consumed = new AtomicLong();
            Thread producer = Thread.ofPlatform().start(() -> {
                for (int i = 0; i < rounds; i++) {
                    while (i * (long) perRound - consumed.get() > 40) {
                        Thread.onSpinWait();
                    }
                    assertThat(program.run(1L + i * (long) perRound)).isZero();
                }
            });
            long total = (long) rounds * perRound;
            while (consumed.get() < total) {
                long start = System.nanoTime();
                consumed.addAndGet(poller.poll(LONG));
                assertThat(Duration.ofNanos(System.nanoTime() - start))
                        .as("a poll slept although there were records: %d of %d", consumed.get(), total)
                        .isLessThan(Duration.ofSeconds(20));
            }
            producer.join();
            assertThat(next[0]).isEqualTo(total + 1);
        }
    }

    @Test
    void aCauseIsDeliveredBeforeWhatComesOfIt() {
        try (BpfMap causes = ringMap(4096);
                BpfMap effects = ringMap(4096);
                RingPoller poller = RingPoller.create();
                KernelProgram cause = KernelProgram.producer(causes.fd(), 1, NEVER);
                KernelProgram effect = KernelProgram.producer(effects.fd(), 1, NEVER)) {
            List<String> delivered = new ArrayList<>();
            poller.add(RingBuffer.open(causes), (segment, offset, length) -> {
                delivered.add("cause " + segment.get(ValueLayout.JAVA_LONG, offset));
                return Verdict.CONTINUE;
            });
            poller.add(RingBuffer.open(effects), (segment, offset, length) -> {
                long number = segment.get(ValueLayout.JAVA_LONG, offset);
                delivered.add("effect " + number);
                if (number == 1) { // the first ring had its turn: what comes now is of the next round, in its order
                    cause.run(2);
                    effect.run(2);
                }
                return Verdict.CONTINUE;
            });
            cause.run(1);
            effect.run(1);
            while (delivered.size() < 4) {
                poller.poll(LONG);
            }
            assertThat(delivered).containsExactly("cause 1", "effect 1", "cause 2", "effect 2");
        }
    }

    @Test
    void aBusyRingDoesNotHoldUpAQuietOne() {
        try (BpfMap hot = ringMap(1 << 18);
                BpfMap cold = ringMap(4096);
                RingPoller poller = RingPoller.create();
                KernelProgram flood = KernelProgram.producer(hot.fd(), 2000, NEVER);
                KernelProgram drop = KernelProgram.producer(cold.fd(), 1, NEVER)) {
            List<String> order = new ArrayList<>();
            poller.add(
                    RingBuffer.open(hot),
                    (segment, offset, length) -> {
                        order.add("hot");
                        return Verdict.CONTINUE;
                    },
                    100);
            poller.add(
                    RingBuffer.open(cold),
                    (segment, offset, length) -> {
                        order.add("cold");
                        return Verdict.CONTINUE;
                    },
                    100);
            flood.run(1);
            drop.run(1);
            assertThat(poller.poll(LONG)).isEqualTo(101);
            assertThat(order.indexOf("cold")).isEqualTo(100);
            long rest = 0;
            for (int i = 0; i < 19; i++) {
                rest += poller.poll(LONG);
            }
            assertThat(rest).isEqualTo(1900);
        }
    }

    @Test
    void theDeadlineHolds() {
        try (BpfMap map = ringMap(4096);
                RingPoller poller = RingPoller.create()) {
            poller.add(RingBuffer.open(map), (segment, offset, length) -> Verdict.CONTINUE);
            poller.poll(Duration.ofMillis(50)); // the wake-up of add
            long start = System.nanoTime();
            assertThat(poller.poll(Duration.ofMillis(100))).isZero();
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isBetween(Duration.ofMillis(95), Duration.ofSeconds(10));
        }
    }

    @Test
    void anotherThreadEndsTheWait() throws Exception {
        try (BpfMap map = ringMap(4096);
                RingPoller poller = RingPoller.create()) {
            poller.add(RingBuffer.open(map), (segment, offset, length) -> Verdict.CONTINUE);
            poller.poll(Duration.ofMillis(50));
            Thread waker = Thread.ofPlatform().start(() -> {
                pause(50);
                poller.wakeup();
            });
            long start = System.nanoTime();
            assertThat(poller.poll(LONG)).isZero();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
            waker.join();
        }
    }

    @Test
    void closeEndsTheLoopAndWaitsForTheHandler() throws Exception {
        BpfMap map = ringMap(4096);
        RingBuffer ring = RingBuffer.open(map);
        RingPoller poller = RingPoller.create();
        CountDownLatch inside = new CountDownLatch(1);
        AtomicReference<String> end = new AtomicReference<>("handler is not done");
        poller.add(ring, (segment, offset, length) -> {
            inside.countDown();
            pause(100);
            // The memory must still be there.
            assertThat(segment.get(ValueLayout.JAVA_LONG, offset)).isEqualTo(9);
            end.set("handler is done");
            return Verdict.CONTINUE;
        });
        Thread loop = Thread.ofPlatform().daemon().name("events").start(poller);
        try (KernelProgram program = KernelProgram.producer(map.fd(), 1, NEVER)) {
            program.run(9);
            assertThat(inside.await(20, TimeUnit.SECONDS)).isTrue();
            poller.close();
            assertThat(end).hasValue("handler is done");
        }
        loop.join();
        poller.close();
        assertThatThrownBy(() -> poller.poll(LONG)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(ring::available).isInstanceOf(IllegalStateException.class);
        map.close();
    }

    @Test
    void aHandlerMayCloseThePoller() {
        BpfMap map = ringMap(4096);
        RingPoller poller = RingPoller.create();
        poller.add(RingBuffer.open(map), (segment, offset, length) -> {
            poller.close();
            return Verdict.CONTINUE;
        });
        try (KernelProgram program = KernelProgram.producer(map.fd(), 1, NEVER)) {
            program.run(1);
            poller.run();
        }
        map.close();
    }

    @Test
    void waitingOnAVirtualThreadIsRefused() throws Exception {
        try (RingPoller poller = RingPoller.create()) {
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            Thread.ofVirtual()
                    .start(() -> {
                        try {
                            poller.poll(LONG);
                        } catch (IllegalStateException e) {
                            thrown.set(e);
                        }
                    })
                    .join();
            assertThat(thrown.get()).hasMessageContaining("platform thread");
        }
    }

    @Test
    void aRingInPlainMemoryCannotBePolled() {
        try (Arena arena = Arena.ofShared();
                RingPoller poller = RingPoller.create()) {
            RingBuffer ring =
                    RingBuffer.over("plain", arena.allocate(8, 8), arena.allocate(8, 8), arena.allocate(512, 8));
            assertThatThrownBy(() -> poller.add(ring, (segment, offset, length) -> Verdict.CONTINUE))
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    private long sum;

    private Verdict add(MemorySegment segment, long offset, int length) {
        sum += segment.get(ValueLayout.JAVA_LONG, offset);
        return Verdict.CONTINUE;
    }

    @Test
    void pollingAllocatesNothing() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (BpfMap map = ringMap(1 << 16);
                RingPoller poller = RingPoller.create();
                KernelProgram program = KernelProgram.producer(map.fd(), 500, NEVER)) {
            poller.add(RingBuffer.open(map), this::add);
            long least = Long.MAX_VALUE;
            for (int attempt = 0; attempt < 6; attempt++) {
                long allocated = 0;
                for (int round = 0; round < 400; round++) {
                    program.run(1);
                    long before = threads.getCurrentThreadAllocatedBytes();
                    long delivered = poller.poll(LONG);
                    poller.poll(Duration.ZERO);
                    allocated += threads.getCurrentThreadAllocatedBytes() - before;
                    assertThat(delivered).isEqualTo(500);
                }
                least = Math.min(least, allocated);
            }
            assertThat(least).isZero();
            assertThat(sum).isPositive();
        }
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
