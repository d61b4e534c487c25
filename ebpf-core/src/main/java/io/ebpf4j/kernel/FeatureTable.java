package io.ebpf4j.kernel;

import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * When each map type, program type, attach type and helper came, and what a kernel must be built with.
 *
 * <p>Sources: {@code include/uapi/linux/bpf.h} for the numbers; the release that first holds a number in that file for
 * the version; {@code Makefile} and {@code Kconfig} files for the options. Helpers are numbered in the order they came.
 */
final class FeatureTable {
    /**
     * A row.
     *
     * @param name the kernel's name without its prefix, in lower case
     * @param number the kernel's number
     * @param since the first kernel that has it
     * @param needs the option a kernel must be built with, or of an attach type the number of its program type; empty if
     *     there is none
     */
    record Row(String name, int number, KernelVersion since, String needs) {}

    static final Map<Integer, Row> MAP_TYPES = rows("""
            hash 1 3.19 -
            array 2 3.19 -
            prog_array 3 4.2 -
            perf_event_array 4 4.3 CONFIG_PERF_EVENTS
            percpu_hash 5 4.6 -
            percpu_array 6 4.6 -
            stack_trace 7 4.6 CONFIG_PERF_EVENTS
            cgroup_array 8 4.8 CONFIG_CGROUPS
            lru_hash 9 4.10 -
            lru_percpu_hash 10 4.10 -
            lpm_trie 11 4.11 -
            array_of_maps 12 4.12 -
            hash_of_maps 13 4.12 -
            devmap 14 4.14 CONFIG_NET
            sockmap 15 4.14 CONFIG_NET
            cpumap 16 4.15 CONFIG_NET
            xskmap 17 4.18 CONFIG_XDP_SOCKETS
            sockhash 18 4.18 CONFIG_NET
            cgroup_storage 19 4.19 CONFIG_CGROUP_BPF
            reuseport_sockarray 20 4.19 CONFIG_INET
            percpu_cgroup_storage 21 4.20 CONFIG_CGROUP_BPF
            queue 22 4.20 -
            stack 23 4.20 -
            sk_storage 24 5.2 CONFIG_NET
            devmap_hash 25 5.4 CONFIG_NET
            struct_ops 26 5.6 CONFIG_BPF_JIT
            ringbuf 27 5.8 -
            inode_storage 28 5.10 CONFIG_BPF_LSM
            task_storage 29 5.11 -
            bloom_filter 30 5.16 -
            user_ringbuf 31 6.1 -
            cgrp_storage 32 6.2 CONFIG_CGROUPS
            arena 33 6.9 CONFIG_BPF_JIT
            """);

    static final Map<Integer, Row> PROGRAM_TYPES = rows("""
            socket_filter 1 3.19 CONFIG_NET
            kprobe 2 4.1 CONFIG_BPF_EVENTS
            sched_cls 3 4.1 CONFIG_NET
            sched_act 4 4.1 CONFIG_NET
            tracepoint 5 4.7 CONFIG_BPF_EVENTS
            xdp 6 4.8 CONFIG_NET
            perf_event 7 4.9 CONFIG_BPF_EVENTS
            cgroup_skb 8 4.10 CONFIG_CGROUP_BPF
            cgroup_sock 9 4.10 CONFIG_CGROUP_BPF
            lwt_in 10 4.10 CONFIG_LWTUNNEL_BPF
            lwt_out 11 4.10 CONFIG_LWTUNNEL_BPF
            lwt_xmit 12 4.10 CONFIG_LWTUNNEL_BPF
            sock_ops 13 4.13 CONFIG_CGROUP_BPF
            sk_skb 14 4.14 CONFIG_NET
            cgroup_device 15 4.15 CONFIG_CGROUP_BPF
            sk_msg 16 4.17 CONFIG_NET
            raw_tracepoint 17 4.17 CONFIG_BPF_EVENTS
            cgroup_sock_addr 18 4.17 CONFIG_CGROUP_BPF
            lwt_seg6local 19 4.18 CONFIG_IPV6_SEG6_BPF
            lirc_mode2 20 4.18 CONFIG_BPF_LIRC_MODE2
            sk_reuseport 21 4.19 CONFIG_INET
            flow_dissector 22 4.20 CONFIG_NET
            cgroup_sysctl 23 5.2 CONFIG_CGROUP_BPF
            raw_tracepoint_writable 24 5.2 CONFIG_BPF_EVENTS
            cgroup_sockopt 25 5.3 CONFIG_CGROUP_BPF
            tracing 26 5.5 CONFIG_DEBUG_INFO_BTF
            struct_ops 27 5.6 CONFIG_BPF_JIT
            ext 28 5.6 CONFIG_DEBUG_INFO_BTF
            lsm 29 5.7 CONFIG_BPF_LSM
            sk_lookup 30 5.9 CONFIG_NET
            syscall 31 5.14 -
            netfilter 32 6.4 CONFIG_NETFILTER_BPF_LINK
            """);

