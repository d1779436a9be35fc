/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A packet for netfilter's hooks, natively, for the target flow. The first
 * bytes are in the linear area, the rest is elsewhere.
 */
#ifndef HASHRING_FUZZ_LINUX_SKBUFF_H
#define HASHRING_FUZZ_LINUX_SKBUFF_H

#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/string.h>
#include <linux/types.h>

/**
 * struct sk_buff - a packet
 * @data: the linear area, aligned to eight
 * @headlen: length of @data, at least that of the address header
 * @rest: the bytes behind @data
 * @len: length of the packet
 */
struct sk_buff {
	const u8 *data;
	int headlen;
	const u8 *rest;
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
	return skb->data + skb->headlen;
}

/* As the kernel's: copies only if the bytes are not all in the linear area. */
static inline const void *skb_header_pointer(const struct sk_buff *skb,
					     int offset, int len, void *buffer)
{
	u8 *to = buffer;
	int i;

	if (offset < 0 || offset > skb->len - len)
		return NULL;
	if (offset + len <= skb->headlen)
		return skb->data + offset;
	for (i = offset; i < offset + len; i++)
		*to++ = i < skb->headlen ? skb->data[i] :
					   skb->rest[i - skb->headlen];
	return buffer;
}

#endif
