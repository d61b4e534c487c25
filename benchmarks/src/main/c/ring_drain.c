/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The twin of RingDrainBenchmark and ManyRingsBenchmark: libbpf's ring_buffer__consume over the same backlog, made by the same BPF program, with the same
 * work a record.
 *
 *   ring_drain OBJECT RINGS RING_BYTES RECORDS ROUNDS      nanoseconds a record
 */
#include "twin.h"

static uint64_t total;

static int on_record(void *context, void *data, size_t size)
{
	const struct record *record = data;

	total += record->bytes + record->type;
	return 0;
}

int main(int argc, char **argv)
{
	if (argc != 6)
		return 2;
	int rings = atoi(argv[2]), rounds = atoi(argv[5]);
	uint32_t ring_bytes = strtoul(argv[3], NULL, 0), records = strtoul(argv[4], NULL, 0);
	int *programs = calloc(rings, sizeof(*programs));
	double *nanos = calloc(rounds, sizeof(*nanos));
	struct ring_buffer *ring = NULL;

	for (int i = 0; i < rings; i++) {
		struct bpf_object *object = load(argv[1], "ring", ring_bytes);
		int map = bpf_object__find_map_fd_by_name(object, "ring");

		programs[i] = program_fd(object, "fill");
		if (!ring)
			ring = ring_buffer__new(map, on_record, NULL, NULL);
		else if (ring_buffer__add(ring, map, on_record, NULL))
			fail("ring");
		if (!ring)
			fail("ring");
	}
	for (int round = -rounds; round < rounds; round++) {
		for (int i = 0; i < rings; i++)
			fill(programs[i], records);
		double start = worked_ns();
		int drained = ring_buffer__consume(ring);
		double end = worked_ns();

		if (drained != (int)records * rings) {
			fprintf(stderr, "drained %d of %u\n", drained, records * rings);
			return 1;
		}
		if (round >= 0)
			nanos[round] = (end - start) / drained;
	}
	printf("%.3f\n", median(nanos, rounds));
	return total == 0;
}
