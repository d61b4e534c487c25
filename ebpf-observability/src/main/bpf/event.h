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
	EVENT_RETRANSMITTED = 21,
	EVENT_CONNECTION_RESET = 22,
	EVENT_CONGESTION_CHANGED = 23,
	EVENT_SOCKET_SAMPLE = 24,
	EVENT_LISTENER_SAMPLE = 25,

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

/*
 * The socket's own counters, and what tcp.bpf.c gathered over its life. Round trips are in
 * microseconds; life_* come from samples that were taken at intervals, the last one with the record.
 */
struct traffic {
	__u64 bytes_sent;
	__u64 bytes_acked;
	__u64 bytes_received;
	__u64 bytes_retransmitted;
	/* Nanoseconds during which the peer's window was closed, and how often it closed. */
	__u64 zero_window;
	__u32 zero_windows;
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
	__u32 life_samples;
	__u32 life_srtt_least;
	__u32 life_srtt_mean;
	__u32 life_srtt_most;
	__u32 life_deviation_mean;
	__u32 life_rtt_least;
	__u32 reserved;
};

struct closed {
	struct connection_event connection;
	__u64 started;
	__u64 established;
	struct traffic traffic;
	__u32 error;
	__u32 reserved;
};

enum segment_kind {
	SEGMENT_DATA = 1,
	SEGMENT_SYN = 2,
	SEGMENT_SYN_ACK = 3,
};

struct retransmitted {
	struct connection_event connection;
	/* Why it was not sent, as errno; 0 where it was. Kernels older than 6.18 do not tell. */
	__u32 error;
	/* How many segments of the path's size it was. */
	__u32 segments;
	__u32 sequence;
	/* enum segment_kind */
	__u8 segment;
	/* enum tcp_ca_state */
	__u8 congestion;
	__u16 reserved;
};

enum reset_side {
	RESET_BY_THIS_END = 1,
	RESET_BY_PEER = 2,
};

/* What reason says where the kernel gives none: older than 6.10, or a reset of the peer. */
#define NO_REASON 0xffffffff

struct connection_reset {
	struct connection_event connection;
	/* enum sk_rst_reason of the running kernel */
	__u32 reason;
	/* enum reset_side */
	__u8 side;
	__u8 reserved[3];
};

struct congestion_changed {
	struct connection_event connection;
	/* Segments. */
	__u32 window;
	__u32 threshold;
	/* enum tcp_ca_state */
	__u8 before;
	__u8 after;
	__u8 reserved[6];
};

struct socket_sample {
	struct connection_event connection;
	__u64 started;
	__u64 established;
	struct traffic traffic;
	/* Segments. */
	__u32 congestion_window;
	/* Bytes: the peer's window, what it did not acknowledge yet, what the application did not read yet. */
	__u32 peer_window;
	__u32 unacknowledged;
	__u32 unread;
};

struct listener_sample {
	struct connection_event connection;
	/* Connections that wait to be accepted, and how many may. */
	__u32 backlog;
	__u32 maximum;
	/* What was turned away, since the socket was made. */
	__u32 drops;
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
	enum segment_kind segment_kind;
	enum reset_side reset_side;
	const union {
		struct connect_started connect_started;
		struct connected connected;
		struct connect_failed connect_failed;
		struct accepted accepted;
		struct closed closed;
		struct retransmitted retransmitted;
		struct connection_reset connection_reset;
		struct congestion_changed congestion_changed;
		struct socket_sample socket_sample;
		struct listener_sample listener_sample;
	} *record;
};

#endif
