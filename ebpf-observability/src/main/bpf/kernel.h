/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The few kernel types that our programs read, and of each the few members. Every access is a
 * CO-RE relocation (preserve_access_index), so neither order nor size here means anything: only
 * the names must be the kernel's. What older kernels lack is asked for with FIELD_EXISTS.
 */
#ifndef EBPF4J_KERNEL_H
#define EBPF4J_KERNEL_H

typedef unsigned char __u8;
typedef unsigned short __u16;
typedef unsigned int __u32;
typedef unsigned long long __u64;
typedef signed int __s32;
typedef signed long long __s64;
typedef __u16 __be16;
typedef __u32 __be32;

/* include/uapi/linux/bpf.h */
enum {
	BPF_MAP_TYPE_HASH = 1,
	BPF_MAP_TYPE_ARRAY = 2,
	BPF_MAP_TYPE_PROG_ARRAY = 3,
	BPF_MAP_TYPE_PERCPU_ARRAY = 6,
	BPF_MAP_TYPE_LRU_HASH = 9,
	BPF_MAP_TYPE_SK_STORAGE = 24,
	BPF_MAP_TYPE_RINGBUF = 27,
	BPF_MAP_TYPE_TASK_STORAGE = 29,
};

enum {
	BPF_ANY = 0,
	BPF_NOEXIST = 1,
	BPF_F_NO_PREALLOC = 1,
	BPF_F_MMAPABLE = 1024,
	BPF_RB_NO_WAKEUP = 1,
	BPF_RB_FORCE_WAKEUP = 2,
	BPF_LOCAL_STORAGE_GET_F_CREATE = 1,
};

/* include/uapi/linux/{socket,in,net}.h, include/uapi/asm-generic/errno*.h, include/linux/errno.h */
enum {
	AF_INET = 2,
	AF_INET6 = 10,
	IPPROTO_TCP = 6,
	IPPROTO_UDP = 17,
	MSG_PEEK = 2,
	S_IFMT = 0170000,
	S_IFSOCK = 0140000,
	EINTR = 4,
	EAGAIN = 11,
	EISCONN = 106,
	EALREADY = 114,
	EINPROGRESS = 115,
	ERESTARTSYS = 512,
};

/* include/linux/sched/signal.h */
enum {
	SIGNAL_GROUP_EXIT = 4,
};

/* enum { TCP_ESTABLISHED, ... } of include/net/tcp_states.h: ABI through tcp_info.tcpi_state. */
enum tcp_state {
	TCP_NONE = 0,
	TCP_ESTABLISHED = 1,
	TCP_SYN_SENT,
	TCP_SYN_RECV,
	TCP_FIN_WAIT1,
	TCP_FIN_WAIT2,
	TCP_TIME_WAIT,
	TCP_CLOSE,
	TCP_CLOSE_WAIT,
	TCP_LAST_ACK,
	TCP_LISTEN,
	TCP_CLOSING,
	TCP_NEW_SYN_RECV,
};

/* Complete for TYPE_EXISTS; the values differ from release to release, and user space knows their names. */
enum skb_drop_reason {
	SKB_NOT_DROPPED_YET,
};

enum sk_rst_reason {
	SK_RST_REASON_NOT_SPECIFIED,
};

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct ns_common {
	unsigned int inum;
};

struct net {
	struct ns_common ns;
};

typedef struct {
	struct net *net;
} possible_net_t;

struct in6_addr {
	union {
		__u8 u6_addr8[16];
	} in6_u;
};

typedef struct {
	int counter;
} atomic_t;

typedef struct {
	__s64 counter;
} atomic64_t;

struct sock_common {
	__be32 skc_daddr;
	__be32 skc_rcv_saddr;
	__be16 skc_dport;
	__u16 skc_num;
	unsigned int skc_hash;
	unsigned short skc_family;
	unsigned char skc_state;
	possible_net_t skc_net;
	struct in6_addr skc_v6_daddr;
	struct in6_addr skc_v6_rcv_saddr;
	atomic64_t skc_cookie;
	unsigned long skc_flags;
};

enum sock_flags {
	SOCK_DONE = 1,
};

struct kernfs_node {
	__u64 id;
};

struct cgroup {
	struct kernfs_node *kn;
};

struct sock_cgroup_data {
	struct cgroup *cgroup;
};

struct sk_buff_head {
	__u32 qlen;
};

struct sock {
	struct sock_common __sk_common;
	int sk_err;
	__u16 sk_protocol;
	struct sk_buff_head sk_receive_queue;
	struct socket *sk_socket;
	struct sock_cgroup_data sk_cgrp_data;
	atomic_t sk_drops;
	__u32 sk_ack_backlog;
	__u32 sk_max_ack_backlog;
};

