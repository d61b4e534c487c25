package io.ebpf4j.link;

import io.ebpf4j.kernel.BpfException;
import io.ebpf4j.kernel.DeniedException;
import io.ebpf4j.kernel.Errno;
import io.ebpf4j.kernel.InvalidTargetException;
import io.ebpf4j.kernel.KernelVersion;
import io.ebpf4j.kernel.NotSupportedException;
import io.ebpf4j.kernel.sys.BpfAttr;
import io.ebpf4j.kernel.sys.Constants;
import io.ebpf4j.kernel.sys.Failure;
import io.ebpf4j.kernel.sys.Fd;
import io.ebpf4j.kernel.sys.Kernel;
import io.ebpf4j.program.BpfProgram;
import io.ebpf4j.spec.AttachType;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

/**
 * A program at a hook of a cgroup and of all cgroups below it: packets, socket creation, addresses of bind, connect,
 * sendmsg, recvmsg, getpeername and getsockname, sysctls, socket options, devices, TCP events ({@code sock_ops}). Since
 * 4.10; as kernel links since 5.7.
 *
 * <p>Only the version 2 hierarchy has these hooks: see {@link CgroupMount}. A kernel link shares its hook with whatever
 * is attached there; on kernels without links {@link Sharing} says how.
 */
public final class CgroupLink extends Link {

    private static final int ALLOW_OVERRIDE = 1;
    private static final int ALLOW_MULTI = 2;

    CgroupLink(Attachment attachment) {
        super(attachment);
    }

    /** What an attachment that is no kernel link leaves to others. */
    public enum Sharing {
        /** All programs run, here and below; since 4.15. What kernel links always do. */
        MULTI,
        /** A program in a cgroup below takes this one's place there. */
        OVERRIDE,
        /** No other program here or below. */
        EXCLUSIVE
    }

    /**
     * Where to attach.
     *
     * @param cgroup a directory of the cgroup version 2 file system
     * @param attachType the hook
     * @param anchor the place among the programs there; other than {@link Anchor.Unordered} since 6.17
     * @param form kernel link or not
     * @param sharing what the older form leaves to others
     */
    public record Options(Path cgroup, AttachType attachType, Anchor anchor, AttachForm form, Sharing sharing) {
        /**
         * A kernel link, behind all other programs of the hook.
         *
         * @param cgroup a directory of the cgroup version 2 file system
         * @param attachType the hook
         */
        public Options(Path cgroup, AttachType attachType) {
            this(cgroup, attachType, new Anchor.Unordered(), AttachForm.LINK_IF_POSSIBLE, Sharing.MULTI);
        }

        /**
         * {@return these options with another place}
         *
         * @param value the place
         */
        public Options withAnchor(Anchor value) {
            return new Options(cgroup, attachType, value, form, sharing);
        }

        /**
         * {@return these options for the older form}
         *
         * @param value what it leaves to others
         */
        public Options unlinked(Sharing value) {
            return new Options(cgroup, attachType, anchor, AttachForm.UNLINKED, value);
        }
    }

    /**
     * Attaches a program to the hook it was loaded for.
     *
     * @param program a loaded program of a cgroup type
     * @param cgroup a directory of the cgroup version 2 file system
     * @return the link, to be closed by the caller
     * @throws InvalidTargetException it is no such directory
     */
    public static CgroupLink attach(BpfProgram program, Path cgroup) {
        return attach(program, new Options(cgroup, program.attachType()));
    }

