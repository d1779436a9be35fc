// SPDX-License-Identifier: GPL-2.0-only
/*
 * A packet's flow: the parts of its headers that make the key.
 *
 * The headers are read here and not by the flow dissector, which costs twice as
 * much, and which a BPF program can replace, so that directors would disagree.
 *
 * An ICMP error belongs to the flow of the packet that it quotes. The quoted packet
 * went the other way, from the virtual address to the client, so its addresses and
 * ports are exchanged. The quote counts only if its source is the destination of
 * the error: otherwise any sender could choose the node.
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netfilter.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/ndisc.h>

#include "flow.h"

static __always_inline void hr_flow_no_ports(struct hr_flow *flow)
{
	memset(flow->ports, 0, sizeof(flow->ports));
}

/* The ports at @offset, wherever they are, exchanged with @invert. */
static noinline int hr_flow_far_ports(const struct sk_buff *skb, int offset,
				      bool invert, struct hr_flow *flow)
{
	const __be16 *ports;
	__be16 buf[2];

	ports = skb_header_pointer(skb, offset, sizeof(buf), buf);
	if (unlikely(!ports)) {
		hr_flow_no_ports(flow);
		return HR_FLOW_PORTLESS;
	}
	memcpy(flow->sport, &ports[invert], sizeof(flow->sport));
	memcpy(flow->dport, &ports[!invert], sizeof(flow->dport));
	return 0;
}

/*
 * Nearly all packets have their ports right behind the address header: they are
 * read in place, without a copy and a buffer.
 */
static __always_inline int hr_flow_ports(const struct sk_buff *skb,
					 const u8 *ports, struct hr_flow *flow)
{
	if (unlikely(ports + sizeof(flow->ports) > skb_tail_pointer(skb)))
		return hr_flow_far_ports(skb, ports - skb->data, false, flow);
	memcpy(flow->ports, ports, sizeof(flow->ports));
	return 0;
}

/*
 * A fragment is hashed by its addresses and protocol. The first fragment has ports,
 * and is hashed without them as well: all fragments of a packet go to one node.
 * Fragments that the kernel has reassembled do not get here.
 */
static noinline int hr_flow_fragment(enum hashring_key_policy policy,
				     struct hr_flow *flow)
{
	hr_flow_no_ports(flow);
	if (policy == HASHRING_KEY_SOURCE ||
	    !hr_protocol_has_ports(flow->protocol))
		return 0;
	return HR_FLOW_PORTLESS;
}

static bool hr_icmp4_is_error(u8 type)
{
	switch (type) {
	case ICMP_DEST_UNREACH:
	case ICMP_SOURCE_QUENCH:
	case ICMP_REDIRECT:
	case ICMP_TIME_EXCEEDED:
	case ICMP_PARAMETERPROB:
		return true;
	default:
		return false;
	}
}

static noinline int hr_flow_icmp4(const struct sk_buff *skb, int offset,
				  __be32 daddr, enum hashring_key_policy policy,
				  struct hr_flow *flow)
{
	const struct icmphdr *icmp;
	const struct iphdr *quote;
	struct icmphdr icmp_buf;
	struct iphdr quote_buf;
	int flags = HR_FLOW_ICMP_ERROR;

	icmp = skb_header_pointer(skb, offset, sizeof(icmp_buf), &icmp_buf);
	if (!icmp)
		return -EINVAL;
	if (!hr_icmp4_is_error(icmp->type))
		return 0;

	offset += sizeof(icmp_buf);
	quote = skb_header_pointer(skb, offset, sizeof(quote_buf), &quote_buf);
	if (!quote || quote->version != 4 || quote->ihl < 5)
		return -EINVAL;
	if (quote->saddr != daddr)
		return 0;

	flow->protocol = quote->protocol;
	memcpy(flow->saddr, &quote->daddr, sizeof(quote->daddr));
	memcpy(flow->daddr, &quote->saddr, sizeof(quote->saddr));
	if (policy == HASHRING_KEY_SOURCE ||
	    !hr_protocol_has_ports(quote->protocol))
		return flags;
	if (quote->frag_off & htons(IP_OFFSET))
		return flags | HR_FLOW_PORTLESS;
	return flags | hr_flow_far_ports(skb, offset + quote->ihl * 4, true,
					 flow);
}

/**
 * hr_flow_parse4() - the flow that an IPv4 packet belongs to
 * @skb: the packet as netfilter's hooks see it
 * @policy: as for hr_flow_parse()
 * @flow: as for hr_flow_parse()
 *
 * Rare cases, and those with a buffer, are functions of their own: so this
 * function needs no stack guard and saves no register.
 *
 * Context: any.
 * Return: as hr_flow_parse().
 */
int hr_flow_parse4(const struct sk_buff *skb, enum hashring_key_policy policy,
		   struct hr_flow *flow)
{
	const struct iphdr *iph = ip_hdr(skb);
	const u8 *payload = (const u8 *)iph + iph->ihl * 4;

	if (unlikely(iph->version != 4 || iph->ihl < 5))
		return -EINVAL;
	flow->family = 4;
	flow->protocol = iph->protocol;
	memcpy(flow->saddr, &iph->saddr, sizeof(iph->saddr));
	memcpy(flow->daddr, &iph->daddr, sizeof(iph->daddr));

