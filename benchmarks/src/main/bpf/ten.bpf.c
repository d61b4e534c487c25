/* SPDX-License-Identifier: Apache-2.0 */
/* Ten programs with maps, globals and CO-RE relocations of their own, as an observability tool has them: what a load costs. */
#include "bench.h"

struct task_struct {
	int pid;
	int tgid;
	__u64 start_time;
	struct task_struct *real_parent;
	struct task_struct *group_leader;
	char comm[16];
	int exit_code;
} __attribute__((preserve_access_index));

struct bpf_raw_tracepoint_args {
	__u64 args[0];
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024);
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, __u64);
} starts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, __u64);
} tallies SEC(".maps");

volatile const __u32 wanted_process;
__u64 seen;

struct event {
	__u64 time;
	__u64 started;
	__u32 process;
	__u32 parent;
	__u32 leader;
	int exit_code;
	char comm[16];
};

#define READ(dst, src) bpf_probe_read_kernel(&(dst), sizeof(dst), &(src))

static inline int report(__u32 kind)
{
	struct task_struct *task = (void *)bpf_get_current_task(), *parent = 0, *leader = 0;
	__u32 process = bpf_get_current_pid_tgid() >> 32;
	__u64 *tally = bpf_map_lookup_elem(&tallies, &kind);
	struct event *event;

	if (wanted_process && wanted_process != process)
		return 0;
	if (tally)
		*tally += 1;
	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event)
		return 0;
	event->time = bpf_ktime_get_ns();
	READ(event->started, task->start_time);
	READ(parent, task->real_parent);
	READ(leader, task->group_leader);
	READ(event->process, task->tgid);
	READ(event->parent, parent->tgid);
	READ(event->leader, leader->pid);
	READ(event->exit_code, task->exit_code);
	bpf_get_current_comm(event->comm, sizeof(event->comm));
	__u64 *start = bpf_map_lookup_elem(&starts, &process);
	if (start)
		event->started = *start;
	bpf_ringbuf_submit(event, 0);
	__sync_fetch_and_add(&seen, 1);
	return 0;
}

#define PROGRAM(name, tracepoint, kind)                                                                                \
	SEC("raw_tp/" tracepoint) int name(struct bpf_raw_tracepoint_args *ctx)                                        \
	{                                                                                                              \
		return report(kind);                                                                                   \
	}

PROGRAM(on_exec, "sched_process_exec", 0)
PROGRAM(on_fork, "sched_process_fork", 1)
PROGRAM(on_exit, "sched_process_exit", 2)
PROGRAM(on_switch, "sched_switch", 3)
PROGRAM(on_wakeup, "sched_wakeup", 4)
PROGRAM(on_enter, "sys_enter", 5)
PROGRAM(on_leave, "sys_exit", 6)
PROGRAM(on_signal, "signal_generate", 7)
PROGRAM(on_state, "inet_sock_set_state", 8)
PROGRAM(on_retransmit, "tcp_retransmit_skb", 9)

char LICENSE[] SEC("license") = "GPL";
