/* SPDX-License-Identifier: Apache-2.0 */
/* What the benchmarks' programs share: the few names of the kernel that they need, and the record that they send. */
#pragma once

#define SEC(name) __attribute__((section(name), used))
#define __uint(name, val) int (*name)[val]
#define __type(name, val) typeof(val) *name

typedef unsigned char __u8;
typedef unsigned short __u16;
typedef unsigned int __u32;
typedef unsigned long long __u64;

#define BPF_MAP_TYPE_HASH 1
#define BPF_MAP_TYPE_ARRAY 2
#define BPF_MAP_TYPE_PERF_EVENT_ARRAY 4
#define BPF_MAP_TYPE_PERCPU_ARRAY 6
#define BPF_MAP_TYPE_RINGBUF 27
#define BPF_MAP_TYPE_USER_RINGBUF 31

/* Wake-ups belong to another question: unless told otherwise the reader never sleeps. */
#define BPF_RB_NO_WAKEUP 1
#define BPF_F_CURRENT_CPU 0xffffffffULL

static void *(*bpf_map_lookup_elem)(void *map, const void *key) = (void *)1;
static __u64 (*bpf_ktime_get_ns)(void) = (void *)5;
static __u64 (*bpf_get_current_pid_tgid)(void) = (void *)14;
static long (*bpf_get_current_comm)(void *buf, __u32 size) = (void *)16;
static long (*bpf_perf_event_output)(void *ctx, void *map, __u64 flags, void *data, __u64 size) = (void *)25;
static __u64 (*bpf_get_current_task)(void) = (void *)35;
static long (*bpf_probe_read_kernel)(void *dst, __u32 size, const void *src) = (void *)113;
static void *(*bpf_ringbuf_reserve)(void *ring, __u64 size, __u64 flags) = (void *)131;
static void (*bpf_ringbuf_submit)(void *data, __u64 flags) = (void *)132;
static long (*bpf_loop)(__u32 rounds, void *callback, void *context, __u64 flags) = (void *)181;
static void *(*bpf_dynptr_data)(const void *ptr, __u32 offset, __u32 len) = (void *)203;
static long (*bpf_user_ringbuf_drain)(void *map, void *callback, void *context, __u64 flags) = (void *)209;

struct record {
	__u64 sequence;
	__u64 address_high;
	__u64 address_low;
	__u64 bytes;
	__u32 type;
	__u32 process;
	__u64 time;
};

static inline void write_record(struct record *record, __u32 index)
{
	record->sequence = index;
	record->address_high = 0;
	record->address_low = 0x0100007f;
	record->bytes = index & 1023;
	record->type = index & 3;
	record->process = 4242;
	record->time = index;
}

struct fill_arguments {
	__u32 records;
	__u32 submitted;
};
