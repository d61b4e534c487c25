package io.ebpf4j.link;

import io.ebpf4j.kernel.BpfException;
import io.ebpf4j.kernel.Errno;
import io.ebpf4j.kernel.InvalidTargetException;
import io.ebpf4j.kernel.KernelVersion;
import io.ebpf4j.kernel.NotSupportedException;
import io.ebpf4j.kernel.SystemCallException;
import io.ebpf4j.kernel.sys.Constants;
import io.ebpf4j.kernel.sys.Failure;
import io.ebpf4j.kernel.sys.Fd;
import io.ebpf4j.kernel.sys.Kernel;
import io.ebpf4j.kernel.sys.Netlink;
import io.ebpf4j.kernel.sys.NetlinkRequest;
import io.ebpf4j.program.BpfProgram;
import io.ebpf4j.spec.AttachType;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A program of type {@code xdp} at the first point a packet reaches on a network interface. Since 4.8; as a kernel link
 * since 5.9. An interface has one such program: one that is there already is never replaced.
 */
public final class XdpLink extends Link {
    private static final int RTM_SETLINK = 19;
    private static final int IFLA_XDP = 43;
    private static final int IFLA_XDP_FD = 1;
    private static final int IFLA_XDP_FLAGS = 3;
    private static final int IFLA_XDP_EXPECTED_FD = 8;
    private static final int UPDATE_IF_NOEXIST = 1;
    private static final int REPLACE = 1 << 4;

    XdpLink(Attachment attachment) {
        super(attachment);
    }

    /** Who runs the program ({@code XDP_FLAGS_*}, include/uapi/linux/if_link.h). */
    public enum Mode {
        /** The driver where it can, else the network stack. */
        BEST(0),
        /** The network stack, behind the driver: works on every interface. */
        STACK(1 << 1),
        /** The driver, before a socket buffer is made. */
        DRIVER(1 << 2),
        /** The device; needs a program loaded for it. */
        HARDWARE(1 << 3);

        private final int flags;

        Mode(int flags) {
            this.flags = flags;
        }
    }

    /**
     * Where to attach.
     *
     * @param networkInterface the interface, of the calling thread's network namespace
     * @param mode who runs the program
     * @param form kernel link or, over netlink, not
     */
    public record Options(NetworkInterface networkInterface, Mode mode, AttachForm form) {
        /**
         * A kernel link in the best mode.
         *
         * @param networkInterface the interface
         */
        public Options(NetworkInterface networkInterface) {
            this(networkInterface, Mode.BEST, AttachForm.LINK_IF_POSSIBLE);
        }

        /**
         * {@return these options in another mode}
         *
         * @param value the mode
         */
        public Options withMode(Mode value) {
            return new Options(networkInterface, value, form);
        }

        /**
         * {@return these options in another form}
         *
         * @param value the form
         */
        public Options withForm(AttachForm value) {
            return new Options(networkInterface, mode, value);
        }
    }

    /**
     * Attaches a program.
     *
     * @param program a loaded program of type xdp
     * @param options where to
     * @return the link, to be closed by the caller
     * @throws InvalidTargetException there is no such interface, or it has an XDP program
     * @throws NotSupportedException the driver cannot run programs in the mode
     */
    public static XdpLink attach(BpfProgram program, Options options) {
        LinkCommands commands = LinkCommands.of(program);
        String subject = "interface " + options.networkInterface().index() + " in mode " + options.mode();
        if (options.form() == AttachForm.LINK_IF_POSSIBLE) {
            int fd = commands.create(
                    program.fd(),
                    options.networkInterface().index(),
                    AttachType.XDP,
                    options.mode().flags,
                    LinkCommands.Extra.NONE);
            if (fd >= 0) {
                return new XdpLink(KernelAttachment.of(commands, fd, "XDP link to " + subject));
            }
            if (Refusal.is(fd, Errno.EINVAL)
                    && options.networkInterface().name().isEmpty()) {
                throw refusal(Errno.ENODEV, "bpf(BPF_LINK_CREATE)", subject);
            }
            if (!Refusal.is(fd, Errno.EINVAL) || KernelVersion.running().isAtLeast(5, 9)) {
                throw refusal(new Errno(-fd), "bpf(BPF_LINK_CREATE)", subject);
            }
        }
        return new XdpLink(overNetlink(program, options, subject));
    }

