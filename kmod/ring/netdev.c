// SPDX-License-Identifier: GPL-2.0-only
/*
 * When a device goes, the cached routes over this device are dropped.
 *
 * The kernel itself replaces the device of a route that is in use. An IPv4 route
 * holds nothing else. But an IPv6 route to a neighbour of its own
 * (FLOWI_FLAG_KNOWN_NH) also holds the entry of the routing table that the route was
 * made from. The entry holds the device of its next hop, which is also the device of
 * rt6i_idev. dst.dev may be another device: the loopback device, or a VRF. An entry
 * with a nexthop object holds the object, and so all devices of the object or of its
 * group. A cached route that no packet replaces would hold these devices for ever,
 * and with the devices the namespace.
 *
 * So all cached IPv6 routes of a namespace are dropped when a device goes that one
 * of these routes may hold. Each route also gives its entry back, because a packet
 * that waits in a queue may hold the route, too. The drop needs no help from other
 * CPUs, so a CPU may be offline. A device that no route holds costs one look-up in
 * hr_netdev.devices.
 *
 * The kernel announces a device under the lock of all devices of all namespaces, and
 * a user may have many nodes. So a work item drops the routes later, without that
 * lock. Only the device waits for the work item.
 *
 * Two sets say what a namespace has cached: hr_netdev.routes has the nodes,
 * hr_netdev.devices has the devices. Few packets write to the sets, because
 * hr_netdev_watch() reads first. The order makes that safe. A packet stores the
 * route, then reads both sets. hr_netdev_drop() empties both sets, then takes the
 * routes. xchg() of the route is a full barrier on each side. So hr_netdev_drop()
 * sees the route of a packet that still finds its node and its device in the sets.
 * Any other packet adds both again.
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
 * Guards hr_netdev.routes and hr_routes.list of all namespaces. There is no lock for
 * each namespace, because a node's routes may outlive the namespace.
 */
static DEFINE_SPINLOCK(hr_netdev_lock);

/* Return: whether the device is in the set; false without memory. */
static bool hr_netdev_mark(struct hr_netdev *netdev, int ifindex)
{
	return xa_load(&netdev->devices, ifindex) ||
	       !xa_err(xa_store_bh(&netdev->devices, ifindex, xa_mk_value(1),
				   GFP_ATOMIC | __GFP_NOWARN));
}

/**
 * hr_netdev_watch() - note an IPv6 route that a CPU has cached
 * @net: the namespace
 * @routes: the node's routes; have @rt already
 * @rt: the route
 *
 * Context: bottom halves disabled, under rcu_read_lock() since before the lookup.
 * So a device that the route holds is not being unregistered yet, or the
 * unregistration waits for this packet before it calls the notifiers.
 */
void hr_netdev_watch(struct net *net, struct hr_routes *routes,
		     const struct rt6_info *rt)
{
	const struct fib6_info *entry = rcu_dereference(rt->from);
	const struct inet6_dev *idev = READ_ONCE(rt->rt6i_idev);
	struct hr_netdev *netdev = &hr_net(net)->netdev;

	/* the node before the device: hr_netdev_drop() empties in the other order */
	if (list_empty(&routes->list)) {
		spin_lock(&hr_netdev_lock);
		if (list_empty(&routes->list))
			list_add(&routes->list, &netdev->routes);
		spin_unlock(&hr_netdev_lock);
	}

	/*
	 * A nexthop object may get other devices. Without rt6i_idev the device
	 * has just lost IPv6, and the number of the device is not known.
	 */
	if ((entry && entry->nh) || !idev ||
	    !hr_netdev_mark(netdev, idev->dev->ifindex))
		WRITE_ONCE(netdev->any, true);
}

/* Under one hold of the lock: routes that are not listed any more are dropped. */
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
 * @routes: the node's routes; no packet uses the node any more
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

	/* spliced: packets may add nodes as fast as this loop takes nodes out */
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
 * The device was closed before, and the close took its routes out of the routing
 * tables. A grace period has passed since then. So no packet that has found such a
 * route is under way.
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
 * hr_netdev_net_init() - begin without cached routes
 * @netdev: state of the namespace
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
 * hr_netdev_net_exit() - drop the cached routes of a namespace that goes
 * @netdev: state of the namespace; no packet is steered there any more
 *
 * A ring and the routes of its nodes may outlive the namespace. The namespace's state
 * of IPv6 does not, and the release of a route needs this state.
 *
 * Context: process; sleeps. The devices have gone, or hr_netdev_exit() was called:
 * no more work is queued.
 */
void hr_netdev_net_exit(struct hr_netdev *netdev)
{
	cancel_work_sync(&netdev->work);
	hr_netdev_drop(netdev);
}

/**
 * hr_netdev_init() - register for devices that go
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
