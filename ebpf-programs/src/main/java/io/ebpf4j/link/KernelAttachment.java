package io.ebpf4j.link;

import io.ebpf4j.kernel.Errno;
import io.ebpf4j.kernel.KernelVersion;
import io.ebpf4j.kernel.NotSupportedException;
import io.ebpf4j.kernel.sys.Failure;
import io.ebpf4j.kernel.sys.Fd;
import io.ebpf4j.program.BpfProgram;
import io.ebpf4j.spec.AttachType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A kernel link by its descriptor: the kernel detaches when the last descriptor and the last pin are gone. */
final class KernelAttachment implements Attachment {
    private final LinkCommands commands;
    private final Fd link;
    private final @Nullable PerfEventSource event;
    private @Nullable Path pinned;

    private KernelAttachment(LinkCommands commands, Fd link, @Nullable PerfEventSource event, @Nullable Path pinned) {
        this.commands = commands;
        this.link = link;
        this.event = event;
        this.pinned = pinned;
    }

    /** Takes over a new link's descriptor. */
    static KernelAttachment of(LinkCommands commands, int fd, String subject) {
        return new KernelAttachment(commands, Fd.own(commands.kernel(), fd, subject), null, null);
    }

    /** Takes over the link of a perf event, and that event, which is closed with it. */
    static KernelAttachment of(LinkCommands commands, int fd, PerfEventSource event, String subject) {
        return new KernelAttachment(commands, Fd.own(commands.kernel(), fd, subject), event, null);
    }

    /** Takes over a descriptor that was opened from a pin. */
    static KernelAttachment ofPinned(LinkCommands commands, int fd, Path path) {
        return new KernelAttachment(commands, Fd.own(commands.kernel(), fd, "link pinned at " + path), null, path);
    }

    /** Makes a link, or says why the kernel makes none. */
    static KernelAttachment create(
            LinkCommands commands,
            int programFd,
            int target,
            AttachType type,
            int flags,
            LinkCommands.Extra extra,
            Refusal refusal,
            String subject) {
        int fd = commands.create(programFd, target, type, flags, extra);
        if (fd < 0) {
            throw refusal.of(fd, subject);
        }
        return of(commands, fd, refusal.feature() + " link to " + subject);
    }

    int fd() {
        return link.number();
    }

    LinkCommands commands() {
        return commands;
    }

    @Override
    public LinkInfo info() {
        return LinkInfoReader.read(commands, link.number());
    }

    @Override
    public void update(BpfProgram program) {
        replace(program.fd(), "program " + program.name());
    }

    /** Puts another program, or for struct_ops another map, in place. */
    void replace(int fd, String what) {
        int result = commands.update(link.number(), fd);
        if (result >= 0) {
            return;
        }
        if (Refusal.is(result, Errno.EINVAL) && !hasUpdate(info())) {
            throw new NotSupportedException(
                    "update of a link of kind " + Link.kindOf(info()), "the kernel swaps no program in such links");
        }
        throw Failure.of("bpf(BPF_LINK_UPDATE)", result, what);
    }

    /** Kinds with an update operation in 6.18 (struct bpf_link_ops). */
    private static boolean hasUpdate(LinkInfo info) {
        return switch (info) {
            case LinkInfo.Cgroup _,
                    LinkInfo.Iterator _,
                    LinkInfo.Netns _,
                    LinkInfo.Xdp _,
                    LinkInfo.StructOps _,
                    LinkInfo.Tcx _,
                    LinkInfo.Netkit _,
                    LinkInfo.Sockmap _,
                    LinkInfo.Unknown _ -> true;
            case LinkInfo.RawTracepoint _,
                    LinkInfo.Tracing _,
                    LinkInfo.PerfEvent _,
                    LinkInfo.KprobeMulti _,
                    LinkInfo.UprobeMulti _,
                    LinkInfo.Netfilter _,
                    LinkInfo.Unlinked _ -> false;
        };
    }

    @Override
    public synchronized void pin(Path path) {
        if (pinned != null) {
            throw new IllegalStateException("already pinned at " + pinned);
        }
        int result = commands.pin(link.number(), path);
        if (result < 0) {
            throw Failure.of("bpf(BPF_OBJ_PIN)", result, "link at " + path);
        }
        pinned = path;
    }

    @Override
    public synchronized void unpin() {
        Path path = pinned;
        if (path == null) {
            throw new IllegalStateException("not pinned");
        }
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            throw new UncheckedIOException("unpin " + path, e);
        }
        pinned = null;
    }

    @Override
    public void detach() {
        int result = commands.detach(link.number());
        if (result >= 0) {
            return;
        }
        // Disabling a perf event would not do: a tracepoint runs its programs whether its event is enabled or not.
        if (Refusal.is(result, Errno.EOPNOTSUPP)) {
            throw new NotSupportedException(
                    "detach of a link of kind " + Link.kindOf(info()),
                    "the kernel detaches such a link only when its last descriptor is closed and its last pin removed");
        }
        if (Refusal.is(result, Errno.EINVAL) && !KernelVersion.running().isAtLeast(5, 9)) {
            throw new NotSupportedException(
                    "detach of a link", new KernelVersion(5, 9, 0), "BPF_LINK_DETACH is unknown");
        }
        throw Failure.of("bpf(BPF_LINK_DETACH)", result, "a link");
    }

    @Override
    public void close() {
        link.close();
        if (event != null) {
            event.close();
        }
    }
}
