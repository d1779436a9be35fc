// SPDX-License-Identifier: GPL-2.0-only
/*
 * The genetlink family: rings, nodes, limits, and what its files share.
 */
#include <linux/capability.h>
#include <linux/module.h>
#include <linux/random.h>

#include "compat.h"
#include "core/grid.h"
#include "member.h"
#include "netlink.h"

static_assert((int)HR_PLACE_HASH == HASHRING_PLACEMENT_HASH);
static_assert((int)HR_PLACE_EXPLICIT == HASHRING_PLACEMENT_EXPLICIT);
static_assert((int)HR_PLACE_BALANCED == HASHRING_PLACEMENT_BALANCED);
static_assert((int)HR_ACTIVE == HASHRING_NODE_STATE_ACTIVE);
static_assert((int)HR_DRAINING == HASHRING_NODE_STATE_DRAINING);
static_assert((int)HR_DOWN == HASHRING_NODE_STATE_DOWN);

/**
 * hr_nl_missing() - refuse a request that lacks an attribute
 * @extack: the request's
 * @nest: where it is missing; NULL at the top level
 * @type: the attribute
 * @name: as the spec calls it
 *
 * Context: a request. May sleep.
 * Return: -EINVAL.
 */
int hr_nl_missing(struct netlink_ext_ack *extack, const struct nlattr *nest,
		  u32 type, const char *name)
{
	NL_SET_ERR_ATTR_MISS(extack, nest, type);
	return hr_extack(extack, NULL, -EINVAL, "%s is missing", name);
}

/**
 * hr_nl_ring_get() - the ring that a request names
 * @net: the namespace
 * @attr: its name, or NULL
 * @type: the attribute that it should have been
 * @extack: the request's
 *
 * Context: a request. May sleep.
 * Return: the ring with a reference, or -EINVAL, -ENOENT.
 */
struct hr_ring *hr_nl_ring_get(struct net *net, const struct nlattr *attr,
			       u32 type, struct netlink_ext_ack *extack)
{
	struct hr_ring *ring;

	if (!attr)
		return ERR_PTR(hr_nl_missing(extack, NULL, type, "ring"));
	ring = hr_ring_get(net, nla_data(attr));
	if (!ring)
		return ERR_PTR(hr_extack(extack, attr, -ENOENT,
					 "no such ring"));
	return ring;
}

/* Whether anybody in a namespace listens to events. */
bool hr_nl_heard(struct net *net)
{
	return genl_has_listeners(&hr_nl_family, net, HASHRING_NLGRP_EVENTS);
}

/**
 * hr_nl_send_event() - send an event
 * @net: the namespace
 * @skb: taken over; NULL when there was no memory: listeners then learn that
 *	they have missed something
 *
 * Context: may sleep.
 */
void hr_nl_send_event(struct net *net, struct sk_buff *skb)
{
	if (skb)
		genlmsg_multicast_netns(&hr_nl_family, net, skb, 0,
					HASHRING_NLGRP_EVENTS, GFP_KERNEL);
	else
		genl_set_err(&hr_nl_family, net, 0, HASHRING_NLGRP_EVENTS,
			     -ENOBUFS);
}

/**
 * hr_nl_walk() - where the dump of a ring's parts stands
 * @cb: the dump
 * @type: the attribute that names the ring
 *
 * Context: a dump. May sleep.
 * Return: the walk, or -EINVAL, -ENOENT.
 */
struct hr_nl_walk *hr_nl_walk(struct netlink_callback *cb, u32 type)
{
	struct hr_nl_walk *walk = (struct hr_nl_walk *)cb->ctx;
	struct hr_ring *ring;

	NL_ASSERT_DUMP_CTX_FITS(struct hr_nl_walk);
	if (!walk->ring) {
		ring = hr_nl_ring_get(sock_net(cb->skb->sk),
				      hr_dump_attrs(cb)[type], type,
				      cb->extack);
		if (IS_ERR(ring))
			return ERR_CAST(ring);
		walk->ring = ring;
	}
	return walk;
}

static int hr_nl_walk_done(struct netlink_callback *cb)
{
	struct hr_nl_walk *walk = (struct hr_nl_walk *)cb->ctx;

	if (walk->ring)
		hr_ring_put(walk->ring);
	return 0;
}

