/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several layers want the end of every send and receive (sock_send_length, sock_recv_length). Each has programs of its own
 * for it, which can be attached alone; where several layers are watched only one layer's are attached, and each of them hands
 * the call on to the next layer's: to be called so costs a few nanoseconds, to be run by the tracepoint ten times as much.
 */
#ifndef EBPF4J_TRANSFER_H
#define EBPF4J_TRANSFER_H

#include "bpf.h"

struct programs {
	MAP_UINT(type, BPF_MAP_TYPE_PROG_ARRAY);
	MAP_UINT(max_entries, 1);
	MAP_TYPE(key, __u32);
	MAP_TYPE(value, __u32);
};

/* The next layer's; empty behind the last one. */
struct programs next_sent SEC(".maps");
struct programs next_received SEC(".maps");

#endif
