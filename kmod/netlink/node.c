// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nodes over netlink.
 */
#include <linux/capability.h>

#include "common.h"
#include "compat.h"
#include "core/sort.h"
#include "ring/backend.h"

/*
 * The number of points of each slot in the table, for kvfree(). NULL if the placement
 * tells the number from the node alone.
 */
static u32 *points_count(const struct hr_ring *ring,
			 const struct hr_table *table)
{
	u32 *count, i;

	if (ring->config.place->count)
		return NULL;
	count = kvcalloc(table->nr_slots, sizeof(*count), HR_GFP);
	if (!count)
		return ERR_PTR(-ENOMEM);
	for (i = 0; i < table->nr_points; i++) {
		/* in a migration from or to an empty map, some points have no owner */
		if (table->points[i].slot < table->nr_slots)
			count[table->points[i].slot]++;
		if (!(i & (HR_CHUNK - 1)))
			cond_resched();
	}
	return count;
}

/* The number of points that a node holds in the table. */
static u32 node_nr_points(const struct hr_ring *ring, const u32 *count,
			  const struct hr_node *node)
{
	if (node->attrs.state != HASHRING_NODE_ACTIVE)
		return 0;
	return count ? count[node->slot] :
		       ring->config.place->count(&ring->config, node);
}

static int node_put_stats(struct sk_buff *skb, struct hr_node *node)
{
	u64 packets, bytes;

	hr_backend_read(hr_backend(node), &packets, &bytes);
	if (hr_nl_put_u64(skb, HASHRING_A_NODE_PACKETS, packets) ||
	    hr_nl_put_u64(skb, HASHRING_A_NODE_BYTES, bytes))
		return -EMSGSIZE;
	return 0;
}

static int node_put_deadline(struct sk_buff *skb, struct hr_node *node)
{
	u64 deadline = READ_ONCE(hr_backend(node)->shared->deadline);

	return deadline ? hr_nl_put_u64(skb, HASHRING_A_NODE_DEADLINE,
					hr_nl_ms_until(deadline)) : 0;
}

/* The node's given points, and the cells that the node returns to. */
static int node_put_points(struct sk_buff *skb, const struct hr_node *node)
{
	if (node->nr_points &&
	    nla_put(skb, HASHRING_A_NODE_POINTS,
		    node->nr_points * sizeof(*node->points), node->points))
		return -EMSGSIZE;
	if (node->nr_home &&
	    nla_put(skb, HASHRING_A_NODE_HOME,
		    node->nr_home * sizeof(*node->home), node->home))
		return -EMSGSIZE;
	return 0;
}

/* Bytes of the message that node_put_points() takes. */
static size_t node_points_size(const struct hr_node *node)
{
	return node->nr_points * sizeof(*node->points) +
	       node->nr_home * sizeof(*node->home);
}

static int node_fill(struct sk_buff *skb, const struct hr_nl_to *to,
		     struct netlink_callback *cb, const struct hr_ring *ring,
		     const struct hr_nl_snapshot *snapshot, const u32 *count,
		     struct hr_node *node, bool points)
{
	void *head;

	head = hr_nl_begin(skb, to);
	if (!head)
		return -EMSGSIZE;
	if (cb)
		genl_dump_check_consistent(cb, head);
	if (nla_put_string(skb, HASHRING_A_NODE_RING, ring->name) ||
	    nla_put_string(skb, HASHRING_A_NODE_NAME, node->name) ||
	    nla_put_string(skb, HASHRING_A_NODE_SEAT, node->seat) ||
	    hr_nl_put_attrs(skb, HASHRING_A_NODE_ATTRS, &node->attrs) ||
	    (points && node_put_points(skb, node)) ||
	    nla_put_u32(skb, HASHRING_A_NODE_NR_POINTS,
			node_nr_points(ring, count, node)) ||
	    hr_nl_put_u64(skb, HASHRING_A_NODE_SHARE,
			  snapshot->map->share[node->slot]) ||
	    node_put_stats(skb, node) || node_put_deadline(skb, node) ||
	    hr_nl_put_u64(skb, HASHRING_A_NODE_GENERATION,
			  snapshot->view->generation)) {
		genlmsg_cancel(skb, head);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, head);
	return 0;
}

