/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The twin of LiveRing: a program writes as fast as it can on one CPU, and the consumer waits and drains on another one; then one record at a time.
 *
 *   live_ring OBJECT RING_BYTES MILLISECONDS
 *
 * prints lines of figure, tab, value.
 */
#define _GNU_SOURCE
#include "twin.h"
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <unistd.h>

#define CHUNK 4096

static int program;
static atomic_int stop;
static atomic_ulong attempted, submitted;
static uint64_t received, total, arrival;

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

static void *produce(void *unused)
{
	pin(1);
	while (!stop) {
		struct fill_arguments arguments = { .records = CHUNK };
		LIBBPF_OPTS(bpf_test_run_opts, run, .ctx_in = &arguments, .ctx_size_in = sizeof(arguments));

		if (bpf_prog_test_run_opts(program, &run))
			fail("fill");
		attempted += CHUNK;
		submitted += arguments.submitted;
	}
	return NULL;
}

static int on_record(void *context, void *data, size_t size)
{
	const struct record *record = data;

	received++;
	total += record->bytes + record->type;
	arrival = record->time;
	return 0;
}

static void *one_at_a_time(void *rounds)
{
	pin(1);
	for (int i = 0; i < *(int *)rounds; i++) {
		usleep(2000);
		fill(program, 1);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	if (argc != 4)
		return 2;
	struct bpf_object *object = bpf_object__open_file(argv[1], NULL);
	uint32_t bytes = strtoul(argv[2], NULL, 0);
	size_t size;
	uint32_t *live;

	if (!object || bpf_map__set_max_entries(bpf_object__find_map_by_name(object, "ring"), bytes))
		fail("open");
	live = (void *)bpf_map__initial_value(bpf_object__find_map_by_name(object, ".rodata"), &size);
	if (!live)
		fail("constants");
	*live = 1;
	if (bpf_object__load(object))
		fail("load");
	program = program_fd(object, "fill");
	struct ring_buffer *ring = ring_buffer__new(bpf_object__find_map_fd_by_name(object, "ring"), on_record, NULL, NULL);
	pthread_t producer;

	if (!ring)
		fail("ring");
	pin(0);
	pthread_create(&producer, NULL, produce, NULL);
	for (int warm = 0; warm < 2; warm++) {
		double start = now_ns(), cpu = worked_ns();
		unsigned long tried = attempted, taken = submitted;
		uint64_t drained = received;

		while (now_ns() - start < atof(argv[3]) * 1e6)
			ring_buffer__poll(ring, 100);
		if (warm) {
			double seconds = (now_ns() - start) / 1e9;

			printf("events a second\t%.0f\n", (received - drained) / seconds);
			printf("reader's CPU, ns an event\t%.2f\n", (worked_ns() - cpu) / (received - drained));
			printf("lost, %%\t%.3f\n", 100.0 * (1 - (double)(submitted - taken) / (attempted - tried)));
		}
	}
	stop = 1;
	while (pthread_tryjoin_np(producer, NULL))
		ring_buffer__consume(ring);
	ring_buffer__consume(ring);

	int rounds = 200, woken = 0;
	uint64_t before = received;
	double *micros = calloc(rounds, sizeof(*micros));
	pthread_create(&producer, NULL, one_at_a_time, &rounds);
	while (received - before < (uint64_t)rounds)
		if (ring_buffer__poll(ring, 1000) > 0)
			micros[woken++] = (now_ns() - arrival) / 1e3;
	pthread_join(producer, NULL);
	printf("wake-up, µs\t%.2f\n", median(micros, woken));
	return 0;
}
