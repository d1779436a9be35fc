// SPDX-License-Identifier: GPL-2.0-only
/*
 * A device that goes: cached routes let go of it.
 *
 * The kernel takes the devices away from routes that are in use, but an IPv6
 * route to a neighbour of its own (FLOWI_FLAG_KNOWN_NH) also keeps the entry
 * of the routing table that it was made from, and that entry the device. The
 * route is dropped by the next packet that finds it out of date, on that
 * packet's CPU; where none comes, the device could never go, nor a namespace.
 *
 * A cache is its CPU's own, bottom halves off: so every CPU drops its part. One
 * that is offline does not; the kernel asks again every second while a device
 * waits, so that it is done when the CPU is back.
 *
 * The kernel tells of a device under the lock of all devices of all namespaces,
 * and a user may have many nodes: so the work is done later, without that lock.
 * Only the device waits for it, and only if a route holds it.
 */
#include <linux/bottom_half.h>
#include <linux/cpu.h>
#include <linux/netdevice.h>
#include <linux/sched.h>
#include <linux/workqueue.h>
#include <net/dst_cache.h>

#include "member.h"
#include "ring.h"
#include "unplug.h"

static void hr_unplug_cache(struct dst_cache *cache)
{
	/* outdated first, the cache is empty for whoever asks */
	dst_cache_reset(cache);
	local_bh_disable();
	dst_release(dst_cache_get(cache));
	local_bh_enable();
}

static void hr_unplug_ring(struct hr_ring *ring)
{
	struct hr_ring_view *view = hr_ring_pin(ring);
	const struct hr_table *table = view->core.table;
	u32 i;

	/* by slot: those that are leaving are still sent to */
	for (i = 0; i < table->nr_slots; i++) {
		struct hr_routes *routes = table->nodes[i] ?
			hr_member(table->nodes[i])->routes : NULL;

		if (routes) {
			hr_unplug_cache(&routes->route4);
			hr_unplug_cache(&routes->route6);
		}
		cond_resched();
	}
	hr_ring_unpin(view);
}

static long hr_unplug_cpu(void *arg)
{
	struct net *net = arg;
	struct hr_ring *ring;
	u32 n;

	for (n = 0; (ring = hr_ring_get_nth(net, n)); n++) {
		hr_unplug_ring(ring);
		hr_ring_put(ring);
	}
	return 0;
}

/**
 * hr_unplug_work() - let go of devices that have gone
 * @work: hr_net.unplug; hr_net_exit() waits for it
 */
void hr_unplug_work(struct work_struct *work)
{
	struct hr_net *hn = container_of(work, struct hr_net, unplug);
	int cpu;

	cpus_read_lock();
	for_each_online_cpu(cpu)
		work_on_cpu(cpu, hr_unplug_cpu, hn->net);
	cpus_read_unlock();
}

static int hr_unplug_event(struct notifier_block *block, unsigned long event,
			   void *info)
{
	struct net *net = dev_net(netdev_notifier_info_to_dev(info));
	struct hr_net *hn = hr_net(net);

	/* the routing tables were told before: they lead there no more */
	if (event == NETDEV_UNREGISTER && READ_ONCE(hn->nr_rings))
		queue_work(hr_wq, &hn->unplug);
	return NOTIFY_DONE;
}

static struct notifier_block hr_unplug_block = {
	.notifier_call	= hr_unplug_event,
	.priority	= -1,
};

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
