/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes of TCP connections that speak a known protocol: HTTP/1, HTTP/2, TLS (its hellos), DNS.
 *
 * sock_send_length and sock_recv_length run at the end of every send and receive, in the thread
 * that made the call, and name the socket and how much passed. Which buffer held it is still in
 * that thread's registers: system calls leave their arguments there. So nothing runs at the
 * beginning of system calls, no call without a socket costs anything, and nothing can be paired
 * with a buffer of another call.
 *
 * To write a record costs more than all the rest, for every CPU writes to one ring. So calls of HTTP/1 go into a batch, of
 * which each CPU has one, and a batch becomes a record: when it is full, when a response begins a millisecond or more after the
 * last one (so that who is not busy hears of every exchange at once), when a connection ends, and by a sweep. A
 * socket's calls go to one batch as long as some of them wait in it, so its parts stay in order.
 *
 * A connection is its socket: what it speaks, how far each direction's stream has come and who
 * used it last is in socket storage. Which thread made a call means nothing.
 *
 * Kernel 6.3 and newer. Buffers are found on x86-64; elsewhere lengths alone are told.
 */
#include "bpf.h"
#include "call.h"
#include "current.h"
#include "payload.h"
#include "emit.h"
#include "socket.h"
#include "transfer.h"

char _license[] SEC("license") = "Dual BSD/GPL";

/* A process whose connections are left out: the reader itself; 0 is none. */
const volatile __u32 excluded_pid = 0;

/* How many bytes of an HTTP/1 message are told: a head is at its beginning. */
const volatile __u32 capture_bytes = 1024;

/* How many bytes of a call are told where frames follow one another: HTTP/2, DNS. */
const volatile __u32 capture_frames = 4096;

/* A bit for each enum payload_protocol that is looked for. */
const volatile __u32 protocols = 1 << PROTOCOL_HTTP1 | 1 << PROTOCOL_HTTP2 | 1 << PROTOCOL_TLS;

/* A batch goes out when it has more bytes than these, BATCH_MOST at most. */
const volatile __u32 batch_bytes = 16384;

/* Where no response began for so long, the next one is told at once, in nanoseconds. */
const volatile __s64 tell_interval = 1000000;

/* A reader is woken once in so many records, or batches, (powers of two) and looks by itself in between. */
const volatile __u32 wake_interval = 256;
const volatile __u32 wake_batches = 32;

/* Never read: it makes the object's BTF tell the names by which user space decodes the records. */
const struct payload_vocabulary vocabulary __attribute__((used)) = {};

/* What the other layers, to which calls are handed on, may want of one. */
enum hand_on {
	/* Nothing: a message of HTTP begins, so it is neither TLS nor DNS. */
	TO_NOBODY = 0,
	TO_EVERYBODY,
	/* Also to who wants the first call of a socket. */
	TO_FIRST,
};

enum {
	HEAD = 16,
	/* A hello is in the first bytes; with certificates of post-quantum keys it is long. */
	TLS_MOST = 4096,
	TLS_RECORD_HEADER = 5,
	DNS_PORT = 53,
	TRIES = 3,
	/* A stream that is joined in the middle of a body needs more calls to begin a message. */
	TRIES_JOINED = 16,
	VECTORS = 8,
	/* Most of a part; the first look at it. */
	PART_MOST = 1024,
	PART_LOOK = 256,
	BATCH_MOST = 16384,
	/* A part that was begun when the batch was all but full. */
	BATCH_SLACK = PART_MOST + PART_LOOK,
	/* How often it is looked whether another CPU is through with a batch: some microseconds. */
	SPINS = 256,
	CPUS_MOST = 8192,
};

/* What a socket's bytes turned out to be: an enum payload_protocol, or one of these. */
enum verdict {
	/* Not yet known. */
	UNDECIDED = PROTOCOL_UNKNOWN,
	/* Nothing more is told of it. */
	OTHER = 16,
};

struct direction {
	__u64 position;
	/* Bytes that may still be told of the message under way. */
	__u32 budget;
	/* Its first bytes, while they are too few to tell. */
	__u32 beginning;
};

/* Of every socket: what is known before its first bytes, and that they are of no interest. */
struct begun {
	__u8 role;
	/* Seen from its first state change on. */
	__u8 from_start;
	__u8 other;
	/* Its first call was handed on. */
	__u8 handed_on;
};

struct {
	MAP_UINT(type, BPF_MAP_TYPE_SK_STORAGE);
	MAP_UINT(map_flags, BPF_F_NO_PREALLOC);
	MAP_TYPE(key, int);
	MAP_TYPE(value, struct begun);
} beginnings SEC(".maps");

/* Of a socket whose bytes are told. */
struct watched {
	/* Who and where, as it goes out; its process is who made the last call. */
	struct payload_connection self;
	/* The batch that its last part went to: one more than the generation, and the CPU; in one word, so that it changes at once. */
	__u64 home;
	/* In that batch, as long as it waits: where self is, 0 where it is to be told anew; where the last part is. */
	__u32 place;
	__u32 last;
	struct direction sent;
	struct direction received;
	__u8 verdict;
	__u8 tries;
	__u8 joined;
	__u8 ended;
};

struct {
	MAP_UINT(type, BPF_MAP_TYPE_SK_STORAGE);
	MAP_UINT(map_flags, BPF_F_NO_PREALLOC);
	MAP_TYPE(key, int);
	MAP_TYPE(value, struct watched);
} sockets SEC(".maps");

/* Parts of several sockets that go out as one record. Not of a CPU's own memory: other CPUs look at it. */
struct batch {
	/* Somebody is at it. */
	__u32 taken;
	/* How often it went out. */
	__u32 generation;
	__u32 used;
	__u32 reserved;
	/* The time of the last part that went out. */
	__u64 told;
	/* From here on it goes out as it is, with as many of the bytes as are used. */
	struct payload_sequence sequence;
	__u8 bytes[BATCH_MOST + BATCH_SLACK];
};

