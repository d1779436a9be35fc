// SPDX-License-Identifier: GPL-2.0-only
/*
 * A ring's life: namespaces, names, references, views.
 *
 * A ring goes in two phases: hr_ring_remove_locked() takes its name away and
 * stops its writers; the last hr_ring_put() frees it, a grace period later,
 * because packets may still be on their way through it.
 */
#include <linux/rculist.h>
#include <linux/slab.h>
#include <net/netns/generic.h>

#include "core/build.h"
#include "compat.h"
#include "extack.h"
#include "hashring.h"
#include "member.h"
#include "migrate.h"
#include "ring.h"

static unsigned int hr_net_id __read_mostly;
struct workqueue_struct *hr_wq;

/**
 * hr_net() - what a namespace has
 * @net: the namespace
 *
 * Context: any.
 * Return: it, valid as long as the namespace.
 */
struct hr_net *hr_net(const struct net *net)
{
	return net_generic(net, hr_net_id);
}

static void ring_work(struct work_struct *work)
{
	struct hr_ring *ring = container_of(to_rcu_work(work), struct hr_ring,
					    work);
	struct hr_ring_view *view;

	view = rcu_dereference_protected(ring->view,
					 !refcount_read(&ring->refs));
	hr_view_free(view);
	hr_steps_release(&ring->steps);
	hr_history_release(&ring->history);
	mutex_destroy(&ring->lock);
	kfree_sensitive(ring);
}

static struct hr_ring *ring_alloc(const struct hr_config *config,
				  const struct hr_settings *settings)
{
	struct hr_ring_view *view;
	struct hr_table *table;
	struct hr_ring *ring;

	ring = kzalloc(sizeof(*ring), HR_GFP);
	if (!ring)
		return NULL;
	table = hr_table_empty(HR_GFP);
	if (!table)
		goto err_free_ring;
	view = hr_view_alloc(table, 0, HR_GFP);
	if (!view)
		goto err_free_table;

	ring->config = *config;
	ring->settings = *settings;
	refcount_set(&ring->refs, 1);
	mutex_init(&ring->lock);
	spin_lock_init(&ring->told_lock);
	hr_lease_init(&ring->lease);
	hr_migrate_init(ring);
	hr_history_init(&ring->history);
	INIT_LIST_HEAD(&ring->retired);
	spin_lock_init(&ring->retired_lock);
	init_waitqueue_head(&ring->retired_wait);
	INIT_RCU_WORK(&ring->work, ring_work);
	RCU_INIT_POINTER(ring->view, view);
	return ring;

err_free_table:
	hr_table_put(table, &hr_member_ops);
err_free_ring:
	kfree(ring);
	return NULL;
}

/**
 * hr_ring_create_locked() - make an empty ring, generation 0
 * @net: where
 * @name: see hr_name_check()
 * @config: checked by the caller
 * @settings: checked by the caller
 * @extack: for the reason
 *
 * Context: hr_net.lock is held. May sleep.
 * Return: the ring, good until the lock is released, or -EINVAL (bad name),
 * -EEXIST, -E2BIG (too many rings), -ENOMEM.
 */
struct hr_ring *hr_ring_create_locked(struct net *net, const char *name,
				      const struct hr_config *config,
				      const struct hr_settings *settings,
				      struct netlink_ext_ack *extack)
{
	struct hr_net *hn = hr_net(net);
	struct list_head *before = &hn->rings;
	struct hr_ring *ring;
	const char *wrong;

	lockdep_assert_held(&hn->lock);

	wrong = hr_name_check(name, strlen(name));
	if (wrong)
		return ERR_PTR(hr_extack(extack, NULL, -EINVAL, "%s", wrong));
	list_for_each_entry(ring, &hn->rings, list) {
		int order = strcmp(ring->name, name);

		if (!order)
			return ERR_PTR(hr_extack(extack, NULL, -EEXIST,
						 "ring %s exists", name));
		if (order > 0) {
			before = &ring->list;
			break;
		}
	}
	if (hn->nr_rings >= HR_MAX_RINGS)
		return ERR_PTR(hr_extack(extack, NULL, -E2BIG,
					 "there are %u rings already",
					 hn->nr_rings));

	ring = ring_alloc(config, settings);
	if (!ring)
		return ERR_PTR(-ENOMEM);
	strscpy(ring->name, name, sizeof(ring->name));
	ring->net = net;
	list_add_tail_rcu(&ring->list, before);
	hn->nr_rings++;
	WRITE_ONCE(hn->rings_seq, hn->rings_seq + 1);
	return ring;
}

static void ring_unlist_locked(struct hr_net *hn, struct hr_ring *ring)
{
	lockdep_assert_held(&hn->lock);

	list_del_rcu(&ring->list);
	hn->nr_rings--;
	WRITE_ONCE(hn->rings_seq, hn->rings_seq + 1);

	/* A change that is being made ends first; none begins after. */
	mutex_lock(&ring->lock);
	WRITE_ONCE(ring->dead, true);
	smp_mb();	/* pairs with hr_ring_try_lock() */
	hr_migrate_drop_locked(ring);
	mutex_unlock(&ring->lock);
	hr_ring_put(ring);
}

/**
 * hr_ring_remove_locked() - take a ring out of its namespace
 * @net: the namespace
 * @ring: listed there
 * @extack: for the reason
 *
 * Context: hr_net.lock is held. Sleeps while a change of the ring is made.
 * Return: 0, or -EBUSY while it is attached.
 */
