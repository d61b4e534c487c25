/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The C twin of RingDrainBenchmark: libbpf's ring_buffer__consume over the same backlog, made by the same BPF program, with the same work a record.
 *
 *   ring_drain OBJECT RING_BYTES RECORDS ROUNDS
 *
 * prints the median nanoseconds a record over the rounds, after as many rounds of warm-up.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct record {
	uint64_t sequence, address_high, address_low, bytes;
	uint32_t type, process;
	uint64_t time;
};

struct fill_arguments {
	uint32_t records, submitted;
};

static uint64_t total;

static int on_record(void *context, void *data, size_t size)
{
	const struct record *record = data;

	total += record->bytes + record->type;
	return 0;
}

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e9 + t.tv_nsec;
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	if (argc != 5) {
		fprintf(stderr, "usage: ring_drain OBJECT RING_BYTES RECORDS ROUNDS\n");
		return 2;
	}
	uint32_t ring_bytes = strtoul(argv[2], NULL, 0), records = strtoul(argv[3], NULL, 0);
	int rounds = atoi(argv[4]);
	struct bpf_object *object = bpf_object__open_file(argv[1], NULL);

	if (!object || bpf_map__set_max_entries(bpf_object__find_map_by_name(object, "ring"), ring_bytes) ||
	    bpf_object__load(object)) {
		perror("load");
		return 1;
	}
	int program = bpf_program__fd(bpf_object__find_program_by_name(object, "fill"));
	struct ring_buffer *ring = ring_buffer__new(bpf_object__find_map_fd_by_name(object, "ring"), on_record, NULL, NULL);
	double *nanos = calloc(rounds, sizeof(*nanos));

	if (!ring || !nanos) {
		perror("ring");
		return 1;
	}
	for (int round = -rounds; round < rounds; round++) {
		struct fill_arguments arguments = { .records = records };
		LIBBPF_OPTS(bpf_test_run_opts, run, .ctx_in = &arguments, .ctx_size_in = sizeof(arguments));
		if (bpf_prog_test_run_opts(program, &run) || arguments.submitted != records) {
			fprintf(stderr, "fill: %u of %u\n", arguments.submitted, records);
			return 1;
		}
		double start = now_ns();
		int drained = ring_buffer__consume(ring);
		double end = now_ns();

		if (drained != (int)records) {
			fprintf(stderr, "drained %d of %u\n", drained, records);
			return 1;
		}
		if (round >= 0)
			nanos[round] = (end - start) / records;
	}
	qsort(nanos, rounds, sizeof(*nanos), ascending);
	printf("%.3f\n", nanos[rounds / 2]);
	return total == 0;
}
