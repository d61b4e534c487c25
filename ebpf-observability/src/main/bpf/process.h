/* SPDX-License-Identifier: Apache-2.0 */
/* What process.bpf.c writes; the rules of event.h hold. */
#ifndef EBPF4J_PROCESS_H
#define EBPF4J_PROCESS_H

#include "event.h"

/* The range of event_type that processes have. */
enum process_event_type {
	EVENT_PROCESS_STARTED = 112,
	EVENT_PROCESS_FORKED = 113,
	EVENT_PROCESS_EXITED = 114,
};

enum {
	/* Paths may have 4096 bytes; nearly all are far shorter. */
	EXECUTABLE_BYTES = 256,
	ARGUMENT_BYTES = 512,
};

/* The beginning of each record: a process, by (pid, started), and who made it. */
struct process_event {
	struct event_header header;
	struct process process;
	__u64 parent_started;
	__u64 cgroup;
	__u32 parent_pid;
	__u32 netns;
};

/* exec: the process goes on as another program. */
struct process_started {
	struct process_event process;
	/* Bytes of all arguments with the zero behind each; arguments[] holds the first of them. */
	__u32 arguments_length;
	__u32 arguments_captured;
	/*
	 * The program's file from the process's root directory on, a zero behind it; of a longer path the end, without the
	 * slash before it. For a script this is its interpreter.
	 */
	char executable[EXECUTABLE_BYTES];
	char arguments[ARGUMENT_BYTES];
};

/* fork: a process that is its parent's copy, program and arguments too. */
struct process_forked {
	struct process_event process;
};

struct process_exited {
	struct process_event process;
	/* As wait(2) tells it: the exit status times 256, or the signal, and 128 if there was a core dump. */
	__u32 exit_code;
	__u32 reserved;
};

/* All that user space looks up by name. */
struct process_vocabulary {
	enum process_event_type event_type;
	const union {
		struct process_started process_started;
		struct process_forked process_forked;
		struct process_exited process_exited;
	} *record;
};

#endif
