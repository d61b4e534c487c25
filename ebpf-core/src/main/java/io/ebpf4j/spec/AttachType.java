package io.ebpf4j.spec;

import java.util.List;

/**
 * Where a program is to be attached, a number of the kernel's {@code enum bpf_attach_type} (include/uapi/linux/bpf.h).
 *
 * <p>A newer kernel may have numbers that this release does not name: they are values like any other, so that what an
 * object file asks for reaches the kernel unchanged.
 *
 * @param number the kernel's number
 * @param name the kernel's name without its prefix, in lower case, as bpftool prints it; the number in decimal when it
 *     is not known here
 */
public record AttachType(int number, String name) {
    /** No attach type is expected at load time: the kernel is given 0. Distinct from {@link #CGROUP_INET_INGRESS}. */
    public static final AttachType NONE = new AttachType(0, "none");

    /** {@code BPF_CGROUP_INET_INGRESS}. */
    public static final AttachType CGROUP_INET_INGRESS = new AttachType(0, "cgroup_inet_ingress");

    /** {@code BPF_CGROUP_INET_EGRESS}. */
    public static final AttachType CGROUP_INET_EGRESS = new AttachType(1, "cgroup_inet_egress");

    /** {@code BPF_CGROUP_INET_SOCK_CREATE}. */
    public static final AttachType CGROUP_INET_SOCK_CREATE = new AttachType(2, "cgroup_inet_sock_create");

    /** {@code BPF_CGROUP_SOCK_OPS}. */
    public static final AttachType CGROUP_SOCK_OPS = new AttachType(3, "cgroup_sock_ops");

    /** {@code BPF_SK_SKB_STREAM_PARSER}. */
    public static final AttachType SK_SKB_STREAM_PARSER = new AttachType(4, "sk_skb_stream_parser");

    /** {@code BPF_SK_SKB_STREAM_VERDICT}. */
    public static final AttachType SK_SKB_STREAM_VERDICT = new AttachType(5, "sk_skb_stream_verdict");

    /** {@code BPF_CGROUP_DEVICE}. */
    public static final AttachType CGROUP_DEVICE = new AttachType(6, "cgroup_device");

    /** {@code BPF_SK_MSG_VERDICT}. */
    public static final AttachType SK_MSG_VERDICT = new AttachType(7, "sk_msg_verdict");

    /** {@code BPF_CGROUP_INET4_BIND}. */
    public static final AttachType CGROUP_INET4_BIND = new AttachType(8, "cgroup_inet4_bind");

    /** {@code BPF_CGROUP_INET6_BIND}. */
    public static final AttachType CGROUP_INET6_BIND = new AttachType(9, "cgroup_inet6_bind");

    /** {@code BPF_CGROUP_INET4_CONNECT}. */
    public static final AttachType CGROUP_INET4_CONNECT = new AttachType(10, "cgroup_inet4_connect");

    /** {@code BPF_CGROUP_INET6_CONNECT}. */
    public static final AttachType CGROUP_INET6_CONNECT = new AttachType(11, "cgroup_inet6_connect");

    /** {@code BPF_CGROUP_INET4_POST_BIND}. */
    public static final AttachType CGROUP_INET4_POST_BIND = new AttachType(12, "cgroup_inet4_post_bind");

    /** {@code BPF_CGROUP_INET6_POST_BIND}. */
    public static final AttachType CGROUP_INET6_POST_BIND = new AttachType(13, "cgroup_inet6_post_bind");

    /** {@code BPF_CGROUP_UDP4_SENDMSG}. */
    public static final AttachType CGROUP_UDP4_SENDMSG = new AttachType(14, "cgroup_udp4_sendmsg");

    /** {@code BPF_CGROUP_UDP6_SENDMSG}. */
    public static final AttachType CGROUP_UDP6_SENDMSG = new AttachType(15, "cgroup_udp6_sendmsg");

    /** {@code BPF_LIRC_MODE2}. */
    public static final AttachType LIRC_MODE2 = new AttachType(16, "lirc_mode2");

    /** {@code BPF_FLOW_DISSECTOR}. */
    public static final AttachType FLOW_DISSECTOR = new AttachType(17, "flow_dissector");

    /** {@code BPF_CGROUP_SYSCTL}. */
    public static final AttachType CGROUP_SYSCTL = new AttachType(18, "cgroup_sysctl");

    /** {@code BPF_CGROUP_UDP4_RECVMSG}. */
    public static final AttachType CGROUP_UDP4_RECVMSG = new AttachType(19, "cgroup_udp4_recvmsg");

    /** {@code BPF_CGROUP_UDP6_RECVMSG}. */
    public static final AttachType CGROUP_UDP6_RECVMSG = new AttachType(20, "cgroup_udp6_recvmsg");

    /** {@code BPF_CGROUP_GETSOCKOPT}. */
    public static final AttachType CGROUP_GETSOCKOPT = new AttachType(21, "cgroup_getsockopt");

