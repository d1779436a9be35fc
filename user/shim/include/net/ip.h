/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HASHRING_SHIM_NET_IP_H
#define HASHRING_SHIM_NET_IP_H

#include <linux/skbuff.h>

#define IP_MF		0x2000
#define IP_OFFSET	0x1FFF

static inline bool ip_is_fragment(const struct iphdr *iph)
{
	return iph->frag_off & htons(IP_MF | IP_OFFSET);
}

#endif
