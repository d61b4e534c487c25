/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plaintext of TLS, as libssl (OpenSSL 1.1 and 3, and what has their functions) takes and gives it.
 *
 * A call of SSL_read or SSL_write is put by at its entry (the SSL object, the buffer) and told at its
 * return, when it is known how much passed. The socket is the one that the thread sends to or
 * receives from meanwhile: sock_send_length and sock_recv_length run in that thread. It is learnt
 * once an SSL object and kept with it. Where libssl works on memory and the application moves the
 * ciphertext itself there is no such socket, and the records' cookie stays 0; the stream's number is
 * what names the connection in every case.
 *
 * Kernel 5.12 and newer; without sock_send_length and sock_recv_length (6.3) no socket is known.
 */
#include "bpf.h"
#include "current.h"
#include "emit.h"
#include "payload.h"
#include "socket.h"
#include "transfer.h"

char _license[] SEC("license") = "Dual BSD/GPL";

/* Of each call at most so many bytes are told: CAPTURE_MAXIMUM at most. */
const volatile __u32 capture_bytes = 1024;

/* A reader is woken once in so many records (a power of two) and looks by itself in between. */
const volatile __u32 wake_interval = 64;

/* Never read: it makes the object's BTF tell the names by which user space decodes the records. */
const struct payload_vocabulary vocabulary __attribute__((used)) = {};

/* The greatest TLS record: RFC 8446, section 5.1. */
#define CAPTURE_MAXIMUM 16384

enum call_kind {
	CALL_NONE = 0,
	CALL_READ = 1,
	CALL_WRITE = 2,
	CALL_HANDSHAKE = 3,
};

/* A call of libssl that a thread is in. */
struct call {
	__u64 ssl;
	__u64 buffer;
	/* Where an _ex function says how much passed; 0 for those that return it. */
	__u64 length_at;
	/* The stack pointer at entry tells calls that nest, and those that were left by a jump. */
	__u64 stack;
	/* When the socket was last read, or first written to. */
	__u64 time;
	__u64 socket;
	__u8 kind;
};

/* The second one is TLS within TLS: an SSL object that writes through another one (HTTPS proxies). */
struct calls {
	struct call outer;
	struct call inner;
	__u32 depth;
};

struct stream_key {
	__u64 ssl;
	__u64 process;
};

/* An SSL object. */
struct stream {
	/* What is known of its socket, cookie 0 until that is; and the process. */
	struct connection_event connection;
	__u64 number;
	__u64 socket;
	__u64 sent;
	__u64 received;
	__u8 protocol;
	__u8 joined;
	__u16 reserved;
	__u32 padding;
};

struct {
	MAP_UINT(type, BPF_MAP_TYPE_TASK_STORAGE);
	MAP_UINT(map_flags, BPF_F_NO_PREALLOC);
	MAP_TYPE(key, int);
	MAP_TYPE(value, struct calls);
} calls SEC(".maps");

struct {
	MAP_UINT(type, BPF_MAP_TYPE_LRU_HASH);
	MAP_UINT(max_entries, 1 << 14);
	MAP_TYPE(key, struct stream_key);
	MAP_TYPE(value, struct stream);
} streams SEC(".maps");

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

/* arch/x86/include/asm/ptrace.h; the C calling convention of the x86-64 psABI. */
struct pt_regs___x86 {
	unsigned long di;
	unsigned long si;
	unsigned long dx;
	unsigned long cx;
	unsigned long ax;
	unsigned long sp;
};

/* arch/arm64/include/uapi/asm/ptrace.h; the C calling convention of AAPCS64. */
struct user_pt_regs___arm64 {
	__u64 regs[31];
	__u64 sp;
};

#pragma clang attribute pop

/* Read by a helper: plain loads the compiler joins into one at an offset that it chose, which no verifier takes. */
#define ON_X86 FIELD_EXISTS(((struct pt_regs___x86 *)0)->di)
#define REGISTER(registers, x86, arm64)						\
	(ON_X86 ? PROBE(((struct pt_regs___x86 *)(registers))->x86)		\
		: PROBE(((struct user_pt_regs___arm64 *)(registers))->arm64))