    /** {@code BPF_CGROUP_SETSOCKOPT}. */
    public static final AttachType CGROUP_SETSOCKOPT = new AttachType(22, "cgroup_setsockopt");

    /** {@code BPF_TRACE_RAW_TP}. */
    public static final AttachType TRACE_RAW_TP = new AttachType(23, "trace_raw_tp");

    /** {@code BPF_TRACE_FENTRY}. */
    public static final AttachType TRACE_FENTRY = new AttachType(24, "trace_fentry");

    /** {@code BPF_TRACE_FEXIT}. */
    public static final AttachType TRACE_FEXIT = new AttachType(25, "trace_fexit");

    /** {@code BPF_MODIFY_RETURN}. */
    public static final AttachType MODIFY_RETURN = new AttachType(26, "modify_return");

    /** {@code BPF_LSM_MAC}. */
    public static final AttachType LSM_MAC = new AttachType(27, "lsm_mac");

    /** {@code BPF_TRACE_ITER}. */
    public static final AttachType TRACE_ITER = new AttachType(28, "trace_iter");

    /** {@code BPF_CGROUP_INET4_GETPEERNAME}. */
    public static final AttachType CGROUP_INET4_GETPEERNAME = new AttachType(29, "cgroup_inet4_getpeername");

    /** {@code BPF_CGROUP_INET6_GETPEERNAME}. */
    public static final AttachType CGROUP_INET6_GETPEERNAME = new AttachType(30, "cgroup_inet6_getpeername");

    /** {@code BPF_CGROUP_INET4_GETSOCKNAME}. */
    public static final AttachType CGROUP_INET4_GETSOCKNAME = new AttachType(31, "cgroup_inet4_getsockname");

    /** {@code BPF_CGROUP_INET6_GETSOCKNAME}. */
    public static final AttachType CGROUP_INET6_GETSOCKNAME = new AttachType(32, "cgroup_inet6_getsockname");

    /** {@code BPF_XDP_DEVMAP}. */
    public static final AttachType XDP_DEVMAP = new AttachType(33, "xdp_devmap");

    /** {@code BPF_CGROUP_INET_SOCK_RELEASE}. */
    public static final AttachType CGROUP_INET_SOCK_RELEASE = new AttachType(34, "cgroup_inet_sock_release");

    /** {@code BPF_XDP_CPUMAP}. */
    public static final AttachType XDP_CPUMAP = new AttachType(35, "xdp_cpumap");

    /** {@code BPF_SK_LOOKUP}. */
    public static final AttachType SK_LOOKUP = new AttachType(36, "sk_lookup");

    /** {@code BPF_XDP}. */
    public static final AttachType XDP = new AttachType(37, "xdp");

    /** {@code BPF_SK_SKB_VERDICT}. */
    public static final AttachType SK_SKB_VERDICT = new AttachType(38, "sk_skb_verdict");

    /** {@code BPF_SK_REUSEPORT_SELECT}. */
    public static final AttachType SK_REUSEPORT_SELECT = new AttachType(39, "sk_reuseport_select");

    /** {@code BPF_SK_REUSEPORT_SELECT_OR_MIGRATE}. */
    public static final AttachType SK_REUSEPORT_SELECT_OR_MIGRATE =
            new AttachType(40, "sk_reuseport_select_or_migrate");

    /** {@code BPF_PERF_EVENT}. */
    public static final AttachType PERF_EVENT = new AttachType(41, "perf_event");

    /** {@code BPF_TRACE_KPROBE_MULTI}. */
    public static final AttachType TRACE_KPROBE_MULTI = new AttachType(42, "trace_kprobe_multi");

    /** {@code BPF_LSM_CGROUP}. */
    public static final AttachType LSM_CGROUP = new AttachType(43, "lsm_cgroup");

    /** {@code BPF_STRUCT_OPS}. */
    public static final AttachType STRUCT_OPS = new AttachType(44, "struct_ops");

    /** {@code BPF_NETFILTER}. */
    public static final AttachType NETFILTER = new AttachType(45, "netfilter");

    /** {@code BPF_TCX_INGRESS}. */
    public static final AttachType TCX_INGRESS = new AttachType(46, "tcx_ingress");

    /** {@code BPF_TCX_EGRESS}. */
    public static final AttachType TCX_EGRESS = new AttachType(47, "tcx_egress");

    /** {@code BPF_TRACE_UPROBE_MULTI}. */
    public static final AttachType TRACE_UPROBE_MULTI = new AttachType(48, "trace_uprobe_multi");

    /** {@code BPF_CGROUP_UNIX_CONNECT}. */
    public static final AttachType CGROUP_UNIX_CONNECT = new AttachType(49, "cgroup_unix_connect");

    /** {@code BPF_CGROUP_UNIX_SENDMSG}. */
    public static final AttachType CGROUP_UNIX_SENDMSG = new AttachType(50, "cgroup_unix_sendmsg");

    /** {@code BPF_CGROUP_UNIX_RECVMSG}. */
    public static final AttachType CGROUP_UNIX_RECVMSG = new AttachType(51, "cgroup_unix_recvmsg");

