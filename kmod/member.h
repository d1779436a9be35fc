/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A member: the kernel's node, the core's one with counters, a deadline and
 * routes. A version of a node is immutable; what packets change hangs off it,
 * per CPU.
 */
#ifndef HASHRING_MEMBER_H
#define HASHRING_MEMBER_H

#include <linux/u64_stats_sync.h>
#include <net/dst_cache.h>

#include "core/node.h"

/* One CPU's count of what was steered to a node; bottom halves off. */
struct hr_member_cpu {
	u64_stats_t packets;
	u64_stats_t bytes;
	struct u64_stats_sync syncp;
};

/**
 * struct hr_shared - what all versions of a node share
 * @refs: one for each version
 * @expired: established flows must have left: those that have not go where
 *	their arcs go; READ_ONCE(), WRITE_ONCE()
 * @deadline: when that is to be, in jiffies64; 0: never
 * @cpu: counters, per CPU
 */
struct hr_shared {
	refcount_t refs;
	bool expired;
	u64 deadline;
	struct hr_member_cpu __percpu *cpu;
};

/**
 * struct hr_routes - the way to a node's own addresses
 * @refs: one for each version that has these addresses
 * @via: the addresses
 * @route4: cached route to via.addr4, per CPU; there if via.has4
 * @route6: as @route4
 */
struct hr_routes {
	refcount_t refs;
	struct hr_via via;
	struct dst_cache route4;
	struct dst_cache route6;
};

/**
 * struct hr_member - a version of a node
 * @node: the core's part
 * @shared: outlives the version; a replacing node starts its own
 * @routes: there if the node has addresses; outlive the version as long as
 *	these stay, so that a node can be taken down without new memory per CPU,
 *	which there is no way to insist on
 *
 * The core makes a node first and fills its addresses in after, so that the
 * routes are settled by hr_member_prepare() before the node is published.
 */
struct hr_member {
	struct hr_node node;
	struct hr_shared *shared;
	struct hr_routes *routes;
};

static inline struct hr_member *hr_member(struct hr_node *node)
{
	return container_of(node, struct hr_member, node);
}

extern const struct hr_node_ops hr_member_ops;

int hr_member_prepare(struct hr_member *member, gfp_t gfp);
void hr_member_read(const struct hr_member *member, u64 *packets, u64 *bytes);

/**
 * hr_member_count() - count packets steered to a node
 * @member: the node
 * @packets: segments, not frames
 * @bytes: all of them
 *
 * Context: softirq, or bottom halves disabled.
 */
static inline void hr_member_count(struct hr_member *member, u64 packets,
				   u64 bytes)
{
	struct hr_member_cpu *cpu = this_cpu_ptr(member->shared->cpu);

	u64_stats_update_begin(&cpu->syncp);
	u64_stats_add(&cpu->packets, packets);
	u64_stats_add(&cpu->bytes, bytes);
	u64_stats_update_end(&cpu->syncp);
}

#endif