    static final Map<Integer, Row> ATTACH_TYPES = rows("""
            cgroup_inet_ingress 0 4.10 8
            cgroup_inet_egress 1 4.10 8
            cgroup_inet_sock_create 2 4.10 9
            cgroup_sock_ops 3 4.13 13
            sk_skb_stream_parser 4 4.14 14
            sk_skb_stream_verdict 5 4.14 14
            cgroup_device 6 4.15 15
            sk_msg_verdict 7 4.17 16
            cgroup_inet4_bind 8 4.17 18
            cgroup_inet6_bind 9 4.17 18
            cgroup_inet4_connect 10 4.17 18
            cgroup_inet6_connect 11 4.17 18
            cgroup_inet4_post_bind 12 4.17 9
            cgroup_inet6_post_bind 13 4.17 9
            cgroup_udp4_sendmsg 14 4.18 18
            cgroup_udp6_sendmsg 15 4.18 18
            lirc_mode2 16 4.18 20
            flow_dissector 17 4.20 22
            cgroup_sysctl 18 5.2 23
            cgroup_udp4_recvmsg 19 5.2 18
            cgroup_udp6_recvmsg 20 5.2 18
            cgroup_getsockopt 21 5.3 25
            cgroup_setsockopt 22 5.3 25
            trace_raw_tp 23 5.5 26
            trace_fentry 24 5.5 26
            trace_fexit 25 5.5 26
            modify_return 26 5.7 26
            lsm_mac 27 5.7 29
            trace_iter 28 5.8 26
            cgroup_inet4_getpeername 29 5.8 18
            cgroup_inet6_getpeername 30 5.8 18
            cgroup_inet4_getsockname 31 5.8 18
            cgroup_inet6_getsockname 32 5.8 18
            xdp_devmap 33 5.8 6
            cgroup_inet_sock_release 34 5.9 9
            xdp_cpumap 35 5.9 6
            sk_lookup 36 5.9 30
            xdp 37 5.9 6
            sk_skb_verdict 38 5.13 14
            sk_reuseport_select 39 5.14 21
            sk_reuseport_select_or_migrate 40 5.14 21
            perf_event 41 5.15 7
            trace_kprobe_multi 42 5.18 2
            lsm_cgroup 43 6.0 29
            struct_ops 44 6.4 27
            netfilter 45 6.4 32
            tcx_ingress 46 6.6 3
            tcx_egress 47 6.6 3
            trace_uprobe_multi 48 6.6 2
            cgroup_unix_connect 49 6.7 18
            cgroup_unix_sendmsg 50 6.7 18
            cgroup_unix_recvmsg 51 6.7 18
            cgroup_unix_getpeername 52 6.7 18
            cgroup_unix_getsockname 53 6.7 18
            netkit_primary 54 6.7 3
            netkit_peer 55 6.7 3
            trace_kprobe_session 56 6.10 2
            trace_uprobe_session 57 6.13 2
            """);

