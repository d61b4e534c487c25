package io.ebpf4j.spec;

import java.util.List;

/**
 * The type of a program, a number of the kernel's {@code enum bpf_prog_type} (include/uapi/linux/bpf.h).
 *
 * <p>A newer kernel may have numbers that this release does not name: they are values like any other, so that what an
 * object file asks for reaches the kernel unchanged.
 *
 * @param number the kernel's number
 * @param name the kernel's name without its prefix, in lower case, as bpftool prints it; the number in decimal when it
 *     is not known here
 */
public record ProgramType(int number, String name) {
    /** {@code BPF_PROG_TYPE_UNSPEC}. */
    public static final ProgramType UNSPEC = new ProgramType(0, "unspec");

    /** {@code BPF_PROG_TYPE_SOCKET_FILTER}, since Linux 3.19. */
    public static final ProgramType SOCKET_FILTER = new ProgramType(1, "socket_filter");

    /** {@code BPF_PROG_TYPE_KPROBE}, since Linux 4.1. */
    public static final ProgramType KPROBE = new ProgramType(2, "kprobe");

    /** {@code BPF_PROG_TYPE_SCHED_CLS}, since Linux 4.1. */
    public static final ProgramType SCHED_CLS = new ProgramType(3, "sched_cls");

    /** {@code BPF_PROG_TYPE_SCHED_ACT}, since Linux 4.1. */
    public static final ProgramType SCHED_ACT = new ProgramType(4, "sched_act");

    /** {@code BPF_PROG_TYPE_TRACEPOINT}, since Linux 4.7. */
    public static final ProgramType TRACEPOINT = new ProgramType(5, "tracepoint");

    /** {@code BPF_PROG_TYPE_XDP}, since Linux 4.8. */
    public static final ProgramType XDP = new ProgramType(6, "xdp");

    /** {@code BPF_PROG_TYPE_PERF_EVENT}, since Linux 4.9. */
    public static final ProgramType PERF_EVENT = new ProgramType(7, "perf_event");

    /** {@code BPF_PROG_TYPE_CGROUP_SKB}, since Linux 4.10. */
    public static final ProgramType CGROUP_SKB = new ProgramType(8, "cgroup_skb");

    /** {@code BPF_PROG_TYPE_CGROUP_SOCK}, since Linux 4.10. */
    public static final ProgramType CGROUP_SOCK = new ProgramType(9, "cgroup_sock");

    /** {@code BPF_PROG_TYPE_LWT_IN}, since Linux 4.10. */
    public static final ProgramType LWT_IN = new ProgramType(10, "lwt_in");

    /** {@code BPF_PROG_TYPE_LWT_OUT}, since Linux 4.10. */
    public static final ProgramType LWT_OUT = new ProgramType(11, "lwt_out");

    /** {@code BPF_PROG_TYPE_LWT_XMIT}, since Linux 4.10. */
    public static final ProgramType LWT_XMIT = new ProgramType(12, "lwt_xmit");

    /** {@code BPF_PROG_TYPE_SOCK_OPS}, since Linux 4.13. */
    public static final ProgramType SOCK_OPS = new ProgramType(13, "sock_ops");

    /** {@code BPF_PROG_TYPE_SK_SKB}, since Linux 4.14. */
    public static final ProgramType SK_SKB = new ProgramType(14, "sk_skb");

    /** {@code BPF_PROG_TYPE_CGROUP_DEVICE}, since Linux 4.15. */
    public static final ProgramType CGROUP_DEVICE = new ProgramType(15, "cgroup_device");

    /** {@code BPF_PROG_TYPE_SK_MSG}, since Linux 4.17. */
    public static final ProgramType SK_MSG = new ProgramType(16, "sk_msg");

    /** {@code BPF_PROG_TYPE_RAW_TRACEPOINT}, since Linux 4.17. */
    public static final ProgramType RAW_TRACEPOINT = new ProgramType(17, "raw_tracepoint");

    /** {@code BPF_PROG_TYPE_CGROUP_SOCK_ADDR}, since Linux 4.17. */
    public static final ProgramType CGROUP_SOCK_ADDR = new ProgramType(18, "cgroup_sock_addr");

