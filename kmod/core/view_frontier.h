/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The frontier of a migration: how far it has come, and where a step takes it.
 * What counts are the pieces of the ring that have another owner in the map
 * that the migration leads to than in the one that it comes from; one that goes
 * on over position 0 counts as two, as it is released in two parts.
 */
#ifndef HASHRING_CORE_VIEW_FRONTIER_H
#define HASHRING_CORE_VIEW_FRONTIER_H

#include "view.h"

/**
 * struct hr_progress - how far a migration has come
 * @share: all that changes hands, in 2^-32 of the ring
 * @share_released: of @share, what lies below the frontier
 * @arcs: pieces that change hands
 * @arcs_released: of @arcs, those that lie below the frontier in whole
 */
struct hr_progress {
	u64 share;
	u64 share_released;
	u32 arcs;
	u32 arcs_released;
};

enum hr_pace_by {
	HR_PACE_POSITION,	/* to a frontier, either way */
	HR_PACE_SHARE,		/* over so much share, in 2^-32 */
	HR_PACE_ARCS,		/* over so many pieces */
};

/**
 * struct hr_pace - a step
 * @by: &enum hr_pace_by
 * @back: towards 0; of no account for HR_PACE_POSITION
 * @amount: the frontier to be, up to 2^32, or how much; 0 counts as 1
 */
struct hr_pace {
	enum hr_pace_by by;
	bool back;
	u64 amount;
};

void hr_view_progress(const struct hr_view *view, u64 frontier,
		      struct hr_progress *progress);
u64 hr_view_step(const struct hr_view *view, u64 frontier,
		 const struct hr_pace *pace, u32 grid);
void hr_view_between(const struct hr_view *view, u64 low, u64 high, u64 *share,
		     u32 *arcs);

#endif
