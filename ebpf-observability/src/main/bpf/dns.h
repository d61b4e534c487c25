/* SPDX-License-Identifier: Apache-2.0 */
/* What dns.bpf.c writes; the rules of event.h hold. */
#ifndef EBPF4J_DNS_H
#define EBPF4J_DNS_H

#include "event.h"

/* The range of event_type that DNS has. */
enum dns_event_type {
	EVENT_DNS_MESSAGE = 96,
};

enum dns_flow {
	DNS_SENT = 1,
	DNS_RECEIVED = 2,
};

/*
 * What one call sent or received: a datagram, or the next bytes of a TCP stream. Its first bytes follow; a longer one
 * comes as a struct dns_message_long. Where the socket is not connected, remote_* is what a sender named and 0 for a
 * receiver. length 0 without an error is the end of a stream.
 */
struct dns_message {
	struct connection_event connection;
	/* Bytes of this flow of the stream before these; 0 for datagrams. */
	__u64 position;
	/* On the wire. */
	__u32 length;
	/* Of them in bytes[]; 0 where the call is of a form that cannot be read. */
	__u32 captured;
	/* What the call failed with, as errno. */
	__u32 error;
	__u8 flow;
	__u8 protocol;
	__u16 reserved;
};

struct dns_message_short {
	struct dns_message message;
	__u8 bytes[512];
};

struct dns_message_long {
	struct dns_message message;
	__u8 bytes[4096];
};

/* All that user space looks up by name. */
struct dns_vocabulary {
	enum dns_event_type event_type;
	enum connection_role connection_role;
	enum connection_flag connection_flag;
	enum dns_flow dns_flow;
	const union {
		struct dns_message_short dns_message_short;
		struct dns_message_long dns_message_long;
	} *record;
};

#endif
