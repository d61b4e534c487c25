package io.ebpf4j.spec;

import io.ebpf4j.spec.SectionDefinition.Form;
import io.ebpf4j.spec.SectionDefinition.Trait;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Every section name that says what the programs in it are, by the conventions of libbpf 1.8 (the table
 * {@code section_defs} of its libbpf.c). The first row that matches counts.
 */
public final class SectionTable {

    private static final List<SectionDefinition> ROWS = List.of(
            exact("socket", ProgramType.SOCKET_FILTER, AttachType.NONE),
            exact(
                    "sk_reuseport/migrate",
                    ProgramType.SK_REUSEPORT,
                    AttachType.SK_REUSEPORT_SELECT_OR_MIGRATE,
                    Trait.ATTACHABLE),
            exact("sk_reuseport", ProgramType.SK_REUSEPORT, AttachType.SK_REUSEPORT_SELECT, Trait.ATTACHABLE),
            prefix("kprobe", ProgramType.KPROBE, AttachType.NONE),
            prefix("uprobe", ProgramType.KPROBE, AttachType.NONE),
            prefix("uprobe.s", ProgramType.KPROBE, AttachType.NONE, Trait.SLEEPABLE),
            prefix("kretprobe", ProgramType.KPROBE, AttachType.NONE),
            prefix("uretprobe", ProgramType.KPROBE, AttachType.NONE),
            prefix("uretprobe.s", ProgramType.KPROBE, AttachType.NONE, Trait.SLEEPABLE),
            prefix("kprobe.multi", ProgramType.KPROBE, AttachType.TRACE_KPROBE_MULTI),
            prefix("kretprobe.multi", ProgramType.KPROBE, AttachType.TRACE_KPROBE_MULTI),
            prefix("kprobe.session", ProgramType.KPROBE, AttachType.TRACE_KPROBE_SESSION),
            prefix("uprobe.multi", ProgramType.KPROBE, AttachType.TRACE_UPROBE_MULTI),
            prefix("uretprobe.multi", ProgramType.KPROBE, AttachType.TRACE_UPROBE_MULTI),
            prefix("uprobe.session", ProgramType.KPROBE, AttachType.TRACE_UPROBE_SESSION),
            prefix("uprobe.multi.s", ProgramType.KPROBE, AttachType.TRACE_UPROBE_MULTI, Trait.SLEEPABLE),
            prefix("uretprobe.multi.s", ProgramType.KPROBE, AttachType.TRACE_UPROBE_MULTI, Trait.SLEEPABLE),
            prefix("uprobe.session.s", ProgramType.KPROBE, AttachType.TRACE_UPROBE_SESSION, Trait.SLEEPABLE),
            prefix("ksyscall", ProgramType.KPROBE, AttachType.NONE),
            prefix("kretsyscall", ProgramType.KPROBE, AttachType.NONE),
            prefix("usdt", ProgramType.KPROBE, AttachType.NONE, Trait.USDT),
            prefix("usdt.s", ProgramType.KPROBE, AttachType.NONE, Trait.USDT, Trait.SLEEPABLE),
            exact("tc/ingress", ProgramType.SCHED_CLS, AttachType.TCX_INGRESS),
            exact("tc/egress", ProgramType.SCHED_CLS, AttachType.TCX_EGRESS),
            exact("tcx/ingress", ProgramType.SCHED_CLS, AttachType.TCX_INGRESS),
            exact("tcx/egress", ProgramType.SCHED_CLS, AttachType.TCX_EGRESS),
            exact("tc", ProgramType.SCHED_CLS, AttachType.NONE),
            exact("classifier", ProgramType.SCHED_CLS, AttachType.NONE),
            exact("action", ProgramType.SCHED_ACT, AttachType.NONE),
            exact("netkit/primary", ProgramType.SCHED_CLS, AttachType.NETKIT_PRIMARY),
            exact("netkit/peer", ProgramType.SCHED_CLS, AttachType.NETKIT_PEER),
            prefix("tracepoint", ProgramType.TRACEPOINT, AttachType.NONE),
            prefix("tp", ProgramType.TRACEPOINT, AttachType.NONE),
            prefix("tracepoint.s", ProgramType.TRACEPOINT, AttachType.NONE, Trait.SLEEPABLE),
            prefix("tp.s", ProgramType.TRACEPOINT, AttachType.NONE, Trait.SLEEPABLE),
            prefix("raw_tracepoint", ProgramType.RAW_TRACEPOINT, AttachType.NONE),
            prefix("raw_tp", ProgramType.RAW_TRACEPOINT, AttachType.NONE),
            prefix("raw_tracepoint.s", ProgramType.RAW_TRACEPOINT, AttachType.NONE, Trait.SLEEPABLE),
            prefix("raw_tp.s", ProgramType.RAW_TRACEPOINT, AttachType.NONE, Trait.SLEEPABLE),
            prefix("raw_tracepoint.w", ProgramType.RAW_TRACEPOINT_WRITABLE, AttachType.NONE),
            prefix("raw_tp.w", ProgramType.RAW_TRACEPOINT_WRITABLE, AttachType.NONE),
            prefix("tp_btf", ProgramType.TRACING, AttachType.TRACE_RAW_TP, Trait.NEEDS_BTF_TARGET),
            prefix("tp_btf.s", ProgramType.TRACING, AttachType.TRACE_RAW_TP, Trait.NEEDS_BTF_TARGET, Trait.SLEEPABLE),
            prefix("fentry", ProgramType.TRACING, AttachType.TRACE_FENTRY, Trait.NEEDS_BTF_TARGET),
            prefix("fmod_ret", ProgramType.TRACING, AttachType.MODIFY_RETURN, Trait.NEEDS_BTF_TARGET),
            prefix("fexit", ProgramType.TRACING, AttachType.TRACE_FEXIT, Trait.NEEDS_BTF_TARGET),
            prefix("fentry.s", ProgramType.TRACING, AttachType.TRACE_FENTRY, Trait.NEEDS_BTF_TARGET, Trait.SLEEPABLE),
            prefix(
                    "fmod_ret.s",
                    ProgramType.TRACING,
                    AttachType.MODIFY_RETURN,
                    Trait.NEEDS_BTF_TARGET,
                    Trait.SLEEPABLE),
            prefix("fexit.s", ProgramType.TRACING, AttachType.TRACE_FEXIT, Trait.NEEDS_BTF_TARGET, Trait.SLEEPABLE),
            prefix("fsession", ProgramType.TRACING, AttachType.TRACE_FSESSION, Trait.NEEDS_BTF_TARGET),
            prefix(
                    "fsession.s",
                    ProgramType.TRACING,
                    AttachType.TRACE_FSESSION,
                    Trait.NEEDS_BTF_TARGET,
                    Trait.SLEEPABLE),
            prefix("fsession.multi", ProgramType.TRACING, AttachType.TRACE_FSESSION_MULTI),
            prefix("fsession.multi.s", ProgramType.TRACING, AttachType.TRACE_FSESSION_MULTI, Trait.SLEEPABLE),
            prefix("fentry.multi", ProgramType.TRACING, AttachType.TRACE_FENTRY_MULTI),
            prefix("fexit.multi", ProgramType.TRACING, AttachType.TRACE_FEXIT_MULTI),
            prefix("fentry.multi.s", ProgramType.TRACING, AttachType.TRACE_FENTRY_MULTI, Trait.SLEEPABLE),
            prefix("fexit.multi.s", ProgramType.TRACING, AttachType.TRACE_FEXIT_MULTI, Trait.SLEEPABLE),
            prefix("freplace", ProgramType.EXT, AttachType.NONE, Trait.NEEDS_BTF_TARGET),
            prefix("lsm", ProgramType.LSM, AttachType.LSM_MAC, Trait.NEEDS_BTF_TARGET),
            prefix("lsm.s", ProgramType.LSM, AttachType.LSM_MAC, Trait.NEEDS_BTF_TARGET, Trait.SLEEPABLE),
            prefix("lsm_cgroup", ProgramType.LSM, AttachType.LSM_CGROUP, Trait.NEEDS_BTF_TARGET),
            prefix("iter", ProgramType.TRACING, AttachType.TRACE_ITER, Trait.NEEDS_BTF_TARGET),
            prefix("iter.s", ProgramType.TRACING, AttachType.TRACE_ITER, Trait.NEEDS_BTF_TARGET, Trait.SLEEPABLE),
            exact("syscall", ProgramType.SYSCALL, AttachType.NONE, Trait.SLEEPABLE),
            exact("xdp.frags/devmap", ProgramType.XDP, AttachType.XDP_DEVMAP, Trait.XDP_FRAGS),
            exact("xdp/devmap", ProgramType.XDP, AttachType.XDP_DEVMAP, Trait.ATTACHABLE),
            exact("xdp.frags/cpumap", ProgramType.XDP, AttachType.XDP_CPUMAP, Trait.XDP_FRAGS),
            exact("xdp/cpumap", ProgramType.XDP, AttachType.XDP_CPUMAP, Trait.ATTACHABLE),
            exact("xdp.frags", ProgramType.XDP, AttachType.XDP, Trait.XDP_FRAGS),
            exact("xdp", ProgramType.XDP, AttachType.XDP, Trait.ATTACHABLE, Trait.ATTACH_TYPE_OPTIONAL),
            exact("perf_event", ProgramType.PERF_EVENT, AttachType.NONE),
            exact("lwt_in", ProgramType.LWT_IN, AttachType.NONE),
            exact("lwt_out", ProgramType.LWT_OUT, AttachType.NONE),
            exact("lwt_xmit", ProgramType.LWT_XMIT, AttachType.NONE),
            exact("lwt_seg6local", ProgramType.LWT_SEG6LOCAL, AttachType.NONE),
            exact(
                    "sockops",
                    ProgramType.SOCK_OPS,
                    AttachType.CGROUP_SOCK_OPS,
                    Trait.ATTACHABLE,
                    Trait.ATTACH_TYPE_OPTIONAL),
            exact(
                    "sk_skb/stream_parser",
                    ProgramType.SK_SKB,
                    AttachType.SK_SKB_STREAM_PARSER,
                    Trait.ATTACHABLE,
                    Trait.ATTACH_TYPE_OPTIONAL),
            exact(
                    "sk_skb/stream_verdict",
                    ProgramType.SK_SKB,
                    AttachType.SK_SKB_STREAM_VERDICT,
                    Trait.ATTACHABLE,
                    Trait.ATTACH_TYPE_OPTIONAL),
            exact(
                    "sk_skb/verdict",
                    ProgramType.SK_SKB,
                    AttachType.SK_SKB_VERDICT,
                    Trait.ATTACHABLE,
                    Trait.ATTACH_TYPE_OPTIONAL),
            exact("sk_skb", ProgramType.SK_SKB, AttachType.NONE),
            exact(
                    "sk_msg",
                    ProgramType.SK_MSG,
                    AttachType.SK_MSG_VERDICT,
                    Trait.ATTACHABLE,
                    Trait.ATTACH_TYPE_OPTIONAL),
            exact(
                    "lirc_mode2",
                    ProgramType.LIRC_MODE2,
                    AttachType.LIRC_MODE2,
                    Trait.ATTACHABLE,
                    Trait.ATTACH_TYPE_OPTIONAL),
            exact(
                    "flow_dissector",
                    ProgramType.FLOW_DISSECTOR,
                    AttachType.FLOW_DISSECTOR,
                    Trait.ATTACHABLE,
                    Trait.ATTACH_TYPE_OPTIONAL),
            exact(
                    "cgroup_skb/ingress",
                    ProgramType.CGROUP_SKB,
                    AttachType.CGROUP_INET_INGRESS,
                    Trait.ATTACHABLE,
                    Trait.ATTACH_TYPE_OPTIONAL),
            exact(
                    "cgroup_skb/egress",
                    ProgramType.CGROUP_SKB,
                    AttachType.CGROUP_INET_EGRESS,
                    Trait.ATTACHABLE,
                    Trait.ATTACH_TYPE_OPTIONAL),
            exact("cgroup/skb", ProgramType.CGROUP_SKB, AttachType.NONE),
            exact("cgroup/sock_create", ProgramType.CGROUP_SOCK, AttachType.CGROUP_INET_SOCK_CREATE, Trait.ATTACHABLE),
            exact(
                    "cgroup/sock_release",
                    ProgramType.CGROUP_SOCK,
                    AttachType.CGROUP_INET_SOCK_RELEASE,
                    Trait.ATTACHABLE),
            exact(
                    "cgroup/sock",
                    ProgramType.CGROUP_SOCK,
                    AttachType.CGROUP_INET_SOCK_CREATE,
                    Trait.ATTACHABLE,
                    Trait.ATTACH_TYPE_OPTIONAL),
            exact("cgroup/post_bind4", ProgramType.CGROUP_SOCK, AttachType.CGROUP_INET4_POST_BIND, Trait.ATTACHABLE),
            exact("cgroup/post_bind6", ProgramType.CGROUP_SOCK, AttachType.CGROUP_INET6_POST_BIND, Trait.ATTACHABLE),
            exact("cgroup/bind4", ProgramType.CGROUP_SOCK_ADDR, AttachType.CGROUP_INET4_BIND, Trait.ATTACHABLE),
            exact("cgroup/bind6", ProgramType.CGROUP_SOCK_ADDR, AttachType.CGROUP_INET6_BIND, Trait.ATTACHABLE),
            exact("cgroup/connect4", ProgramType.CGROUP_SOCK_ADDR, AttachType.CGROUP_INET4_CONNECT, Trait.ATTACHABLE),
            exact("cgroup/connect6", ProgramType.CGROUP_SOCK_ADDR, AttachType.CGROUP_INET6_CONNECT, Trait.ATTACHABLE),
            exact(
                    "cgroup/connect_unix",
                    ProgramType.CGROUP_SOCK_ADDR,
                    AttachType.CGROUP_UNIX_CONNECT,
                    Trait.ATTACHABLE),
            exact("cgroup/sendmsg4", ProgramType.CGROUP_SOCK_ADDR, AttachType.CGROUP_UDP4_SENDMSG, Trait.ATTACHABLE),
            exact("cgroup/sendmsg6", ProgramType.CGROUP_SOCK_ADDR, AttachType.CGROUP_UDP6_SENDMSG, Trait.ATTACHABLE),
            exact(
                    "cgroup/sendmsg_unix",
                    ProgramType.CGROUP_SOCK_ADDR,
                    AttachType.CGROUP_UNIX_SENDMSG,
                    Trait.ATTACHABLE),
            exact("cgroup/recvmsg4", ProgramType.CGROUP_SOCK_ADDR, AttachType.CGROUP_UDP4_RECVMSG, Trait.ATTACHABLE),
            exact("cgroup/recvmsg6", ProgramType.CGROUP_SOCK_ADDR, AttachType.CGROUP_UDP6_RECVMSG, Trait.ATTACHABLE),
            exact(
                    "cgroup/recvmsg_unix",
                    ProgramType.CGROUP_SOCK_ADDR,
                    AttachType.CGROUP_UNIX_RECVMSG,
                    Trait.ATTACHABLE),
            exact(
                    "cgroup/getpeername4",
                    ProgramType.CGROUP_SOCK_ADDR,
                    AttachType.CGROUP_INET4_GETPEERNAME,
                    Trait.ATTACHABLE),
            exact(
                    "cgroup/getpeername6",
                    ProgramType.CGROUP_SOCK_ADDR,
                    AttachType.CGROUP_INET6_GETPEERNAME,
                    Trait.ATTACHABLE),
            exact(
                    "cgroup/getpeername_unix",
                    ProgramType.CGROUP_SOCK_ADDR,
                    AttachType.CGROUP_UNIX_GETPEERNAME,
                    Trait.ATTACHABLE),
            exact(
                    "cgroup/getsockname4",
                    ProgramType.CGROUP_SOCK_ADDR,
                    AttachType.CGROUP_INET4_GETSOCKNAME,
                    Trait.ATTACHABLE),
            exact(
                    "cgroup/getsockname6",
                    ProgramType.CGROUP_SOCK_ADDR,
                    AttachType.CGROUP_INET6_GETSOCKNAME,
                    Trait.ATTACHABLE),
            exact(
                    "cgroup/getsockname_unix",
                    ProgramType.CGROUP_SOCK_ADDR,
                    AttachType.CGROUP_UNIX_GETSOCKNAME,
                    Trait.ATTACHABLE),
            exact("cgroup/sysctl", ProgramType.CGROUP_SYSCTL, AttachType.CGROUP_SYSCTL, Trait.ATTACHABLE),
            exact("cgroup/getsockopt", ProgramType.CGROUP_SOCKOPT, AttachType.CGROUP_GETSOCKOPT, Trait.ATTACHABLE),
            exact("cgroup/setsockopt", ProgramType.CGROUP_SOCKOPT, AttachType.CGROUP_SETSOCKOPT, Trait.ATTACHABLE),
            exact(
                    "cgroup/dev",
                    ProgramType.CGROUP_DEVICE,
                    AttachType.CGROUP_DEVICE,
                    Trait.ATTACHABLE,
                    Trait.ATTACH_TYPE_OPTIONAL),
            prefix("struct_ops", ProgramType.STRUCT_OPS, AttachType.NONE),
            prefix("struct_ops.s", ProgramType.STRUCT_OPS, AttachType.NONE, Trait.SLEEPABLE),
            exact("sk_lookup", ProgramType.SK_LOOKUP, AttachType.SK_LOOKUP, Trait.ATTACHABLE),
            exact("netfilter", ProgramType.NETFILTER, AttachType.NETFILTER));

