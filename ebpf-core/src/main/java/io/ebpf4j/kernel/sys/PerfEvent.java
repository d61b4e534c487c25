package io.ebpf4j.kernel.sys;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.Consumer;

/** A perf event: what a program is attached to, or what a perf buffer is read from. Any thread may use it. */
public final class PerfEvent implements AutoCloseable {
    /** Every process. */
    public static final int EVERY_PROCESS = -1;
    /** Whatever CPU the process is on. */
    public static final int EVERY_CPU = -1;

    private final Fd fd;

    private PerfEvent(Fd fd) {
        this.fd = fd;
    }

    /**
     * Opens an event, close-on-exec and without a group.
     *
     * @param kernel where
     * @param attr fills the zeroed attr, {@link PerfEventAttr}; its size is already set
     * @param pid the process, 0 for this one, or {@link #EVERY_PROCESS}
     * @param cpu the CPU, or {@link #EVERY_CPU}
     * @param what what it is, for messages
     * @return the event, to be closed
     * @throws io.ebpf4j.kernel.BpfException if the kernel refuses
     */
    public static PerfEvent open(Kernel kernel, Consumer<MemorySegment> attr, int pid, int cpu, String what) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(PerfEventAttr.SIZE, 8);
            memory.set(ValueLayout.JAVA_INT, PerfEventAttr.SIZE_MEMBER, PerfEventAttr.SIZE);
            attr.accept(memory);
            int result = kernel.perfEventOpen(memory, pid, cpu, -1, PerfEventAttr.PERF_FLAG_FD_CLOEXEC);
            return new PerfEvent(Fd.own(kernel, Failure.check("perf_event_open", result, what), what));
        }
    }

    /** {@return the descriptor} */
    public Fd fd() {
        return fd;
    }

    /**
     * Attaches a program; it is detached when the event is closed.
     *
     * @param program descriptor of the program
     * @throws io.ebpf4j.kernel.BpfException if the kernel refuses
     */
    public void attach(Fd program) {
        int number = program.acquire();
        try {
            control("ioctl(PERF_EVENT_IOC_SET_BPF)", PerfEventAttr.PERF_EVENT_IOC_SET_BPF, number);
        } finally {
            program.release();
        }
    }

    /**
     * Starts it.
     *
     * @throws io.ebpf4j.kernel.BpfException if the kernel refuses
     */
    public void enable() {
        control("ioctl(PERF_EVENT_IOC_ENABLE)", PerfEventAttr.PERF_EVENT_IOC_ENABLE, 0);
    }

    /**
     * Stops it.
     *
     * @throws io.ebpf4j.kernel.BpfException if the kernel refuses
     */
    public void disable() {
        control("ioctl(PERF_EVENT_IOC_DISABLE)", PerfEventAttr.PERF_EVENT_IOC_DISABLE, 0);
    }

    /**
     * Lets nothing be written to its buffer until {@link #resume()}, since Linux 4.7.
     *
     * @throws io.ebpf4j.kernel.BpfException if the kernel refuses
     */
    public void pause() {
        control("ioctl(PERF_EVENT_IOC_PAUSE_OUTPUT)", PerfEventAttr.PERF_EVENT_IOC_PAUSE_OUTPUT, 1);
    }

    /**
     * Lets its buffer be written again.
     *
     * @throws io.ebpf4j.kernel.BpfException if the kernel refuses
     */
    public void resume() {
        control("ioctl(PERF_EVENT_IOC_PAUSE_OUTPUT)", PerfEventAttr.PERF_EVENT_IOC_PAUSE_OUTPUT, 0);
    }

    private void control(String call, long request, long argument) {
        int number = fd.acquire();
        try {
            Failure.check(call, fd.kernel().ioctl(number, request, argument), fd.what());
        } finally {
            fd.release();
        }
    }

    @Override
    public void close() {
        fd.close();
    }
}
