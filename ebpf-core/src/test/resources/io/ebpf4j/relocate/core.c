// One program for each kind of CO-RE relocation. Built twice: with the program's own types, and with -DTARGET with the types
// of a target. The second object's BTF is what tests relocate the first against, and its code is what they expect: there
// the compiler itself has worked out every offset, size and shift for the target's layout.
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef long long s64;

#define SEC(name) __attribute__((section(name), used))
#define CORE __attribute__((preserve_access_index))

enum small { SMALL_A = 0, SMALL_B,
#ifdef TARGET
    SMALL_NEW, SMALL_NEG = -7, SMALL_MOVED = 42,
#else
    SMALL_NEG = -3, SMALL_MOVED = 5, SMALL_GONE = 6,
#endif
};

enum big { BIG_A = 0x100000000ULL,
#ifdef TARGET
    BIG_MOVED = 0xfedcba9876543210ULL,
#else
    BIG_MOVED = 0x1122334455667788ULL, BIG_GONE = 0x200000000ULL,
#endif
};

enum high { HIGH_A = 1,
#ifdef TARGET
    HIGH_MOVED = 0xfffffff0U,
#else
    HIGH_MOVED = 0xffffffffU,
#endif
};

struct inner {
#ifdef TARGET
    u64 front;
#endif
    int x;
    int y[4];
};

struct bits {
#ifdef TARGET
    u32 before : 11;
    int narrow : 5;
    u32 wide : 13;
    u64 pad;
    u64 far : 33;
#else
    int narrow : 3;
    u32 wide : 9;
    u64 far : 20;
#endif
    u8 plain;
} CORE;

struct sample {
#ifdef TARGET
    u8 front[24];
    u64 grows;
    u8 shrinks;
    s64 signed_grows;
    struct inner list[8];
    union {
        struct {
            int hidden;
            struct inner in;
        };
        u64 other;
    };
    u16 *pointer;
    short signedness;
    u8 array[12];
    int matrix[3][5];
    enum small kind;
    u32 flexible_count;
    int flexible[];
#else
    u32 grows;
    u64 shrinks;
    int signed_grows;
    int hidden;
    struct inner in;
    struct inner list[4];
    u16 *pointer;
    unsigned short signedness;
    u8 array[8];
    int matrix[3][4];
    enum small kind;
    int gone;
    u32 flexible_count;
    int flexible[];
#endif
} CORE;

struct sample___flavoured {
#ifndef TARGET
    int hidden;
#else
    int unrelated_flavour_member;
#endif
} CORE;

struct shape {
    int a;
    struct sample *pointer;
#ifdef TARGET
    int extra;
#endif
} CORE;

struct misshapen {
#ifdef TARGET
    long a;
#else
    int a;
#endif
} CORE;

struct sized {
#ifdef TARGET
    char bytes[100];
#else
    char bytes[10];
#endif
};

typedef int (*callback)(struct sample *, u32);

#define OFFSET(field) __builtin_preserve_field_info(field, 0)
#define SIZE(field) __builtin_preserve_field_info(field, 1)
#define EXISTS(field) __builtin_preserve_field_info(field, 2)
#define SIGNED(field) __builtin_preserve_field_info(field, 3)
#define LSHIFT(field) __builtin_preserve_field_info(field, 4)
#define RSHIFT(field) __builtin_preserve_field_info(field, 5)
#define TYPE_EXISTS(type) __builtin_preserve_type_info(*(typeof(type) *)0, 0)
#define TYPE_SIZE(type) __builtin_preserve_type_info(*(typeof(type) *)0, 1)
#define TYPE_MATCHES(type) __builtin_preserve_type_info(*(typeof(type) *)0, 2)
#define TYPE_ID_LOCAL(type) __builtin_btf_type_id(*(typeof(type) *)0, 0)
#define TYPE_ID_TARGET(type) __builtin_btf_type_id(*(typeof(type) *)0, 1)
#define ENUM_EXISTS(type, value) __builtin_preserve_enum_value(*(typeof(type) *)value, 0)
#define ENUM_VALUE(type, value) __builtin_preserve_enum_value(*(typeof(type) *)value, 1)

#define PROGRAM(name, argument, result) \
    SEC("socket") u64 name(argument *s) { return result; }

