package io.ebpf4j.link;

import io.ebpf4j.kernel.Errno;
import io.ebpf4j.kernel.InvalidTargetException;
import io.ebpf4j.kernel.sys.Failure;
import io.ebpf4j.program.BpfProgram;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A program attached to an attach point, and the ownership of that attachment.
 *
 * <p>Each subclass names one attach point; its {@code attach} makes the link, its {@code Options} say where. An
 * attachment is either a kernel link (an object with an id, since 5.7) or, on older kernels and at attach points without
 * links, an older form of attachment, whose {@link #info} is {@link LinkInfo.Unlinked}; what the older form cannot do is
 * a {@link io.ebpf4j.kernel.NotSupportedException}.
 *
 * <p>Closing a link detaches the program unless the link is pinned. A link does not own the program: the program may be
 * closed while it is attached. What others attached at the same place is never changed. Links may be used and closed
 * from any thread; after {@link #close} every method but {@link #close} throws {@link IllegalStateException}.
 */
public abstract sealed class Link implements AutoCloseable
        permits CgroupLink,
                FreplaceLink,
                IteratorLink,
                KprobeLink,
                KprobeMultiLink,
                NetfilterLink,
                NetkitLink,
                NetnsLink,
                PerfEventLink,
                RawTracepointLink,
                SkMsg,
                SkSkb,
                SocketFilter,
                StructOpsLink,
                TcFilter,
                TcxLink,
                TracepointLink,
                TracingLink,
                UnknownLink,
                UprobeLink,
                UprobeMultiLink,
                XdpLink {

    private final Attachment attachment;

    Link(Attachment attachment) {
        this.attachment = attachment;
    }

    /** {@return what the kernel says about this link now} */
    public final LinkInfo info() {
        return attachment.info();
    }

    /**
     * Puts another program in the place of the attached one, atomically: every event meets exactly one of the two.
     *
     * @param program a loaded program of the same type
     * @throws io.ebpf4j.kernel.NotSupportedException this kind of link keeps its program for life
     */
    public final void update(BpfProgram program) {
        attachment.update(program);
    }

    /**
     * Keeps the link alive in the BPF file system after this object is closed and this process is gone. Since 5.7.
     *
     * @param path a name that does not exist yet, in a mounted BPF file system
     * @throws IllegalStateException it is pinned already
     * @throws io.ebpf4j.kernel.NotSupportedException this attachment is no kernel link
     */
    public final void pin(Path path) {
        attachment.pin(path);
    }

    /**
     * Removes the pin that {@link #pin} made, or that this link was opened from.
     *
     * @throws IllegalStateException there is no such pin
     */
    public final void unpin() {
        attachment.unpin();
    }

    /**
     * Detaches the program now, though pins or other descriptors hold the link. Since 5.9 for kernel links.
     *
     * @throws io.ebpf4j.kernel.NotSupportedException the kernel detaches this kind of link only when it is closed
     */
    public final void detach() {
        attachment.detach();
    }

    /** Gives up this link: detaches the program unless the link is pinned. Closing again does nothing. */
    @Override
    public final void close() {
        attachment.close();
    }

    final Attachment attachment() {
        return attachment;
    }

    /** {@return the name of the class; {@link #info} asks the kernel for more} */
    @Override
    public String toString() {
        return getClass().getSimpleName();
    }

    /**
     * Opens a pinned link. Its class follows from its kind; {@link #unpin} removes the pin.
     *
     * @param path a pin in a BPF file system
     * @return the link, to be closed by the caller
     * @throws InvalidTargetException there is no such pin
     */
    public static Link openPinned(Path path) {
        LinkCommands commands = LinkCommands.system();
        int fd = commands.openPinned(path);
        if (Refusal.is(fd, Errno.ENOENT)) {
            throw new InvalidTargetException(path.toString(), "no such pin");
        }
        return opened(
                KernelAttachment.ofPinned(commands, Failure.check("bpf(BPF_OBJ_GET)", fd, path.toString()), path));
    }

    /**
     * Opens a link of the system. While it is open, the program stays attached though its owner closes the link. Since
     * 5.8; needs {@code CAP_SYS_ADMIN}.
     *
     * @param id the link's id
     * @return the link, to be closed by the caller; empty where no link has that id any more
     */
    public static Optional<Link> openById(int id) {
        LinkCommands commands = LinkCommands.system();
        int fd = commands.openById(id);
        if (Refusal.is(fd, Errno.ENOENT)) {
            return Optional.empty();
        }
        String subject = "link " + Integer.toUnsignedString(id);
        Failure.check("bpf(BPF_LINK_GET_FD_BY_ID)", fd, subject);
        return Optional.of(opened(KernelAttachment.of(commands, fd, subject)));
    }

    /**
     * Walks over the links of the system. Links made or gone meanwhile may or may not be met. Since 5.8; needs
     * {@code CAP_SYS_ADMIN}.
     *
     * @return ids, ascending
     */
    public static IntStream ids() {
        LinkCommands commands = LinkCommands.system();
        return IntStream.iterate(nextId(commands, 0), id -> id != 0, id -> nextId(commands, id));
    }

    private static int nextId(LinkCommands commands, int id) {
        int next = commands.nextId(id);
        if (Refusal.is(next, Errno.ENOENT)) {
            return 0;
        }
        return Failure.check("bpf(BPF_LINK_GET_NEXT_ID)", next, "after " + id);
    }

    private static Link opened(KernelAttachment attachment) {
        try {
            return switch (attachment.info()) {
                case LinkInfo.RawTracepoint _ -> new RawTracepointLink(attachment);
                case LinkInfo.Tracing _ -> new TracingLink(attachment);
                case LinkInfo.Cgroup _ -> new CgroupLink(attachment);
                case LinkInfo.Iterator _ -> new IteratorLink(attachment);
                case LinkInfo.Netns _ -> new NetnsLink(attachment);
                case LinkInfo.Xdp _ -> new XdpLink(attachment);
                case LinkInfo.Uprobe _ -> new UprobeLink(attachment);
                case LinkInfo.Kprobe _ -> new KprobeLink(attachment);
                case LinkInfo.Tracepoint _ -> new TracepointLink(attachment);
                case LinkInfo.Event _, LinkInfo.OpaquePerfEvent _ -> new PerfEventLink(attachment);
                case LinkInfo.KprobeMulti _ -> new KprobeMultiLink(attachment);
                case LinkInfo.StructOps _ -> new StructOpsLink(attachment);
                case LinkInfo.Netfilter _ -> new NetfilterLink(attachment);
                case LinkInfo.Tcx _ -> new TcxLink(attachment);
                case LinkInfo.UprobeMulti _ -> new UprobeMultiLink(attachment);
                case LinkInfo.Netkit _ -> new NetkitLink(attachment);
                case LinkInfo.Sockmap sockmap ->
                    sockmap.attachType().equals(io.ebpf4j.spec.AttachType.SK_MSG_VERDICT)
                            ? new SkMsg(attachment)
                            : new SkSkb(attachment);
                case LinkInfo.Unknown _, LinkInfo.Unlinked _ -> new UnknownLink(attachment);
            };
        } catch (RuntimeException | Error e) {
            attachment.close();
            throw e;
        }
    }

    /** What a link is called in messages. */
    static String kindOf(LinkInfo info) {
        return info.getClass().getSimpleName();
    }
}