/**
 * hr_nl_walk_pin() - the view that a dump walks
 * @cb: the dump
 * @walk: its walk
 *
 * Context: a dump. May sleep.
 * Return: the view, for hr_ring_unpin(); NULL when the ring has changed since
 * the first message: the dump is to end, and the reader will learn from
 * NLM_F_DUMP_INTR that it was cut short.
 */
struct hr_ring_view *hr_nl_walk_pin(struct netlink_callback *cb,
				    struct hr_nl_walk *walk)
{
	struct hr_ring_view *view = hr_ring_pin(walk->ring);

	hr_nl_consistent(cb, view->generation);
	if (!walk->begun) {
		walk->begun = true;
		walk->generation = view->generation;
	} else if (walk->generation != view->generation) {
		hr_ring_unpin(view);
		return NULL;
	}
	return view;
}

static u32 active_nodes(const struct hr_table *table)
{
	u32 i, nr = 0;

	for (i = 0; i < table->nr_nodes; i++) {
		nr += table->by_name[i]->state == HR_ACTIVE;
		if (!(i % 4096))
			cond_resched();
	}
	return nr;
}

static int ring_put_config(struct sk_buff *skb, const struct hr_config *config,
			   bool secret)
{
	if (nla_put_u32(skb, HASHRING_A_RING_PLACEMENT,
			hr_place_kind(config->place)))
		return -EMSGSIZE;
	if (config->points &&
	    (nla_put_u32(skb, HASHRING_A_RING_POINTS, config->points) ||
	     nla_put_u32(skb, HASHRING_A_RING_PER, config->per)))
		return -EMSGSIZE;
	if (config->grid && nla_put_u32(skb, HASHRING_A_RING_GRID, config->grid))
		return -EMSGSIZE;
	if (secret && nla_put(skb, HASHRING_A_RING_SEED, sizeof(config->seed),
			      config->seed))
		return -EMSGSIZE;
	return nla_put_u32(skb, HASHRING_A_RING_ALGORITHM, HR_ALGORITHM);
}

static int ring_put_view(struct sk_buff *skb, const struct hr_ring_view *view)
{
	const struct hr_table *table = view->core.table;

	if (hr_nl_put_u64(skb, HASHRING_A_RING_GENERATION, view->generation) ||
	    nla_put_u32(skb, HASHRING_A_RING_NODES, table->nr_nodes) ||
	    nla_put_u32(skb, HASHRING_A_RING_ACTIVE_NODES,
			active_nodes(table)) ||
	    nla_put_u32(skb, HASHRING_A_RING_TABLE_POINTS, table->nr_points) ||
	    hr_nl_put_u64(skb, HASHRING_A_RING_TABLE_BYTES, table->bytes) ||
	    hr_nl_put_u64(skb, HASHRING_A_RING_WEIGHT, table->weight) ||
	    hr_nl_put_u64(skb, HASHRING_A_RING_PEAK, hr_table_peak(table)) ||
	    hr_nl_put_u64(skb, HASHRING_A_RING_TROUGH, hr_table_trough(table)))
		return -EMSGSIZE;
	return 0;
}

/* @secret: the reader may know the seed. */
static int ring_fill(struct sk_buff *skb, const struct hr_nl_to *to,
		     struct netlink_callback *cb, struct hr_ring *ring,
		     bool secret)
{
	struct hr_ring_view *view;
	void *head;
	int ret;

	head = hr_nl_begin(skb, to);
	if (!head)
		return -EMSGSIZE;
	if (cb)
		genl_dump_check_consistent(cb, head);
	view = hr_ring_pin(ring);
	ret = -EMSGSIZE;
	if (nla_put_string(skb, HASHRING_A_RING_NAME, ring->name) ||
	    ring_put_config(skb, &ring->config, secret) ||
	    ring_put_view(skb, view) ||
	    nla_put_u32(skb, HASHRING_A_RING_ATTACHMENTS,
			READ_ONCE(ring->attachments)) ||
	    nla_put_u32(skb, HASHRING_A_RING_RECEIPTS,
			READ_ONCE(ring->history.nr)))
		goto cancel;
	hr_ring_unpin(view);
	genlmsg_end(skb, head);
	return 0;

cancel:
	hr_ring_unpin(view);
	genlmsg_cancel(skb, head);
	return ret;
}

