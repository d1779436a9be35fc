/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The reference: what a ring is, said again as plainly as can be, in other
 * words than the core's. It searches all points for each answer. It has room for
 * one caller at a time.
 */
#ifndef HASHRING_KUNIT_REF_H
#define HASHRING_KUNIT_REF_H

#include "core/change.h"

#define REF_NODES	24
#define REF_POINTS	64
#define REF_BOUNDS	(2 * REF_NODES * REF_POINTS + 2)

/* Narrow rings, where points of many nodes share a position. */
enum ref_squeeze {
	REF_WIDE,	/* not squeezed */
	REF_LOW,	/* positions 0 to 255 */
	REF_HIGH,	/* 256 positions all round, 0 one of them */
	REF_TOP,	/* 16 positions, 2^32 - 1 one of them */
	REF_ONE,	/* one position */
	REF_SQUEEZES
};

/* hr_place_hash with the positions squeezed. */
extern const struct hr_place_ops ref_place[REF_SQUEEZES];

struct ref_node {
	char name[HR_MAX_NAME + 1];
	char seat[HR_MAX_NAME + 1];
	u32 id;
	u32 weight;
	u8 state;
	u32 nr_points;
	u32 points[REF_POINTS];
};

struct ref_ring {
	const struct hr_config *cfg;
	u32 n;
	struct ref_node nodes[REF_NODES];
};

/* A piece of the ring (start, end] with its owners in one map or in two. */
struct ref_arc {
	u32 start;
	u32 end;
	const struct ref_node *from;
	const struct ref_node *to;
};

/*
 * What the next ring is; -EINVAL if the change is to be refused, -ENOSPC if the
 * reference has no room for what it leads to.
 */
int ref_apply(const struct ref_ring *before, const struct hr_op *ops, u32 n,
	      u32 id_max, struct ref_ring *after);
const struct ref_node *ref_find(const struct ref_ring *ring, const char *name);
const struct ref_node *ref_owner(const struct ref_ring *ring, u32 pos);

/* The positions of all points of both, ascending, each once. */
u32 ref_bounds(const struct ref_ring *a, const struct ref_ring *b, u32 *bounds);

/* Arcs in ring order from position 0 on, one that wraps last, merged. */
u32 ref_arcs(const struct ref_ring *before, const struct ref_ring *after,
	     struct ref_arc *arcs);
u64 ref_arc_share(const struct ref_arc *arc);
u64 ref_share(const struct ref_ring *ring, const char *name);
u64 ref_ideal(const struct ref_ring *before, const struct ref_ring *after);

#endif
