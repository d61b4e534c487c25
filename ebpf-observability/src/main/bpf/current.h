/* SPDX-License-Identifier: Apache-2.0 */
/* The process that the program runs in. It means something only where a hook runs in process context. */
#ifndef EBPF4J_CURRENT_H
#define EBPF4J_CURRENT_H

#include "bpf.h"
#include "event.h"

SUBPROGRAM void name_current(struct process *process)
{
	struct task_struct *leader = PROBE(bpf_get_current_task_btf()->group_leader);

	process->pid = bpf_get_current_pid_tgid() >> 32;
	process->uid = (__u32)bpf_get_current_uid_gid();
	process->started = PROBE(leader->start_boottime);
	bpf_probe_read_kernel(process->comm, sizeof(process->comm),
			      __builtin_preserve_access_index(&leader->comm));
}

#endif
