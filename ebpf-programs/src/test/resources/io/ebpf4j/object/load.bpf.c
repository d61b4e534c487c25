// What the loader's tests load: every kind of map contents, global variables, externs, references between programs.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct settings {
	__u32 first;
	__u64 second;
};

const volatile __u32 step = 1;
const volatile struct settings settings = {.first = 3, .second = 4};
const volatile char label[16] = "from the file";
int limit = -5;
__u64 counter;
__s16 small = -2;
static volatile __u32 hidden;

extern int LINUX_KERNEL_VERSION __kconfig;
extern int CONFIG_HZ __kconfig;
extern int CONFIG_NO_SUCH_OPTION __kconfig __weak;
extern _Bool CONFIG_BPF_SYSCALL __kconfig;

__u64 kernel_version;
__u64 hz;
__u64 absent_option = 99;
__u64 bpf_syscall;

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, struct settings);
} counts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 5000);
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, 4);
	__uint(value_size, 4);
} samples SEC(".maps");

struct inner {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} inner_a SEC(".maps"), inner_b SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 4);
	__type(key, __u32);
	__array(values, struct inner);
} outer SEC(".maps") = {.values = {[1] = &inner_a, [3] = &inner_b}};

int tail(struct __sk_buff *skb);

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 3);
	__uint(key_size, sizeof(__u32));
	__array(values, int(struct __sk_buff *));
} tails SEC(".maps") = {.values = {[2] = &tail}};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} shared SEC(".maps");

__noinline int twice(int x)
{
	return x * 2 + hidden;
}

SEC("tc")
int tail(struct __sk_buff *skb)
{
	return 42;
}

SEC("tc")
int entry(struct __sk_buff *skb)
{
	bpf_tail_call(skb, &tails, 2);
	return 7;
}

SEC("tc")
int packet_length(struct __sk_buff *skb)
{
	__sync_fetch_and_add(&counter, step);
	return skb->len;
}

SEC("tc")
int constants(struct __sk_buff *skb)
{
	return step * 1000 + settings.first * 100 + (label[0] == 'f') * 10 + (limit == -5);
}

SEC("tc")
int configuration(struct __sk_buff *skb)
{
	kernel_version = LINUX_KERNEL_VERSION;
	hz = CONFIG_HZ;
	absent_option = CONFIG_NO_SUCH_OPTION;
	bpf_syscall = CONFIG_BPF_SYSCALL;
	return twice(small);
}

SEC("tc")
int through_maps(struct __sk_buff *skb)
{
	__u32 key = 3, zero = 0;
	void *map = bpf_map_lookup_elem(&outer, &key);
	__u64 *value = map ? bpf_map_lookup_elem(map, &zero) : 0;
	struct settings s = {.first = 1, .second = 2};

	bpf_map_update_elem(&counts, &key, &s, BPF_ANY);
	bpf_ringbuf_output(&events, &key, sizeof(key), 0);
	bpf_perf_event_output(skb, &samples, BPF_F_CURRENT_CPU, &key, sizeof(key));
	value = bpf_map_lookup_elem(&shared, &zero);
	return value ? *value : -1;
}
