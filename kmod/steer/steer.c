// SPDX-License-Identifier: GPL-2.0-only
/*
 * Steering: what the hooks do with a packet. This code neither waits nor
 * allocates, and writes nothing that another CPU reads often.
 */
#include <linux/etherdevice.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/lockdep.h>
#include <linux/netfilter_bridge.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <linux/percpu.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/route.h>

#include "compat.h"
#include "flow.h"
#include "ring/backend.h"
#include "ring/ring.h"
#include "steer.h"
#include "trace.h"
#include "track/track.h"
#include "via.h"

/**
 * struct hr_tally - how a packet is counted
 * @packets: segments of the packet
 * @bytes: bytes of all segments
 * @fate: the counter of its fate
 * @also: HR_ATTACH_FORWARDED, or the reason why it was not; HR_ATTACH_PACKETS
 *	if neither
 * @flags: HR_FLOW_*
 */
struct hr_tally {
	u64 packets;
	u64 bytes;
	enum hr_attach_counter fate;
	enum hr_attach_counter also;
	int flags;
};

static void hr_attach_count(const struct hr_attach *attach,
			    const struct hr_tally *tally)
{
	struct hr_attach_cpu *cpu = this_cpu_ptr(attach->cpu);
	const u64 packets = tally->packets;

	u64_stats_update_begin(&cpu->syncp);
	u64_stats_add(&cpu->count[HR_ATTACH_PACKETS], packets);
	u64_stats_add(&cpu->count[HR_ATTACH_BYTES], tally->bytes);
	u64_stats_add(&cpu->count[tally->fate], packets);
	if (tally->also != HR_ATTACH_PACKETS)
		u64_stats_add(&cpu->count[tally->also], packets);
	if (unlikely(tally->flags)) {
		if (tally->flags & HR_FLOW_ICMP_ERROR)
			u64_stats_add(&cpu->count[HR_ATTACH_ICMP_ERRORS],
				      packets);
		if (tally->flags & HR_FLOW_PORTLESS)
			u64_stats_add(&cpu->count[HR_ATTACH_PORTLESS], packets);
	}
	u64_stats_update_end(&cpu->syncp);
}

/*
 * Packets to one host that may leave the link. Traffic of the machine with
 * itself is not steered; the output hook sees what it sends to others.
 */
static bool hr_steerable4(const struct sk_buff *skb)
{
	__be32 daddr = ip_hdr(skb)->daddr;

	return !ipv4_is_multicast(daddr) && !ipv4_is_lbcast(daddr) &&
	       !ipv4_is_loopback(daddr);
}

static bool hr_steerable6(const struct sk_buff *skb)
{
	int type = ipv6_addr_type(&ipv6_hdr(skb)->daddr);

	return !(type & (IPV6_ADDR_MULTICAST | IPV6_ADDR_LOOPBACK |
			 IPV6_ADDR_LINKLOCAL));
}

/* A new mark may need a new route, for packets that have one already. */
static int hr_reroute(struct sk_buff *skb, const struct nf_hook_state *state)
{
	if (state->pf == NFPROTO_IPV4)
		return ip_route_me_harder(state->net, state->sk, skb,
					  RTN_UNSPEC);
	return ip6_route_me_harder(state->net, state->sk, skb);
}

/* From here the packet goes on along the kernel's own path. */
static unsigned int hr_steer_on(struct sk_buff *skb,
				const struct nf_hook_state *state, u32 old_mark,
				struct hr_tally *tally)
{
	int err;

	if (state->hook != NF_INET_LOCAL_OUT || skb->mark == old_mark)
		return NF_ACCEPT;
	err = hr_reroute(skb, state);
	if (!err)
		return NF_ACCEPT;
	tally->also = HR_ATTACH_NO_ROUTE;
	return NF_DROP_ERR(err);
}

/* The counter of each result of hr_via_xmit(). */
static const enum hr_attach_counter hr_via_counts[] = {
	[HR_VIA_NONE]		= HR_ATTACH_PACKETS,
	[HR_VIA_LEFT]		= HR_ATTACH_KERNEL_PATH,
	[HR_VIA_FORWARDING_OFF]	= HR_ATTACH_FORWARDING_OFF,
	[HR_VIA_BAD_SOURCE]	= HR_ATTACH_BAD_SOURCE,
	[HR_VIA_SENT]		= HR_ATTACH_FORWARDED,
	[HR_VIA_ROUTED]		= HR_ATTACH_FORWARDED,
	[HR_VIA_NO_ROUTE]	= HR_ATTACH_NO_ROUTE,
	[HR_VIA_TOO_BIG]	= HR_ATTACH_TOO_BIG,
	[HR_VIA_TTL_EXPIRED]	= HR_ATTACH_TTL_EXPIRED,
	[HR_VIA_REFUSED]	= HR_ATTACH_DROPPED,
};