/* One a CPU. */
struct {
	MAP_UINT(type, BPF_MAP_TYPE_ARRAY);
	/* Such memory the kernel's check of copies from user space passes faster. */
	MAP_UINT(map_flags, BPF_F_MMAPABLE);
	MAP_UINT(max_entries, 1);
	MAP_TYPE(key, __u32);
	MAP_TYPE(value, struct batch);
} batches SEC(".maps");

/* Of the layer that wants to see the first call of each socket alone, that sends, and that receives. */
struct programs first_sent SEC(".maps");
struct programs first_received SEC(".maps");

/* Where a call's bytes are: in one buffer, or in the buffers of a vector. */
struct buffers {
	const void *buffer;
	const struct user_vector *vectors;
	__u64 count;
};

/* One call's part of a stream. */
struct piece {
	struct watched *watched;
	struct direction *direction;
	struct buffers buffers;
	__u64 position;
	__u64 time;
	__u32 length;
	__u32 wanted;
	__u16 flags;
};

/*
 * The buffers of the call that the current thread is in; none where it is one without: sendfile,
 * splice, io_uring, a 32-bit process, the kernel's own.
 */
INLINE void find_buffers(struct buffers *buffers)
{
	struct user_message message;
	struct call call;

	buffers->buffer = 0;
	buffers->vectors = 0;
	buffers->count = 0;
	current_call(&call);
	switch (call.form) {
	case CALL_BUFFER:
		buffers->buffer = (const void *)call.buffer;
		break;
	case CALL_VECTOR:
		buffers->vectors = (const void *)call.buffer;
		buffers->count = call.length;
		break;
	case CALL_MESSAGE:
		if (!bpf_probe_read_user(&message, sizeof(message), (const void *)call.buffer)) {
			buffers->vectors = (const void *)message.vectors;
			buffers->count = message.vector_count;
		}
		break;
	case CALL_MESSAGES: /* of several messages, nothing says which one this is */
	case CALL_OTHER:
		break;
	}
}

/* The first two of a vector's buffers; where it has one only, the second is empty. */
INLINE long read_vectors(struct user_vector vectors[2], struct piece *piece)
{
	if (piece->buffers.count > 1)
		return bpf_probe_read_user(vectors, 2 * sizeof(*vectors), piece->buffers.vectors);
	vectors[1].base = 0;
	vectors[1].length = 0;
	return bpf_probe_read_user(vectors, sizeof(*vectors), piece->buffers.vectors);
}

/* The first bytes of a call, zero behind its end; how many there are. Twice the room, as far as the verifier knows. */
INLINE __u32 read_head(struct piece *piece, __u8 head[2 * HEAD])
{
	struct user_vector vectors[2] = {};
	__u32 length, rest;

	*(__u64 *)head = 0;
	*(__u64 *)(head + 8) = 0;
	if (piece->buffers.buffer) {
		vectors[0].base = (__u64)piece->buffers.buffer;
		vectors[0].length = piece->length;
	} else if (!piece->buffers.vectors || read_vectors(vectors, piece)) {
		return 0;
	}
	length = piece->length < HEAD ? piece->length : HEAD;
	rest = length;
	if (length > vectors[0].length)
		length = vectors[0].length;
	rest -= length;
	asm volatile("" : "+r"(length));
	if (length > HEAD || (length && bpf_probe_read_user(head, length, (const void *)vectors[0].base)))
		return 0;
	/* Some lead with an empty buffer, or fill up one that has a few bytes left. */
	if (rest > vectors[1].length)
		rest = vectors[1].length;
	asm volatile("" : "+r"(rest), "+r"(length));
	if (!rest || rest > HEAD || length > HEAD ||
	    bpf_probe_read_user(head + length, rest, (const void *)vectors[1].base))
		return length;
	return length + rest;
}

/*
 * Functions of their own for the verifier, which looks at such a one once and not anew wherever it is called: it goes every
 * way through a program, and these would double their number.
 */

/* Counts a record that is going to be written; says whether it wakes the reader. */
__attribute__((noinline)) int attempt(__u32 type)
{
	struct tally *tally = bpf_map_lookup_elem(&tallies, &type);
	__u32 interval = type == EVENT_PAYLOAD_SEQUENCE ? wake_batches : wake_interval;

	if (!tally)
		return BPF_RB_FORCE_WAKEUP;
	/* Waking costs more than all the rest: an interrupt to itself. */
	return __sync_fetch_and_add(&tally->attempted, 1) & (interval - 1) ? BPF_RB_NO_WAKEUP : BPF_RB_FORCE_WAKEUP;
}

/* The ring was full. */
__attribute__((noinline)) int lose(__u32 type)
{
	struct tally *tally = bpf_map_lookup_elem(&tallies, &type);

	if (tally)
		__sync_fetch_and_add(&tally->lost, 1);
	return 0;
}

/* The same number, of which the verifier knows no longer by which way it came. */
__attribute__((noinline)) int forget(int number)
{
	asm volatile("" : "+r"(number));
	return number;
}

INLINE void fill(struct payload *record, struct piece *piece, __u16 size)
{
	struct watched *watched = piece->watched;

	record->connection = watched->self.connection;
	record->connection.header.type = EVENT_PAYLOAD;
	record->connection.header.length = size;
	record->connection.header.cpu = bpf_get_smp_processor_id();
	record->connection.header.timestamp = piece->time;
	record->stream = 0;
	record->position = piece->position;
	record->length = piece->length;
	record->protocol = watched->verdict;
	record->source = SOURCE_SOCKET;
	record->payload_flags = piece->flags | (watched->joined ? PAYLOAD_JOINED : 0);
	record->payload_reserved = 0;
}

