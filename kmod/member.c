// SPDX-License-Identifier: GPL-2.0-only
/*
 * Members: what a node has besides its place on the ring.
 */
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "member.h"

static struct hr_shared *shared_alloc(gfp_t gfp)
{
	struct hr_shared *shared;
	int cpu;

	shared = kzalloc(sizeof(*shared), gfp);
	if (!shared)
		return NULL;
	shared->cpu = alloc_percpu_gfp(struct hr_member_cpu, gfp);
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
	if (!routes || !refcount_dec_and_test(&routes->refs))
		return;
	dst_cache_destroy(&routes->route4);
	dst_cache_destroy(&routes->route6);
	kfree(routes);
}

static struct hr_routes *routes_alloc(const struct hr_via *via, gfp_t gfp)
{
	struct hr_routes *routes;

	routes = kzalloc(sizeof(*routes), gfp);
	if (!routes)
		return NULL;
	refcount_set(&routes->refs, 1);
	routes->via = *via;
	if ((via->has4 && dst_cache_init(&routes->route4, gfp)) ||
	    (via->has6 && dst_cache_init(&routes->route6, gfp))) {
		routes_put(routes);
		return NULL;
	}
	return routes;
}

static struct hr_node *hr_member_alloc(const struct hr_node *prev, bool same,
				       gfp_t gfp)
{
	struct hr_member *member;

	member = kzalloc(sizeof(*member), gfp);
	if (!member)
		return NULL;
	if (prev && same) {
		const struct hr_member *was = container_of(prev,
							   struct hr_member,
							   node);

		member->shared = was->shared;
		refcount_inc(&member->shared->refs);
		member->routes = was->routes;
		if (member->routes)
			refcount_inc(&member->routes->refs);
	}
	return &member->node;
}

/* Tables free many of them at a time. */
static void hr_member_free(struct hr_node *node)
{
	struct hr_member *member = hr_member(node);

	cond_resched();
	routes_put(member->routes);
	shared_put(member->shared);
	kfree(member);
}

const struct hr_node_ops hr_member_ops = {
	.alloc	= hr_member_alloc,
	.free	= hr_member_free,
};

/**
 * hr_member_prepare() - make ready for packets
 * @member: a new version of a node, filled in and not published
 * @gfp: for what it needs
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM; then hr_node_put() frees what was made.
 */
int hr_member_prepare(struct hr_member *member, gfp_t gfp)
{
	const struct hr_via *via = &member->node.via;

	if (!member->shared) {
		member->shared = shared_alloc(gfp);
		if (!member->shared)
			return -ENOMEM;
	}
	if (member->routes && memcmp(&member->routes->via, via, sizeof(*via))) {
		routes_put(member->routes);
		member->routes = NULL;
	}
	if (!member->routes && (via->has4 || via->has6)) {
		member->routes = routes_alloc(via, gfp);
		if (!member->routes)
			return -ENOMEM;
	}
	return 0;
}

/**
 * hr_member_read() - what was counted
 * @member: the node
 * @packets: by all CPUs
 * @bytes: as @packets
 *
 * Context: any.
 */
void hr_member_read(const struct hr_member *member, u64 *packets, u64 *bytes)
{
	int i;

	*packets = 0;
	*bytes = 0;
	for_each_possible_cpu(i) {
		struct hr_member_cpu *cpu = per_cpu_ptr(member->shared->cpu,
							i);
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