    static final Map<Integer, Row> HELPERS = rows("""
            map_lookup_elem 1 3.19 -
            map_update_elem 2 3.19 -
            map_delete_elem 3 3.19 -
            probe_read 4 4.1 -
            ktime_get_ns 5 4.1 -
            trace_printk 6 4.1 -
            get_prandom_u32 7 4.1 -
            get_smp_processor_id 8 4.1 -
            skb_store_bytes 9 4.1 -
            l3_csum_replace 10 4.1 -
            l4_csum_replace 11 4.1 -
            tail_call 12 4.2 -
            clone_redirect 13 4.2 -
            get_current_pid_tgid 14 4.2 -
            get_current_uid_gid 15 4.2 -
            get_current_comm 16 4.2 -
            get_cgroup_classid 17 4.3 -
            skb_vlan_push 18 4.3 -
            skb_vlan_pop 19 4.3 -
            skb_get_tunnel_key 20 4.3 -
            skb_set_tunnel_key 21 4.3 -
            perf_event_read 22 4.3 -
            redirect 23 4.4 -
            get_route_realm 24 4.4 -
            perf_event_output 25 4.4 -
            skb_load_bytes 26 4.5 -
            get_stackid 27 4.6 -
            csum_diff 28 4.6 -
            skb_get_tunnel_opt 29 4.6 -
            skb_set_tunnel_opt 30 4.6 -
            skb_change_proto 31 4.8 -
            skb_change_type 32 4.8 -
            skb_under_cgroup 33 4.8 -
            get_hash_recalc 34 4.8 -
            get_current_task 35 4.8 -
            probe_write_user 36 4.8 -
            current_task_under_cgroup 37 4.9 -
            skb_change_tail 38 4.9 -
            skb_pull_data 39 4.9 -
            csum_update 40 4.9 -
            set_hash_invalid 41 4.9 -
            get_numa_node_id 42 4.10 -
            skb_change_head 43 4.10 -
            xdp_adjust_head 44 4.10 -
            probe_read_str 45 4.11 -
            get_socket_cookie 46 4.12 -
            get_socket_uid 47 4.12 -
            set_hash 48 4.13 -
            setsockopt 49 4.13 -
            skb_adjust_room 50 4.13 -
            redirect_map 51 4.14 -
            sk_redirect_map 52 4.14 -
            sock_map_update 53 4.14 -
            xdp_adjust_meta 54 4.15 -
            perf_event_read_value 55 4.15 -
            perf_prog_read_value 56 4.15 -
            getsockopt 57 4.15 -
            override_return 58 4.16 -
            sock_ops_cb_flags_set 59 4.16 -
            msg_redirect_map 60 4.17 -
            msg_apply_bytes 61 4.17 -
            msg_cork_bytes 62 4.17 -
            msg_pull_data 63 4.17 -
            bind 64 4.17 -
            xdp_adjust_tail 65 4.18 -
            skb_get_xfrm_state 66 4.18 -
            get_stack 67 4.18 -
            skb_load_bytes_relative 68 4.18 -
            fib_lookup 69 4.18 -
            sock_hash_update 70 4.18 -
            msg_redirect_hash 71 4.18 -
            sk_redirect_hash 72 4.18 -
            lwt_push_encap 73 4.18 -
            lwt_seg6_store_bytes 74 4.18 -
            lwt_seg6_adjust_srh 75 4.18 -
            lwt_seg6_action 76 4.18 -
            rc_repeat 77 4.18 -
            rc_keydown 78 4.18 -
            skb_cgroup_id 79 4.18 -
            get_current_cgroup_id 80 4.18 -
            get_local_storage 81 4.19 -
            sk_select_reuseport 82 4.19 -
            skb_ancestor_cgroup_id 83 4.19 -
            sk_lookup_tcp 84 4.20 -
            sk_lookup_udp 85 4.20 -
            sk_release 86 4.20 -
            map_push_elem 87 4.20 -
            map_pop_elem 88 4.20 -
            map_peek_elem 89 4.20 -
            msg_push_data 90 4.20 -
            msg_pop_data 91 5.0 -
            rc_pointer_rel 92 5.0 -
            spin_lock 93 5.1 -
            spin_unlock 94 5.1 -
            sk_fullsock 95 5.1 -
            tcp_sock 96 5.1 -
            skb_ecn_set_ce 97 5.1 -
            get_listener_sock 98 5.1 -
            skc_lookup_tcp 99 5.2 -
            tcp_check_syncookie 100 5.2 -
            sysctl_get_name 101 5.2 -
            sysctl_get_current_value 102 5.2 -
            sysctl_get_new_value 103 5.2 -
            sysctl_set_new_value 104 5.2 -
            strtol 105 5.2 -
            strtoul 106 5.2 -
            sk_storage_get 107 5.2 -
            sk_storage_delete 108 5.2 -
            send_signal 109 5.3 -
            tcp_gen_syncookie 110 5.3 -
            skb_output 111 5.5 -
            probe_read_user 112 5.5 -
            probe_read_kernel 113 5.5 -
            probe_read_user_str 114 5.5 -
            probe_read_kernel_str 115 5.5 -
            tcp_send_ack 116 5.5 -
            send_signal_thread 117 5.6 -
            jiffies64 118 5.6 -
            read_branch_records 119 5.6 -
            get_ns_current_pid_tgid 120 5.7 -
            xdp_output 121 5.7 -
            get_netns_cookie 122 5.7 -
            get_current_ancestor_cgroup_id 123 5.7 -
            sk_assign 124 5.7 -
            ktime_get_boot_ns 125 5.8 -
            seq_printf 126 5.8 -
            seq_write 127 5.8 -
            sk_cgroup_id 128 5.8 -
            sk_ancestor_cgroup_id 129 5.8 -
            ringbuf_output 130 5.8 -
            ringbuf_reserve 131 5.8 -
            ringbuf_submit 132 5.8 -
            ringbuf_discard 133 5.8 -
            ringbuf_query 134 5.8 -
            csum_level 135 5.8 -
            skc_to_tcp6_sock 136 5.9 -
            skc_to_tcp_sock 137 5.9 -
            skc_to_tcp_timewait_sock 138 5.9 -
            skc_to_tcp_request_sock 139 5.9 -
            skc_to_udp6_sock 140 5.9 -
            get_task_stack 141 5.9 -
            load_hdr_opt 142 5.10 -
            store_hdr_opt 143 5.10 -
            reserve_hdr_opt 144 5.10 -
            inode_storage_get 145 5.10 -
            inode_storage_delete 146 5.10 -
            d_path 147 5.10 -
            copy_from_user 148 5.10 -
            snprintf_btf 149 5.10 -
            seq_printf_btf 150 5.10 -
            skb_cgroup_classid 151 5.10 -
            redirect_neigh 152 5.10 -
            per_cpu_ptr 153 5.10 -
            this_cpu_ptr 154 5.10 -
            redirect_peer 155 5.10 -
            task_storage_get 156 5.11 -
            task_storage_delete 157 5.11 -
            get_current_task_btf 158 5.11 -
            bprm_opts_set 159 5.11 -
            ktime_get_coarse_ns 160 5.11 -
            ima_inode_hash 161 5.11 -
            sock_from_file 162 5.11 -
            check_mtu 163 5.12 -
            for_each_map_elem 164 5.13 -
            snprintf 165 5.13 -
            sys_bpf 166 5.14 -
            btf_find_by_name_kind 167 5.14 -
            sys_close 168 5.14 -
            timer_init 169 5.15 -
            timer_set_callback 170 5.15 -
            timer_start 171 5.15 -
            timer_cancel 172 5.15 -
            get_func_ip 173 5.15 -
            get_attach_cookie 174 5.15 -
            task_pt_regs 175 5.15 -
            get_branch_snapshot 176 5.16 -
            trace_vprintk 177 5.16 -
            skc_to_unix_sock 178 5.16 -
            kallsyms_lookup_name 179 5.16 -
            find_vma 180 5.17 -
            loop 181 5.17 -
            strncmp 182 5.17 -
            get_func_arg 183 5.17 -
            get_func_ret 184 5.17 -
            get_func_arg_cnt 185 5.17 -
            get_retval 186 5.18 -
            set_retval 187 5.18 -
            xdp_get_buff_len 188 5.18 -
            xdp_load_bytes 189 5.18 -
            xdp_store_bytes 190 5.18 -
            copy_from_user_task 191 5.18 -
            skb_set_tstamp 192 5.18 -
            ima_file_hash 193 5.18 -
            kptr_xchg 194 5.19 -
            map_lookup_percpu_elem 195 5.19 -
            skc_to_mptcp_sock 196 5.19 -
            dynptr_from_mem 197 5.19 -
            ringbuf_reserve_dynptr 198 5.19 -
            ringbuf_submit_dynptr 199 5.19 -
            ringbuf_discard_dynptr 200 5.19 -
            dynptr_read 201 5.19 -
            dynptr_write 202 5.19 -
            dynptr_data 203 5.19 -
            tcp_raw_gen_syncookie_ipv4 204 6.0 -
            tcp_raw_gen_syncookie_ipv6 205 6.0 -
            tcp_raw_check_syncookie_ipv4 206 6.0 -
            tcp_raw_check_syncookie_ipv6 207 6.0 -
            ktime_get_tai_ns 208 6.1 -
            user_ringbuf_drain 209 6.1 -
            cgrp_storage_get 210 6.2 -
            cgrp_storage_delete 211 6.2 -
            """);

    /** What needs no capability where {@code kernel.unprivileged_bpf_disabled} is 0: kernel/bpf/syscall.c. */
    static final Set<String> UNPRIVILEGED = Set.of(
            "hash",
            "array",
            "prog_array",
            "perf_event_array",
            "percpu_hash",
            "percpu_array",
            "cgroup_array",
            "array_of_maps",
            "hash_of_maps",
            "cgroup_storage",
            "percpu_cgroup_storage",
            "ringbuf",
            "user_ringbuf",
            "socket_filter",
            "cgroup_skb");

    private FeatureTable() {}

    static @Nullable Row find(Map<Integer, Row> table, int number) {
        return table.get(number);
    }

    private static Map<Integer, Row> rows(String text) {
        return text.lines()
                .map(line -> line.split(" ", -1))
                .map(field -> new Row(
                        field[0],
                        Integer.parseInt(field[1]),
                        KernelVersion.parse(field[2]),
                        field[3].equals("-") ? "" : field[3]))
                .collect(Collectors.toUnmodifiableMap(Row::number, Function.identity()));
    }
}
