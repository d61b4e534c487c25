/* SPDX-License-Identifier: Apache-2.0 */
/* What the C twins share. Each prints its figure, the median over its rounds, after as many rounds of warm-up. */
#pragma once
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct record {
	uint64_t sequence, address_high, address_low, bytes;
	uint32_t type, process;
	uint64_t time;
};

struct fill_arguments {
	uint32_t records, submitted;
};

/* The thread's processor time, as in Java: others who share the machine count less. */
static inline double worked_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return t.tv_sec * 1e9 + t.tv_nsec;
}

static inline double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e9 + t.tv_nsec;
}

static inline int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static inline double median(double *figures, int count)
{
	qsort(figures, count, sizeof(*figures), ascending);
	return figures[count / 2];
}

static inline void fail(const char *what)
{
	perror(what);
	exit(1);
}

static inline struct bpf_object *load(const char *file, const char *ring, uint32_t bytes)
{
	struct bpf_object *object = bpf_object__open_file(file, NULL);

	if (!object || (ring && bpf_map__set_max_entries(bpf_object__find_map_by_name(object, ring), bytes)) ||
	    bpf_object__load(object))
		fail(file);
	return object;
}

static inline int program_fd(struct bpf_object *object, const char *name)
{
	return bpf_program__fd(bpf_object__find_program_by_name(object, name));
}

/* Makes the backlog: the program writes so many records. */
static inline void fill(int program, uint32_t records)
{
	struct fill_arguments arguments = { .records = records };
	LIBBPF_OPTS(bpf_test_run_opts, run, .ctx_in = &arguments, .ctx_size_in = sizeof(arguments));

	if (bpf_prog_test_run_opts(program, &run) || arguments.submitted != records) {
		fprintf(stderr, "fill: %u of %u\n", arguments.submitted, records);
		exit(1);
	}
}
