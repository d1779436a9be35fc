/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The making of a table: its points by one merge of what stays with what
 * comes, then index and shares: copied and patched where the table changes
 * little, made anew in one sweep where it changes much. O(points) either way.
 */
#ifndef HASHRING_CORE_TABLE_BUILD_H
#define HASHRING_CORE_TABLE_BUILD_H

#include "table.h"

/**
 * struct hr_build - what a table is made of
 * @base: the table before, which stays as it is
 * @next: the table in the making: its members are in place, points, index and
 *	shares are not
 * @remap: by slot of @base: the slot in @next that takes over its points, or
 *	HR_NO_SLOT when they go; NULL when all stay as they are
 * @run: points that come, those of a lower seat first; sorted by the way
 * @nr_run: number of @run
 * @nr_points: points in the table to be
 * @nr_changed: points that come, go or change their slot
 * @grid: number of cells that all points end, or 0
 */
struct hr_build {
	const struct hr_table *base;
	struct hr_table *next;
	const u32 *remap;
	struct hr_point *run;
	u32 nr_run;
	u32 nr_points;
	u32 nr_changed;
	u32 grid;
};

struct hr_table *hr_table_alloc(u32 nr_slots, u32 nr_nodes, gfp_t gfp);
struct hr_table *hr_table_empty(gfp_t gfp);
int hr_build(const struct hr_build *build, gfp_t gfp);
int hr_build_of(struct hr_table *t, struct hr_point *points, u32 nr_points,
		u32 grid, gfp_t gfp);

#endif
