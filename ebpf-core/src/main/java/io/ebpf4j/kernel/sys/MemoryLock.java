package io.ebpf4j.kernel.sys;

import io.ebpf4j.kernel.Errno;
import io.ebpf4j.kernel.KernelVersion;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The limit of locked memory, {@code RLIMIT_MEMLOCK}, which kernels before 5.11 charge maps and programs to. The usual
 * 64 KiB hold a few of them, and because the charge of a closed one is given back late, the limit is hit at random.
 */
final class MemoryLock {
    private static final int RLIMIT_MEMLOCK = 8;
    private static final long RLIM_INFINITY = -1;
    private static final KernelVersion CHARGED_TO_CGROUPS = new KernelVersion(5, 11, 0);

    private final boolean counts;
    private final AtomicBoolean raised = new AtomicBoolean();

    MemoryLock(KernelVersion running) {
        this.counts = !running.isAtLeast(CHARGED_TO_CGROUPS);
    }

    /** Lifts the limit before the first command that is charged to it, on the kernels that do so. */
    void before(BpfCommand command, Kernel kernel) {
        if (counts
                && (command == BpfCommand.MAP_CREATE
                        || command == BpfCommand.PROG_LOAD
                        || command == BpfCommand.BTF_LOAD)
                && raised.compareAndSet(false, true)) {
            raise(kernel);
        }
    }

    private static void raise(Kernel kernel) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment limit = arena.allocateFrom(ValueLayout.JAVA_LONG, RLIM_INFINITY, RLIM_INFINITY);
            long result = kernel.call(SystemCall.PRLIMIT64, 0, RLIMIT_MEMLOCK, limit.address(), 0, 0, 0);
            if (result < 0) {
                // not fatal: what fits in the limit still works, and what does not fails with EPERM
                System.getLogger("io.ebpf4j.kernel")
                        .log(
                                System.Logger.Level.WARNING,
                                "RLIMIT_MEMLOCK cannot be raised ({0}); this kernel charges maps to it",
                                Errno.ofResult(result));
            }
        }
    }
}