    private SectionTable() {}

    /**
     * Every row, in the order in which they are tried.
     *
     * @return the rows
     */
    public static List<SectionDefinition> rows() {
        return ROWS;
    }

    /**
     * The row for a section.
     *
     * @param section the section's name, without a leading {@code ?}
     * @return the first row that matches, empty when none does
     */
    public static Optional<SectionDefinition> find(String section) {
        return ROWS.stream().filter(row -> matches(row, section)).findFirst();
    }

    /**
     * The attach target in a section's name.
     *
     * @param definition the section's definition
     * @param section the section's name, without a leading {@code ?}
     * @return what follows the definition's name and a slash, {@code ""} when nothing does
     */
    public static String attachTarget(SectionDefinition definition, String section) {
        int start = definition.name().length() + 1;
        return definition.form() == Form.OPTIONAL_TARGET && section.length() > start ? section.substring(start) : "";
    }

    private static boolean matches(SectionDefinition row, String section) {
        return switch (row.form()) {
            case EXACT -> section.equals(row.name());
            case OPTIONAL_TARGET ->
                section.startsWith(row.name())
                        && (section.length() == row.name().length()
                                || section.charAt(row.name().length()) == '/');
        };
    }

    private static SectionDefinition exact(String name, ProgramType program, AttachType attach, Trait... traits) {
        return new SectionDefinition(name, Form.EXACT, program, attach, Set.of(traits));
    }

    private static SectionDefinition prefix(String name, ProgramType program, AttachType attach, Trait... traits) {
        return new SectionDefinition(name, Form.OPTIONAL_TARGET, program, attach, Set.of(traits));
    }
}
