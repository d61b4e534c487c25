package io.ebpf4j.link;

import io.ebpf4j.kernel.Errno;
import io.ebpf4j.kernel.KernelVersion;
import io.ebpf4j.kernel.NotSupportedException;
import io.ebpf4j.kernel.sys.BpfAttr;
import io.ebpf4j.kernel.sys.Failure;
import io.ebpf4j.kernel.sys.Fd;
import io.ebpf4j.kernel.sys.PerfEventAttr;
import io.ebpf4j.program.BpfProgram;
import io.ebpf4j.spec.AttachType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;

/** An open perf event that a program is attached to. */
final class PerfEventSource implements AutoCloseable {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

    private final LinkCommands commands;
    private final Fd fd;
    private final String what;
    private final Runnable afterwards;

    private PerfEventSource(LinkCommands commands, Fd fd, String what, Runnable afterwards) {
        this.commands = commands;
        this.fd = fd;
        this.what = what;
        this.afterwards = afterwards;
    }

    /** Fills the attr of an event. */
    @FunctionalInterface
    interface Request {
        /** Writes to the attr; what it points at comes from {@code memory}. */
        void write(MemorySegment attr, SegmentAllocator memory);
    }

    /** perf_event_open(2): a descriptor, or minus an errno. */
    static int open(LinkCommands commands, int pid, int cpu, Request request) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attr = arena.allocate(PerfEventAttr.SIZE, Long.BYTES);
            attr.set(INT, PerfEventAttr.SIZE_MEMBER, PerfEventAttr.SIZE);
            request.write(attr, arena);
            return commands.kernel().perfEventOpen(attr, pid, cpu, -1, PerfEventAttr.PERF_FLAG_FD_CLOEXEC);
        }
    }

    /** A tracepoint's event on every CPU and process; the kernel keeps one list of programs for all CPUs. */
    static int openTracepoint(LinkCommands commands, long id, int pid) {
        return open(commands, pid, pid < 0 ? 0 : -1, (attr, _) -> {
            attr.set(INT, PerfEventAttr.TYPE, PerfEventAttr.PERF_TYPE_TRACEPOINT);
            attr.set(LONG, PerfEventAttr.CONFIG, id);
            attr.set(LONG, PerfEventAttr.SAMPLE_PERIOD, 1);
            attr.set(LONG, PerfEventAttr.SAMPLE_TYPE, PerfEventAttr.PERF_SAMPLE_RAW);
            attr.set(INT, PerfEventAttr.WAKEUP_EVENTS, 1);
        });
    }

    /**
     * Takes over an event.
     *
     * @param afterwards runs once the event is closed
     */
    static PerfEventSource own(LinkCommands commands, int fd, String what, Runnable afterwards) {
        return new PerfEventSource(commands, Fd.own(commands.kernel(), fd, "perf event " + what), what, afterwards);
    }

    static PerfEventSource own(LinkCommands commands, int fd, String what) {
        return own(commands, fd, what, () -> {});
    }

    /**
     * Attaches the program and starts the event: by a kernel link, or on kernels without by ioctl. Closes the event when
     * that fails.
     */
    Attachment attach(BpfProgram program, long cookie) {
        try {
            Attachment attachment = attachment(program, cookie);
            enable();
            return attachment;
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private Attachment attachment(BpfProgram program, long cookie) {
        int link = commands.create(
                program.fd(),
                fd.number(),
                AttachType.PERF_EVENT,
                0,
                (attr, _) -> attr.set(LONG, BpfAttr.LinkCreate.PERF_EVENT_BPF_COOKIE, cookie));
        if (link >= 0) {
            return KernelAttachment.of(commands, link, this, "link of " + what);
        }
        if (!Refusal.is(link, Errno.EINVAL) || KernelVersion.running().isAtLeast(5, 15)) {
            throw Failure.of("bpf(BPF_LINK_CREATE)", link, what);
        }
        if (cookie != 0) {
            throw new NotSupportedException(
                    "a cookie at " + what, new KernelVersion(5, 15, 0), "this is Linux " + KernelVersion.running());
        }
        return attachByIoctl(program);
    }

    /** The form of attachment before 5.15: the event itself holds the program, until it is closed. */
    Attachment attachByIoctl(BpfProgram program) {
        int result = commands.kernel().ioctl(fd.number(), PerfEventAttr.PERF_EVENT_IOC_SET_BPF, program.fd());
        if (result < 0) {
            throw Failure.of("ioctl(PERF_EVENT_IOC_SET_BPF)", result, what);
        }
        return UnlinkedAttachment.of("perf event " + what, program.info().id(), this::close, () -> {});
    }

    void enable() {
        int result = commands.kernel().ioctl(fd.number(), PerfEventAttr.PERF_EVENT_IOC_ENABLE, 0);
        if (result < 0) {
            throw Failure.of("ioctl(PERF_EVENT_IOC_ENABLE)", result, what);
        }
    }

    @Override
    public void close() {
        if (!fd.isClosed()) {
            fd.close();
            afterwards.run();
        }
    }
}