    /** {@code BPF_CGROUP_UNIX_GETPEERNAME}. */
    public static final AttachType CGROUP_UNIX_GETPEERNAME = new AttachType(52, "cgroup_unix_getpeername");

    /** {@code BPF_CGROUP_UNIX_GETSOCKNAME}. */
    public static final AttachType CGROUP_UNIX_GETSOCKNAME = new AttachType(53, "cgroup_unix_getsockname");

    /** {@code BPF_NETKIT_PRIMARY}. */
    public static final AttachType NETKIT_PRIMARY = new AttachType(54, "netkit_primary");

    /** {@code BPF_NETKIT_PEER}. */
    public static final AttachType NETKIT_PEER = new AttachType(55, "netkit_peer");

    /** {@code BPF_TRACE_KPROBE_SESSION}. */
    public static final AttachType TRACE_KPROBE_SESSION = new AttachType(56, "trace_kprobe_session");

    /** {@code BPF_TRACE_UPROBE_SESSION}. */
    public static final AttachType TRACE_UPROBE_SESSION = new AttachType(57, "trace_uprobe_session");

    /** {@code BPF_TRACE_FSESSION}. */
    public static final AttachType TRACE_FSESSION = new AttachType(58, "trace_fsession");

    /** {@code BPF_TRACE_FENTRY_MULTI}. */
    public static final AttachType TRACE_FENTRY_MULTI = new AttachType(59, "trace_fentry_multi");

    /** {@code BPF_TRACE_FEXIT_MULTI}. */
    public static final AttachType TRACE_FEXIT_MULTI = new AttachType(60, "trace_fexit_multi");

    /** {@code BPF_TRACE_FSESSION_MULTI}. */
    public static final AttachType TRACE_FSESSION_MULTI = new AttachType(61, "trace_fsession_multi");

    private static final List<AttachType> KNOWN = List.of(
            CGROUP_INET_INGRESS,
            CGROUP_INET_EGRESS,
            CGROUP_INET_SOCK_CREATE,
            CGROUP_SOCK_OPS,
            SK_SKB_STREAM_PARSER,
            SK_SKB_STREAM_VERDICT,
            CGROUP_DEVICE,
            SK_MSG_VERDICT,
            CGROUP_INET4_BIND,
            CGROUP_INET6_BIND,
            CGROUP_INET4_CONNECT,
            CGROUP_INET6_CONNECT,
            CGROUP_INET4_POST_BIND,
            CGROUP_INET6_POST_BIND,
            CGROUP_UDP4_SENDMSG,
            CGROUP_UDP6_SENDMSG,
            LIRC_MODE2,
            FLOW_DISSECTOR,
            CGROUP_SYSCTL,
            CGROUP_UDP4_RECVMSG,
            CGROUP_UDP6_RECVMSG,
            CGROUP_GETSOCKOPT,
            CGROUP_SETSOCKOPT,
            TRACE_RAW_TP,
            TRACE_FENTRY,
            TRACE_FEXIT,
            MODIFY_RETURN,
            LSM_MAC,
            TRACE_ITER,
            CGROUP_INET4_GETPEERNAME,
            CGROUP_INET6_GETPEERNAME,
            CGROUP_INET4_GETSOCKNAME,
            CGROUP_INET6_GETSOCKNAME,
            XDP_DEVMAP,
            CGROUP_INET_SOCK_RELEASE,
            XDP_CPUMAP,
            SK_LOOKUP,
            XDP,
            SK_SKB_VERDICT,
            SK_REUSEPORT_SELECT,
            SK_REUSEPORT_SELECT_OR_MIGRATE,
            PERF_EVENT,
            TRACE_KPROBE_MULTI,
            LSM_CGROUP,
            STRUCT_OPS,
            NETFILTER,
            TCX_INGRESS,
            TCX_EGRESS,
            TRACE_UPROBE_MULTI,
            CGROUP_UNIX_CONNECT,
            CGROUP_UNIX_SENDMSG,
            CGROUP_UNIX_RECVMSG,
            CGROUP_UNIX_GETPEERNAME,
            CGROUP_UNIX_GETSOCKNAME,
            NETKIT_PRIMARY,
            NETKIT_PEER,
            TRACE_KPROBE_SESSION,
            TRACE_UPROBE_SESSION,
            TRACE_FSESSION,
            TRACE_FENTRY_MULTI,
            TRACE_FEXIT_MULTI,
            TRACE_FSESSION_MULTI);

    /**
     * The value for a kernel number.
     *
     * @param number the kernel's number
     * @return the named value, or one named by its number
     */
    public static AttachType of(int number) {
        return number >= 0 && number < KNOWN.size()
                ? KNOWN.get(number)
                : new AttachType(number, Integer.toUnsignedString(number));
    }

    /**
     * Every value that this release names, in the order of their numbers.
     *
     * @return the values, number {@code i} at index {@code i}
     */
    public static List<AttachType> known() {
        return KNOWN;
    }

    /** {@return the name} */
    @Override
    public String toString() {
        return name;
    }
}
