package io.ebpf4j.link;

import io.ebpf4j.kernel.Errno;
import io.ebpf4j.kernel.InvalidTargetException;
import io.ebpf4j.kernel.KernelVersion;
import io.ebpf4j.kernel.NotSupportedException;
import io.ebpf4j.program.BpfProgram;

/**
 * A program of type {@code raw_tracepoint} at a tracepoint's raw arguments. Since 4.17; cookie since 6.10.
 *
 * <p>The kernel's command for it is older than links; from 5.7 on what it makes is a kernel link.
 */
public final class RawTracepointLink extends Link {

    RawTracepointLink(Attachment attachment) {
        super(attachment);
    }

    /**
     * Which tracepoint.
     *
     * @param name the tracepoint without its category, such as {@code "sched_switch"}
     * @param cookie what {@code bpf_get_attach_cookie} returns to the program; other than 0 since 6.10
     */
    public record Options(String name, long cookie) {
        /**
         * A tracepoint without cookie.
         *
         * @param name its name
         */
        public Options(String name) {
            this(name, 0);
        }

        /**
         * {@return these options with a cookie}
         *
         * @param value the new cookie
         */
        public Options withCookie(long value) {
            return new Options(name, value);
        }
    }

    /**
     * Attaches a program.
     *
     * @param program a loaded program of type raw_tracepoint or raw_tracepoint_writable
     * @param options where to
     * @return the link, to be closed by the caller
     * @throws InvalidTargetException this kernel has no such tracepoint
     * @throws NotSupportedException a cookie before 6.10
     */
    public static RawTracepointLink attach(BpfProgram program, Options options) {
        LinkCommands commands = LinkCommands.of(program);
        int fd = commands.openRawTracepoint(options.name(), program.fd(), options.cookie());
        String subject = "raw tracepoint " + options.name();
        if (Refusal.is(fd, Errno.ENOENT)) {
            throw new InvalidTargetException(subject, "this kernel has no tracepoint of that name");
        }
        if (fd < 0 && options.cookie() != 0 && !KernelVersion.running().isAtLeast(6, 10)) {
            throw new NotSupportedException(
                    "a cookie at " + subject, new KernelVersion(6, 10, 0), "this is Linux " + KernelVersion.running());
        }
        if (fd < 0) {
            throw new Refusal("bpf(BPF_RAW_TRACEPOINT_OPEN)", "raw tracepoint", new KernelVersion(4, 17, 0))
                    .of(fd, options.name());
        }
        return new RawTracepointLink(KernelAttachment.of(commands, fd, subject));
    }
}
