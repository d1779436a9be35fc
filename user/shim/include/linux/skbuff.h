/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A packet as netfilter's hooks get it, natively: all of it in one piece of
 * memory, from the address header on.
 */
#ifndef HASHRING_SHIM_LINUX_SKBUFF_H
#define HASHRING_SHIM_LINUX_SKBUFF_H

#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/string.h>
#include <linux/types.h>

/**
 * struct sk_buff - a packet
 * @data: its bytes, aligned to eight
 * @len: number of @data, at least those of the address header
 */
struct sk_buff {
	const u8 *data;
	int len;
};

static inline const struct iphdr *ip_hdr(const struct sk_buff *skb)
{
	return (const struct iphdr *)skb->data;
}

static inline const struct ipv6hdr *ipv6_hdr(const struct sk_buff *skb)
{
	return (const struct ipv6hdr *)skb->data;
}

static inline int skb_network_offset(const struct sk_buff *skb)
{
	return 0;
}

static inline const u8 *skb_tail_pointer(const struct sk_buff *skb)
{
	return skb->data + skb->len;
}

/* Always a copy: the bytes in the packet may not be aligned. */
static inline void *skb_header_pointer(const struct sk_buff *skb, int offset,
				       int len, void *buffer)
{
	if (offset < 0 || offset > skb->len - len)
		return NULL;
	return memcpy(buffer, skb->data + offset, len);
}

#endif
