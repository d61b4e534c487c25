// What the kernel defines: configuration values, variables, functions.
#include <linux/bpf.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>

extern int LINUX_KERNEL_VERSION __kconfig;
extern bool CONFIG_BPF __kconfig __weak;
extern enum libbpf_tristate CONFIG_MODULES __kconfig;
extern char CONFIG_DEFAULT_HOSTNAME[16] __kconfig __weak;
extern __u64 CONFIG_HZ __kconfig;
extern char CONFIG_LETTER __kconfig __weak;
extern short CONFIG_SHORT __kconfig __weak;

extern const void bpf_prog_fops __ksym;
extern const void no_such_symbol __ksym __weak;

struct rq {
	int cpu;
} __attribute__((preserve_access_index));

extern const struct rq runqueues __ksym;

struct task_struct___mine;
extern struct task_struct___mine *bpf_task_acquire___first(struct task_struct___mine *p) __ksym __weak;
extern void bpf_rcu_read_lock(void) __ksym;
extern int missing_function(int) __ksym __weak;

SEC("tp_btf/task_newtask")
int uses(void *ctx)
{
	long sum = LINUX_KERNEL_VERSION + CONFIG_BPF + CONFIG_MODULES + CONFIG_HZ + CONFIG_DEFAULT_HOSTNAME[3];
	sum += CONFIG_LETTER + CONFIG_SHORT;
	sum += (long)&bpf_prog_fops + (long)&no_such_symbol + (long)&runqueues;
	bpf_rcu_read_lock();
	if (missing_function)
		sum += missing_function(1);
	if (bpf_task_acquire___first)
		sum += (long)bpf_task_acquire___first(0);
	return sum;
}

char LICENSE[] SEC("license") = "GPL";
