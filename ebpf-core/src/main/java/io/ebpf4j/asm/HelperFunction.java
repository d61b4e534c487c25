package io.ebpf4j.asm;

import java.util.Locale;
import java.util.Optional;

/**
 * A helper function of the kernel, by its number in a call instruction ({@code enum bpf_func_id} of {@code linux/bpf.h}, Linux
 * 6.18; new helpers are no longer added, kernel functions took their place).
 *
 * <p>The ordinal is the number. Which program type may call which helper is the kernel's to say.
 */
public enum HelperFunction {
    /** Number 0: never callable. */
    UNSPEC,
    /** {@code bpf_map_lookup_elem}. */
    MAP_LOOKUP_ELEM,
    /** {@code bpf_map_update_elem}. */
    MAP_UPDATE_ELEM,
    /** {@code bpf_map_delete_elem}. */
    MAP_DELETE_ELEM,
    /** {@code bpf_probe_read}. */
    PROBE_READ,
    /** {@code bpf_ktime_get_ns}. */
    KTIME_GET_NS,
    /** {@code bpf_trace_printk}. */
    TRACE_PRINTK,
    /** {@code bpf_get_prandom_u32}. */
    GET_PRANDOM_U32,
    /** {@code bpf_get_smp_processor_id}. */
    GET_SMP_PROCESSOR_ID,
    /** {@code bpf_skb_store_bytes}. */
    SKB_STORE_BYTES,
    /** {@code bpf_l3_csum_replace}. */
    L3_CSUM_REPLACE,
    /** {@code bpf_l4_csum_replace}. */
    L4_CSUM_REPLACE,
    /** {@code bpf_tail_call}. */
    TAIL_CALL,
    /** {@code bpf_clone_redirect}. */
    CLONE_REDIRECT,
    /** {@code bpf_get_current_pid_tgid}. */
    GET_CURRENT_PID_TGID,
    /** {@code bpf_get_current_uid_gid}. */
    GET_CURRENT_UID_GID,
    /** {@code bpf_get_current_comm}. */
    GET_CURRENT_COMM,
    /** {@code bpf_get_cgroup_classid}. */
    GET_CGROUP_CLASSID,
    /** {@code bpf_skb_vlan_push}. */
    SKB_VLAN_PUSH,
    /** {@code bpf_skb_vlan_pop}. */
    SKB_VLAN_POP,
    /** {@code bpf_skb_get_tunnel_key}. */
    SKB_GET_TUNNEL_KEY,
    /** {@code bpf_skb_set_tunnel_key}. */
    SKB_SET_TUNNEL_KEY,
    /** {@code bpf_perf_event_read}. */
    PERF_EVENT_READ,
    /** {@code bpf_redirect}. */
    REDIRECT,
    /** {@code bpf_get_route_realm}. */
    GET_ROUTE_REALM,
    /** {@code bpf_perf_event_output}. */
    PERF_EVENT_OUTPUT,
    /** {@code bpf_skb_load_bytes}. */
    SKB_LOAD_BYTES,
    /** {@code bpf_get_stackid}. */
    GET_STACKID,
    /** {@code bpf_csum_diff}. */
    CSUM_DIFF,
    /** {@code bpf_skb_get_tunnel_opt}. */
    SKB_GET_TUNNEL_OPT,
    /** {@code bpf_skb_set_tunnel_opt}. */
    SKB_SET_TUNNEL_OPT,
    /** {@code bpf_skb_change_proto}. */
    SKB_CHANGE_PROTO,
    /** {@code bpf_skb_change_type}. */
    SKB_CHANGE_TYPE,
    /** {@code bpf_skb_under_cgroup}. */
    SKB_UNDER_CGROUP,
    /** {@code bpf_get_hash_recalc}. */
    GET_HASH_RECALC,
    /** {@code bpf_get_current_task}. */
    GET_CURRENT_TASK,
    /** {@code bpf_probe_write_user}. */
    PROBE_WRITE_USER,
    /** {@code bpf_current_task_under_cgroup}. */
    CURRENT_TASK_UNDER_CGROUP,
    /** {@code bpf_skb_change_tail}. */
    SKB_CHANGE_TAIL,
    /** {@code bpf_skb_pull_data}. */
    SKB_PULL_DATA,
    /** {@code bpf_csum_update}. */
    CSUM_UPDATE,
    /** {@code bpf_set_hash_invalid}. */
    SET_HASH_INVALID,
    /** {@code bpf_get_numa_node_id}. */
    GET_NUMA_NODE_ID,
    /** {@code bpf_skb_change_head}. */
    SKB_CHANGE_HEAD,
    /** {@code bpf_xdp_adjust_head}. */
    XDP_ADJUST_HEAD,
    /** {@code bpf_probe_read_str}. */
    PROBE_READ_STR,
    /** {@code bpf_get_socket_cookie}. */
    GET_SOCKET_COOKIE,
    /** {@code bpf_get_socket_uid}. */
    GET_SOCKET_UID,
    /** {@code bpf_set_hash}. */
    SET_HASH,
    /** {@code bpf_setsockopt}. */
    SETSOCKOPT,
    /** {@code bpf_skb_adjust_room}. */
    SKB_ADJUST_ROOM,
    /** {@code bpf_redirect_map}. */
    REDIRECT_MAP,
    /** {@code bpf_sk_redirect_map}. */
    SK_REDIRECT_MAP,
    /** {@code bpf_sock_map_update}. */
    SOCK_MAP_UPDATE,
    /** {@code bpf_xdp_adjust_meta}. */
    XDP_ADJUST_META,
    /** {@code bpf_perf_event_read_value}. */
    PERF_EVENT_READ_VALUE,
    /** {@code bpf_perf_prog_read_value}. */
    PERF_PROG_READ_VALUE,
    /** {@code bpf_getsockopt}. */
    GETSOCKOPT,
    /** {@code bpf_override_return}. */
    OVERRIDE_RETURN,
    /** {@code bpf_sock_ops_cb_flags_set}. */
    SOCK_OPS_CB_FLAGS_SET,
    /** {@code bpf_msg_redirect_map}. */
    MSG_REDIRECT_MAP,
    /** {@code bpf_msg_apply_bytes}. */
    MSG_APPLY_BYTES,
    /** {@code bpf_msg_cork_bytes}. */
    MSG_CORK_BYTES,
    /** {@code bpf_msg_pull_data}. */
    MSG_PULL_DATA,
    /** {@code bpf_bind}. */
    BIND,
    /** {@code bpf_xdp_adjust_tail}. */
    XDP_ADJUST_TAIL,
    /** {@code bpf_skb_get_xfrm_state}. */
    SKB_GET_XFRM_STATE,
    /** {@code bpf_get_stack}. */
    GET_STACK,
    /** {@code bpf_skb_load_bytes_relative}. */
    SKB_LOAD_BYTES_RELATIVE,
    /** {@code bpf_fib_lookup}. */
    FIB_LOOKUP,
    /** {@code bpf_sock_hash_update}. */
    SOCK_HASH_UPDATE,
    /** {@code bpf_msg_redirect_hash}. */
    MSG_REDIRECT_HASH,
    /** {@code bpf_sk_redirect_hash}. */
    SK_REDIRECT_HASH,
    /** {@code bpf_lwt_push_encap}. */
    LWT_PUSH_ENCAP,
    /** {@code bpf_lwt_seg6_store_bytes}. */
    LWT_SEG6_STORE_BYTES,
    /** {@code bpf_lwt_seg6_adjust_srh}. */
    LWT_SEG6_ADJUST_SRH,
    /** {@code bpf_lwt_seg6_action}. */
    LWT_SEG6_ACTION,
    /** {@code bpf_rc_repeat}. */
    RC_REPEAT,
    /** {@code bpf_rc_keydown}. */
    RC_KEYDOWN,
    /** {@code bpf_skb_cgroup_id}. */
    SKB_CGROUP_ID,
    /** {@code bpf_get_current_cgroup_id}. */
    GET_CURRENT_CGROUP_ID,
    /** {@code bpf_get_local_storage}. */
    GET_LOCAL_STORAGE,
    /** {@code bpf_sk_select_reuseport}. */
    SK_SELECT_REUSEPORT,
    /** {@code bpf_skb_ancestor_cgroup_id}. */
    SKB_ANCESTOR_CGROUP_ID,
    /** {@code bpf_sk_lookup_tcp}. */
    SK_LOOKUP_TCP,
    /** {@code bpf_sk_lookup_udp}. */
    SK_LOOKUP_UDP,
    /** {@code bpf_sk_release}. */
    SK_RELEASE,
    /** {@code bpf_map_push_elem}. */
    MAP_PUSH_ELEM,
    /** {@code bpf_map_pop_elem}. */
    MAP_POP_ELEM,
    /** {@code bpf_map_peek_elem}. */
    MAP_PEEK_ELEM,
    /** {@code bpf_msg_push_data}. */
    MSG_PUSH_DATA,
    /** {@code bpf_msg_pop_data}. */
    MSG_POP_DATA,
    /** {@code bpf_rc_pointer_rel}. */
    RC_POINTER_REL,
    /** {@code bpf_spin_lock}. */
    SPIN_LOCK,
    /** {@code bpf_spin_unlock}. */
    SPIN_UNLOCK,
    /** {@code bpf_sk_fullsock}. */
    SK_FULLSOCK,
    /** {@code bpf_tcp_sock}. */
    TCP_SOCK,
    /** {@code bpf_skb_ecn_set_ce}. */
    SKB_ECN_SET_CE,
    /** {@code bpf_get_listener_sock}. */
    GET_LISTENER_SOCK,
    /** {@code bpf_skc_lookup_tcp}. */
    SKC_LOOKUP_TCP,
    /** {@code bpf_tcp_check_syncookie}. */
    TCP_CHECK_SYNCOOKIE,
    /** {@code bpf_sysctl_get_name}. */
    SYSCTL_GET_NAME,
    /** {@code bpf_sysctl_get_current_value}. */
    SYSCTL_GET_CURRENT_VALUE,
    /** {@code bpf_sysctl_get_new_value}. */
    SYSCTL_GET_NEW_VALUE,
    /** {@code bpf_sysctl_set_new_value}. */
    SYSCTL_SET_NEW_VALUE,
    /** {@code bpf_strtol}. */
    STRTOL,
    /** {@code bpf_strtoul}. */
    STRTOUL,
    /** {@code bpf_sk_storage_get}. */
    SK_STORAGE_GET,
    /** {@code bpf_sk_storage_delete}. */
    SK_STORAGE_DELETE,
    /** {@code bpf_send_signal}. */
    SEND_SIGNAL,
    /** {@code bpf_tcp_gen_syncookie}. */
    TCP_GEN_SYNCOOKIE,
    /** {@code bpf_skb_output}. */
    SKB_OUTPUT,
    /** {@code bpf_probe_read_user}. */
    PROBE_READ_USER,
    /** {@code bpf_probe_read_kernel}. */
    PROBE_READ_KERNEL,
    /** {@code bpf_probe_read_user_str}. */
    PROBE_READ_USER_STR,
    /** {@code bpf_probe_read_kernel_str}. */
    PROBE_READ_KERNEL_STR,
    /** {@code bpf_tcp_send_ack}. */
    TCP_SEND_ACK,
    /** {@code bpf_send_signal_thread}. */
    SEND_SIGNAL_THREAD,
    /** {@code bpf_jiffies64}. */
    JIFFIES64,
    /** {@code bpf_read_branch_records}. */
    READ_BRANCH_RECORDS,
    /** {@code bpf_get_ns_current_pid_tgid}. */
    GET_NS_CURRENT_PID_TGID,
    /** {@code bpf_xdp_output}. */
    XDP_OUTPUT,
    /** {@code bpf_get_netns_cookie}. */
    GET_NETNS_COOKIE,
    /** {@code bpf_get_current_ancestor_cgroup_id}. */
    GET_CURRENT_ANCESTOR_CGROUP_ID,
    /** {@code bpf_sk_assign}. */
    SK_ASSIGN,
    /** {@code bpf_ktime_get_boot_ns}. */
    KTIME_GET_BOOT_NS,
    /** {@code bpf_seq_printf}. */
    SEQ_PRINTF,
    /** {@code bpf_seq_write}. */
    SEQ_WRITE,
    /** {@code bpf_sk_cgroup_id}. */
    SK_CGROUP_ID,
    /** {@code bpf_sk_ancestor_cgroup_id}. */
    SK_ANCESTOR_CGROUP_ID,
    /** {@code bpf_ringbuf_output}. */
    RINGBUF_OUTPUT,
    /** {@code bpf_ringbuf_reserve}. */
    RINGBUF_RESERVE,
    /** {@code bpf_ringbuf_submit}. */
    RINGBUF_SUBMIT,
    /** {@code bpf_ringbuf_discard}. */
    RINGBUF_DISCARD,
    /** {@code bpf_ringbuf_query}. */
    RINGBUF_QUERY,
    /** {@code bpf_csum_level}. */
    CSUM_LEVEL,
    /** {@code bpf_skc_to_tcp6_sock}. */
    SKC_TO_TCP6_SOCK,
    /** {@code bpf_skc_to_tcp_sock}. */
    SKC_TO_TCP_SOCK,
    /** {@code bpf_skc_to_tcp_timewait_sock}. */
    SKC_TO_TCP_TIMEWAIT_SOCK,
    /** {@code bpf_skc_to_tcp_request_sock}. */
    SKC_TO_TCP_REQUEST_SOCK,
    /** {@code bpf_skc_to_udp6_sock}. */
    SKC_TO_UDP6_SOCK,
    /** {@code bpf_get_task_stack}. */
    GET_TASK_STACK,
    /** {@code bpf_load_hdr_opt}. */
    LOAD_HDR_OPT,
    /** {@code bpf_store_hdr_opt}. */
    STORE_HDR_OPT,
    /** {@code bpf_reserve_hdr_opt}. */
    RESERVE_HDR_OPT,
    /** {@code bpf_inode_storage_get}. */
    INODE_STORAGE_GET,
    /** {@code bpf_inode_storage_delete}. */
    INODE_STORAGE_DELETE,
    /** {@code bpf_d_path}. */
    D_PATH,
    /** {@code bpf_copy_from_user}. */
    COPY_FROM_USER,
    /** {@code bpf_snprintf_btf}. */
    SNPRINTF_BTF,
    /** {@code bpf_seq_printf_btf}. */
    SEQ_PRINTF_BTF,
    /** {@code bpf_skb_cgroup_classid}. */
    SKB_CGROUP_CLASSID,
    /** {@code bpf_redirect_neigh}. */
    REDIRECT_NEIGH,
    /** {@code bpf_per_cpu_ptr}. */
    PER_CPU_PTR,
    /** {@code bpf_this_cpu_ptr}. */
    THIS_CPU_PTR,
    /** {@code bpf_redirect_peer}. */
    REDIRECT_PEER,
    /** {@code bpf_task_storage_get}. */
    TASK_STORAGE_GET,
    /** {@code bpf_task_storage_delete}. */
    TASK_STORAGE_DELETE,
    /** {@code bpf_get_current_task_btf}. */
    GET_CURRENT_TASK_BTF,
    /** {@code bpf_bprm_opts_set}. */
    BPRM_OPTS_SET,
    /** {@code bpf_ktime_get_coarse_ns}. */
    KTIME_GET_COARSE_NS,
    /** {@code bpf_ima_inode_hash}. */
    IMA_INODE_HASH,
    /** {@code bpf_sock_from_file}. */
    SOCK_FROM_FILE,
    /** {@code bpf_check_mtu}. */
    CHECK_MTU,
    /** {@code bpf_for_each_map_elem}. */
    FOR_EACH_MAP_ELEM,
    /** {@code bpf_snprintf}. */
    SNPRINTF,
    /** {@code bpf_sys_bpf}. */
    SYS_BPF,
    /** {@code bpf_btf_find_by_name_kind}. */
    BTF_FIND_BY_NAME_KIND,
    /** {@code bpf_sys_close}. */
    SYS_CLOSE,
    /** {@code bpf_timer_init}. */
    TIMER_INIT,
    /** {@code bpf_timer_set_callback}. */
    TIMER_SET_CALLBACK,
    /** {@code bpf_timer_start}. */
    TIMER_START,
    /** {@code bpf_timer_cancel}. */
    TIMER_CANCEL,
    /** {@code bpf_get_func_ip}. */
    GET_FUNC_IP,
    /** {@code bpf_get_attach_cookie}. */
    GET_ATTACH_COOKIE,
    /** {@code bpf_task_pt_regs}. */
    TASK_PT_REGS,
    /** {@code bpf_get_branch_snapshot}. */
    GET_BRANCH_SNAPSHOT,
    /** {@code bpf_trace_vprintk}. */
    TRACE_VPRINTK,
    /** {@code bpf_skc_to_unix_sock}. */
    SKC_TO_UNIX_SOCK,
    /** {@code bpf_kallsyms_lookup_name}. */
    KALLSYMS_LOOKUP_NAME,
    /** {@code bpf_find_vma}. */
    FIND_VMA,
    /** {@code bpf_loop}. */
    LOOP,
    /** {@code bpf_strncmp}. */
    STRNCMP,
    /** {@code bpf_get_func_arg}. */
    GET_FUNC_ARG,
    /** {@code bpf_get_func_ret}. */
    GET_FUNC_RET,
    /** {@code bpf_get_func_arg_cnt}. */
    GET_FUNC_ARG_CNT,
    /** {@code bpf_get_retval}. */
    GET_RETVAL,
    /** {@code bpf_set_retval}. */
    SET_RETVAL,
    /** {@code bpf_xdp_get_buff_len}. */
    XDP_GET_BUFF_LEN,
    /** {@code bpf_xdp_load_bytes}. */
    XDP_LOAD_BYTES,
    /** {@code bpf_xdp_store_bytes}. */
    XDP_STORE_BYTES,
    /** {@code bpf_copy_from_user_task}. */
    COPY_FROM_USER_TASK,
    /** {@code bpf_skb_set_tstamp}. */
    SKB_SET_TSTAMP,
    /** {@code bpf_ima_file_hash}. */
    IMA_FILE_HASH,
    /** {@code bpf_kptr_xchg}. */
    KPTR_XCHG,
    /** {@code bpf_map_lookup_percpu_elem}. */
    MAP_LOOKUP_PERCPU_ELEM,
    /** {@code bpf_skc_to_mptcp_sock}. */
    SKC_TO_MPTCP_SOCK,
    /** {@code bpf_dynptr_from_mem}. */
    DYNPTR_FROM_MEM,
    /** {@code bpf_ringbuf_reserve_dynptr}. */
    RINGBUF_RESERVE_DYNPTR,
    /** {@code bpf_ringbuf_submit_dynptr}. */
    RINGBUF_SUBMIT_DYNPTR,
    /** {@code bpf_ringbuf_discard_dynptr}. */
    RINGBUF_DISCARD_DYNPTR,
    /** {@code bpf_dynptr_read}. */
    DYNPTR_READ,
    /** {@code bpf_dynptr_write}. */
    DYNPTR_WRITE,
    /** {@code bpf_dynptr_data}. */
    DYNPTR_DATA,
    /** {@code bpf_tcp_raw_gen_syncookie_ipv4}. */
    TCP_RAW_GEN_SYNCOOKIE_IPV4,
    /** {@code bpf_tcp_raw_gen_syncookie_ipv6}. */
    TCP_RAW_GEN_SYNCOOKIE_IPV6,
    /** {@code bpf_tcp_raw_check_syncookie_ipv4}. */
    TCP_RAW_CHECK_SYNCOOKIE_IPV4,
    /** {@code bpf_tcp_raw_check_syncookie_ipv6}. */
    TCP_RAW_CHECK_SYNCOOKIE_IPV6,
    /** {@code bpf_ktime_get_tai_ns}. */
    KTIME_GET_TAI_NS,
    /** {@code bpf_user_ringbuf_drain}. */
    USER_RINGBUF_DRAIN,
    /** {@code bpf_cgrp_storage_get}. */
    CGRP_STORAGE_GET,
    /** {@code bpf_cgrp_storage_delete}. */
    CGRP_STORAGE_DELETE;

    private static final HelperFunction[] ALL = values();

    /** {@return the number in a call instruction} */
    public int number() {
        return ordinal();
    }

    /** {@return the name as C programs write it, such as {@code bpf_map_lookup_elem}} */
    public String functionName() {
        return "bpf_" + name().toLowerCase(Locale.ROOT);
    }

    /**
     * {@return the helper with a number, empty when this library does not know it}
     *
     * @param number the immediate of a helper call
     */
    public static Optional<HelperFunction> of(int number) {
        return number > 0 && number < ALL.length ? Optional.of(ALL[number]) : Optional.empty();
    }
}
