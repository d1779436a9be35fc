// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rings: look-up by name, references, attachments.
 */
#include <linux/rculist.h>
#include <net/netns/generic.h>

#include "extack.h"
#include "ring.h"

unsigned int hr_net_id __read_mostly;
struct workqueue_struct *hr_wq;

const struct hr_settings hr_default_settings = {
	.established	= HASHRING_ESTABLISHED_STAY,
	.tcp_timeout	= HR_DEFAULT_TCP_TIMEOUT,
	.syn_timeout	= HR_DEFAULT_SYN_TIMEOUT,
	.fin_timeout	= HR_DEFAULT_FIN_TIMEOUT,
	.udp_timeout	= HR_DEFAULT_UDP_TIMEOUT,
	.udp_grace	= HR_DEFAULT_UDP_GRACE,
	.max_entries	= HR_DEFAULT_ENTRIES,
};

/**
 * hr_net() - the state of a namespace
 * @net: the namespace
 *
 * Context: any.
 * Return: the state, valid as long as the namespace.
 */
struct hr_net *hr_net(const struct net *net)
{
	return net_generic(net, hr_net_id);
}

/**
 * hr_ring_find_locked() - a ring by its name
 * @hn: state of the namespace
 * @name: NUL-terminated
 *
 * Context: hn->lock is held.
 * Return: the ring, valid until the lock is released, or NULL.
 */
struct hr_ring *hr_ring_find_locked(struct hr_net *hn, const char *name)
{
	struct hr_ring *ring;

	lockdep_assert_held(&hn->lock);

	list_for_each_entry(ring, &hn->rings, list)
		if (!strcmp(ring->name, name))
			return ring;
	return NULL;
}

/**
 * hr_ring_get() - a ring by its name
 * @net: the namespace
 * @name: NUL-terminated
 *
 * Context: any; does not wait.
 * Return: the ring with a reference, or NULL.
 */
struct hr_ring *hr_ring_get(struct net *net, const char *name)
{
	struct hr_ring *ring, *found = NULL;

	rcu_read_lock();
	list_for_each_entry_rcu(ring, &hr_net(net)->rings, list) {
		int order = strcmp(ring->name, name);

		if (!order && refcount_inc_not_zero(&ring->refs))
			found = ring;
		if (order >= 0)
			break;
	}
	rcu_read_unlock();
	return found;
}

/**
 * hr_ring_get_nth() - a ring by its place in the order of names
 * @net: the namespace
 * @n: the place, from 0
 *
 * Context: any; does not wait.
 * Return: the ring with a reference, or NULL at the end.
 */
struct hr_ring *hr_ring_get_nth(struct net *net, u32 n)
{
	struct hr_ring *ring, *found = NULL;

	rcu_read_lock();
	list_for_each_entry_rcu(ring, &hr_net(net)->rings, list) {
		if (n) {
			n--;
		} else if (refcount_inc_not_zero(&ring->refs)) {
			found = ring;
			break;
		}
	}
	rcu_read_unlock();
	return found;
}

/**
 * hr_ring_put() - drop a reference
 * @ring: the ring
 *
 * Context: any.
 */
void hr_ring_put(struct hr_ring *ring)
{
	if (refcount_dec_and_test(&ring->refs))
		queue_rcu_work(hr_wq, &ring->work);
}

/**
 * hr_ring_attach() - an attachment begins to use a ring
 * @ring: the ring, listed in its namespace; gets a reference
 * @id_max: the largest id that fits the attachment's mask: 2^bits - 1
 * @extack: for the reason
 *
 * From then on no node of the ring gets an id that does not fit.
 *
 * Context: hr_net.lock is held. May sleep.
 * Return: 0, or -ERANGE if a node's id does not fit.
 */
int hr_ring_attach(struct hr_ring *ring, u32 id_max,
		   struct netlink_ext_ack *extack)
{
	const struct hr_table *table;
	int ret = 0;
	u32 i;

	lockdep_assert_held(&hr_net(ring->net)->lock);

	mutex_lock(&ring->lock);
	table = hr_ring_view_locked(ring)->core.table;
	/* by slot: packets are marked with the ids of leaving nodes too */
	for (i = 0; i < table->nr_slots; i++) {
		const struct hr_node *node = table->nodes[i];

		if (node && node->attrs.id > id_max) {
			ret = hr_extack(extack, NULL, -ERANGE,
					"id does not fit the node mask",
					": %u of node %s", node->attrs.id,
					hr_name_shown(node->name));
			goto unlock;
		}
	}
	ring->id_bits[fls(id_max)]++;
	ring->attachments++;
	refcount_inc(&ring->refs);
unlock:
	mutex_unlock(&ring->lock);
	return ret;
}

/**
 * hr_ring_detach() - an attachment ends
 * @ring: the ring; loses a reference. Packets may still use the ring under RCU
 * @id_max: as given to hr_ring_attach()
 *
 * Context: hr_net.lock is held. May sleep.
 */
void hr_ring_detach(struct hr_ring *ring, u32 id_max)
{
	lockdep_assert_held(&hr_net(ring->net)->lock);

	mutex_lock(&ring->lock);
	ring->id_bits[fls(id_max)]--;
	mutex_unlock(&ring->lock);
	ring->attachments--;
	hr_ring_put(ring);
}
