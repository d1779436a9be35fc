// SPDX-License-Identifier: GPL-2.0-only
/*
 * The interface for other modules.
 */
#include <linux/random.h>
#include <linux/string.h>

#include "change.h"
#include "compat.h"
#include "extack.h"
#include "flow.h"
#include "hashring.h"
#include "net.h"
#include "ring/notify.h"

/**
 * hashring_get() - a ring by its name
 * @net: the namespace
 * @name: NUL-terminated
 *
 * Context: any; does not wait.
 * Return: the ring, for hashring_put(), or NULL.
 */
struct hr_ring *hashring_get(struct net *net, const char *name)
{
	return hr_ring_get(net, name);
}
EXPORT_SYMBOL_NS_GPL(hashring_get, HR_EXPORT_NS);

/**
 * hashring_put() - drop a reference to a ring
 * @ring: of hashring_get() or hashring_create()
 *
 * Context: any.
 */
void hashring_put(struct hr_ring *ring)
{
	hr_ring_put(ring);
}
EXPORT_SYMBOL_NS_GPL(hashring_put, HR_EXPORT_NS);

/**
 * hashring_flow_position() - the position of a flow on a ring
 * @ring: the ring
 * @policy: the parts of the flow that count
 * @flow: addresses and ports; the ports are 0 for fragments, and for a protocol
 *	without ports
 *
 * Context: any; does not wait.
 * Return: the position. hashring_skb_position() and attachments have the same position
 * for packets of this flow.
 */
u32 hashring_flow_position(const struct hr_ring *ring,
			   enum hashring_key_policy policy,
			   const struct hr_flow *flow)
{
	return hr_flow_position(&ring->config.keys, policy, flow);
}
EXPORT_SYMBOL_NS_GPL(hashring_flow_position, HR_EXPORT_NS);

/**
 * hashring_skb_position() - the position of a packet's flow on a ring
 * @ring: the ring
 * @skb: an IPv4 or IPv6 packet as netfilter's hooks see it: its network header
 *	is set, in the linear part, and has been checked
 * @pf: NFPROTO_IPV4 or NFPROTO_IPV6
 * @policy: the parts of the flow that count
 * @position: filled in
 *
 * The packet is read by the function that attachments use. An ICMP error belongs
 * to the flow of the packet that the error quotes.
 *
 * Context: any; does not wait, and does not change the packet.
 * Return: 0; -EINVAL (the headers are truncated or malformed); -ENOMSG (a packet of
 * the link itself: neighbour discovery).
 */
int hashring_skb_position(const struct hr_ring *ring, const struct sk_buff *skb,
			  u8 pf, enum hashring_key_policy policy, u32 *position)
{
	struct hr_flow flow;
	int ret;

	ret = hr_flow_parse(skb, pf, policy, &flow);
	if (ret < 0)
		return ret;
	*position = hashring_flow_position(ring, policy, &flow);
	return 0;
}
EXPORT_SYMBOL_NS_GPL(hashring_skb_position, HR_EXPORT_NS);

/**
 * hashring_owner() - the node that owns a position
 * @ring: the ring
 * @position: any
 *
 * While a migration is under way, this is the owner by the effective map.
 * An attachment also keeps established flows at their nodes.
 *
 * Context: under rcu_read_lock(); does not wait.
 * Return: the node, valid until rcu_read_unlock(), or NULL if there is none. Its
 * name, and its attributes such as id and via, are members of &struct hr_node.
 */
const struct hr_node *hashring_owner(const struct hr_ring *ring, u32 position)
{
	return hr_ring_owner(ring, position);
}
EXPORT_SYMBOL_NS_GPL(hashring_owner, HR_EXPORT_NS);

/**
 * hashring_create() - make a ring without nodes
 * @net: the namespace
 * @name: see hr_name_check()
 * @placement: HASHRING_PLACEMENT_HASH, _EXPLICIT or _BALANCED
 * @size: points for a unit of weight with hashed placement, cells of the grid with
 *	balanced placement, 0: the default. With explicit placement 0
 * @seed: HR_SEED_LEN bytes, or NULL for a random seed
 * @extack: for the reason of a refusal; may be NULL
 *
 * The ring has the default settings, as a ring of "ringctl ring add" has. Operators can
 * use the ring like any other.
 *
 * Context: may sleep; not called by a listener.
 * Return: the ring, for hashring_put(), or an error pointer, see IS_ERR(): -EINVAL
 * (bad name, bad size), -ERANGE (bad size), -EEXIST, -E2BIG (too many rings), -ENOMEM.
 */
