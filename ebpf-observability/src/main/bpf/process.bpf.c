/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Processes as they come and go: forked, started another program, exited.
 *
 * A process is a thread group: a new thread is no event, and of the threads' exits only the last one is. The pair of pid
 * and start time names it, for pids are used again. All three hooks run in process context: exec and exit in the
 * process itself, fork in its parent.
 *
 * Linux 5.11 and newer (bpf_get_current_task_btf). Whether an exit is the last one is told by the hook since 6.16;
 * before, two threads that exit at the same time may both be taken for the last.
 */
#include "bpf.h"
#include "emit.h"
#include "process.h"

char _license[] SEC("license") = "Dual BSD/GPL";

/* Never read: it makes the object's BTF tell the names by which user space decodes the records. */
const struct process_vocabulary vocabulary __attribute__((used)) = {};

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

/* What only this object reads of the kernel's types: names behind ___ are ours. */
struct qstr {
	__u32 len;
	const unsigned char *name;
};

struct dentry {
	struct dentry *d_parent;
	struct qstr d_name;
};

struct vfsmount {
	struct dentry *mnt_root;
};

struct mount {
	struct mount *mnt_parent;
	struct dentry *mnt_mountpoint;
	struct vfsmount mnt;
};

struct path {
	struct vfsmount *mnt;
	struct dentry *dentry;
};

struct file___path {
	struct path f_path;
};

struct fs_struct {
	struct path root;
};

struct mm_struct___file {
	struct file___path *exe_file;
};

struct task_struct___root {
	struct fs_struct *fs;
};

#pragma clang attribute pop

/* Directories above the program's file that are looked at, mount points counted. */
#define MAX_STEPS 32

/* Where a path is put together, from its end; what is behind the first half is room for the verifier's sums. */
struct path_room {
	char bytes[2 * EXECUTABLE_BYTES];
};

