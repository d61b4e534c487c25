// An arena map and global variables that live in it.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define __arena __attribute__((address_space(1)))
#define __ulong(name, val) enum { name##_value = val } name

struct {
	__uint(type, 33);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 100);
	__ulong(map_extra, 0x100000000000ull);
} arena SEC(".maps");

int __arena shared_counter = 9;
long __arena shared_sum = 8;

SEC("syscall")
int touch(void *ctx)
{
	shared_sum += shared_counter;
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