/* Under hr_net.lock, so that events come in the order of what happened. */
static void ring_event_locked(struct net *net, struct hr_ring *ring, u8 cmd)
{
	const struct hr_nl_to to = hr_nl_event(cmd);
	struct sk_buff *skb;

	lockdep_assert_held(&hr_net(net)->lock);

	if (!hr_nl_heard(net))
		return;
	skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (skb && ring_fill(skb, &to, NULL, ring, false)) {
		nlmsg_free(skb);
		skb = NULL;
	}
	hr_nl_send_event(net, skb);
}

int hashring_nl_ring_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct hr_nl_to to = hr_nl_reply(info);
	struct sk_buff *reply;
	struct hr_ring *ring;
	int ret;

	ring = hr_nl_ring_get(genl_info_net(info),
			      info->attrs[HASHRING_A_RING_NAME],
			      HASHRING_A_RING_NAME, info->extack);
	if (IS_ERR(ring))
		return PTR_ERR(ring);
	ret = -ENOMEM;
	reply = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!reply)
		goto put_ring;
	ret = ring_fill(reply, &to, NULL, ring,
			netlink_net_capable(skb, CAP_NET_ADMIN));
	if (ret)
		nlmsg_free(reply);
	else
		ret = genlmsg_reply(reply, info);
put_ring:
	hr_ring_put(ring);
	return ret;
}

int hashring_nl_ring_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb)
{
	const struct hr_nl_to to = hr_nl_dump(cb);
	struct net *net = sock_net(cb->skb->sk);
	u32 *next = (u32 *)cb->ctx;
	struct hr_ring *ring;
	int ret;

	if (hr_dump_attrs(cb)[HASHRING_A_RING_NAME])
		return hr_extack(cb->extack,
				 hr_dump_attrs(cb)[HASHRING_A_RING_NAME],
				 -EINVAL, "a dump is of all rings");
	hr_nl_consistent(cb, READ_ONCE(hr_net(net)->rings_seq));
	while ((ring = hr_ring_get_nth(net, *next))) {
		ret = ring_fill(skb, &to, cb, ring,
				netlink_net_capable(cb->skb, CAP_NET_ADMIN));
		hr_ring_put(ring);
		if (ret)
			return skb->len ? skb->len : ret;
		(*next)++;
	}
	return 0;
}

static int config_points(struct hr_config *config, struct nlattr **attrs,
			 struct netlink_ext_ack *extack)
{
	const struct nlattr *points = attrs[HASHRING_A_RING_POINTS];
	const struct nlattr *per = attrs[HASHRING_A_RING_PER];

	if (config->place->takes_points || config->place->takes_cells) {
		if (points || per)
			return hr_extack(extack, points ? points : per, -EINVAL,
					 config->place->takes_points ?
					 "with %s placement nodes bring their own points" :
					 "with %s placement there are cells, not points",
					 config->place->name);
		return 0;
	}
	config->points = points ? nla_get_u32(points) : HR_DEFAULT_POINTS;
	if (!config->points || config->points > HR_MAX_POINTS)
		return hr_extack(extack, points, -ERANGE,
				 "points %u is not between 1 and %u",
				 config->points, HR_MAX_POINTS);
	config->per = per ? nla_get_u32(per) : 1;
	if (!config->per || config->per > HR_MAX_WEIGHT)
		return hr_extack(extack, per, -ERANGE,
				 "per %u is not between 1 and %u",
				 config->per, HR_MAX_WEIGHT);
	return 0;
}

static int config_grid(struct hr_config *config, const struct nlattr *grid,
		       struct netlink_ext_ack *extack)
{
	const char *bad;

	if (!config->place->takes_cells) {
		if (grid)
			return hr_extack(extack, grid, -EINVAL,
					 "with %s placement there is no grid",
					 config->place->name);
		return 0;
	}
	config->grid = grid ? nla_get_u32(grid) : HR_DEFAULT_GRID;
	bad = hr_grid_check(config->grid);
	if (bad)
		return hr_extack(extack, grid, -ERANGE, "grid %u: %s",
				 config->grid, bad);
	return 0;
}