PROGRAM(byte_offset, struct sample, OFFSET(s->in.y[2]))
PROGRAM(byte_offset_anonymous, struct sample, OFFSET(s->hidden))
PROGRAM(byte_offset_element, struct sample, OFFSET(s->list[3].y))
PROGRAM(byte_offset_matrix, struct sample, OFFSET(s->matrix[2][1]))
PROGRAM(byte_offset_flexible, struct sample, OFFSET(s->flexible[7]))
PROGRAM(byte_offset_second, struct sample, OFFSET(s[1].grows))
PROGRAM(byte_size, struct sample, SIZE(s->array))
PROGRAM(byte_size_number, struct sample, SIZE(s->grows))
PROGRAM(field_exists, struct sample, EXISTS(s->array))
PROGRAM(field_signed, struct sample, SIGNED(s->signedness))
PROGRAM(field_signed_enum, struct sample, SIGNED(s->kind))
PROGRAM(left_shift, struct sample, LSHIFT(s->grows))
PROGRAM(right_shift, struct sample, RSHIFT(s->grows))
#define BITS(name) \
    PROGRAM(bits_##name##_offset, struct bits, OFFSET(s->name)) \
    PROGRAM(bits_##name##_size, struct bits, SIZE(s->name)) \
    PROGRAM(bits_##name##_left_shift, struct bits, LSHIFT(s->name)) \
    PROGRAM(bits_##name##_right_shift, struct bits, RSHIFT(s->name)) \
    PROGRAM(bits_##name##_signed, struct bits, SIGNED(s->name))
BITS(narrow)
BITS(wide)
BITS(far)
PROGRAM(bits_exists, struct bits, EXISTS(s->far))
PROGRAM(type_exists, void, TYPE_EXISTS(struct sample))
PROGRAM(type_exists_callback, void, TYPE_EXISTS(callback))
PROGRAM(type_size, void, TYPE_SIZE(struct sized))
PROGRAM(type_matches, void, TYPE_MATCHES(struct shape))
PROGRAM(enum_exists, void, ENUM_EXISTS(enum small, SMALL_MOVED))
PROGRAM(enum_value, void, ENUM_VALUE(enum small, SMALL_MOVED))
PROGRAM(enum_value_negative, void, ENUM_VALUE(enum small, SMALL_NEG))
PROGRAM(enum_value_64, void, ENUM_VALUE(enum big, BIG_MOVED))
PROGRAM(load_wider, struct sample, s->grows)
PROGRAM(load_narrower, struct sample, s->shrinks)
PROGRAM(load_array, struct sample, s->array[5])
PROGRAM(load_pointer, struct sample, (u64)s->pointer)

SEC("socket") u64 store_wider(struct sample *s) { s->grows = 7; return 0; }
SEC("socket") u64 store_narrower(struct sample *s, u64 value) { s->shrinks = (u64)s; return 0; }

#ifndef TARGET
// What follows has no counterpart in the target, or one with another answer.
struct absent { int a; } CORE;
enum absent_enum { ABSENT_VALUE = 9, ABSENT_WIDE = 0x300000000ULL };

PROGRAM(field_absent, struct sample, EXISTS(s->gone))
PROGRAM(load_absent, struct sample, s->gone)
PROGRAM(size_absent, struct sample, SIZE(s->gone))
PROGRAM(type_absent, void, TYPE_EXISTS(struct absent))
PROGRAM(type_size_absent, void, TYPE_SIZE(struct absent))
PROGRAM(type_id_absent, void, TYPE_ID_TARGET(struct absent))
PROGRAM(type_matches_not, void, TYPE_MATCHES(struct misshapen))
PROGRAM(load_absent_type, struct absent, s->a)
PROGRAM(enum_absent, void, ENUM_EXISTS(enum small, SMALL_GONE))
PROGRAM(enum_value_absent, void, ENUM_VALUE(enum small, SMALL_GONE))
PROGRAM(enum_value_64_absent, void, ENUM_VALUE(enum big, BIG_GONE))
PROGRAM(enum_type_absent, void, ENUM_VALUE(enum absent_enum, ABSENT_WIDE))
PROGRAM(load_signed_wider, struct sample, s->signed_grows)
PROGRAM(type_id_local, void, TYPE_ID_LOCAL(struct sample))
PROGRAM(type_id_target, void, TYPE_ID_TARGET(struct sized))
PROGRAM(flavoured, struct sample___flavoured, OFFSET(s->hidden))
PROGRAM(enum_value_high, void, ENUM_VALUE(enum high, HIGH_MOVED))
#else
// What the bit-fields above must read from these bytes.
struct bits filled_bits SEC("filled") = {.before = 0x2aa, .narrow = -9, .wide = 0x1abc, .pad = -1, .far = 0x123456789, .plain = 0xff};

struct sample *keep_sample;
struct sized *keep_sized;
struct misshapen *keep_misshapen;
struct sample___flavoured *keep_flavoured;
enum high keep_high;
PROGRAM(enum_value_high_target, void, ENUM_VALUE(enum high, HIGH_MOVED))
#endif

char _license[] SEC("license") = "GPL";
