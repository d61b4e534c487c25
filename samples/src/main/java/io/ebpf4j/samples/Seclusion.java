package io.ebpf4j.samples;

import io.ebpf4j.kernel.BpfException;
import io.ebpf4j.kernel.sys.Failure;
import io.ebpf4j.kernel.sys.Kernel;
import io.ebpf4j.kernel.sys.SystemCall;
import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs something on a thread with mount and network namespaces of its own: an empty BPF file system, a network without
 * neighbours. What it leaves behind there goes with the thread.
 */
final class Seclusion {
    // include/uapi/linux/sched.h, include/uapi/linux/mount.h
    private static final long CLONE_NEWNS = 0x0002_0000;
    private static final long CLONE_NEWNET = 0x4000_0000;
    private static final long MS_REC = 1 << 14;
    private static final long MS_PRIVATE = 1 << 18;
    private static final String BPF_DIRECTORY = "/sys/fs/bpf";

    private Seclusion() {}

    /**
     * Runs an action.
     *
     * @param action what to run
     * @param limit how long to wait for it
     * @return its result
     * @throws BpfException what the action threw, or what kept the namespaces from being made
     * @throws IllegalStateException when it took too long; it is left behind
     */
    static <T> T call(Supplier<T> action, Duration limit) throws InterruptedException {
        AtomicReference<@Nullable T> result = new AtomicReference<>();
        AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();
        Thread thread = Thread.ofPlatform().daemon().name("ebpf4j-secluded").start(() -> {
            try {
                seclude(Kernel.system());
                result.set(action.get());
            } catch (RuntimeException e) {
                failure.set(e);
            }
        });
        if (!thread.join(limit)) {
            throw new IllegalStateException("not done after " + limit.toSeconds() + " s");
        }
        RuntimeException thrown = failure.get();
        if (thrown != null) {
            throw thrown;
        }
        T value = result.get();
        if (value == null) {
            throw new IllegalStateException("the secluded thread ended without a result");
        }
        return value;
    }

    private static void seclude(Kernel kernel) {
        Failure.check(
                "unshare", kernel.call(SystemCall.UNSHARE, CLONE_NEWNS | CLONE_NEWNET, 0, 0, 0, 0, 0), "namespaces");
        try (Arena arena = Arena.ofConfined()) {
            long none = arena.allocateFrom("none").address();
            long root = arena.allocateFrom("/").address();
            long bpf = arena.allocateFrom("bpf").address();
            long directory = arena.allocateFrom(BPF_DIRECTORY).address();
            // mounts made from here on stay here
            Failure.check("mount", kernel.call(SystemCall.MOUNT, none, root, 0, MS_REC | MS_PRIVATE, 0, 0), "/");
            Failure.check("mount", kernel.call(SystemCall.MOUNT, bpf, directory, bpf, 0, 0, 0), BPF_DIRECTORY);
        }
    }
}
