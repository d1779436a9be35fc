// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lookups and arcs: how the map is read.
 */
#include <linux/in.h>

#include "common.h"
#include "compat.h"
#include "flow.h"
#include "steer/steer.h"
#include "track/track.h"

static u32 node_id(const struct hr_node *node)
{
	return node ? node->attrs.id : HR_NO_ID;
}

/* A flow that is looked up. */
struct hr_nl_flow {
	enum hashring_key_policy policy;
	struct hr_flow flow;
};

/* The arc up to the point that owns a position. The table has points. */
static void table_arc(const struct hr_table *table, u32 position,
		      u32 *start, u32 *end)
{
	const struct hr_point *points = table->points;
	u32 low = 0, high = table->nr_points;

	while (low < high) {
		u32 middle = low + (high - low) / 2;

		if (points[middle].pos < position)
			low = middle + 1;
		else
			high = middle;
	}
	*end = points[low == table->nr_points ? 0 : low].pos;
	*start = points[(low ? low : table->nr_points) - 1].pos;
}

/* The state of a migration at a position, and for a flow. */
static int lookup_put_moving(struct sk_buff *skb,
			     const struct hr_nl_snapshot *snapshot,
			     u32 position, const struct hr_nl_flow *flow)
{
	const struct hr_ring_view *view = snapshot->view;
	const struct hr_node *old, *new, *pinned = NULL;
	u32 base, now, then;

	if (hr_view_settled(&view->core))
		return 0;
	hr_view_slots(&view->core, position, &base, &now, &then);
	old = hr_view_node(&view->core, base);
	new = hr_view_node(&view->core, then);
	if (flow && view->track)
		pinned = hr_track_find(view, flow->policy, &flow->flow,
				       position);
	if ((old && nla_put_string(skb, HASHRING_A_LOOKUP_OLD, old->name)) ||
	    (new && nla_put_string(skb, HASHRING_A_LOOKUP_NEW, new->name)) ||
	    (position < snapshot->frontier &&
	     nla_put_flag(skb, HASHRING_A_LOOKUP_RELEASED)) ||
	    (pinned &&
	     nla_put_string(skb, HASHRING_A_LOOKUP_PINNED, pinned->name)))
		return -EMSGSIZE;
	return 0;
}

static int lookup_put_owner(struct sk_buff *skb,
			    const struct hr_nl_snapshot *snapshot, u32 position,
			    const struct hr_nl_flow *flow)
{
	const struct hr_node *node = hr_table_owner(snapshot->map, position);
	u32 start, end;

	if (nla_put_u32(skb, HASHRING_A_LOOKUP_POSITION, position))
		return -EMSGSIZE;
	if (!node) {
		if (nla_put_u32(skb, HASHRING_A_LOOKUP_ID, HR_NO_ID))
			return -EMSGSIZE;
		return lookup_put_moving(skb, snapshot, position, flow);
	}
	table_arc(snapshot->map, position, &start, &end);
	if (nla_put_string(skb, HASHRING_A_LOOKUP_NODE, node->name) ||
	    nla_put_u32(skb, HASHRING_A_LOOKUP_ID, node->attrs.id) ||
	    nla_put_u32(skb, HASHRING_A_LOOKUP_ARC_START, start) ||
	    nla_put_u32(skb, HASHRING_A_LOOKUP_ARC_END, end))
		return -EMSGSIZE;
	return lookup_put_moving(skb, snapshot, position, flow);
}

static int lookup_put_owners(struct sk_buff *skb,
			     const struct hr_nl_snapshot *snapshot,
			     const struct nlattr *attr)
{
	const u32 *positions = nla_data(attr);
	u32 nr = nla_len(attr) / sizeof(*positions), i;
	struct nlattr *owners;
	u32 *ids;

	owners = nla_reserve(skb, HASHRING_A_LOOKUP_OWNERS, nla_len(attr));
	if (!owners)
		return -EMSGSIZE;
	ids = nla_data(owners);
	for (i = 0; i < nr; i++)
		ids[i] = node_id(hr_table_owner(snapshot->map, positions[i]));
	return 0;
}

/* One map answers a whole request. */
static int lookup_fill(struct sk_buff *skb, const struct hr_nl_to *to,
		       struct hr_ring *ring, const struct nlattr *positions,
		       u32 position, const struct hr_nl_flow *flow)
{
	struct hr_nl_snapshot snapshot;
	void *head;
	int ret;

	ret = hr_nl_snapshot_get(&snapshot, ring);
	if (ret)
		return ret;
	ret = -EMSGSIZE;
	head = hr_nl_begin(skb, to);
	if (!head)
		goto put_snapshot;
	if (nla_put_string(skb, HASHRING_A_LOOKUP_RING, ring->name) ||
	    hr_nl_put_u64(skb, HASHRING_A_LOOKUP_GENERATION,
			  snapshot.view->generation) ||
	    hr_nl_put_u64(skb, HASHRING_A_LOOKUP_EPOCH, snapshot.epoch))
		goto cancel;
	if (positions)
		ret = lookup_put_owners(skb, &snapshot, positions);
	else
		ret = lookup_put_owner(skb, &snapshot, position, flow);
	if (ret)
		goto cancel;
	genlmsg_end(skb, head);
	goto put_snapshot;

cancel:
	genlmsg_cancel(skb, head);
put_snapshot:
	hr_nl_snapshot_put(&snapshot);
	return ret;
}

