/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes that passed over a connection: what one call sent or received, or plaintext that a TLS
 * library took or gave. Of the bytes themselves a record holds the first ones only, as many as it
 * says; the position tells where in its direction's stream they stand, so that a reader can keep
 * count of what it does not see, and sees what is missing.
 *
 * Whatever writes such records (the socket's programs, the TLS library's) writes these structs, and
 * one decoder reads them.
 */
#ifndef EBPF4J_PAYLOAD_H
#define EBPF4J_PAYLOAD_H

#include "event.h"

/* The range of event_type that payload has. */
enum payload_event_type {
	EVENT_PAYLOAD = 64,
	EVENT_PAYLOAD_CLOSED = 65,
	EVENT_PAYLOAD_SEQUENCE = 66,
	PAYLOAD_EVENT_TYPES = 67,
};

/* What the bytes are taken for, from how the stream began. */
enum payload_protocol {
	PROTOCOL_UNKNOWN = 0,
	PROTOCOL_HTTP1 = 1,
	PROTOCOL_HTTP2 = 2,
	PROTOCOL_TLS = 3,
	PROTOCOL_DNS = 4,
};

/* Where the bytes were seen. */
enum payload_source {
	SOURCE_SOCKET = 1,
	SOURCE_TLS_LIBRARY = 2,
};

enum payload_flag {
	/* The bytes went to the peer; else they came from it. */
	PAYLOAD_SENT = 1,
	/* The connection is older than the program: positions count from its first sight. */
	PAYLOAD_JOINED = 2,
	/* There was no buffer to read (sendfile, splice, io_uring, a page that is not there). */
	PAYLOAD_UNREADABLE = 4,
	/* Of a part: it begins like a message, so its time is that of its first byte; else it is that of its last. */
	PAYLOAD_BEGINS = 8,
	/* Of a connection's end: parts of it may be told only after it, but not later than the next sweep. */
	PAYLOAD_EARLY = 16,
};

/* connection.process is who made the call; connection.header.cookie names the socket. */
struct payload {
	struct connection_event connection;
	/*
	 * Of a TLS library: names its connection, whose socket may not be known, or not yet (cookie 0).
	 * Of a socket: nothing, for the cookie does.
	 */
	__u64 stream;
	/* Bytes of this direction before these. */
	__u64 position;
	/* Bytes that passed, and how many of them, the first ones, are here. */
	__u32 length;
	__u32 captured;
	__u8 protocol;
	__u8 source;
	__u16 payload_flags;
	__u32 payload_reserved;
	/* captured bytes, then noise to the record's end. */
	__u8 bytes[];
};

/* Who and where, once in a record for each of its connections. */
struct payload_connection {
	/* header.cpu is the one whose batch it is in, header.timestamp means nothing. */
	struct connection_event connection;
	__u8 protocol;
	__u8 source;
	/* enum payload_flag: JOINED. */
	__u16 payload_flags;
	__u32 payload_reserved;
};

/* What one call carried, or several in a row of which nothing but the beginning is told. */
struct payload_part {
	__u64 time;
	/* Bytes of this direction before these. */
	__u64 position;
	/* Bytes that passed, and how many of them, the first ones, are in the record. */
	__u32 length;
	__u16 captured;
	/* enum payload_flag: SENT, UNREADABLE, BEGINS. */
	__u16 part_flags;
	/*
	 * Where its payload_connection is, in bytes from the record's beginning: right behind this part where it is the
	 * connection's first one in this record. The captured bytes follow, and then the next part, at a multiple of 8.
	 */
	__u32 place;
	__u32 part_reserved;
};

/*
 * What passed over several sockets, the parts of each in order. Its header's time is that of the last part, its cookie
 * means nothing. Behind it count parts.
 */
struct payload_sequence {
	struct event_header header;
	__u32 count;
	__u32 sequence_reserved;
};

/* A connection of which payload was told is over; or its plaintext is. */
struct payload_closed {
	struct connection_event connection;
	__u64 stream;
	/* How many bytes passed in all, either way, while it was watched. */
	__u64 sent;
	__u64 received;
	__u8 protocol;
	__u8 source;
	__u16 payload_flags;
	__u32 payload_reserved;
};

/* All that user space looks up by name. */
struct payload_vocabulary {
	enum payload_event_type event_type;
	enum payload_protocol payload_protocol;
	enum payload_source payload_source;
	enum payload_flag payload_flag;
	enum connection_role connection_role;
	enum connection_flag connection_flag;
	const union {
		struct payload payload;
		struct payload_closed payload_closed;
		struct payload_sequence payload_sequence;
		struct payload_part payload_part;
		struct payload_connection payload_connection;
	} *record;
};

#endif
