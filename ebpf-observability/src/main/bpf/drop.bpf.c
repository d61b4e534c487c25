/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packets that the kernel drops, with its reason. Much that is dropped is no loss: what is left in the queues of a closed
 * socket, the zero-window probe whose data is old. User space knows the reasons by name and says which of them are only
 * to be counted.
 *
 * Kernel 5.11 and newer; the reason came with 5.17, the receiving socket with 6.11.
 */
#include "bpf.h"
#include "drop.h"
#include "emit.h"
#include "packet.h"
#include "socket.h"

char _license[] SEC("license") = "Dual BSD/GPL";

/* Never read: it makes the object's BTF tell the names by which user space decodes the records. */
const struct drop_vocabulary vocabulary __attribute__((used)) = {};

/* Above are the reasons of modules, in the upper half of the number by subsystem: include/net/dropreason.h */
#define REASONS 256

/* Reasons that are counted and not told: one byte a reason. */
const volatile __u8 only_counted[REASONS] = {};

/* Whether packets to many (multicast, broadcast) are counted and not told: nobody here asked for most of them. */
const volatile __u8 only_count_to_many = 0;

/* Packets by reason, whether told or not; the last one is of all that are above. */
struct {
	MAP_UINT(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	MAP_UINT(max_entries, REASONS + 1);
	MAP_TYPE(key, __u32);
	MAP_TYPE(value, __u64);
} reasons SEC(".maps");

INLINE int is_to_many(const struct packet *packet)
{
	if (is_mapped(packet->destination))
		return (packet->destination[12] & 0xf0) == 0xe0 || packet->destination[12] == 0xff;
	return packet->destination[0] == 0xff;
}

SUBPROGRAM int emit_dropped(struct sk_buff *skb, __u64 location, __u32 reason, __u64 cookie, __u32 netns)
{
	struct packet_dropped *event;
	struct net_device *device;
	struct packet packet;

	/* What is no packet of IP (ARP, a fragment of a write queue) has nobody to be told to. */
	if (!read_packet(&packet, skb) || (only_count_to_many && is_to_many(&packet)))
		return 0;
	event = RESERVE(EVENT_PACKET_DROPPED, struct packet_dropped);
	if (!event)
		return 0;
	event->header.cpu = bpf_get_smp_processor_id();
	event->header.timestamp = bpf_ktime_get_ns();
	event->header.cookie = cookie;
	event->packet = packet;
	event->location = location;
	event->reason = reason;
	event->bytes = PROBE(skb->len);
	event->netns = netns;
	device = PROBE(skb->dev);
	event->interface = netns_of_packet(skb) ? PROBE(device->ifindex) : 0;
	bpf_ringbuf_submit(event, 0);
	return 0;
}

SEC("tp_btf/kfree_skb")
int packet_dropped(__u64 *ctx)
{
	struct sk_buff *skb = (struct sk_buff *)ctx[0];
	__u32 reason = 0, key, netns = 0;
	struct sock *receiver, *sender;
	__u64 *count, cookie = 0;

	if (TYPE_EXISTS(btf_trace_kfree_skb___with_reason)) {
		reason = ctx[2];
	} else if (TYPE_EXISTS(btf_trace_kfree_skb___with_socket)) {
		reason = ctx[2];
		receiver = (struct sock *)ctx[3];
		if (receiver) {
			netns = netns_of(receiver);
			cookie = bpf_get_socket_cookie(receiver);
		}
	}
	/* A packet keeps its sender's socket over a pair of devices, into another namespace. */
	sender = PROBE(skb->sk);
	netns = netns ?: netns_of_packet(skb);
	if (sender) {
		netns = netns ?: netns_of(sender);
		cookie = cookie ?: PROBE(sender->__sk_common.skc_cookie.counter);
	}
	if (only_netns && only_netns != netns)
		return 0;
	key = reason < REASONS ? reason : REASONS;
	count = bpf_map_lookup_elem(&reasons, &key);
	if (count)
		__sync_fetch_and_add(count, 1);
	if (reason < REASONS && only_counted[reason])
		return 0;
	return emit_dropped(skb, ctx[1], reason, cookie, netns);
}
