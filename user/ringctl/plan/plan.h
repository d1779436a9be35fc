/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Plans: a change worked out in full, for the files that print it.
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
 * struct plan - a change that is worked out and not carried out
 * @change: what is asked for
 * @ring: the ring as it is
 * @has_seed: its hashes are known
 * @has_generation: whether there is @generation: a file may lack it
 * @generation: of the ring as it is
 * @digest: of its map
 * @next: what becomes of it; with the kernel's own receipt, where it was asked
 * @before: balance as it is
 * @after: and after the change
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
 * @modulo_before: nodes, each as often as it has weight
 * @modulo_after: and after
 * @split_before: nodes
 * @split_after: and after
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
 * @successor: the first one behind its end
 * @has_neighbours: whether there are any points after the change
 */
struct zone {
	struct hr_moved_arc arc;
	__u64 share;
	struct hr_point predecessor;
	struct hr_point successor;
	bool has_neighbours;
};

/* make.c; both return an exit status after telling what is wrong. */
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
 * struct hint - additions that had better be replacements
 * @change: the change as it would be better; its operations are the hint's
 * @nr: how many replacements there are; 0: no hint
 * @moved: share that would move
 */
struct hint {
	struct hashring_change change;
	__u32 nr;
	__u64 moved;
};

int hint_of(const struct plan *p, struct hint *hint);
void hint_release(struct hint *hint);

/* keys.c: which keys of standard input move. */
int plan_list_keys(const struct plan *p, bool positions,
		   enum position_hash hash);

/**
 * struct plan_flows - what becomes of the flows that the arguments name
 * @set: the flows
 * @figures: what becomes of them
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
 * print.c, json.c; @t: what --keys asks for, @flows: what --flows
 * does, or NULL.
 */
int print_plan(const struct plan *p, const struct transfer *t,
	       const struct plan_flows *flows, bool arcs);
int print_plan_json(const struct plan *p, const struct transfer *t,
		    const struct plan_flows *flows, bool arcs);

#endif
