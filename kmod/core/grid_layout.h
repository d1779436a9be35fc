/* SPDX-License-Identifier: GPL-2.0-only */
/* A grid on its way from one table to the next, for the files that lay it. */
#ifndef HASHRING_CORE_GRID_LAYOUT_H
#define HASHRING_CORE_GRID_LAYOUT_H

#include "change_draft.h"

/**
 * struct hr_layout - a grid on its way from one table to the next
 * @c: the change
 * @next: the table in the making, whose members are in order
 * @nr: number of cells
 * @owner: by cell: a slot, or HR_NO_SLOT while it has no owner
 * @have: by slot: number of cells of the node
 * @due: by slot: number of cells that the node will have
 * @exact: by slot: the node's cells are given and must not change
 */
struct hr_layout {
	struct hr_draft *c;
	const struct hr_table *next;
	u32 nr;
	u32 *owner;
	u32 *have;
	u32 *due;
	bool *exact;
};

/* Number of cells that a node has beyond its due. */
static inline u32 hr_spare(const struct hr_layout *l, u32 slot)
{
	if (slot == HR_NO_SLOT || l->have[slot] <= l->due[slot])
		return 0;
	return l->have[slot] - l->due[slot];
}

/* Number of cells that a node lacks. */
static inline u32 hr_want(const struct hr_layout *l, u32 slot)
{
	if (slot == HR_NO_SLOT || l->have[slot] >= l->due[slot])
		return 0;
	return l->due[slot] - l->have[slot];
}

/* Gives cells of one owner, or of none, to another or to none. */
static inline void hr_hand_over(struct hr_layout *l, u32 first, u32 count,
				u32 slot)
{
	u32 i;

	if (!count)
		return;
	if (l->owner[first] != HR_NO_SLOT)
		l->have[l->owner[first]] -= count;
	if (slot != HR_NO_SLOT)
		l->have[slot] += count;
	for (i = first; i < first + count; i++)
		l->owner[i] = slot;
}

int hr_layout_runs(const struct hr_layout *l, bool owned, struct hr_run **runs,
		   u32 *n);
int hr_layout_level(struct hr_layout *l);

#endif