int hr_ring_remove_locked(struct net *net, struct hr_ring *ring,
			  struct netlink_ext_ack *extack)
{
	struct hr_net *hn = hr_net(net);

	lockdep_assert_held(&hn->lock);

	if (ring->attachments)
		return hr_extack(extack, NULL, -EBUSY,
				 "ring %s has %u attachment%s", ring->name,
				 ring->attachments,
				 ring->attachments == 1 ? "" : "s");
	ring_unlist_locked(hn, ring);
	return 0;
}

/**
 * hr_ring_find_locked() - a ring by its name
 * @hn: the namespace's
 * @name: NUL-terminated
 *
 * Context: hn->lock is held.
 * Return: the ring, good until the lock is released, or NULL.
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
 * Context: any; waits for nothing.
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
 * hr_ring_get_nth() - a ring by its place in the alphabet
 * @net: the namespace
 * @n: from 0
 *
 * Context: any; waits for nothing.
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
 * hr_ring_put() - give a reference back
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
 * hr_ring_tick() - have the ring's migration looked after
 * @ring: the ring
 * @delay: jiffies until then
 *
 * Context: ring->lock is held.
 */
void hr_ring_tick(struct hr_ring *ring, unsigned long delay)
{
	lockdep_assert_held(&ring->lock);

	refcount_inc(&ring->refs);
	if (mod_delayed_work(hr_wq, &ring->tick, delay))
		hr_ring_put(ring);	/* it was queued, with a reference */
}

/**
 * hr_ring_try_lock() - for hr_ring.tick: the ring's lock, or another time
 * @ring: the ring, with the work item's reference
 * @delay: jiffies until then
 *
 * Who has the lock may wait for memory of older tables to be freed, by work items
 * on the same queue: those that wait for locks could take all its places.
 *
 * Context: hr_ring.tick.
 * Return: whether ring->lock is held; if not, the reference has been taken over.
 */
bool hr_ring_try_lock(struct hr_ring *ring, unsigned long delay)
{
	if (mutex_trylock(&ring->lock))
		return true;
	refcount_inc(&ring->refs);	/* for what follows */
	if (!queue_delayed_work(hr_wq, &ring->tick, delay))
		hr_ring_put(ring);	/* it was queued, with a reference */
	/* Either it is seen here or hr_migrate_drop_locked() sees the work. */
	smp_mb();
	if (READ_ONCE(ring->dead) && cancel_delayed_work(&ring->tick))
		hr_ring_put(ring);
	hr_ring_put(ring);
	return false;
}

/**
 * hr_ring_attach() - an attachment begins to use a ring
 * @ring: listed in its namespace; gets a reference
 * @id_max: the largest id that fits the attachment's mask: 2^bits - 1
 * @extack: for the reason
 *
 * From here on no node gets an id that does not fit.
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

		if (node && node->id > id_max) {
			ret = hr_extack(extack, NULL, -ERANGE,
					"id %u of node %s does not fit the node mask, which holds up to %u",
					node->id, node->name, id_max);
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
 * hr_ring_detach() - an attachment is gone
 * @ring: gives its reference back; packets may still be in it under RCU
 * @id_max: as it was given to hr_ring_attach()
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

	return node ? node->id : HR_NO_ID;
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

static int __net_init hr_net_init(struct net *net)
{
	struct hr_net *hn = hr_net(net);

	mutex_init(&hn->lock);
	spin_lock_init(&hn->lease_lock);
	INIT_LIST_HEAD(&hn->leases);
	INIT_LIST_HEAD(&hn->rings);
	INIT_LIST_HEAD(&hn->attachments);
	hr_unplug_net_init(&hn->unplug);
	return 0;
}

static void __net_exit hr_net_exit(struct net *net)
{
	struct hr_net *hn = hr_net(net);
	struct hr_ring *ring, *next;

	hr_unplug_net_exit(&hn->unplug);
	mutex_lock(&hn->lock);
	list_for_each_entry_safe(ring, next, &hn->rings, list)
		ring_unlist_locked(hn, ring);
	mutex_unlock(&hn->lock);
}

static struct pernet_operations hr_net_ops = {
	.init	= hr_net_init,
	.exit	= hr_net_exit,
	.id	= &hr_net_id,
	.size	= sizeof(struct hr_net),
};

/**
 * hr_rings_init() - make ready for rings in all namespaces
 *
 * Context: module init.
 * Return: 0 or -ENOMEM.
 */
int hr_rings_init(void)
{
	int ret;

	hr_wq = alloc_workqueue("hashring", WQ_UNBOUND, 0);
	if (!hr_wq)
		return -ENOMEM;
	ret = register_pernet_subsys(&hr_net_ops);
	if (ret)
		destroy_workqueue(hr_wq);
	return ret;
}

/**
 * hr_rings_exit() - free all rings
 *
 * A retired view that waits for its grace period holds its ring, which then
 * waits for one of its own: two rounds.
 *
 * Context: module exit; nobody asks for rings any more.
 */
void hr_rings_exit(void)
{
	unregister_pernet_subsys(&hr_net_ops);
	rcu_barrier();
	flush_workqueue(hr_wq);
	rcu_barrier();
	destroy_workqueue(hr_wq);
}