/* Sends or marks a packet for its owner. */
static unsigned int hr_steer_to(const struct hr_attach *attach,
				struct hr_backend *backend, struct sk_buff *skb,
				const struct nf_hook_state *state,
				struct hr_tally *tally)
{
	u32 node_mask = attach->config.node_mask;
	enum hr_via_result result;
	u32 mark = skb->mark;

	if (node_mask)
		mark |= (backend->node.attrs.id << attach->shift) & node_mask;
	swap(mark, skb->mark);

	result = hr_via_xmit(skb, state, backend);
	tally->also = hr_via_counts[result];
	switch (result) {
	case HR_VIA_NONE:
	case HR_VIA_LEFT:
	case HR_VIA_FORWARDING_OFF:
	case HR_VIA_BAD_SOURCE:
		return hr_steer_on(skb, state, mark, tally);
	case HR_VIA_SENT:
		return NF_STOLEN;
	case HR_VIA_ROUTED:
		return NF_ACCEPT;
	case HR_VIA_REFUSED:
		if (state->hook == NF_INET_LOCAL_OUT)
			return NF_DROP_ERR(-EPERM);
		return NF_DROP;
	default:
		if (state->hook == NF_INET_LOCAL_OUT)
			return NF_DROP_ERR(-EHOSTUNREACH);
		return NF_DROP;
	}
}

/*
 * A packet without an owner. Its position is computed again for the trace
 * event, so that packets with an owner need not keep theirs.
 */
static unsigned int hr_no_owner(const struct hr_attach *attach,
				const struct hr_ring *ring,
				const struct hr_flow *flow,
				struct hr_tally tally)
{
	const struct hr_attach_config *config = &attach->config;
	bool drop = config->none_drop && !config->observe;

	if (trace_hashring_no_owner_enabled())
		trace_hashring_no_owner(attach, ring, flow,
					hr_flow_position(&ring->config.keys,
							 config->policy, flow),
					drop);
	tally.fate = drop ? HR_ATTACH_DROPPED : HR_ATTACH_PASSED;
	hr_attach_count(attach, &tally);
	return drop ? NF_DROP : NF_ACCEPT;
}

/* The owner of a packet's flow while a migration is under way. */
static struct hr_node *
hr_moving_owner(const struct hr_ring_view *view,
		enum hashring_key_policy policy, const struct sk_buff *skb,
		const struct nf_hook_state *state, const struct hr_flow *flow,
		int flags, u64 hash)
{
	if (!view->track)
		return hr_view_owner_moving(&view->core, hash);
	return hr_track_owner(view, policy, skb, state->pf, flow, flags, hash);
}

static unsigned int hr_steer(const struct hr_attach *attach,
			     struct sk_buff *skb,
			     const struct nf_hook_state *state)
{
	const struct hr_attach_config *config = &attach->config;
	struct hr_tally tally = {
		.packets = skb_shinfo(skb)->gso_segs ?: 1,
		.bytes = skb->len,
	};
	unsigned int verdict = NF_ACCEPT;
	const struct hr_ring_view *view;
	const struct hr_ring *ring;
	struct hr_backend *backend;
	struct hr_node *node;
	u64 hash;	/* its low half is the position */
	struct hr_flow flow __uninitialized;	/* hr_flow_parse() fills it */

	lockdep_assert_in_softirq();
	if (unlikely(skb->mark & config->node_mask)) {
		tally.fate = HR_ATTACH_ALREADY_SET;
		goto count;
	}

	tally.flags = hr_flow_parse(skb, state->pf, config->policy, &flow);
	if (unlikely(tally.flags < 0)) {
		if (tally.flags == -ENOMSG)
			return NF_ACCEPT;
		tally.flags = 0;
		tally.fate = HR_ATTACH_MALFORMED;
		goto count;
	}

	ring = rcu_dereference(attach->ring);
	hash = hr_flow_hash(&ring->config.keys, config->policy, &flow);
	view = hr_ring_view(ring);
	if (hr_view_settled(&view->core))
		node = hr_table_owner(view->core.table, hash);
	else
		node = hr_moving_owner(view, config->policy, skb, state, &flow,
				       tally.flags, hash);
	if (unlikely(!node))
		return hr_no_owner(attach, ring, &flow, tally);

	tally.fate = HR_ATTACH_STEERED;
	backend = hr_backend(node);
	if (likely(!config->observe))
		verdict = hr_steer_to(attach, backend, skb, state, &tally);
	hr_backend_count(backend, tally.packets, tally.bytes);
count:
	hr_attach_count(attach, &tally);
	return verdict;
}

