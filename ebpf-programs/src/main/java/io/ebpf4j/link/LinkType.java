package io.ebpf4j.link;

import java.util.Optional;

/**
 * Kinds of kernel links, with their numbers in {@code enum bpf_link_type} (include/uapi/linux/bpf.h).
 */
public enum LinkType {
    /** A raw tracepoint; links since 5.7. */
    RAW_TRACEPOINT(1),
    /** A BTF-typed tracepoint, function entry or exit, LSM hook or extension; since 5.5, as links since 5.7. */
    TRACING(2),
    /** A cgroup hook; since 5.7. */
    CGROUP(3),
    /** An iterator over kernel objects; since 5.8. */
    ITERATOR(4),
    /** A hook of a network namespace; since 5.8. */
    NETNS(5),
    /** The XDP hook of a network interface; since 5.9. */
    XDP(6),
    /** A perf event: tracepoint, kprobe, uprobe, counter; since 5.15. */
    PERF_EVENT(7),
    /** Many kernel functions at once; since 5.18. */
    KPROBE_MULTI(8),
    /** A set of kernel operations implemented by programs; as links since 6.4. */
    STRUCT_OPS(9),
    /** A netfilter hook; since 6.4. */
    NETFILTER(10),
    /** The traffic-control hook of an interface; since 6.6. */
    TCX(11),
    /** Many functions of one binary at once; since 6.6. */
    UPROBE_MULTI(12),
    /** A netkit device; since 6.7. */
    NETKIT(13),
    /** A socket map; since 6.10. */
    SOCKMAP(14);

    private final int number;

    LinkType(int number) {
        this.number = number;
    }

    /** {@return the kernel's number of this kind} */
    public int number() {
        return number;
    }

    /**
     * Finds a kind by the kernel's number.
     *
     * @param number a value of {@code enum bpf_link_type}
     * @return the kind, empty where this library does not know the number
     */
    public static Optional<LinkType> of(int number) {
        for (LinkType type : values()) {
            if (type.number == number) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }
}
