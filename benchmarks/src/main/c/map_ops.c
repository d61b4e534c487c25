/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The twin of MapBenchmark: the same operations on the same kinds of map.
 *
 *   map_ops WORK ROUNDS      nanoseconds an operation, or an entry
 */
#include "twin.h"
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#define ENTRIES 32768
#define OPERATIONS 20000
#define BATCH 8192

static uint64_t sum;

static int map_of(enum bpf_map_type type, uint32_t key, uint32_t value, uint32_t entries, uint32_t flags)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = flags);
	int map = bpf_map_create(type, "bench", key, value, entries, &options);

	if (map < 0)
		fail("map");
	return map;
}

static int hash(void)
{
	int map = map_of(BPF_MAP_TYPE_HASH, 8, 8, ENTRIES, 0);

	for (uint64_t key = 0; key < ENTRIES; key++)
		if (bpf_map_update_elem(map, &key, &key, BPF_ANY))
			fail("update");
	return map;
}

static int map;
static uint64_t *mapped, *cpus;
static uint64_t keys[BATCH], values[BATCH];

static uint64_t lookup(void)
{
	for (uint64_t i = 0; i < OPERATIONS; i++) {
		uint64_t key = i & (ENTRIES - 1), value;

		if (bpf_map_lookup_elem(map, &key, &value))
			fail("lookup");
		sum += value;
	}
	return OPERATIONS;
}

static uint64_t update(void)
{
	for (uint64_t i = 0; i < OPERATIONS; i++) {
		uint64_t key = i & (ENTRIES - 1);

		if (bpf_map_update_elem(map, &key, &i, BPF_ANY))
			fail("update");
	}
	return OPERATIONS;
}

static uint64_t miss(void)
{
	for (uint64_t i = 0; i < OPERATIONS; i++) {
		uint64_t key = ENTRIES + i, value;

		if (!bpf_map_lookup_elem(map, &key, &value))
			fail("miss");
		sum++;
	}
	return OPERATIONS;
}

static uint64_t per_cpu(void)
{
	int count = libbpf_num_possible_cpus();

	for (uint32_t i = 0; i < OPERATIONS; i++) {
		uint32_t key = i & 15;

		if (bpf_map_lookup_elem(map, &key, cpus))
			fail("per-CPU lookup");
		for (int cpu = 0; cpu < count; cpu++)
			sum += cpus[cpu];
	}
	return OPERATIONS;
}

static uint64_t batch(void)
{
	uint32_t position = 0, *in = NULL;
	uint64_t seen = 0;

	while (1) {
		uint32_t count = BATCH;
		int error = bpf_map_lookup_batch(map, in, &position, keys, values, &count, NULL);

		if (error && errno != ENOENT)
			fail("batch");
		for (uint32_t i = 0; i < count; i++)
			sum += values[i];
		seen += count;
		if (error)
			return seen;
		in = &position;
	}
}

static uint64_t by_key(void)
{
	uint64_t key, next, value, seen = 0;
	void *previous = NULL;

	while (!bpf_map_get_next_key(map, previous, &next)) {
		key = next;
		previous = &key;
		if (!bpf_map_lookup_elem(map, &key, &value))
			sum += value;
		seen++;
	}
	return seen;
}

static uint64_t read_mapped(void)
{
	for (int turn = 0; turn < 100; turn++)
		for (uint64_t i = 0; i < 4096; i++)
			sum += __atomic_load_n(&mapped[i], __ATOMIC_ACQUIRE);
	return 409600;
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	const char *work = argv[1];
	int rounds = atoi(argv[2]);
	double *nanos = calloc(rounds, sizeof(*nanos));
	uint64_t (*run)(void) = NULL;

	if (!strcmp(work, "lookup") || !strcmp(work, "update") || !strcmp(work, "miss") || !strcmp(work, "batch") ||
	    !strcmp(work, "byKey")) {
		map = hash();
		run = !strcmp(work, "lookup") ? lookup :
		      !strcmp(work, "update") ? update :
		      !strcmp(work, "miss")   ? miss :
		      !strcmp(work, "batch")  ? batch :
						by_key;
	} else if (!strcmp(work, "perCpu")) {
		map = map_of(BPF_MAP_TYPE_PERCPU_ARRAY, 4, 8, 16, 0);
		cpus = calloc(libbpf_num_possible_cpus(), sizeof(*cpus));
		run = per_cpu;
	} else if (!strcmp(work, "mapped")) {
		map = map_of(BPF_MAP_TYPE_ARRAY, 4, 8, 4096, BPF_F_MMAPABLE);
		mapped = mmap(NULL, 4096 * 8, PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);
		if (mapped == MAP_FAILED)
			fail("mmap");
		run = read_mapped;
	} else {
		return 2;
	}
	for (int round = -rounds; round < rounds; round++) {
		double start = worked_ns();
		uint64_t operations = run();
		double end = worked_ns();

		if (round >= 0)
			nanos[round] = (end - start) / operations;
	}
	printf("%.3f\n", median(nanos, rounds));
	return sum == 1;
}
