package io.ebpf4j.ring;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A consumer that sleeps as the poller does, by the ring's own protocol, and producers that wake as the kernel does: only
 * when they commit the record the consumer is at. A lost wake-up is a consumer that sleeps while there are records.
 */
@Timeout(120)
class RingStressTest {
    private static final int RECORDS = 200_000;

    private static void run(int producers, int size) throws Exception {
        Semaphore wakeups = new Semaphore(0);
        try (PlainRing plain = new PlainRing(size, wakeups::release)) {
            AtomicLong submitted = new AtomicLong();
            Thread[] threads = new Thread[producers];
            for (int p = 0; p < producers; p++) {
                int id = p;
                threads[p] = Thread.ofPlatform().start(() -> produce(plain, id, submitted));
            }
            long[] next = new long[producers];
            long got = 0;
            RecordHandler handler = (segment, offset, length) -> {
                int id = segment.get(ValueLayout.JAVA_INT, offset);
                long sequence = segment.get(ValueLayout.JAVA_LONG, offset + 8);
                if (sequence != next[id]++) {
                    throw new AssertionError("producer " + id + ": " + sequence + " instead of " + (next[id] - 1));
                }
                long check = length >= 24 ? segment.get(ValueLayout.JAVA_LONG, offset + 16) : ~sequence;
                if (check != ~sequence) {
                    throw new AssertionError("torn record " + sequence);
                }
                return Verdict.CONTINUE;
            };
            long total = (long) RECORDS * producers;
            while (got < total) {
                got += plain.ring.drain(handler, 64);
                if (plain.ring.isIdle() && got < total && !wakeups.tryAcquire(20, TimeUnit.SECONDS)) {
                    throw new AssertionError("lost wake-up: " + got + " of " + submitted.get() + " submitted, "
                            + plain.ring.available() + " bytes wait");
                }
            }
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(next).containsOnly(RECORDS);
            assertThat(plain.ring.counts().delivered()).isEqualTo(total);
            assertThat(plain.ring.available()).isZero();
        }
    }

    private static void produce(PlainRing plain, int id, AtomicLong submitted) {
        Random random = new Random(id);
        MemorySegment data = plain.data;
        for (long sequence = 0; sequence < RECORDS; ) {
            int length = random.nextBoolean() ? 16 : 24;
            long at = plain.source.reserve(length);
            if (at < 0) {
                Thread.onSpinWait();
                continue;
            }
            if (random.nextInt(16) == 0) {
                plain.source.discard(at);
                continue;
            }
            data.set(ValueLayout.JAVA_INT, at, id);
            data.set(ValueLayout.JAVA_LONG, at + 8, sequence);
            if (length == 24) {
                data.set(ValueLayout.JAVA_LONG, at + 16, ~sequence);
            }
            if (random.nextInt(1024) == 0) {
                Thread.onSpinWait();
            }
            plain.source.submit(at);
            submitted.incrementAndGet();
            sequence++;
        }
    }

    @Test
    void oneProducerAndATinyRing() throws Exception {
        run(1, 128);
    }

    @Test
    void severalProducers() throws Exception {
        run(3, 4096);
    }
}