struct inet_sock {
	struct sock sk;
	__be16 inet_sport;
};

struct inet_connection_sock {
	struct inet_sock icsk_inet;
	__u8 icsk_ca_state:5;
};

struct request_sock {
	struct sock_common __req_common;
};

struct minmax_sample {
	__u32 v;
};

struct minmax {
	struct minmax_sample s[3];
};

struct tcp_sock {
	struct inet_connection_sock inet_conn;
	__u32 srtt_us;
	__u32 mdev_us;
	struct minmax rtt_min;
	__u64 tcp_clock_cache;
	__u32 snd_una;
	__u32 snd_nxt;
	__u32 snd_wnd;
	__u32 snd_cwnd;
	__u32 snd_ssthresh;
	__u32 rcv_nxt;
	__u32 copied_seq;
	__u32 write_seq;
	__u32 segs_out;
	__u32 segs_in;
	__u32 data_segs_out;
	__u32 data_segs_in;
	__u32 delivered;
	__u32 lost;
	__u32 total_retrans;
	__u64 bytes_sent;
	__u64 bytes_acked;
	__u64 bytes_received;
	__u64 bytes_retrans;
};

struct net_device {
	int ifindex;
	possible_net_t nd_net;
};

/* Complete, for TYPE_EXISTS finds a mere declaration different from the kernel's struct. */
struct sk_buff {
	struct sock *sk;
	struct net_device *dev;
	char cb[48];
	unsigned int len;
	__be16 protocol;
	__u16 network_header;
	unsigned char *head;
	unsigned char *data;
};

struct tcp_skb_cb {
	__u32 seq;
	__u16 tcp_gso_segs;
};

struct bpf_iter__tcp {
	struct sock_common *sk_common;
};

struct bpf_iter__bpf_sk_storage_map {
	struct sock *sk;
	void *value;
};

struct bpf_iter__bpf_map_elem {
	void *key;
	void *value;
};

struct bpf_iter__task_file {
	struct task_struct *task;
	struct file *file;
};

struct inode {
	unsigned short i_mode;
};

struct file {
	void *private_data;
	struct inode *f_inode;
};

struct fdtable {
	unsigned int max_fds;
	struct file **fd;
};

struct files_struct {
	struct fdtable *fdt;
};

typedef enum {
	SS_UNCONNECTED = 1,
} socket_state;

struct socket {
	socket_state state;
	struct file *file;
	struct sock *sk;
};

struct css_set {
	struct cgroup *dfl_cgrp;
};

struct nsproxy {
	struct net *net_ns;
};

typedef struct {
	__u32 val;
} kuid_t;

struct cred {
	kuid_t euid;
};

struct mm_struct {
	unsigned long arg_start;
	unsigned long arg_end;
};

struct signal_struct {
	atomic_t live;
	int group_exit_code;
	unsigned int flags;
};

struct linux_binprm {
	const char *filename;
};

struct task_struct {
	unsigned int flags;
	int pid;
	int tgid;
	int exit_code;
	struct mm_struct *mm;
	struct task_struct *real_parent;
	struct task_struct *group_leader;
	struct cred *real_cred;
	struct nsproxy *nsproxy;
	struct signal_struct *signal;
	struct css_set *cgroups;
	struct files_struct *files;
	__u64 start_boottime;
	char comm[16];
};

struct trace_event_raw_sys_enter {
	unsigned long args[6];
};

struct trace_event_raw_sys_exit {
	long ret;
};

#pragma clang attribute pop

/*
 * The signature that a tracepoint has where its last argument exists; TYPE_EXISTS compares the
 * number of parameters with the kernel's, so this says whether ctx may be read that far.
 */
typedef void (*btf_trace_tcp_retransmit_skb___with_error)(void *, const struct sock *,
							   const struct sk_buff *, int);
typedef void (*btf_trace_tcp_send_reset___with_reason)(void *, const struct sock *, const struct sk_buff *,
						      const enum sk_rst_reason);
typedef void (*btf_trace_kfree_skb___with_reason)(void *, struct sk_buff *, void *, enum skb_drop_reason);
typedef void (*btf_trace_kfree_skb___with_socket)(void *, struct sk_buff *, void *, enum skb_drop_reason,
						  struct sock *);
typedef void (*btf_trace_udp_fail_queue_rcv_skb___with_packet)(void *, int, struct sock *, struct sk_buff *);
typedef void (*btf_trace_sched_process_exit___with_group_dead)(void *, struct task_struct *, _Bool);

#endif