#define WORD(a, b, c, d) ((__u32)(a) | (__u32)(b) << 8 | (__u32)(c) << 16 | (__u32)(d) << 24)

/* The first bytes of a call, zero behind its end. */
struct head {
	__u8 octets[HEAD];
} __attribute__((aligned(8)));

/* What the first bytes of a call may be. */
enum beginning {
	BEGINS_NOTHING = 0,
	BEGINS_REQUEST,
	BEGINS_RESPONSE,
	BEGINS_CHUNK,
};

INLINE int is_target(__u8 octet)
{
	return octet == '/' || octet == '*' || octet == 'h';
}

/* A method in capital letters, a space and what a target begins with (RFC 9112, section 3). */
INLINE int is_rare_request(const __u8 *head)
{
	for (__u32 i = 1; i < HEAD - 1; i++) {
		if (head[i] == ' ')
			return i >= 3 && is_target(head[i + 1]);
		if ((head[i] < 'A' || head[i] > 'Z') && head[i] != '-' && head[i] != '_')
			return 0;
	}
	return 0;
}

INLINE int is_request(const __u8 *head)
{
	__u32 word = *(const __u32 *)head;

	if (word == WORD('G', 'E', 'T', ' ') || word == WORD('P', 'U', 'T', ' '))
		return is_target(head[4]);
	if (word == WORD('P', 'O', 'S', 'T') || word == WORD('H', 'E', 'A', 'D'))
		return head[4] == ' ' && is_target(head[5]);
	if (word == WORD('C', 'O', 'N', 'N'))
		return head[4] == 'E' && head[5] == 'C' && head[6] == 'T' && head[7] == ' ';
	if (head[0] < 'A' || head[0] > 'Z' || word == WORD('H', 'T', 'T', 'P'))
		return 0;
	return is_rare_request(head);
}

INLINE int is_response(const __u8 *head)
{
	return *(const __u32 *)head == WORD('H', 'T', 'T', 'P') && head[4] == '/' &&
	       head[5] == '1' && head[6] == '.';
}

INLINE int is_hex(__u8 octet)
{
	return (octet >= '0' && octet <= '9') || ((octet | 0x20) >= 'a' && (octet | 0x20) <= 'f');
}

/* A line with a chunk's size (RFC 9112, section 7.1), or the line end before it: a reader has to see it. */
INLINE int may_begin_chunk(const __u8 *head)
{
	if (head[0] == '\r')
		return 1;
	for (__u32 i = 0; i < 9; i++)
		if (!is_hex(head[i]))
			return i && (head[i] == '\r' || head[i] == ';');
	return 0;
}

/* A function of its own for the verifier, which looks at it once and not anew wherever it is called. */
__attribute__((noinline)) int beginning_of(const struct head *head)
{
	if (!head)
		return BEGINS_NOTHING;
	if (is_response(head->octets))
		return BEGINS_RESPONSE;
	if (is_request(head->octets))
		return BEGINS_REQUEST;
	return may_begin_chunk(head->octets) ? BEGINS_CHUNK : BEGINS_NOTHING;
}

INLINE int begins_message(enum beginning beginning)
{
	return beginning == BEGINS_REQUEST || beginning == BEGINS_RESPONSE;
}

/* A HEADERS frame of a stream that a client opened: RFC 9113, section 6.2. */
INLINE int is_headers_frame(const __u8 *head, __u32 length)
{
	__u32 frame = head[0] << 16 | head[1] << 8 | head[2];

	return length > 9 && frame && frame <= 16384 && head[3] == 1 && !(head[4] & ~0x2d) &&
	       head[4] & 0x4 && !(head[5] & 0x80) && head[8] & 1;
}

INLINE int wants(enum payload_protocol protocol)
{
	return protocols >> protocol & 1;
}

/* As above. What a stream is whose bytes begin so, and of which nothing was known. */
__attribute__((noinline)) int recognize(const struct head *first, __u32 length, __u32 joined)
{
	const __u8 *head;

	if (!first)
		return UNDECIDED;
	head = first->octets;
	/* The preface looks like a request, on purpose: RFC 9113, section 3.4. */
	if (*(const __u32 *)head == WORD('P', 'R', 'I', ' ') && head[4] == '*')
		return wants(PROTOCOL_HTTP2) ? PROTOCOL_HTTP2 : OTHER;
	if (is_response(head) || is_request(head))
		return wants(PROTOCOL_HTTP1) ? PROTOCOL_HTTP1 : OTHER;
	if (head[0] == 22 && head[1] == 3 && head[2] <= 4 &&
	    (length < 6 || head[5] == 1 || head[5] == 2))
		return wants(PROTOCOL_TLS) ? PROTOCOL_TLS : OTHER;
	if (joined && wants(PROTOCOL_HTTP2) && is_headers_frame(head, length))
		return PROTOCOL_HTTP2;
	return UNDECIDED;
}

/* A few capital letters: a method, a version or the preface may follow. */
INLINE int may_become_http(const __u8 *head, __u32 length)
{
#pragma clang loop unroll(full)
	for (__u32 i = 0; i < 3; i++)
		if (i < length && (head[i] < 'A' || head[i] > 'Z'))
			return 0;
	return length > 0;
}

/*
 * A stream whose first calls carry a few bytes each is taken for HTTP/1 until they are enough to
 * tell: what is told of it meanwhile begins the message, and if it is none, its end is told.
 */
