/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Impact: what a change of tables moves, exactly, from the arcs of both,
 * without sampling. Shares are in 2^-32 of the ring.
 */
#ifndef HASHRING_CORE_IMPACT_H
#define HASHRING_CORE_IMPACT_H

#include "change.h"
#include "table.h"

/**
 * struct hr_move - share that went from one node to another
 * @from: slot in the table before
 * @to: slot in the table after
 * @share: the whole share
 * @arcs: number of pieces
 */
struct hr_move {
	u32 from;
	u32 to;
	u64 share;
	u32 arcs;
};

/**
 * struct hr_impact - the figures of a change
 * @moved: share whose owner differs
 * @gained: share that had no owner and has one
 * @lost: share that had an owner and has none
 * @required: the least that any method moves for the same loads: the sum over
 *	nodes of max(0, after - before), less @gained
 * @collateral: @moved - @required
 * @ideal: the sum over nodes of max(0, w_after/W_after - w_before/W_before),
 *	rounded to the nearest 2^-32: what a perfectly balanced method moves;
 *	0 when either table is without weight
 * @peak_before: hr_table_peak() of the table before
 * @peak_after: hr_table_peak() of the table after
 * @arcs: number of moved pieces of the ring
 * @nr_moves: number of @moves
 * @moves: the from-to matrix, ascending by (from, to), without zeroes
 */
struct hr_impact {
	u64 moved;
	u64 gained;
	u64 lost;
	u64 required;
	u64 collateral;
	u64 ideal;
	u64 peak_before;
	u64 peak_after;
	u32 arcs;
	u32 nr_moves;
	struct hr_move *moves;
};

/**
 * struct hr_moved_arc - one piece of the ring that changes hands
 * @start: exclusive
 * @end: inclusive; start == end is the whole ring
 * @from: slot before, or HR_NO_SLOT (gained)
 * @to: slot after, or HR_NO_SLOT (lost)
 */
struct hr_moved_arc {
	u32 start;
	u32 end;
	u32 from;
	u32 to;
};

/**
 * struct hr_walk - a comparison of two tables
 * @before: a table
 * @after: another one
 * @i: the next point of @before
 * @j: the next point of @after
 * @next: the first position that is still to be compared
 *
 * Set both tables, zero the rest, then call hr_walk_next() until it returns
 * false. A walk may stop at any time, and a copy of it may go on.
 */
struct hr_walk {
	const struct hr_table *before;
	const struct hr_table *after;
	u32 i;
	u32 j;
	u64 next;
};

bool hr_walk_next(struct hr_walk *walk, struct hr_moved_arc *arc);
int hr_impact(const struct hr_table *before, const struct hr_table *after,
	      gfp_t gfp, struct hr_impact *impact);
void hr_impact_release(struct hr_impact *impact);
int hr_impact_check(const struct hr_impact *impact, u64 max_moved,
		    struct hr_error *err);

#endif
