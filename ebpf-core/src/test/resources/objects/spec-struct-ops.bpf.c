// Implementations of kernel interfaces.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct sock;

struct tcp_congestion_ops___mine {
	unsigned int (*ssthresh)(struct sock *sk);
	unsigned int flags;
	void (*cong_avoid)(struct sock *sk, unsigned int ack, unsigned int acked);
	char name[16];
};

SEC("struct_ops/ssthresh")
unsigned int ssthresh(unsigned long long *ctx)
{
	return 2;
}

SEC("struct_ops")
void cong_avoid(unsigned long long *ctx)
{
}

SEC(".struct_ops")
struct tcp_congestion_ops___mine plain = {
	.ssthresh = (void *)ssthresh,
	.flags = 0x12345678,
	.cong_avoid = (void *)cong_avoid,
	.name = "plain",
};

SEC(".struct_ops.link")
struct tcp_congestion_ops___mine linked = {
	.ssthresh = (void *)ssthresh,
	.name = "linked",
};

SEC("?.struct_ops.link")
struct tcp_congestion_ops___mine asked = {
	.cong_avoid = (void *)cong_avoid,
	.name = "asked",
};

char LICENSE[] SEC("license") = "GPL";
