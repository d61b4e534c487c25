/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What goes out by the ring buffer. User space finds every member by its name in the object's
 * BTF, so members may move and grow between releases; names and meanings may not change.
 *
 * Addresses are 16 bytes in network order, IPv4 in its mapped form (::ffff:a.b.c.d). Ports are in
 * host order. Times are CLOCK_MONOTONIC nanoseconds, but process.started: CLOCK_BOOTTIME, as
 * /proc/PID/stat tells it. Zero means "not known", never "none".
 */
#ifndef EBPF4J_EVENT_H
#define EBPF4J_EVENT_H

#include "kernel.h"

/* One range of 16 a layer, so that a reader can tell the layer of a kind that it does not know. */
enum event_type {
	EVENT_NONE = 0,
	EVENT_CONNECT_STARTED = 16,
	EVENT_CONNECTED = 17,
	EVENT_CONNECT_FAILED = 18,
	EVENT_ACCEPTED = 19,
	EVENT_CLOSED = 20,

	/* 32 UDP, 48 drops, 64 payload, 80 TLS, 96 DNS, 112 processes: each beside its structs */

	EVENT_TYPES = 128,
};

enum connection_role {
	ROLE_UNKNOWN = 0,
	ROLE_CLIENT = 1,
	ROLE_SERVER = 2,
};

enum connection_flag {
	/* The connection was seen from its first state change on. */
	SEEN_FROM_START = 1,
	/* A RST of the peer ended it, or refused it. */
	RESET_RECEIVED = 2,
	/* The peer's FIN arrived: bytes_received counts one for it. */
	FIN_RECEIVED = 4,
	/* Our FIN was acknowledged: bytes_acked counts one for it. */
	FIN_ACKED = 8,
	/* A process took it from the listener's queue, or began to read or write. */
	TAKEN = 16,
	/* The call itself failed: nothing was sent. */
	FAILED_LOCALLY = 32,
};

struct event_header {
	__u8 type;
	__u8 reserved;
	__u16 length;
	__u32 cpu;
	__u64 timestamp;
	__u64 cookie;
};

struct process {
	__u32 pid;
	__u32 uid;
	__u64 started;
	char comm[16];
};

struct connection_event {
	struct event_header header;
	__u8 local_address[16];
	__u8 remote_address[16];
	__u16 local_port;
	__u16 remote_port;
	__u32 netns;
	__u64 cgroup;
	struct process process;
	__u8 role;
	__u8 state;
	__u16 flags;
	__u32 reserved;
};

struct connect_started {
	struct connection_event connection;
};

struct connected {
	struct connection_event connection;
	__u64 started;
	__u32 syn_retransmits;
	__u32 srtt;
};

struct connect_failed {
	struct connection_event connection;
	__u64 started;
	__u32 error;
	__u32 syn_retransmits;
	__u32 unsent_retransmits;
	__u32 reserved;
};

struct accepted {
	struct connection_event connection;
	__u64 established;
};

struct closed {
	struct connection_event connection;
	__u64 started;
	__u64 established;
	__u64 bytes_sent;
	__u64 bytes_acked;
	__u64 bytes_received;
	__u64 bytes_retransmitted;
	__u32 error;
	__u32 segments_sent;
	__u32 segments_received;
	__u32 data_segments_sent;
	__u32 data_segments_received;
	__u32 retransmits;
	__u32 syn_retransmits;
	__u32 unsent_retransmits;
	__u32 delivered;
	__u32 lost;
	__u32 srtt;
	__u32 rtt_deviation;
	__u32 rtt_minimum;
	__u32 reserved;
};


/* Per CPU and kind: what was to be written, and what found the ring full. */
struct tally {
	__u64 attempted;
	__u64 lost;
};

/* All that user space looks up by name. */
struct vocabulary {
	enum event_type event_type;
	enum connection_role connection_role;
	enum connection_flag connection_flag;
	const union {
		struct connect_started connect_started;
		struct connected connected;
		struct connect_failed connect_failed;
		struct accepted accepted;
		struct closed closed;
	} *record;
};

#endif
