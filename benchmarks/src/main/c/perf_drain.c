/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The twin of PerfDrainBenchmark: libbpf's perf_buffer__consume over the same backlog, with the same work a sample.
 *
 *   perf_drain OBJECT PAGES RECORDS FILLS ROUNDS      nanoseconds a sample
 */
#define _GNU_SOURCE
#include "twin.h"
#include <sched.h>

static uint64_t total, samples;

static void on_sample(void *context, int cpu, void *data, __u32 size)
{
	const struct record *record = data;
	uint64_t bytes;
	uint32_t type;

	/* A sample starts at an odd multiple of four. */
	memcpy(&bytes, &record->bytes, sizeof(bytes));
	memcpy(&type, &record->type, sizeof(type));
	total += bytes + type;
	samples++;
}

int main(int argc, char **argv)
{
	if (argc != 6)
		return 2;
	int pages = atoi(argv[2]), fills = atoi(argv[4]), rounds = atoi(argv[5]);
	uint64_t records = strtoull(argv[3], NULL, 0);
	struct bpf_object *object = load(argv[1], NULL, 0);
	int program = program_fd(object, "fill");
	LIBBPF_OPTS(perf_buffer_opts, options);
	struct perf_buffer *perf =
		perf_buffer__new(bpf_object__find_map_fd_by_name(object, "perf"), pages, on_sample, NULL, NULL, &options);
	double *nanos = calloc(rounds, sizeof(*nanos));

	if (!perf)
		fail("perf buffer");
	for (int round = -rounds; round < rounds; round++) {
		for (int i = 0; i < fills; i++) {
			LIBBPF_OPTS(bpf_test_run_opts, run, .ctx_in = &records, .ctx_size_in = sizeof(records));
			if (bpf_prog_test_run_opts(program, &run) || run.retval != records) {
				fprintf(stderr, "fill: %u of %lu\n", run.retval, (unsigned long)records);
				return 1;
			}
		}
		samples = 0;
		double start = worked_ns();
		int error = perf_buffer__consume(perf);
		double end = worked_ns();

		if (error < 0 || samples != records * fills) {
			fprintf(stderr, "drained %lu of %lu\n", (unsigned long)samples, (unsigned long)records * fills);
			return 1;
		}
		if (round >= 0)
			nanos[round] = (end - start) / samples;
	}
	printf("%.3f\n", median(nanos, rounds));
	return total == 0;
}
