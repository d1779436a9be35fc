/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A backend: the core's node, with the kernel's counters, deadline and cached routes.
 * A version of a node is immutable. What packets change is per CPU, behind pointers.
 */
#ifndef HASHRING_RING_BACKEND_H
#define HASHRING_RING_BACKEND_H

#include <linux/list.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/u64_stats_sync.h>
#include <net/dst.h>
#include <net/ip6_fib.h>
#include <net/route.h>

#include "core/node.h"

struct hr_table;

/* One CPU's counters of packets steered to a node; written with bottom halves off. */
struct hr_backend_cpu {
	u64_stats_t packets;
	u64_stats_t bytes;
	struct u64_stats_sync syncp;
};

/**
 * struct hr_shared - what all versions of a node share
 * @refs: one for each version
 * @expired: the deadline has passed, and established flows follow their arcs;
 *	READ_ONCE(), WRITE_ONCE()
 * @deadline: of established flows, in jiffies64; 0: none
 * @cpu: counters, per CPU
 */
struct hr_shared {
	refcount_t refs;
	bool expired;
	u64 deadline;
	struct hr_backend_cpu __percpu *cpu;
};

/**
 * struct hr_routes_cpu - one CPU's cached routes to a node
 * @route4: route to via.addr4, with a reference; NULL: not cached
 * @route6: route to via.addr6, as @route4
 * @cookie6: tells whether the routing table has changed since @route6 was made
 *
 * A CPU reads and sets its own routes, with bottom halves off. Any CPU may take
 * @route6 away: xchg() hands the reference over. RCU keeps the route's memory for a
 * packet that has just read the pointer.
 */
struct hr_routes_cpu {
	struct dst_entry __rcu *route4;
	struct dst_entry __rcu *route6;
	u32 cookie6;
};

/**
 * struct hr_routes - cached routes to a node's own addresses
 * @refs: one for each version of the node with these addresses
 * @via: the addresses
 * @cpu: cached routes, per CPU
 * @list: in hr_netdev.routes while a CPU may have a route6; see netdev.c
 */
struct hr_routes {
	refcount_t refs;
	struct hr_via via;
	struct hr_routes_cpu __percpu *cpu;
	struct list_head list;
};

/**
 * struct hr_backend - a version of a node
 * @node: the core's node
 * @shared: shared by all versions of the node; a replacing node has its own
 * @routes: shared by versions with the same addresses; NULL without addresses
 *
 * A change that takes a node down keeps @routes, and so needs no memory per CPU:
 * alloc_percpu_gfp() has no __GFP_NOFAIL.
 *
 * The core allocates a node first and fills its addresses in afterwards. Hence
 * hr_backend_prepare() makes @routes, before the node is published.
 */
struct hr_backend {
	struct hr_node node;
	struct hr_shared *shared;
	struct hr_routes *routes;
};

static inline struct hr_backend *hr_backend(struct hr_node *node)
{
	return container_of(node, struct hr_backend, node);
}

extern const struct hr_node_ops hr_backend_ops;

int hr_backend_prepare(struct hr_backend *backend, gfp_t gfp);
int hr_backends_prepare(const struct hr_table *before,
			const struct hr_table *after, gfp_t gfp);
void hr_backend_read(const struct hr_backend *backend, u64 *packets,
		     u64 *bytes);

void hr_route_set4(struct hr_routes *routes, struct rtable *rt);
void hr_route_set6(struct net *net, struct hr_routes *routes,
		   struct dst_entry *dst);

/**
 * hr_route6_disown() - an IPv6 route gives its entry of the routing table back
 * @dst: the route; in no cache but this module's
 *
 * An IPv6 route to a neighbour of its own holds the entry that the route was made
 * from. The entry holds its device, or the devices of a group of nexthops. A packet
 * that waits in a user's queue may hold the route for as long as the user likes.
 * Without its entry the route holds none of these devices. The kernel does the same
 * to the copies of its CPUs (RTF_PCPU) when an entry goes. From then on dst_check() of
 * the route fails, so no packet gets the route out of a cache.
 *
 * Context: any; a packet that reads the entry does so under rcu_read_lock().
 */
static inline void hr_route6_disown(struct dst_entry *dst)
{
	struct rt6_info *rt = container_of(dst, struct rt6_info, dst);

	if (!(rt->rt6i_flags & RTF_PCPU))
		fib6_info_release(unrcu_pointer(xchg(&rt->from, NULL)));
}

/* Release an IPv6 route that was taken out of the cache. */
static inline void hr_route6_drop(struct dst_entry *dst)
{
	if (!dst)
		return;
	hr_route6_disown(dst);
	dst_release(dst);
}

/* The route with a reference, or NULL: no route, or an outdated route. */
static inline struct dst_entry *hr_route_hold(struct dst_entry __rcu **route,
					      u32 cookie)
{
	struct dst_entry *dst = rcu_dereference(*route);

	if (unlikely(!dst || !dst_check(dst, cookie) || !dst_hold_safe(dst)))
		return NULL;
	return dst;
}

/**
 * hr_route_get4() - this CPU's cached IPv4 route to a node
 * @routes: the node's routes
 *
 * Context: softirq, or bottom halves disabled; under rcu_read_lock().
 * Return: the route with a reference, or NULL: then the caller looks a route up,
 * for hr_route_set4().
 */
static inline struct rtable *hr_route_get4(struct hr_routes *routes)
{
	struct hr_routes_cpu *cpu = this_cpu_ptr(routes->cpu);

	/* IPv4's check needs no cookie */
	return (struct rtable *)hr_route_hold(&cpu->route4, 0);
}

/**
 * hr_route_get6() - this CPU's cached IPv6 route to a node
 * @routes: the node's routes
 *
 * Context: as hr_route_get4().
 * Return: as hr_route_get4(), for hr_route_set6().
 */
static inline struct dst_entry *hr_route_get6(struct hr_routes *routes)
{
	struct hr_routes_cpu *cpu = this_cpu_ptr(routes->cpu);

	return hr_route_hold(&cpu->route6, cpu->cookie6);
}

/**
 * hr_backend_count() - count packets steered to a node
 * @backend: the node
 * @packets: segments, not frames
 * @bytes: size of these packets
 *
 * Context: softirq, or bottom halves disabled.
 */
static inline void hr_backend_count(struct hr_backend *backend, u64 packets,
				    u64 bytes)
{
	struct hr_backend_cpu *cpu = this_cpu_ptr(backend->shared->cpu);

	u64_stats_update_begin(&cpu->syncp);
	u64_stats_add(&cpu->packets, packets);
	u64_stats_add(&cpu->bytes, bytes);
	u64_stats_update_end(&cpu->syncp);
}

#endif
