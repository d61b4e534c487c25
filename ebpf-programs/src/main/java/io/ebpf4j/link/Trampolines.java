package io.ebpf4j.link;

import io.ebpf4j.kernel.BpfException;
import io.ebpf4j.kernel.DeniedException;
import io.ebpf4j.kernel.Errno;
import io.ebpf4j.kernel.KernelVersion;
import io.ebpf4j.kernel.NotSupportedException;
import io.ebpf4j.kernel.sys.Failure;
import io.ebpf4j.program.BpfProgram;
import io.ebpf4j.spec.AttachType;

/** Why a program was not attached to a kernel function through a trampoline. */
final class Trampolines {
    private Trampolines() {}

    /** The exception for a refused tracing, LSM or extension program. */
    static BpfException refusal(long result, BpfProgram program) {
        return refusal(result, program.attachType(), program.name());
    }

    static BpfException refusal(long result, AttachType type, String program) {
        String what = type.name() + " program " + program;
        if (Refusal.is(result, Errno.EPERM) && needsTrampoline(type)) {
            BpfException diagnosed = Failure.of("bpf(BPF_LINK_CREATE)", result, what);
            // With every capability there, what refuses is the patching of kernel text: register_ftrace_direct or the
            // fmod_ret and LSM checks of the running kernel.
            return diagnosed instanceof DeniedException
                    ? diagnosed
                    : new DeniedException(
                            "attaching " + what,
                            "the kernel does not let its functions be patched (trampolines are refused with EPERM)",
                            "use a tracepoint: tp_btf or raw_tp");
        }
        boolean unknown = Refusal.is(result, Errno.EINVAL)
                ? !KernelVersion.running().isAtLeast(5, 5)
                : Refusal.isUnknownRequest(result);
        if (unknown) {
            return new NotSupportedException(
                    "attaching " + what,
                    new KernelVersion(5, 5, 0),
                    "this kernel answers " + new Errno((int) -result).name()
                            + ": it has no trampolines for its functions (CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS)");
        }
        return Failure.of("bpf(BPF_LINK_CREATE)", result, what);
    }

    private static boolean needsTrampoline(AttachType type) {
        return !type.equals(AttachType.TRACE_RAW_TP) && !type.equals(AttachType.TRACE_ITER);
    }
}