static int positions_check(const struct nlattr *attr,
			   struct netlink_ext_ack *extack)
{
	if (!nla_len(attr) || nla_len(attr) % sizeof(u32))
		return hr_extack(extack, attr, -EINVAL,
				 "positions are 4 bytes each",
				 ": not %d in all", nla_len(attr));
	if (nla_len(attr) > HR_MAX_LOOKUP * sizeof(u32))
		return hr_extack(extack, attr, -E2BIG,
				 "too many positions in one lookup",
				 ": %zu (at most %u)",
				 nla_len(attr) / sizeof(u32), HR_MAX_LOOKUP);
	return 0;
}

static int key_position(const struct hr_ring *ring, const struct nlattr *attr,
			struct netlink_ext_ack *extack, u32 *position)
{
	if (!nla_len(attr))
		return hr_extack(extack, attr, -EINVAL, "the key is empty");
	if (nla_len(attr) > HR_MAX_KEY)
		return hr_extack(extack, attr, -E2BIG,
				 "the key is too long",
				 ": %d bytes (at most %u)", nla_len(attr), HR_MAX_KEY);
	*position = hr_key_position(&ring->config.keys, nla_data(attr),
				    nla_len(attr));
	return 0;
}

/* Addresses of one family; a destination that is not used may be missing. */
static int flow_addresses(struct hr_flow *flow, struct nlattr **tb,
			  const struct nlattr *nest, bool source_only,
			  struct netlink_ext_ack *extack)
{
	const struct nlattr *saddr = tb[HASHRING_A_FLOW_SADDR4];
	const struct nlattr *daddr = tb[HASHRING_A_FLOW_DADDR4];
	const struct nlattr *other = tb[HASHRING_A_FLOW_SADDR6];

	flow->family = 4;
	if (!saddr && other) {
		flow->family = 6;
		saddr = other;
		other = NULL;
	}
	if (!saddr)
		return hr_nl_missing(extack, nest, HASHRING_A_FLOW_SADDR4,
				     "saddr4 or saddr6");
	if (flow->family == 6) {
		other = daddr;
		daddr = tb[HASHRING_A_FLOW_DADDR6];
	} else if (!other) {
		other = tb[HASHRING_A_FLOW_DADDR6];
	}
	if (other)
		return hr_extack(extack, other, -EINVAL,
				 "addresses are of two families");
	if (!daddr && !source_only)
		return hr_nl_missing(extack, nest,
				     flow->family == 4 ?
					HASHRING_A_FLOW_DADDR4 :
					HASHRING_A_FLOW_DADDR6,
				     "daddr4 or daddr6");
	memcpy(flow->saddr, nla_data(saddr), nla_len(saddr));
	if (daddr)
		memcpy(flow->daddr, nla_data(daddr), nla_len(daddr));
	return 0;
}

static int flow_ports(struct hr_flow *flow, struct nlattr **tb,
		      struct netlink_ext_ack *extack)
{
	const struct nlattr *sport = tb[HASHRING_A_FLOW_SPORT];
	const struct nlattr *dport = tb[HASHRING_A_FLOW_DPORT];

	if ((sport || dport) && !hr_protocol_has_ports(flow->protocol))
		return hr_extack(extack, sport ? sport : dport, -EINVAL,
				 "the protocol has no ports", ": %u",
				 flow->protocol);
	if (sport)
		memcpy(flow->sport, nla_data(sport), sizeof(flow->sport));
	if (dport)
		memcpy(flow->dport, nla_data(dport), sizeof(flow->dport));
	return 0;
}

static int flow_get(struct hr_nl_flow *looked_up, const struct nlattr *nest,
		    struct netlink_ext_ack *extack)
{
	struct nlattr *tb[HASHRING_A_FLOW_KEY_POLICY + 1];
	enum hashring_key_policy policy = HASHRING_KEY_5TUPLE;
	struct hr_flow *flow = &looked_up->flow;
	int ret;

