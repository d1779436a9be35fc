/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Devices that go, and the cached routes that lead over them.
 */
#ifndef HASHRING_RING_NETDEV_H
#define HASHRING_RING_NETDEV_H

#include <linux/list.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

struct hr_routes;
struct net;
struct rt6_info;

/**
 * struct hr_netdev - the devices that a namespace's cached IPv6 routes may hold
 * @work: drops all cached IPv6 routes
 * @routes: &struct hr_routes with cached IPv6 routes, under the lock in netdev.c
 * @devices: numbers of the devices that these routes may hold
 * @any: @devices may lack a device, so any device counts; READ_ONCE(), WRITE_ONCE()
 */
struct hr_netdev {
	struct work_struct work;
	struct list_head routes;
	struct xarray devices;
	bool any;
};

void hr_netdev_watch(struct net *net, struct hr_routes *routes,
		     const struct rt6_info *rt);
void hr_netdev_forget(struct hr_routes *routes);

void hr_netdev_net_init(struct hr_netdev *netdev);
void hr_netdev_net_exit(struct hr_netdev *netdev);
int hr_netdev_init(void);
void hr_netdev_exit(void);

#endif
