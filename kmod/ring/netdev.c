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
 * online. A device that no route holds costs one look into hr_netdev.devices.
 *
 * The kernel tells of a device under the lock of all devices of all namespaces,
 * and a user may have many nodes: so the work is done later, without that lock.
 * Only the device waits for it.
 *
 * Two things tell what a namespace has cached: hr_netdev.routes which nodes,
 * hr_netdev.devices which devices. Neither is written for each packet:
 * hr_netdev_watch() looks first. What makes that safe is the order. A packet
 * stores the route, then looks at both; hr_netdev_drop() takes from both, then
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
 * Guards hr_netdev.routes and hr_routes.list of all namespaces. Not one for
 * each: a node's routes may outlive the namespace.
 */
static DEFINE_SPINLOCK(hr_netdev_lock);

/* Return: whether it is marked; if not, there is no memory. */
static bool hr_netdev_mark(struct hr_netdev *netdev, int ifindex)
{
	return xa_load(&netdev->devices, ifindex) ||
	       !xa_err(xa_store_bh(&netdev->devices, ifindex, xa_mk_value(1),
				   GFP_ATOMIC | __GFP_NOWARN));
}

/**
 * hr_netdev_watch() - a CPU has cached an IPv6 route
 * @net: where
 * @routes: the node's; the route is in its place
 * @rt: the route
 *
 * Context: bottom halves disabled, under rcu_read_lock() since before the
 * lookup: so a device that the route holds is not yet being unregistered, or
 * whoever does that still waits for this packet before it tells of it.
 */
void hr_netdev_watch(struct net *net, struct hr_routes *routes,
		     const struct rt6_info *rt)
{
	const struct fib6_info *entry = rcu_dereference(rt->from);
	const struct inet6_dev *idev = READ_ONCE(rt->rt6i_idev);
	struct hr_netdev *netdev = &hr_net(net)->netdev;

	/* listed before marked, as hr_netdev_drop() goes the other way round */
	if (list_empty(&routes->list)) {
		spin_lock(&hr_netdev_lock);
		if (list_empty(&routes->list))
			list_add(&routes->list, &netdev->routes);
		spin_unlock(&hr_netdev_lock);
	}

	/*
	 * A nexthop object may get other devices. Without rt6i_idev the device
	 * has just lost IPv6, and its number is not known.
	 */
	if ((entry && entry->nh) || !idev ||
	    !hr_netdev_mark(netdev, idev->dev->ifindex))
		WRITE_ONCE(netdev->any, true);
}

/* Under the lock, so that whoever finds a list empty finds the routes gone. */
static void hr_netdev_routes_locked(struct hr_routes *routes)
{
	int cpu;

	lockdep_assert_held(&hr_netdev_lock);

	list_del_init(&routes->list);
	for_each_possible_cpu(cpu) {
		struct hr_routes_cpu *c = per_cpu_ptr(routes->cpu, cpu);

		hr_route6_drop(unrcu_pointer(xchg(&c->route6, NULL)));
	}
}

/**
 * hr_netdev_forget() - drop a node's IPv6 routes, for good
 * @routes: the node's, which no packet uses any more
 *
 * Context: process.
 */
void hr_netdev_forget(struct hr_routes *routes)
{
	spin_lock_bh(&hr_netdev_lock);
	hr_netdev_routes_locked(routes);
	spin_unlock_bh(&hr_netdev_lock);
}

static void hr_netdev_drop(struct hr_netdev *netdev)
{
	struct hr_routes *routes;
	LIST_HEAD(todo);

	WRITE_ONCE(netdev->any, false);
	xa_destroy(&netdev->devices);

	/* packets may bring new ones as fast as these go */
	spin_lock_bh(&hr_netdev_lock);
	list_splice_init(&netdev->routes, &todo);
	while ((routes = list_first_entry_or_null(&todo, struct hr_routes,
						  list))) {
		hr_netdev_routes_locked(routes);
		spin_unlock_bh(&hr_netdev_lock);
		cond_resched();
		spin_lock_bh(&hr_netdev_lock);
	}
	spin_unlock_bh(&hr_netdev_lock);
}

static void hr_netdev_work(struct work_struct *work)
{
	hr_netdev_drop(container_of(work, struct hr_netdev, work));
}

/*
 * The device was closed before, which took its routes out of the tables, and a
 * grace period has passed since: no packet that found one is under way.
 */
static int hr_netdev_event(struct notifier_block *block, unsigned long event,
			   void *info)
{
	struct net_device *dev = netdev_notifier_info_to_dev(info);
	struct hr_netdev *netdev = &hr_net(dev_net(dev))->netdev;

	if (event == NETDEV_UNREGISTER &&
	    (READ_ONCE(netdev->any) || xa_load(&netdev->devices, dev->ifindex)))
		queue_work(hr_wq, &netdev->work);
	return NOTIFY_DONE;
}

static struct notifier_block hr_netdev_block = {
	.notifier_call = hr_netdev_event,
	.priority = -1,
};

/**
 * hr_netdev_net_init() - no device is in use
 * @netdev: the namespace's
 *
 * Context: process.
 */
void hr_netdev_net_init(struct hr_netdev *netdev)
{
	INIT_WORK(&netdev->work, hr_netdev_work);
	INIT_LIST_HEAD(&netdev->routes);
	xa_init_flags(&netdev->devices, XA_FLAGS_LOCK_BH);
}

/**
 * hr_netdev_net_exit() - drop what is cached in a namespace that goes
 * @netdev: the namespace's, in which no packet is steered any more
 *
 * A ring, and its nodes' routes, may be used for longer than the namespace is
 * there, but not what IPv6 has in the namespace, which releasing a route needs.
 *
 * Context: process, sleeps; the devices have gone, or hr_netdev_exit() was
 * called: there will be no more work.
 */
void hr_netdev_net_exit(struct hr_netdev *netdev)
{
	cancel_work_sync(&netdev->work);
	hr_netdev_drop(netdev);
}

/**
 * hr_netdev_init() - look out for devices that go
 *
 * Context: module init, when there may be rings.
 * Return: 0 or an error.
 */
int hr_netdev_init(void)
{
	return register_netdevice_notifier(&hr_netdev_block);
}

/**
 * hr_netdev_exit() - undo hr_netdev_init()
 *
 * Context: module exit, before namespaces lose their rings.
 */
void hr_netdev_exit(void)
{
	unregister_netdevice_notifier(&hr_netdev_block);
}
