/* SPDX-License-Identifier: Apache-2.0 */
/* What udp.bpf.c writes; the rules of event.h hold. */
#ifndef EBPF4J_UDP_H
#define EBPF4J_UDP_H

#include "event.h"

/* The range of event_type that UDP and ICMP have. */
enum udp_event_type {
	EVENT_DATAGRAM_FLOW = 32,
	EVENT_DATAGRAM_FAILED = 33,
	EVENT_DATAGRAM_DROPPED = 34,
	EVENT_ICMP_SENT = 35,
};

/*
 * What a socket and one peer told each other since the record before, from the first to the last of it. The peer is 0
 * where it is not known: what a socket receives that is not connected, and what sendmmsg sends from one.
 */
struct datagram_flow {
	struct connection_event connection;
	__u64 first;
	__u64 last;
	__u64 bytes_sent;
	__u64 bytes_received;
	__u64 datagrams_sent;
	__u64 datagrams_received;
	/* Calls that failed, but for those that were to wait. */
	__u64 failures;
};

/* An ICMP error for a datagram that the socket had sent. */
struct datagram_failed {
	struct connection_event connection;
	__u32 error;
	__u32 reserved;
};

/* A datagram came and the socket had no room for it. */
struct datagram_dropped {
	struct connection_event connection;
	__u32 error;
	__u32 bytes;
};

/* This host answers a packet by an ICMP error; local is to whom the packet was, remote from whom. */
struct icmp_sent {
	struct connection_event connection;
	__u8 type;
	__u8 code;
	/* The packet's, IPPROTO_* */
	__u8 protocol;
	__u8 reserved[5];
};

/* All that user space looks up by name. */
struct udp_vocabulary {
	enum udp_event_type event_type;
	enum connection_role connection_role;
	enum connection_flag connection_flag;
	const union {
		struct datagram_flow datagram_flow;
		struct datagram_failed datagram_failed;
		struct datagram_dropped datagram_dropped;
		struct icmp_sent icmp_sent;
	} *record;
};

#endif
