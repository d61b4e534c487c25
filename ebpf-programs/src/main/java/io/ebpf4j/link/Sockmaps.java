package io.ebpf4j.link;

import io.ebpf4j.kernel.Errno;
import io.ebpf4j.kernel.InvalidTargetException;
import io.ebpf4j.kernel.KernelVersion;
import io.ebpf4j.kernel.sys.Constants;
import io.ebpf4j.kernel.sys.Failure;
import io.ebpf4j.kernel.sys.Fd;
import io.ebpf4j.kernel.sys.Kernel;
import io.ebpf4j.program.BpfProgram;
import io.ebpf4j.spec.AttachType;

/** Attachment to socket maps: by kernel link, before 6.10 by {@code BPF_PROG_ATTACH}. */
final class Sockmaps {
    private Sockmaps() {}

    static Attachment attach(BpfProgram program, int mapFd, AttachType type) {
        Kernel kernel = program.kernel();
        LinkCommands commands = new LinkCommands(kernel);
        String subject = "socket map descriptor " + mapFd;
        int fd = commands.create(program.fd(), mapFd, type, 0, LinkCommands.Extra.NONE);
        if (fd >= 0) {
            return KernelAttachment.of(commands, fd, type.name() + " link to " + subject);
        }
        if (Refusal.is(fd, Errno.EBUSY) || Refusal.is(fd, Errno.EEXIST)) {
            throw new InvalidTargetException(subject, "another " + type.name() + " program is attached there");
        }
        if (!Refusal.is(fd, Errno.EINVAL) || KernelVersion.running().isAtLeast(6, 10)) {
            throw new Refusal("bpf(BPF_LINK_CREATE)", type.name(), new KernelVersion(4, 14, 0)).of(fd, subject);
        }
        Failure.check("bpf(BPF_PROG_ATTACH)", commands.attach(mapFd, program.fd(), type, 0, 0), subject);
        Fd map = duplicate(kernel, mapFd, subject);
        Fd attached = duplicate(kernel, program.fd(), "program " + program.name());
        return UnlinkedAttachment.of(
                type.name() + " program of " + subject,
                program.info().id(),
                () -> Failure.check(
                        "bpf(BPF_PROG_DETACH)", commands.detach(map.number(), attached.number(), type), subject),
                () -> {
                    map.close();
                    attached.close();
                });
    }

    private static Fd duplicate(Kernel kernel, int fd, String what) {
        return Fd.own(
                kernel,
                Failure.check("fcntl(F_DUPFD_CLOEXEC)", kernel.fcntl(fd, Constants.F_DUPFD_CLOEXEC, 0), what),
                what);
    }
}
