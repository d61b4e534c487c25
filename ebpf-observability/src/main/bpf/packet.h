/* SPDX-License-Identifier: Apache-2.0 */
/* Who sent a packet to whom, from the headers that it carries. */
#ifndef EBPF4J_PACKET_H
#define EBPF4J_PACKET_H

#include "bpf.h"
#include "event.h"
#include "socket.h"

enum {
	ETH_P_IP = 0x0800,
	ETH_P_IPV6 = 0x86dd,
	IPPROTO_ICMP = 1,
	IPPROTO_ICMPV6 = 58,
	/* A header that was not set: include/linux/skbuff.h, skb_transport_header_was_set */
	NO_HEADER = 0xffff,
	TCP_FLAG_RST = 4,
};

/* Ports are 0 for other protocols than TCP and UDP, for a later fragment, and behind IPv6 extension headers. */
struct packet {
	__u8 source[16];
	__u8 destination[16];
	__u16 source_port;
	__u16 destination_port;
	__u8 protocol;
	/* The TCP header's. */
	__u8 flags;
	__u16 reserved;
};

struct ipv4_header {
	__u8 version_and_words;
	__u8 service;
	__be16 length;
	__be16 identification;
	__be16 fragment;
	__u8 lifetime;
	__u8 protocol;
	__u16 checksum;
	__be32 source;
	__be32 destination;
};

struct ipv6_header {
	__u32 version;
	__be16 length;
	__u8 next;
	__u8 hops;
	__u8 source[16];
	__u8 destination[16];
};

struct transport_header {
	__be16 source;
	__be16 destination;
	__u32 sequence;
	__u32 acknowledged;
	__u8 words;
	__u8 flags;
};

/* Tells whether it is a packet of IP. */
SUBPROGRAM int read_packet(struct packet *packet, struct sk_buff *skb)
{
	const unsigned char *network = PROBE(skb->head);
	__u16 protocol = be16_to_host(PROBE(skb->protocol)), offset = PROBE(skb->network_header);
	struct transport_header transport = {};
	__u32 length;

	__builtin_memset(packet, 0, sizeof(*packet));
	if (offset == NO_HEADER || !network)
		return 0;
	network += offset;
	if (protocol == ETH_P_IP) {
		struct ipv4_header ip = {};

		if (bpf_probe_read_kernel(&ip, sizeof(ip), network) || ip.version_and_words >> 4 != 4)
			return 0;
		map_address(packet->source, ip.source);
		map_address(packet->destination, ip.destination);
		packet->protocol = ip.protocol;
		if (be16_to_host(ip.fragment) & 0x1fff)
			return 1;
		length = (ip.version_and_words & 15) * 4;
	} else if (protocol == ETH_P_IPV6) {
		struct ipv6_header ip = {};

		if (bpf_probe_read_kernel(&ip, sizeof(ip), network) || (ip.version & 0xf0) != 0x60)
			return 0;
		__builtin_memcpy(packet->source, ip.source, 16);
		__builtin_memcpy(packet->destination, ip.destination, 16);
		packet->protocol = ip.next;
		length = sizeof(ip);
	} else {
		return 0;
	}
	if (packet->protocol != IPPROTO_TCP && packet->protocol != IPPROTO_UDP)
		return 1;
	if (bpf_probe_read_kernel(&transport, sizeof(transport), network + length))
		return 1;
	packet->source_port = be16_to_host(transport.source);
	packet->destination_port = be16_to_host(transport.destination);
	if (packet->protocol == IPPROTO_TCP)
		packet->flags = transport.flags;
	return 1;
}

/*
 * The namespace of the device that a packet is at. While a packet waits in a socket the kernel keeps other things in that
 * place, so what is no inode number of a namespace is none: include/uapi/linux/nsfs.h has the lowest of them, which is
 * below PROC_DYNAMIC_FIRST of fs/proc/generic.c, and a pointer's upper half is above all that there will be.
 */
INLINE __u32 netns_of_packet(struct sk_buff *skb)
{
	struct net_device *device = PROBE(skb->dev);
	struct net *net = PROBE(device->nd_net.net);
	__u32 inode = PROBE(net->ns.inum);

	return inode >= 0xefffff00 && inode < 0xffff0000 ? inode : 0;
}

#endif
