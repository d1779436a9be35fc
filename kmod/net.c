// SPDX-License-Identifier: GPL-2.0-only
/*
 * Creation and removal of rings, and the state of a namespace.
 *
 * A ring is removed in two phases. hr_ring_remove_locked() takes the ring off the list
 * and stops its writers. The last hr_ring_put() frees the ring a grace period later,
 * because packets may still use the ring.
 */
#include <linux/rculist.h>
#include <linux/slab.h>
#include <net/net_namespace.h>

#include "core/table_build.h"
#include "extack.h"
#include "migrate/migration.h"
#include "net.h"
#include "ring/backend.h"
#include "ring/notify.h"

static void ring_work(struct work_struct *work)
{
	struct hr_ring *ring = container_of(to_rcu_work(work), struct hr_ring,
					    work);
	struct hr_ring_view *view;

	view = rcu_dereference_protected(ring->view,
					 !refcount_read(&ring->refs));
	hr_view_free(view);
	hr_migrate_log_release(&ring->migrate_log);
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
	spin_lock_init(&ring->info_lock);
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
	hr_table_put(table, &hr_backend_ops);
err_free_ring:
	kfree(ring);
	return NULL;
}

/**
 * hr_ring_create_locked() - make an empty ring, generation 0
 * @net: the namespace
 * @name: see hr_name_check()
 * @config: checked by the caller
 * @settings: checked by the caller
 * @extack: for the reason
 *
 * Context: hr_net.lock is held. May sleep.
 * Return: the ring, valid until the lock is released, or -EINVAL (bad name),
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
		return ERR_PTR(hr_extack_as(extack, NULL, -EINVAL, wrong, "%s",
					    wrong));
	list_for_each_entry(ring, &hn->rings, list) {
		int order = strcmp(ring->name, name);

		if (!order)
			return ERR_PTR(hr_extack(extack, NULL, -EEXIST,
						 "ring exists already", ": %s",
						 hr_name_shown(name)));
		if (order > 0) {
			before = &ring->list;
			break;
		}
	}
	if (hn->nr_rings >= HR_MAX_RINGS)
		return ERR_PTR(hr_extack(extack, NULL, -E2BIG,
					 "too many rings", ": %u already",
					 hn->nr_rings));

	ring = ring_alloc(config, settings);
	if (!ring)
		return ERR_PTR(-ENOMEM);
	strscpy(ring->name, name, sizeof(ring->name));
	ring->net = net;

	/* No change of the ring is told before the ring is. */
	mutex_lock(&ring->lock);
	list_add_tail_rcu(&ring->list, before);
	hn->nr_rings++;
	WRITE_ONCE(hn->rings_seq, hn->rings_seq + 1);
	hr_ring_notify(ring, HASHRING_EVENT_ADDED, &(struct hashring_note){ });
	mutex_unlock(&ring->lock);
	return ring;
}

static void ring_unlist_locked(struct hr_net *hn, struct hr_ring *ring)
{
	lockdep_assert_held(&hn->lock);

	list_del_rcu(&ring->list);
	hn->nr_rings--;
	WRITE_ONCE(hn->rings_seq, hn->rings_seq + 1);

	/* A change under way ends first. No change begins afterwards. */
	mutex_lock(&ring->lock);
	WRITE_ONCE(ring->dead, true);
	smp_mb();	/* pairs with hr_ring_try_lock() */
	hr_migrate_drop_locked(ring);
	mutex_unlock(&ring->lock);
	hr_ring_notify(ring, HASHRING_EVENT_REMOVED, &(struct hashring_note){ });
	hr_ring_put(ring);
}

/**
 * hr_ring_remove_locked() - take a ring out of its namespace
 * @net: the namespace
 * @ring: a ring of this namespace
 * @extack: for the reason
 *
 * Context: hr_net.lock is held. Sleeps while a change of the ring is under way.
 * Return: 0; -ENOENT (removed before); -EBUSY (the ring has attachments).
 */
int hr_ring_remove_locked(struct net *net, struct hr_ring *ring,
			  struct netlink_ext_ack *extack)
{
	struct hr_net *hn = hr_net(net);

	lockdep_assert_held(&hn->lock);

	if (ring->dead)
		return hr_extack(extack, NULL, -ENOENT, "no such ring", ": %s",
				 hr_name_shown(ring->name));
	if (ring->attachments)
		return hr_extack(extack, NULL, -EBUSY,
				 "ring has attachments", ": %s has %u",
				 hr_name_shown(ring->name), ring->attachments);
	ring_unlist_locked(hn, ring);
	return 0;
}

static int __net_init hr_net_init(struct net *net)
{
	struct hr_net *hn = hr_net(net);

	mutex_init(&hn->lock);
	spin_lock_init(&hn->lease_lock);
	INIT_LIST_HEAD(&hn->leases);
	INIT_LIST_HEAD(&hn->rings);
	INIT_LIST_HEAD(&hn->attachments);
	hr_netdev_net_init(&hn->netdev);
	return 0;
}

static void __net_exit hr_net_exit(struct net *net)
{
	struct hr_net *hn = hr_net(net);
	struct hr_ring *ring, *next;

	hr_netdev_net_exit(&hn->netdev);
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
 * A retired view that waits for its grace period has a reference to its ring. The ring
 * then waits for a grace period of its own. Hence the two barriers.
 *
 * Context: module exit; no command and no packet uses rings any more.
 */
void hr_rings_exit(void)
{
	unregister_pernet_subsys(&hr_net_ops);
	rcu_barrier();
	flush_workqueue(hr_wq);
	rcu_barrier();
	destroy_workqueue(hr_wq);
}
