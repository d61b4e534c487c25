// What can be read and not loaded as it is, and an exception callback.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
	__uint(no_such_attribute, 3);
} odd SEC(".maps");

static struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} private_map SEC(".maps");

const volatile unsigned long table[3] SEC(".jumptables") = { 8, 16, 24 };

extern int nowhere(int x);

SEC("tc")
int jumps(struct __sk_buff *skb)
{
	return table[1];
}

SEC("tc")
int calls_nothing(struct __sk_buff *skb)
{
	return nowhere(1);
}

SEC("tc")
int uses_private(struct __sk_buff *skb)
{
	__u32 key = 0;
	return bpf_map_lookup_elem(&private_map, &key) != 0;
}

__noinline int recover(__u64 cookie)
{
	return cookie + 1;
}

SEC("tc")
__attribute__((btf_decl_tag("exception_callback:recover"))) int throws(struct __sk_buff *skb)
{
	return 2;
}

char LICENSE[] SEC("license") = "GPL";
