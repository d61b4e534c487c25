/* SPDX-License-Identifier: Apache-2.0 */
/*
 * UDP: who talks to whom and how much, what is refused and what finds no room; and the ICMP errors that this host sends.
 *
 * What a call sent or received is told to sock_send_length and sock_recv_length in the process that called (Linux 6.3).
 * It is added up in the kernel by socket and peer, and told when a flow has been told last an interval ago, or by a walk
 * over all of them that user space asks for. No hook tells that a UDP socket is closed: the walk finds the rest.
 */
#include "bpf.h"
#include "call.h"
#include "current.h"
#include "emit.h"
#include "packet.h"
#include "socket.h"
#include "transfer.h"
#include "udp.h"

char _license[] SEC("license") = "Dual BSD/GPL";

/* Never read: it makes the object's BTF tell the names by which user space decodes the records. */
const struct udp_vocabulary vocabulary __attribute__((used)) = {};

/* A flow is told at most so often, in nanoseconds, while it goes on; one that rests for so long is forgotten. */
const volatile __u64 flow_interval = 10000000000;

struct flow_key {
	__u64 cookie;
	__u8 address[16];
	__u64 port;
};

struct flow {
	struct datagram_flow record;
	__u64 told;
};

struct {
	MAP_UINT(type, BPF_MAP_TYPE_HASH);
	MAP_UINT(max_entries, 1 << 14);
	MAP_TYPE(key, struct flow_key);
	MAP_TYPE(value, struct flow);
} flows SEC(".maps");

/* Who used a socket last, for what happens to it in nobody's context. */
struct {
	MAP_UINT(type, BPF_MAP_TYPE_SK_STORAGE);
	MAP_UINT(map_flags, BPF_F_NO_PREALLOC);
	MAP_TYPE(key, int);
	MAP_TYPE(value, struct process);
} owners SEC(".maps");

