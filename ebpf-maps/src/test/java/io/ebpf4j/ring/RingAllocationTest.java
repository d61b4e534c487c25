package io.ebpf4j.ring;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** The drain allocates nothing: neither per record nor per call. */
class RingAllocationTest {
    private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
    private static final int ROUNDS = 2_000;
    private static final int PER_ROUND = 500;

    private long sum;

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
            assertThat(allocated(plain, () -> plain.ring.drain(handler, Long.MAX_VALUE)))
                    .isZero();
            assertThat(allocated(plain, () -> plain.ring.drainAddresses(addresses, Long.MAX_VALUE)))
                    .isZero();
            assertThat(sum).isPositive();
        }
    }
}
