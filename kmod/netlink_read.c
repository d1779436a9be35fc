// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading the map: lookups, arcs, digests.
 */
#include <linux/in.h>

#include "compat.h"
#include "core/digest.h"
#include "flow.h"
#include "netlink.h"
#include "steer.h"

static_assert((int)HR_KEY_SOURCE == HASHRING_KEY_POLICY_SOURCE);
static_assert((int)HR_KEY_5TUPLE == HASHRING_KEY_POLICY_5TUPLE);
static_assert((int)HR_KEY_5TUPLE_SYM == HASHRING_KEY_POLICY_5TUPLE_SYM);

static u32 node_id(const struct hr_node *node)
{
	return node ? node->id : HR_NO_ID;
}

/* The arc up to the point that owns a position of a table that has points. */
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

static int lookup_put_owner(struct sk_buff *skb,
			    const struct hr_ring_view *view, u32 position)
{
	const struct hr_node *node = hr_view_owner(&view->core, position);
	u32 start, end;

	if (nla_put_u32(skb, HASHRING_A_LOOKUP_POSITION, position))
		return -EMSGSIZE;
	if (!node)
		return nla_put_u32(skb, HASHRING_A_LOOKUP_ID, HR_NO_ID);
	table_arc(view->core.table, position, &start, &end);
	if (nla_put_string(skb, HASHRING_A_LOOKUP_NODE, node->name) ||
	    nla_put_u32(skb, HASHRING_A_LOOKUP_ID, node->id) ||
	    nla_put_u32(skb, HASHRING_A_LOOKUP_ARC_START, start) ||
	    nla_put_u32(skb, HASHRING_A_LOOKUP_ARC_END, end))
		return -EMSGSIZE;
	return 0;
}

static int lookup_put_owners(struct sk_buff *skb,
			     const struct hr_ring_view *view,
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
		ids[i] = node_id(hr_view_owner(&view->core, positions[i]));
	return 0;
}

/* One view answers all of a request. */
static int lookup_fill(struct sk_buff *skb, const struct hr_nl_to *to,
		       struct hr_ring *ring, const struct nlattr *positions,
		       u32 position)
{
	struct hr_ring_view *view;
	void *head;
	int ret;

	head = hr_nl_begin(skb, to);
	if (!head)
		return -EMSGSIZE;
	view = hr_ring_pin(ring);
	ret = -EMSGSIZE;
	if (nla_put_string(skb, HASHRING_A_LOOKUP_RING, ring->name) ||
	    hr_nl_put_u64(skb, HASHRING_A_LOOKUP_GENERATION, view->generation))
		goto unpin;
	if (positions)
		ret = lookup_put_owners(skb, view, positions);
	else
		ret = lookup_put_owner(skb, view, position);
unpin:
	hr_ring_unpin(view);
	if (ret)
		genlmsg_cancel(skb, head);
	else
		genlmsg_end(skb, head);
	return ret;
}

static int positions_check(const struct nlattr *attr,
			   struct netlink_ext_ack *extack)
{
	if (!nla_len(attr) || nla_len(attr) % sizeof(u32))
		return hr_extack(extack, attr, -EINVAL,
				 "positions are 4 bytes each, not %d in all",
				 nla_len(attr));
	if (nla_len(attr) > HR_MAX_LOOKUP * sizeof(u32))
		return hr_extack(extack, attr, -E2BIG,
				 "%zu positions in one lookup (at most %u)",
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
				 "the key has %d bytes (at most %u)",
				 nla_len(attr), HR_MAX_KEY);
	*position = hr_key_position(&ring->config.keys, nla_data(attr),
				    nla_len(attr));
	return 0;
}

/* Addresses of one family; the destination may be missing where unused. */
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
				     flow->family == 4 ? "daddr4" : "daddr6");
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
				 "protocol %u has no ports", flow->protocol);
	if (sport)
		memcpy(flow->sport, nla_data(sport), sizeof(flow->sport));
	if (dport)
		memcpy(flow->dport, nla_data(dport), sizeof(flow->dport));
	return 0;
}

static int flow_position(const struct hr_ring *ring, const struct nlattr *nest,
			 struct netlink_ext_ack *extack, u32 *position)
{
	struct nlattr *tb[HASHRING_A_FLOW_KEY_POLICY + 1];
	enum hr_key_policy policy = HR_KEY_5TUPLE;
	struct hr_flow flow = {};
	int ret;

