/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DNS as processes send and receive it, over UDP and TCP.
 *
 * The hook is where a socket has done a send or a receive, in the context of the process that called: it fires for every
 * way to do so, once for each datagram of sendmmsg and recvmmsg (with which resolvers ask for A and AAAA at once), it
 * has the socket, the result and the process, and it runs once a call and not once a packet. The bytes are in the
 * caller's memory, where the registers of its system call say. A cgroup_skb program would also see what io_uring sends,
 * but it runs for every packet of the host, stands where packets can be dropped, needs cgroup v2 to be mounted, has no
 * process on the way in, and sees segments of TCP instead of its stream. What is sent or received in a way whose bytes
 * cannot be read is told without them, so that it is missed by name.
 *
 * Linux 6.3 and newer (sock_send_length, sock_recv_length).
 */
#include "bpf.h"
#include "call.h"
#include "current.h"
#include "dns.h"
#include "emit.h"
#include "socket.h"
#include "transfer.h"

char _license[] SEC("license") = "Dual BSD/GPL";

/* The servers' port. */
const volatile __u16 server_port = 53;

/* Never read: it makes the object's BTF tell the names by which user space decodes the records. */
const struct dns_vocabulary vocabulary __attribute__((used)) = {};

/* Buffers of one call on a stream that are looked at; the length before a message is often one of its own. */
#define MAX_VECTORS 4

struct speaker {
	/* Bytes of the stream so far. */
	__u64 sent;
	__u64 received;
};

/* Which message of a sendmmsg or recvmmsg is the next one. */
struct batch {
	__u32 next;
};

/* Both families' socket addresses as user space passes them: include/uapi/linux/in{,6}.h. */
struct peer {
	__u16 family;
	__be16 port;
	__be32 v4;
	__u8 v6[16];
};

/* One transfer, on its way to a record. */
struct transfer {
	struct sock *sk;
	__u64 position;
	__u32 length;
	__u32 captured;
	__u32 error;
	__u8 flow;
	__u8 protocol;
	struct peer peer;
};

struct {
	MAP_UINT(type, BPF_MAP_TYPE_SK_STORAGE);
	MAP_UINT(map_flags, BPF_F_NO_PREALLOC);
	MAP_TYPE(key, int);
	MAP_TYPE(value, struct speaker);
} speakers SEC(".maps");

struct {
	MAP_UINT(type, BPF_MAP_TYPE_TASK_STORAGE);
	MAP_UINT(map_flags, BPF_F_NO_PREALLOC);
	MAP_TYPE(key, int);
	MAP_TYPE(value, struct batch);
} batches SEC(".maps");

INLINE void fill(struct dns_message *message, struct transfer *transfer)
{
	struct connection_event *connection = &message->connection;

	fill_connection(connection, transfer->sk, bpf_get_socket_cookie(transfer->sk), bpf_ktime_get_ns());
	if (transfer->peer.family == AF_INET) {
		map_address(connection->remote_address, transfer->peer.v4);
		connection->remote_port = be16_to_host(transfer->peer.port);
	} else if (transfer->peer.family == AF_INET6) {
		__builtin_memcpy(connection->remote_address, transfer->peer.v6, 16);
		connection->remote_port = be16_to_host(transfer->peer.port);
	}
	if (is_mapped(connection->remote_address) && *(__u64 *)connection->local_address == 0 &&
	    *(__u64 *)(connection->local_address + 8) == 0)
		map_address(connection->local_address, 0);
	name_current(&connection->process);
	/* The message tells which end this is, not the ports: a server that forwards may ask from its own port. */
	connection->role = ROLE_UNKNOWN;
	connection->state = 0;
	connection->flags = 0;
	message->position = transfer->position;
	message->length = transfer->length;
	message->captured = transfer->captured;
	message->error = transfer->error;
	message->flow = transfer->flow;
	message->protocol = transfer->protocol;
	message->reserved = 0;
}

