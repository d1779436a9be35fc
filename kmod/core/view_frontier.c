// SPDX-License-Identifier: GPL-2.0-only
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "grid.h"
#include "impact_priv.h"
#include "sort.h"
#include "view_frontier.h"

/* A walk over the pieces that a migration moves, from a frontier on. */
static struct hr_walk walk_from(const struct hr_view *view, u64 frontier)
{
	struct hr_walk walk = { .before = view->from, .after = view->table };

	hr_walk_seek(&walk, frontier);
	return walk;
}

/* A piece as the frontiers at its two ends. */
static u64 piece_low(const struct hr_moved_arc *piece)
{
	return (u32)(piece->start + 1);
}

static u64 piece_high(const struct hr_moved_arc *piece)
{
	return (u64)piece->end + 1;
}

/**
 * hr_view_between() - what moves between two frontiers
 * @view: the view of a migration
 * @low: a frontier
 * @high: a frontier that is not below @low
 * @share: set to the share, in 2^-32 of the ring
 * @arcs: set to the number of pieces that lie between them in whole or in part
 *
 * Takes a time of O(points between them).
 *
 * Context: process; sleeps. The caller keeps the view alive.
 */
void hr_view_between(const struct hr_view *view, u64 low, u64 high, u64 *share,
		     u32 *arcs)
{
	struct hr_walk walk = walk_from(view, low);
	struct hr_moved_arc piece;
	u32 n = 0;

	*share = 0;
	*arcs = 0;
	while (hr_walk_piece(&walk, &piece) && piece_low(&piece) < high) {
		*share += min(piece_high(&piece), high) - piece_low(&piece);
		(*arcs)++;
		if (!(++n & (HR_CHUNK - 1)))
			cond_resched();
	}
}

/**
 * hr_view_progress() - how far a migration has come
 * @view: its view
 * @frontier: the frontier to use
 * @progress: filled in
 *
 * Context: process; sleeps. The caller keeps the view alive.
 */
void hr_view_progress(const struct hr_view *view, u64 frontier,
		      struct hr_progress *progress)
{
	struct hr_walk walk = walk_from(view, 0);
	struct hr_moved_arc piece;

	memset(progress, 0, sizeof(*progress));
	while (hr_walk_piece(&walk, &piece)) {
		u64 low = piece_low(&piece), high = piece_high(&piece);

		progress->share += high - low;
		progress->arcs++;
		if (low < frontier)
			progress->share_released += min(high, frontier) - low;
		if (high <= frontier)
			progress->arcs_released++;
		if (!(progress->arcs & (HR_CHUNK - 1)))
			cond_resched();
	}
}

/*
 * The least frontier from @frontier on with this much more below it: share, or
 * whole pieces. The end when there is not so much, or nothing beyond.
 */
static u64 forward(const struct hr_view *view, u64 frontier,
		   enum hr_pace_by by, u64 amount)
{
	struct hr_walk walk = walk_from(view, frontier);
	struct hr_moved_arc piece;
	u64 low, high, left = amount;
	u32 n = 0;

	while (hr_walk_piece(&walk, &piece)) {
		low = piece_low(&piece);
		high = piece_high(&piece);
		if (!left)
			return frontier;
		if (by == HR_PACE_SHARE && left < high - low)
			return low + left;
		left -= by == HR_PACE_SHARE ? high - low : 1;
		frontier = high;
		if (!(++n & (HR_CHUNK - 1)))
			cond_resched();
	}
	return HR_WHOLE_RING;
}

/*
 * The least frontier with this much less below it than @frontier has. A part of
 * a piece counts as one.
 */
static u64 backward(const struct hr_view *view, u64 frontier,
		    enum hr_pace_by by, u64 amount)
{
	u64 share, below;
	u32 arcs;

	hr_view_between(view, 0, frontier, &share, &arcs);
	below = by == HR_PACE_SHARE ? share : arcs;
	return below > amount ? forward(view, 0, by, below - amount) : 0;
}

/* A requested frontier; either end when nothing is left before it. */
static u64 to_position(const struct hr_view *view, u64 frontier, u64 to)
{
	struct hr_moved_arc piece;
	struct hr_walk walk;

	to = min(to, HR_WHOLE_RING);
	if (to >= frontier) {
		walk = walk_from(view, to);
		return hr_walk_piece(&walk, &piece) ? to : HR_WHOLE_RING;
	}
	walk = walk_from(view, 0);
	return hr_walk_piece(&walk, &piece) && piece_low(&piece) < to ? to : 0;
}

/**
 * hr_view_step() - where a step takes the frontier
 * @view: the view of a migration
 * @frontier: the present frontier, 0 to 2^32
 * @pace: the step
 * @grid: number of cells if all points end cells, or 0. With a grid a frontier
 *	is at the border of two cells, and a step goes on to the next border
 *
 * The least frontier that is far enough. The end, 2^32, when nothing that moves
 * is left beyond it, and 0 when nothing is left below it. A step forward takes
 * O(points passed), a step back O(points).
 *
 * Context: process; sleeps. The caller keeps the view alive.
 * Return: the frontier after the step.
 */
u64 hr_view_step(const struct hr_view *view, u64 frontier,
		 const struct hr_pace *pace, u32 grid)
{
	u64 amount = pace->amount;
	u32 shift;

	if (pace->by != HR_PACE_POSITION)
		amount = max(amount, 1ULL);
	amount = min(amount, HR_WHOLE_RING);
	if (grid && pace->by != HR_PACE_ARCS) {
		shift = hr_grid_shift(grid);
		amount = (amount + BIT_ULL(shift) - 1) >> shift << shift;
	}
	if (pace->by == HR_PACE_POSITION)
		return to_position(view, frontier, amount);
	if (pace->back)
		return backward(view, frontier, pace->by, amount);
	return forward(view, frontier, pace->by, amount);
}
