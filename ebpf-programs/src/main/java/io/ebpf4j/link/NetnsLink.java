package io.ebpf4j.link;

import io.ebpf4j.kernel.Errno;
import io.ebpf4j.kernel.InvalidTargetException;
import io.ebpf4j.kernel.sys.Constants;
import io.ebpf4j.kernel.sys.Failure;
import io.ebpf4j.kernel.sys.Fd;
import io.ebpf4j.kernel.sys.Kernel;
import io.ebpf4j.program.BpfProgram;
import io.ebpf4j.spec.AttachType;
import java.nio.file.Path;

/**
 * A program at a hook of a network namespace: {@code flow_dissector} (since 4.20, as link since 5.8) or
 * {@code sk_lookup} (since 5.9).
 */
public final class NetnsLink extends Link {

    NetnsLink(Attachment attachment) {
        super(attachment);
    }

    /**
     * Which namespace.
     *
     * @param namespace its file, such as {@code /proc/PID/ns/net} or {@code /run/netns/NAME}
     */
    public record Options(Path namespace) {
        /** The namespace of the calling thread. */
        public static final Options CURRENT = new Options(Path.of("/proc/thread-self/ns/net"));
    }

    /**
     * Attaches a program.
     *
     * @param program a loaded program of type sk_lookup or flow_dissector
     * @param options where to
     * @return the link, to be closed by the caller
     * @throws InvalidTargetException there is no such namespace, or for a flow dissector another one is attached
     * @throws io.ebpf4j.kernel.NotSupportedException this kernel has no such links
     */
    public static NetnsLink attach(BpfProgram program, Options options) {
        Kernel kernel = program.kernel();
        LinkCommands commands = new LinkCommands(kernel);
        String subject = options.namespace().toString();
        int opened = kernel.open(subject, Constants.O_RDONLY, 0);
        if (Refusal.is(opened, Errno.ENOENT)) {
            throw new InvalidTargetException(subject, "no such network namespace");
        }
        Failure.check("open", opened, subject);
        try (Fd namespace = Fd.own(kernel, opened, "network namespace " + subject)) {
            AttachType type = program.attachType();
            int fd = commands.create(program.fd(), namespace.number(), type, 0, LinkCommands.Extra.NONE);
            if (Refusal.is(fd, Errno.EEXIST) || Refusal.is(fd, Errno.E2BIG)) {
                throw new InvalidTargetException(subject, "another " + type.name() + " program is attached there");
            }
            if (fd < 0) {
                throw Refusal.link(type.name(), 5, type.equals(AttachType.SK_LOOKUP) ? 9 : 8)
                        .of(fd, subject);
            }
            return new NetnsLink(KernelAttachment.of(commands, fd, type.name() + " link to " + subject));
        }
    }
}