#define WRITE(struct_type, transfer, from) ({						\
	struct struct_type *__record = RESERVE(EVENT_DNS_MESSAGE, struct struct_type);	\
	__u32 __size = (transfer)->captured;						\
	if (__record) {									\
		if (__size > sizeof(__record->bytes))					\
			__size = sizeof(__record->bytes);				\
		if (__size && bpf_probe_read_user(__record->bytes, __size, (void *)(from))) \
			(transfer)->captured = 0;					\
		fill(&__record->message, transfer);					\
		bpf_ringbuf_submit(__record, 0);					\
	}										\
})

SUBPROGRAM int emit(struct transfer *transfer, __u64 from, __u64 available)
{
	if (available > transfer->length)
		available = transfer->length;
	if (available > sizeof(((struct dns_message_long *)0)->bytes))
		available = sizeof(((struct dns_message_long *)0)->bytes);
	transfer->captured = available;
	if (available <= sizeof(((struct dns_message_short *)0)->bytes))
		WRITE(dns_message_short, transfer, from);
	else
		WRITE(dns_message_long, transfer, from);
	return 0;
}

/* The header of the message that this call is at. */
SUBPROGRAM int message_of(struct call *call, struct user_message *message)
{
	__u64 at = call->buffer;
	struct batch *batch;

	if (call->form == CALL_MESSAGES) {
		batch = bpf_task_storage_get(&batches, bpf_get_current_task_btf(), 0,
					     BPF_LOCAL_STORAGE_GET_F_CREATE);
		if (!batch)
			return -1;
		at += (__u64)batch->next * sizeof(struct user_messages);
		batch->next++;
	}
	return bpf_probe_read_user(message, sizeof(*message), (void *)at);
}

/* Who was asked or answered, where the socket itself does not know. */
INLINE void read_peer(struct peer *peer, __u64 name)
{
	if (!name || bpf_probe_read_user(peer, 8, (void *)name))
		return;
	if (peer->family == AF_INET6)
		bpf_probe_read_user(peer->v6, sizeof(peer->v6), (void *)name + 8);
	else if (peer->family != AF_INET)
		peer->family = 0;
}

/* Byte by byte of the stream: the buffers of the call that hold what was transferred, each a record. */
SUBPROGRAM int emit_stream(struct transfer *transfer, __u64 vectors, __u64 count)
{
	__u32 left = transfer->length;
	struct user_vector vector;

	for (__u32 i = 0; i < MAX_VECTORS && i < count && left; i++) {
		if (bpf_probe_read_user(&vector, sizeof(vector), (void *)vectors + i * sizeof(vector)))
			break;
		/* The last one looked at stands for those behind it. */
		transfer->length = vector.length < left && i + 1 < MAX_VECTORS ? vector.length : left;
		if (!transfer->length)
			continue;
		emit(transfer, vector.base, vector.length);
		transfer->position += transfer->length;
		left -= transfer->length;
	}
	if (left) {
		transfer->length = left;
		emit(transfer, 0, 0);
	}
	return 0;
}

INLINE int is_passing(int error)
{
	return error == EAGAIN || error == EINTR || error >= ERESTARTSYS;
}