struct hr_ring *hashring_create(struct net *net, const char *name,
				enum hashring_placement placement, u32 size,
				const u8 *seed, struct netlink_ext_ack *extack)
{
	const struct hr_place_ops *place = hr_place_by_kind(placement);
	u8 random[HR_SEED_LEN];
	struct hr_config config;
	struct hr_ring *ring;
	struct hr_error err;
	int ret;

	if (!place)
		return ERR_PTR(hr_extack(extack, NULL, -EINVAL,
					 "no such placement", ": %u",
					 placement));
	hr_config_default(&config, place);
	if (size && place->takes_cells)
		config.grid = size;
	else if (size)
		config.points = size;
	ret = hr_config_check(&config, &err);
	if (ret)
		return ERR_PTR(hr_extack_as(extack, NULL, ret, err.what, "%s",
					    err.text));
	if (!seed)
		get_random_bytes(random, sizeof(random));
	hr_config_seed(&config, seed ?: random);

	mutex_lock(&hr_net(net)->lock);
	ring = hr_ring_create_locked(net, name, &config, &hr_default_settings,
				     extack);
	if (!IS_ERR(ring))
		refcount_inc(&ring->refs);
	mutex_unlock(&hr_net(net)->lock);
	memzero_explicit(random, sizeof(random));
	memzero_explicit(&config, sizeof(config));
	return ring;
}
EXPORT_SYMBOL_NS_GPL(hashring_create, HR_EXPORT_NS);

/**
 * hashring_remove() - take a ring out of its namespace
 * @net: the namespace
 * @ring: of hashring_get() or hashring_create(); the caller's reference stays
 * @extack: for the reason of a refusal; may be NULL
 *
 * Context: may sleep; not called by a listener.
 * Return: 0; -ENOENT (removed before); -EBUSY (the ring has attachments).
 */
int hashring_remove(struct net *net, struct hr_ring *ring,
		    struct netlink_ext_ack *extack)
{
	int ret;

	mutex_lock(&hr_net(net)->lock);
	ret = hr_ring_remove_locked(net, ring, extack);
	mutex_unlock(&hr_net(net)->lock);
	return ret;
}
EXPORT_SYMBOL_NS_GPL(hashring_remove, HR_EXPORT_NS);

/**
 * struct impact_change - a change whose figures are wanted
 * @change: the change
 * @impact: filled in
 */
struct impact_change {
	struct hr_change change;
	struct hr_impact *impact;
};

static int impact_prepare(struct hr_change *change,
			  const struct hr_receipt *receipt,
			  const struct hr_table *next)
{
	struct hr_impact *impact =
		container_of(change, struct impact_change, change)->impact;

	*impact = receipt->impact;
	impact->nr_moves = 0;
	impact->moves = NULL;
	return 0;
}

/**
 * hashring_change() - carry a change out, or work out what it would do
 * @ring: the ring
 * @ops: the operations
 * @nr_ops: number of @ops
 * @terms: the conditions; where there are none, expect and max_moved are U64_MAX
 * @impact: filled in with what moves, without the matrix; NULL: not wanted
 * @err: filled in with the operation and the reason of a refusal
 *
 * The change is like a change of "ringctl change": the history has its receipt, and
 * listeners are told.
 *
 * Context: may sleep; not called by a listener.
 * Return: 0, or a negative error and nothing has changed: -EINVAL, -ERANGE, -EEXIST
 * or -ENOENT (an operation is wrong, or the ring is removed), -E2BIG, -EBUSY,
 * -EINPROGRESS (a migration has still to move, and the change is not to be held),
 * -ESTALE (another generation is in force), -EDQUOT (too much would move), -EINTR,
 * -ENOMEM (never when the change only removes nodes).
 */
int hashring_change(struct hr_ring *ring, const struct hr_op *ops, u32 nr_ops,
		    const struct hr_change_terms *terms,
		    struct hr_impact *impact, struct hr_error *err)
{
	struct impact_change c = {
		.change = {
			.ops = ops,
			.nr_ops = nr_ops,
			.terms = *terms,
			.prepare = impact ? impact_prepare : NULL,
		},
		.impact = impact,
	};

	return hr_ring_change(ring, &c.change, err);
}
EXPORT_SYMBOL_NS_GPL(hashring_change, HR_EXPORT_NS);

/**
 * hashring_notifier_register() - listen to events of rings
 * @block: called with &enum hashring_event and &struct hashring_note, for the
 *	rings of all namespaces
 *
 * A listener is called under the lock that orders its events. A listener may look
 * rings up, and may sleep. A listener must not create, change or remove rings, nor
 * wait for a thread that does.
 *
 * Context: may sleep.
 * Return: 0.
 */
int hashring_notifier_register(struct notifier_block *block)
{
	return blocking_notifier_chain_register(&hr_ring_chain, block);
}
EXPORT_SYMBOL_NS_GPL(hashring_notifier_register, HR_EXPORT_NS);

/**
 * hashring_notifier_unregister() - stop listening to events of rings
 * @block: the block that was registered
 *
 * Context: may sleep; waits for calls that are under way.
 */
void hashring_notifier_unregister(struct notifier_block *block)
{
	blocking_notifier_chain_unregister(&hr_ring_chain, block);
}
EXPORT_SYMBOL_NS_GPL(hashring_notifier_unregister, HR_EXPORT_NS);