/* What does not fit on the stack: per CPU, for a program is not interrupted by itself. */
struct {
	MAP_UINT(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	MAP_UINT(max_entries, 1);
	MAP_TYPE(key, __u32);
	MAP_TYPE(value, struct flow);
} scratch SEC(".maps");

/* Both families' socket addresses as user space passes them: include/uapi/linux/in{,6}.h. */
struct peer {
	__u16 family;
	__be16 port;
	__be32 v4;
	__u8 v6[16];
};

SUBPROGRAM int is_udp(struct sock *sk)
{
	__u16 family = PROBE(sk->__sk_common.skc_family);

	return (family == AF_INET || family == AF_INET6) && PROBE(sk->sk_protocol) == IPPROTO_UDP &&
	       is_watched(sk);
}

INLINE void fill_socket(struct connection_event *event, struct sock *sk, struct process *owner, __u64 now)
{
	fill_connection(event, sk, bpf_get_socket_cookie(sk), now);
	if (owner)
		event->process = *owner;
	else
		__builtin_memset(&event->process, 0, sizeof(event->process));
	event->role = ROLE_UNKNOWN;
	event->state = 0;
	event->flags = 0;
}

/* What sendto or sendmsg names as the receiver; sendmmsg names several, and which one is the next is not known here. */
INLINE void name_receiver(struct connection_event *event)
{
	struct user_message message = {};
	struct peer peer = {};
	struct call call;
	const void *name;

	current_call(&call);
	if (call.form == CALL_MESSAGE)
		bpf_probe_read_user(&message, sizeof(message), (void *)call.buffer);
	else if (call.form == CALL_BUFFER)
		message.name = call.name;
	name = (const void *)message.name;
	if (!name || bpf_probe_read_user(&peer, 8, name))
		return;
	if (peer.family == AF_INET) {
		map_address(event->remote_address, peer.v4);
	} else if (peer.family == AF_INET6) {
		bpf_probe_read_user(event->remote_address, 16, name + 8);
	} else {
		return;
	}
	event->remote_port = be16_to_host(peer.port);
}

/* Several threads may add to a flow while it is told: what is told is taken away, and nothing twice. */
#define TAKE(counter) __sync_lock_test_and_set(&(counter), 0)

SUBPROGRAM int tell(struct flow *flow, __u64 now)
{
	struct datagram_flow *event, *record = &flow->record;

	flow->told = now;
	if (!record->datagrams_sent && !record->datagrams_received && !record->failures)
		return 0;
	event = RESERVE(EVENT_DATAGRAM_FLOW, struct datagram_flow);
	if (!event)
		return 0;
	event->connection.header.cpu = bpf_get_smp_processor_id();
	event->connection.header.timestamp = now;
	event->connection.header.cookie = record->connection.header.cookie;
	__builtin_memcpy(event->connection.local_address, record->connection.local_address,
			 sizeof(struct connection_event) - sizeof(struct event_header));
	event->last = record->last;
	event->first = TAKE(record->first);
	event->bytes_sent = TAKE(record->bytes_sent);
	event->bytes_received = TAKE(record->bytes_received);
	event->datagrams_sent = TAKE(record->datagrams_sent);
	event->datagrams_received = TAKE(record->datagrams_received);
	event->failures = TAKE(record->failures);
	bpf_ringbuf_submit(event, 0);
	return 0;
}

INLINE void add(struct datagram_flow *record, long result, int sent, __u64 now)
{
	if (!record->first)
		record->first = now;
	record->last = now;
	if (result < 0) {
		__sync_fetch_and_add(&record->failures, 1);
	} else if (sent) {
		__sync_fetch_and_add(&record->datagrams_sent, 1);
		__sync_fetch_and_add(&record->bytes_sent, result);
	} else {
		__sync_fetch_and_add(&record->datagrams_received, 1);
		__sync_fetch_and_add(&record->bytes_received, result);
	}
}

SUBPROGRAM int on_datagram(struct sock *sk, int result, int sent)
{
	struct connection_event *connection;
	struct flow_key key = {};
	struct process *owner;
	struct flow *flow, *fresh;
	__u32 zero = 0;
	__u64 now;

	if (!is_udp(sk) || result == -EAGAIN || result == -EINTR || result <= -ERESTARTSYS)
		return 0;
	owner = bpf_sk_storage_get(&owners, sk, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	fresh = bpf_map_lookup_elem(&scratch, &zero);
	if (!owner || !fresh)
		return 0;
	if (owner->pid != bpf_get_current_pid_tgid() >> 32)
		name_current(owner);
	connection = &fresh->record.connection;
	fill_addresses(connection, sk);
	connection->remote_port = be16_to_host(PROBE(sk->__sk_common.skc_dport));
	if (sent && !connection->remote_port)
		name_receiver(connection);
	key.cookie = bpf_get_socket_cookie(sk);
	__builtin_memcpy(key.address, connection->remote_address, 16);
	key.port = connection->remote_port;
	now = bpf_ktime_get_ns();
	flow = bpf_map_lookup_elem(&flows, &key);
	if (!flow) {
		__builtin_memset(fresh, 0, sizeof(*fresh));
		fill_socket(connection, sk, owner, now);
		__builtin_memcpy(connection->remote_address, key.address, 16);
		connection->remote_port = key.port;
		fresh->told = now;
		bpf_map_update_elem(&flows, &key, fresh, BPF_NOEXIST);
		flow = bpf_map_lookup_elem(&flows, &key);
		if (!flow) {
			/* There are more flows than there is room for: this one goes out as it is. */
			add(&fresh->record, result, sent, now);
			return tell(fresh, now);
		}
	}
	add(&flow->record, result, sent, now);
	return now - flow->told >= flow_interval ? tell(flow, now) : 0;
}

/* Most calls are TCP's, and are to cost nearly nothing. */
INLINE int on_call(struct sock *sk, int result, int sent)
{
	return sk->sk_protocol == IPPROTO_UDP ? on_datagram(sk, result, sent) : 0;
}

SEC("tp_btf/sock_send_length")
int udp_send(__u64 *ctx)
{
	on_call((struct sock *)ctx[0], ctx[1], 1);
	bpf_tail_call(ctx, &next_sent, 0);
	return 0;
}

SEC("tp_btf/sock_recv_length")
int udp_receive(__u64 *ctx)
{
	if (!(ctx[2] & MSG_PEEK))
		on_call((struct sock *)ctx[0], ctx[1], 0);
	bpf_tail_call(ctx, &next_received, 0);
	return 0;
}

/* Tells every flow that has something to tell, and forgets those that rest. */
SEC("iter/bpf_map_elem")
int udp_flush(struct bpf_iter__bpf_map_elem *ctx)
{
	const struct flow_key *found = ctx->key;
	struct flow *flow = ctx->value;
	__u64 now = bpf_ktime_get_ns();
	struct flow_key key;

	if (!found || !flow)
		return 0;
	if (flow->record.datagrams_sent || flow->record.datagrams_received || flow->record.failures) {
		tell(flow, now);
	} else if (now - flow->record.last > flow_interval) {
		key = *found;
		bpf_map_delete_elem(&flows, &key);
	}
	return 0;
}

/* Fires with the error still in the socket, and again without it. */
SEC("tp_btf/inet_sk_error_report")
int udp_error(__u64 *ctx)
{
	struct sock *sk = (struct sock *)ctx[0];
	int error = sk->sk_err;
	struct datagram_failed *event;

	if (!error || !is_udp(sk))
		return 0;
	event = RESERVE(EVENT_DATAGRAM_FAILED, struct datagram_failed);
	if (!event)
		return 0;
	fill_socket(&event->connection, sk, bpf_sk_storage_get(&owners, sk, 0, 0), bpf_ktime_get_ns());
	event->error = error;
	event->reserved = 0;
	bpf_ringbuf_submit(event, 0);
	return 0;
}

SEC("tp_btf/udp_fail_queue_rcv_skb")
int udp_dropped(__u64 *ctx)
{
	int error = ctx[0];
	struct sock *sk = (struct sock *)ctx[1];
	struct sk_buff *skb = 0;
	struct datagram_dropped *event;
	struct packet packet;

	if (!is_udp(sk))
		return 0;
	if (TYPE_EXISTS(btf_trace_udp_fail_queue_rcv_skb___with_packet))
		skb = (struct sk_buff *)ctx[2];
	event = RESERVE(EVENT_DATAGRAM_DROPPED, struct datagram_dropped);
	if (!event)
		return 0;
	fill_socket(&event->connection, sk, bpf_sk_storage_get(&owners, sk, 0, 0), bpf_ktime_get_ns());
	event->error = -error;
	event->bytes = skb ? PROBE(skb->len) : 0;
	if (skb && read_packet(&packet, skb)) {
		__builtin_memcpy(event->connection.remote_address, packet.source, 16);
		event->connection.remote_port = packet.source_port;
	}
	bpf_ringbuf_submit(event, 0);
	return 0;
}

SEC("tp_btf/icmp_send")
int icmp_error(__u64 *ctx)
{
	struct sk_buff *skb = (struct sk_buff *)ctx[0];
	__u32 netns = netns_of_packet(skb);
	struct connection_event *connection;
	struct icmp_sent *event;
	struct packet packet;

	if ((only_netns && only_netns != netns) || !read_packet(&packet, skb))
		return 0;
	event = RESERVE(EVENT_ICMP_SENT, struct icmp_sent);
	if (!event)
		return 0;
	connection = &event->connection;
	connection->header.cpu = bpf_get_smp_processor_id();
	connection->header.timestamp = bpf_ktime_get_ns();
	connection->header.cookie = 0;
	__builtin_memcpy(connection->local_address, packet.destination, 16);
	__builtin_memcpy(connection->remote_address, packet.source, 16);
	connection->local_port = packet.destination_port;
	connection->remote_port = packet.source_port;
	connection->netns = netns;
	connection->cgroup = 0;
	__builtin_memset(&connection->process, 0, sizeof(connection->process));
	connection->role = ROLE_UNKNOWN;
	connection->state = 0;
	connection->flags = 0;
	connection->reserved = 0;
	event->type = ctx[1];
	event->code = ctx[2];
	event->protocol = packet.protocol;
	__builtin_memset(event->reserved, 0, sizeof(event->reserved));
	bpf_ringbuf_submit(event, 0);
	return 0;
}
