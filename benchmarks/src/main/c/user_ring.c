/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The twin of UserRingBenchmark: records of 48 bytes into a user ring buffer; a program takes them out between the rounds.
 *
 *   user_ring OBJECT RECORDS ROUNDS      nanoseconds a record
 */
#include "twin.h"

int main(int argc, char **argv)
{
	if (argc != 4)
		return 2;
	uint32_t records = strtoul(argv[2], NULL, 0);
	int rounds = atoi(argv[3]);
	struct bpf_object *object = load(argv[1], NULL, 0);
	int program = program_fd(object, "drain");
	struct user_ring_buffer *ring = user_ring_buffer__new(bpf_object__find_map_fd_by_name(object, "user_ring"), NULL);
	double *nanos = calloc(rounds, sizeof(*nanos));

	if (!ring)
		fail("user ring");
	for (int round = -rounds; round < rounds; round++) {
		double start = worked_ns();
		for (uint32_t i = 0; i < records; i++) {
			struct record *record = user_ring_buffer__reserve(ring, sizeof(*record));

			if (!record)
				fail("reserve");
			record->sequence = i;
			record->address_high = 0;
			record->address_low = 0x0100007f;
			record->bytes = i & 1023;
			record->type = i & 3;
			record->process = 4242;
			record->time = i;
			user_ring_buffer__submit(ring, record);
		}
		double end = worked_ns();
		struct {
			uint64_t records, sum;
		} arguments = {};
		LIBBPF_OPTS(bpf_test_run_opts, run, .ctx_in = &arguments, .ctx_size_in = sizeof(arguments));
		if (bpf_prog_test_run_opts(program, &run) || arguments.records != records) {
			fprintf(stderr, "the program took %lu of %u\n", (unsigned long)arguments.records, records);
			return 1;
		}
		if (round >= 0)
			nanos[round] = (end - start) / records;
	}
	printf("%.3f\n", median(nanos, rounds));
	return 0;
}
