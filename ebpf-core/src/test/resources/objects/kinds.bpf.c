// SPDX-License-Identifier: Apache-2.0
// One of everything that clang puts into BTF; compiled for both byte orders by regenerate.sh.
typedef unsigned char __u8;
typedef unsigned int __u32;
typedef int __s32;
typedef unsigned long long __u64;
typedef long long __s64;

#define SEC(name) __attribute__((section(name), used))
#define __uint(name, val) int(*name)[val]
#define __type(name, val) val *name
#define __tag __attribute__((btf_decl_tag("keep_me")))
#define __user __attribute__((btf_type_tag("user")))

enum color { RED, GREEN = 7, BLUE = -1 };
enum wide { SMALL = 1, HUGE = 0x123456789abcdef0ULL };
enum wide_signed { NEGATIVE = -5000000000LL, POSITIVE = 5000000000LL };

struct opaque;
union opaque_union;

struct flags {
	__u32 a : 3;
	__u32 b : 13;
	__s32 c : 16;
	__u64 d : 40;
};

struct packed {
	__u8 one;
	__u64 eight;
	__u32 four;
} __attribute__((packed));

struct nested {
	int plain;
	union {
		__u64 whole;
		struct {
			__u32 low;
			__u32 high;
		};
	};
	struct {
		short x, y;
	} points[3];
	struct opaque *opaque;
	union opaque_union *opaque_union;
	const volatile char *restrict text;
	int (*callback)(struct nested *self, const char *format, ...);
	void (*table[2])(int (*inner)(void));
	_Bool truth;
	double ratio;
	float part;
	enum color color;
	enum wide wide;
	enum wide_signed wide_signed;
	struct flags flags;
	struct packed packed;
	__u32 __user *tagged;
	char name[16];
	int matrix[2][3];
	char tail[];
} __tag;

struct core {
	int field;
	struct flags flags;
	int array[4];
} __attribute__((preserve_access_index));

struct {
	__uint(type, 1);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, struct packed);
} table SEC(".maps");

int initialised = 42;
static volatile int hidden_away = 7;
const volatile __u64 read_only = 0x1122334455667788ULL;
int zeroed;
struct nested *keep_nested;

extern int CONFIG_HZ __attribute__((section(".kconfig"))) __attribute__((weak));
extern const void vmlinux_symbol __attribute__((section(".ksyms"))) __attribute__((weak));
extern int kernel_function(struct core *core, int) __attribute__((section(".ksyms"))) __attribute__((weak));

static __attribute__((noinline)) int helper(struct core *core, int index __attribute__((btf_decl_tag("argument"))))
{
	return core->array[index & 3] + hidden_away;
}

__attribute__((noinline, visibility("hidden"))) int global_helper(int value)
{
	return value * 3 + zeroed;
}

SEC("tracepoint/test/first")
int first(struct core *core)
{
	int sum = core->field + core->flags.b + helper(core, initialised);
	if (__builtin_preserve_field_info(core->array, 2))
		sum += __builtin_preserve_type_info(*(struct core *)0, 1);
	sum += __builtin_preserve_enum_value(*(enum color *)GREEN, 1);
	sum += CONFIG_HZ + (int)read_only + (keep_nested != 0);
	return sum + (&vmlinux_symbol != 0) + global_helper(sum);
}

SEC("tracepoint/test/second")
int second(struct core *core)
{
	if (kernel_function)
		return kernel_function(core, 1);
	return helper(core, 2);
}

SEC("license") char _license[] = "Dual BSD/GPL";
