/* SPDX-License-Identifier: Apache-2.0 */
/* Takes what user space wrote to a user ring buffer, and tells how many records and what their numbers add up to. */
#include "bench.h"

struct {
	__uint(type, BPF_MAP_TYPE_USER_RINGBUF);
	__uint(max_entries, 4 * 1024 * 1024);
} user_ring SEC(".maps");

struct drain_arguments {
	__u64 records;
	__u64 sum;
};

static long take(const void *dynptr, struct drain_arguments *arguments)
{
	const __u64 *first = bpf_dynptr_data(dynptr, 0, sizeof(*first));

	if (!first)
		return 1;
	arguments->records++;
	arguments->sum += *first;
	return 0;
}

SEC("syscall")
int drain(struct drain_arguments *arguments)
{
	struct drain_arguments local = {};

	bpf_user_ringbuf_drain(&user_ring, take, &local, 0);
	arguments->records = local.records;
	arguments->sum = local.sum;
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
