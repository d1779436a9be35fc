/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A packet's flow: the parts of its headers that make the key.
 */
#ifndef HASHRING_FLOW_H
#define HASHRING_FLOW_H

#include <linux/bits.h>
#include <linux/netfilter.h>
#include <linux/skbuff.h>

#include "core/key.h"

/* Findings on the way to a flow, for the counters. */
#define HR_FLOW_ICMP_ERROR	BIT(0)	/* flow of the quoted packet */
#define HR_FLOW_PORTLESS	BIT(1)	/* the packet lacks its ports */

/* The protocols whose ports are part of a flow. */
static inline bool hr_protocol_has_ports(u8 protocol)
{
	/* The common ones first, without a jump table. */
	if (likely(protocol == IPPROTO_UDP || protocol == IPPROTO_TCP))
		return true;
	switch (protocol) {
	case IPPROTO_DCCP:
	case IPPROTO_SCTP:
	case IPPROTO_UDPLITE:
		return true;
	default:
		return false;
	}
}

/* In the result of hr_flow_tcp(), besides TCPHDR_*. */
#define HR_FLOW_TCP_DATA	BIT(8)

/**
 * struct hr_segment - the numbers of a TCP segment, in host byte order
 * @seq: the sequence number
 * @end: the sequence number after the segment; SYN and FIN count as one byte each
 * @ack: the acknowledgment number; means nothing without ACK
 */
struct hr_segment {
	u32 seq;
	u32 end;
	u32 ack;
};

int hr_flow_tcp(const struct sk_buff *skb, u8 pf, struct hr_segment *segment);
bool hr_flow_first_ports(const struct sk_buff *skb, u8 pf,
			 struct hr_flow *flow);
int hr_flow_parse4(const struct sk_buff *skb, enum hashring_key_policy policy,
		   struct hr_flow *flow);
int hr_flow_parse6(const struct sk_buff *skb, enum hashring_key_policy policy,
		   struct hr_flow *flow);

/**
 * hr_flow_parse() - the flow that a packet belongs to
 * @skb: an IPv4 or IPv6 packet as netfilter's hooks see it
 * @pf: NFPROTO_IPV4 or NFPROTO_IPV6
 * @policy: the key policy: if ports do not count, missing ones do not matter
 * @flow: filled in; undefined after an error
 *
 * Context: any. Neither allocates nor changes the packet.
 * Return: HR_FLOW_* flags; -EINVAL if the headers are truncated or malformed,
 * -ENOMSG if the packet belongs to the link (neighbour discovery), which it
 * never leaves.
 */
static inline int hr_flow_parse(const struct sk_buff *skb, u8 pf,
				enum hashring_key_policy policy,
				struct hr_flow *flow)
{
	if (likely(pf == NFPROTO_IPV4))
		return hr_flow_parse4(skb, policy, flow);
	return hr_flow_parse6(skb, policy, flow);
}

#endif