	ret = nla_parse_nested(tb, HASHRING_A_FLOW_KEY_POLICY, nest,
			       hashring_flow_nl_policy, extack);
	if (ret)
		return ret;
	if (tb[HASHRING_A_FLOW_KEY_POLICY])
		policy = nla_get_u32(tb[HASHRING_A_FLOW_KEY_POLICY]);
	if (tb[HASHRING_A_FLOW_PROTOCOL])
		flow.protocol = nla_get_u8(tb[HASHRING_A_FLOW_PROTOCOL]);
	else if (policy != HR_KEY_SOURCE)
		return hr_nl_missing(extack, nest, HASHRING_A_FLOW_PROTOCOL,
				     "protocol");
	ret = flow_addresses(&flow, tb, nest, policy == HR_KEY_SOURCE, extack);
	if (ret)
		return ret;
	if (policy != HR_KEY_SOURCE) {
		ret = flow_ports(&flow, tb, extack);
		if (ret)
			return ret;
	}
	*position = hr_flow_position(&ring->config.keys, policy, &flow);
	return 0;
}

static int lookup_one(struct hr_ring *ring, struct genl_info *info)
{
	const struct nlattr *positions = info->attrs[HASHRING_A_LOOKUP_POSITIONS];
	const struct nlattr *flow = info->attrs[HASHRING_A_LOOKUP_FLOW];
	const struct nlattr *key = info->attrs[HASHRING_A_LOOKUP_KEY];
	const struct hr_nl_to to = hr_nl_reply(info);
	struct sk_buff *reply;
	u32 position = 0;
	size_t size = 0;
	int ret;

	if (!!key + !!flow + !!positions != 1)
		return hr_extack(info->extack, NULL, -EINVAL,
				 "a lookup wants one of key, flow and positions");
	if (positions) {
		size = nla_len(positions);
		ret = positions_check(positions, info->extack);
	} else if (key) {
		ret = key_position(ring, key, info->extack, &position);
	} else {
		ret = flow_position(ring, flow, info->extack, &position);
	}
	if (ret)
		return ret;
	reply = genlmsg_new(size + 512, GFP_KERNEL);
	if (!reply)
		return -ENOMEM;
	ret = lookup_fill(reply, &to, ring, positions, position);
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

/* The next arc, or with @raw the next point. */
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
	if (!hr_table_next_arc(table, cursor, &arc))
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
		     const struct hr_ring *ring, u64 generation, u32 nr_arcs)
{
	void *head;

	head = hr_nl_begin(skb, to);
	if (!head)
		return -EMSGSIZE;
	if (nla_put_string(skb, HASHRING_A_ARC_RING, ring->name) ||
	    hr_nl_put_u64(skb, HASHRING_A_ARC_GENERATION, generation) ||
	    nla_put_u32(skb, HASHRING_A_ARC_NR_ARCS, nr_arcs)) {
		genlmsg_cancel(skb, head);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, head);
	return 0;
}

int hashring_nl_arcs_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct hr_nl_to to = hr_nl_reply(info);
	struct hr_ring_view *view;
	struct sk_buff *reply;
	struct hr_ring *ring;
	u64 generation;
	u32 nr_arcs;
	int ret;

	ring = hr_nl_ring_get(genl_info_net(info),
			      info->attrs[HASHRING_A_ARC_RING],
			      HASHRING_A_ARC_RING, info->extack);
	if (IS_ERR(ring))
		return PTR_ERR(ring);
	view = hr_ring_pin(ring);
	generation = view->generation;
	if (info->attrs[HASHRING_A_ARC_RAW_POINTS])
		nr_arcs = view->core.table->nr_points;
	else
		nr_arcs = count_arcs(view->core.table);
	hr_ring_unpin(view);

	ret = -ENOMEM;
	reply = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!reply)
		goto put_ring;
	ret = arcs_fill(reply, &to, ring, generation, nr_arcs);
	ret = hr_nl_answer(reply, info, ret);
put_ring:
	hr_ring_put(ring);
	return ret;
}

/* Write @nr arcs from @cursor on. */
static void arcs_write(const struct hr_ring_view *view, bool raw, u32 cursor,
		       u32 *ends, u32 *owners, u32 nr)
{
	const struct hr_table *table = view->core.table;
	u32 i, slot;

	for (i = 0; i < nr; i++) {
		next_arc(table, raw, &cursor, &ends[i], &slot);
		owners[i] = table->nodes[slot]->id;
	}
}

