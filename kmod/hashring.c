// SPDX-License-Identifier: GPL-2.0-only
/*
 * What other modules may ask of a ring.
 */
#include "compat.h"
#include "hashring.h"
#include "ring/ring.h"

/**
 * hashring_get() - a ring by its name
 * @net: the namespace
 * @name: NUL-terminated
 *
 * Context: any; waits for nothing.
 * Return: the ring, for hashring_put(), or NULL.
 */
struct hr_ring *hashring_get(struct net *net, const char *name)
{
	return hr_ring_get(net, name);
}
EXPORT_SYMBOL_NS_GPL(hashring_get, HR_EXPORT_NS);

/**
 * hashring_lookup() - who owns a position
 * @ring: of hashring_get()
 * @position: any
 *
 * Context: under rcu_read_lock(); waits for nothing.
 * Return: the node's id, or 0 when the ring is empty.
 */
u32 hashring_lookup(const struct hr_ring *ring, u32 position)
{
	const struct hr_node *node = hr_ring_owner(ring, position);

	return node ? node->attrs.id : HR_NO_ID;
}
EXPORT_SYMBOL_NS_GPL(hashring_lookup, HR_EXPORT_NS);

/**
 * hashring_put() - let a ring go
 * @ring: of hashring_get()
 *
 * Context: any.
 */
void hashring_put(struct hr_ring *ring)
{
	hr_ring_put(ring);
}
EXPORT_SYMBOL_NS_GPL(hashring_put, HR_EXPORT_NS);
