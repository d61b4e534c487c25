/* SPDX-License-Identifier: Apache-2.0 */
/* Sends samples of 48 bytes to the perf buffer of the CPU it runs on, as many as its context says; returns how many were taken. */
#include "bench.h"

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} perf SEC(".maps");

/* The verifier walks through every turn. */
#define MOST 4000

SEC("raw_tp/sched_switch")
int fill(__u64 *context)
{
	__u64 records = context[0];
	__u32 submitted = 0;

	for (__u32 index = 0; index < MOST; index++) {
		struct record record;

		if (index >= records)
			break;
		write_record(&record, index);
		if (!bpf_perf_event_output(context, &perf, BPF_F_CURRENT_CPU, &record, sizeof(record)))
			submitted++;
	}
	return submitted;
}

char LICENSE[] SEC("license") = "GPL";
