/* SPDX-License-Identifier: Apache-2.0 */
/* The twin of FirstEvent: loads a program, lets it write one record, reads that record, and ends. */
#include "twin.h"

static int on_record(void *context, void *data, size_t size)
{
	printf("%lu\n", (unsigned long)((const struct record *)data)->sequence);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	struct bpf_object *object = load(argv[1], "ring", 4096);
	struct ring_buffer *ring = ring_buffer__new(bpf_object__find_map_fd_by_name(object, "ring"), on_record, NULL, NULL);

	if (!ring)
		fail("ring");
	fill(program_fd(object, "fill"), 1);
	return ring_buffer__consume(ring) != 1;
}
