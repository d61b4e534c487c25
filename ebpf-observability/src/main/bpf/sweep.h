/* SPDX-License-Identifier: Apache-2.0 */
/* Walks over what is there already: sockets, listeners, and the processes that have them. */
#ifndef EBPF4J_SWEEP_H
#define EBPF4J_SWEEP_H

#include "connection.h"
#include "emit.h"

INLINE void sample_listener(struct sock *sk, struct connection *known, __u64 cookie, __u64 now)
{
	struct listener_sample *event = RESERVE(EVENT_LISTENER_SAMPLE, struct listener_sample);

	if (!event)
		return;
	fill_connection(&event->connection, sk, cookie, now);
	fill_known(&event->connection, known, TCP_LISTEN);
	event->connection.role = ROLE_SERVER;
	event->backlog = PROBE(sk->sk_ack_backlog);
	event->maximum = PROBE(sk->sk_max_ack_backlog);
	event->drops = PROBE(sk->sk_drops.counter);
	event->reserved = 0;
	bpf_ringbuf_submit(event, 0);
}

/* The sockets of the network namespace of the thread that reads; requests and TIME_WAIT are no sockets. */
SEC("iter/tcp")
int tcp_sweep(struct bpf_iter__tcp *ctx)
{
	struct sock_common *common = ctx->sk_common;
	struct connection unknown = {}, *known;
	struct socket_sample *event;
	struct tcp_sock *tcp;
	struct sock *sk;
	__u64 now, cookie;
	int state;

	if (!common)
		return 0;
	tcp = bpf_skc_to_tcp_sock(common);
	if (!tcp)
		return 0;
	sk = (struct sock *)tcp;
	state = sk->__sk_common.skc_state;
	if (state == TCP_CLOSE || !is_tcp(sk))
		return 0;
	/* From now on also the samples of a socket that is older than the program add up. */
	known = bpf_sk_storage_get(&connections, tcp, 0, BPF_LOCAL_STORAGE_GET_F_CREATE) ?: &unknown;
	now = bpf_ktime_get_ns();
	cookie = bpf_get_socket_cookie(tcp);
	if (state == TCP_LISTEN) {
		sample_listener(sk, known, cookie, now);
		return 0;
	}
	event = RESERVE(EVENT_SOCKET_SAMPLE, struct socket_sample);
	if (!event)
		return 0;
	fill_connection(&event->connection, sk, cookie, now);
	fill_known(&event->connection, known, state);
	event->started = known->started;
	event->established = known->established;
	fill_traffic(&event->traffic, tcp, known, now);
	mark_ends(&event->connection, tcp, state);
	event->congestion_window = tcp->snd_cwnd;
	event->peer_window = tcp->snd_wnd;
	event->unacknowledged = tcp->write_seq - tcp->snd_una;
	event->unread = tcp->rcv_nxt - tcp->copied_seq;
	bpf_ringbuf_submit(event, 0);
	return 0;
}

/* Who has which socket open: the first process in the order of their numbers, so a parent before its heirs. */
SEC("iter/task_file")
int tcp_owners(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task, *leader;
	struct file *file = ctx->file;
	struct connection *known;
	struct socket *socket;
	struct cred *cred;
	struct sock *sk;
	int state;

	if (!file || !task)
		return 0;
	socket = bpf_sock_from_file(file);
	if (!socket)
		return 0;
	sk = socket->sk;
	if (!sk || !is_tcp(sk))
		return 0;
	state = PROBE(sk->__sk_common.skc_state);
	if (state == TCP_CLOSE)
		return 0;
	known = bpf_sk_storage_get(&connections, sk, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	/* What began while this walk went on has, or gets, its owner from its own events. */
	if (!known || known->owner.pid || known->flags & SEEN_FROM_START)
		return 0;
	leader = PROBE(task->group_leader);
	cred = PROBE(leader->real_cred);
	known->owner.pid = PROBE(task->tgid);
	known->owner.uid = PROBE(cred->euid.val);
	known->owner.started = PROBE(leader->start_boottime);
	bpf_probe_read_kernel(known->owner.comm, sizeof(known->owner.comm),
			      __builtin_preserve_access_index(&leader->comm));
	known->flags |= TAKEN;
	return 0;
}

#endif
