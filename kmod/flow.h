/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A packet's flow: what of its headers makes the key.
 */
#ifndef HASHRING_FLOW_H
#define HASHRING_FLOW_H

#include <linux/skbuff.h>

#include "core/key.h"

/* What was met on the way to a flow, for the counters. */
#define HR_FLOW_ICMP_ERROR	BIT(0)	/* the flow is the embedded one's */
#define HR_FLOW_PORTLESS	BIT(1)	/* ports belong there but are not */

/* The protocols whose ports are part of a flow. */
static inline bool hr_protocol_has_ports(u8 protocol)
{
	switch (protocol) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_DCCP:
	case IPPROTO_SCTP:
	case IPPROTO_UDPLITE:
		return true;
	default:
		return false;
	}
}

int hr_flow_parse(const struct sk_buff *skb, u8 pf, enum hr_key_policy policy,
		  struct hr_flow *flow);

#endif