INLINE void look_again(struct watched *watched, struct direction *direction, __u64 position,
		       const __u8 *head, __u32 length)
{
	__u32 word = direction->beginning | *(const __u32 *)head << (position * 8 & 31);
	__u8 last = word >> 24;

	direction->beginning = word;
	if (position + length >= 4 &&
	    !(may_become_http((__u8 *)&word, 3) &&
	      (last == ' ' || last == '-' || (last >= 'A' && last <= 'Z'))))
		watched->verdict = OTHER;
}

__attribute__((noinline)) int wait_for(struct batch *batch)
{
	if (!batch)
		return 0;
	for (__u32 i = 0; i < SPINS; i++)
		if (!__sync_lock_test_and_set(&batch->taken, 1))
			return 1;
	return 0;
}

/* A batch is one thread's at a time. An interrupt on the same CPU may find it taken, so nobody waits for ever. */
INLINE int take(struct batch *batch)
{
	return !__sync_lock_test_and_set(&batch->taken, 1) || wait_for(batch);
}

/* Buffers are found on x86-64 only, where a store is not seen before those that stand before it. */
INLINE void give_back(struct batch *batch)
{
	asm volatile("" ::: "memory");
	*(volatile __u32 *)&batch->taken = 0;
}

/* Puts a batch into the ring; it has to be taken. */
__attribute__((noinline)) int tell_batch(struct batch *batch)
{
	struct payload_sequence *sequence;
	__u32 size;

	if (!batch)
		return 0;
	sequence = &batch->sequence;
	size = batch->used;
	asm volatile("" : "+r"(size));
	if (size > sizeof(batch->bytes))
		size = sizeof(batch->bytes);
	if (!size)
		return 0;
	size += sizeof(*sequence);
	sequence->header.type = EVENT_PAYLOAD_SEQUENCE;
	sequence->header.length = size;
	sequence->header.cpu = bpf_get_smp_processor_id();
	if (bpf_ringbuf_output(&events, sequence, size, attempt(EVENT_PAYLOAD_SEQUENCE)))
		lose(EVENT_PAYLOAD_SEQUENCE);
	sequence->count = 0;
	batch->used = 0;
	batch->told = sequence->header.timestamp;
	/* Last: who sees the new number knows that the record is in the ring. */
	__sync_fetch_and_add(&batch->generation, 1);
	return 0;
}

/* Whether what a socket has in a batch waits there. */
INLINE int waits(struct batch *batch, __u64 home)
{
	return *(volatile __u32 *)&batch->generation + 1 == (__u32)(home >> 32);
}

/* The batch for a socket's next part, taken: the one where parts of it wait, else this CPU's. */
SUBPROGRAM struct batch *take_batch(struct watched *watched)
{
	__u32 cpu = bpf_get_smp_processor_id(), at;
	struct batch *batch;
	__u64 home, here;

	for (__u32 i = 0; i < 2; i++) {
		home = *(volatile __u64 *)&watched->home;
		at = home;
		batch = bpf_map_lookup_elem(&batches, &at);
		if (batch && home && waits(batch, home)) {
			if (!take(batch))
				return 0;
			if (waits(batch, home) && *(volatile __u64 *)&watched->home == home)
				return batch;
			give_back(batch);
		}
		batch = bpf_map_lookup_elem(&batches, &cpu);
		if (!batch || !take(batch))
			return 0;
		here = (__u64)(batch->generation + 1) << 32 | cpu;
		if (__sync_val_compare_and_swap(&watched->home, home, here) == home) {
			watched->place = 0;
			return batch;
		}
		/* Another thread that uses the socket was faster. */
		give_back(batch);
	}
	return 0;
}

/* Tells what waits of a socket; says whether nothing does any more. */
SUBPROGRAM int tell_waiting(struct watched *watched)
{
	__u64 home = watched->home;
	__u32 at = home;
	struct batch *batch = bpf_map_lookup_elem(&batches, &at);

	if (!batch || !home || !waits(batch, home))
		return 1;
	if (!take(batch))
		return 0;
	if (waits(batch, home))
		tell_batch(batch);
	give_back(batch);
	return 1;
}

SUBPROGRAM int emit_closed(struct watched *watched, __u16 flags)
{
	struct payload_closed *record = reserve((enum event_type)EVENT_PAYLOAD_CLOSED, sizeof(*record));

	if (!record)
		return 0;
	record->connection = watched->self.connection;
	record->connection.header.type = EVENT_PAYLOAD_CLOSED;
	record->connection.header.length = sizeof(*record);
	record->connection.header.cpu = bpf_get_smp_processor_id();
	record->connection.header.timestamp = bpf_ktime_get_ns();
	record->stream = 0;
	record->sent = watched->sent.position;
	record->received = watched->received.position;
	record->protocol = watched->verdict < OTHER ? watched->verdict : PROTOCOL_UNKNOWN;
	record->source = SOURCE_SOCKET;
	record->payload_flags = flags | (watched->joined ? PAYLOAD_JOINED : 0);
	record->payload_reserved = 0;
	bpf_ringbuf_submit(record, BPF_RB_NO_WAKEUP);
	return 0;
}

enum chance {
	NOT_THE_LAST = 0,
	LAST_CHANCE,
};

/* An interrupt may find the batch taken: then a later call, or the socket's destruction, is the end. */
INLINE void end(struct watched *watched, enum chance chance)
{
	int told;

	if (watched->verdict != UNDECIDED && watched->verdict < OTHER) {
		told = tell_waiting(watched);
		if (!told && chance != LAST_CHANCE)
			return;
		emit_closed(watched, told ? 0 : PAYLOAD_EARLY);
	}
	watched->verdict = OTHER;
	watched->ended = 1;
}

