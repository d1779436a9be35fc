/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Placement: which points a node holds. A policy is a small ops struct in a
 * file of its own; tables do not depend on it.
 */
#ifndef HASHRING_CORE_PLACE_H
#define HASHRING_CORE_PLACE_H

#include <uapi/linux/hashring.h>

#include "node.h"

/**
 * struct hr_point - a position that a node holds
 * @pos: the position, the last one of its arc
 * @slot: the node's slot
 */
struct hr_point {
	u32 pos;
	u32 slot;
};

struct hr_build;
struct hr_config;
struct hr_draft;
struct hr_table;

/**
 * struct hr_place_ops - a placement policy
 * @name: its name for users
 * @takes_points: whether nodes come with points of their own
 * @takes_cells: whether nodes share out a grid, see &struct hr_config
 * @count: number of points of an active node, 0 to beyond the limit (the caller
 *	checks)
 * @fill: writes those points, in any order
 * @lay: lays the points of a change: hr_place_points(), if @count and @fill
 *	place each node by itself, or else hr_place_grid()
 */
struct hr_place_ops {
	const char *name;
	bool takes_points;
	bool takes_cells;
	u64 (*count)(const struct hr_config *cfg, const struct hr_node *node);
	void (*fill)(const struct hr_config *cfg, const struct hr_node *node,
		     struct hr_point *points);
	int (*lay)(struct hr_draft *c, const struct hr_table *next,
		   struct hr_build *b);
};

extern const struct hr_place_ops hr_place_hash;
extern const struct hr_place_ops hr_place_explicit;
extern const struct hr_place_ops hr_place_balanced;

int hr_place_points(struct hr_draft *c, const struct hr_table *next,
		    struct hr_build *b);
int hr_place_grid(struct hr_draft *c, const struct hr_table *next,
		  struct hr_build *b);

/* The policy of &enum hashring_placement, or NULL. */
const struct hr_place_ops *hr_place_by_kind(u32 kind);
u32 hr_place_kind(const struct hr_place_ops *ops);

#endif
