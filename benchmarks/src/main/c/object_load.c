/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The twin of ObjectBenchmark and BtfBenchmark.
 *
 *   object_load open OBJECT ROUNDS      open and close, microseconds
 *   object_load load OBJECT ROUNDS      open, load and close, microseconds
 *   object_load btf vmlinux ROUNDS      the kernel's types opened and one found, microseconds
 */
#include "twin.h"
#include <bpf/btf.h>

static void btf(void)
{
	struct btf *types = btf__load_vmlinux_btf();

	if (!types || btf__find_by_name_kind(types, "tcp_sock", BTF_KIND_STRUCT) <= 0)
		fail("vmlinux");
	btf__free(types);
}

static void object(const char *file, int loads)
{
	struct bpf_object *object = bpf_object__open_file(file, NULL);

	if (!object || (loads && bpf_object__load(object)))
		fail(file);
	bpf_object__close(object);
}

int main(int argc, char **argv)
{
	if (argc != 4)
		return 2;
	int rounds = atoi(argv[3]);
	double *micros = calloc(rounds, sizeof(*micros));

	for (int round = -rounds / 4; round < rounds; round++) {
		double start = worked_ns();

		if (!strcmp(argv[1], "btf"))
			btf();
		else
			object(argv[2], !strcmp(argv[1], "load"));
		if (round >= 0)
			micros[round] = (worked_ns() - start) / 1e3;
	}
	printf("%.3f\n", median(micros, rounds));
	return 0;
}