/* How much of what was read is told: of an HTTP/1 message the first bytes only. */
INLINE __u32 settle(struct piece *piece, const __u8 *bytes, __u32 read)
{
	struct direction *direction = piece->direction;

	if (piece->watched->verdict != PROTOCOL_HTTP1)
		return read;
	if (begins_message(beginning_of((const struct head *)bytes)))
		direction->budget = capture_bytes;
	if (read > direction->budget)
		read = direction->budget;
	direction->budget -= read;
	return read;
}

/*
 * The verifier knows the sizes of records only as constants, so there is one for each of a few
 * sizes; what a record does not fill stays noise.
 */
INLINE void emit_buffer(struct piece *piece, const __u32 most)
{
	const __u32 size = sizeof(struct payload) + most;
	int wake = attempt(EVENT_PAYLOAD);
	struct payload *record = bpf_ringbuf_reserve(&events, size, 0);
	__u32 length = piece->wanted;

	if (!record) {
		lose(EVENT_PAYLOAD);
		return;
	}
	fill(record, piece, size);
	*(__u64 *)record->bytes = 0;
	*(__u64 *)(record->bytes + 8) = 0;
	asm volatile("" : "+r"(length));
	if (length > most)
		length = most;
	if (bpf_probe_read_user(record->bytes, length, piece->buffers.buffer)) {
		record->payload_flags |= PAYLOAD_UNREADABLE;
		length = 0;
	}
	record->captured = settle(piece, record->bytes, length);
	bpf_ringbuf_submit(record, wake);
}

/* Twice the room: each step may fill as much as is wanted in all, as far as the verifier knows. */
INLINE void emit_vectors(struct piece *piece, const __u32 most)
{
	const __u32 size = sizeof(struct payload) + 2 * most;
	int wake = attempt(EVENT_PAYLOAD);
	struct payload *record = bpf_ringbuf_reserve(&events, size, 0);
	__u32 filled = 0, wanted = piece->wanted;
	struct user_vector vectors[2];

	if (!record) {
		lose(EVENT_PAYLOAD);
		return;
	}
	fill(record, piece, size);
	*(__u64 *)record->bytes = 0;
	*(__u64 *)(record->bytes + 8) = 0;
	if (wanted > most)
		wanted = most;
	if (read_vectors(vectors, piece))
		vectors[0].length = vectors[1].length = 0;
	for (__u32 i = 0; i < VECTORS; i++) {
		__u32 part;

		if (filled >= wanted || i >= piece->buffers.count)
			break;
		if (i > 1 && bpf_probe_read_user(&vectors[i & 1], sizeof(*vectors),
						 piece->buffers.vectors + i))
			break;
		part = wanted - filled;
		if (vectors[i & 1].length < part)
			part = vectors[i & 1].length;
		asm volatile("" : "+r"(part), "+r"(filled));
		if (part > most || filled > most)
			break;
		if (part && bpf_probe_read_user(record->bytes + filled, part,
						(const void *)vectors[i & 1].base))
			break;
		filled += part;
	}
	if (!filled)
		record->payload_flags |= PAYLOAD_UNREADABLE;
	record->captured = settle(piece, record->bytes, filled);
	bpf_ringbuf_submit(record, wake);
}

INLINE void emit_most(struct piece *piece, const __u32 most)
{
	if (piece->buffers.buffer)
		emit_buffer(piece, most);
	else
		emit_vectors(piece, most);
}

SUBPROGRAM int emit_4096(struct piece *piece)
{
	emit_most(piece, 4096);
	return 0;
}

SUBPROGRAM int emit_16384(struct piece *piece)
{
	emit_most(piece, 16384);
	return 0;
}

INLINE void emit(struct piece *piece)
{
	piece->wanted = forget(piece->wanted);
	piece->length = forget(piece->length);
	piece->flags = forget(piece->flags);
	piece->buffers.count = (__u32)forget(piece->buffers.count);
	if (piece->wanted <= 256)
		emit_most(piece, 256);
	else if (piece->wanted <= 1024)
		emit_most(piece, 1024);
	else if (piece->wanted <= 4096)
		emit_4096(piece);
	else
		emit_16384(piece);
}

/* A call in the middle of a message, or without a buffer: where a chunk begins is told, and lengths. */
INLINE int emit_head(struct piece *piece)
{
	const __u32 size = sizeof(struct payload) + HEAD;
	__u8 head[2 * HEAD] __attribute__((aligned(8)));
	__u32 length = read_head(piece, head);
	struct payload *record;
	int wake;

	if (piece->watched->verdict == PROTOCOL_HTTP1 && begins_message(beginning_of((const struct head *)head)))
		return 0;
	wake = attempt(EVENT_PAYLOAD);
	record = bpf_ringbuf_reserve(&events, size, 0);
	if (!record) {
		lose(EVENT_PAYLOAD);
		return 1;
	}
	if (!length)
		piece->flags |= PAYLOAD_UNREADABLE;
	fill(record, piece, size);
	*(__u64 *)record->bytes = *(__u64 *)head;
	*(__u64 *)(record->bytes + 8) = *(__u64 *)(head + 8);
	record->captured = length;
	bpf_ringbuf_submit(record, wake);
	return 1;
}

INLINE __u32 least(__u32 a, __u32 b)
{
	return a < b ? a : b;
}

/* A blank line is the last of what was read: the head is whole, and what follows is no part of it. */
INLINE int ends_head(const __u8 *end)
{
	return *(const __u32 *)(end - 4) == WORD('\r', '\n', '\r', '\n');
}

enum held {
	NOT_HELD = 0,
	HELD,
	/* And begins a message. */
	HELD_MESSAGE,
};

/*
 * Puts a call of an HTTP/1 stream into a batch: an enum held. Of a call in the middle of a message the length alone counts,
 * unless chunks may begin with it. Where this call cannot be held, what waits of its socket is told before it.
 */
