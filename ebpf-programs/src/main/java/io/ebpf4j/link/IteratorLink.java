package io.ebpf4j.link;

import io.ebpf4j.kernel.Errno;
import io.ebpf4j.kernel.InvalidTargetException;
import io.ebpf4j.kernel.NotSupportedException;
import io.ebpf4j.kernel.sys.BpfAttr;
import io.ebpf4j.kernel.sys.Constants;
import io.ebpf4j.kernel.sys.Failure;
import io.ebpf4j.kernel.sys.Fd;
import io.ebpf4j.kernel.sys.Kernel;
import io.ebpf4j.program.BpfProgram;
import io.ebpf4j.spec.AttachType;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * A program that the kernel runs for each object of a kind (tasks, sockets, elements of a map, ...) whenever it is read
 * from; what the program writes is what is read. Since 5.8.
 */
public final class IteratorLink extends Link {

    private static final int LINK_INFO_BYTES = 16;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;

    IteratorLink(Attachment attachment) {
        super(attachment);
    }

    /** In which order a walk over cgroups goes ({@code enum bpf_cgroup_iter_order}). */
    public enum CgroupOrder {
        /** The cgroup alone. */
        SELF_ONLY(1),
        /** Each before those below it. */
        DESCENDANTS_BEFORE(2),
        /** Each behind those below it. */
        DESCENDANTS_AFTER(3),
        /** Upwards to the root. */
        ANCESTORS(4);

        private final int number;

        CgroupOrder(int number) {
            this.number = number;
        }
    }

    /** Which objects the iterator walks. */
    public sealed interface Scope {
        /** All that the target has; in the calling thread's network namespace where the target has one. */
        record Everything() implements Scope {}

        /**
         * The elements of a map, for the targets {@code bpf_map_elem}, {@code bpf_sk_storage_map} and {@code sockmap}.
         *
         * @param mapFd the map
         */
        record MapElements(int mapFd) implements Scope {}

        /**
         * Cgroups, for the target {@code cgroup}; since 6.1.
         *
         * @param cgroup where the walk starts, a directory of the cgroup version 2 file system
         * @param order where it goes
         */
        record Cgroups(Path cgroup, CgroupOrder order) implements Scope {}

        /**
         * One thread, for the targets {@code task}, {@code task_file} and {@code task_vma}; since 6.1.
         *
         * @param tid the thread
         */
        record OneThread(int tid) implements Scope {}

        /**
         * The threads of one process, for the same targets; since 6.1.
         *
         * @param pid the process
         */
        record OneProcess(int pid) implements Scope {}
    }

    /**
     * What to walk.
     *
     * @param scope which objects
     */
    public record Options(Scope scope) {
        /** All objects of the target. */
        public static final Options EVERYTHING = new Options(new Scope.Everything());
    }

    /**
     * Attaches a program to the target it was loaded for.
     *
     * @param program a loaded program of type tracing, for {@code BPF_TRACE_ITER}
     * @param options what to walk
     * @return the link, to be closed by the caller
     * @throws InvalidTargetException the scope's map or cgroup does not exist or does not fit; a thread or process
     *     that does not exist has nothing to walk
     * @throws NotSupportedException this kernel has no iterators or no such scope
     */
    public static IteratorLink attach(BpfProgram program, Options options) {
        return switch (options.scope()) {
            case Scope.Everything _ -> new IteratorLink(create(program, options, LinkCommands.Extra.NONE));
            case Scope.MapElements map ->
                new IteratorLink(create(program, options, scope(info -> info.set(INT, 0, map.mapFd()))));
            case Scope.OneThread thread ->
                new IteratorLink(create(program, options, scope(info -> info.set(INT, 0, thread.tid()))));
            case Scope.OneProcess process ->
                new IteratorLink(create(program, options, scope(info -> info.set(INT, 4, process.pid()))));
            case Scope.Cgroups cgroups -> attach(program, options, cgroups);
        };
    }

    private static IteratorLink attach(BpfProgram program, Options options, Scope.Cgroups cgroups) {
        Kernel kernel = program.kernel();
        String path = cgroups.cgroup().toString();
        int opened = kernel.open(path, Constants.O_RDONLY, 0);
        if (Refusal.is(opened, Errno.ENOENT)) {
            throw new InvalidTargetException("cgroup " + path, "no such directory");
        }
        try (Fd cgroup = Fd.own(kernel, Failure.check("open", opened, path), "cgroup " + path)) {
            return new IteratorLink(create(program, options, scope(info -> {
                info.set(INT, 0, cgroups.order().number);
                info.set(INT, 4, cgroup.number());
            })));
        }
    }

    /** Fills {@code union bpf_iter_link_info} (include/uapi/linux/bpf.h). */
    private static LinkCommands.Extra scope(java.util.function.Consumer<MemorySegment> fill) {
        return (attr, memory) -> {
            MemorySegment info = memory.allocate(LINK_INFO_BYTES, Long.BYTES);
            fill.accept(info);
            attr.set(ValueLayout.JAVA_LONG_UNALIGNED, BpfAttr.LinkCreate.ITER_INFO, info.address());
            attr.set(INT, BpfAttr.LinkCreate.ITER_INFO_LEN, LINK_INFO_BYTES);
        };
    }

    private static KernelAttachment create(BpfProgram program, Options options, LinkCommands.Extra extra) {
        LinkCommands commands = LinkCommands.of(program);
        String subject = program.name() + " over " + options.scope();
        int fd = commands.create(program.fd(), 0, AttachType.TRACE_ITER, 0, extra);
        if (Refusal.is(fd, Errno.ESRCH) || Refusal.is(fd, Errno.EBADF)) {
            throw new InvalidTargetException(options.scope().toString(), "no such object to walk");
        }
        if (fd < 0) {
            throw Refusal.link("iterator", 5, 8).of(fd, subject);
        }
        return KernelAttachment.of(commands, fd, "iterator link of " + subject);
    }

    /**
     * Runs the program over the objects, as far as the stream is read.
     *
     * @return what the program writes, to be closed by the caller; independent of this link from then on
     */
    public InputStream read() {
        if (!(attachment() instanceof KernelAttachment link)) {
            throw new NotSupportedException("reading an iterator", "it is no kernel link");
        }
        Kernel kernel = link.commands().kernel();
        int fd = link.commands().createIterator(link.fd());
        Failure.check("bpf(BPF_ITER_CREATE)", fd, "an iterator link");
        return new IteratorStream(kernel, Fd.own(kernel, fd, "iterator"));
    }

    /**
     * Runs the program over the objects, as far as the stream is read, for programs that write text.
     *
     * @return the lines, in UTF-8; to be closed by the caller
     */
    public Stream<String> lines() {
        BufferedReader reader = new BufferedReader(new InputStreamReader(read(), StandardCharsets.UTF_8));
        return reader.lines().onClose(() -> {
            try {
                reader.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }
}
