/* SPDX-License-Identifier: Apache-2.0 */
/* What tcp.bpf.c keeps with each socket between its events, and what it says of its traffic. */
#ifndef EBPF4J_CONNECTION_H
#define EBPF4J_CONNECTION_H

#include "bpf.h"
#include "event.h"
#include "socket.h"

/* What the samples of a life add up to; microseconds. */
struct life {
	/* When the last sample was taken. */
	__u64 sampled;
	/* The tick at which it was looked whether another one is due. */
	__u64 looked;
	/* Since when the peer's window is closed, 0 where it is open. */
	__u64 closed_since;
	__u64 zero_window;
	__u64 srtt_sum;
	__u64 deviation_sum;
	__u32 zero_windows;
	__u32 samples;
	__u32 srtt_least;
	__u32 srtt_most;
	__u32 rtt_least;
	__u32 reserved;
};

struct connection {
	__u64 started;
	__u64 established;
	struct process owner;
	__u32 syn_retransmits;
	__u32 unsent_retransmits;
	__u16 flags;
	__u8 role;
	__u8 ended;
	struct life life;
};

struct {
	MAP_UINT(type, BPF_MAP_TYPE_SK_STORAGE);
	MAP_UINT(map_flags, BPF_F_NO_PREALLOC);
	MAP_TYPE(key, int);
	MAP_TYPE(value, struct connection);
} connections SEC(".maps");

SUBPROGRAM int is_tcp(struct sock *sk)
{
	__u16 family = PROBE(sk->__sk_common.skc_family);

	return (family == AF_INET || family == AF_INET6) && PROBE(sk->sk_protocol) == IPPROTO_TCP &&
	       is_watched(sk);
}

INLINE void fill_known(struct connection_event *event, struct connection *known, int state)
{
	event->process = known->owner;
	event->role = known->role;
	event->state = state;
	event->flags = known->flags;
}

SUBPROGRAM void take_sample(struct life *life, struct tcp_sock *tcp, __u64 now)
{
	__u32 srtt = tcp->srtt_us >> 3, minimum = tcp->rtt_min.s[0].v;

	life->sampled = now;
	if (!srtt)
		return;
	if (!life->samples || srtt < life->srtt_least)
		life->srtt_least = srtt;
	if (srtt > life->srtt_most)
		life->srtt_most = srtt;
	/* The kernel's minimum is of the last minutes only: sysctl tcp_min_rtt_wlen. All ones is none yet. */
	if (minimum != 0xffffffff && (!life->rtt_least || minimum < life->rtt_least))
		life->rtt_least = minimum;
	life->samples++;
	life->srtt_sum += srtt;
	life->deviation_sum += tcp->mdev_us >> 2;
}

SUBPROGRAM void fill_traffic(struct traffic *traffic, struct tcp_sock *tcp, struct connection *known, __u64 now)
{
	struct life *life = &known->life;

	take_sample(life, tcp, now);
	traffic->bytes_sent = tcp->bytes_sent;
	traffic->bytes_acked = tcp->bytes_acked;
	traffic->bytes_received = tcp->bytes_received;
	traffic->bytes_retransmitted = tcp->bytes_retrans;
	traffic->zero_window = life->zero_window + (life->closed_since ? now - life->closed_since : 0);
	traffic->zero_windows = life->zero_windows;
	traffic->segments_sent = tcp->segs_out;
	traffic->segments_received = tcp->segs_in;
	traffic->data_segments_sent = tcp->data_segs_out;
	traffic->data_segments_received = tcp->data_segs_in;
	traffic->retransmits = tcp->total_retrans;
	traffic->syn_retransmits = known->syn_retransmits;
	traffic->unsent_retransmits = known->unsent_retransmits;
	traffic->delivered = tcp->delivered;
	traffic->lost = tcp->lost;
	traffic->srtt = tcp->srtt_us >> 3;
	traffic->rtt_deviation = tcp->mdev_us >> 2;
	traffic->rtt_minimum = tcp->rtt_min.s[0].v;
	traffic->life_samples = life->samples;
	traffic->life_srtt_least = life->srtt_least;
	traffic->life_srtt_mean = life->samples ? life->srtt_sum / life->samples : 0;
	traffic->life_srtt_most = life->srtt_most;
	traffic->life_deviation_mean = life->samples ? life->deviation_sum / life->samples : 0;
	traffic->life_rtt_least = life->rtt_least;
	traffic->reserved = 0;
}

/* bytes_acked and bytes_received count sequence numbers, of which each FIN has one. */
INLINE void mark_ends(struct connection_event *event, struct tcp_sock *tcp, int state)
{
	if (tcp->inet_conn.icsk_inet.sk.__sk_common.skc_flags >> ENUM_VALUE(enum sock_flags, SOCK_DONE) & 1)
		event->flags |= FIN_RECEIVED;
	if ((state == TCP_FIN_WAIT1 || state == TCP_FIN_WAIT2 || state == TCP_CLOSING ||
	     state == TCP_LAST_ACK || state == TCP_TIME_WAIT) && tcp->snd_una == tcp->write_seq)
		event->flags |= FIN_ACKED;
}

#endif