/* @points: the reader may look positions up. Points show the map. */
static int node_get(struct hr_ring *ring, struct genl_info *info, bool points)
{
	const struct nlattr *name = info->attrs[HASHRING_A_NODE_NAME];
	const struct hr_nl_to to = hr_nl_reply(info);
	struct hr_nl_snapshot snapshot;
	struct sk_buff *reply;
	struct hr_node *node;
	u32 *count;
	int ret;

	if (!name)
		return hr_nl_missing(info->extack, NULL, HASHRING_A_NODE_NAME,
				     "name");
	ret = hr_nl_snapshot_get(&snapshot, ring);
	if (ret)
		return ret;
	node = hr_table_find(snapshot.map, nla_data(name)) ?:
	       hr_table_find_leaving(snapshot.map, nla_data(name));
	if (!node) {
		ret = hr_extack(info->extack, name, -ENOENT,
				"no such node", ": %s",
				hr_name_shown(nla_data(name)));
		goto put_snapshot;
	}
	count = points_count(ring, snapshot.map);
	if (IS_ERR(count)) {
		ret = PTR_ERR(count);
		goto put_snapshot;
	}
	ret = -ENOMEM;
	reply = genlmsg_new(GENLMSG_DEFAULT_SIZE + node_points_size(node),
			    GFP_KERNEL);
	if (!reply)
		goto free_count;
	ret = hr_nl_answer(reply, info,
			   node_fill(reply, &to, NULL, ring, &snapshot, count,
				     node, points));
free_count:
	kvfree(count);
put_snapshot:
	hr_nl_snapshot_put(&snapshot);
	return ret;
}

int hashring_nl_node_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct hr_ring *ring;
	int ret;

	ring = hr_nl_ring_get(genl_info_net(info),
			      info->attrs[HASHRING_A_NODE_RING],
			      HASHRING_A_NODE_RING, info->extack);
	if (IS_ERR(ring))
		return PTR_ERR(ring);
	ret = node_get(ring, info, netlink_net_capable(skb, CAP_NET_ADMIN));
	hr_ring_put(ring);
	return ret;
}

/* A node's points are in one message: make room for the largest message. */
int hr_nl_node_start(struct netlink_callback *cb)
{
	struct nlattr **attrs = hr_dump_attrs(cb);
	const struct hr_table *table;
	struct hr_ring_view *view;
	struct hr_ring *ring;
	size_t most = 0;
	u32 i;

	if (!attrs[HASHRING_A_NODE_WITH_POINTS] || !attrs[HASHRING_A_NODE_RING])
		return 0;
	ring = hr_ring_get(sock_net(cb->skb->sk),
			   nla_data(attrs[HASHRING_A_NODE_RING]));
	if (!ring)
		return 0;
	view = hr_ring_pin(ring);
	table = view->core.table;
	for (i = 0; i < table->nr_nodes; i++)
		most = max(most, node_points_size(table->by_name[i]));
	hr_ring_unpin(view);
	hr_ring_put(ring);
	cb->min_dump_alloc = NLMSG_GOODSIZE + most;
	return 0;
}

int hashring_nl_node_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb)
{
	struct nlattr **attrs = hr_dump_attrs(cb);
	const struct nlattr *points = attrs[HASHRING_A_NODE_WITH_POINTS];
	const struct hr_nl_to to = hr_nl_dump(cb);
	const struct hr_table *table;
	struct hr_nl_snapshot snapshot;
	struct hr_nl_dump_ctx *ctx;
	struct hr_node *node;
	u32 *count;
	int ret;

	if (attrs[HASHRING_A_NODE_NAME])
		return hr_extack(cb->extack, attrs[HASHRING_A_NODE_NAME],
				 -EINVAL, "a dump is of all nodes");
	if (points && !netlink_net_capable(cb->skb, CAP_NET_ADMIN))
		return hr_extack(cb->extack, points, -EPERM,
				 "only administrators may see points");
	ctx = hr_nl_dump_begin(cb, HASHRING_A_NODE_RING);
	if (IS_ERR(ctx))
		return PTR_ERR(ctx);
	ret = hr_nl_dump_snapshot(cb, ctx, &snapshot);
	if (ret <= 0)
		return ret;
	table = snapshot.map;
	count = points_count(ctx->ring, table);
	if (IS_ERR(count)) {
		ret = PTR_ERR(count);
		goto put_snapshot;
	}
	ret = 0;
	/* members by name, then leaving nodes by name, unless nothing is left of them */
	for (; ctx->next < table->nr_nodes + table->nr_leaving; ctx->next++) {
		node = table->by_name[ctx->next];
		if (ctx->next >= table->nr_nodes &&
		    node->attrs.state == HASHRING_NODE_DOWN)
			continue;
		ret = node_fill(skb, &to, cb, ctx->ring, &snapshot, count, node,
				points);
		if (ret)
			break;
	}
	kvfree(count);
put_snapshot:
	hr_nl_snapshot_put(&snapshot);
	return ret && skb->len ? skb->len : ret;
}
