// SPDX-License-Identifier: GPL-2.0-only
/*
 * Operations of past changes, and the pieces that moved, over netlink.
 */
#include <linux/capability.h>
#include <net/sock.h>

#include "common.h"
#include "compat.h"

/* Pieces in one message, at most. */
#define HR_TOLD_ARCS	512

/* @map: the reader may know the owners of positions. */
static int put_node(struct sk_buff *skb, int type,
		    const struct hr_node_info *was, bool points, bool map)
{
	struct nlattr *nest;

	nest = nla_nest_start(skb, type);
	if (!nest ||
	    nla_put_string(skb, HASHRING_A_PAST_NODE_NAME, was->name) ||
	    nla_put_string(skb, HASHRING_A_PAST_NODE_SEAT, was->seat) ||
	    hr_nl_put_attrs(skb, HASHRING_A_PAST_NODE_ATTRS, &was->attrs))
		return -EMSGSIZE;
	if (map && points && was->nr_points &&
	    nla_put(skb, HASHRING_A_PAST_NODE_POINTS,
		    was->nr_points * sizeof(*was->points), was->points))
		return -EMSGSIZE;
	if (map && was->nr_home &&
	    nla_put(skb, HASHRING_A_PAST_NODE_HOME,
		    was->nr_home * sizeof(*was->home), was->home))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_did(struct sk_buff *skb, const struct hr_op_record *did,
		   bool map)
{
	const char *name = did->has_before ? did->before.name :
					     did->after.name;

	if (nla_put_u32(skb, HASHRING_A_HISTORY_KIND, did->kind) ||
	    nla_put_string(skb, HASHRING_A_HISTORY_NAME, name))
		return -EMSGSIZE;
	if (did->kind == HASHRING_OP_REPLACE &&
	    nla_put_string(skb, HASHRING_A_HISTORY_NEW_NAME, did->after.name))
		return -EMSGSIZE;
	if (did->has_before &&
	    put_node(skb, HASHRING_A_HISTORY_BEFORE, &did->before, true, map))
		return -EMSGSIZE;
	if (did->has_after &&
	    put_node(skb, HASHRING_A_HISTORY_AFTER, &did->after,
		     !did->same_points, map))
		return -EMSGSIZE;
	return 0;
}

static u32 ops_size(const struct hr_receipt *receipt)
{
	return receipt->record.size;
}

/* One operation; *@next is its place in the record. */
static int ops_fill(struct sk_buff *skb, const struct hr_nl_to *to,
		    struct netlink_callback *cb, const struct hr_ring *ring,
		    const struct hr_receipt *receipt, u32 *next)
{
	bool map = netlink_net_capable(cb->skb, CAP_NET_ADMIN);
	struct hr_op_record did;
	u32 after = *next;
	void *head;

	hr_record_next(&receipt->record, &after, &did);
	head = hr_nl_part_begin(skb, to, cb, ring, receipt);
	if (!head)
		return -EMSGSIZE;
	if (put_did(skb, &did, map)) {
		genlmsg_cancel(skb, head);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, head);
	*next = after;
	return 0;
}

/* An operation is in one message: make room for the largest operation. */
int hr_nl_ops_start(struct netlink_callback *cb)
{
	struct nlattr **attrs = hr_dump_attrs(cb);
	const struct hr_receipt *receipt;
	struct hr_ring *ring;

	if (!attrs[HASHRING_A_HISTORY_RING] ||
	    !attrs[HASHRING_A_HISTORY_GENERATION])
		return 0;
	ring = hr_ring_get(sock_net(cb->skb->sk),
			   nla_data(attrs[HASHRING_A_HISTORY_RING]));
	if (!ring)
		return 0;
	mutex_lock(&ring->history.lock);
	receipt = hr_history_find_locked(&ring->history,
					 nla_get_u64(attrs[HASHRING_A_HISTORY_GENERATION]));
	if (receipt)
		cb->min_dump_alloc = NLMSG_GOODSIZE + receipt->record.largest;
	mutex_unlock(&ring->history.lock);
	hr_ring_put(ring);
	return 0;
}

int hashring_nl_ops_get_dumpit(struct sk_buff *skb,
			       struct netlink_callback *cb)
{
	static const struct hr_nl_part ops = {
		.size	= ops_size,
		.fill	= ops_fill,
	};

	return hr_nl_part_dump(skb, cb, &ops);
}

static u32 arcs_size(const struct hr_receipt *receipt)
{
	return receipt->record.arcs ? receipt->record.nr_arcs : 0;
}

/* Pieces from *@next on, as many as fit. */
static int arcs_fill(struct sk_buff *skb, const struct hr_nl_to *to,
		     struct netlink_callback *cb, const struct hr_ring *ring,
		     const struct hr_receipt *receipt, u32 *next)
{
	static const int types[] = {
		HASHRING_A_HISTORY_STARTS, HASHRING_A_HISTORY_ENDS,
		HASHRING_A_HISTORY_FROM, HASHRING_A_HISTORY_TO,
	};
	const struct hr_past_arc *arc = receipt->record.arcs + *next;
	u32 *column[ARRAY_SIZE(types)];
	struct nlattr *attr;
	void *head;
	u32 n, i;
	int room;

	head = hr_nl_part_begin(skb, to, cb, ring, receipt);
	if (!head)
		return -EMSGSIZE;
	room = skb_tailroom(skb) - (int)ARRAY_SIZE(types) * NLA_HDRLEN;
	n = min_t(u32, receipt->record.nr_arcs - *next, HR_TOLD_ARCS);
	n = min_t(u32, n, max(room, 0) / (int)sizeof(*arc));
	if (!n)
		goto cancel;
	for (i = 0; i < ARRAY_SIZE(types); i++) {
		attr = nla_reserve(skb, types[i], n * sizeof(u32));
		if (!attr)
			goto cancel;
		column[i] = nla_data(attr);
	}
	for (i = 0; i < n; i++) {
		column[0][i] = arc[i].start;
		column[1][i] = arc[i].end;
		column[2][i] = arc[i].from;
		column[3][i] = arc[i].to;
	}
	genlmsg_end(skb, head);
	*next += n;
	return 0;

cancel:
	genlmsg_cancel(skb, head);
	return -EMSGSIZE;
}

int hashring_nl_moved_arcs_get_dumpit(struct sk_buff *skb,
				      struct netlink_callback *cb)
{
	static const struct hr_nl_part arcs = {
		.size	= arcs_size,
		.fill	= arcs_fill,
	};

	return hr_nl_part_dump(skb, cb, &arcs);
}
