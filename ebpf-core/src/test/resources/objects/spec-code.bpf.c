// Global data, subprograms in .text, static functions, callbacks, and programs that share them.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

int counter;
static volatile int hidden_counter;
__attribute__((visibility("hidden"))) volatile int concealed = 5;
long start = 0x1122334455667788;
const volatile __u32 limit = 77;
const volatile char name[8] SEC(".rodata.names") = "ebpf4j";
__u64 custom[2] SEC(".data.custom") = { 1, 2 };
const char *const pointed = "pointed at";

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, __u64);
} table SEC(".maps");

static __noinline int deepest(int x)
{
	return x * 3 + hidden_counter;
}

__noinline int shared(int x)
{
	return deepest(x) + counter;
}

__attribute__((weak)) __noinline int weakling(int x)
{
	return shared(x) + deepest(x + 1);
}

static long each(void *map, const void *key, void *value, void *context)
{
	counter += limit;
	return 0;
}

static long each_other(void *map, const void *key, void *value, void *context)
{
	concealed += deepest(counter);
	return 0;
}

SEC("tracepoint/syscalls/sys_enter_getpid")
int plain(void *ctx)
{
	counter++;
	return custom[1] + start;
}

SEC("tracepoint/syscalls/sys_enter_getpid")
int calls(void *ctx)
{
	return weakling(limit) + shared(name[2]);
}

SEC("?raw_tp/sys_enter")
int callbacks(void *ctx)
{
	bpf_for_each_map_elem(&table, each, 0, 0);
	bpf_for_each_map_elem(&table, each_other, 0, 0);
	bpf_for_each_map_elem(&table, each, 0, 0);
	return shared(1);
}

SEC("made_up/section")
int unknown(void *ctx)
{
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
