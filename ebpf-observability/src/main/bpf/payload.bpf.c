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

char _license[] SEC("license") = "Dual BSD/GPL";

/* A process whose connections are left out: the reader itself; 0 is none. */
const volatile __u32 excluded_pid = 0;

/* How many bytes of an HTTP/1 message are told: a head is at its beginning. */
const volatile __u32 capture_bytes = 1024;

/* How many bytes of a call are told where frames follow one another: HTTP/2, DNS. */
const volatile __u32 capture_frames = 4096;

/* A bit for each enum payload_protocol that is looked for. */
const volatile __u32 protocols = 1 << PROTOCOL_HTTP1 | 1 << PROTOCOL_HTTP2 | 1 << PROTOCOL_TLS;

/* A reader is woken once in so many records (a power of two) and looks by itself in between. */
const volatile __u32 wake_interval = 256;

/* Never read: it makes the object's BTF tell the names by which user space decodes the records. */
const struct payload_vocabulary vocabulary __attribute__((used)) = {};

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
};

/* What a socket's bytes turned out to be: an enum payload_protocol, or one of these. */
enum verdict {
	/* Not yet known. */
	UNDECIDED = PROTOCOL_UNKNOWN,
	/* Nothing that is looked for: the lookup that says so is all that a call costs. */
	OTHER = 16,
};

struct direction {
	__u64 position;
	/* Bytes that may still be told of the message under way. */
	__u32 budget;
	/* Its first bytes, while they are too few to tell. */
	__u32 beginning;
};

