// SPDX-License-Identifier: GPL-2.0-only
#include <linux/sched.h>

#include "config.h"
#include "grid.h"
#include "sort.h"

/**
 * hr_grid_check() - whether a ring can have a grid of this many cells
 * @grid: their number, unchecked
 *
 * Context: any.
 * Return: NULL, or the error, for a person.
 */
const char *hr_grid_check(u32 grid)
{
	if (grid < HR_MIN_GRID || grid > HR_MAX_GRID || grid & (grid - 1))
		return "a grid has 1024 to 1048576 cells, a power of two";
	return NULL;
}

/**
 * hr_grid_fill() - fill in the owner of each cell
 * @t: the table; its points are complete, the last one at the last position
 *
 * Context: process; sleeps.
 */
void hr_grid_fill(struct hr_table *t)
{
	u32 cell = 0, cells = 1U << (32 - t->shift), k = 0;

	for (; cell < cells; cell++) {
		if (t->points[k].pos < cell << t->shift)
			k++;
		t->cells[cell] = t->points[k].slot;
		if (!(cell & (HR_CHUNK - 1)))
			cond_resched();
	}
}