#define ARGUMENT_1(registers) REGISTER(registers, di, regs[0])
#define ARGUMENT_2(registers) REGISTER(registers, si, regs[1])
#define ARGUMENT_4(registers) REGISTER(registers, cx, regs[3])
#define RESULT(registers) REGISTER(registers, ax, regs[0])
#define STACK(registers) REGISTER(registers, sp, sp)
/* What the stack pointer was at entry: on x86 the return took the return address away. */
#define STACK_AT_ENTRY(registers) (STACK(registers) - (ON_X86 ? 8 : 0))

INLINE void key_of(struct stream_key *key, __u64 ssl)
{
	key->ssl = ssl;
	key->process = bpf_get_current_pid_tgid() >> 32;
}

SUBPROGRAM long create_stream(struct stream_key *key, __u32 role, __u32 joined)
{
	struct stream fresh = {};

	/* Time does not stand still on a CPU, so two streams never get the same number. */
	fresh.number = bpf_ktime_get_ns() << 8 | (bpf_get_smp_processor_id() & 0xff);
	fresh.connection.role = role;
	fresh.connection.flags = joined ? TAKEN : TAKEN | SEEN_FROM_START;
	fresh.joined = joined;
	return bpf_map_update_elem(&streams, key, &fresh, BPF_ANY);
}

INLINE struct stream *stream_of(struct stream_key *key)
{
	struct stream *known = bpf_map_lookup_elem(&streams, key);

	if (known)
		return known;
	create_stream(key, ROLE_UNKNOWN, 1);
	return bpf_map_lookup_elem(&streams, key);
}

SUBPROGRAM int enter(void *registers, __u64 length_at, __u32 kind)
{
	struct calls *thread = bpf_task_storage_get(&calls, bpf_get_current_task_btf(), 0,
						    BPF_LOCAL_STORAGE_GET_F_CREATE);
	__u64 stack = STACK(registers);
	struct stream_key key;
	struct stream *stream;
	struct call *call;

	if (!thread)
		return 0;
	/* A caller's stack pointer is above ours; a call that is not above us did not return. */
	if (thread->depth && thread->outer.stack <= stack)
		thread->depth = 0;
	if (thread->depth == 2 && thread->inner.stack <= stack)
		thread->depth = 1;
	if (thread->depth >= 2)
		return 0;
	call = thread->depth ? &thread->inner : &thread->outer;
	thread->depth++;
	call->ssl = ARGUMENT_1(registers);
	call->buffer = ARGUMENT_2(registers);
	call->length_at = length_at;
	call->stack = stack;
	call->time = 0;
	call->kind = kind;
	key_of(&key, call->ssl);
	stream = bpf_map_lookup_elem(&streams, &key);
	call->socket = stream ? stream->socket : 0;
	return 0;
}

/* The call that returns here, taken from the thread; its kind is CALL_NONE where it was not seen to begin. */
SUBPROGRAM int leave(void *registers, struct call *left)
{
	struct calls *thread = bpf_task_storage_get(&calls, bpf_get_current_task_btf(), 0, 0);
	__u64 stack = STACK_AT_ENTRY(registers);
	struct call *call;

	left->kind = CALL_NONE;
	if (!thread)
		return 0;
	if (thread->depth == 2 && thread->inner.stack < stack)
		thread->depth = 1;
	if (!thread->depth)
		return 0;
	call = thread->depth == 2 ? &thread->inner : &thread->outer;
	if (call->stack != stack)
		return 0;
	thread->depth--;
	*left = *call;
	return 0;
}

SUBPROGRAM int learn_socket(struct call *call, struct sock *sk)
{
	__u16 family = PROBE(sk->__sk_common.skc_family);
	struct stream_key key;
	struct stream *stream;

	if (!call || (family != AF_INET && family != AF_INET6) || PROBE(sk->sk_protocol) != IPPROTO_TCP ||
	    !is_watched(sk))
		return 0;
	key_of(&key, call->ssl);
	stream = stream_of(&key);
	if (!stream)
		return 0;
	call->socket = (__u64)sk;
	stream->socket = (__u64)sk;
	stream->connection.state = PROBE(sk->__sk_common.skc_state);
	fill_connection(&stream->connection, sk, bpf_get_socket_cookie(sk), 0);
	return 0;
}

