// SPDX-License-Identifier: GPL-2.0-only
/*
 * A device that goes: cached routes let go of it.
 *
 * The kernel takes the devices away from routes that are in use. An IPv4 route
 * holds nothing else. But an IPv6 route to a neighbour of its own
 * (FLOWI_FLAG_KNOWN_NH) also holds the entry of the routing table that it was
 * made from, and that entry holds its device: the one of the next hop, which
 * is also the one of rt6i_idev. dst.dev may be another: the loopback device, or
 * a VRF. An entry with a nexthop object holds that, and with it all the devices
 * that the object has now, or has in its group. A cached route that no packet
 * replaces would keep these devices for ever, and with them the namespace.
 *
 * So all IPv6 routes of a namespace are dropped when a device goes that one of
 * them may hold. Each route also gives its entry back, because a packet that waits
 * in a queue may hold the route, too. No CPU has to help, so that it does not matter which are
 * online. A device that no route holds costs one look into hr_unplug.devices.
 *
 * The kernel tells of a device under the lock of all devices of all namespaces,
 * and a user may have many nodes: so the work is done later, without that lock.
 * Only the device waits for it.
 *
 * Two things tell what a namespace has cached: hr_unplug.routes which nodes,
 * hr_unplug.devices which devices. Neither is written for each packet:
 * hr_unplug_watch() looks first. What makes that safe is the order. A packet
 * stores the route, then looks at both; hr_unplug_drop() takes from both, then
 * takes the routes. xchg() of the route is a full barrier on each side, so a
 * packet that finds itself known is seen, or its route is.
 */
#include <linux/netdevice.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <net/if_inet6.h>
#include <net/ip6_fib.h>

#include "backend.h"
#include "netdev.h"
#include "ring.h"

/*
 * Guards hr_unplug.routes and hr_routes.list of all namespaces. Not one for
 * each: a node's routes may outlive the namespace.
 */
static DEFINE_SPINLOCK(hr_unplug_lock);

/* Return: whether it is marked; if not, there is no memory. */
static bool hr_unplug_mark(struct hr_unplug *unplug, int ifindex)
{
	return xa_load(&unplug->devices, ifindex) ||
	       !xa_err(xa_store_bh(&unplug->devices, ifindex, xa_mk_value(1),
				   GFP_ATOMIC | __GFP_NOWARN));
}

/**
 * hr_unplug_watch() - a CPU has cached an IPv6 route
 * @net: where
 * @routes: the node's; the route is in its place
 * @rt: the route
 *
 * Context: bottom halves disabled, under rcu_read_lock() since before the
 * lookup: so a device that the route holds is not yet being unregistered, or
 * whoever does that still waits for this packet before it tells of it.
 */
void hr_unplug_watch(struct net *net, struct hr_routes *routes,
		     const struct rt6_info *rt)
{
	const struct fib6_info *entry = rcu_dereference(rt->from);
	const struct inet6_dev *idev = READ_ONCE(rt->rt6i_idev);
	struct hr_unplug *unplug = &hr_net(net)->unplug;

	/* listed before marked, as hr_unplug_drop() goes the other way round */
	if (list_empty(&routes->list)) {
		spin_lock(&hr_unplug_lock);
		if (list_empty(&routes->list))
			list_add(&routes->list, &unplug->routes);
		spin_unlock(&hr_unplug_lock);
	}

	/*
	 * A nexthop object may get other devices. Without rt6i_idev the device
	 * has just lost IPv6: which one, nobody says.
	 */
	if ((entry && entry->nh) || !idev ||
	    !hr_unplug_mark(unplug, idev->dev->ifindex))
		WRITE_ONCE(unplug->any, true);
}

/* Under the lock, so that whoever finds a list empty finds the routes gone. */
static void hr_unplug_routes_locked(struct hr_routes *routes)
{
	int cpu;

	lockdep_assert_held(&hr_unplug_lock);

	list_del_init(&routes->list);
	for_each_possible_cpu(cpu) {
		struct hr_routes_cpu *c = per_cpu_ptr(routes->cpu, cpu);

		hr_route6_drop(unrcu_pointer(xchg(&c->route6, NULL)));
	}
}

/**
 * hr_unplug_forget() - drop a node's IPv6 routes, for good
 * @routes: the node's, which no packet uses any more
 *
 * Context: process.
 */
void hr_unplug_forget(struct hr_routes *routes)
{
	spin_lock_bh(&hr_unplug_lock);
	hr_unplug_routes_locked(routes);
	spin_unlock_bh(&hr_unplug_lock);
}

static void hr_unplug_drop(struct hr_unplug *unplug)
{
	struct hr_routes *routes;
	LIST_HEAD(todo);

	WRITE_ONCE(unplug->any, false);
	xa_destroy(&unplug->devices);

	/* packets may bring new ones as fast as these go */
	spin_lock_bh(&hr_unplug_lock);
	list_splice_init(&unplug->routes, &todo);
	while ((routes = list_first_entry_or_null(&todo, struct hr_routes,
						  list))) {
		hr_unplug_routes_locked(routes);
		spin_unlock_bh(&hr_unplug_lock);
		cond_resched();
		spin_lock_bh(&hr_unplug_lock);
	}
	spin_unlock_bh(&hr_unplug_lock);
}

static void hr_unplug_work(struct work_struct *work)
{
	hr_unplug_drop(container_of(work, struct hr_unplug, work));
}

/*
 * The device was closed before, which took its routes out of the tables, and a
 * grace period has passed since: no packet that found one is under way.
 */
static int hr_unplug_event(struct notifier_block *block, unsigned long event,
			   void *info)
{
	struct net_device *dev = netdev_notifier_info_to_dev(info);
	struct hr_unplug *unplug = &hr_net(dev_net(dev))->unplug;

	if (event == NETDEV_UNREGISTER &&
	    (READ_ONCE(unplug->any) ||
	     xa_load(&unplug->devices, dev->ifindex)))
		queue_work(hr_wq, &unplug->work);
	return NOTIFY_DONE;
}

static struct notifier_block hr_unplug_block = {
	.notifier_call	= hr_unplug_event,
	.priority	= -1,
};

/**
 * hr_unplug_net_init() - no device is in use
 * @unplug: the namespace's
 *
 * Context: process.
 */
void hr_unplug_net_init(struct hr_unplug *unplug)
{
	INIT_WORK(&unplug->work, hr_unplug_work);
	INIT_LIST_HEAD(&unplug->routes);
	xa_init_flags(&unplug->devices, XA_FLAGS_LOCK_BH);
}

/**
 * hr_unplug_net_exit() - drop what is cached in a namespace that goes
 * @unplug: the namespace's, in which no packet is steered any more
 *
 * A ring, and its nodes' routes, may be used for longer than the namespace is
 * there, but not what IPv6 has in the namespace, which releasing a route needs.
 *
 * Context: process, sleeps; the devices have gone, or hr_unplug_exit() was
 * called: there will be no more work.
 */
void hr_unplug_net_exit(struct hr_unplug *unplug)
{
	cancel_work_sync(&unplug->work);
	hr_unplug_drop(unplug);
}

/**
 * hr_unplug_init() - look out for devices that go
 *
 * Context: module init, when there may be rings.
 * Return: 0 or an error.
 */
int hr_unplug_init(void)
{
	return register_netdevice_notifier(&hr_unplug_block);
}

/**
 * hr_unplug_exit() - undo hr_unplug_init()
 *
 * Context: module exit, before namespaces lose their rings.
 */
void hr_unplug_exit(void)
{
	unregister_netdevice_notifier(&hr_unplug_block);
}