    private static BpfException refusal(Errno errno, String call, String subject) {
        if (errno.equals(Errno.ENODEV)) {
            return new InvalidTargetException(subject, "no such interface in this network namespace");
        }
        if (errno.equals(Errno.EBUSY) || errno.equals(Errno.EEXIST)) {
            return new InvalidTargetException(subject, "an XDP program is attached there already");
        }
        if (errno.equals(Errno.EOPNOTSUPP)) {
            return new NotSupportedException(
                    "XDP on " + subject, new KernelVersion(4, 8, 0), "the interface's driver has no such mode");
        }
        return Failure.of(call, -errno.code(), "XDP on " + subject);
    }

    /** Before 5.9. The socket keeps the network namespace, the duplicate the program, for the undoing. */
    private static Attachment overNetlink(BpfProgram program, Options options, String subject) {
        Kernel kernel = program.kernel();
        Netlink netlink = Netlink.route(kernel);
        AtomicReference<Fd> attached = new AtomicReference<>();
        try {
            attached.set(duplicate(kernel, program));
            set(netlink, options, program.fd(), UPDATE_IF_NOEXIST, 0);
        } catch (SystemCallException e) {
            release(netlink, attached);
            throw refusal(e.errno(), e.call(), subject);
        } catch (RuntimeException | Error e) {
            release(netlink, attached);
            throw e;
        }
        return UnlinkedAttachment.of(
                "XDP program of " + subject,
                program.info().id(),
                replacement -> {
                    Fd next = duplicate(kernel, replacement);
                    Fd previous = attached.getAndSet(next);
                    set(netlink, options, next.number(), REPLACE, previous.number());
                    previous.close();
                },
                () -> remove(netlink, options, attached.get()),
                () -> release(netlink, attached));
    }

    /** Names the program to the kernel (since 5.7), which then removes that one and no other. */
    private static void remove(Netlink netlink, Options options, Fd attached) {
        try {
            set(netlink, options, -1, REPLACE, attached.number());
        } catch (SystemCallException e) {
            // The interface is gone, or someone put another program there: nothing of ours is left.
            if (!e.errno().equals(Errno.ENODEV) && !e.errno().equals(Errno.EEXIST)) {
                throw e;
            }
        }
    }

    private static void release(Netlink netlink, AtomicReference<Fd> attached) {
        netlink.close();
        Fd fd = attached.get();
        if (fd != null) {
            fd.close();
        }
    }

    private static Fd duplicate(Kernel kernel, BpfProgram program) {
        String what = "program " + program.name();
        int fd = kernel.fcntl(program.fd(), Constants.F_DUPFD_CLOEXEC, 0);
        return Fd.own(kernel, Failure.check("fcntl(F_DUPFD_CLOEXEC)", fd, what), what);
    }

    private static void set(Netlink netlink, Options options, int fd, int flags, int expected) {
        NetlinkRequest request = new NetlinkRequest(RTM_SETLINK, 0)
                .u8(0)
                .u8(0)
                .u16(0)
                .u32(options.networkInterface().index())
                .u32(0)
                .u32(0)
                .nest(IFLA_XDP, xdp -> {
                    xdp.attributeU32(IFLA_XDP_FD, fd).attributeU32(IFLA_XDP_FLAGS, options.mode().flags | flags);
                    if ((flags & REPLACE) != 0) {
                        xdp.attributeU32(IFLA_XDP_EXPECTED_FD, expected);
                    }
                });
        netlink.execute(
                request,
                "XDP program of interface " + options.networkInterface().index());
    }
}
