// A program that is loaded with its object, and one that has to be asked for.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("tc")
int usual(struct __sk_buff *skb)
{
	return 0;
}

SEC("?tc")
int on_demand(struct __sk_buff *skb)
{
	return 1;
}
