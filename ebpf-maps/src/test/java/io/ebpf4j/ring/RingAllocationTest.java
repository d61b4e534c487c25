package io.ebpf4j.ring;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.ebpf4j.codec.Codec;
import io.ebpf4j.testing.FakeKernel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** The data path allocates nothing: neither per record nor per call. */
class RingAllocationTest {
    private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
    private static final int ROUNDS = 2_000;
    private static final int PER_ROUND = 500;

    private long sum;

    private record Sample(long first, long second, int third, int fourth, long fifth, long sixth, long seventh) {}

    private static final Codec<Sample> SAMPLE = Codec.of(MethodHandles.lookup(), Sample.class);

    private Verdict takeView(RecordView view) {
        sum += view.getLong(0) + view.getInt(16) + view.length();
        return Verdict.CONTINUE;
    }

    private Verdict takeRecord(RecordView view) {
        Sample sample = view.decode(SAMPLE);
        sum += sample.first() + sample.third();
        return Verdict.CONTINUE;
    }

    private Verdict take(MemorySegment segment, long offset, int length) {
        sum += segment.get(ValueLayout.JAVA_LONG, offset) + length;
        return Verdict.CONTINUE;
    }

    private Verdict takeAddress(long address, int length) {
        sum += ALL.get(ValueLayout.JAVA_LONG, address) + length;
        return Verdict.CONTINUE;
    }

    private static void refill(PlainRing plain) {
        for (int i = 0; i < PER_ROUND; i++) {
            long at = plain.source.reserve(48);
            plain.data.set(ValueLayout.JAVA_LONG, at, i);
            plain.source.submit(at);
        }
    }

    /** The least of several measurements: what a JIT thread or the test's own bookkeeping adds does not repeat. */
    private static long allocated(PlainRing plain, Runnable drain) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long least = Long.MAX_VALUE;
        for (int attempt = 0; attempt < 5; attempt++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int round = 0; round < ROUNDS; round++) {
                refill(plain);
                drain.run();
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        return least;
    }

    @Test
    void drainingAllocatesNothing() {
        try (PlainRing plain = new PlainRing(64 << 10)) {
            RecordHandler handler = this::take;
            AddressHandler addresses = this::takeAddress;
            ViewHandler views = this::takeView;
            ViewHandler records = this::takeRecord;
            for (ViewHandler each : new ViewHandler[] {handler, addresses, views, records}) {
                assertThat(allocated(plain, () -> plain.ring.drain(each, Long.MAX_VALUE)))
                        .isZero();
            }
            assertThat(sum).isPositive();
        }
    }

    @Test
    void writingAllocatesNothing() {
        try (PlainRing plain = new PlainRing(64 << 10)) {
            UserRingBuffer user =
                    UserRingBuffer.over("user", new FakeKernel(), plain.consumer, plain.producer, plain.data);
            ViewHandler views = this::takeView;
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            long least = Long.MAX_VALUE;
            for (int attempt = 0; attempt < 5; attempt++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int round = 0; round < ROUNDS; round++) {
                    for (int i = 0; i < PER_ROUND; i++) {
                        long at = user.reserve(48);
                        user.segment().set(ValueLayout.JAVA_LONG, at, i);
                        user.submit(at);
                    }
                    plain.ring.drain(views);
                }
                least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
            }
            assertThat(least).isZero();
            user.close();
        }
    }

    @Test
    void drainingAPerfRingAllocatesNothing() {
        try (Arena arena = Arena.ofShared()) {
            MemorySegment control = arena.allocate(4096, 4096);
            MemorySegment data = arena.allocate(64 << 10, 4096);
            PerfRing ring = new PerfRing("perf", 0, control, data, arena);
            ConsumerGate gate = new ConsumerGate("perf", () -> {});
            PerfHandler handler = (cpu, view) -> takeView(view);
            int stride = 64;
            for (long at = 0; at < data.byteSize(); at += stride) {
                data.set(ValueLayout.JAVA_INT, at, PerfRing.RECORD_SAMPLE);
                data.set(ValueLayout.JAVA_SHORT, at + 6, (short) stride);
                data.set(ValueLayout.JAVA_INT, at + 8, stride - 12);
            }
            PerfDrainLoop loop = new PerfLoop();
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            long least = Long.MAX_VALUE;
            for (int attempt = 0; attempt < 5; attempt++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int round = 0; round < ROUNDS; round++) {
                    long head = control.get(ValueLayout.JAVA_LONG, PerfRing.HEAD);
                    control.set(ValueLayout.JAVA_LONG, PerfRing.HEAD, head + (long) PER_ROUND * stride);
                    ring.drain(loop, handler, Long.MAX_VALUE, gate);
                }
                least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
            }
            assertThat(least).isZero();
            assertThat(ring.count()).isEqualTo(PER_ROUND);
        }
    }
}
