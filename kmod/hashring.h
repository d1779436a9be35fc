/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hashring for other modules: rings, owners of positions, changes and events. Import
 * the symbol namespace HASHRING.
 *
 * A ring belongs to a network namespace and is removed with the namespace. A ring of
 * hashring_get() or hashring_create() is valid until hashring_put(), also if the ring
 * is removed before. A namespace that is passed must stay during the call: the caller
 * has a reference, see get_net(), or runs in a pernet operation of the namespace.
 */
#ifndef HASHRING_HASHRING_H
#define HASHRING_HASHRING_H

#include <linux/types.h>

#include <uapi/linux/hashring.h>

#include "core/change.h"
#include "core/impact.h"
#include "core/key.h"
#include "core/node.h"

struct hr_migrate_event;
struct hr_receipt;
struct hr_ring;
struct net;
struct netlink_ext_ack;
struct notifier_block;
struct sk_buff;

/**
 * enum hashring_event - what has happened to a ring
 * @HASHRING_EVENT_ADDED: the ring has been created
 * @HASHRING_EVENT_SET: the settings of the ring have changed
 * @HASHRING_EVENT_CHANGED: a change is in force, or held by a migration
 * @HASHRING_EVENT_MIGRATED: a migration has made a step or a transition
 * @HASHRING_EVENT_REMOVED: the ring has been removed, or goes with its namespace
 *
 * CHANGED and MIGRATED come after ADDED, in the order of the ring's epochs. The other
 * events come in the order in which rings of the namespace are added, set and removed.
 */
enum hashring_event {
	HASHRING_EVENT_ADDED,
	HASHRING_EVENT_SET,
	HASHRING_EVENT_CHANGED,
	HASHRING_EVENT_MIGRATED,
	HASHRING_EVENT_REMOVED,
};

/**
 * struct hashring_note - what a listener is told
 * @net: the namespace
 * @ring: valid until the listener returns, or longer after hashring_get()
 * @name: of @ring
 * @generation: of the membership and table now in force
 * @epoch: counts changes and steps
 * @ops: with a change: its operations
 * @nr_ops: number of @ops
 * @receipt: for hashring itself
 * @step: for hashring itself
 */
struct hashring_note {
	struct net *net;
	struct hr_ring *ring;
	const char *name;
	u64 generation;
	u64 epoch;
	const struct hr_op *ops;
	u32 nr_ops;
	const struct hr_receipt *receipt;
	const struct hr_migrate_event *step;
};

struct hr_ring *hashring_get(struct net *net, const char *name);
void hashring_put(struct hr_ring *ring);

u32 hashring_flow_position(const struct hr_ring *ring,
			   enum hashring_key_policy policy,
			   const struct hr_flow *flow);
int hashring_skb_position(const struct hr_ring *ring, const struct sk_buff *skb,
			  u8 pf, enum hashring_key_policy policy,
			  u32 *position);
const struct hr_node *hashring_owner(const struct hr_ring *ring, u32 position);

struct hr_ring *hashring_create(struct net *net, const char *name,
				enum hashring_placement placement, u32 size,
				const u8 *seed, struct netlink_ext_ack *extack);
int hashring_remove(struct net *net, struct hr_ring *ring,
		    struct netlink_ext_ack *extack);
int hashring_change(struct hr_ring *ring, const struct hr_op *ops, u32 nr_ops,
		    const struct hr_change_terms *terms,
		    struct hr_impact *impact, struct hr_error *err);

int hashring_notifier_register(struct notifier_block *block);
void hashring_notifier_unregister(struct notifier_block *block);

#endif
