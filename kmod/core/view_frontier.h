/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The frontier of a migration: how far it has come, and where a step takes it.
 * Only pieces count whose owner differs between the map that the migration
 * leads to and the map that it comes from. A piece over position 0 counts as
 * two, because it is released in two parts.
 */
#ifndef HASHRING_CORE_VIEW_FRONTIER_H
#define HASHRING_CORE_VIEW_FRONTIER_H

#include "view.h"

/**
 * struct hr_progress - how far a migration has come
 * @share: the share that changes hands, in 2^-32 of the ring
 * @share_released: of @share, the part below the frontier
 * @arcs: pieces that change hands
 * @arcs_released: of @arcs, whole pieces below the frontier
 */
struct hr_progress {
	u64 share;
	u64 share_released;
	u32 arcs;
	u32 arcs_released;
};

enum hr_pace_by {
	HR_PACE_POSITION,	/* to a frontier, either way */
	HR_PACE_SHARE,		/* over a share, in 2^-32 */
	HR_PACE_ARCS,		/* over a number of pieces */
};

/**
 * struct hr_pace - a step
 * @by: &enum hr_pace_by
 * @back: towards 0; ignored with HR_PACE_POSITION
 * @amount: the new frontier, up to 2^32, or how much; 0 counts as 1
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
