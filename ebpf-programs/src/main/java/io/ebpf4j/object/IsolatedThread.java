package io.ebpf4j.object;

import io.ebpf4j.kernel.BpfException;
import io.ebpf4j.kernel.Errno;
import io.ebpf4j.kernel.SystemCallException;
import io.ebpf4j.kernel.sys.Constants;
import io.ebpf4j.kernel.sys.Failure;
import io.ebpf4j.kernel.sys.Kernel;
import io.ebpf4j.kernel.sys.SystemCall;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * Runs something on a thread with mount and network namespaces of its own and an empty BPF file system, so that pins and
 * devices of the machine are neither seen nor touched. Namespaces are the thread's: they end with it.
 */
final class IsolatedThread {
    /** {@code MS_REC | MS_PRIVATE} (include/uapi/linux/mount.h). */
    private static final long MAKE_PRIVATE = 0x4000 | 0x40000;

    private IsolatedThread() {}

    /** {@return what the work gives, or a time-out as its failure} */
    static Optional<BpfException> call(Kernel kernel, Duration patience, Supplier<Optional<BpfException>> work) {
        FutureTask<Optional<BpfException>> task = new FutureTask<>(() -> {
            isolate(kernel);
            return work.get();
        });
        Thread thread = Thread.ofPlatform().name("ebpf4j-isolated").daemon().start(task);
        try {
            Optional<BpfException> result = task.get(patience.toNanos(), TimeUnit.NANOSECONDS);
            thread.join();
            return result;
        } catch (TimeoutException e) {
            return Optional.of(new SystemCallException("the load", Errno.ETIMEDOUT, "it took longer than " + patience));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of(new SystemCallException("the load", Errno.EINTR, "the waiting thread was interrupted"));
        } catch (ExecutionException e) {
            throw unwrapped(e);
        }
    }

    private static RuntimeException unwrapped(ExecutionException e) {
        return switch (e.getCause()) {
            case RuntimeException cause -> cause;
            case Error cause -> throw cause;
            case null, default -> new IllegalStateException(e);
        };
    }

    private static void isolate(Kernel kernel) {
        long flags = (long) Constants.CLONE_NEWNS | Constants.CLONE_NEWNET;
        Failure.check("unshare", kernel.call(SystemCall.UNSHARE, flags, 0, 0, 0, 0, 0), "mount and network namespaces");
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment none = arena.allocateFrom("none");
            mount(kernel, none, arena.allocateFrom("/"), MemorySegment.NULL, MAKE_PRIVATE, "making / private");
            MemorySegment bpf = arena.allocateFrom("bpf");
            mount(kernel, bpf, arena.allocateFrom("/sys/fs/bpf"), bpf, 0, "a BPF file system on /sys/fs/bpf");
        }
    }

    private static void mount(
            Kernel kernel, MemorySegment source, MemorySegment target, MemorySegment type, long flags, String what) {
        Failure.check(
                "mount",
                kernel.call(SystemCall.MOUNT, source.address(), target.address(), type.address(), flags, 0, 0),
                what);
    }
}
