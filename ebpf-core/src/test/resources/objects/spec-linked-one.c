// The first of two files that bpftool links into spec-linked-el.o.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

int first_global = 1;
__attribute__((weak)) int common_global = 10;

static __noinline int same_name(int x)
{
	return x + first_global;
}

__attribute__((weak)) __noinline int weak_one(int x)
{
	return same_name(x) + 1;
}

SEC("tp/a/one")
int one(void *ctx)
{
	return weak_one(common_global);
}

char LICENSE[] SEC("license") = "GPL";
