package io.ebpf4j.kernel.sys;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.kernel.Errno;
import io.ebpf4j.testing.RequiresKernel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@RequiresKernel(
        capability = {},
        feature = "epoll")
@Timeout(60)
class EpollIT {
    /** HotSpot handles this signal in every thread, so it interrupts a system call and harms nothing. */
    private static final int SIGUSR2 = 12;

    private final Kernel kernel = Kernel.system();

    @Test
    void givesBackTheDataOfWhatIsReady() {
        try (Epoll epoll = Epoll.open(kernel, 8);
                EventFd first = EventFd.open(kernel);
                EventFd second = EventFd.open(kernel);
                EventFd third = EventFd.open(kernel)) {
            epoll.add(first.fd(), Constants.EPOLLIN, 0x1122334455667788L);
            epoll.add(second.fd(), Constants.EPOLLIN, -2);
            epoll.add(third.fd(), Constants.EPOLLIN, 3);
            assertThat(epoll.await(0)).isZero();

            first.signal();
            second.signal();
            second.signal();
            assertThat(epoll.await(-1)).isEqualTo(2);
            assertThat(new long[] {epoll.data(0), epoll.data(1)}).containsExactlyInAnyOrder(0x1122334455667788L, -2L);
            assertThat(epoll.events(0)).isEqualTo(Constants.EPOLLIN);
            assertThat(epoll.events(1)).isEqualTo(Constants.EPOLLIN);

            assertThat(first.clear()).isEqualTo(1);
            assertThat(second.clear()).isEqualTo(2);
            assertThat(second.clear()).isZero();
            assertThat(epoll.await(0)).isZero();

            epoll.remove(third.fd());
            third.signal();
            assertThat(epoll.await(0)).isZero();
        }
    }

    @Test
    void anotherThreadEndsAWait() throws InterruptedException {
        try (Epoll epoll = Epoll.open(kernel, 1);
                EventFd wake = EventFd.open(kernel)) {
            epoll.add(wake.fd(), Constants.EPOLLIN, 1);
            AtomicInteger events = new AtomicInteger(-1);
            Thread waiter = Thread.ofPlatform().start(() -> events.set(epoll.await(-1)));
            wake.signal();
            waiter.join();
            assertThat(events).hasValue(1);
        }
    }

    @Test
    void aSignalDoesNotEndAWaitNorMoveItsDeadline() throws InterruptedException {
        long wanted = TimeUnit.MILLISECONDS.toNanos(700);
        try (Epoll epoll = Epoll.open(kernel, 1)) {
            AtomicLong tid = new AtomicLong();
            AtomicLong took = new AtomicLong();
            AtomicInteger events = new AtomicInteger(-1);
            CountDownLatch ready = new CountDownLatch(1);
            Thread waiter = Thread.ofPlatform().start(() -> {
                tid.set(kernel.call(SystemCall.GETTID, 0, 0, 0, 0, 0, 0));
                ready.countDown();
                long start = System.nanoTime();
                events.set(epoll.await(wanted));
                took.set(System.nanoTime() - start);
            });
            ready.await();
            int sent = 0;
            while (waiter.isAlive()) {
                signal(tid.get());
                sent++;
                Thread.sleep(10);
            }
            waiter.join();
            assertThat(sent).isGreaterThan(3);
            assertThat(events).hasValue(0);
            assertThat(Duration.ofNanos(took.get())).isBetween(Duration.ofNanos(wanted), Duration.ofSeconds(20));
        }
    }

    @Test
    void theSameSignalDoesInterruptASingleCall() throws InterruptedException {
        try (Epoll epoll = Epoll.open(kernel, 1);
                EventFd never = EventFd.open(kernel);
                Fd set = Fd.own(kernel, kernel.epollCreate(), "epoll");
                Arena arena = Arena.ofShared()) {
            epoll.add(never.fd(), Constants.EPOLLIN, 1);
            MemorySegment events = arena.allocate(16, 8);
            AtomicLong tid = new AtomicLong();
            AtomicInteger result = new AtomicInteger();
            CountDownLatch ready = new CountDownLatch(1);
            Thread waiter = Thread.ofPlatform().start(() -> {
                tid.set(kernel.call(SystemCall.GETTID, 0, 0, 0, 0, 0, 0));
                ready.countDown();
                result.set(kernel.epollWait(set.number(), events, 1, 30_000));
            });
            ready.await();
            while (waiter.isAlive()) {
                signal(tid.get());
                Thread.sleep(10);
            }
            waiter.join();
            assertThat(result).hasValue(-Errno.EINTR.code());
        }
    }

    private void signal(long tid) {
        long result = kernel.call(SystemCall.TGKILL, ProcessHandle.current().pid(), tid, SIGUSR2, 0, 0, 0);
        // ESRCH: the thread is done
        assertThat(result).isIn(0L, (long) -Errno.ESRCH.code());
    }
}
