// SPDX-License-Identifier: GPL-2.0-only
/*
 * The flows that a migration tracks.
 */
#include "common.h"
#include "compat.h"
#include "flow.h"
#include "track/track.h"

static int count_fill(struct sk_buff *skb, const struct hr_nl_to *to,
		      const struct hr_ring *ring, u32 entries)
{
	void *head;

	head = hr_nl_begin(skb, to);
	if (!head)
		return -EMSGSIZE;
	if (nla_put_string(skb, HASHRING_A_TRACKED_RING, ring->name) ||
	    nla_put_u32(skb, HASHRING_A_TRACKED_ENTRIES, entries)) {
		genlmsg_cancel(skb, head);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, head);
	return 0;
}

int hashring_nl_flows_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct hr_nl_to to = hr_nl_reply(info);
	struct hr_track_counts counts = {};
	struct hr_ring_view *view;
	struct sk_buff *reply;
	struct hr_ring *ring;
	int ret;

	ring = hr_nl_ring_get(genl_info_net(info),
			      info->attrs[HASHRING_A_TRACKED_RING],
			      HASHRING_A_TRACKED_RING, info->extack);
	if (IS_ERR(ring))
		return PTR_ERR(ring);
	view = hr_ring_pin(ring);
	if (view->track)
		hr_track_count(view, &counts);
	hr_ring_unpin(view);

	ret = -ENOMEM;
	reply = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!reply)
		goto put_ring;
	ret = count_fill(reply, &to, ring, counts.entries);
	ret = hr_nl_answer(reply, info, ret);
put_ring:
	hr_ring_put(ring);
	return ret;
}

static int put_addresses(struct sk_buff *skb, const struct hr_flow *flow)
{
	if (flow->family == 4)
		return nla_put(skb, HASHRING_A_FLOW_SADDR4, 4, flow->saddr) ||
		       nla_put(skb, HASHRING_A_FLOW_DADDR4, 4, flow->daddr);
	return nla_put(skb, HASHRING_A_FLOW_SADDR6, 16, flow->saddr) ||
	       nla_put(skb, HASHRING_A_FLOW_DADDR6, 16, flow->daddr);
}

static int put_flow(struct sk_buff *skb, const struct hr_tracked *tracked)
{
	const struct hr_flow *flow = &tracked->flow;
	struct nlattr *nest;

	nest = nla_nest_start(skb, HASHRING_A_TRACKED_FLOW);
	if (!nest ||
	    nla_put_u8(skb, HASHRING_A_FLOW_PROTOCOL, flow->protocol) ||
	    put_addresses(skb, flow) ||
	    (hr_protocol_has_ports(flow->protocol) &&
	     (nla_put(skb, HASHRING_A_FLOW_SPORT, 2, flow->sport) ||
	      nla_put(skb, HASHRING_A_FLOW_DPORT, 2, flow->dport))) ||
	    nla_put_u32(skb, HASHRING_A_FLOW_KEY_POLICY, tracked->policy))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_tracked(struct sk_buff *skb, const struct hr_tracked *tracked)
{
	if (put_flow(skb, tracked) ||
	    nla_put_u32(skb, HASHRING_A_TRACKED_POSITION, tracked->pos) ||
	    (tracked->node && nla_put_string(skb, HASHRING_A_TRACKED_NODE,
					     tracked->node->name)) ||
	    (tracked->owner && nla_put_string(skb, HASHRING_A_TRACKED_OWNER,
					      tracked->owner->name)) ||
	    (tracked->half_open &&
	     nla_put_flag(skb, HASHRING_A_TRACKED_HALF_OPEN)) ||
	    (tracked->closing &&
	     nla_put_flag(skb, HASHRING_A_TRACKED_CLOSING)) ||
	    hr_nl_put_u64(skb, HASHRING_A_TRACKED_IDLE, tracked->idle) ||
	    hr_nl_put_u64(skb, HASHRING_A_TRACKED_LEFT, tracked->left))
		return -EMSGSIZE;
	return 0;
}

static int tracked_fill(struct sk_buff *skb, const struct hr_nl_to *to,
			struct netlink_callback *cb, const struct hr_ring *ring,
			const struct hr_tracked *tracked)
{
	void *head;

	head = hr_nl_begin(skb, to);
	if (!head)
		return -EMSGSIZE;
	genl_dump_check_consistent(cb, head);
	if (nla_put_string(skb, HASHRING_A_TRACKED_RING, ring->name) ||
	    put_tracked(skb, tracked)) {
		genlmsg_cancel(skb, head);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, head);
	return 0;
}

/*
 * Flows come and go during a dump. A flow that is there all the time is told once. All
 * flows are told by one membership.
 */
int hashring_nl_flows_get_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb)
{
	const struct hr_nl_to to = hr_nl_dump(cb);
	struct hr_tracked tracked;
	struct hr_ring_view *view;
	struct hr_nl_dump_ctx *ctx;
	int ret = 0;
	u32 next;

	ctx = hr_nl_dump_begin(cb, HASHRING_A_TRACKED_RING);
	if (IS_ERR(ctx))
		return PTR_ERR(ctx);
	view = hr_ring_pin(ctx->ring);
	hr_nl_consistent(cb, view->generation);
	if (!ctx->begun)
		ctx->generation = view->generation;
	ctx->begun = true;
	next = ctx->next;
	while (view->track && view->generation == ctx->generation &&
	       hr_track_next(view, &next, &tracked)) {
		ret = tracked_fill(skb, &to, cb, ctx->ring, &tracked);
		if (ret)
			break;
		ctx->next = next;
	}
	hr_ring_unpin(view);
	return ret && skb->len ? skb->len : ret;
}
