// SPDX-License-Identifier: GPL-2.0-only
/*
 * Straight to the backend.
 *
 * At prerouting a packet is forwarded here as by ip_forward() and
 * ip6_forward(), but along the route to the node's address. The route is looked
 * up once for each node and CPU, not for each packet, so that the cost does not
 * depend on the number of nodes. Filters on FORWARD and POSTROUTING see the
 * packet.
 *
 * A director in direct return sees one side of each connection. Connection
 * tracking would call the client's second segment invalid, and an operator's
 * filter would rightly drop it. So the packet is untracked from here on, as
 * with ipvs, and an entry that was made for it earlier is dropped again. nft's
 * notrack before that saves the cost.
 *
 * The checks of the kernel's own forwarding are made here too, in the same
 * order; Documentation/via.md has the table. What only input routing knows, and
 * what needs work on the headers, is left to the kernel's own path.
 *
 * The function that continues after FORWARD is the route's own, in the kernel,
 * and none of this module: a packet may stay in a user's queue (nfqueue) for
 * longer than the module is loaded.
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/in.h>
#include <linux/inetdevice.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <net/icmp.h>
#include <net/ip.h>
#include <net/ip_fib.h>
#include <net/ip6_fib.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/l3mdev.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/route.h>
#include <net/xfrm.h>

#include "compat.h"
#include "ring/backend.h"
#include "via.h"

/**
 * struct hr_via_from - the origin of a packet, as far as its route depends on
 *	it
 * @l3mdev: ifindex of its VRF's device; 0: none
 * @oif: ifindex of the device that its socket is bound to; 0: none
 *
 * Nearly all packets have neither. Their routes are cached.
 */
struct hr_via_from {
	int l3mdev;
	int oif;
};

static bool hr_via_is_plain(const struct hr_via_from *from)
{
	return likely(!(from->l3mdev | from->oif));
}

static __always_inline struct hr_via_from
hr_via_from(const struct nf_hook_state *state)
{
	struct hr_via_from from = {};
	const struct sock *sk;

	if (likely(state->hook == NF_INET_PRE_ROUTING)) {
		if (unlikely(netif_is_l3_master(state->in)))
			from.l3mdev = state->in->ifindex;
		return from;
	}
	if (unlikely(netif_is_l3_master(state->out)))
		from.l3mdev = state->out->ifindex;
	sk = state->sk ? sk_to_full_sk(state->sk) : NULL;
	if (sk && sk->sk_bound_dev_if != from.l3mdev)
		from.oif = sk->sk_bound_dev_if;
	return from;
}

/* The device that a packet arrived on: with a VRF, the VRF's member. */
static __always_inline struct net_device *
hr_via_in(const struct nf_hook_state *state, const struct hr_via_from *from,
	  int number)
{
	if (likely(!from->l3mdev))
		return state->in;
	return dev_get_by_index_rcu(state->net, number);
}

/*
 * A socket that has the packet already, before the hook (TPROXY, BPF). Behind a
 * bridge the socket may be the packet's sender.
 */
static bool hr_via_has_socket(struct sk_buff *skb)
{
	return unlikely(skb->sk) && (skb_sk_is_prefetched(skb) ||
				     skb->destructor == sock_edemux);
}

/* The checks of forwarding that are the same for both families. */
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

#ifdef CONFIG_XFRM
/* Whether IPsec has no policy for forwarded packets, the common case. */
static __always_inline bool hr_via_no_ipsec(const struct net *net,
					    const struct sk_buff *skb)
{
	const struct netns_xfrm *xfrm = &net->xfrm;

	return likely(!(READ_ONCE(xfrm->policy_count[XFRM_POLICY_FWD]) |
			READ_ONCE(xfrm->policy_count[XFRM_POLICY_OUT])) &&
		      READ_ONCE(xfrm->policy_default[XFRM_POLICY_FWD]) ==
		      XFRM_USERPOLICY_ACCEPT &&
		      READ_ONCE(xfrm->policy_default[XFRM_POLICY_OUT]) ==
		      XFRM_USERPOLICY_ACCEPT && !secpath_exists(skb));
}

/*
 * IPsec's policies for a packet of this host, with those of its socket, as in
 * ip_route_me_harder(). They may change the packet's route.
 */
