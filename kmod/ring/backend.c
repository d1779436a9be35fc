// SPDX-License-Identifier: GPL-2.0-only
/*
 * Backends: a node's counters, cached routes and deadline.
 */
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <net/ip6_fib.h>

#include "backend.h"
#include "core/table.h"
#include "netdev.h"

static struct hr_shared *shared_alloc(gfp_t gfp)
{
	struct hr_shared *shared;
	int cpu;

	shared = kzalloc(sizeof(*shared), gfp);
	if (!shared)
		return NULL;
	shared->cpu = alloc_percpu_gfp(struct hr_backend_cpu, gfp);
	if (!shared->cpu) {
		kfree(shared);
		return NULL;
	}
	for_each_possible_cpu(cpu)
		u64_stats_init(&per_cpu_ptr(shared->cpu, cpu)->syncp);
	refcount_set(&shared->refs, 1);
	return shared;
}

static void shared_put(struct hr_shared *shared)
{
	if (!shared || !refcount_dec_and_test(&shared->refs))
		return;
	free_percpu(shared->cpu);
	kfree(shared);
}

static void routes_put(struct hr_routes *routes)
{
	int cpu;

	if (!routes || !refcount_dec_and_test(&routes->refs))
		return;
	hr_netdev_forget(routes);
	for_each_possible_cpu(cpu)
		dst_release(rcu_access_pointer(per_cpu_ptr(routes->cpu,
							   cpu)->route4));
	free_percpu(routes->cpu);
	kfree(routes);
}

static struct hr_routes *routes_alloc(const struct hr_via *via, gfp_t gfp)
{
	struct hr_routes *routes;

	routes = kzalloc(sizeof(*routes), gfp);
	if (!routes)
		return NULL;
	routes->cpu = alloc_percpu_gfp(struct hr_routes_cpu, gfp);
	if (!routes->cpu) {
		kfree(routes);
		return NULL;
	}
	refcount_set(&routes->refs, 1);
	routes->via = *via;
	INIT_LIST_HEAD(&routes->list);
	return routes;
}

/* Store a route with a reference of its own. Return: the old route, with its own. */
static struct dst_entry *route_set(struct dst_entry __rcu **route,
				   struct dst_entry *dst)
{
	dst_hold(dst);
	return unrcu_pointer(xchg(route, RCU_INITIALIZER(dst)));
}

/**
 * hr_route_set4() - cache an IPv4 route to a node, for this CPU
 * @routes: the node's routes
 * @rt: a route to the node's address; the caller keeps its reference
 *
 * Context: as hr_route_get4().
 */
void hr_route_set4(struct hr_routes *routes, struct rtable *rt)
{
	dst_release(route_set(&this_cpu_ptr(routes->cpu)->route4, &rt->dst));
}

/**
 * hr_route_set6() - cache an IPv6 route to a node, for this CPU
 * @net: the namespace
 * @routes: the node's routes
 * @dst: a route to the node's address; the caller keeps its reference
 *
 * Context: as hr_route_get4(), in the read-side section of the lookup.
 */
void hr_route_set6(struct net *net, struct hr_routes *routes,
		   struct dst_entry *dst)
{
	const struct rt6_info *rt = container_of(dst, struct rt6_info, dst);
	struct hr_routes_cpu *cpu = this_cpu_ptr(routes->cpu);

	cpu->cookie6 = rt6_get_cookie(rt);
	hr_route6_drop(route_set(&cpu->route6, dst));
	hr_netdev_watch(net, routes, rt);
}

static struct hr_node *hr_backend_alloc(const struct hr_node *prev, bool same,
					gfp_t gfp)
{
	struct hr_backend *backend;

	backend = kzalloc(sizeof(*backend), gfp);
	if (!backend)
		return NULL;
	if (prev && same) {
		const struct hr_backend *was =
			container_of(prev, struct hr_backend, node);

		backend->shared = was->shared;
		refcount_inc(&backend->shared->refs);
		backend->routes = was->routes;
		if (backend->routes)
			refcount_inc(&backend->routes->refs);
	}
	return &backend->node;
}

/* A table frees many nodes at a time: hence cond_resched(). */
static void hr_backend_free(struct hr_node *node)
{
	struct hr_backend *backend = hr_backend(node);

	cond_resched();
	routes_put(backend->routes);
	shared_put(backend->shared);
	kfree(backend);
}

const struct hr_node_ops hr_backend_ops = {
	.alloc = hr_backend_alloc,
	.free = hr_backend_free,
};

/**
 * hr_backend_prepare() - allocate what packets need of a node
 * @backend: a new version of a node, filled in and not published
 * @gfp: how to allocate
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM. After an error, hr_node_put() frees what was allocated.
 */
int hr_backend_prepare(struct hr_backend *backend, gfp_t gfp)
{
	const struct hr_via *via = &backend->node.attrs.via;

	if (!backend->shared) {
		backend->shared = shared_alloc(gfp);
		if (!backend->shared)
			return -ENOMEM;
	}
	if (backend->routes &&
	    memcmp(&backend->routes->via, via, sizeof(*via))) {
		routes_put(backend->routes);
		backend->routes = NULL;
	}
	if (!backend->routes && (via->has4 || via->has6)) {
		backend->routes = routes_alloc(via, gfp);
		if (!backend->routes)
			return -ENOMEM;
	}
	return 0;
}

/**
 * hr_backends_prepare() - hr_backend_prepare() for each new version of a node
 * @before: the table in force
 * @after: the next one
 * @gfp: how to allocate
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int hr_backends_prepare(const struct hr_table *before,
			const struct hr_table *after, gfp_t gfp)
{
	u32 slot;
	int ret;

	for (slot = 0; slot < after->nr_slots; slot++) {
		struct hr_node *node = after->nodes[slot];

		if (!node || (slot < before->nr_slots &&
			      before->nodes[slot] == node))
			continue;
		ret = hr_backend_prepare(hr_backend(node), gfp);
		if (ret)
			return ret;
		cond_resched();
	}
	return 0;
}

/**
 * hr_backend_read() - read a node's counters
 * @backend: the node
 * @packets: filled in: the sum over all CPUs
 * @bytes: as @packets
 *
 * Context: any.
 */
void hr_backend_read(const struct hr_backend *backend, u64 *packets, u64 *bytes)
{
	int i;

	*packets = 0;
	*bytes = 0;
	for_each_possible_cpu(i) {
		struct hr_backend_cpu *cpu =
			per_cpu_ptr(backend->shared->cpu, i);
		unsigned int start;
		u64 p, b;

		do {
			start = u64_stats_fetch_begin(&cpu->syncp);
			p = u64_stats_read(&cpu->packets);
			b = u64_stats_read(&cpu->bytes);
		} while (u64_stats_fetch_retry(&cpu->syncp, start));
		*packets += p;
		*bytes += b;
	}
}
