/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Plans: a change computed in full, for the files that print it.
 */
#ifndef RINGCTL_PLAN_PLAN_H
#define RINGCTL_PLAN_PLAN_H

#include "cli/keys/flows.h"
#include "cli/keys/position.h"
#include "cli/keys/transfer.h"
#include "cli/model/model.h"
#include "cli/print/balance.h"
#include "cli/print/output.h"

/**
 * struct plan - a change that is computed and not carried out
 * @change: the change as requested
 * @ring: the ring before the change
 * @has_seed: whether its seed is known, and so its hashes
 * @has_generation: whether there is @generation: a file may lack it
 * @generation: the generation of @ring
 * @digest: the digest of its map
 * @next: the ring after the change, with the kernel's receipt if there is one
 * @before: balance before
 * @after: balance after
 */
struct plan {
	const struct hashring_change *change;
	struct native_ring ring;
	bool has_seed;
	bool has_generation;
	__u64 generation;
	__u64 digest;
	struct native_change next;
	struct balance before;
	struct balance after;
};

/**
 * struct rivals - what other methods would move for the same change
 * @modulo_before: nodes before, each as often as its weight
 * @modulo_after: nodes after, likewise
 * @split_before: nodes before
 * @split_after: nodes after
 * @modulo: share, hashes modulo the number of nodes
 * @split: share, equal ranges, the largest of which are split
 * @recut: share, ranges cut anew
 */
struct rivals {
	__u64 modulo_before;
	__u64 modulo_after;
	__u32 split_before;
	__u32 split_after;
	__u64 modulo;
	__u64 split;
	__u64 recut;
};

/**
 * struct zone - a moved arc with its neighbours
 * @arc: the arc
 * @share: of the ring
 * @predecessor: the last point after the change that is not behind the arc's
 *	start
 * @successor: the first point behind its end
 * @has_neighbours: whether there are any points after the change
 */
struct zone {
	struct hr_moved_arc arc;
	__u64 share;
	struct hr_point predecessor;
	struct hr_point successor;
	bool has_neighbours;
};

/* make.c; both return an exit status; errors are reported. */
int plan_online(struct plan *p, const struct hashring_change *change);
int plan_migrates(const char *ring, bool *migrates);
int plan_held(const struct hashring_change *change);
int plan_offline(struct plan *p, const char *file,
		 const struct hashring_change *change);
void plan_release(struct plan *p);
const char *plan_name(const struct plan *p, __u32 slot);

/* details.c */
bool zone_next(const struct plan *p, struct hr_walk *walk, struct zone *zone);
__u32 zones_largest(const struct plan *p, struct zone *largest, __u32 room);
int rivals_of(const struct plan *p, struct rivals *r);

/* hint.c: replacements that would spare what moves without need. */

/**
 * struct hint - additions that should be replacements
 * @change: the better change; its operations belong to the hint
 * @nr: number of replacements; 0: no hint
 * @moved: share that would move
 */
struct hint {
	struct hashring_change change;
	__u32 nr;
	__u64 moved;
};

int hint_of(const struct plan *p, struct hint *hint);
void hint_release(struct hint *hint);

/* keys.c: the keys of standard input that move. */
int plan_list_keys(const struct plan *p, bool positions,
		   enum position_hash hash);

/**
 * struct plan_flows - what happens to the flows of the arguments
 * @set: the flows
 * @figures: what happens to them
 */
struct plan_flows {
	struct flow_set set;
	struct flow_figures figures;
};

/* flows.c */
int plan_flows(const struct plan *p, struct args *a, enum position_hash hash,
	       struct plan_flows *flows);
void plan_flows_release(struct plan_flows *flows);
int plan_list_flows(const struct plan *p, const struct plan_flows *flows);

/*
 * print.c, json.c; @t: the data of --keys, @flows: the flows of --flows, or
 * NULL.
 */
int print_plan(const struct plan *p, const struct transfer *t,
	       const struct plan_flows *flows, bool arcs);
int print_plan_json(const struct plan *p, const struct transfer *t,
		    const struct plan_flows *flows, bool arcs);

#endif
