package io.ebpf4j.program;

import io.ebpf4j.kernel.sys.BpfAttr;
import io.ebpf4j.kernel.sys.BpfAttr.EnableStats;
import io.ebpf4j.kernel.sys.BpfCommand;
import io.ebpf4j.kernel.sys.Failure;
import io.ebpf4j.kernel.sys.Fd;
import io.ebpf4j.kernel.sys.Kernel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Makes the kernel count how often and how long programs run, of all programs, while it is open: {@link
 * ProgramInfo#runTime()} and {@link ProgramInfo#runCount()} grow. Since Linux 5.8; costs two clock readings a run.
 */
public final class ProgramStatistics implements AutoCloseable {
    private static final int BPF_STATS_RUN_TIME = 0;

    private final Fd fd;

    private ProgramStatistics(Fd fd) {
        this.fd = fd;
    }

    /**
     * {@return the switch, on until it is closed}
     *
     * @throws io.ebpf4j.kernel.DeniedException without CAP_SYS_ADMIN
     * @throws io.ebpf4j.kernel.BpfException when the kernel cannot
     */
    public static ProgramStatistics enable() {
        return enable(Kernel.system());
    }

    /**
     * {@return the switch, on until it is closed}
     *
     * @param kernel the kernel to ask
     * @throws io.ebpf4j.kernel.BpfException when the kernel cannot
     */
    @SuppressWarnings("exports") // the kernel's seam is for our own modules and their tests
    public static ProgramStatistics enable(Kernel kernel) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attr = arena.allocate(BpfAttr.SIZE, Long.BYTES);
            attr.set(ValueLayout.JAVA_INT, EnableStats.TYPE, BPF_STATS_RUN_TIME);
            int result = kernel.bpf(BpfCommand.ENABLE_STATS, attr, EnableStats.SIZE);
            Failure.check("bpf(BPF_ENABLE_STATS)", result, "run time of programs");
            return new ProgramStatistics(Fd.own(kernel, result, "program statistics"));
        }
    }

    /** Stops counting, unless someone else wants it too. Closing again does nothing. */
    @Override
    public void close() {
        fd.close();
    }
}