/* One message of as many arcs from *@cursor on as there is room for. */
static int arcs_fill_some(struct sk_buff *skb, const struct hr_nl_to *to,
			  struct netlink_callback *cb,
			  const struct hr_ring *ring,
			  const struct hr_ring_view *view, bool raw,
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
	    hr_nl_put_u64(skb, HASHRING_A_ARC_GENERATION, view->generation))
		goto cancel;

	/* An attribute's length has 16 bits. */
	room = skb_tailroom(skb) / 2;
	room = room < NLA_HDRLEN ? 0 : min_t(size_t, room, U16_MAX) - NLA_HDRLEN;
	while (nr < room / sizeof(u32) &&
	       next_arc(view->core.table, raw, &ahead, &end, &slot))
		nr++;
	if (!nr) {
		/* What is left may be no arc of its own: it is the first's. */
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
	arcs_write(view, raw, *cursor, nla_data(ends), nla_data(owners), nr);
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
	struct hr_ring_view *view;
	struct hr_nl_walk *walk;
	int ret = 0;

	walk = hr_nl_walk(cb, HASHRING_A_ARC_RING);
	if (IS_ERR(walk))
		return PTR_ERR(walk);
	view = hr_nl_walk_pin(cb, walk);
	if (!view)
		return 0;
	while (walk->next < view->core.table->nr_points) {
		ret = arcs_fill_some(skb, &to, cb, walk->ring, view, raw,
				     &walk->next);
		if (ret)
			break;
	}
	hr_ring_unpin(view);
	return ret && skb->len ? skb->len : ret;
}

/*
 * What attaches a ring, in no order: attachments are numbered by each
 * namespace for itself.
 */
static u64 digest_attachments(struct net *net, const struct hr_ring *ring)
{
	const struct hr_attach *attach;
	u64 digest = 0;

	mutex_lock(&hr_net(net)->lock);
	list_for_each_entry(attach, &hr_net(net)->attachments, list) {
		const struct hr_attach_config *config = &attach->config;
		const u32 word[HR_DIGEST_ATTACH] = {
			config->hook, config->priority, config->mark,
			config->mark_mask, config->node_mask, config->policy,
			config->none_drop, config->observe,
		};

		if (hr_attach_ring_locked(attach) == ring)
			digest += hr_digest_attach(word);
	}
	mutex_unlock(&hr_net(net)->lock);
	return digest;
}

/* Anybody may ask, and as often as they like: it is worked out once. */
static u64 digest_map(struct hr_ring_view *view)
{
	if (!smp_load_acquire(&view->digested)) { /* pairs with the release */
		WRITE_ONCE(view->digest, hr_digest_map(view->core.table));
		smp_store_release(&view->digested, true); /* digest is there */
	}
	return READ_ONCE(view->digest);
}

static int digest_fill(struct sk_buff *skb, const struct hr_nl_to *to,
		       const struct hr_ring *ring, u64 generation, u64 digest)
{
	void *head;

	head = hr_nl_begin(skb, to);
	if (!head)
		return -EMSGSIZE;
	if (nla_put_string(skb, HASHRING_A_DIGEST_RING, ring->name) ||
	    hr_nl_put_u64(skb, HASHRING_A_DIGEST_GENERATION, generation) ||
	    hr_nl_put_u64(skb, HASHRING_A_DIGEST_DIGEST, digest)) {
		genlmsg_cancel(skb, head);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, head);
	return 0;
}

int hashring_nl_digest_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct hr_nl_to to = hr_nl_reply(info);
	struct net *net = genl_info_net(info);
	struct hr_ring_view *view;
	struct sk_buff *reply;
	struct hr_ring *ring;
	u64 digest = 0;
	int ret;

	ring = hr_nl_ring_get(net, info->attrs[HASHRING_A_DIGEST_RING],
			      HASHRING_A_DIGEST_RING, info->extack);
	if (IS_ERR(ring))
		return PTR_ERR(ring);
	ret = -ENOMEM;
	reply = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!reply)
		goto put_ring;
	if (info->attrs[HASHRING_A_DIGEST_CONFIG])
		digest = digest_attachments(net, ring);
	view = hr_ring_pin(ring);
	if (info->attrs[HASHRING_A_DIGEST_CONFIG])
		digest += hr_digest_members(&ring->config, view->core.table);
	else
		digest = digest_map(view);
	ret = digest_fill(reply, &to, ring, view->generation, digest);
	hr_ring_unpin(view);
	ret = hr_nl_answer(reply, info, ret);
put_ring:
	hr_ring_put(ring);
	return ret;
}