	memset(looked_up, 0, sizeof(*looked_up));
	/* validated by the request's policy */
	ret = nla_parse_nested(tb, HASHRING_A_FLOW_KEY_POLICY, nest,
			       NULL, extack);
	if (ret)
		return ret;
	if (tb[HASHRING_A_FLOW_KEY_POLICY])
		policy = nla_get_u32(tb[HASHRING_A_FLOW_KEY_POLICY]);
	if (tb[HASHRING_A_FLOW_PROTOCOL])
		flow->protocol = nla_get_u8(tb[HASHRING_A_FLOW_PROTOCOL]);
	else if (policy != HASHRING_KEY_SOURCE)
		return hr_nl_missing(extack, nest, HASHRING_A_FLOW_PROTOCOL,
				     "protocol");
	ret = flow_addresses(flow, tb, nest, policy == HASHRING_KEY_SOURCE,
			     extack);
	if (ret)
		return ret;
	if (policy != HASHRING_KEY_SOURCE) {
		ret = flow_ports(flow, tb, extack);
		if (ret)
			return ret;
	}
	looked_up->policy = policy;
	return 0;
}

static int lookup_one(struct hr_ring *ring, struct genl_info *info)
{
	const struct nlattr *positions = info->attrs[HASHRING_A_LOOKUP_POSITIONS];
	const struct nlattr *flow = info->attrs[HASHRING_A_LOOKUP_FLOW];
	const struct nlattr *given = info->attrs[HASHRING_A_LOOKUP_POSITION];
	const struct nlattr *key = info->attrs[HASHRING_A_LOOKUP_KEY];
	const struct hr_nl_to to = hr_nl_reply(info);
	struct hr_nl_flow looked_up;
	struct sk_buff *reply;
	u32 position = 0;
	size_t size = 0;
	int ret;

	if (!!key + !!flow + !!given + !!positions != 1)
		return hr_extack(info->extack, NULL, -EINVAL,
				 "a lookup wants one of key, flow, position and positions");
	if (positions) {
		size = nla_len(positions);
		ret = positions_check(positions, info->extack);
	} else if (key) {
		ret = key_position(ring, key, info->extack, &position);
	} else if (given) {
		position = nla_get_u32(given);
		ret = 0;
	} else {
		ret = flow_get(&looked_up, flow, info->extack);
	}
	if (ret)
		return ret;
	if (flow)
		position = hr_flow_position(&ring->config.keys,
					    looked_up.policy, &looked_up.flow);
	reply = genlmsg_new(size + 512, GFP_KERNEL);
	if (!reply)
		return -ENOMEM;
	ret = lookup_fill(reply, &to, ring, positions, position,
			  flow ? &looked_up : NULL);
	return hr_nl_answer(reply, info, ret);
}

int hashring_nl_lookup_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct hr_ring *ring;
	int ret;

	ring = hr_nl_ring_get(genl_info_net(info),
			      info->attrs[HASHRING_A_LOOKUP_RING],
			      HASHRING_A_LOOKUP_RING, info->extack);
	if (IS_ERR(ring))
		return PTR_ERR(ring);
	ret = lookup_one(ring, info);
	hr_ring_put(ring);
	return ret;
}

/*
 * The next arc, or with @raw the next point. Positions without an owner are an arc,
 * too, because a reader takes each arc to begin after the end of the previous arc.
 */
static bool next_arc(const struct hr_table *table, bool raw, u32 *cursor,
		     u32 *end, u32 *slot)
{
	struct hr_arc arc;

	if (raw) {
		if (*cursor >= table->nr_points)
			return false;
		*end = table->points[*cursor].pos;
		*slot = table->points[(*cursor)++].slot;
		return true;
	}
	if (!hr_table_next_piece(table, cursor, &arc))
		return false;
	*end = arc.end;
	*slot = arc.slot;
	return true;
}

static u32 count_arcs(const struct hr_table *table)
{
	u32 cursor = 0, nr = 0, end, slot;

	while (next_arc(table, false, &cursor, &end, &slot)) {
		nr++;
		if (!(nr % 65536))
			cond_resched();
	}
	return nr;
}

static int arcs_fill(struct sk_buff *skb, const struct hr_nl_to *to,
		     const struct hr_ring *ring,
		     const struct hr_nl_snapshot *snapshot, u32 nr_arcs)
{
	void *head;

	head = hr_nl_begin(skb, to);
	if (!head)
		return -EMSGSIZE;
	if (nla_put_string(skb, HASHRING_A_ARC_RING, ring->name) ||
	    hr_nl_put_u64(skb, HASHRING_A_ARC_GENERATION,
			  snapshot->view->generation) ||
	    hr_nl_put_u64(skb, HASHRING_A_ARC_EPOCH, snapshot->epoch) ||
	    nla_put_u32(skb, HASHRING_A_ARC_NR_ARCS, nr_arcs)) {
		genlmsg_cancel(skb, head);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, head);
	return 0;
}