	if (unlikely(ip_is_fragment(iph)))
		return hr_flow_fragment(policy, flow);
	if (likely(hr_protocol_has_ports(iph->protocol))) {
		if (policy != HASHRING_KEY_SOURCE)
			return hr_flow_ports(skb, payload, flow);
		hr_flow_no_ports(flow);
		return 0;
	}
	hr_flow_no_ports(flow);
	if (iph->protocol == IPPROTO_ICMP)
		return hr_flow_icmp4(skb, payload - skb->data, iph->daddr,
				     policy, flow);
	return 0;
}

static bool hr_icmp6_is_error(u8 type)
{
	return type >= ICMPV6_DEST_UNREACH && type <= ICMPV6_PARAMPROB;
}

/*
 * The key of a fragment, the same for all fragments of a packet: what follows
 * the fragment header, which is at @offset.
 */
static bool hr_fragment6_protocol(const struct sk_buff *skb, int offset,
				  u8 *protocol)
{
	const struct frag_hdr *head;
	struct frag_hdr buf;

	head = skb_header_pointer(skb, offset, sizeof(buf), &buf);
	if (!head)
		return false;
	*protocol = head->nexthdr;
	return true;
}

static int hr_flow_fragment6(const struct sk_buff *skb,
			     enum hashring_key_policy policy,
			     struct hr_flow *flow)
{
	unsigned int offset = 0;

	if (ipv6_find_hdr(skb, &offset, NEXTHDR_FRAGMENT, NULL, NULL) < 0 ||
	    !hr_fragment6_protocol(skb, offset, &flow->protocol))
		return -EINVAL;
	return hr_flow_fragment(policy, flow);
}

static noinline int hr_flow_icmp6(const struct sk_buff *skb, int offset,
				  const struct in6_addr *daddr,
				  enum hashring_key_policy policy,
				  struct hr_flow *flow)
{
	const struct icmp6hdr *icmp;
	const struct ipv6hdr *quote;
	struct icmp6hdr icmp_buf;
	struct ipv6hdr quote_buf;
	int flags = HR_FLOW_ICMP_ERROR;
	__be16 fragment = 0;
	u8 protocol;

	icmp = skb_header_pointer(skb, offset, sizeof(icmp_buf), &icmp_buf);
	if (!icmp)
		return -EINVAL;
	if (icmp->icmp6_type >= NDISC_ROUTER_SOLICITATION &&
	    icmp->icmp6_type <= NDISC_REDIRECT)
		return -ENOMSG;
	if (!hr_icmp6_is_error(icmp->icmp6_type))
		return 0;

	offset += sizeof(icmp_buf);
	quote = skb_header_pointer(skb, offset, sizeof(quote_buf), &quote_buf);
	if (!quote || quote->version != 6)
		return -EINVAL;
	if (!ipv6_addr_equal(&quote->saddr, daddr))
		return 0;
	protocol = quote->nexthdr;
	offset = ipv6_skip_exthdr(skb, offset + sizeof(quote_buf), &protocol,
				  &fragment);
	if (offset < 0)
		return -EINVAL;
	/* there the walk ends, at the fragment header */
	if (fragment & htons(IP6_OFFSET) &&
	    !hr_fragment6_protocol(skb, offset, &protocol))
		return -EINVAL;

	flow->protocol = protocol;
	memcpy(flow->saddr, &quote->daddr, sizeof(flow->saddr));
	memcpy(flow->daddr, &quote->saddr, sizeof(flow->daddr));
	if (policy == HASHRING_KEY_SOURCE || !hr_protocol_has_ports(protocol))
		return flags;
	if (fragment & htons(IP6_OFFSET))
		return flags | HR_FLOW_PORTLESS;
	return flags | hr_flow_far_ports(skb, offset, true, flow);
}

/**
 * hr_flow_parse6() - the flow that an IPv6 packet belongs to
 * @skb: the packet as netfilter's hooks see it
 * @policy: as for hr_flow_parse()
 * @flow: as for hr_flow_parse()
 *
 * Context: any.
 * Return: as hr_flow_parse().
 */
int hr_flow_parse6(const struct sk_buff *skb, enum hashring_key_policy policy,
		   struct hr_flow *flow)
{
	const struct ipv6hdr *iph = ipv6_hdr(skb);
	int offset = skb_network_offset(skb) + sizeof(*iph);
	u8 protocol = iph->nexthdr;
	__be16 fragment = 0;

	if (unlikely(iph->version != 6))
		return -EINVAL;
	if (unlikely(!hr_protocol_has_ports(protocol))) {
		offset = ipv6_skip_exthdr(skb, offset, &protocol, &fragment);
		if (offset < 0)
			return -EINVAL;
	}
	flow->family = 6;
	flow->protocol = protocol;
	memcpy(flow->saddr, &iph->saddr, sizeof(flow->saddr));
	memcpy(flow->daddr, &iph->daddr, sizeof(flow->daddr));

	if (unlikely(fragment & htons(IP6_OFFSET | IP6_MF)))
		return hr_flow_fragment6(skb, policy, flow);
	if (likely(hr_protocol_has_ports(protocol))) {
		if (policy != HASHRING_KEY_SOURCE)
			return hr_flow_ports(skb, skb->data + offset, flow);
		hr_flow_no_ports(flow);
		return 0;
	}
	hr_flow_no_ports(flow);
	if (protocol == IPPROTO_ICMPV6)
		return hr_flow_icmp6(skb, offset, &iph->daddr, policy, flow);
	return 0;
}