SUBPROGRAM int hold(struct piece *piece)
{
	struct watched *watched = piece->watched;
	struct direction *direction = piece->direction;
	const void *buffer = piece->buffers.buffer;
	struct user_vector vectors[2] = {};
	__u32 wanted = least(piece->length, capture_bytes), first, more, got = 0, at, used, place;
	struct payload_connection *connection;
	enum beginning beginning;
	__u16 begins = 0;
	struct payload_part *part;
	struct batch *batch;
	__u8 *bytes;

	batch = take_batch(watched);
	if (!batch)
		return NOT_HELD;
	used = batch->used;
	asm volatile("" : "+r"(used));
	if (wanted > PART_MOST || used > BATCH_MOST)
		goto unheld;
	place = watched->place;
	at = used + sizeof(*part);
	if (!place) {
		connection = (struct payload_connection *)(batch->bytes + at);
		*connection = watched->self;
		connection->protocol = watched->verdict;
		connection->connection.header.cpu = bpf_get_smp_processor_id();
		at += sizeof(*connection);
	}
	at = forget(at);
	if (at > BATCH_MOST + sizeof(*part) + sizeof(*connection))
		goto unheld;
	bytes = batch->bytes + at;
	*(__u64 *)bytes = 0;
	*(__u64 *)(bytes + 8) = 0;
	if (buffer) {
		vectors[0].base = (__u64)buffer;
		vectors[0].length = piece->length;
	} else if (piece->buffers.vectors) {
		if (read_vectors(vectors, piece))
			vectors[0].length = vectors[1].length = 0;
		/* Some lead with an empty buffer. */
		if (!vectors[0].length) {
			vectors[0] = vectors[1];
			vectors[1].length = 0;
		}
	}
	first = wanted;
	if (first > vectors[0].length)
		first = vectors[0].length;
	/* What begins in a few bytes and goes on elsewhere is told by the slower way. */
	if (first < HEAD && first < wanted && vectors[1].length)
		goto unheld;
	got = least(first, PART_LOOK);
	asm volatile("" : "+r"(got));
	if (got > PART_LOOK)
		goto unheld;
	if (got && bpf_probe_read_user(bytes, got, (const void *)vectors[0].base))
		got = 0;
	got = forget(got);
	if (got > PART_LOOK)
		goto unheld;
	beginning = beginning_of((const struct head *)bytes);
	if (begins_message(beginning)) {
		begins = PAYLOAD_BEGINS;
		direction->budget = capture_bytes;
	} else if (piece->length < HEAD) {
		/* A few bytes may be the first ones of a head, and the next call brings the rest. */
		direction->budget = capture_bytes;
	} else if (got > HEAD && !direction->budget) {
		got = HEAD;
	}
	if (direction->budget) {
		wanted = least(wanted, direction->budget);
		if (first > wanted)
			first = wanted;
		if (first > got) {
			more = first - got;
			asm volatile("" : "+r"(more));
			if (more <= PART_MOST - PART_LOOK) {
				if (bpf_probe_read_user(bytes + got, more, (const void *)vectors[0].base + got))
					more = 0;
				got += more;
			}
		} else if (got > wanted) {
			got = wanted;
		}
		more = got;
		asm volatile("" : "+r"(more));
		if (more >= 4 && more <= PART_MOST && ends_head(bytes + more)) {
			direction->budget = 0;
		} else {
			if (wanted > got && piece->buffers.count > 1) {
				first = more;
				more = wanted - got;
				if (more > vectors[1].length)
					more = vectors[1].length;
				/* Heads in more pieces than these two, or larger ones, are told by the slower way. */
				asm volatile("" : "+r"(more), "+r"(first));
				if ((piece->buffers.count > 2 && got + more < wanted) || first > PART_MOST / 2 ||
				    more > PART_MOST / 2)
					goto unheld;
				if (more && !bpf_probe_read_user(bytes + first, more, (const void *)vectors[1].base))
					got += more;
			}
			direction->budget -= least(got, direction->budget);
		}
	}
	more = watched->last;
	asm volatile("" : "+r"(more));
	if (place && !begins && got <= HEAD && piece->length > HEAD && more <= BATCH_MOST &&
	    beginning == BEGINS_NOTHING) {
		part = (struct payload_part *)(batch->bytes + more);
		if (!((part->part_flags ^ piece->flags) & PAYLOAD_SENT) &&
		    part->position + part->length == piece->position && part->length + piece->length > piece->length) {
			part->length += piece->length;
			if (!(part->part_flags & PAYLOAD_BEGINS))
				part->time = piece->time;
			give_back(batch);
			return HELD;
		}
	}
	part = (struct payload_part *)(batch->bytes + used);
	part->time = piece->time;
	part->position = piece->position;
	part->length = piece->length;
	part->captured = got;
	part->part_flags = piece->flags | begins | (got ? 0 : PAYLOAD_UNREADABLE);
	if (!place) {
		place = sizeof(batch->sequence) + used + sizeof(*part);
		watched->place = place;
	}
	part->place = place;
	part->part_reserved = 0;
	watched->last = used;
	used = (at + got + 7) & ~7u;
	batch->used = used;
	batch->sequence.count++;
	batch->sequence.header.timestamp = piece->time;
	if (used > batch_bytes ||
	    (beginning == BEGINS_RESPONSE && (__s64)(piece->time - batch->told) >= tell_interval))
		tell_batch(batch);
	give_back(batch);
	return begins ? HELD_MESSAGE : HELD;
unheld:
	/* What waits of this socket goes first. */
	tell_batch(batch);
	give_back(batch);
	return NOT_HELD;
}

