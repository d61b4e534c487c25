/* SPDX-License-Identifier: Apache-2.0 */
/* What a socket says of itself. */
#ifndef EBPF4J_SOCKET_H
#define EBPF4J_SOCKET_H

#include "bpf.h"
#include "event.h"

/* Only this network namespace (its inode number, as in /proc/PID/ns/net); 0 is all of them. */
const volatile __u32 only_netns = 0;

INLINE __u32 netns_of(struct sock *sk)
{
	struct net *net = PROBE(sk->__sk_common.skc_net.net);

	return PROBE(net->ns.inum);
}

INLINE int is_watched(struct sock *sk)
{
	return !only_netns || only_netns == netns_of(sk);
}

/* As is_watched, of a socket that the verifier vouches for: loads in place of calls. */
INLINE int is_here(struct sock *sk)
{
	return !only_netns || only_netns == sk->__sk_common.skc_net.net->ns.inum;
}

INLINE __u64 cgroup_of(struct sock *sk)
{
	struct kernfs_node *node;
	struct cgroup *cgroup;

	if (!FIELD_EXISTS(sk->sk_cgrp_data.cgroup))
		return 0;
	cgroup = PROBE(sk->sk_cgrp_data.cgroup);
	node = PROBE(cgroup->kn);
	return PROBE(node->id);
}

INLINE void map_address(__u8 address[16], __be32 v4)
{
	*(__u64 *)address = 0;
	*(__u32 *)(address + 8) = 0xffff0000; /* 00 00 ff ff in memory */
	*(__u32 *)(address + 12) = v4;
}

INLINE int is_mapped(const __u8 address[16])
{
	return *(const __u64 *)address == 0 && *(const __u32 *)(address + 8) == 0xffff0000;
}

/* An AF_INET6 socket's v4 members are noise, so each family is read from its own. */
INLINE void fill_addresses(struct connection_event *event, struct sock *sk)
{
	if (PROBE(sk->__sk_common.skc_family) == AF_INET) {
		map_address(event->local_address, PROBE(sk->__sk_common.skc_rcv_saddr));
		map_address(event->remote_address, PROBE(sk->__sk_common.skc_daddr));
		return;
	}
	bpf_probe_read_kernel(event->local_address, 16,
		__builtin_preserve_access_index(&sk->__sk_common.skc_v6_rcv_saddr));
	bpf_probe_read_kernel(event->remote_address, 16,
		__builtin_preserve_access_index(&sk->__sk_common.skc_v6_daddr));
	/* Bound to any address, but talking IPv4: the any address of the same family. */
	if (is_mapped(event->remote_address) && *(__u64 *)event->local_address == 0 &&
	    *(__u64 *)(event->local_address + 8) == 0)
		map_address(event->local_address, 0);
}

SUBPROGRAM void fill_connection(struct connection_event *event, struct sock *sk, __u64 cookie,
				__u64 now)
{
	event->header.cpu = bpf_get_smp_processor_id();
	event->header.timestamp = now;
	event->header.cookie = cookie;
	fill_addresses(event, sk);
	/* inet_sport, for skc_num is already 0 when the change to CLOSE is told. */
	event->local_port = be16_to_host(PROBE(((struct inet_sock *)sk)->inet_sport));
	event->remote_port = be16_to_host(PROBE(sk->__sk_common.skc_dport));
	event->netns = netns_of(sk);
	event->cgroup = cgroup_of(sk);
	event->reserved = 0;
}

#endif
