/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Straight to the backend: a packet is sent to a node's own address with
 * unchanged headers (direct return, as by ipvs in DR mode).
 */
#ifndef HASHRING_STEER_VIA_H
#define HASHRING_STEER_VIA_H

#include <linux/netfilter.h>
#include <linux/skbuff.h>

struct hr_backend;

/* What happened to the packet. */
enum hr_via_result {
	HR_VIA_NONE,		/* no address in its family: go on */
	HR_VIA_LEFT,		/* for the kernel's own path: go on */
	HR_VIA_FORWARDING_OFF,	/* this host does not forward: go on */
	HR_VIA_BAD_SOURCE,	/* refused by rp_filter: go on */
	HR_VIA_SENT,		/* taken and sent (prerouting) */
	HR_VIA_ROUTED,		/* has its route now: go on (output) */
	HR_VIA_NO_ROUTE,	/* to be dropped */
	HR_VIA_TOO_BIG,		/* to be dropped, the sender is told */
	HR_VIA_TTL_EXPIRED,	/* to be dropped, the sender is told */
	HR_VIA_REFUSED,		/* to be dropped: IPsec policy, or no memory */
};

enum hr_via_result hr_via_xmit(struct sk_buff *skb,
			       const struct nf_hook_state *state,
			       struct hr_backend *backend);

#endif