/* TLS: each direction's first record, and then nothing any more. */
INLINE void frame_tls(struct piece *piece)
{
	struct direction *direction = piece->direction;
	__u8 head[2 * HEAD] __attribute__((aligned(8)));
	__u32 length;

	if (!piece->position) {
		length = read_head(piece, head);
		direction->budget = length < TLS_RECORD_HEADER || head[0] != 22 ?
			64 : TLS_RECORD_HEADER + (head[3] << 8 | head[4]);
		direction->budget = least(direction->budget, TLS_MOST);
	}
	piece->wanted = least(piece->length, direction->budget);
}

INLINE void tls_told(struct piece *piece)
{
	struct watched *watched = piece->watched;

	if (piece->position + piece->length >= piece->direction->budget)
		piece->direction->budget = ~0u;
	if (watched->sent.budget == ~0u && watched->received.budget == ~0u) {
		watched->verdict = OTHER;
		watched->ended = 1;
	}
}

/* What of a call of a known protocol is told. */
INLINE enum hand_on tell(struct piece *piece)
{
	struct direction *direction = piece->direction;
	__u8 verdict = piece->watched->verdict;
	enum held held;

	if (verdict == PROTOCOL_HTTP1) {
		held = hold(piece);
		if (held)
			return held == HELD_MESSAGE ? TO_NOBODY : TO_EVERYBODY;
	}
	if (verdict == PROTOCOL_TLS) {
		if (direction->budget == ~0u)
			return TO_EVERYBODY;
		frame_tls(piece);
	} else {
		piece->wanted = least(piece->length,
				      verdict == PROTOCOL_HTTP1 ? capture_bytes : capture_frames);
	}
	if ((!piece->buffers.buffer && !piece->buffers.vectors) ||
	    (verdict == PROTOCOL_HTTP1 && !direction->budget)) {
		if (emit_head(piece))
			goto told;
	}
	emit(piece);
told:
	if (verdict == PROTOCOL_TLS)
		tls_told(piece);
	return TO_EVERYBODY;
}

/* Whether the socket's bytes are told: what they are is asked of its first calls. */
INLINE int is_known(struct piece *piece)
{
	struct watched *watched = piece->watched;
	struct direction *direction = piece->direction;
	__u8 head[2 * HEAD] __attribute__((aligned(8)));
	__u32 length;

	if (watched->verdict != UNDECIDED && !(direction->beginning && piece->position < 4))
		return 1;
	length = read_head(piece, head);
	if (watched->verdict != UNDECIDED) {
		look_again(watched, direction, piece->position, head, length);
		if (watched->verdict != OTHER)
			return 1;
		watched->verdict = PROTOCOL_HTTP1;
		end(watched, LAST_CHANCE);
		return 0;
	}
	watched->verdict = recognize((const struct head *)head, length, watched->joined);
	if (watched->verdict == UNDECIDED && !piece->position && length < 4 &&
	    wants(PROTOCOL_HTTP1) && may_become_http(head, length)) {
		direction->beginning = *(__u32 *)head;
		watched->verdict = PROTOCOL_HTTP1;
	}
	if (watched->verdict == PROTOCOL_HTTP1)
		watched->sent.budget = watched->received.budget = capture_bytes;
	if (watched->verdict == UNDECIDED &&
	    ++watched->tries >= (watched->joined ? TRIES_JOINED : TRIES))
		watched->verdict = OTHER;
	return watched->verdict != UNDECIDED && watched->verdict != OTHER;
}

/* Nothing more is told of a socket. */
SUBPROGRAM void dismiss(struct sock *sk)
{
	struct begun *begun = bpf_sk_storage_get(&beginnings, sk, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);

	if (begun)
		begun->other = 1;
	bpf_sk_storage_delete(&sockets, sk);
}

/* Whether a socket is to be watched at all, and what is known from the start: an enum payload_protocol, or OTHER. */
SUBPROGRAM int first_verdict(struct sock *sk, struct connection_event *connection)
{
	struct socket *socket = PROBE(sk->sk_socket);

	/* A socket without a file is the kernel's own: what its calls carry is in no user's buffer. */
	if (!socket || !PROBE(socket->file))
		return OTHER;
	if (connection->local_port == DNS_PORT || connection->remote_port == DNS_PORT)
		return wants(PROTOCOL_DNS) ? PROTOCOL_DNS : OTHER;
	return UNDECIDED;
}

/* At a socket's first bytes: who and where. Also says whether this is its first call. */
SUBPROGRAM struct watched *meet(struct sock *sk, enum hand_on *hand_on)
{
	__u8 state = sk->__sk_common.skc_state;
	struct connection_event *connection;
	struct watched *watched;
	struct begun *begun;

	if (state == TCP_CLOSE || state == TCP_LISTEN || !is_here(sk))
		return 0;
	begun = bpf_sk_storage_get(&beginnings, sk, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!begun)
		return 0;
	if (!begun->handed_on) {
		begun->handed_on = 1;
		*hand_on = TO_FIRST;
	}
	if (begun->other)
		return 0;
	if (excluded_pid && excluded_pid == (__u32)bpf_get_current_task_btf()->tgid) {
		begun->other = 1;
		return 0;
	}
	watched = bpf_sk_storage_get(&sockets, sk, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!watched)
		return 0;
	connection = &watched->self.connection;
	fill_connection(connection, sk, bpf_get_socket_cookie(sk), 0);
	connection->role = begun->role;
	connection->state = state;
	connection->flags = TAKEN | (begun->from_start ? SEEN_FROM_START : 0);
	watched->self.source = SOURCE_SOCKET;
	watched->joined = !begun->from_start;
	watched->self.payload_flags = watched->joined ? PAYLOAD_JOINED : 0;
	watched->verdict = first_verdict(sk, connection);
	if (watched->verdict == OTHER) {
		dismiss(sk);
		return 0;
	}
	return watched;
}

/* What waits is the former process's: from now on it is told who. */
SUBPROGRAM void change_process(struct watched *watched)
{
	name_current(&watched->self.connection.process);
	watched->place = 0;
}

