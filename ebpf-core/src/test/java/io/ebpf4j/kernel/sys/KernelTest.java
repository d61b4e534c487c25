package io.ebpf4j.kernel.sys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebpf4j.kernel.Errno;
import io.ebpf4j.testing.FakeKernel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class KernelTest {
    private final FakeKernel kernel = new FakeKernel();
    private final MemorySegment memory = Arena.ofAuto().allocate(BpfAttr.SIZE, 8);

    @Test
    void anInterruptedLoadIsTriedFiveTimesAndNoMore() {
        kernel.onBpf(BpfCommand.PROG_LOAD, attr -> -Errno.EAGAIN.code());
        assertThat(kernel.bpfRetryingEagain(BpfCommand.PROG_LOAD, memory, 8)).isEqualTo(-Errno.EAGAIN.code());
        assertThat(kernel.bpfCalls()).hasSize(5);
    }

    @Test
    void aLoadThatSucceedsInTheEndSucceeds() {
        AtomicInteger attempts = new AtomicInteger();
        kernel.onBpf(
                BpfCommand.PROG_LOAD, attr -> attempts.incrementAndGet() < 3 ? -Errno.EAGAIN.code() : kernel.newFd());
        assertThat(kernel.bpfRetryingEagain(BpfCommand.PROG_LOAD, memory, 8)).isPositive();
        assertThat(attempts).hasValue(3);
    }

    @Test
    void anotherErrorIsNotTriedAgain() {
        kernel.onBpf(BpfCommand.PROG_LOAD, attr -> -Errno.EACCES.code());
        assertThat(kernel.bpfRetryingEagain(BpfCommand.PROG_LOAD, memory, 8)).isEqualTo(-Errno.EACCES.code());
        assertThat(kernel.bpfCalls()).hasSize(1);
    }

    @Test
    void anInterruptedReadIsRestarted() {
        AtomicInteger attempts = new AtomicInteger();
        kernel.on(SystemCall.READ, arguments -> attempts.incrementAndGet() < 4 ? -Errno.EINTR.code() : 5);
        assertThat(kernel.readRestarting(3, memory, 8)).isEqualTo(5);
        assertThat(attempts).hasValue(4);
    }

    @Test
    void noMoreIsReadThanThereIsRoomFor() {
        assertThatThrownBy(() -> kernel.read(3, memory, BpfAttr.SIZE + 1))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> kernel.write(3, memory, -1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(kernel.calls()).isEmpty();
    }

    @Test
    void anInterruptedWaitGoesOnWithWhatIsLeft() {
        kernel.on(SystemCall.EPOLL_CREATE1, arguments -> kernel.newFd());
        long[] timeouts = new long[2];
        AtomicInteger attempts = new AtomicInteger();
        kernel.on(SystemCall.EPOLL_PWAIT, arguments -> {
            int attempt = attempts.getAndIncrement();
            timeouts[attempt] = arguments[3];
            if (attempt == 0) {
                spin(30);
                return -Errno.EINTR.code();
            }
            return 0;
        });
        try (Epoll epoll = Epoll.open(kernel, 1)) {
            assertThat(epoll.await(10_000_000_000L)).isZero();
        }
        assertThat(timeouts[0]).isEqualTo(10_000);
        assertThat(timeouts[1]).isBetween(1L, 9_971L);
    }

    private static void spin(long millis) {
        long end = System.nanoTime() + millis * 1_000_000;
        while (System.nanoTime() < end) {
            Thread.onSpinWait();
        }
    }
}
