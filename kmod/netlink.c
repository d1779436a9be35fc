// SPDX-License-Identifier: GPL-2.0-only
/*
 * The genetlink family: limits, and what its files share.
 */
#include <linux/module.h>

#include "compat.h"
#include "member.h"
#include "netlink.h"

static_assert((int)HR_ACTIVE == HASHRING_NODE_STATE_ACTIVE);
static_assert((int)HR_DRAINING == HASHRING_NODE_STATE_DRAINING);
static_assert((int)HR_DOWN == HASHRING_NODE_STATE_DOWN);
static_assert((int)HR_LEAVING == HASHRING_NODE_STATE_LEAVING);

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
 * hr_nl_look() - what a message is to tell of a ring
 * @sight: filled in, for hr_nl_look_away()
 * @ring: outlasts it
 *
 * Context: may sleep.
 * Return: 0, or -ENOMEM with nothing to look away from.
 */
int hr_nl_look(struct hr_nl_sight *sight, struct hr_ring *ring)
{
	/*
	 * Asked for first: what changes meanwhile is another epoch's. View,
	 * frontier and state were there before it: pairs with the releases in
	 * hr_ring_publish_locked() and hr_migrate_happened_locked().
	 */
	sight->epoch = smp_load_acquire(&ring->epoch);
	sight->view = hr_ring_pin(ring);
	sight->map = hr_ring_map(ring, sight->view, HR_GFP,
				 &sight->frontier);
	if (sight->map)
		return 0;
	hr_ring_unpin(sight->view);
	return -ENOMEM;
}

/**
 * hr_nl_look_away() - let go what hr_nl_look() has taken
 * @sight: is of no use afterwards
 *
 * Context: may sleep.
 */
void hr_nl_look_away(struct hr_nl_sight *sight)
{
	hr_table_put(sight->map, &hr_member_ops);
	hr_ring_unpin(sight->view);
}

/**
 * hr_nl_walk_look() - what the next message of a dump is to tell
 * @cb: the dump
 * @walk: its walk
 * @sight: filled in, for hr_nl_look_away(), if 1 is returned
 *
 * Context: a dump. May sleep.
 * Return: 1; -ENOMEM; or 0 when the ring has changed since the first message:
 * the dump is to end, and the reader will learn from NLM_F_DUMP_INTR that it
 * was cut short.
 */
int hr_nl_walk_look(struct netlink_callback *cb, struct hr_nl_walk *walk,
		    struct hr_nl_sight *sight)
{
	int ret = hr_nl_look(sight, walk->ring);

	if (ret)
		return ret;
	hr_nl_consistent(cb, sight->epoch);
	if (!walk->begun) {
		walk->begun = true;
		walk->generation = sight->epoch;
	} else if (walk->generation != sight->epoch) {
		hr_nl_look_away(sight);
		return 0;
	}
	return 1;
}

/* The table of limits, for people. */
static const struct {
	const char *name;
	u64 value;
	const char *what;
} hr_nl_limits[] = {
#define HR_LIMIT_ROW(constant, number, label, about)			\
	{ .name = (label), .value = (number), .what = (about) },
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
		case HASHRING_CMD_MIGRATE_GET:
			hr_nl_ops[i].start = hr_nl_migrate_start;
			break;
		case HASHRING_CMD_OPS_GET:
			hr_nl_ops[i].start = hr_nl_ops_start;
			fallthrough;
		case HASHRING_CMD_HISTORY_GET:
		case HASHRING_CMD_MOVES_GET:
		case HASHRING_CMD_MOVED_ARCS_GET:
		case HASHRING_CMD_ARCS_GET:
		case HASHRING_CMD_STEPS_GET:
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
	ret = hr_nl_migrate_init();
	if (ret)
		goto err_stage;
	ops_complete();
	ret = genl_register_family(&hr_nl_family);
	if (ret)
		goto err_migrate;
	return 0;

err_migrate:
	hr_nl_migrate_exit();
err_stage:
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
	hr_nl_migrate_exit();
	hr_nl_stage_exit();
	hr_extack_exit();
}
