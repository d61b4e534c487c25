// The second of two files that bpftool links into spec-linked-el.o: its weak_one is overridden by the first's.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

extern int first_global;
__attribute__((weak)) int common_global = 20;

static __noinline int same_name(int x)
{
	return x * 5 + first_global;
}

__attribute__((weak)) __noinline int weak_one(int x)
{
	return x + 222;
}

SEC("tp/a/two")
int two(void *ctx)
{
	return weak_one(1) + same_name(common_global);
}

char LICENSE[] SEC("license") = "GPL";
