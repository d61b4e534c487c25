/* SPDX-License-Identifier: Apache-2.0 */
/* What the path does to a connection: segments sent again, resets, congestion, round trips, closed windows. */
#ifndef EBPF4J_PATH_H
#define EBPF4J_PATH_H

#include "connection.h"
#include "emit.h"
#include "packet.h"

enum {
	LOOKED_AT = 1024,
};

/* At most so often a socket's round trip is sampled, in nanoseconds: tcp_probe runs for every segment received. */
const volatile __u64 sample_interval = 100000000;

INLINE __u8 congestion_state(struct sock *sk)
{
	struct inet_connection_sock *connection = (struct inet_connection_sock *)sk;

	return PROBE_BITS(connection, icsk_ca_state);
}

SUBPROGRAM void emit_retransmitted(struct sock *sk, struct sk_buff *skb, struct connection *known, int error)
{
	struct tcp_skb_cb *control = (struct tcp_skb_cb *)__builtin_preserve_access_index(&skb->cb);
	struct retransmitted *event = RESERVE(EVENT_RETRANSMITTED, struct retransmitted);
	int state = sk->__sk_common.skc_state;

	if (!event)
		return;
	fill_connection(&event->connection, sk, bpf_get_socket_cookie(sk), bpf_ktime_get_ns());
	fill_known(&event->connection, known, state);
	event->error = -error;
	event->segments = PROBE(control->tcp_gso_segs) ?: 1;
	event->sequence = PROBE(control->seq);
	event->segment = state == TCP_SYN_SENT   ? SEGMENT_SYN
			 : state == TCP_SYN_RECV ? SEGMENT_SYN_ACK
						 : SEGMENT_DATA;
	event->congestion = congestion_state(sk);
	event->reserved = 0;
	bpf_ringbuf_submit(event, 0);
}

SEC("tp_btf/tcp_retransmit_skb")
int tcp_retransmit(__u64 *ctx)
{
	struct sock *sk = (struct sock *)ctx[0];
	struct connection unknown = {}, *known;
	int error = 0;

	if (!is_tcp(sk))
		return 0;
	known = bpf_sk_storage_get(&connections, sk, 0, 0);
	/* An error means that it was not sent: the neighbour is not resolved, the queue is full. */
	if (TYPE_EXISTS(btf_trace_tcp_retransmit_skb___with_error))
		error = ctx[2];
	if (known) {
		if (error)
			known->unsent_retransmits++;
		else if (sk->__sk_common.skc_state == TCP_SYN_SENT)
			known->syn_retransmits++;
	}
	emit_retransmitted(sk, (struct sk_buff *)ctx[1], known ?: &unknown, error);
	return 0;
}

/* The connection is a mere request yet: its addresses are there, its owner is going to be the listener's or its heir. */
SEC("tp_btf/tcp_retransmit_synack")
int tcp_retransmit_answer(__u64 *ctx)
{
	struct sock *listener = (struct sock *)ctx[0], *request = (struct sock *)ctx[1];
	struct connection unknown = {}, *known;
	struct connection_event *connection;
	struct retransmitted *event;

	if (!is_tcp(listener))
		return 0;
	known = bpf_sk_storage_get(&connections, listener, 0, 0);
	event = RESERVE(EVENT_RETRANSMITTED, struct retransmitted);
	if (!event)
		return 0;
	connection = &event->connection;
	/* The accepted socket gets the request's cookie. */
	fill_connection(connection, request, bpf_get_socket_cookie(request), bpf_ktime_get_ns());
	fill_known(connection, known ?: &unknown, TCP_SYN_RECV);
	connection->local_port = PROBE(request->__sk_common.skc_num);
	connection->netns = netns_of(listener);
	connection->cgroup = cgroup_of(listener);
	connection->role = ROLE_SERVER;
	connection->flags = 0;
	event->error = 0;
	event->segments = 1;
	event->sequence = 0;
	event->segment = SEGMENT_SYN_ACK;
	event->congestion = 0;
	event->reserved = 0;
	bpf_ringbuf_submit(event, 0);
	return 0;
}

SUBPROGRAM void emit_reset(struct sock *sk, struct sk_buff *skb, struct connection *known, __u32 reason,
			   enum reset_side side)
{
	struct connection_reset *event = RESERVE(EVENT_CONNECTION_RESET, struct connection_reset);
	struct connection_event *connection;
	struct packet packet;
	int answers = 0;
	__u32 netns = 0;

	if (!event)
		return;
	connection = &event->connection;
	if (skb) {
		answers = read_packet(&packet, skb);
		netns = netns_of_packet(skb);
	}
	__builtin_memset(connection->local_address, 0, 32);
	if (sk) {
		fill_connection(connection, sk, bpf_get_socket_cookie(sk), bpf_ktime_get_ns());
		fill_known(connection, known, sk->__sk_common.skc_state);
	} else {
		struct connection nobody = {};

		fill_known(connection, &nobody, 0);
		connection->header.cpu = bpf_get_smp_processor_id();
		connection->header.timestamp = bpf_ktime_get_ns();
		connection->header.cookie = 0;
		connection->local_port = 0;
		connection->remote_port = 0;
		connection->netns = netns;
		connection->cgroup = 0;
		connection->reserved = 0;
	}
	/* The packet that is answered: it came from the peer. A listener's or no socket's reset goes to its sender. */
	if (answers) {
		__builtin_memcpy(connection->local_address, packet.destination, 16);
		__builtin_memcpy(connection->remote_address, packet.source, 16);
		connection->local_port = packet.destination_port;
		connection->remote_port = packet.source_port;
	}
	event->reason = reason;
	event->side = side;
	__builtin_memset(event->reserved, 0, sizeof(event->reserved));
	bpf_ringbuf_submit(event, 0);
}

