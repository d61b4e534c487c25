package io.ebpf4j.link;

import io.ebpf4j.kernel.Errno;
import io.ebpf4j.kernel.KernelVersion;
import io.ebpf4j.kernel.NotSupportedException;
import io.ebpf4j.kernel.sys.BpfAttr;
import io.ebpf4j.program.BpfProgram;
import java.lang.foreign.ValueLayout;

/**
 * A program whose target was fixed by its BTF type when it was loaded: {@code tp_btf}, {@code fentry}, {@code fexit},
 * {@code fmod_ret}, {@code fsession}, {@code lsm}. Since 5.5 (LSM 5.7); cookie since 6.0.
 *
 * <p>Function entry and exit, and LSM hooks, need trampolines: {@code CONFIG_FUNCTION_TRACER} with direct calls. A kernel
 * without them loads such programs and refuses to attach them.
 */
public final class TracingLink extends Link {

    TracingLink(Attachment attachment) {
        super(attachment);
    }

    /**
     * How to attach.
     *
     * @param cookie what {@code bpf_get_attach_cookie} returns to the program; other than 0 since 6.0
     */
    public record Options(long cookie) {
        /** No cookie. */
        public static final Options DEFAULTS = new Options(0);

        /**
         * {@return these options with a cookie}
         *
         * @param value the new cookie
         */
        public Options withCookie(long value) {
            return new Options(value);
        }
    }

    /**
     * Attaches a program to the target it was loaded for.
     *
     * @param program a loaded program of type tracing or lsm
     * @param options how
     * @return the link, to be closed by the caller
     * @throws NotSupportedException this kernel cannot attach there
     * @throws io.ebpf4j.kernel.DeniedException the privilege is missing
     */
    public static TracingLink attach(BpfProgram program, Options options) {
        LinkCommands commands = LinkCommands.of(program);
        int fd = commands.create(
                program.fd(),
                0,
                program.attachType(),
                0,
                (attr, _) ->
                        attr.set(ValueLayout.JAVA_LONG_UNALIGNED, BpfAttr.LinkCreate.TRACING_COOKIE, options.cookie()));
        if (Refusal.is(fd, Errno.EINVAL) && options.cookie() == 0) {
            // LINK_CREATE takes tracing programs from 5.18 on; before, this command alone made the same link.
            fd = commands.openRawTracepoint("", program.fd(), 0);
        }
        if (fd >= 0) {
            return new TracingLink(KernelAttachment.of(commands, fd, "tracing link of " + program.name()));
        }
        if (options.cookie() != 0 && !KernelVersion.running().isAtLeast(6, 0)) {
            throw new NotSupportedException(
                    "a cookie of a tracing link",
                    new KernelVersion(6, 0, 0),
                    "this is Linux " + KernelVersion.running());
        }
        throw Trampolines.refusal(fd, program);
    }
}
