// What the loader does not find in a kernel, or needs to be told.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct rq {
	int nr_running;
} __attribute__((preserve_access_index));

extern const struct rq runqueues __ksym;

SEC("tp_btf/sched_switch")
int queue(__u64 *ctx)
{
	struct rq *rq = bpf_per_cpu_ptr(&runqueues, 0);

	return rq ? rq->nr_running >> 31 : 0;
}

SEC("tp_btf/no_such_tracepoint")
int nowhere(void *ctx)
{
	return 0;
}

SEC("fentry/no_such_function")
int function_nowhere(void *ctx)
{
	return 0;
}

SEC("fentry")
int unsaid(void *ctx)
{
	return 0;
}

SEC("freplace/twice")
int replacement(int x)
{
	return x * 3;
}