INLINE void on_call_socket(struct call *call, struct sock *sk, __u32 unwanted, int result)
{
	/* A read may send (alerts, new keys) and callbacks may talk to others: only its own way counts. */
	if (call->kind == unwanted)
		return;
	if (result > 0 && (call->kind != CALL_WRITE || !call->time))
		call->time = bpf_ktime_get_ns();
	if (call->socket != (__u64)sk)
		learn_socket(call, sk);
}

INLINE int on_socket(__u64 *ctx, __u32 unwanted)
{
	struct calls *thread = bpf_task_storage_get(&calls, bpf_get_current_task_btf(), 0, 0);
	struct sock *sk = (struct sock *)ctx[0];

	if (!thread || !thread->depth)
		return 0;
	on_call_socket(&thread->outer, sk, unwanted, ctx[1]);
	if (thread->depth == 2)
		on_call_socket(&thread->inner, sk, unwanted, ctx[1]);
	return 0;
}

SEC("tp_btf/sock_send_length")
int tls_socket_send(__u64 *ctx)
{
	on_socket(ctx, CALL_READ);
	bpf_tail_call(ctx, &next_sent, 0);
	return 0;
}

SEC("tp_btf/sock_recv_length")
int tls_socket_receive(__u64 *ctx)
{
	on_socket(ctx, CALL_WRITE);
	bpf_tail_call(ctx, &next_received, 0);
	return 0;
}

/* To wake costs more than all the rest: an interrupt that the CPU sends itself. */
INLINE void submit(void *record, __u32 type)
{
	struct tally *tally = bpf_map_lookup_elem(&tallies, &type);

	bpf_ringbuf_submit(record, tally && tally->attempted & (wake_interval - 1) ? BPF_RB_NO_WAKEUP
										    : BPF_RB_FORCE_WAKEUP);
}

INLINE void fill(struct connection_event *event, struct stream *stream, __u64 time)
{
	struct event_header header = event->header;

	/* The key holds the process, so its name is asked for once. */
	if (!stream->connection.process.pid)
		name_current(&stream->connection.process);
	*event = stream->connection;
	event->header.type = header.type;
	event->header.reserved = 0;
	event->header.length = header.length;
	event->header.cpu = bpf_get_smp_processor_id();
	event->header.timestamp = time;
}

/* Of sockets elsewhere nothing is learnt, so where one namespace is asked for, a socket has to be known. */
INLINE int is_elsewhere(struct stream *stream)
{
	return only_netns && !stream->connection.header.cookie;
}

/* The ring takes records of constant size only, so one of a few sizes is chosen. */
INLINE void tell(struct call *call, struct stream *stream, __u64 position, __u32 length, __u32 captured,
		 const __u32 room)
{
	struct payload *record = reserve((enum event_type)EVENT_PAYLOAD, sizeof(*record) + room);
	__u32 flags = call->kind == CALL_WRITE ? PAYLOAD_SENT : 0;

	if (!record)
		return;
	fill(&record->connection, stream, call->time);
	if (stream->joined)
		flags |= PAYLOAD_JOINED;
	asm volatile("" : "+r"(captured)); /* the bound below is for the verifier; the compiler knows it */
	if (captured > room)
		captured = room;
	if (bpf_probe_read_user(record->bytes, captured, (void *)call->buffer)) {
		captured = 0;
		flags |= PAYLOAD_UNREADABLE;
	}
	record->stream = stream->number;
	record->position = position;
	record->length = length;
	record->captured = captured;
	record->protocol = stream->protocol;
	record->source = SOURCE_TLS_LIBRARY;
	record->payload_flags = flags;
	record->payload_reserved = 0;
	submit(record, EVENT_PAYLOAD);
}

SUBPROGRAM int tell_small(struct call *call, struct stream *stream, __u64 position, __u32 length, __u32 captured)
{
	if (!call || !stream)
		return 0;
	tell(call, stream, position, length, captured, 256);
	return 0;
}