/*
 * When the bytes passed: what was sent went out at the socket's last look at the clock, and what was received had come by
 * then. Where some of it did not go out yet, it is now.
 */
INLINE __u64 time_of(struct sock *sk, __u16 flags)
{
	struct tcp_sock *tcp = bpf_skc_to_tcp_sock(sk);

	if (!tcp || !FIELD_EXISTS(tcp->tcp_clock_cache) || (flags & PAYLOAD_SENT && tcp->snd_nxt != tcp->write_seq))
		return bpf_ktime_get_ns();
	return tcp->tcp_clock_cache;
}

INLINE enum hand_on on_transfer(struct sock *sk, int length, __u16 flags)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct piece piece;
	enum hand_on hand_on = TO_EVERYBODY, told;
	struct watched *watched;

	watched = bpf_sk_storage_get(&sockets, sk, 0, 0);
	if (!watched)
		watched = meet(sk, &hand_on);
	if (!watched || watched->verdict == OTHER)
		return hand_on;
	if (watched->self.connection.process.pid != (__u32)task->tgid) {
		if (excluded_pid && excluded_pid == (__u32)task->tgid) {
			dismiss(sk);
			return hand_on;
		}
		change_process(watched);
	}
	piece.watched = watched;
	piece.direction = flags & PAYLOAD_SENT ? &watched->sent : &watched->received;
	piece.position = piece.direction->position;
	piece.time = time_of(sk, flags);
	piece.length = length;
	piece.flags = flags;
	piece.direction->position += length;
	find_buffers(&piece.buffers);
	if (is_known(&piece)) {
		told = tell(&piece);
		if (hand_on == TO_EVERYBODY)
			hand_on = told;
	}
	if (watched->verdict == OTHER)
		dismiss(sk);
	return hand_on;
}

INLINE int is_tcp(struct sock *sk)
{
	__u16 family = sk->__sk_common.skc_family;

	return (family == AF_INET || family == AF_INET6) && sk->sk_protocol == IPPROTO_TCP;
}

SEC("tp_btf/sock_send_length")
int payload_sent(__u64 *ctx)
{
	struct sock *sk = (struct sock *)ctx[0];
	enum hand_on hand_on = TO_EVERYBODY;
	int result = ctx[1];

	if (result > 0 && is_tcp(sk))
		hand_on = on_transfer(sk, result, PAYLOAD_SENT);
	if (hand_on == TO_NOBODY)
		return 0;
	if (hand_on == TO_FIRST)
		bpf_tail_call(ctx, &first_sent, 0);
	bpf_tail_call(ctx, &next_sent, 0);
	return 0;
}

SEC("tp_btf/sock_recv_length")
int payload_received(__u64 *ctx)
{
	struct sock *sk = (struct sock *)ctx[0];
	int result = ctx[1], flags = ctx[2];
	enum hand_on hand_on = TO_EVERYBODY;

	/* What is only looked at will be received again. */
	if (result > 0 && !(flags & MSG_PEEK) && is_tcp(sk))
		hand_on = on_transfer(sk, result, 0);
	if (hand_on == TO_NOBODY)
		return 0;
	if (hand_on == TO_FIRST)
		bpf_tail_call(ctx, &first_received, 0);
	bpf_tail_call(ctx, &next_received, 0);
	return 0;
}

/* A socket begins: which end it is, and that its streams are seen from their first byte. */
INLINE void on_begin(struct sock *sk, __u8 role)
{
	struct begun *begun = bpf_sk_storage_get(&beginnings, sk, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);

	if (!begun)
		return;
	__builtin_memset(begun, 0, sizeof(*begun));
	begun->role = role;
	begun->from_start = 1;
	/* Of the connection that it was before. */
	bpf_sk_storage_delete(&sockets, sk);
}

SEC("tp_btf/inet_sock_set_state")
int payload_state(__u64 *ctx)
{
	struct sock *sk = (struct sock *)ctx[0];
	int old = ctx[1], new = ctx[2];
	struct watched *watched;

	if (new == TCP_SYN_SENT) {
		if (is_tcp(sk) && is_here(sk))
			on_begin(sk, ROLE_CLIENT);
	} else if (new == TCP_SYN_RECV && old == TCP_LISTEN) {
		if (is_tcp(sk) && is_here(sk))
			on_begin(sk, ROLE_SERVER);
	} else if (new == TCP_CLOSE && old != TCP_LISTEN && old != TCP_SYN_SENT && is_tcp(sk)) {
		watched = bpf_sk_storage_get(&sockets, sk, 0, 0);
		/* What has arrived may still be read: then the socket's own end is the end. */
		if (watched && !watched->ended && !sk->sk_receive_queue.qlen)
			end(watched, NOT_THE_LAST);
	}
	return 0;
}

SEC("tp_btf/tcp_destroy_sock")
int payload_destroyed(__u64 *ctx)
{
	struct watched *watched = bpf_sk_storage_get(&sockets, (struct sock *)ctx[0], 0, 0);

	if (watched && !watched->ended)
		end(watched, LAST_CHANCE);
	return 0;
}

static __attribute__((noinline)) long sweep_batch(__u32 cpu, void *unused)
{
	struct batch *batch = bpf_map_lookup_elem(&batches, &cpu);

	(void)unused;
	if (!batch)
		return 1;
	if (batch->used && take(batch)) {
		tell_batch(batch);
		give_back(batch);
	}
	return 0;
}

/* Run at an interval: tells what waits, an answer's end that nothing follows, say. */
SEC("syscall")
int payload_sweep(void *context)
{
	(void)context;
	bpf_loop(CPUS_MOST, sweep_batch, 0, 0);
	return 0;
}