struct watched {
	/* What each record begins with; process is who made the last call. */
	struct connection_event connection;
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

/* The first bytes of a call, zero behind its end; how many there are. */
INLINE __u32 read_head(struct piece *piece, __u8 head[HEAD])
{
	const void *buffer = piece->buffers.buffer;
	struct user_vector vectors[2];
	__u32 length = piece->length;

	*(__u64 *)head = 0;
	*(__u64 *)(head + 8) = 0;
	if (!buffer) {
		if (!piece->buffers.vectors || read_vectors(vectors, piece))
			return 0;
		/* Some lead with an empty buffer. */
		if (!vectors[0].length)
			vectors[0] = vectors[1];
		buffer = (const void *)vectors[0].base;
		if (length > vectors[0].length)
			length = vectors[0].length;
	}
	if (length > HEAD)
		length = HEAD;
	asm volatile("" : "+r"(length));
	if (!length || length > HEAD || bpf_probe_read_user(head, length, buffer))
		return 0;
	return length;
}

INLINE __u64 submit_flags(struct tally *tally)
{
	/* Waking costs more than all the rest: an interrupt to itself. */
	return tally && tally->attempted & (wake_interval - 1) ? BPF_RB_NO_WAKEUP : BPF_RB_FORCE_WAKEUP;
}

/* As reserve(), without its locked instruction: nothing that interrupts these programs writes such a record. */
INLINE struct payload *reserve_payload(__u64 size, struct tally *tally)
{
	struct payload *record = bpf_ringbuf_reserve(&events, size, 0);

	if (tally) {
		tally->attempted++;
		if (!record)
			tally->lost++;
	}
	return record;
}

INLINE void fill(struct payload *record, struct piece *piece, __u16 size)
{
	struct watched *watched = piece->watched;

	record->connection = watched->connection;
	record->connection.header.type = EVENT_PAYLOAD;
	record->connection.header.length = size;
	record->connection.header.cpu = bpf_get_smp_processor_id();
	record->connection.header.timestamp = bpf_ktime_get_ns();
	record->stream = 0;
	record->position = piece->position;
	record->length = piece->length;
	record->protocol = watched->verdict;
	record->source = SOURCE_SOCKET;
	record->payload_flags = piece->flags | (watched->joined ? PAYLOAD_JOINED : 0);
	record->payload_reserved = 0;
}

#define WORD(a, b, c, d) ((__u32)(a) | (__u32)(b) << 8 | (__u32)(c) << 16 | (__u32)(d) << 24)

INLINE int is_target(__u8 octet)
{
	return octet == '/' || octet == '*' || octet == 'h';
}

/* A method in capital letters, a space and what a target begins with (RFC 9112, section 3). */
SUBPROGRAM int is_rare_request(const __u8 *head)
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

INLINE __u8 recognize(struct watched *watched, const __u8 *head, __u32 length)
{
	/* The preface looks like a request, on purpose: RFC 9113, section 3.4. */
	if (*(const __u32 *)head == WORD('P', 'R', 'I', ' ') && head[4] == '*')
		return wants(PROTOCOL_HTTP2) ? PROTOCOL_HTTP2 : OTHER;
	if (is_request(head) || is_response(head))
		return wants(PROTOCOL_HTTP1) ? PROTOCOL_HTTP1 : OTHER;
	if (head[0] == 22 && head[1] == 3 && head[2] <= 4 &&
	    (length < 6 || head[5] == 1 || head[5] == 2))
		return wants(PROTOCOL_TLS) ? PROTOCOL_TLS : OTHER;
	if (watched->joined && wants(PROTOCOL_HTTP2) && is_headers_frame(head, length))
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

SUBPROGRAM int emit_closed(struct watched *watched)
{
	struct payload_closed *record = reserve((enum event_type)EVENT_PAYLOAD_CLOSED, sizeof(*record));

	if (!record)
		return 0;
	record->connection = watched->connection;
	record->connection.header.type = EVENT_PAYLOAD_CLOSED;
	record->connection.header.length = sizeof(*record);
	record->connection.header.cpu = bpf_get_smp_processor_id();
	record->connection.header.timestamp = bpf_ktime_get_ns();
	record->stream = 0;
	record->sent = watched->sent.position;
	record->received = watched->received.position;
	record->protocol = watched->verdict < OTHER ? watched->verdict : PROTOCOL_UNKNOWN;
	record->source = SOURCE_SOCKET;
	record->payload_flags = watched->joined ? PAYLOAD_JOINED : 0;
	record->payload_reserved = 0;
	bpf_ringbuf_submit(record, BPF_RB_NO_WAKEUP);
	return 0;
}

INLINE void end(struct watched *watched)
{
	if (watched->verdict != UNDECIDED && watched->verdict < OTHER)
		emit_closed(watched);
	watched->verdict = OTHER;
	watched->ended = 1;
}

/* How much of what was read is told: of an HTTP/1 message the first bytes only. */
INLINE __u32 settle(struct piece *piece, const __u8 *bytes, __u32 read)
{
	struct direction *direction = piece->direction;

	if (piece->watched->verdict != PROTOCOL_HTTP1)
		return read;
	if (is_request(bytes) || is_response(bytes))
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
INLINE void emit_buffer(struct piece *piece, struct tally *tally, const __u32 most)
{
	const __u32 size = sizeof(struct payload) + most;
	struct payload *record = reserve_payload(size, tally);
	__u32 length = piece->wanted;

	if (!record)
		return;
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
	bpf_ringbuf_submit(record, submit_flags(tally));
}

/* Twice the room: each step may fill as much as is wanted in all, as far as the verifier knows. */
INLINE void emit_vectors(struct piece *piece, struct tally *tally, const __u32 most)
{
	const __u32 size = sizeof(struct payload) + 2 * most;
	struct payload *record = reserve_payload(size, tally);
	__u32 filled = 0, wanted = piece->wanted;
	struct user_vector vectors[2];

	if (!record)
		return;
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
	bpf_ringbuf_submit(record, submit_flags(tally));
}

INLINE void emit_most(struct piece *piece, struct tally *tally, const __u32 most)
{
	if (piece->buffers.buffer)
		emit_buffer(piece, tally, most);
	else
		emit_vectors(piece, tally, most);
}

SUBPROGRAM int emit_4096(struct piece *piece, struct tally *tally)
{
	emit_most(piece, tally, 4096);
	return 0;
}

SUBPROGRAM int emit_16384(struct piece *piece, struct tally *tally)
{
	emit_most(piece, tally, 16384);
	return 0;
}

INLINE void emit(struct piece *piece, struct tally *tally)
{
	if (piece->wanted <= 256)
		emit_most(piece, tally, 256);
	else if (piece->wanted <= 1024)
		emit_most(piece, tally, 1024);
	else if (piece->wanted <= 4096)
		emit_4096(piece, tally);
	else
		emit_16384(piece, tally);
}

/* A call in the middle of a message, or without a buffer: where a chunk begins is told, and lengths. */
INLINE int emit_head(struct piece *piece, struct tally *tally)
{
	const __u32 size = sizeof(struct payload) + HEAD;
	__u8 head[HEAD] __attribute__((aligned(8)));
	__u32 length = read_head(piece, head);
	struct payload *record;

	if (piece->watched->verdict == PROTOCOL_HTTP1 && (is_request(head) || is_response(head)))
		return 0;
	record = reserve_payload(size, tally);
	if (!record)
		return 1;
	if (!length)
		piece->flags |= PAYLOAD_UNREADABLE;
	fill(record, piece, size);
	*(__u64 *)record->bytes = *(__u64 *)head;
	*(__u64 *)(record->bytes + 8) = *(__u64 *)(head + 8);
	record->captured = length;
	bpf_ringbuf_submit(record, submit_flags(tally));
	return 1;
}

INLINE __u32 least(__u32 a, __u32 b)
{
	return a < b ? a : b;
}

/* TLS: each direction's first record, and then nothing any more. */
INLINE void frame_tls(struct piece *piece)
{
	struct direction *direction = piece->direction;
	__u8 head[HEAD] __attribute__((aligned(8)));
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
INLINE void tell(struct piece *piece)
{
	struct direction *direction = piece->direction;
	__u8 verdict = piece->watched->verdict;
	__u32 type = EVENT_PAYLOAD;
	struct tally *tally;

	if (verdict == PROTOCOL_TLS) {
		if (direction->budget == ~0u)
			return;
		frame_tls(piece);
	} else {
		piece->wanted = least(piece->length,
				      verdict == PROTOCOL_HTTP1 ? capture_bytes : capture_frames);
	}
	tally = bpf_map_lookup_elem(&tallies, &type);
	if ((!piece->buffers.buffer && !piece->buffers.vectors) ||
	    (verdict == PROTOCOL_HTTP1 && !direction->budget)) {
		if (emit_head(piece, tally))
			goto told;
	}
	emit(piece, tally);
told:
	if (verdict == PROTOCOL_TLS)
		tls_told(piece);
}

/* Whether the socket's bytes are told: what they are is asked of its first calls. */
INLINE int is_known(struct piece *piece)
{
	struct watched *watched = piece->watched;
	struct direction *direction = piece->direction;
	__u8 head[HEAD] __attribute__((aligned(8)));
	__u32 length;

	if (watched->verdict != UNDECIDED && !(direction->beginning && piece->position < 4))
		return 1;
	length = read_head(piece, head);
	if (watched->verdict != UNDECIDED) {
		look_again(watched, direction, piece->position, head, length);
		if (watched->verdict != OTHER)
			return 1;
		watched->verdict = PROTOCOL_HTTP1;
		end(watched);
		return 0;
	}
	watched->verdict = recognize(watched, head, length);
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

/* A socket that no state change was seen of. */
INLINE struct watched *join(struct sock *sk)
{
	struct watched *watched;
	__u8 state = sk->__sk_common.skc_state;

	if (state == TCP_CLOSE || state == TCP_LISTEN)
		return 0;
	watched = bpf_sk_storage_get(&sockets, sk, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (watched)
		watched->joined = 1;
	return watched;
}

/* At the first bytes: who and where, and whether it is to be watched at all. */
SUBPROGRAM int introduce(struct watched *watched, struct sock *sk)
{
	struct connection_event *connection = &watched->connection;
	struct socket *socket = PROBE(sk->sk_socket);

	fill_connection(connection, sk, bpf_get_socket_cookie(sk), 0);
	/* A socket without a file is the kernel's own: what its calls carry is in no user's buffer. */
	if (!is_watched(sk) || !socket || !PROBE(socket->file))
		return OTHER;
	if (connection->local_port == DNS_PORT || connection->remote_port == DNS_PORT)
		return wants(PROTOCOL_DNS) ? PROTOCOL_DNS : OTHER;
	connection->state = PROBE(sk->__sk_common.skc_state);
	if (!watched->joined)
		connection->flags |= SEEN_FROM_START;
	connection->flags |= TAKEN;
	return UNDECIDED;
}

INLINE int on_transfer(struct sock *sk, int length, __u16 flags)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct piece piece;
	struct watched *watched;
	__u32 pid;

	watched = bpf_sk_storage_get(&sockets, sk, 0, 0);
	if (!watched)
		watched = join(sk);
	if (!watched || watched->verdict == OTHER)
		return 0;
	pid = task->tgid;
	if (watched->connection.process.pid != pid) {
		if (excluded_pid && pid == excluded_pid) {
			watched->verdict = OTHER;
			return 0;
		}
		name_current(&watched->connection.process);
	}
	if (!watched->connection.header.cookie) {
		watched->verdict = introduce(watched, sk);
		if (watched->verdict == OTHER)
			return 0;
	}
	piece.watched = watched;
	piece.direction = flags & PAYLOAD_SENT ? &watched->sent : &watched->received;
	piece.position = piece.direction->position;
	piece.length = length;
	piece.flags = flags;
	piece.direction->position += length;
	find_buffers(&piece.buffers);
	if (is_known(&piece))
		tell(&piece);
	return 0;
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
	int result = ctx[1];

	return result > 0 && is_tcp(sk) ? on_transfer(sk, result, PAYLOAD_SENT) : 0;
}

SEC("tp_btf/sock_recv_length")
int payload_received(__u64 *ctx)
{
	struct sock *sk = (struct sock *)ctx[0];
	int result = ctx[1], flags = ctx[2];

	/* What is only looked at will be received again. */
	return result > 0 && !(flags & MSG_PEEK) && is_tcp(sk) ? on_transfer(sk, result, 0) : 0;
}

/* A socket begins: which end it is, and that its streams are seen from their first byte. */
INLINE void on_begin(struct sock *sk, __u8 role)
{
	struct watched *watched =
		bpf_sk_storage_get(&sockets, sk, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);

	if (!watched)
		return;
	__builtin_memset(watched, 0, sizeof(*watched));
	watched->connection.role = role;
}

SEC("tp_btf/inet_sock_set_state")
int payload_state(__u64 *ctx)
{
	struct sock *sk = (struct sock *)ctx[0];
	int old = ctx[1], new = ctx[2];
	struct watched *watched;

	if (new == TCP_SYN_SENT) {
		if (is_tcp(sk))
			on_begin(sk, ROLE_CLIENT);
	} else if (new == TCP_SYN_RECV && old == TCP_LISTEN) {
		if (is_tcp(sk))
			on_begin(sk, ROLE_SERVER);
	} else if (new == TCP_CLOSE && old != TCP_LISTEN && old != TCP_SYN_SENT && is_tcp(sk)) {
		watched = bpf_sk_storage_get(&sockets, sk, 0, 0);
		/* What has arrived may still be read: then the socket's own end is the end. */
		if (watched && !watched->ended && !sk->sk_receive_queue.qlen)
			end(watched);
	}
	return 0;
}

SEC("tp_btf/tcp_destroy_sock")
int payload_destroyed(__u64 *ctx)
{
	struct watched *watched = bpf_sk_storage_get(&sockets, (struct sock *)ctx[0], 0, 0);

	if (watched && !watched->ended)
		end(watched);
	return 0;
}
