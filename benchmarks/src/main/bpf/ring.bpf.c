/* SPDX-License-Identifier: Apache-2.0 */
/* Fills a ring buffer with records of 48 bytes when run by BPF_PROG_TEST_RUN: the backlog that the drain benchmarks read. */
#define SEC(name) __attribute__((section(name), used))
#define __uint(name, val) int (*name)[val]

typedef unsigned int __u32;
typedef unsigned long long __u64;

static void *(*bpf_ringbuf_reserve)(void *ring, __u64 size, __u64 flags) = (void *)131;
static void (*bpf_ringbuf_submit)(void *data, __u64 flags) = (void *)132;
static long (*bpf_loop)(__u32 rounds, void *callback, void *context, __u64 flags) = (void *)181;

/* Wake-ups belong to another question: here the reader never sleeps. */
#define BPF_RB_NO_WAKEUP 1
#define BPF_MAP_TYPE_RINGBUF 27

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024 * 1024);
} ring SEC(".maps");

struct record {
	__u64 sequence;
	__u64 address_high;
	__u64 address_low;
	__u64 bytes;
	__u32 type;
	__u32 process;
	__u64 time;
};

struct fill_arguments {
	__u32 records;
	__u32 submitted;
};

static long fill_one(__u32 index, struct fill_arguments *arguments)
{
	struct record *record = bpf_ringbuf_reserve(&ring, sizeof(*record), 0);

	if (!record)
		return 1;
	record->sequence = index;
	record->address_high = 0;
	record->address_low = 0x0100007f;
	record->bytes = index & 1023;
	record->type = index & 3;
	record->process = 4242;
	record->time = index;
	bpf_ringbuf_submit(record, BPF_RB_NO_WAKEUP);
	arguments->submitted++;
	return 0;
}

SEC("syscall")
int fill(struct fill_arguments *arguments)
{
	struct fill_arguments local = { .records = arguments->records };

	bpf_loop(local.records, fill_one, &local, 0);
	arguments->submitted = local.submitted;
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
