// Takes the records of a user ring buffer and adds their first numbers up, when it is run.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_USER_RINGBUF);
	__uint(max_entries, 4096);
} user_ring SEC(".maps");

static long (*drain_ring)(void *map, void *callback, void *context, __u64 flags) = (void *)209;
static void *(*dynptr_data)(const void *dynptr, __u32 offset, __u32 length) = (void *)203;

__u64 records, sum;

static long take(const void *dynptr, void *context)
{
	const __u64 *first = dynptr_data(dynptr, 0, sizeof(*first));

	if (first) {
		records++;
		sum += *first;
	}
	return 0;
}

SEC("syscall")
int drain(void *context)
{
	return drain_ring(&user_ring, take, 0, 0);
}
