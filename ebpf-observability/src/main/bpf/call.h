/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The system call that the current thread is in, and the user memory that it named: read from the registers that the
 * thread entered the kernel with (bpf_task_pt_regs, Linux 5.15), so that nothing is attached to the calls themselves and
 * a read or a write of anything but the sockets wanted costs nothing.
 */
#ifndef EBPF4J_CALL_H
#define EBPF4J_CALL_H

#include "bpf.h"

/* How a call names its bytes. */
enum call_form {
	/* No call that we know: io_uring, a kernel thread, a 32-bit process, another architecture. */
	CALL_OTHER = 0,
	/* read, write, recvfrom, sendto: a buffer and its length */
	CALL_BUFFER,
	/* readv, writev: an array of buffers */
	CALL_VECTOR,
	/* recvmsg, sendmsg: a message header */
	CALL_MESSAGE,
	/* recvmmsg, sendmmsg: an array of message headers */
	CALL_MESSAGES,
};

struct call {
	enum call_form form;
	__u64 buffer;
	__u64 length;
	/* Where the peer's address is, for sendto and recvfrom. */
	__u64 name;
};

/* As user space lays them out: include/linux/socket.h and include/uapi/linux/uio.h, on 64 bits. */
struct user_vector {
	__u64 base;
	__u64 length;
};

struct user_message {
	__u64 name;
	__u32 name_length;
	__u32 padding;
	__u64 vectors;
	__u64 vector_count;
	__u64 control;
	__u64 control_length;
	__u32 flags;
	__u32 padding_too;
};

struct user_messages {
	struct user_message message;
	__u32 length;
	__u32 padding;
};

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct pt_regs___x86 {
	unsigned long r10;
	unsigned long r9;
	unsigned long r8;
	unsigned long dx;
	unsigned long si;
	unsigned long di;
	unsigned long orig_ax;
	__u16 cs;
};

#pragma clang attribute pop

/* include/linux/sched.h: threads that never came from user space, or do not come back to it. */
enum {
	PF_IO_WORKER = 0x00000010,
	PF_USER_WORKER = 0x00004000,
	PF_KTHREAD = 0x00200000,
};

/* arch/x86/entry/syscalls/syscall_64.tbl; arch/x86/include/asm/segment.h */
enum {
	X86_READ = 0,
	X86_WRITE = 1,
	X86_READV = 19,
	X86_WRITEV = 20,
	X86_SENDTO = 44,
	X86_RECVFROM = 45,
	X86_SENDMSG = 46,
	X86_RECVMSG = 47,
	X86_RECVMMSG = 299,
	X86_SENDMMSG = 307,
	X86_USER32_CS = 0x23,
};

INLINE int current_call(struct call *call)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pt_regs___x86 *regs = bpf_task_pt_regs(task);

	call->form = CALL_OTHER;
	call->name = 0;
	if (!FIELD_EXISTS(regs->orig_ax) ||
	    task->flags & (PF_IO_WORKER | PF_USER_WORKER | PF_KTHREAD) ||
	    regs->cs == X86_USER32_CS)
		return 0;
	call->buffer = regs->si;
	call->length = regs->dx;
	switch (regs->orig_ax) {
	case X86_SENDTO:
	case X86_RECVFROM:
		call->name = regs->r8;
		call->form = CALL_BUFFER;
		break;
	case X86_READ:
	case X86_WRITE:
		call->form = CALL_BUFFER;
		break;
	case X86_READV:
	case X86_WRITEV:
		call->form = CALL_VECTOR;
		break;
	case X86_SENDMSG:
	case X86_RECVMSG:
		call->form = CALL_MESSAGE;
		break;
	case X86_SENDMMSG:
	case X86_RECVMMSG:
		call->form = CALL_MESSAGES;
		break;
	}
	return 0;
}

#endif