struct {
	MAP_UINT(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	MAP_UINT(max_entries, 1);
	MAP_TYPE(key, __u32);
	MAP_TYPE(value, struct path_room);
} path_rooms SEC(".maps");

INLINE __u64 cgroup_of_task(struct task_struct *task)
{
	struct css_set *set = PROBE(task->cgroups);
	struct cgroup *cgroup = PROBE(set->dfl_cgrp);
	struct kernfs_node *node = PROBE(cgroup->kn);

	return PROBE(node->id);
}

INLINE __u32 netns_of_task(struct task_struct *task)
{
	struct nsproxy *namespaces = PROBE(task->nsproxy);
	struct net *net = PROBE(namespaces->net_ns);

	return PROBE(net->ns.inum);
}

SUBPROGRAM int fill(struct process_event *event, struct task_struct *task)
{
	struct task_struct *leader = PROBE(task->group_leader);
	struct task_struct *parent = PROBE(task->real_parent);
	struct cred *credentials = PROBE(task->real_cred);

	parent = PROBE(parent->group_leader);
	event->header.cpu = bpf_get_smp_processor_id();
	event->header.timestamp = bpf_ktime_get_ns();
	event->header.cookie = 0;
	event->process.pid = PROBE(task->tgid);
	event->process.uid = PROBE(credentials->euid.val);
	event->process.started = PROBE(leader->start_boottime);
	bpf_probe_read_kernel(event->process.comm, sizeof(event->process.comm),
			      __builtin_preserve_access_index(&leader->comm));
	event->parent_pid = PROBE(parent->tgid);
	event->parent_started = PROBE(parent->start_boottime);
	event->cgroup = cgroup_of_task(task);
	event->netns = netns_of_task(task);
	return 0;
}

/* d_path() of fs/d_path.c, whose helper this hook may not call. exec holds the file, so that nothing of it goes away. */
SUBPROGRAM int fill_executable(char *to, struct task_struct *task)
{
	__u32 key = 0, at = EXECUTABLE_BYTES - 1, length;
	struct path_room *room = bpf_map_lookup_elem(&path_rooms, &key);
	struct mm_struct___file *mm = (void *)PROBE(task->mm);
	struct file___path *file = PROBE(mm->exe_file);
	struct fs_struct *fs = PROBE(((struct task_struct___root *)task)->fs);
	struct dentry *root = PROBE(fs->root.dentry), *dentry = PROBE(file->f_path.dentry), *parent;
	struct vfsmount *root_mount = PROBE(fs->root.mnt), *in = PROBE(file->f_path.mnt);
	struct mount *mount, *above;
	int cut = 1;

	if (!room)
		return 0;
	__builtin_memset(room, 0, sizeof(*room));
	for (int i = 0; i < MAX_STEPS; i++) {
		if (dentry == root && in == root_mount) {
			cut = 0;
			break;
		}
		if (dentry == PROBE(in->mnt_root)) {
			mount = (void *)in - __builtin_preserve_field_info(((struct mount *)0)->mnt, 0);
			above = PROBE(mount->mnt_parent);
			if (above == mount || !above) {
				cut = 0;
				break;
			}
			dentry = PROBE(mount->mnt_mountpoint);
			in = (void *)above + __builtin_preserve_field_info(((struct mount *)0)->mnt, 0);
			continue;
		}
		parent = PROBE(dentry->d_parent);
		length = PROBE(dentry->d_name.len);
		if (parent == dentry || length >= at) {
			cut = parent != dentry;
			break;
		}
		at -= length + 1;
		room->bytes[at & (EXECUTABLE_BYTES - 1)] = '/';
		bpf_probe_read_kernel(&room->bytes[(at + 1) & (EXECUTABLE_BYTES - 1)], length & (EXECUTABLE_BYTES - 1),
				      PROBE(dentry->d_name.name));
		dentry = parent;
	}
	/* A path that goes on above what there is room for begins without its slash. */
	if (cut && at < EXECUTABLE_BYTES - 1)
		at++;
	bpf_probe_read_kernel(to, EXECUTABLE_BYTES, &room->bytes[at & (EXECUTABLE_BYTES - 1)]);
	return 0;
}

SEC("tp_btf/sched_process_exec")
int process_exec(__u64 *ctx)
{
	struct task_struct *task = (struct task_struct *)ctx[0];
	struct process_started *event = RESERVE(EVENT_PROCESS_STARTED, struct process_started);
	struct mm_struct *mm;
	__u64 from, length;

	if (!event)
		return 0;
	fill(&event->process, task);
	fill_executable(event->executable, task);
	mm = PROBE(task->mm);
	from = PROBE(mm->arg_start);
	length = PROBE(mm->arg_end) - from;
	event->arguments_length = length;
	if (length > sizeof(event->arguments))
		length = sizeof(event->arguments);
	if (!length || bpf_probe_read_user(event->arguments, length, (void *)from))
		length = 0;
	event->arguments_captured = length;
	bpf_ringbuf_submit(event, 0);
	return 0;
}

SEC("tp_btf/sched_process_fork")
int process_fork(__u64 *ctx)
{
	struct task_struct *child = (struct task_struct *)ctx[1];
	struct process_forked *event;

	if (child->pid != child->tgid)
		return 0;
	event = RESERVE(EVENT_PROCESS_FORKED, struct process_forked);
	if (!event)
		return 0;
	fill(&event->process, child);
	bpf_ringbuf_submit(event, 0);
	return 0;
}

/* wait_task_zombie() in kernel/exit.c: the group's code where the group was told to exit, else its leader's. */
INLINE __u32 exit_code_of(struct task_struct *task)
{
	struct signal_struct *signal = PROBE(task->signal);
	struct task_struct *leader = PROBE(task->group_leader);

	return PROBE(signal->flags) & SIGNAL_GROUP_EXIT ? PROBE(signal->group_exit_code) : PROBE(leader->exit_code);
}

SEC("tp_btf/sched_process_exit")
int process_exit(__u64 *ctx)
{
	struct task_struct *task = (struct task_struct *)ctx[0];
	struct signal_struct *signal = PROBE(task->signal);
	struct process_exited *event;
	int last;

	if (TYPE_EXISTS(btf_trace_sched_process_exit___with_group_dead))
		last = ctx[1] & 1;
	else
		last = PROBE(signal->live.counter) == 0;
	if (!last)
		return 0;
	event = RESERVE(EVENT_PROCESS_EXITED, struct process_exited);
	if (!event)
		return 0;
	fill(&event->process, task);
	event->exit_code = exit_code_of(task);
	event->reserved = 0;
	bpf_ringbuf_submit(event, 0);
	return 0;
}
