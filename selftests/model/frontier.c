// SPDX-License-Identifier: GPL-2.0-only
/* The progress of a migration, and the end of a step. */
#include <linux/minmax.h>

#include "model.h"

/**
 * model_moves() - the pieces that change hands in a migration
 * @ring: the ring
 * @moves: set, from position 0 on; a piece over position 0 is two
 */
void model_moves(const struct model_ring *ring, struct model_arcs *moves)
{
	u32 i, n = 0;

	model_arcs(&ring->from, &ring->to, moves);
	for (i = 0; i < moves->n; i++)
		if (moves->arc[i].from != moves->arc[i].to)
			moves->arc[n++] = moves->arc[i];
	moves->n = n;
}

/**
 * model_share_below() - the share of the pieces below a frontier
 * @moves: the pieces
 * @frontier: the frontier
 *
 * Return: the share.
 */
u64 model_share_below(const struct model_arcs *moves, u64 frontier)
{
	u64 share = 0;
	u32 i;

	for (i = 0; i < moves->n && moves->arc[i].low < frontier; i++)
		share += min(moves->arc[i].high, frontier) - moves->arc[i].low;
	return share;
}

/* The number of pieces below a frontier: whole ones, and begun ones. */
static u32 whole_below(const struct model_arcs *moves, u64 frontier)
{
	u32 i;

	for (i = 0; i < moves->n && moves->arc[i].high <= frontier; i++)
		;
	return i;
}

static u32 begun_below(const struct model_arcs *moves, u64 frontier)
{
	u32 i;

	for (i = 0; i < moves->n && moves->arc[i].low < frontier; i++)
		;
	return i;
}

/**
 * model_check_progress() - compares the core's figures with the pieces
 * @test: for MODEL_CHECK()
 * @moves: the pieces
 * @view: the view
 * @low: a frontier
 * @high: a frontier not below @low
 */
void model_check_progress(struct kunit *test, const struct model_arcs *moves,
			  const struct hr_view *view, u64 low, u64 high)
{
	u64 all = model_share_below(moves, HR_WHOLE_RING), share;
	struct hr_progress way;
	u32 arcs;

	hr_view_progress(view, high, &way);
	MODEL_CHECK(test, way.share == all);
	MODEL_CHECK(test, way.arcs == moves->n);
	MODEL_CHECK(test,
		    way.share_released == model_share_below(moves, high));
	MODEL_CHECK(test, way.arcs_released == whole_below(moves, high));
	hr_view_between(view, low, high, &share, &arcs);
	MODEL_CHECK(test, share == model_share_below(moves, high) -
				   model_share_below(moves, low));
	MODEL_CHECK(test, arcs == (low == high ? 0 : begun_below(moves, high) -
						     whole_below(moves, low)));
}

/* A step by share ends at the lowest frontier with the share. */
static void check_share(struct kunit *test, const struct model_arcs *moves,
			u64 cell, const struct hr_pace *pace, u64 was, u64 is)
{
	u64 have = model_share_below(moves, was), want;
	u64 amount = pace->amount ? pace->amount : 1;

	amount = (amount + cell - 1) & ~(cell - 1);
	if (pace->back) {
		want = have > amount ? have - amount : 0;
		MODEL_CHECK(test, model_share_below(moves, is) == want);
		MODEL_CHECK(test, is ? model_share_below(moves, is - 1) < want :
				       !want);
		return;
	}
	want = have + amount;
	if (is == HR_WHOLE_RING) {
		MODEL_CHECK(test, want >= model_share_below(moves, is));
		return;
	}
	MODEL_CHECK(test, model_share_below(moves, is) == want);
	MODEL_CHECK(test, model_share_below(moves, is - 1) < want);
	MODEL_CHECK(test, want < model_share_below(moves, HR_WHOLE_RING));
}

static void check_arcs(struct kunit *test, const struct model_arcs *moves,
		       const struct hr_pace *pace, u64 was, u64 is)
{
	u64 amount = pace->amount ? pace->amount : 1, have, want;

	if (pace->back) {
		have = begun_below(moves, was);
		want = have > amount ? have - amount : 0;
		MODEL_CHECK(test, is == (want ? moves->arc[want - 1].high : 0));
		return;
	}
	want = whole_below(moves, was) + amount;
	MODEL_CHECK(test, is == (want < moves->n ? moves->arc[want - 1].high :
						   HR_WHOLE_RING));
}

/* A step ends at its position, or at 0 or 2^32 if no piece lies between. */
static void check_position(struct kunit *test, const struct model_arcs *moves,
			   u64 cell, const struct hr_pace *pace, u64 was,
			   u64 is)
{
	u64 to = (pace->amount + cell - 1) & ~(cell - 1);

	if (to >= was && model_share_below(moves, to) ==
			 model_share_below(moves, HR_WHOLE_RING))
		to = HR_WHOLE_RING;
	else if (to < was && !model_share_below(moves, to))
		to = 0;
	MODEL_CHECK(test, is == to);
}

/**
 * model_check_step() - compares the end of a step with the pieces
 * @test: for MODEL_CHECK()
 * @moves: the pieces
 * @view: the view before the step
 * @grid: number of cells of a balanced ring
 * @pace: the step
 * @to: the frontier after the step
 */
void model_check_step(struct kunit *test, const struct model_arcs *moves,
		      const struct hr_view *view, u32 grid,
		      const struct hr_pace *pace, u64 to)
{
	u64 cell = 1, was = view->frontier;

	while (grid && cell * grid < HR_WHOLE_RING)
		cell *= 2;
	MODEL_CHECK(test, to <= HR_WHOLE_RING && !(to & (cell - 1)));
	if (pace->by == HR_PACE_SHARE)
		check_share(test, moves, cell, pace, was, to);
	else if (pace->by == HR_PACE_ARCS)
		check_arcs(test, moves, pace, was, to);
	else
		check_position(test, moves, cell, pace, was, to);
	if (pace->by != HR_PACE_POSITION && pace->back)
		MODEL_CHECK(test, to < was || !was);
	else if (pace->by != HR_PACE_POSITION)
		MODEL_CHECK(test, to > was || was == HR_WHOLE_RING);
	model_check_progress(test, moves, view, min(was, to), max(was, to));
}
