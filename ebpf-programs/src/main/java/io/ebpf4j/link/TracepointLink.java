package io.ebpf4j.link;

import io.ebpf4j.kernel.Errno;
import io.ebpf4j.kernel.KernelVersion;
import io.ebpf4j.kernel.NotSupportedException;
import io.ebpf4j.kernel.sys.Failure;
import io.ebpf4j.program.BpfProgram;

/**
 * A program of type {@code tracepoint} at a stable tracepoint. Since 4.7; as a kernel link, with a cookie, since 5.15.
 *
 * <p>Needs the tracing file system mounted, and {@code CAP_PERFMON} and {@code CAP_BPF} (before 5.8
 * {@code CAP_SYS_ADMIN}).
 */
public final class TracepointLink extends Link {

    TracepointLink(Attachment attachment) {
        super(attachment);
    }

    /**
     * Which tracepoint.
     *
     * @param category the directory below {@code events} of the tracing file system, such as {@code "syscalls"}
     * @param name the tracepoint, such as {@code "sys_enter_openat"}
     * @param cookie what {@code bpf_get_attach_cookie} returns to the program; other than 0 since 5.15
     */
    public record Options(String category, String name, long cookie) {
        /**
         * A tracepoint without cookie.
         *
         * @param category its category
         * @param name its name
         */
        public Options(String category, String name) {
            this(category, name, 0);
        }

        /**
         * {@return these options with a cookie}
         *
         * @param value the new cookie
         */
        public Options withCookie(long value) {
            return new Options(category, name, value);
        }
    }

    /**
     * Attaches a program.
     *
     * @param program a loaded program of type tracepoint
     * @param options where to
     * @return the link, to be closed by the caller
     * @throws io.ebpf4j.kernel.InvalidTargetException this kernel has no such tracepoint, or the tracing file system is
     *     not mounted
     * @throws io.ebpf4j.kernel.DeniedException the privilege is missing
     */
    public static TracepointLink attach(BpfProgram program, Options options) {
        LinkCommands commands = LinkCommands.of(program);
        String what = "tracepoint " + options.category() + ":" + options.name();
        long id = Tracefs.require().tracepointId(options.category(), options.name());
        int fd = PerfEventSource.openTracepoint(commands, id, -1);
        if (Refusal.is(fd, Errno.ENOENT)) {
            throw new NotSupportedException(
                    "the perf event of " + what,
                    new KernelVersion(4, 7, 0),
                    "this kernel was built without tracepoint events");
        }
        Failure.check("perf_event_open", fd, what);
        return new TracepointLink(PerfEventSource.own(commands, fd, what).attach(program, options.cookie()));
    }
}