static unsigned int hr_steer_output(const struct hr_attach *attach,
				    struct sk_buff *skb,
				    const struct nf_hook_state *state)
{
	/* The hook has run before, with the VRF as the device. */
	if (netif_is_l3_slave(state->out))
		return NF_ACCEPT;
	/*
	 * A device on this packet's path sends another packet: the outer one of
	 * a tunnel, with the mark of the inner one. The ring may lead to the
	 * tunnel.
	 */
	if (dev_recursion_level())
		return NF_ACCEPT;
	/*
	 * Of a packet that IPsec has transformed only the outer headers are
	 * seen.
	 */
	if (state->pf == NFPROTO_IPV4) {
		if (IPCB(skb)->flags & IPSKB_XFRM_TRANSFORMED ||
		    skb_rtable(skb)->rt_flags &
		    (RTCF_BROADCAST | RTCF_MULTICAST) || !hr_steerable4(skb))
			return NF_ACCEPT;
	} else if (IP6CB(skb)->flags & IP6SKB_XFRM_TRANSFORMED ||
		   !hr_steerable6(skb)) {
		return NF_ACCEPT;
	}
	return hr_steer(attach, skb, state);
}

/* Whether PACKET_HOST may be set on frames for others too. */
static bool hr_arrives_oddly(const struct sk_buff *skb,
			     const struct net_device *in)
{
	return nf_bridge_info_exists(skb) ||
	       in->priv_flags & (IFF_MACVLAN | IFF_L3MDEV_SLAVE);
}

/*
 * Whether such a packet is for this host, and this run of the hook steers it.
 *
 * br_netfilter runs this hook for frames that a bridge has still to handle, and
 * marks all of them as for this host. A frame for another host must not be
 * touched. A frame for this host first passes the bridge's own checks (VLANs,
 * locked ports, spanning tree). So br_netfilter is told to run the hook again
 * behind the bridge, which it would not do otherwise.
 */
static bool hr_arrives(struct sk_buff *skb,
		       const struct nf_hook_state *state)
{
#if IS_ENABLED(CONFIG_BRIDGE_NETFILTER)
	struct nf_bridge_info *nf_bridge = nf_bridge_info_get(skb);

	if (nf_bridge && nf_bridge->in_prerouting) {
		if (!nf_bridge->pkt_otherhost)
			nf_bridge->sabotage_in_done = 1;
		return false;
	}
	if (nf_bridge)
		skb_ext_del(skb, SKB_EXT_BRIDGE_NF);
#endif
	/* The kernel runs the hook once more, with the VRF as the device. */
	if (netif_is_l3_slave(state->in))
		return false;
	/* A macvlan in passthru mode sets PACKET_HOST on all frames. */
	return !netif_is_macvlan(state->in) ||
	       ether_addr_equal(eth_hdr(skb)->h_dest, state->in->dev_addr);
}

static unsigned int hr_steer_input(const struct hr_attach *attach,
				   struct sk_buff *skb,
				   const struct nf_hook_state *state)
{
	if (state->pf == NFPROTO_IPV4 ? !hr_steerable4(skb) :
					!hr_steerable6(skb))
		return NF_ACCEPT;
	return hr_steer(attach, skb, state);
}

static unsigned int hr_steer_odd(const struct hr_attach *attach,
				 struct sk_buff *skb,
				 const struct nf_hook_state *state)
{
	if (!hr_arrives(skb, state))
		return NF_ACCEPT;
	return hr_steer_input(attach, skb, state);
}

/* A packet whose mark matches, with bottom halves off. */
static __always_inline unsigned int
hr_steer_packet(const struct hr_attach *attach, struct sk_buff *skb,
		const struct nf_hook_state *state)
{
	if (state->hook != NF_INET_PRE_ROUTING)
		return hr_steer_output(attach, skb, state);
	if (skb->pkt_type != PACKET_HOST || state->in->flags & IFF_LOOPBACK)
		return NF_ACCEPT;
	if (unlikely(hr_arrives_oddly(skb, state->in)))
		return hr_steer_odd(attach, skb, state);
	if (likely(state->pf == NFPROTO_IPV4))
		return hr_steerable4(skb) ? hr_steer(attach, skb, state) :
					    NF_ACCEPT;
	return hr_steer_input(attach, skb, state);
}

/* No softirq may use this CPU's counters, routes and flow state meanwhile. */
static unsigned int hr_steer_process(const struct hr_attach *attach,
				     struct sk_buff *skb,
				     const struct nf_hook_state *state)
{
	unsigned int verdict;

	local_bh_disable();
	verdict = hr_steer_packet(attach, skb, state);
	local_bh_enable();
	return verdict;
}

/**
 * hr_steer_hook() - steer one packet by an attachment
 * @priv: the &struct hr_attach
 * @skb: the packet
 * @state: the hook's state
 *
 * Most packets arrive in softirq. A process brings the packets that it sends,
 * and those that it releases from a queue (nfnetlink_queue).
 *
 * Context: netfilter's, under rcu_read_lock(); softirq, or process with bottom
 * halves on or off.
 * Return: a netfilter verdict.
 */
unsigned int hr_steer_hook(void *priv, struct sk_buff *skb,
			   const struct nf_hook_state *state)
{
	const struct hr_attach *attach = priv;

	if ((skb->mark & attach->config.mark_mask) != attach->config.mark)
		return NF_ACCEPT;
	if (likely(softirq_count()))
		return hr_steer_packet(attach, skb, state);
	return hr_steer_process(attach, skb, state);
}