static int arcs_answer(struct hr_ring *ring, struct genl_info *info)
{
	const struct hr_nl_to to = hr_nl_reply(info);
	struct hr_nl_snapshot snapshot;
	struct sk_buff *reply;
	u32 nr_arcs;
	int ret;

	ret = hr_nl_snapshot_get(&snapshot, ring);
	if (ret)
		return ret;
	if (info->attrs[HASHRING_A_ARC_RAW_POINTS])
		nr_arcs = snapshot.map->nr_points;
	else
		nr_arcs = count_arcs(snapshot.map);
	ret = -ENOMEM;
	reply = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (reply)
		ret = hr_nl_answer(reply, info,
				   arcs_fill(reply, &to, ring, &snapshot,
					     nr_arcs));
	hr_nl_snapshot_put(&snapshot);
	return ret;
}

int hashring_nl_arcs_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct hr_ring *ring;
	int ret;

	ring = hr_nl_ring_get(genl_info_net(info),
			      info->attrs[HASHRING_A_ARC_RING],
			      HASHRING_A_ARC_RING, info->extack);
	if (IS_ERR(ring))
		return PTR_ERR(ring);
	ret = arcs_answer(ring, info);
	hr_ring_put(ring);
	return ret;
}

/* Write @nr arcs from @cursor on. */
static void arcs_write(const struct hr_table *table, bool raw, u32 cursor,
		       u32 *ends, u32 *owners, u32 nr)
{
	u32 slot = HR_NO_SLOT, i;

	for (i = 0; i < nr; i++) {
		next_arc(table, raw, &cursor, &ends[i], &slot);
		owners[i] = slot == HR_NO_SLOT ? HR_NO_ID :
						 table->nodes[slot]->attrs.id;
	}
}

/* One message with arcs from *@cursor on, as many as fit. */
static int arcs_fill_some(struct sk_buff *skb, const struct hr_nl_to *to,
			  struct netlink_callback *cb,
			  const struct hr_ring *ring,
			  const struct hr_nl_snapshot *snapshot, bool raw,
			  u32 *cursor)
{
	u32 ahead = *cursor, nr = 0, end, slot;
	struct nlattr *ends, *owners;
	size_t room;
	void *head;

	head = hr_nl_begin(skb, to);
	if (!head)
		return -EMSGSIZE;
	genl_dump_check_consistent(cb, head);
	if (nla_put_string(skb, HASHRING_A_ARC_RING, ring->name) ||
	    hr_nl_put_u64(skb, HASHRING_A_ARC_GENERATION,
			  snapshot->view->generation) ||
	    hr_nl_put_u64(skb, HASHRING_A_ARC_EPOCH, snapshot->epoch))
		goto cancel;

	/* An attribute's length has 16 bits. */
	room = skb_tailroom(skb) / 2;
	room = room < NLA_HDRLEN ? 0 : min_t(size_t, room, U16_MAX) - NLA_HDRLEN;
	while (nr < room / sizeof(u32) &&
	       next_arc(snapshot->map, raw, &ahead, &end, &slot))
		nr++;
	if (!nr) {
		/* Points that are left may be a part of the first arc. */
		genlmsg_cancel(skb, head);
		if (ahead == *cursor)
			return -EMSGSIZE;
		*cursor = ahead;
		return 0;
	}
	ends = nla_reserve(skb, HASHRING_A_ARC_ENDS, nr * sizeof(u32));
	owners = nla_reserve(skb, HASHRING_A_ARC_OWNERS, nr * sizeof(u32));
	if (!ends || !owners)
		goto cancel;
	arcs_write(snapshot->map, raw, *cursor, nla_data(ends),
		   nla_data(owners), nr);
	*cursor = ahead;
	genlmsg_end(skb, head);
	return 0;

cancel:
	genlmsg_cancel(skb, head);
	return -EMSGSIZE;
}

int hashring_nl_arcs_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb)
{
	bool raw = hr_dump_attrs(cb)[HASHRING_A_ARC_RAW_POINTS];
	const struct hr_nl_to to = hr_nl_dump(cb);
	struct hr_nl_snapshot snapshot;
	struct hr_nl_dump_ctx *ctx;
	int ret;

	ctx = hr_nl_dump_begin(cb, HASHRING_A_ARC_RING);
	if (IS_ERR(ctx))
		return PTR_ERR(ctx);
	ret = hr_nl_dump_snapshot(cb, ctx, &snapshot);
	if (ret <= 0)
		return ret;
	ret = 0;
	while (ctx->next < snapshot.map->nr_points) {
		ret = arcs_fill_some(skb, &to, cb, ctx->ring, &snapshot, raw,
				     &ctx->next);
		if (ret)
			break;
	}
	hr_nl_snapshot_put(&snapshot);
	return ret && skb->len ? skb->len : ret;
}