    /** {@code BPF_PROG_TYPE_LWT_SEG6LOCAL}, since Linux 4.18. */
    public static final ProgramType LWT_SEG6LOCAL = new ProgramType(19, "lwt_seg6local");

    /** {@code BPF_PROG_TYPE_LIRC_MODE2}, since Linux 4.18. */
    public static final ProgramType LIRC_MODE2 = new ProgramType(20, "lirc_mode2");

    /** {@code BPF_PROG_TYPE_SK_REUSEPORT}, since Linux 4.19. */
    public static final ProgramType SK_REUSEPORT = new ProgramType(21, "sk_reuseport");

    /** {@code BPF_PROG_TYPE_FLOW_DISSECTOR}, since Linux 4.20. */
    public static final ProgramType FLOW_DISSECTOR = new ProgramType(22, "flow_dissector");

    /** {@code BPF_PROG_TYPE_CGROUP_SYSCTL}, since Linux 5.2. */
    public static final ProgramType CGROUP_SYSCTL = new ProgramType(23, "cgroup_sysctl");

    /** {@code BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE}, since Linux 5.2. */
    public static final ProgramType RAW_TRACEPOINT_WRITABLE = new ProgramType(24, "raw_tracepoint_writable");

    /** {@code BPF_PROG_TYPE_CGROUP_SOCKOPT}, since Linux 5.3. */
    public static final ProgramType CGROUP_SOCKOPT = new ProgramType(25, "cgroup_sockopt");

    /** {@code BPF_PROG_TYPE_TRACING}, since Linux 5.5. */
    public static final ProgramType TRACING = new ProgramType(26, "tracing");

    /** {@code BPF_PROG_TYPE_STRUCT_OPS}, since Linux 5.6. */
    public static final ProgramType STRUCT_OPS = new ProgramType(27, "struct_ops");

    /** {@code BPF_PROG_TYPE_EXT}, since Linux 5.6. */
    public static final ProgramType EXT = new ProgramType(28, "ext");

    /** {@code BPF_PROG_TYPE_LSM}, since Linux 5.7. */
    public static final ProgramType LSM = new ProgramType(29, "lsm");

    /** {@code BPF_PROG_TYPE_SK_LOOKUP}, since Linux 5.9. */
    public static final ProgramType SK_LOOKUP = new ProgramType(30, "sk_lookup");

    /** {@code BPF_PROG_TYPE_SYSCALL}, since Linux 5.14. */
    public static final ProgramType SYSCALL = new ProgramType(31, "syscall");

    /** {@code BPF_PROG_TYPE_NETFILTER}, since Linux 6.4. */
    public static final ProgramType NETFILTER = new ProgramType(32, "netfilter");

    private static final List<ProgramType> KNOWN = List.of(
            UNSPEC,
            SOCKET_FILTER,
            KPROBE,
            SCHED_CLS,
            SCHED_ACT,
            TRACEPOINT,
            XDP,
            PERF_EVENT,
            CGROUP_SKB,
            CGROUP_SOCK,
            LWT_IN,
            LWT_OUT,
            LWT_XMIT,
            SOCK_OPS,
            SK_SKB,
            CGROUP_DEVICE,
            SK_MSG,
            RAW_TRACEPOINT,
            CGROUP_SOCK_ADDR,
            LWT_SEG6LOCAL,
            LIRC_MODE2,
            SK_REUSEPORT,
            FLOW_DISSECTOR,
            CGROUP_SYSCTL,
            RAW_TRACEPOINT_WRITABLE,
            CGROUP_SOCKOPT,
            TRACING,
            STRUCT_OPS,
            EXT,
            LSM,
            SK_LOOKUP,
            SYSCALL,
            NETFILTER);

    /**
     * The value for a kernel number.
     *
     * @param number the kernel's number
     * @return the named value, or one named by its number
     */
    public static ProgramType of(int number) {
        return number >= 0 && number < KNOWN.size()
                ? KNOWN.get(number)
                : new ProgramType(number, Integer.toUnsignedString(number));
    }

    /**
     * Every value that this release names, in the order of their numbers.
     *
     * @return the values, number {@code i} at index {@code i}
     */
    public static List<ProgramType> known() {
        return KNOWN;
    }

    /** {@return the name} */
    @Override
    public String toString() {
        return name;
    }
}
