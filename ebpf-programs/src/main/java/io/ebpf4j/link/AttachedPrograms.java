package io.ebpf4j.link;

import io.ebpf4j.kernel.Errno;
import io.ebpf4j.kernel.InvalidTargetException;
import io.ebpf4j.kernel.sys.BpfAttr;
import io.ebpf4j.kernel.sys.Constants;
import io.ebpf4j.kernel.sys.Failure;
import io.ebpf4j.kernel.sys.Fd;
import io.ebpf4j.kernel.sys.Kernel;
import io.ebpf4j.spec.AttachType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Who is attached at an attach point, in the order in which they run ({@code BPF_PROG_QUERY}, since 4.15).
 *
 * @param entries the programs
 * @param revision counts the changes of the list at ordered attach points (TCX and netkit since 6.6, cgroups since 6.17);
 *     0 where the kernel keeps none
 */
public record AttachedPrograms(List<Entry> entries, long revision) {
    private static final int EFFECTIVE = 1;
    private static final int INITIAL_ROOM = 64;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

    /** Keeps an immutable copy of the entries. */
    public AttachedPrograms {
        entries = List.copyOf(entries);
    }

    /**
     * One of them.
     *
     * @param programId the program's id
     * @param linkId the id of its link; 0 where it is attached without link, or the kernel does not tell
     */
    public record Entry(int programId, int linkId) {}

    /** Whose programs a cgroup is asked for. */
    public enum CgroupView {
        /** Those attached to the cgroup itself. */
        ATTACHED,
        /** Those that run for the cgroup, with those attached above. */
        EFFECTIVE
    }

    /**
     * Asks for the programs of a network interface.
     *
     * @param networkInterface the interface, of the calling thread's network namespace
     * @param attachType {@link AttachType#TCX_INGRESS} and the like
     * @return the programs
     * @throws InvalidTargetException there is no such interface
     */
    public static AttachedPrograms of(NetworkInterface networkInterface, AttachType attachType) {
        return query(Kernel.system(), networkInterface.index(), attachType, 0, "interface " + networkInterface.index());
    }

    /**
     * Asks for the programs of a cgroup.
     *
     * @param cgroup a directory of the cgroup version 2 file system
     * @param attachType which hook
     * @param view whose programs
     * @return the programs
     * @throws InvalidTargetException it is no such directory
     */
    public static AttachedPrograms ofCgroup(Path cgroup, AttachType attachType, CgroupView view) {
        return ofFile(cgroup, attachType, view == CgroupView.EFFECTIVE ? EFFECTIVE : 0, "cgroup " + cgroup);
    }

    /**
     * Asks for the programs of a network namespace.
     *
     * @param namespace its file, such as {@code /proc/PID/ns/net}
     * @param attachType {@link AttachType#SK_LOOKUP} or {@link AttachType#FLOW_DISSECTOR}
     * @return the programs
     * @throws InvalidTargetException there is no such namespace
     */
    public static AttachedPrograms ofNamespace(Path namespace, AttachType attachType) {
        return ofFile(namespace, attachType, 0, "network namespace " + namespace);
    }

    /**
     * Asks for the programs of a socket map.
     *
     * @param mapFd the map
     * @param attachType {@link AttachType#SK_MSG_VERDICT} and the like
     * @return the programs
     */
    public static AttachedPrograms ofMap(int mapFd, AttachType attachType) {
        return query(Kernel.system(), mapFd, attachType, 0, "map descriptor " + mapFd);
    }

    private static AttachedPrograms ofFile(Path path, AttachType attachType, int flags, String subject) {
        Kernel kernel = Kernel.system();
        int opened = kernel.open(path.toString(), Constants.O_RDONLY, 0);
        if (Refusal.is(opened, Errno.ENOENT)) {
            throw new InvalidTargetException(subject, "does not exist");
        }
        try (Fd target = Fd.own(kernel, Failure.check("open", opened, subject), subject)) {
            return query(kernel, target.number(), attachType, flags, subject);
        }
    }

    private static AttachedPrograms query(Kernel kernel, int target, AttachType type, int flags, String subject) {
        LinkCommands commands = new LinkCommands(kernel);
        boolean ordered = isOrdered(type);
        for (int room = INITIAL_ROOM; ; room *= 2) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment programs = arena.allocate(ValueLayout.JAVA_INT, room);
                MemorySegment links = arena.allocate(ValueLayout.JAVA_INT, room);
                MemorySegment attr = arena.allocate(BpfAttr.SIZE, Long.BYTES);
                attr.set(INT, BpfAttr.ProgQuery.TARGET_FD, target);
                attr.set(INT, BpfAttr.ProgQuery.ATTACH_TYPE, type.number());
                attr.set(INT, BpfAttr.ProgQuery.QUERY_FLAGS, flags);
                attr.set(LONG, BpfAttr.ProgQuery.PROG_IDS, programs.address());
                attr.set(INT, BpfAttr.ProgQuery.COUNT, room);
                if (ordered) {
                    attr.set(LONG, BpfAttr.ProgQuery.LINK_IDS, links.address());
                }
                int result = commands.query(attr);
                if (Refusal.is(result, Errno.ENOSPC) && room < 1 << 20) {
                    continue;
                }
                if (Refusal.is(result, Errno.ENODEV) || Refusal.is(result, Errno.EBADF)) {
                    throw new InvalidTargetException(subject, "cannot be asked for its " + type.name() + " programs");
                }
                Failure.check("bpf(BPF_PROG_QUERY)", result, type.name() + " programs of " + subject);
                int count = attr.get(INT, BpfAttr.ProgQuery.COUNT);
                List<Entry> entries = new ArrayList<>(count);
                for (int i = 0; i < count; i++) {
                    entries.add(new Entry(
                            programs.getAtIndex(ValueLayout.JAVA_INT, i), links.getAtIndex(ValueLayout.JAVA_INT, i)));
                }
                return new AttachedPrograms(entries, attr.get(LONG, BpfAttr.ProgQuery.REVISION));
            }
        }
    }

    /** Attach points whose list the kernel keeps with the ids of links (kernel/bpf/mprog.c). */
    private static boolean isOrdered(AttachType type) {
        return type.equals(AttachType.TCX_INGRESS)
                || type.equals(AttachType.TCX_EGRESS)
                || type.equals(AttachType.NETKIT_PRIMARY)
                || type.equals(AttachType.NETKIT_PEER);
    }
}