static bool hr_via_xfrm_output(struct sk_buff *skb,
			       const struct nf_hook_state *state)
{
	u8 family = state->pf == NFPROTO_IPV4 ? AF_INET : AF_INET6;
	struct net *net = state->net;
	struct dst_entry *dst;
	struct sock *sk;
	struct flowi fl;

	sk = state->sk ? sk_to_full_sk(state->sk) : NULL;
	if (likely(!READ_ONCE(net->xfrm.policy_count[XFRM_POLICY_OUT]) &&
		   READ_ONCE(net->xfrm.policy_default[XFRM_POLICY_OUT]) ==
		   XFRM_USERPOLICY_ACCEPT &&
		   !(sk && rcu_access_pointer(sk->sk_policy[XFRM_POLICY_OUT]))))
		return true;
	if (hr_xfrm_decode_session(net, skb, &fl, family))
		return false;
	dst = skb_dst(skb);
	skb_dst_set(skb, NULL);
	dst = xfrm_lookup(net, dst, &fl, sk, 0);
	if (IS_ERR(dst))
		return false;
	skb_dst_set(skb, dst);
	return true;
}
#else
static bool hr_via_no_ipsec(const struct net *net, const struct sk_buff *skb)
{
	return true;
}

static bool hr_via_xfrm_output(struct sk_buff *skb,
			       const struct nf_hook_state *state)
{
	return true;
}
#endif

/* A packet of this host: only the route and the headroom change. */
static enum hr_via_result hr_via_output(struct sk_buff *skb,
					const struct nf_hook_state *state)
{
	if (!hr_via_xfrm_output(skb, state) ||
	    skb_cow_head(skb, LL_RESERVED_SPACE(skb_dst(skb)->dev)))
		return HR_VIA_REFUSED;
	return HR_VIA_ROUTED;
}

static void hr_via_route(struct sk_buff *skb, struct dst_entry *dst)
{
	skb_dst_drop(skb);
	skb_dst_set(skb, dst);
}

static struct rtable *hr_via4_lookup(struct net *net,
				     struct hr_backend *backend,
				     const struct hr_via_from *from)
{
	struct flowi4 fl4 = {
		.flowi4_oif	= from->oif,
		.flowi4_l3mdev	= from->l3mdev,
		/* the gateway is the node, also where the packet's
		 * destination is on the link
		 */
		.flowi4_flags	= FLOWI_FLAG_KNOWN_NH,
	};
	struct rtable *rt;

	if (hr_via_is_plain(from)) {
		rt = hr_route_get4(backend->routes);
		if (likely(rt))
			return rt;
	}

	memcpy(&fl4.daddr, backend->node.attrs.via.addr4, sizeof(fl4.daddr));
	rt = ip_route_output_key(net, &fl4);
	if (IS_ERR(rt))
		return NULL;
	/*
	 * with a device and no route, the kernel takes any address as on the
	 * link
	 */
	if (unlikely(from->oif) && !rt->rt_gw_family) {
		ip_rt_put(rt);
		return NULL;
	}
	if (hr_via_is_plain(from))
		hr_route_set4(backend->routes, rt);
	return rt;
}

/*
 * rp_filter, as in __fib_validate_source(): the kernel exports no check of the
 * source alone, and all of input routing takes more than twice the time.
 */
static noinline bool hr_via4_source_is_good(struct sk_buff *skb,
					    const struct nf_hook_state *state,
					    const struct net_device *in,
					    struct in_device *in_dev,
					    const struct rtable *rt)
{
	const struct iphdr *iph = ip_hdr(skb);
	struct flowi4 fl4 = {
		.flowi4_l3mdev	= l3mdev_master_ifindex_rcu(in),
		/* an answer would come in where the packet goes out */
		.flowi4_iif	= rt->dst.dev->ifindex,
		.flowi4_mark	= IN_DEV_SRC_VMARK(in_dev) ? skb->mark : 0,
		.flowi4_uid	= sock_net_uid(state->net, NULL),
		.daddr		= iph->saddr,
		.saddr		= iph->daddr,
	};
	struct fib_result res;
	struct flow_keys keys;

	if (secpath_exists(skb))
		return true;
	hr_flow4_dscp(&fl4, iph);
	if (fib4_rules_early_flow_dissect(state->net, skb, &fl4, &keys))
		swap(fl4.fl4_sport, fl4.fl4_dport);
	if (fib_lookup(state->net, &fl4, &res, 0) ||
	    (res.type != RTN_UNICAST &&
	     (res.type != RTN_LOCAL || !IN_DEV_ACCEPT_LOCAL(in_dev))))
		return false;
	return fib_info_nh_uses_dev(res.fi, in) ||
	       (rcu_access_pointer(in_dev->ifa_list) &&
		IN_DEV_RPFILTER(in_dev) != 1);
}

/* Sources that input routing, which is skipped, would refuse. */
static bool hr_via4_source_is_odd(__be32 saddr)
{
	return ipv4_is_multicast(saddr) || ipv4_is_lbcast(saddr) ||
	       ipv4_is_loopback(saddr) || ipv4_is_zeronet(saddr);
}