/* Not in the programs themselves: what a call of a function costs is only paid where a socket may be one of ours. */
SUBPROGRAM int on_datagram(struct sock *sk, int result, int flow, int known)
{
	struct transfer transfer = { .sk = sk, .flow = flow, .protocol = IPPROTO_UDP };
	struct user_message message = {};
	struct user_vector vector = {};
	struct call call = {};
	int readable = 0;

	if (!known && flow == DNS_RECEIVED && !bpf_sk_storage_get(&speakers, sk, 0, 0))
		return 0;
	current_call(&call);
	if (call.form == CALL_BUFFER) {
		vector.base = call.buffer;
		vector.length = call.length;
		message.name = call.name;
	} else if (call.form == CALL_VECTOR) {
		bpf_probe_read_user(&vector, sizeof(vector), (void *)call.buffer);
	} else if (call.form != CALL_OTHER && !message_of(&call, &message) && message.vector_count) {
		bpf_probe_read_user(&vector, sizeof(vector), (void *)message.vectors);
	}
	/* A receiver's address is copied out after this hook, so what is there now is another one's. */
	if (flow == DNS_SENT && !sk->__sk_common.skc_dport) {
		read_peer(&transfer.peer, message.name);
		if (!known && be16_to_host(transfer.peer.port) != server_port)
			return 0;
		if (!known)
			bpf_sk_storage_get(&speakers, sk, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	}
	readable = call.form != CALL_OTHER && vector.base;
	if (result < 0) {
		if (is_passing(-result))
			return 0;
		transfer.error = -result;
		/* What could not be sent is what the caller wanted to know. */
		transfer.length = flow == DNS_SENT ? vector.length : 0;
	} else {
		transfer.length = result;
	}
	return emit(&transfer, vector.base, readable ? vector.length : 0);
}

SUBPROGRAM int on_stream(struct sock *sk, int result, int flow)
{
	struct transfer transfer = { .sk = sk, .flow = flow, .protocol = IPPROTO_TCP };
	struct user_message message = {};
	struct speaker *speaker;
	struct call call = {};

	if (result < 0 && is_passing(-result))
		return 0;
	speaker = bpf_sk_storage_get(&speakers, sk, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (speaker) {
		transfer.position = flow == DNS_SENT ? speaker->sent : speaker->received;
		if (result > 0 && flow == DNS_SENT)
			speaker->sent += result;
		else if (result > 0)
			speaker->received += result;
	}
	if (result <= 0) {
		transfer.error = -result;
		return emit(&transfer, 0, 0);
	}
	transfer.length = result;
	current_call(&call);
	if (call.form == CALL_BUFFER)
		return emit(&transfer, call.buffer, call.length);
	if (call.form == CALL_VECTOR)
		return emit_stream(&transfer, call.buffer, call.length);
	if (call.form != CALL_OTHER && !message_of(&call, &message))
		return emit_stream(&transfer, message.vectors, message.vector_count);
	return emit(&transfer, 0, 0);
}

/* All that a socket costs that is none of ours: four loads. */
INLINE int on_transfer(struct sock *sk, int result, int flow)
{
	__u16 family = sk->__sk_common.skc_family;
	__u16 protocol = sk->sk_protocol;
	__be16 remote;
	int known;

	if ((protocol != IPPROTO_UDP && protocol != IPPROTO_TCP) || (family != AF_INET && family != AF_INET6))
		return 0;
	remote = sk->__sk_common.skc_dport;
	known = be16_to_host(remote) == server_port || sk->__sk_common.skc_num == server_port;
	if (!known && (protocol != IPPROTO_UDP || remote))
		return 0;
	if (!is_watched(sk))
		return 0;
	return protocol == IPPROTO_UDP ? on_datagram(sk, result, flow, known) : on_stream(sk, result, flow);
}

SEC("tp_btf/sock_send_length")
int dns_send(__u64 *ctx)
{
	on_transfer((struct sock *)ctx[0], ctx[1], DNS_SENT);
	bpf_tail_call(ctx, &next_sent, 0);
	return 0;
}

SEC("tp_btf/sock_recv_length")
int dns_receive(__u64 *ctx)
{
	/* What is only looked at is received again. */
	if (!(ctx[2] & MSG_PEEK))
		on_transfer((struct sock *)ctx[0], ctx[1], DNS_RECEIVED);
	bpf_tail_call(ctx, &next_received, 0);
	return 0;
}

INLINE int on_batch(void)
{
	struct batch *batch = bpf_task_storage_get(&batches, bpf_get_current_task_btf(), 0, 0);

	if (batch)
		batch->next = 0;
	return 0;
}

SEC("tracepoint/syscalls/sys_enter_sendmmsg")
int dns_sendmmsg(void *ctx __attribute__((unused)))
{
	return on_batch();
}

SEC("tracepoint/syscalls/sys_enter_recvmmsg")
int dns_recvmmsg(void *ctx __attribute__((unused)))
{
	return on_batch();
}
