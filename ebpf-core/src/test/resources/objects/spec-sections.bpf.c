// Calls between sections, and a static function beside a program: what libbpf refuses and the format allows.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define IN(name) __attribute__((section(name), used))

static __noinline IN("tracepoint/a/b") int beside(int x)
{
	return x * 7;
}

IN("tracepoint/c/d") __noinline int other(void *ctx)
{
	asm volatile("");
	return 3;
}

IN("tracepoint/a/b") int caller(void *ctx)
{
	return beside(2) + other(ctx);
}

char LICENSE[] SEC("license") = "GPL";
