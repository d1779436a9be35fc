// SPDX-License-Identifier: GPL-2.0-only
/*
 * Straight to the backend.
 *
 * At prerouting a packet is forwarded here as ip_forward() and ip6_forward()
 * would, but along the route to the node's address: the route is looked up
 * once for each node and CPU, not for each packet, so the path costs the same
 * whatever the number of nodes. Filters on FORWARD and POSTROUTING see it.
 *
 * A director in direct return sees one side of each connection. Connection
 * tracking would call the client's second segment invalid, and an operator's
 * filter would rightly drop it. So the packet goes untracked from here on, as
 * with ipvs; an entry that was made for it on the way here is dropped again.
 * nft's notrack before that spares the cost.
 *
 * The function that carries on after FORWARD is the route's own, in the
 * kernel, and not one of this module: a packet may sit in a user's queue
 * (nfqueue) for longer than the module is loaded.
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <net/dst_cache.h>
#include <net/icmp.h>
#include <net/ip.h>
#include <net/ip6_fib.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/route.h>
#include <net/xfrm.h>

#include "compat.h"
#include "member.h"
#include "via.h"

/* What of forwarding is the same for both families. */
static enum hr_via_result hr_via_send(struct sk_buff *skb,
				      const struct nf_hook_state *state)
{
	struct dst_entry *dst = skb_dst(skb);

	skb_orphan(skb);
	nf_reset_ct(skb);
	nf_ct_set(skb, NULL, IP_CT_UNTRACKED);
	skb_forward_csum(skb);
	skb_clear_tstamp(skb);
	NF_HOOK(state->pf, NF_INET_FORWARD, state->net, NULL, skb, skb->dev,
		dst->dev, dst->output);
	return HR_VIA_SENT;
}

/* A packet of this machine: only the route changes, and with it the headroom. */
static enum hr_via_result hr_via_output(struct sk_buff *skb)
{
	if (skb_cow_head(skb, LL_RESERVED_SPACE(skb_dst(skb)->dev)))
		return HR_VIA_REFUSED;
	return HR_VIA_ROUTED;
}

static void hr_via_route(struct sk_buff *skb, struct dst_entry *dst)
{
	skb_dst_drop(skb);
	skb_dst_set(skb, dst);
}

static struct rtable *hr_via4_lookup(struct net *net, struct hr_member *member)
{
	struct flowi4 fl4 = {
		/* the gateway is the node, also where the packet's
		 * destination is on the link
		 */
		.flowi4_flags = FLOWI_FLAG_KNOWN_NH,
	};
	struct rtable *rt;

	rt = dst_cache_get_ip4(&member->routes->route4, &fl4.saddr);
	if (likely(rt))
		return rt;

	memcpy(&fl4.daddr, member->node.via.addr4, sizeof(fl4.daddr));
	rt = ip_route_output_key(net, &fl4);
	if (IS_ERR(rt))
		return NULL;
	dst_cache_set_ip4(&member->routes->route4, &rt->dst, fl4.saddr);
	return rt;
}

/* As ip_forward() has it. */
static bool hr_via4_too_big(const struct sk_buff *skb, unsigned int mtu)
{
	if (likely(skb->len <= mtu))
		return false;
	if (!(ip_hdr(skb)->frag_off & htons(IP_DF)))
		return false;
	if (IPCB(skb)->frag_max_size > mtu)
		return true;
	if (skb->ignore_df)
		return false;
	return !skb_is_gso(skb) || !skb_gso_validate_network_len(skb, mtu);
}

static enum hr_via_result hr_via4_forward(struct sk_buff *skb,
					  const struct nf_hook_state *state,
					  struct rtable *rt)
{
	unsigned int mtu;

	if (skb_warn_if_lro(skb) ||
	    !xfrm4_policy_check(NULL, XFRM_POLICY_FWD, skb))
		return HR_VIA_REFUSED;

	if (ip_hdr(skb)->ttl <= 1) {
		__IP_INC_STATS(state->net, IPSTATS_MIB_INHDRERRORS);
		icmp_send(skb, ICMP_TIME_EXCEEDED, ICMP_EXC_TTL, 0);
		return HR_VIA_TTL_EXPIRED;
	}

	__IP_INC_STATS(state->net, IPSTATS_MIB_OUTFORWDATAGRAMS);
	IPCB(skb)->flags |= IPSKB_FORWARDED;
	mtu = ip_dst_mtu_maybe_forward(&rt->dst, true);
	if (unlikely(hr_via4_too_big(skb, mtu))) {
		IP_INC_STATS(state->net, IPSTATS_MIB_FRAGFAILS);
		icmp_send(skb, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, htonl(mtu));
		return HR_VIA_TOO_BIG;
	}

	if (skb_cow(skb, LL_RESERVED_SPACE(rt->dst.dev) + rt->dst.header_len))
		return HR_VIA_REFUSED;
	ip_decrease_ttl(ip_hdr(skb));
	if (READ_ONCE(state->net->ipv4.sysctl_ip_fwd_update_priority))
		skb->priority = rt_tos2priority(ip_hdr(skb)->tos);
	return hr_via_send(skb, state);
}

static enum hr_via_result hr_via4(struct sk_buff *skb,
				  const struct nf_hook_state *state,
				  struct hr_member *member)
{
	__be32 saddr = ip_hdr(skb)->saddr;
	struct rtable *rt;

	/* input routing, which is skipped, would not let these in */
	if (state->hook == NF_INET_PRE_ROUTING &&
	    (ipv4_is_multicast(saddr) || ipv4_is_lbcast(saddr) ||
	     ipv4_is_loopback(saddr) || ipv4_is_zeronet(saddr)))
		return HR_VIA_NONE;