    /**
     * Attaches a program.
     *
     * @param program a loaded program of a cgroup type
     * @param options where to
     * @return the link, to be closed by the caller
     * @throws InvalidTargetException it is no directory of a cgroup version 2 file system, or what is attached there
     *     allows no other program
     * @throws NotSupportedException this kernel has no such hook
     */
    public static CgroupLink attach(BpfProgram program, Options options) {
        Kernel kernel = program.kernel();
        LinkCommands commands = new LinkCommands(kernel);
        Fd cgroup = open(kernel, options.cgroup());
        try {
            if (options.form() == AttachForm.LINK_IF_POSSIBLE) {
                int fd = commands.create(
                        program.fd(),
                        cgroup.number(),
                        options.attachType(),
                        options.anchor().flags(),
                        (attr, _) -> attr.set(
                                ValueLayout.JAVA_INT_UNALIGNED,
                                BpfAttr.LinkCreate.CGROUP_RELATIVE_ID,
                                options.anchor().relativeId()));
                if (fd >= 0) {
                    cgroup.close();
                    return new CgroupLink(KernelAttachment.of(
                            commands, fd, options.attachType().name() + " link"));
                }
                if (!Refusal.isUnknownRequest(fd) || KernelVersion.running().isAtLeast(5, 7)) {
                    throw refusal("bpf(BPF_LINK_CREATE)", fd, options);
                }
            }
            return new CgroupLink(unlinked(commands, program, cgroup, options));
        } catch (RuntimeException | Error e) {
            cgroup.close();
            throw e;
        }
    }

    private static Attachment unlinked(LinkCommands commands, BpfProgram program, Fd cgroup, Options options) {
        if (!(options.anchor() instanceof Anchor.Unordered)) {
            throw new NotSupportedException(
                    "a place among cgroup programs", new KernelVersion(6, 17, 0), "this attachment is no kernel link");
        }
        int flags = switch (options.sharing()) {
            case MULTI -> ALLOW_MULTI;
            case OVERRIDE -> ALLOW_OVERRIDE;
            case EXCLUSIVE -> 0;
        };
        Kernel kernel = commands.kernel();
        String held = "program " + program.name();
        Fd attached = Fd.own(
                kernel,
                Failure.check("fcntl(F_DUPFD_CLOEXEC)", kernel.fcntl(program.fd(), Constants.F_DUPFD_CLOEXEC, 0), held),
                held);
        int result = commands.attach(cgroup.number(), attached.number(), options.attachType(), flags, 0);
        if (result < 0) {
            attached.close();
            throw refusal("bpf(BPF_PROG_ATTACH)", result, options);
        }
        String what = options.attachType().name() + " program of cgroup " + options.cgroup();
        return UnlinkedAttachment.of(
                what, program.info().id(), () -> detach(commands, cgroup, attached, options, what), () -> {
                    cgroup.close();
                    attached.close();
                });
    }

    /** Names the program to the kernel, which detaches that one and no other. */
    private static void detach(LinkCommands commands, Fd cgroup, Fd attached, Options options, String what) {
        int result = commands.detach(cgroup.number(), attached.number(), options.attachType());
        if (!Refusal.is(result, Errno.ENOENT)) {
            Failure.check("bpf(BPF_PROG_DETACH)", result, what);
        }
    }

    private static BpfException refusal(String call, int result, Options options) {
        String subject = "cgroup " + options.cgroup();
        if (Refusal.is(result, Errno.EBADF)) {
            return new InvalidTargetException(subject, "not a directory of a cgroup version 2 file system");
        }
        if (Refusal.is(result, Errno.EPERM)) {
            BpfException diagnosed = Failure.of(call, result, subject);
            return diagnosed instanceof DeniedException
                    ? diagnosed
                    : new InvalidTargetException(subject, "a program there or above allows no other beside it");
        }
        if (Refusal.is(result, Errno.ENOENT) && options.anchor().relativeId() != 0) {
            return new InvalidTargetException(subject, "the anchor is not attached there: " + options.anchor());
        }
        return new Refusal(call, options.attachType().name(), new KernelVersion(4, 10, 0)).of(result, subject);
    }

    private static Fd open(Kernel kernel, Path cgroup) {
        int fd = kernel.open(cgroup.toString(), Constants.O_RDONLY, 0);
        if (Refusal.is(fd, Errno.ENOENT)) {
            throw new InvalidTargetException("cgroup " + cgroup, "no such directory");
        }
        return Fd.own(kernel, Failure.check("open", fd, cgroup.toString()), "cgroup " + cgroup);
    }
}
