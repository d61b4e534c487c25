// What the loader finds in every kernel: variables, functions, attach targets, types; and what is missing but weak.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct task_struct {
	int pid;
	int tgid;
} __attribute__((preserve_access_index));

extern const void bpf_prog_put __ksym;
extern const void no_such_symbol __ksym __weak;
extern void bpf_rcu_read_lock(void) __ksym;
extern void bpf_rcu_read_unlock(void) __ksym;
extern void bpf_no_such_function(int x) __ksym __weak;

__u64 untyped, missing = 1, typed_pid;

SEC("raw_tp/sys_enter")
int addresses(void *ctx)
{
	untyped = (__u64)&bpf_prog_put;
	missing = (__u64)&no_such_symbol;
	return 0;
}

SEC("tp_btf/sched_switch")
int switched(__u64 *ctx)
{
	struct task_struct *next = (void *)ctx[2];

	bpf_rcu_read_lock();
	typed_pid = next->pid;
	bpf_rcu_read_unlock();
	if (bpf_no_such_function)
		bpf_no_such_function(1);
	return 0;
}

SEC("iter/task")
int tasks(void *ctx)
{
	return 0;
}
