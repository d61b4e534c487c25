/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A link that loses packets: of the TCP segments with data that come in on it, a set share is dropped, evenly spaced.
 * Handshakes, acknowledgements and all that is not TCP over IPv4 pass, so that a sender sees a path that is alive but lossy.
 */
typedef unsigned char __u8;
typedef unsigned short __u16;
typedef unsigned int __u32;
typedef unsigned long long __u64;

#define SEC(name) __attribute__((section(name), used))

/* include/uapi/linux/{pkt_cls.h,if_ether.h,in.h}; TC_ACT_UNSPEC is TCX_NEXT of bpf.h */
enum {
	TC_ACT_UNSPEC = -1,
	TC_ACT_SHOT = 2,
	ETH_P_IP = 0x0800,
	ETH_HLEN = 14,
	IPPROTO_TCP = 6,
};

struct __sk_buff;

/* Its number in include/uapi/linux/bpf.h */
static long (*const bpf_skb_load_bytes)(const struct __sk_buff *packet, __u32 offset, void *to,
					__u32 length) = (void *)26;

/* RFC 791, section 3.1, behind the Ethernet header */
struct ip_packet {
	__u8 destination[6], source[6];
	__u16 type;
	__u8 version_and_words, service;
	__u16 length, id, fragment;
	__u8 ttl, protocol;
} __attribute__((packed));

/* RFC 9293, section 3.1, up to the header's length */
struct tcp_start {
	__u8 before[12];
	__u8 words;
} __attribute__((packed));

/* Of a thousand segments with data so many are dropped; written while the program runs. */
volatile __u32 lost_per_mille;
/* Segments with data that came, and those of them that were dropped. */
__u64 segments;
__u64 dropped;

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("tc")
int lose(struct __sk_buff *packet)
{
	__u32 share = lost_per_mille;
	struct ip_packet ip;
	struct tcp_start tcp;
	__u32 header;
	__u64 number;

	if (bpf_skb_load_bytes(packet, 0, &ip, sizeof(ip)) || ip.type != __builtin_bswap16(ETH_P_IP) ||
	    ip.protocol != IPPROTO_TCP)
		return TC_ACT_UNSPEC;
	header = (ip.version_and_words & 15) * 4;
	if (bpf_skb_load_bytes(packet, ETH_HLEN + header, &tcp, sizeof(tcp)))
		return TC_ACT_UNSPEC;
	if (__builtin_bswap16(ip.length) <= header + (tcp.words >> 4) * 4)
		return TC_ACT_UNSPEC;
	number = __sync_fetch_and_add(&segments, 1);
	if ((number + 1) * share / 1000 == number * share / 1000)
		return TC_ACT_UNSPEC;
	__sync_fetch_and_add(&dropped, 1);
	return TC_ACT_SHOT;
}
