// Maps as they were declared before BTF, with members that only iproute2 knows.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct bpf_elf_map {
	__u32 type;
	__u32 size_key;
	__u32 size_value;
	__u32 max_elem;
	__u32 flags;
	__u32 id;
	__u32 pinning;
};

struct bpf_elf_map SEC("maps") counters = {
	.type = BPF_MAP_TYPE_ARRAY,
	.size_key = 4,
	.size_value = 8,
	.max_elem = 2,
	.id = 0xa1,
	.pinning = 2,
};

struct bpf_elf_map SEC("maps") hashes = {
	.type = BPF_MAP_TYPE_HASH,
	.size_key = 16,
	.size_value = 32,
	.max_elem = 99,
	.flags = BPF_F_NO_PREALLOC,
};

SEC("classifier")
int count(struct __sk_buff *skb)
{
	__u32 key = 1;
	bpf_map_lookup_elem(&hashes, &key);
	return bpf_map_lookup_elem(&counters, &key) != 0;
}

char LICENSE[] SEC("license") = "GPL";
