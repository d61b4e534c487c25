package io.ebpf4j.link;

import io.ebpf4j.spec.AttachType;
import java.util.List;

/**
 * What the kernel says about a link ({@code struct bpf_link_info}, include/uapi/linux/bpf.h), one record for each kind.
 *
 * <p>A field that the running kernel does not report is 0 or empty. A snapshot: nothing here follows later changes.
 */
public sealed interface LinkInfo {

    /** {@return the system-wide id of the link; 0 for {@link Unlinked}, which has none} */
    int id();

    /** {@return the id of the attached program; 0 where the kernel names none} */
    int programId();

    /**
     * A raw tracepoint.
     *
     * @param id the link's id
     * @param programId the program's id
     * @param name the tracepoint
     * @param cookie the value that {@code bpf_get_attach_cookie} returns; reported since 6.10
     */
    record RawTracepoint(int id, int programId, String name, long cookie) implements LinkInfo {}

    /**
     * A BTF-typed tracepoint, function entry or exit, LSM hook or extension.
     *
     * @param id the link's id
     * @param programId the program's id
     * @param attachType which hook
     * @param targetObjectId the BTF object, or for an extension the program, that is attached to
     * @param targetBtfId the type id of the target in that object
     * @param cookie the value that {@code bpf_get_attach_cookie} returns
     */
    record Tracing(int id, int programId, AttachType attachType, int targetObjectId, int targetBtfId, long cookie)
            implements LinkInfo {}

    /**
     * A cgroup hook.
     *
     * @param id the link's id
     * @param programId the program's id
     * @param cgroupId the id of the cgroup: the inode number of its directory; 0 once that is gone
     * @param attachType which hook
     */
    record Cgroup(int id, int programId, long cgroupId, AttachType attachType) implements LinkInfo {}

    /**
     * An iterator.
     *
     * @param id the link's id
     * @param programId the program's id
     * @param target what it walks, such as {@code "tcp"}
     * @param mapId the map walked; 0 for other targets
     * @param cgroupId where a cgroup walk starts; 0 for other targets
     * @param cgroupOrder the order of a cgroup walk ({@code enum bpf_cgroup_iter_order}); 0 for other targets
     * @param tid the only thread walked; 0 for all
     * @param pid the only process walked; 0 for all
     */
    record Iterator(int id, int programId, String target, int mapId, long cgroupId, int cgroupOrder, int tid, int pid)
            implements LinkInfo {}

    /**
     * A hook of a network namespace.
     *
     * @param id the link's id
     * @param programId the program's id
     * @param namespaceInode the inode number of the namespace; 0 once it is gone
     * @param attachType which hook
     */
    record Netns(int id, int programId, int namespaceInode, AttachType attachType) implements LinkInfo {}

    /**
     * An XDP hook.
     *
     * @param id the link's id
     * @param programId the program's id
     * @param interfaceIndex the interface; 0 once it is gone
     */
    record Xdp(int id, int programId, int interfaceIndex) implements LinkInfo {}

    /** A perf event, by what it fires on; told apart since 6.6. */
    sealed interface PerfEvent extends LinkInfo {}

    /**
     * A uprobe.
     *
     * @param id the link's id
     * @param programId the program's id
     * @param point whether it fires at entry or return
     * @param file the binary
     * @param offset bytes from the start of the file
     * @param cookie the value that {@code bpf_get_attach_cookie} returns; reported since 6.9
     * @param referenceCounterOffset file offset of the semaphore, 0 for none; reported since 6.18
     */
    record Uprobe(
            int id, int programId, ProbePoint point, String file, long offset, long cookie, long referenceCounterOffset)
            implements PerfEvent {}

    /**
     * A kprobe.
     *
     * @param id the link's id
     * @param programId the program's id
     * @param point whether it fires at entry or return
     * @param function the kernel function
     * @param offset bytes into it
     * @param address where it is in memory; 0 where the kernel hides addresses
     * @param missed how often it did not run
     * @param cookie the value that {@code bpf_get_attach_cookie} returns; reported since 6.9
     */
    record Kprobe(
            int id,
            int programId,
            ProbePoint point,
            String function,
            long offset,
            long address,
            long missed,
            long cookie)
            implements PerfEvent {}