SUBPROGRAM int tell_usual(struct call *call, struct stream *stream, __u64 position, __u32 length, __u32 captured)
{
	if (!call || !stream)
		return 0;
	tell(call, stream, position, length, captured, 1024);
	return 0;
}

SUBPROGRAM int tell_great(struct call *call, struct stream *stream, __u64 position, __u32 length, __u32 captured)
{
	if (!call || !stream)
		return 0;
	tell(call, stream, position, length, captured, CAPTURE_MAXIMUM);
	return 0;
}

#define WORD(a, b, c, d) ((__u32)(a) | (__u32)(b) << 8 | (__u32)(c) << 16 | (__u32)(d) << 24)

/* What begins with these bytes: a request or status line, a preface or frame of HTTP/2, or neither. */
SUBPROGRAM int classify(const void *buffer, __u32 length)
{
	__u8 head[16] = {};
	__u32 size, frame;

	if (length < 9)
		return PROTOCOL_UNKNOWN;
	if (bpf_probe_read_user(head, length < 16 ? 9 : 16, buffer))
		return PROTOCOL_UNKNOWN;
	switch (WORD(head[0], head[1], head[2], head[3])) {
	case WORD('G', 'E', 'T', ' '):
	case WORD('P', 'U', 'T', ' '):
	case WORD('H', 'T', 'T', 'P'):
		return PROTOCOL_HTTP1;
	case WORD('P', 'O', 'S', 'T'):
	case WORD('H', 'E', 'A', 'D'):
		return head[4] == ' ' ? PROTOCOL_HTTP1 : PROTOCOL_UNKNOWN;
	case WORD('P', 'A', 'T', 'C'):
		return head[4] == 'H' && head[5] == ' ' ? PROTOCOL_HTTP1 : PROTOCOL_UNKNOWN;
	case WORD('D', 'E', 'L', 'E'):
		return head[4] == 'T' && head[5] == 'E' && head[6] == ' ' ? PROTOCOL_HTTP1 : PROTOCOL_UNKNOWN;
	case WORD('O', 'P', 'T', 'I'):
		return head[4] == 'O' && head[5] == 'N' && head[6] == 'S' ? PROTOCOL_HTTP1 : PROTOCOL_UNKNOWN;
	case WORD('C', 'O', 'N', 'N'):
		return head[4] == 'E' && head[5] == 'C' && head[6] == 'T' ? PROTOCOL_HTTP1 : PROTOCOL_UNKNOWN;
	case WORD('T', 'R', 'A', 'C'):
		return head[4] == 'E' && head[5] == ' ' ? PROTOCOL_HTTP1 : PROTOCOL_UNKNOWN;
	case WORD('P', 'R', 'I', ' '):
		return head[4] == '*' && head[6] == 'H' ? PROTOCOL_HTTP2 : PROTOCOL_UNKNOWN;
	}
	/* A connection that is older than the program: a frame that can hardly be anything else. */
	size = (__u32)head[0] << 16 | (__u32)head[1] << 8 | head[2];
	frame = (__u32)head[5] << 24 | (__u32)head[6] << 16 | (__u32)head[7] << 8 | head[8];
	switch (head[3]) {
	case 1: /* HEADERS of a request, or of a response to one */
		return size && size <= 16384 && (frame & 0x80000001) == 1 && !(head[4] & ~0x2d) && head[4] & 4 &&
			       size + 9 <= length
			       ? PROTOCOL_HTTP2
			       : PROTOCOL_UNKNOWN;
	case 4: /* SETTINGS */
		return size <= 16 * 6 && size % 6 == 0 && frame == 0 && head[4] <= 1 && (size || head[4])
			       ? PROTOCOL_HTTP2
			       : PROTOCOL_UNKNOWN;
	case 6: /* PING */
		return size == 8 && frame == 0 && head[4] <= 1 ? PROTOCOL_HTTP2 : PROTOCOL_UNKNOWN;
	}
	return PROTOCOL_UNKNOWN;
}

