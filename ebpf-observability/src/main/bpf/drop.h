/* SPDX-License-Identifier: Apache-2.0 */
/* What drop.bpf.c writes; the rules of event.h hold. */
#ifndef EBPF4J_DROP_H
#define EBPF4J_DROP_H

#include "event.h"
#include "packet.h"

/* The range of event_type that drops have. */
enum drop_event_type {
	EVENT_PACKET_DROPPED = 48,
};

/* header.cookie is that of the socket that the packet was for or from; 0 where there is none. */
struct packet_dropped {
	struct event_header header;
	struct packet packet;
	/* Where in the kernel's code. */
	__u64 location;
	/* enum skb_drop_reason of the running kernel */
	__u32 reason;
	__u32 bytes;
	__u32 netns;
	__u32 interface;
};

/* All that user space looks up by name. */
struct drop_vocabulary {
	enum drop_event_type event_type;
	const union {
		struct packet_dropped packet_dropped;
	} *record;
};

#endif
