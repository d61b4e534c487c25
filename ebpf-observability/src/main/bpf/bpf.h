/* SPDX-License-Identifier: Apache-2.0 */
/* The helpers that our programs call, by their numbers in include/uapi/linux/bpf.h, and macros. */
#ifndef EBPF4J_BPF_H
#define EBPF4J_BPF_H

#include "kernel.h"

#define SEC(name) __attribute__((section(name), used))
#define INLINE static inline __attribute__((always_inline))
/* In a header, and so not for every program. */
#define SUBPROGRAM static __attribute__((noinline, unused))

/* The members of a .maps variable: numbers are array lengths, types are pointers. */
#define MAP_UINT(name, value) int (*name)[value]
#define MAP_TYPE(name, value) typeof(value) *name

static void *(*const bpf_map_lookup_elem)(void *map, const void *key) = (void *)1;
static long (*const bpf_map_update_elem)(void *map, const void *key, const void *value,
					 __u64 flags) = (void *)2;
static long (*const bpf_map_delete_elem)(void *map, const void *key) = (void *)3;
static __u64 (*const bpf_ktime_get_ns)(void) = (void *)5;
static long (*const bpf_tail_call)(void *context, void *programs, __u32 index) = (void *)12;
static __u32 (*const bpf_get_smp_processor_id)(void) = (void *)8;
static __u64 (*const bpf_get_current_pid_tgid)(void) = (void *)14;
static __u64 (*const bpf_get_current_uid_gid)(void) = (void *)15;
static __u64 (*const bpf_get_socket_cookie)(void *sk) = (void *)46;
static void *(*const bpf_sk_storage_get)(void *map, void *sk, void *value,
					 __u64 flags) = (void *)107;
static long (*const bpf_sk_storage_delete)(void *map, void *sk) = (void *)108;
static long (*const bpf_probe_read_user)(void *to, __u32 size, const void *from) = (void *)112;
static long (*const bpf_probe_read_kernel)(void *to, __u32 size, const void *from) = (void *)113;
static long (*const bpf_probe_read_kernel_str)(void *to, __u32 size, const void *from) = (void *)115;
static __u64 (*const bpf_jiffies64)(void) = (void *)118;
static long (*const bpf_ringbuf_output)(void *ring, const void *record, __u64 size, __u64 flags) = (void *)130;
static void *(*const bpf_ringbuf_reserve)(void *ring, __u64 size, __u64 flags) = (void *)131;
static void (*const bpf_ringbuf_submit)(void *record, __u64 flags) = (void *)132;
static struct tcp_sock *(*const bpf_skc_to_tcp_sock)(void *sk) = (void *)137;
static struct socket *(*const bpf_sock_from_file)(struct file *file) = (void *)162;
static void *(*const bpf_task_storage_get)(void *map, struct task_struct *task, void *value,
					   __u64 flags) = (void *)156;
static long (*const bpf_task_storage_delete)(void *map, struct task_struct *task) = (void *)157;
static struct task_struct *(*const bpf_get_current_task_btf)(void) = (void *)158;
static void *(*const bpf_task_pt_regs)(struct task_struct *task) = (void *)175;
static long (*const bpf_loop)(__u32 count, void *callback, void *context, __u64 flags) = (void *)181;

/* The kinds of __builtin_preserve_*_info: enum bpf_core_relo_kind. */
#define FIELD_EXISTS(lvalue) __builtin_preserve_field_info(lvalue, 2)
#define TYPE_EXISTS(type) __builtin_preserve_type_info(*(type *)0, 0)
#define ENUM_VALUE(type, value) \
	__builtin_preserve_enum_value(*(typeof(type) *)value, 1)

/* Reads one member through a pointer that the verifier does not vouch for; 0 where it faults. */
#define PROBE(lvalue) ({						\
	typeof(lvalue) __value = {};					\
	bpf_probe_read_kernel(&__value, sizeof(__value),		\
			      __builtin_preserve_access_index(&(lvalue)));	\
	__value;							\
})

/* A bit-field through such a pointer: where it is and how wide comes from the running kernel (little-endian). */
#define PROBE_BITS(pointer, member) ({					\
	__u64 __value = 0;						\
	bpf_probe_read_kernel(&__value, __builtin_preserve_field_info((pointer)->member, 1), \
			      (const char *)(pointer) + __builtin_preserve_field_info((pointer)->member, 0)); \
	__value <<= __builtin_preserve_field_info((pointer)->member, 4);	\
	__value >> __builtin_preserve_field_info((pointer)->member, 5);	\
})

#define be16_to_host(value) __builtin_bswap16(value)

#endif