/* The checks of the kernel's forwarding before it has a route. */
static __always_inline enum hr_via_result
hr_via4_may_forward(struct sk_buff *skb, struct in_device *in_dev)
{
	const struct iphdr *iph = ip_hdr(skb);

	if (unlikely(!in_dev || !IN_DEV_FORWARD(in_dev)))
		return HR_VIA_FORWARDING_OFF;
	/* source routes, alerts, stamps: only the kernel's path handles them */
	if (unlikely(iph->ihl > 5 || hr_via_has_socket(skb)))
		return HR_VIA_LEFT;
	if (unlikely(hr_via4_source_is_odd(iph->saddr)))
		return HR_VIA_BAD_SOURCE;
	return HR_VIA_SENT;
}

/* IPsec's policies; disable_policy of the device applies to these only. */
static noinline bool hr_via4_ipsec_allows(struct sk_buff *skb,
					  const struct nf_hook_state *state,
					  const struct hr_via_from *from)
{
	struct net_device *in = hr_via_in(state, from, IPCB(skb)->iif);
	struct in_device *in_dev = in ? __in_dev_get_rcu(in) : NULL;

	if (in_dev && IN_DEV_ORCONF(in_dev, NOPOLICY))
		IPCB(skb)->flags |= IPSKB_NOPOLICY;
	return xfrm4_policy_check(NULL, XFRM_POLICY_FWD, skb);
}

/* As in ip_forward(). */
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
					  const struct hr_via_from *from,
					  struct rtable *rt)
{
	const bool no_ipsec = hr_via_no_ipsec(state->net, skb);
	unsigned int mtu;

	if (skb_warn_if_lro(skb) ||
	    (!no_ipsec && !hr_via4_ipsec_allows(skb, state, from)))
		return HR_VIA_REFUSED;

	if (ip_hdr(skb)->ttl <= 1) {
		__IP_INC_STATS(state->net, IPSTATS_MIB_INHDRERRORS);
		icmp_send(skb, ICMP_TIME_EXCEEDED, ICMP_EXC_TTL, 0);
		return HR_VIA_TTL_EXPIRED;
	}

	/* IPsec may replace the node's route by one of its own. */
	if (!no_ipsec) {
		if (!xfrm4_route_forward(skb))
			return HR_VIA_REFUSED;
		rt = skb_rtable(skb);
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
				  struct hr_backend *backend)
{
	const struct hr_via_from from = hr_via_from(state);
	struct in_device *in_dev = NULL;
	struct net_device *in = NULL;
	enum hr_via_result result;
	struct rtable *rt;

	if (likely(state->hook == NF_INET_PRE_ROUTING)) {
		in = hr_via_in(state, &from, IPCB(skb)->iif);
		in_dev = in ? __in_dev_get_rcu(in) : NULL;
		result = hr_via4_may_forward(skb, in_dev);
		if (unlikely(result != HR_VIA_SENT))
			return result;
	}

	rt = hr_via4_lookup(state->net, backend, &from);
	if (unlikely(!rt))
		return HR_VIA_NO_ROUTE;
	if (unlikely(rt->rt_flags & (RTCF_LOCAL | RTCF_BROADCAST |
				     RTCF_MULTICAST))) {
		ip_rt_put(rt);
		return HR_VIA_LEFT;
	}
	if (in_dev && unlikely(IN_DEV_RPFILTER(in_dev)) &&
	    !hr_via4_source_is_good(skb, state, in, in_dev, rt)) {
		ip_rt_put(rt);
		return HR_VIA_BAD_SOURCE;
	}