SEC("tp_btf/tcp_receive_reset")
int tcp_reset(__u64 *ctx)
{
	struct sock *sk = (struct sock *)ctx[0];
	struct connection unknown = {}, *known;

	if (!is_tcp(sk))
		return 0;
	known = bpf_sk_storage_get(&connections, sk, 0, 0);
	if (known)
		known->flags |= RESET_RECEIVED;
	emit_reset(sk, 0, known ?: &unknown, NO_REASON, RESET_BY_PEER);
	return 0;
}

/*
 * The socket may be none (nobody listens there), or no whole one: TIME_WAIT and half-open ones have no storage. The packet
 * is none where this end gives a connection up by itself.
 */
SEC("tp_btf/tcp_send_reset")
int tcp_send_reset(__u64 *ctx)
{
	struct sock *sk = (struct sock *)ctx[0];
	struct sk_buff *skb = (struct sk_buff *)ctx[1];
	struct connection unknown = {}, *known = 0;
	__u32 reason = NO_REASON;
	int state;

	if (TYPE_EXISTS(btf_trace_tcp_send_reset___with_reason))
		reason = ctx[2];
	if (sk) {
		state = sk->__sk_common.skc_state;
		if (state != TCP_TIME_WAIT && state != TCP_NEW_SYN_RECV) {
			if (!is_tcp(sk))
				return 0;
			known = bpf_sk_storage_get(&connections, sk, 0, 0);
			emit_reset(sk, skb, known ?: &unknown, reason, RESET_BY_THIS_END);
			return 0;
		}
		if (!is_watched(sk))
			return 0;
	} else if (!skb || (only_netns && only_netns != netns_of_packet(skb))) {
		return 0;
	}
	emit_reset(0, skb, &unknown, reason, RESET_BY_THIS_END);
	return 0;
}

SEC("tp_btf/tcp_cong_state_set")
int tcp_congestion(__u64 *ctx)
{
	struct sock *sk = (struct sock *)ctx[0];
	__u8 after = ctx[1], before = congestion_state(sk);
	struct connection unknown = {}, *known;
	struct congestion_changed *event;
	struct tcp_sock *tcp;

	/* A socket that is over is reset to the first state, and has lost its addresses. */
	if (before == after || sk->__sk_common.skc_state == TCP_CLOSE || !is_tcp(sk))
		return 0;
	tcp = bpf_skc_to_tcp_sock(sk);
	if (!tcp)
		return 0;
	known = bpf_sk_storage_get(&connections, sk, 0, 0);
	event = RESERVE(EVENT_CONGESTION_CHANGED, struct congestion_changed);
	if (!event)
		return 0;
	fill_connection(&event->connection, sk, bpf_get_socket_cookie(sk), bpf_ktime_get_ns());
	fill_known(&event->connection, known ?: &unknown, sk->__sk_common.skc_state);
	event->before = before;
	event->after = after;
	event->window = tcp->snd_cwnd;
	event->threshold = tcp->snd_ssthresh;
	__builtin_memset(event->reserved, 0, sizeof(event->reserved));
	bpf_ringbuf_submit(event, 0);
	return 0;
}

/*
 * Sockets of which nothing is to be learned any more in this tick: to find what is known of a socket costs more than all the rest
 * of such a run. Two sockets in one place chase each other out, and are then looked at more often.
 */
struct {
	__u64 socket;
	__u64 tick;
} looked_at[LOOKED_AT];

/*
 * Runs for every segment that an established connection receives, before the kernel looks at it: what the socket says is
 * from before this segment, and what the peer's window is now only the segment says.
 */
SEC("tp_btf/tcp_probe")
int tcp_measure(__u64 *ctx)
{
	struct sock *sk = (struct sock *)ctx[0];
	struct sk_buff *skb = (struct sk_buff *)ctx[1];
	__u32 place = sk->__sk_common.skc_hash & (LOOKED_AT - 1);
	struct connection *known;
	struct tcp_sock *tcp;
	struct {
		__u8 words;
		__u8 flags;
		__be16 window;
	} header = {};
	__u64 now, tick;
	int closed;

	/* Behind the ports and the two sequence numbers. A RST's window means nothing. */
	bpf_probe_read_kernel(&header, sizeof(header), skb->data + 12);
	closed = !header.window && header.words && !(header.flags & TCP_FLAG_RST);
	tick = bpf_jiffies64();
	if (!closed && looked_at[place].socket == (__u64)sk && looked_at[place].tick == tick)
		return 0;
	/* While the window is closed every segment counts: one of them opens it. */
	looked_at[place].socket = closed ? 0 : (__u64)sk;
	looked_at[place].tick = tick;
	known = bpf_sk_storage_get(&connections, sk, 0, 0);
	if (!known || known->ended)
		return 0;
	if (closed && !known->life.closed_since) {
		known->life.closed_since = bpf_ktime_get_ns();
		known->life.zero_windows++;
	} else if (!closed && known->life.closed_since) {
		known->life.zero_window += bpf_ktime_get_ns() - known->life.closed_since;
		known->life.closed_since = 0;
	}
	/* To read the clock is dear too: once a tick at most. */
	if (tick == known->life.looked)
		return 0;
	known->life.looked = tick;
	now = bpf_ktime_get_ns();
	if (now - known->life.sampled < sample_interval)
		return 0;
	tcp = bpf_skc_to_tcp_sock(sk);
	if (tcp)
		take_sample(&known->life, tcp, now);
	return 0;
}

#endif
