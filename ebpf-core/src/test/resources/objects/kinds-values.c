// SPDX-License-Identifier: Apache-2.0
// Prints bytes as a struct nested with libbpf: what BtfValuePrinterTest compares with.
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <stdio.h>
#include <string.h>

static void print(void *ctx, const char *format, va_list args) { vprintf(format, args); }

int main(int argc, char **argv)
{
	struct btf *btf = btf__parse(argv[1], NULL);
	struct btf_dump *dump = btf_dump__new(btf, print, NULL, NULL);
	unsigned char bytes[4096];
	for (int i = 0; i < 4096; i++)
		bytes[i] = (unsigned char)(i * 7 + 1);
	int id = btf__find_by_name_kind(btf, "nested", BTF_KIND_STRUCT);
	size_t size = btf__resolve_size(btf, id);
	memcpy(bytes + 160, "a \"name\"\0\0\0\0\0\0\0", 16);
	bytes[80] = 1;
	memcpy(bytes + 100, "\7\0\0\0", 4);
	memcpy(bytes + 104, "\1\0\0\0\0\0\0\0", 8);
	DECLARE_LIBBPF_OPTS(btf_dump_type_data_opts, many);
	btf_dump__dump_type_data(dump, id, bytes, size, &many);
	printf("\n");
	return 0;
}
