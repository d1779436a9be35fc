/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Placement: which points a node holds. A policy is a small ops struct in a
 * file of its own; tables do not care which one made their points.
 */
#ifndef HASHRING_CORE_PLACE_H
#define HASHRING_CORE_PLACE_H

#include "key.h"
#include "node.h"

enum hr_placement {
	HR_PLACE_HASH,
	HR_PLACE_EXPLICIT,
	HR_PLACE_BALANCED,
};

#define HR_DEFAULT_POINTS	160	/* for a unit of weight */
#define HR_DEFAULT_GRID		65536
#define HR_MIN_GRID		1024

/**
 * struct hr_point - a position that a node holds
 * @pos: the position, the last one of its arc
 * @slot: the node's slot
 */
struct hr_point {
	u32 pos;
	u32 slot;
};

struct hr_config;

/**
 * struct hr_place_ops - a placement policy
 * @name: as users write it
 * @takes_points: whether nodes come with points of their own
 * @count: number of points an active node holds, 0 to beyond the limit (the
 *	caller checks)
 * @fill: writes those points, in any order
 */
struct hr_place_ops {
	const char *name;
	bool takes_points;
	u64 (*count)(const struct hr_config *cfg, const struct hr_node *node);
	void (*fill)(const struct hr_config *cfg, const struct hr_node *node,
		     struct hr_point *points);
};

/**
 * struct hr_config - what is fixed at a ring's birth
 * @place: the placement policy
 * @points: with hashed placement: points for each @per units of weight, 1 to
 *	HR_MAX_POINTS
 * @per: see @points; 1 to HR_MAX_WEIGHT
 * @grid: with balanced placement: number of cells, a power of two, HR_MIN_GRID
 *	to HR_MAX_GRID; else 0
 * @seed: what @keys derive from
 * @keys: for points, keys and flows
 */
struct hr_config {
	const struct hr_place_ops *place;
	u32 points;
	u32 per;
	u32 grid;
	u8 seed[HR_SEED_LEN];
	struct hr_keys keys;
};

extern const struct hr_place_ops hr_place_hash;
extern const struct hr_place_ops hr_place_explicit;

/* The policy of &enum hr_placement, or NULL. */
const struct hr_place_ops *hr_place_by_kind(u32 kind);
u32 hr_place_kind(const struct hr_place_ops *ops);

#endif
