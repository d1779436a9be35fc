/* SPDX-License-Identifier: GPL-2.0-only */
/* The grid of a balanced ring, whose cells are equal parts of the ring. */
#ifndef HASHRING_CORE_GRID_H
#define HASHRING_CORE_GRID_H

#include <linux/bitops.h>

#include "table.h"

/* A cell is 2^hr_grid_shift() positions; @grid is a power of two. */
static inline u32 hr_grid_shift(u32 grid)
{
	return 33 - fls(grid);
}

/* The last position of a cell. */
static inline u32 hr_grid_end(u32 grid, u32 cell)
{
	return ((u64)(cell + 1) << hr_grid_shift(grid)) - 1;
}

/*
 * The cells of point @k's arc in a balanced table. Its last point is at the
 * last position, so that no arc wraps.
 */
static inline struct hr_run hr_grid_run(const struct hr_table *t, u32 grid,
					u32 k)
{
	u32 shift = hr_grid_shift(grid);
	u32 first = k ? (t->points[k - 1].pos >> shift) + 1 : 0;

	return (struct hr_run) {
		.first = first,
		.count = (t->points[k].pos >> shift) + 1 - first,
	};
}

const char *hr_grid_check(u32 grid);
void hr_grid_fill(struct hr_table *t);

#endif
