// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the files of the genetlink family share.
 */
#include <linux/module.h>

#include "common.h"
#include "compat.h"
#include "ring/backend.h"

/* family.c, which is above all other files here, adds the commands. */
struct genl_family hr_nl_family __ro_after_init = {
	.name		= HASHRING_FAMILY_NAME,
	.version	= HASHRING_FAMILY_VERSION,
	.netnsok	= true,
	.parallel_ops	= true,
	.module		= THIS_MODULE,
};

/**
 * hr_nl_missing_as() - refuse a request that lacks an attribute
 * @extack: the request's
 * @nest: the nest that lacks the attribute; NULL: the top level
 * @type: the attribute
 * @what: the text, a constant
 *
 * hr_nl_missing() makes the text of the attribute's name.
 *
 * Context: a request.
 * Return: -EINVAL.
 */
int hr_nl_missing_as(struct netlink_ext_ack *extack, const struct nlattr *nest,
		     u32 type, const char *what)
{
	NL_SET_ERR_ATTR_MISS(extack, nest, type);
	return hr_extack_as(extack, NULL, -EINVAL, what, "%s", what);
}

/**
 * hr_nl_ring_get() - the ring that a request names
 * @net: the namespace
 * @attr: the attribute with the ring's name, or NULL
 * @type: type of that attribute
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
					 "no such ring", ": %s",
					 hr_name_shown(nla_data(attr))));
	return ring;
}

/* Whether a socket of a namespace listens to events. */
bool hr_nl_has_listeners(struct net *net)
{
	return genl_has_listeners(&hr_nl_family, net, HASHRING_NLGRP_EVENTS);
}

/**
 * hr_nl_send_event() - send an event
 * @net: the namespace
 * @skb: the event, taken over; NULL without memory: listeners are then told that an
 *	event is lost
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
 * hr_nl_dump_begin() - begin the dump of a ring's parts, or go on with the dump
 * @cb: the dump
 * @type: the attribute that names the ring
 *
 * Context: a dump. May sleep.
 * Return: the state of the dump, or -EINVAL, -ENOENT.
 */
struct hr_nl_dump_ctx *hr_nl_dump_begin(struct netlink_callback *cb, u32 type)
{
	struct hr_nl_dump_ctx *ctx = (struct hr_nl_dump_ctx *)cb->ctx;
	struct hr_ring *ring;

	NL_ASSERT_DUMP_CTX_FITS(struct hr_nl_dump_ctx);
	if (!ctx->ring) {
		ring = hr_nl_ring_get(sock_net(cb->skb->sk),
				      hr_dump_attrs(cb)[type], type,
				      cb->extack);
		if (IS_ERR(ring))
			return ERR_CAST(ring);
		ctx->ring = ring;
	}
	return ctx;
}

/**
 * hr_nl_dump_done() - end the dump of a ring's parts
 * @cb: the dump
 *
 * Context: a dump. May sleep.
 * Return: 0.
 */
int hr_nl_dump_done(struct netlink_callback *cb)
{
	struct hr_nl_dump_ctx *ctx = (struct hr_nl_dump_ctx *)cb->ctx;

	if (ctx->ring)
		hr_ring_put(ctx->ring);
	return 0;
}

/**
 * hr_nl_snapshot_get() - take a snapshot of a ring, for one message
 * @snapshot: filled in, for hr_nl_snapshot_put()
 * @ring: the ring; outlives the snapshot
 *
 * Context: may sleep.
 * Return: 0, or -ENOMEM with nothing to put.
 */
int hr_nl_snapshot_get(struct hr_nl_snapshot *snapshot, struct hr_ring *ring)
{
	/*
	 * The epoch is read first, so that a change meanwhile has another epoch.
	 * View, frontier and state are at least of this epoch: pairs with the
	 * releases in hr_ring_publish_locked() and hr_migrate_event_locked().
	 */
	snapshot->epoch = smp_load_acquire(&ring->epoch);
	snapshot->view = hr_ring_pin(ring);
	snapshot->map =
		hr_ring_map(ring, snapshot->view, HR_GFP, &snapshot->frontier);
	if (snapshot->map)
		return 0;
	hr_ring_unpin(snapshot->view);
	return -ENOMEM;
}

/**
 * hr_nl_snapshot_put() - release a snapshot
 * @snapshot: the snapshot; not to be used afterwards
 *
 * Context: may sleep.
 */
void hr_nl_snapshot_put(struct hr_nl_snapshot *snapshot)
{
	hr_table_put(snapshot->map, &hr_backend_ops);
	hr_ring_unpin(snapshot->view);
}

/**
 * hr_nl_dump_snapshot() - take the snapshot for the next message of a dump
 * @cb: the dump
 * @ctx: the state of the dump
 * @snapshot: filled in, for hr_nl_snapshot_put(), if 1 is returned
 *
 * Context: a dump. May sleep.
 * Return: 1; -ENOMEM; or 0: the ring has changed since the first message. Then the
 * caller ends the dump, and NLM_F_DUMP_INTR tells the reader that the dump was cut
 * short.
 */
int hr_nl_dump_snapshot(struct netlink_callback *cb, struct hr_nl_dump_ctx *ctx,
			struct hr_nl_snapshot *snapshot)
{
	int ret = hr_nl_snapshot_get(snapshot, ctx->ring);

	if (ret)
		return ret;
	hr_nl_consistent(cb, snapshot->epoch);
	if (!ctx->begun) {
		ctx->begun = true;
		ctx->generation = snapshot->epoch;
	} else if (ctx->generation != snapshot->epoch) {
		hr_nl_snapshot_put(snapshot);
		return 0;
	}
	return 1;
}
