/* SPDX-License-Identifier: Apache-2.0 */
/* Fills a ring buffer with records of 48 bytes when run by BPF_PROG_TEST_RUN: the backlog that the drain benchmarks read. */
#include "bench.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024 * 1024);
} ring SEC(".maps");

/* Whether records wake the reader as they come, and carry the time of their submission. */
volatile const __u32 live;

static long fill_one(__u32 index, struct fill_arguments *arguments)
{
	struct record *record = bpf_ringbuf_reserve(&ring, sizeof(*record), 0);

	if (!record)
		return live ? 0 : 1;
	write_record(record, index);
	if (live)
		record->time = bpf_ktime_get_ns();
	bpf_ringbuf_submit(record, live ? 0 : BPF_RB_NO_WAKEUP);
	arguments->submitted++;
	return 0;
}

SEC("syscall")
int fill(struct fill_arguments *arguments)
{
	struct fill_arguments local = { .records = arguments->records };

	bpf_loop(local.records, fill_one, &local, 0);
	arguments->submitted = local.submitted;
	return local.submitted;
}

char LICENSE[] SEC("license") = "GPL";