	rt = hr_via4_lookup(state->net, member);
	if (unlikely(!rt))
		return HR_VIA_NO_ROUTE;
	if (unlikely(rt->rt_flags & (RTCF_LOCAL | RTCF_BROADCAST |
				     RTCF_MULTICAST))) {
		ip_rt_put(rt);
		return HR_VIA_NONE;
	}

	/* from here on, for icmp_send() too, which does nothing without */
	hr_via_route(skb, &rt->dst);
	if (state->hook == NF_INET_LOCAL_OUT)
		return hr_via_output(skb);
	return hr_via4_forward(skb, state, rt);
}

static struct dst_entry *hr_via6_lookup(struct net *net,
					struct hr_member *member)
{
	struct flowi6 fl6 = {
		.flowi6_flags = FLOWI_FLAG_KNOWN_NH,
	};
	struct dst_entry *dst;

	dst = dst_cache_get_ip6(&member->routes->route6, &fl6.saddr);
	if (likely(dst))
		return dst;

	memcpy(&fl6.daddr, member->node.via.addr6, sizeof(fl6.daddr));
	dst = ip6_route_output(net, NULL, &fl6);
	if (dst->error) {
		dst_release(dst);
		return NULL;
	}
	dst_cache_set_ip6(&member->routes->route6, dst, &fl6.saddr);
	return dst;
}

/* As ip6_forward() has it. */
static bool hr_via6_too_big(const struct sk_buff *skb, unsigned int mtu)
{
	if (likely(skb->len <= mtu))
		return false;
	if (IP6CB(skb)->frag_max_size > mtu)
		return true;
	if (skb->ignore_df)
		return false;
	return !skb_is_gso(skb) || !skb_gso_validate_network_len(skb, mtu);
}

static enum hr_via_result hr_via6_forward(struct sk_buff *skb,
					  const struct nf_hook_state *state,
					  struct dst_entry *dst)
{
	struct inet6_dev *idev = __in6_dev_get_safely(skb->dev);
	unsigned int mtu;

	if (skb_warn_if_lro(skb) ||
	    !xfrm6_policy_check(NULL, XFRM_POLICY_FWD, skb))
		return HR_VIA_REFUSED;

	if (ipv6_hdr(skb)->hop_limit <= 1) {
		icmpv6_send(skb, ICMPV6_TIME_EXCEED, ICMPV6_EXC_HOPLIMIT, 0);
		__IP6_INC_STATS(state->net, idev, IPSTATS_MIB_INHDRERRORS);
		return HR_VIA_TTL_EXPIRED;
	}

	__IP6_INC_STATS(state->net, ip6_dst_idev(dst),
			IPSTATS_MIB_OUTFORWDATAGRAMS);
	mtu = max_t(unsigned int, ip6_dst_mtu_maybe_forward(dst, true),
		    IPV6_MIN_MTU);
	if (unlikely(hr_via6_too_big(skb, mtu))) {
		icmpv6_send(skb, ICMPV6_PKT_TOOBIG, 0, mtu);
		__IP6_INC_STATS(state->net, idev, IPSTATS_MIB_INTOOBIGERRORS);
		__IP6_INC_STATS(state->net, ip6_dst_idev(dst),
				IPSTATS_MIB_FRAGFAILS);
		return HR_VIA_TOO_BIG;
	}

	if (skb_cow(skb, LL_RESERVED_SPACE(dst->dev) + dst->header_len))
		return HR_VIA_REFUSED;
	ipv6_hdr(skb)->hop_limit--;
	return hr_via_send(skb, state);
}

static enum hr_via_result hr_via6(struct sk_buff *skb,
				  const struct nf_hook_state *state,
				  struct hr_member *member)
{
	struct dst_entry *dst;

	/* a host's own or a link's addresses must not be sent on, nor what
	 * every router is to look at
	 */
	if (state->hook == NF_INET_PRE_ROUTING) {
		int type = ipv6_addr_type(&ipv6_hdr(skb)->saddr);

		if (type == IPV6_ADDR_ANY ||
		    type & (IPV6_ADDR_MULTICAST | IPV6_ADDR_LOOPBACK |
			    IPV6_ADDR_LINKLOCAL) ||
		    IP6CB(skb)->flags & IP6SKB_ROUTERALERT)
			return HR_VIA_NONE;
	}

	dst = hr_via6_lookup(state->net, member);
	if (unlikely(!dst))
		return HR_VIA_NO_ROUTE;
	if (unlikely(dst->dev->flags & IFF_LOOPBACK)) {
		dst_release(dst);
		return HR_VIA_NONE;
	}

	hr_via_route(skb, dst);
	if (state->hook == NF_INET_LOCAL_OUT)
		return hr_via_output(skb);
	return hr_via6_forward(skb, state, dst);
}

/**
 * hr_via() - send a packet straight to a node's own address
 * @skb: the packet; gone after HR_VIA_SENT, else still the caller's
 * @state: of the hook, NF_INET_PRE_ROUTING or NF_INET_LOCAL_OUT
 * @member: the node that owns the packet's flow
 *
 * A packet that may not be forwarded is left to the ordinary path, which knows
 * what to say about it; so is one whose node is this machine.
 *
 * Context: in a netfilter hook, bottom halves off.
 * Return: what became of the packet.
 */
enum hr_via_result hr_via(struct sk_buff *skb, const struct nf_hook_state *state,
			  struct hr_member *member)
{
	if (state->pf == NFPROTO_IPV4)
		return member->node.via.has4 ? hr_via4(skb, state, member) :
					       HR_VIA_NONE;
	return member->node.via.has6 ? hr_via6(skb, state, member) :
				       HR_VIA_NONE;
}