static int config_get(struct hr_config *config, struct nlattr **attrs,
		      struct netlink_ext_ack *extack)
{
	const struct nlattr *kind = attrs[HASHRING_A_RING_PLACEMENT];
	const struct nlattr *seed = attrs[HASHRING_A_RING_SEED];
	int ret;

	memset(config, 0, sizeof(*config));
	config->place = hr_place_by_kind(kind ? nla_get_u32(kind) :
						HR_PLACE_HASH);
	if (!config->place)
		return hr_extack(extack, kind, -EINVAL, "no such placement");
	ret = config_points(config, attrs, extack);
	if (ret)
		return ret;
	ret = config_grid(config, attrs[HASHRING_A_RING_GRID], extack);
	if (ret)
		return ret;
	if (seed)
		memcpy(config->seed, nla_data(seed), sizeof(config->seed));
	else
		get_random_bytes(config->seed, sizeof(config->seed));
	hr_keys_derive(&config->keys, config->seed);
	return 0;
}

int hashring_nl_ring_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *name = info->attrs[HASHRING_A_RING_NAME];
	const struct hr_nl_to to = hr_nl_reply(info);
	struct net *net = genl_info_net(info);
	struct hr_config config;
	struct sk_buff *reply;
	struct hr_ring *ring;
	int ret;

	if (!name)
		return hr_nl_missing(info->extack, NULL, HASHRING_A_RING_NAME,
				     "name");
	ret = config_get(&config, info->attrs, info->extack);
	if (ret)
		goto wipe;
	ret = -ENOMEM;
	reply = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!reply)
		goto wipe;

	mutex_lock(&hr_net(net)->lock);
	ring = hr_ring_create_locked(net, nla_data(name), &config,
				     info->extack);
	ret = PTR_ERR_OR_ZERO(ring);
	if (!ret) {
		/* All of it fits: the message is new and large enough. */
		ret = ring_fill(reply, &to, NULL, ring, true);
		ring_event_locked(net, ring, HASHRING_CMD_RING_ADD_NTF);
	} else {
		NL_SET_BAD_ATTR(info->extack, name);
	}
	mutex_unlock(&hr_net(net)->lock);

	if (ret)
		nlmsg_free(reply);
	else
		genlmsg_reply(reply, info);	/* made, heard of or not */
wipe:
	memzero_explicit(&config, sizeof(config));
	return ret;
}

int hashring_nl_ring_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *name = info->attrs[HASHRING_A_RING_NAME];
	struct net *net = genl_info_net(info);
	struct hr_ring *ring;
	int ret;

	ring = hr_nl_ring_get(net, name, HASHRING_A_RING_NAME, info->extack);
	if (IS_ERR(ring))
		return PTR_ERR(ring);

	mutex_lock(&hr_net(net)->lock);
	if (ring->dead)
		ret = hr_extack(info->extack, name, -ENOENT, "no such ring");
	else
		ret = hr_ring_remove_locked(net, ring, info->extack);
	if (!ret)
		ring_event_locked(net, ring, HASHRING_CMD_RING_DEL_NTF);
	else
		NL_SET_BAD_ATTR(info->extack, name);
	mutex_unlock(&hr_net(net)->lock);
	hr_ring_put(ring);
	return ret;
}

/* The table of limits, for people. */
static const struct {
	const char *name;
	u64 value;
	const char *what;
} hr_nl_limits[] = {
#define HR_LIMIT_ROW(constant, number, label, about)			\
	{ .name = label, .value = number, .what = about },
	HR_LIMITS(HR_LIMIT_ROW)
#undef HR_LIMIT_ROW
};

static int limit_fill(struct sk_buff *skb, const struct hr_nl_to *to, u32 i)
{
	void *head;

	head = hr_nl_begin(skb, to);
	if (!head)
		return -EMSGSIZE;
	if (nla_put_string(skb, HASHRING_A_LIMIT_NAME, hr_nl_limits[i].name) ||
	    hr_nl_put_u64(skb, HASHRING_A_LIMIT_VALUE,
			  hr_nl_limits[i].value) ||
	    nla_put_string(skb, HASHRING_A_LIMIT_WHAT, hr_nl_limits[i].what)) {
		genlmsg_cancel(skb, head);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, head);
	return 0;
}

