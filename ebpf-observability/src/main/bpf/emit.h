/* SPDX-License-Identifier: Apache-2.0 */
/* How a record gets out: the object's ring, and the count of what was to be written to it. */
#ifndef EBPF4J_EMIT_H
#define EBPF4J_EMIT_H

#include "bpf.h"
#include "event.h"

struct {
	MAP_UINT(type, BPF_MAP_TYPE_RINGBUF);
	MAP_UINT(max_entries, 4 << 20);
} events SEC(".maps");

struct {
	MAP_UINT(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	MAP_UINT(max_entries, EVENT_TYPES);
	MAP_TYPE(key, __u32); /* enum event_type; array keys have to be integers */
	MAP_TYPE(value, struct tally);
} tallies SEC(".maps");

INLINE void *reserve(enum event_type type, __u16 size)
{
	__u32 key = type;
	struct tally *tally = bpf_map_lookup_elem(&tallies, &key);
	struct event_header *record = bpf_ringbuf_reserve(&events, size, 0);

	/* Atomic although per CPU: a softirq may run this between a plain load and its store. */
	if (tally) {
		__sync_fetch_and_add(&tally->attempted, 1);
		if (!record)
			__sync_fetch_and_add(&tally->lost, 1);
	}
	if (record) {
		record->type = type;
		record->reserved = 0;
		record->length = size;
	}
	return record;
}

/* Each layer has kinds of its own, numbered in one sequence. */
#define RESERVE(type, struct_type) ((struct_type *)reserve((enum event_type)(type), sizeof(struct_type)))

#endif
