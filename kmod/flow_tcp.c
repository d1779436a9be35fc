// SPDX-License-Identifier: GPL-2.0-only
/*
 * What flow state needs of a packet besides its flow: the state of a TCP
 * connection, and the ports of a datagram in pieces.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/minmax.h>
#include <linux/netfilter.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/tcp.h>

#include "flow.h"

/**
 * hr_flow_tcp() - what a TCP segment does to its connection
 * @skb: a packet with ports whose flow is TCP's by hr_flow_parse(), and no ICMP
 *	error
 * @pf: NFPROTO_IPV4 or NFPROTO_IPV6
 * @segment: filled in, unless an error is returned
 *
 * Context: any. Neither allocates nor changes the packet.
 * Return: TCPHDR_* flags, those of the last byte, and HR_FLOW_TCP_DATA with
 * payload; -EINVAL if the header is truncated.
 */
int hr_flow_tcp(const struct sk_buff *skb, u8 pf, struct hr_segment *segment)
{
	int offset = skb_network_offset(skb);
	const struct tcphdr *tcp;
	struct tcphdr buf;
	int data, flags;

	if (likely(pf == NFPROTO_IPV4)) {
		offset += ip_hdr(skb)->ihl * 4;
	} else {
		u8 protocol = ipv6_hdr(skb)->nexthdr;
		__be16 fragment;

		offset = ipv6_skip_exthdr(skb, offset + sizeof(struct ipv6hdr),
					  &protocol, &fragment);
		if (offset < 0)
			return -EINVAL;
	}
	tcp = skb_header_pointer(skb, offset, sizeof(buf), &buf);
	if (unlikely(!tcp))
		return -EINVAL;
	data = skb->len - offset - tcp->doff * 4;
	data = max(data, 0);
	segment->seq = ntohl(tcp->seq);
	flags = tcp_flag_byte(tcp);
	segment->end = segment->seq + data + !!(flags & TCPHDR_SYN) +
		       !!(flags & TCPHDR_FIN);
	segment->ack = ntohl(tcp->ack_seq);
	return flags | (data ? HR_FLOW_TCP_DATA : 0);
}

/**
 * hr_flow_first_ports() - the ports of a datagram in pieces
 * @skb: a fragment of a protocol with ports, by hr_flow_parse()
 * @pf: NFPROTO_IPV4 or NFPROTO_IPV6
 * @flow: gets the ports
 *
 * Context: any. Neither allocates nor changes the packet.
 * Return: true for the first fragment: only that one has ports.
 */
bool hr_flow_first_ports(const struct sk_buff *skb, u8 pf, struct hr_flow *flow)
{
	unsigned int offset = 0;
	const u8 *ports;
	u8 buf[4];

	if (pf == NFPROTO_IPV4) {
		if (ip_hdr(skb)->frag_off & htons(IP_OFFSET))
			return false;
		offset = skb_network_offset(skb) + ip_hdr(skb)->ihl * 4;
	} else {
		const struct frag_hdr *head;
		struct frag_hdr head_buf;

		if (ipv6_find_hdr(skb, &offset, NEXTHDR_FRAGMENT, NULL,
				  NULL) < 0)
			return false;
		head = skb_header_pointer(skb, offset, sizeof(head_buf),
					  &head_buf);
		if (!head || head->frag_off & htons(IP6_OFFSET))
			return false;
		offset += sizeof(head_buf);
	}
	ports = skb_header_pointer(skb, offset, sizeof(buf), buf);
	if (!ports)
		return false;
	memcpy(flow->ports, ports, sizeof(flow->ports));
	return true;
}