int hashring_nl_limits_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *name = info->attrs[HASHRING_A_LIMIT_NAME];
	const struct hr_nl_to to = hr_nl_reply(info);
	struct sk_buff *reply;
	u32 i;

	if (!name)
		return hr_nl_missing(info->extack, NULL, HASHRING_A_LIMIT_NAME,
				     "name");
	for (i = 0; i < ARRAY_SIZE(hr_nl_limits); i++)
		if (!nla_strcmp(name, hr_nl_limits[i].name))
			break;
	if (i == ARRAY_SIZE(hr_nl_limits))
		return hr_extack(info->extack, name, -ENOENT, "no such limit");
	reply = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!reply)
		return -ENOMEM;
	if (limit_fill(reply, &to, i)) {
		nlmsg_free(reply);
		return -EMSGSIZE;
	}
	return genlmsg_reply(reply, info);
}

int hashring_nl_limits_get_dumpit(struct sk_buff *skb,
				  struct netlink_callback *cb)
{
	const struct hr_nl_to to = hr_nl_dump(cb);
	u32 *next = (u32 *)cb->ctx;

	if (hr_dump_attrs(cb)[HASHRING_A_LIMIT_NAME])
		return hr_extack(cb->extack,
				 hr_dump_attrs(cb)[HASHRING_A_LIMIT_NAME],
				 -EINVAL, "a dump is of all limits");
	for (; *next < ARRAY_SIZE(hr_nl_limits); (*next)++)
		if (limit_fill(skb, &to, *next))
			return skb->len;
	return 0;
}

static const struct genl_multicast_group hr_nl_groups[] = {
	[HASHRING_NLGRP_EVENTS] = { .name = HASHRING_MCGRP_EVENTS },
};

/* The generated operations, which know nothing of how dumps begin and end. */
static struct genl_ops hr_nl_ops[ARRAY_SIZE(hashring_nl_ops)] __ro_after_init;

struct genl_family hr_nl_family __ro_after_init = {
	.name		= HASHRING_FAMILY_NAME,
	.version	= HASHRING_FAMILY_VERSION,
	.netnsok	= true,
	.parallel_ops	= true,
	.module		= THIS_MODULE,
	.ops		= hr_nl_ops,
	.n_ops		= ARRAY_SIZE(hr_nl_ops),
	.mcgrps		= hr_nl_groups,
	.n_mcgrps	= ARRAY_SIZE(hr_nl_groups),
};

static void __init ops_complete(void)
{
	u32 i;

	memcpy(hr_nl_ops, hashring_nl_ops, sizeof(hr_nl_ops));
	for (i = 0; i < ARRAY_SIZE(hr_nl_ops); i++) {
		switch (hr_nl_ops[i].cmd) {
		case HASHRING_CMD_NODE_GET:
			hr_nl_ops[i].start = hr_nl_node_start;
			hr_nl_ops[i].done = hr_nl_walk_done;
			break;
		case HASHRING_CMD_OPS_GET:
			hr_nl_ops[i].start = hr_nl_ops_start;
			fallthrough;
		case HASHRING_CMD_HISTORY_GET:
		case HASHRING_CMD_MOVES_GET:
		case HASHRING_CMD_MOVED_ARCS_GET:
		case HASHRING_CMD_ARCS_GET:
		case HASHRING_CMD_FLOWS_GET:
			hr_nl_ops[i].done = hr_nl_walk_done;
			break;
		}
	}
}

/**
 * hr_nl_init() - listen to commands
 *
 * Context: module init, last of all.
 * Return: 0 or a negative error.
 */
int __init hr_nl_init(void)
{
	int ret;

	ret = hr_nl_stage_init();
	if (ret)
		return ret;
	ops_complete();
	ret = genl_register_family(&hr_nl_family);
	if (ret)
		hr_nl_stage_exit();
	return ret;
}

/**
 * hr_nl_exit() - listen no more
 *
 * Context: module exit, first of all.
 */
void hr_nl_exit(void)
{
	genl_unregister_family(&hr_nl_family);
	hr_nl_stage_exit();
	hr_extack_exit();
}
