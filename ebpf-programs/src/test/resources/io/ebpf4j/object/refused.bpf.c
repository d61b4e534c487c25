// Programs that the verifier refuses, each for one reason.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8);
	__type(key, __u32);
	__type(value, __u64);
} counts SEC(".maps");

struct task_struct {
	int pid;
	int no_such_member;
} __attribute__((preserve_access_index));

extern void bpf_no_such_function(int x) __ksym __weak;

SEC("raw_tp/sched_switch")
int missing_null_check(void *ctx)
{
	__u32 key = 1;
	__u64 *value = bpf_map_lookup_elem(&counts, &key);
	*value += 1;
	return 0;
}

SEC("xdp")
int wrong_helper(struct xdp_md *ctx)
{
	char bytes[8];
	return bpf_skb_load_bytes(ctx, 0, bytes, 8);
}

SEC("xdp")
int packet_bounds(struct xdp_md *ctx)
{
	__u8 *packet = (void *)(long)ctx->data;
	return packet[13] == 8 ? 1 : 2;
}

SEC("tp_btf/sched_switch")
int poisoned(__u64 *ctx)
{
	struct task_struct *task = (void *)ctx[1];
	return task->no_such_member;
}

SEC("tc")
int missing_function(struct __sk_buff *skb)
{
	bpf_no_such_function(1);
	return 0;
}

SEC("xdp")
int good(struct xdp_md *ctx)
{
	return XDP_PASS;
}