	/*
	 * needed from here on, also by icmp_send(), which does nothing without
	 */
	hr_via_route(skb, &rt->dst);
	if (state->hook == NF_INET_LOCAL_OUT)
		return hr_via_output(skb, state);
	return hr_via4_forward(skb, state, &from, rt);
}

static struct dst_entry *hr_via6_lookup(struct net *net,
					struct hr_backend *backend,
					const struct hr_via_from *from)
{
	struct flowi6 fl6 = {
		.flowi6_oif	= from->oif,
		.flowi6_l3mdev	= from->l3mdev,
		.flowi6_flags	= FLOWI_FLAG_KNOWN_NH,
	};
	struct dst_entry *dst;
	bool own;

	if (hr_via_is_plain(from)) {
		dst = hr_route_get6(backend->routes);
		if (likely(dst))
			return dst;
	}

	memcpy(&fl6.daddr, backend->node.attrs.via.addr6, sizeof(fl6.daddr));
	dst = ip6_route_output(net, NULL, &fl6);
	if (dst->error) {
		dst_release(dst);
		return NULL;
	}
	/* any other route has an MTU of its own, which the kernel enforces */
	own = hr_rt6_uncached(hr_rt6(dst));
	if (hr_via_is_plain(from) &&
	    (own || hr_rt6(dst)->rt6i_flags & RTF_PCPU))
		hr_route_set6(net, backend->routes, dst);
	else if (own)
		hr_route6_disown(dst);
	return dst;
}

/* As hr_via4_may_forward(); IPv6 has no rp_filter. */
static enum hr_via_result hr_via6_may_forward(struct sk_buff *skb,
					      const struct nf_hook_state *state,
					      const struct hr_via_from *from)
{
	struct net_device *in = hr_via_in(state, from, IP6CB(skb)->iif);
	int type = ipv6_addr_type(&ipv6_hdr(skb)->saddr);

	if (unlikely(!hr_forwards6(state->net, in)))
		return HR_VIA_FORWARDING_OFF;
	/* every router has to look at it */
	if (unlikely(IP6CB(skb)->flags & IP6SKB_ROUTERALERT ||
		     hr_via_has_socket(skb)))
		return HR_VIA_LEFT;
	/* addresses of the host itself or of the link must not be forwarded */
	if (unlikely(type == IPV6_ADDR_ANY ||
		     type & (IPV6_ADDR_MULTICAST | IPV6_ADDR_LOOPBACK |
			     IPV6_ADDR_LINKLOCAL)))
		return HR_VIA_BAD_SOURCE;
	return HR_VIA_SENT;
}

/* As in ip6_forward(), where IPv4 has IPSKB_NOPOLICY. */
static bool hr_via6_policy_allows(struct sk_buff *skb, struct net *net,
				  const struct inet6_dev *idev)
{
	return READ_ONCE(net->ipv6.devconf_all->disable_policy) ||
	       (idev && READ_ONCE(idev->cnf.disable_policy)) ||
	       xfrm6_policy_check(NULL, XFRM_POLICY_FWD, skb);
}

/* As in ip6_forward(). */
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
					  const struct hr_via_from *from,
					  struct dst_entry *dst)
{
	struct net_device *in = hr_via_in(state, from, IP6CB(skb)->iif);
	const bool no_ipsec = hr_via_no_ipsec(state->net, skb);
	struct inet6_dev *idev = __in6_dev_get_safely(in);
	unsigned int mtu;

	if (skb_warn_if_lro(skb))
		return HR_VIA_REFUSED;
	if (!no_ipsec && !hr_via6_policy_allows(skb, state->net, idev)) {
		__IP6_INC_STATS(state->net, idev, IPSTATS_MIB_INDISCARDS);
		return HR_VIA_REFUSED;
	}

	if (ipv6_hdr(skb)->hop_limit <= 1) {
		icmpv6_send(skb, ICMPV6_TIME_EXCEED, ICMPV6_EXC_HOPLIMIT, 0);
		__IP6_INC_STATS(state->net, idev, IPSTATS_MIB_INHDRERRORS);
		return HR_VIA_TTL_EXPIRED;
	}

	/* IPsec may replace the node's route by one of its own. */
	if (!no_ipsec) {
		if (!xfrm6_route_forward(skb)) {
			__IP6_INC_STATS(state->net, idev,
					IPSTATS_MIB_INDISCARDS);
			return HR_VIA_REFUSED;
		}
		dst = skb_dst(skb);
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
				  struct hr_backend *backend)
{
	const struct hr_via_from from = hr_via_from(state);
	enum hr_via_result result;
	struct dst_entry *dst;

	if (likely(state->hook == NF_INET_PRE_ROUTING)) {
		result = hr_via6_may_forward(skb, state, &from);
		if (unlikely(result != HR_VIA_SENT))
			return result;
	}

	dst = hr_via6_lookup(state->net, backend, &from);
	if (unlikely(!dst))
		return HR_VIA_NO_ROUTE;
	if (unlikely(hr_rt6(dst)->rt6i_flags & (RTF_LOCAL | RTF_ANYCAST))) {
		dst_release(dst);
		return HR_VIA_LEFT;
	}

	hr_via_route(skb, dst);
	if (state->hook == NF_INET_LOCAL_OUT)
		return hr_via_output(skb, state);
	return hr_via6_forward(skb, state, &from, dst);
}

/**
 * hr_via_xmit() - send a packet straight to a node's own address
 * @skb: the packet; gone after HR_VIA_SENT, else still the caller's
 * @state: the hook's state, NF_INET_PRE_ROUTING or NF_INET_LOCAL_OUT
 * @backend: the node that owns the packet's flow
 *
 * A packet that may not be forwarded is left to the kernel's own path, which
 * reports it. So is a packet whose node is this machine.
 *
 * Context: in a netfilter hook, bottom halves off.
 * Return: what happened to the packet.
 */
enum hr_via_result hr_via_xmit(struct sk_buff *skb,
			       const struct nf_hook_state *state,
			       struct hr_backend *backend)
{
	if (state->pf == NFPROTO_IPV4)
		return backend->node.attrs.via.has4 ?
			       hr_via4(skb, state, backend) :
			       HR_VIA_NONE;
	return backend->node.attrs.via.has6 ? hr_via6(skb, state, backend) :
					      HR_VIA_NONE;
}
