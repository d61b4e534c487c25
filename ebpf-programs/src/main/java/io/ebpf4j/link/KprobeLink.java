package io.ebpf4j.link;

import io.ebpf4j.kernel.Errno;
import io.ebpf4j.kernel.InvalidTargetException;
import io.ebpf4j.kernel.KernelVersion;
import io.ebpf4j.kernel.NotSupportedException;
import io.ebpf4j.kernel.sys.Failure;
import io.ebpf4j.kernel.sys.PerfEventAttr;
import io.ebpf4j.program.BpfProgram;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A program of type {@code kprobe} at a kernel function. Since 4.1 through the tracing file system, since 4.17 through a
 * perf event source; as a kernel link, with a cookie, since 5.15. Needs a kernel with {@code CONFIG_KPROBE_EVENTS}.
 */
public final class KprobeLink extends Link {

    private static final AtomicInteger PROBES = new AtomicInteger();

    KprobeLink(Attachment attachment) {
        super(attachment);
    }

    /**
     * Where to attach.
     *
     * @param function the kernel function
     * @param offset bytes into it; 0 with {@link ProbePoint#RETURN}
     * @param point entry or return
     * @param cookie what {@code bpf_get_attach_cookie} returns to the program; other than 0 since 5.15
     */
    public record Options(String function, long offset, ProbePoint point, long cookie) {
        /**
         * A place.
         *
         * @throws IllegalArgumentException the offset is negative, or not 0 for a return probe
         */
        public Options {
            if (offset < 0 || (offset > 0 && point == ProbePoint.RETURN)) {
                throw new IllegalArgumentException("offset " + offset + " of " + point);
            }
        }

        /**
         * The entry of a function.
         *
         * @param function its name
         */
        public Options(String function) {
            this(function, 0, ProbePoint.ENTRY, 0);
        }

        /**
         * {@return these options at another offset}
         *
         * @param value bytes
         */
        public Options withOffset(long value) {
            return new Options(function, value, point, cookie);
        }

        /**
         * {@return these options at entry or return}
         *
         * @param value which
         */
        public Options withPoint(ProbePoint value) {
            return new Options(function, offset, value, cookie);
        }

        /**
         * {@return these options with a cookie}
         *
         * @param value the new cookie
         */
        public Options withCookie(long value) {
            return new Options(function, offset, point, value);
        }
    }

    /**
     * Attaches a program.
     *
     * @param program a loaded program of type kprobe
     * @param options where to
     * @return the link, to be closed by the caller
     * @throws InvalidTargetException the kernel has no such function, or does not let it be probed
     * @throws NotSupportedException this kernel has no kprobes
     */
    public static KprobeLink attach(BpfProgram program, Options options) {
        LinkCommands commands = LinkCommands.of(program);
        String what = (options.point() == ProbePoint.RETURN ? "kretprobe " : "kprobe ")
                + options.function()
                + (options.offset() == 0 ? "" : "+0x" + Long.toHexString(options.offset()));
        Optional<ProbePmu> pmu = ProbePmu.find("kprobe");
        PerfEventSource event =
                pmu.isPresent() ? open(commands, pmu.get(), options, what) : define(commands, options, what);
        return new KprobeLink(event.attach(program, options.cookie()));
    }

    /**
     * {@return options for the kernel function behind a system call}
     *
     * @param name the call, such as {@code "openat"}
     * @param point entry or return
     */
    public static Options systemCall(String name, ProbePoint point) {
        // arch/*/include/asm/syscall_wrapper.h; riscv and the others have them since 6.6 and 4.17.
        String prefix = switch (System.getProperty("os.arch", "").toLowerCase(Locale.ROOT)) {
            case "amd64", "x86_64" -> "__x64_sys_";
            case "aarch64" -> "__arm64_sys_";
            case "riscv64" -> "__riscv_sys_";
            case "s390x" -> "__s390x_sys_";
            default -> "__se_sys_";
        };
        return new Options(prefix + name).withPoint(point);
    }

    private static PerfEventSource open(LinkCommands commands, ProbePmu pmu, Options options, String what) {
        int fd = PerfEventSource.open(commands, -1, 0, (attr, memory) -> {
            attr.set(ValueLayout.JAVA_INT_UNALIGNED, PerfEventAttr.TYPE, pmu.type());
            attr.set(ValueLayout.JAVA_LONG_UNALIGNED, PerfEventAttr.CONFIG, pmu.config(options.point(), 0));
            attr.set(
                    ValueLayout.JAVA_LONG_UNALIGNED,
                    PerfEventAttr.KPROBE_FUNC,
                    memory.allocateFrom(options.function()).address());
            attr.set(ValueLayout.JAVA_LONG_UNALIGNED, PerfEventAttr.PROBE_OFFSET, options.offset());
        });
        return PerfEventSource.own(commands, check(fd, what), what);
    }

    /** Before 4.17: a definition in the tracing file system makes a tracepoint, and goes when the link is closed. */
    private static PerfEventSource define(LinkCommands commands, Options options, String what) {
        Tracefs tracefs = Tracefs.require();
        if (!Files.exists(tracefs.root().resolve("kprobe_events"))) {
            throw new NotSupportedException(
                    what,
                    new KernelVersion(4, 1, 0),
                    "there is no event source /sys/bus/event_source/devices/kprobe and no "
                            + tracefs.root().resolve("kprobe_events")
                            + ": this kernel was built without CONFIG_KPROBES");
        }
        String name = String.format(
                Locale.ROOT, "ebpf4j_%d_%d", ProcessHandle.current().pid(), PROBES.incrementAndGet());
        char kind = options.point() == ProbePoint.RETURN ? 'r' : 'p';
        try {
            tracefs.define(
                    "kprobe_events",
                    String.format(
                            Locale.ROOT, "%c:ebpf4j/%s %s+0x%x", kind, name, options.function(), options.offset()));
        } catch (IOException e) {
            throw new InvalidTargetException(what, "the kernel refuses the probe: " + e.getMessage());
        }
        Runnable undefine = () -> {
            try {
                tracefs.define("kprobe_events", "-:ebpf4j/" + name);
            } catch (IOException e) {
                throw new UncheckedIOException("remove " + what, e);
            }
        };
        try {
            int fd = PerfEventSource.openTracepoint(commands, tracefs.tracepointId("ebpf4j", name), -1);
            return PerfEventSource.own(commands, Failure.check("perf_event_open", fd, what), what, undefine);
        } catch (RuntimeException | Error e) {
            undefine.run();
            throw e;
        }
    }

    private static int check(int fd, String what) {
        if (Refusal.is(fd, Errno.ENOENT) || Refusal.is(fd, Errno.EADDRNOTAVAIL) || Refusal.is(fd, Errno.EILSEQ)) {
            throw new InvalidTargetException(what, "the kernel has no such function, or no instruction starts there");
        }
        if (Refusal.is(fd, Errno.EINVAL)) {
            throw new InvalidTargetException(what, "the kernel does not let this place be probed (EINVAL)");
        }
        return Failure.check("perf_event_open", fd, what);
    }
}
