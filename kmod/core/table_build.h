/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How a table is made: its points by one merge of unchanged and new points;
 * then index and shares, copied and patched if the change is small, else made
 * anew in one sweep. O(points) either way.
 */
#ifndef HASHRING_CORE_TABLE_BUILD_H
#define HASHRING_CORE_TABLE_BUILD_H

#include "table.h"

/**
 * struct hr_build - the parts of a new table
 * @base: the table before, which stays as it is
 * @next: the table in the making, with its members, without points, index and
 *	shares
 * @remap: by slot of @base: the slot in @next that takes over its points, or
 *	HR_NO_SLOT when they go; NULL when all stay as they are
 * @run: new points, those of a lower seat first; sorted meanwhile
 * @nr_run: number of @run
 * @nr_points: number of points in the new table
 * @nr_changed: number of points that come, go or change their slot
 * @grid: number of cells if all points end cells, or 0
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
int hr_table_list_leaving(struct hr_table *t, gfp_t gfp);
int hr_build(const struct hr_build *build, gfp_t gfp);
int hr_build_of(struct hr_table *t, struct hr_point *points, u32 nr_points,
		u32 grid, gfp_t gfp);

#endif