SUBPROGRAM int transferred(struct call *call, long result)
{
	struct stream_key key;
	struct stream *stream;
	__u32 length, captured;
	__u64 position, taken = 0;

	if (!call)
		return 0;
	if (call->length_at) {
		if ((int)result != 1 || bpf_probe_read_user(&taken, 8, (void *)call->length_at))
			return 0;
	} else if ((int)result > 0) {
		taken = (int)result;
	}
	if (!taken || taken >> 32)
		return 0;
	length = taken;
	key_of(&key, call->ssl);
	stream = stream_of(&key);
	if (!stream)
		return 0;
	if (call->kind == CALL_WRITE) {
		position = stream->sent;
		stream->sent += length;
	} else {
		position = stream->received;
		stream->received += length;
	}
	if (is_elsewhere(stream))
		return 0;
	if (!stream->protocol) {
		stream->protocol = classify((void *)call->buffer, length);
		if (!stream->protocol)
			return 0;
	}
	if (!call->time) /* from memory: earlier ciphertext had it, or the application moves it */
		call->time = bpf_ktime_get_ns();
	captured = length < capture_bytes ? length : capture_bytes;
	if (captured <= 256)
		return tell_small(call, stream, position, length, captured);
	if (captured <= 1024)
		return tell_usual(call, stream, position, length, captured);
	return tell_great(call, stream, position, length, captured);
}

SEC("uprobe")
int ssl_read(void *registers)
{
	return enter(registers, 0, CALL_READ);
}

SEC("uprobe")
int ssl_write(void *registers)
{
	return enter(registers, 0, CALL_WRITE);
}

SEC("uprobe")
int ssl_read_ex(void *registers)
{
	return enter(registers, ARGUMENT_4(registers), CALL_READ);
}

SEC("uprobe")
int ssl_write_ex(void *registers)
{
	return enter(registers, ARGUMENT_4(registers), CALL_WRITE);
}

/* Of SSL_read, SSL_write, SSL_read_ex, SSL_write_ex. */
SEC("uretprobe")
int ssl_transferred(void *registers)
{
	struct call call;

	leave(registers, &call);
	if (call.kind == CALL_NONE)
		return 0;
	return transferred(&call, RESULT(registers));
}

/* SSL_do_handshake: it moves ciphertext, and tells the socket before any plaintext passes. */
SEC("uprobe")
int ssl_handshake(void *registers)
{
	return enter(registers, 0, CALL_HANDSHAKE);
}

SEC("uretprobe")
int ssl_handshaken(void *registers)
{
	struct call call;

	return leave(registers, &call);
}

/* What was told of the object so far is over. */
SUBPROGRAM int end_stream(struct stream_key *key)
{
	struct payload_closed *record;
	struct stream *stream;

	if (!key)
		return 0;
	stream = bpf_map_lookup_elem(&streams, key);
	if (!stream)
		return 0;
	if (stream->protocol && !is_elsewhere(stream)) {
		record = reserve((enum event_type)EVENT_PAYLOAD_CLOSED, sizeof(*record));
		if (record) {
			fill(&record->connection, stream, bpf_ktime_get_ns());
			record->stream = stream->number;
			record->sent = stream->sent;
			record->received = stream->received;
			record->protocol = stream->protocol;
			record->source = SOURCE_TLS_LIBRARY;
			record->payload_flags = stream->joined ? PAYLOAD_JOINED : 0;
			record->payload_reserved = 0;
			submit(record, EVENT_PAYLOAD_CLOSED);
		}
	}
	bpf_map_delete_elem(&streams, key);
	return 0;
}

/* Also called for an object that was used: for another connection, or by curl just before SSL_free. */
INLINE int begin(void *registers, __u32 role)
{
	struct stream_key key;

	key_of(&key, ARGUMENT_1(registers));
	end_stream(&key);
	create_stream(&key, role, 0);
	return 0;
}

SEC("uprobe")
int ssl_set_accept_state(void *registers)
{
	return begin(registers, ROLE_SERVER);
}

SEC("uprobe")
int ssl_set_connect_state(void *registers)
{
	return begin(registers, ROLE_CLIENT);
}

/* SSL_free, and SSL_clear, after which the object serves another connection. */
SEC("uprobe")
int ssl_end(void *registers)
{
	struct stream_key key;

	key_of(&key, ARGUMENT_1(registers));
	return end_stream(&key);
}
