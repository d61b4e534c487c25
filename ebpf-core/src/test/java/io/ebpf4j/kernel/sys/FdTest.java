package io.ebpf4j.kernel.sys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebpf4j.kernel.SystemCallException;
import io.ebpf4j.testing.FakeKernel;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class FdTest {
    private final FakeKernel kernel = new FakeKernel();

    @Test
    void closesOnce() {
        Fd fd = Fd.own(kernel, kernel.newFd(), "map");
        assertThat(kernel.openFds()).containsExactly(fd.number());
        fd.close();
        fd.close();
        assertThat(kernel.openFds()).isEmpty();
        assertThat(kernel.calls()).hasSize(1);
        assertThatThrownBy(fd::number).isInstanceOf(IllegalStateException.class).hasMessageContaining("map");
        assertThatThrownBy(fd::acquire).isInstanceOf(IllegalStateException.class);
        assertThat(kernel.calls()).hasSize(1);
    }

    @Test
    void staysOpenWhileItIsUsed() {
        Fd fd = Fd.own(kernel, kernel.newFd(), "map");
        int number = fd.acquire();
        fd.close();
        assertThat(kernel.openFds()).containsExactly(number);
        assertThatThrownBy(fd::acquire).isInstanceOf(IllegalStateException.class);
        fd.release();
        assertThat(kernel.openFds()).isEmpty();
    }

    @Test
    void aCloseThatFailsSaysSo() {
        int number = kernel.newFd();
        kernel.close(number);
        Fd fd = Fd.own(kernel, number, "map");
        assertThatThrownBy(fd::close).isInstanceOf(SystemCallException.class).hasMessageContaining("EBADF");
    }

    @Test
    void aCloseInterruptedByASignalIsDone() {
        kernel.on(SystemCall.CLOSE, arguments -> -4);
        Fd.own(kernel, kernel.newFd(), "map").close();
        assertThat(kernel.calls()).hasSize(1);
    }

    @Test
    @Timeout(60)
    void noUserSeesANumberThatIsClosed() throws InterruptedException {
        AtomicInteger violations = new AtomicInteger();
        for (int round = 0; round < 300; round++) {
            AtomicBoolean closed = new AtomicBoolean();
            FakeKernel fake = new FakeKernel();
            fake.on(SystemCall.CLOSE, arguments -> {
                closed.set(true);
                return 0;
            });
            Fd fd = Fd.own(fake, fake.newFd(), "raced");
            CountDownLatch started = new CountDownLatch(1);
            Thread user = Thread.ofPlatform().start(() -> {
                started.countDown();
                while (true) {
                    try {
                        fd.acquire();
                    } catch (IllegalStateException e) {
                        return;
                    }
                    if (closed.get()) {
                        violations.incrementAndGet();
                    }
                    fd.release();
                }
            });
            started.await();
            fd.close();
            user.join();
            assertThat(fake.openFds()).isEmpty();
        }
        assertThat(violations).hasValue(0);
    }
}
