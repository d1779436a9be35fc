/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HASHRING_SHIM_NET_IPV6_H
#define HASHRING_SHIM_NET_IPV6_H

#include <linux/skbuff.h>

#define NEXTHDR_HOP		0
#define NEXTHDR_ROUTING		43
#define NEXTHDR_FRAGMENT	44
#define NEXTHDR_AUTH		51
#define NEXTHDR_NONE		59
#define NEXTHDR_DEST		60

#define IP6_MF		0x0001
#define IP6_OFFSET	0xFFF8

struct frag_hdr {
	__u8 nexthdr;
	__u8 reserved;
	__be16 frag_off;
	__be32 identification;
};

static inline bool ipv6_addr_equal(const struct in6_addr *a,
				   const struct in6_addr *b)
{
	return !memcmp(a, b, sizeof(*a));
}

int ipv6_skip_exthdr(const struct sk_buff *skb, int start, u8 *nexthdr,
		     __be16 *frag_off);
int ipv6_find_hdr(const struct sk_buff *skb, unsigned int *offset, int target,
		  unsigned short *frag_off, int *flags);

#endif
