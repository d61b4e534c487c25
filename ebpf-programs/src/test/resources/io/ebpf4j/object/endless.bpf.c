// A program with more paths than the verifier follows.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

volatile __u32 seed;

SEC("xdp")
int endless(struct xdp_md *ctx)
{
	__u32 i, sum = 0;
	for (i = 0; i < 100000000; i++)
		sum += seed ^ i;
	return sum;
}
