// SPDX-License-Identifier: GPL-2.0-only
/*
 * The walk along IPv6's extension headers, as the kernel's walks it.
 */
#include <errno.h>
#include <stddef.h>

#include <net/ipv6.h>

struct ext_hdr {
	u8 nexthdr;
	u8 len;
};

static bool is_ext_hdr(u8 nexthdr)
{
	switch (nexthdr) {
	case NEXTHDR_HOP:
	case NEXTHDR_ROUTING:
	case NEXTHDR_FRAGMENT:
	case NEXTHDR_AUTH:
	case NEXTHDR_NONE:
	case NEXTHDR_DEST:
		return true;
	default:
		return false;
	}
}

/* From the header of kind *nexthdr at @start to the next one. */
static int next_hdr(const struct sk_buff *skb, int start, u8 *nexthdr)
{
	const struct ext_hdr *hdr;
	struct ext_hdr buf;
	u8 kind = *nexthdr;

	hdr = skb_header_pointer(skb, start, sizeof(buf), &buf);
	if (!hdr)
		return -EINVAL;
	*nexthdr = hdr->nexthdr;
	if (kind == NEXTHDR_FRAGMENT)
		return start + sizeof(struct frag_hdr);
	if (kind == NEXTHDR_AUTH)
		return start + (hdr->len + 2) * 4;
	return start + (hdr->len + 1) * 8;
}

/*
 * Finds the first header that is no extension header. In a fragment that is not
 * the first one, that is the fragment header: what follows is in the first
 * fragment.
 */
int ipv6_skip_exthdr(const struct sk_buff *skb, int start, u8 *nexthdr,
		     __be16 *frag_off)
{
	const __be16 *frag;
	__be16 buf;

	*frag_off = 0;
	while (is_ext_hdr(*nexthdr)) {
		if (*nexthdr == NEXTHDR_NONE)
			return -EINVAL;
		if (*nexthdr == NEXTHDR_FRAGMENT) {
			frag = skb_header_pointer(skb, start +
					offsetof(struct frag_hdr, frag_off),
					sizeof(buf), &buf);
			if (!frag)
				return -EINVAL;
			*frag_off = *frag;
			if (*frag & htons(IP6_OFFSET))
				break;
		}
		start = next_hdr(skb, start, nexthdr);
		if (start < 0)
			return start;
	}
	return start;
}

/* Only with *offset 0, and for a header that the packet has. */
int ipv6_find_hdr(const struct sk_buff *skb, unsigned int *offset, int target,
		  unsigned short *frag_off, int *flags)
{
	u8 nexthdr = ipv6_hdr(skb)->nexthdr;
	int start = sizeof(struct ipv6hdr);

	while (nexthdr != target) {
		if (!is_ext_hdr(nexthdr) || nexthdr == NEXTHDR_NONE)
			return -ENOENT;
		start = next_hdr(skb, start, &nexthdr);
		if (start < 0)
			return start;
	}
	*offset = start;
	return nexthdr;
}