    /**
     * A tracepoint.
     *
     * @param id the link's id
     * @param programId the program's id
     * @param name the tracepoint's name without its category
     * @param cookie the value that {@code bpf_get_attach_cookie} returns; reported since 6.9
     */
    record Tracepoint(int id, int programId, String name, long cookie) implements PerfEvent {}

    /**
     * A hardware, software or raw event.
     *
     * @param id the link's id
     * @param programId the program's id
     * @param type {@code perf_event_attr.type}
     * @param config {@code perf_event_attr.config}
     * @param cookie the value that {@code bpf_get_attach_cookie} returns; reported since 6.9
     */
    record Event(int id, int programId, int type, long config, long cookie) implements PerfEvent {}

    /**
     * A perf event of which this kernel does not tell what it fires on.
     *
     * @param id the link's id
     * @param programId the program's id
     */
    record OpaquePerfEvent(int id, int programId) implements PerfEvent {}

    /**
     * Many kernel functions.
     *
     * @param id the link's id
     * @param programId the program's id
     * @param count how many functions
     * @param flags {@code BPF_F_KPROBE_MULTI_*}
     * @param missed how often it did not run
     */
    record KprobeMulti(int id, int programId, int count, int flags, long missed) implements LinkInfo {}

    /**
     * A set of operations.
     *
     * @param id the link's id
     * @param programId 0: a set has several programs
     * @param mapId the map that holds the set
     */
    record StructOps(int id, int programId, int mapId) implements LinkInfo {}

    /**
     * A netfilter hook.
     *
     * @param id the link's id
     * @param programId the program's id
     * @param protocolFamily {@code NFPROTO_*}
     * @param hook {@code NF_INET_*}
     * @param priority the place in the hook's order
     * @param flags {@code BPF_F_NETFILTER_*}
     */
    record Netfilter(int id, int programId, int protocolFamily, int hook, int priority, int flags)
            implements LinkInfo {}

    /**
     * A traffic-control hook.
     *
     * @param id the link's id
     * @param programId the program's id
     * @param interfaceIndex the interface; 0 once it is gone
     * @param attachType which hook
     */
    record Tcx(int id, int programId, int interfaceIndex, AttachType attachType) implements LinkInfo {}

    /**
     * Many functions of one binary.
     *
     * @param id the link's id
     * @param programId the program's id
     * @param path the binary
     * @param offsets where it fires, in bytes from the start of the file
     * @param flags {@code BPF_F_UPROBE_MULTI_*}
     * @param pid the only process, 0 for all
     */
    record UprobeMulti(int id, int programId, String path, List<Long> offsets, int flags, int pid) implements LinkInfo {
        /** Keeps an immutable copy of the offsets. */
        public UprobeMulti {
            offsets = List.copyOf(offsets);
        }
    }

    /**
     * A netkit device.
     *
     * @param id the link's id
     * @param programId the program's id
     * @param interfaceIndex the interface; 0 once it is gone
     * @param attachType which hook
     */
    record Netkit(int id, int programId, int interfaceIndex, AttachType attachType) implements LinkInfo {}

    /**
     * A socket map.
     *
     * @param id the link's id
     * @param programId the program's id
     * @param mapId the map
     * @param attachType which hook
     */
    record Sockmap(int id, int programId, int mapId, AttachType attachType) implements LinkInfo {}

    /**
     * A link of a kind that this library does not know.
     *
     * @param id the link's id
     * @param programId the program's id
     * @param type the number in {@code enum bpf_link_type}
     */
    record Unknown(int id, int programId, int type) implements LinkInfo {}

    /**
     * An attachment that is not a kernel link: it has no id, and only this process or its attach point knows of it.
     *
     * @param programId the program's id
     * @param description where it is attached and how
     */
    record Unlinked(int programId, String description) implements LinkInfo {
        @Override
        public int id() {
            return 0;
        }
    }
}
