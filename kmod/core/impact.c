// SPDX-License-Identifier: GPL-2.0-only
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "impact_priv.h"
#include "sort.h"

/* A piece that moved, for sorting. */
struct piece {
	u32 from;
	u32 to;
	u64 share;
};

static bool same_point(const struct hr_point *a, const struct hr_point *b)
{
	return !((a->pos ^ b->pos) | (a->slot ^ b->slot));
}

/*
 * Both arrays end with a copy of their first point at position 2^32 - 1, so
 * that the last arc is no special case.
 */
bool hr_walk_piece(struct hr_walk *w, struct hr_moved_arc *arc)
{
	const struct hr_point *b = w->before->points + w->i;
	const struct hr_point *a = w->after->points + w->j;
	u64 next = w->next;
	bool found = false;
	u32 steps = 0;

	while (next < HR_WHOLE_RING) {
		u32 end = min(b->pos, a->pos);
		bool step_b = b->pos == end, step_a = a->pos == end;

		if (!(++steps & (HR_CHUNK - 1)))
			cond_resched();
		if (found) {
			if (end >= next &&
			    (b->slot != arc->from || a->slot != arc->to))
				break;
			if (end >= next)
				arc->end = end;
		} else if (same_point(a, b)) {
			next = (u64)end + 1;
			b++;
			a++;
			continue;
		} else if (end >= next && b->slot != a->slot) {
			found = true;
			arc->start = next - 1;
			arc->end = end;
			arc->from = b->slot;
			arc->to = a->slot;
		}
		next = (u64)end + 1;
		b += step_b;
		a += step_a;
	}
	w->i = b - w->before->points;
	w->j = a - w->after->points;
	w->next = next;
	return found;
}

void hr_walk_seek(struct hr_walk *w, u64 next)
{
	w->next = next;
	if (next >= HR_WHOLE_RING)
		return;
	w->i = hr_points_seek(w->before->points, w->before->nr_points, next);
	w->j = hr_points_seek(w->after->points, w->after->nr_points, next);
}

/* Whether a piece that changes hands continues over position 0. */
static bool wraps(const struct hr_walk *w)
{
	u32 from = hr_table_lookup(w->before, 0);
	u32 to = hr_table_lookup(w->after, 0);

	return from != to && from == hr_table_lookup(w->before, U32_MAX) &&
	       to == hr_table_lookup(w->after, U32_MAX);
}

/**
 * hr_walk_next() - the next arc that changes hands between two tables
 * @walk: the comparison
 * @arc: filled in
 *
 * Arcs come in ring order. Adjoining arcs with the same two owners are one,
 * also over position 0: that arc comes last. Gains and losses come too.
 *
 * Context: process; sleeps when the tables are large.
 * Return: whether there was one more.
 */
bool hr_walk_next(struct hr_walk *walk, struct hr_moved_arc *arc)
{
	struct hr_walk again = {
		.before = walk->before, .after = walk->after,
	};
	struct hr_moved_arc first;
	bool begins = !walk->next;

	if (!hr_walk_piece(walk, arc))
		return false;
	/* The whole ring has no neighbour to join. */
	if (arc->start == U32_MAX && arc->end == U32_MAX)
		return true;
	if (begins && arc->start == U32_MAX && wraps(walk) &&
	    !hr_walk_piece(walk, arc))
		return false;
	if (arc->end == U32_MAX && wraps(walk) && hr_walk_piece(&again, &first))
		arc->end = first.end;
	return true;
}

static u64 arc_share(const struct hr_moved_arc *arc)
{
	u32 share = arc->end - arc->start;

	return share ? share : HR_WHOLE_RING;
}

static u64 share_of(const struct hr_table *t, u32 slot)
{
	return slot < t->nr_slots ? t->share[slot] : 0;
}

/* The weight of an active node, else 0. */
static u64 weight_of(const struct hr_table *t, u32 slot)
{
	if (slot >= t->nr_slots || !t->nodes[slot] ||
	    t->nodes[slot]->attrs.state != HASHRING_NODE_ACTIVE)
		return 0;
	return t->nodes[slot]->attrs.weight;
}

/* @part / @whole in 2^-32, rounded to nearest; @part <= @whole < 2^52. */
static u64 in_ring_units(u64 part, u64 whole)
{
	u64 rest, units;

	units = div64_u64_rem(part << 11, whole, &rest);
	units = units << 11 | div64_u64_rem(rest << 11, whole, &rest);
	units = units << 10 | div64_u64_rem(rest << 10, whole, &rest);
	return units + (rest >= whole - rest);
}

/*
 * The sums over nodes. Slots stand for nodes: no two neighbouring tables give
 * one slot to different nodes.
 */
static void sum_nodes(const struct hr_table *before,
		      const struct hr_table *after, struct hr_impact *impact)
{
	u32 nr_slots = max(before->nr_slots, after->nr_slots);
	u64 more = 0, moved_weight = 0;
	u32 i;

	for (i = 0; i < nr_slots; i++) {
		u64 had = share_of(before, i), has = share_of(after, i);
		u64 due = weight_of(before, i) * after->weight;
		u64 will = weight_of(after, i) * before->weight;

		if (has > had)
			more += has - had;
		if (will > due)
			moved_weight += will - due;
		if (!(i & 0xfff))
			cond_resched();
	}
	impact->required = more - impact->gained;
	if (before->weight && after->weight)
		impact->ideal = in_ring_units(moved_weight,
					      before->weight * after->weight);
}

static bool is_move(const struct hr_moved_arc *arc)
{
	return arc->from != HR_NO_SLOT && arc->to != HR_NO_SLOT;
}

static void sum_arcs(struct hr_walk walk, struct hr_impact *impact)
{
	struct hr_moved_arc arc;
	u32 n = 0;

	while (hr_walk_next(&walk, &arc)) {
		if (!(++n & (HR_CHUNK - 1)))
			cond_resched();
		if (is_move(&arc)) {
			impact->moved += arc_share(&arc);
			impact->arcs++;
		} else if (arc.from == HR_NO_SLOT) {
			impact->gained += arc_share(&arc);
		} else {
			impact->lost += arc_share(&arc);
		}
	}
}

/* One stable pass of a counting sort, by @from or else by @to. */
static void sort_pieces(struct piece *to, const struct piece *from, u32 n,
			u32 *start, u32 nr_slots, bool by_from)
{
	u32 i, next = 0;

	memset(start, 0, nr_slots * sizeof(*start));
	for (i = 0; i < n; i++)
		start[by_from ? from[i].from : from[i].to]++;
	cond_resched();
	for (i = 0; i < nr_slots; i++) {
		u32 count = start[i];

		start[i] = next;
		next += count;
	}
	for (i = 0; i < n; i++) {
		to[start[by_from ? from[i].from : from[i].to]++] = from[i];
		if (!(i & (HR_CHUNK - 1)))
			cond_resched();
	}
}

static bool same_row(const struct piece *a, const struct piece *b)
{
	return a->from == b->from && a->to == b->to;
}

/* Adds up sorted pieces into rows. */
static int make_rows(const struct piece *pieces, u32 n, gfp_t gfp,
		     struct hr_impact *impact)
{
	struct hr_move *row;
	u32 i, rows = 1;

	for (i = 1; i < n; i++)
		rows += !same_row(&pieces[i], &pieces[i - 1]);
	row = kvcalloc(rows, sizeof(*row), gfp);
	if (!row)
		return -ENOMEM;
	impact->moves = row;
	impact->nr_moves = rows;
	for (i = 0; i < n; i++) {
		if (i && !same_row(&pieces[i], &pieces[i - 1]))
			row++;
		row->from = pieces[i].from;
		row->to = pieces[i].to;
		row->share += pieces[i].share;
		row->arcs++;
		if (!(i & (HR_CHUNK - 1)))
			cond_resched();
	}
	return 0;
}

static int make_matrix(struct hr_walk walk, gfp_t gfp, struct hr_impact *impact)
{
	u32 nr_slots = max(walk.before->nr_slots, walk.after->nr_slots);
	struct piece *pieces, *sorted;
	struct hr_moved_arc arc;
	u32 *start, n = 0;
	int ret = -ENOMEM;

	pieces = kvmalloc_array(impact->arcs, 2 * sizeof(*pieces), gfp);
	start = kvmalloc_array(nr_slots, sizeof(*start), gfp);
	if (!pieces || !start)
		goto free;
	sorted = pieces + impact->arcs;
	while (hr_walk_next(&walk, &arc)) {
		if (!is_move(&arc))
			continue;
		pieces[n].from = arc.from;
		pieces[n].to = arc.to;
		pieces[n++].share = arc_share(&arc);
		if (!(n & (HR_CHUNK - 1)))
			cond_resched();
	}
	sort_pieces(sorted, pieces, n, start, nr_slots, false);
	sort_pieces(pieces, sorted, n, start, nr_slots, true);
	ret = make_rows(pieces, n, gfp, impact);
free:
	kvfree(start);
	kvfree(pieces);
	return ret;
}

/**
 * hr_impact() - the figures of what moves between two tables
 * @before: a table
 * @after: a table that hr_change_build() made of it, or the reverse
 * @gfp: how to allocate
 * @impact: filled in; give it to hr_impact_release()
 *
 * Context: process; sleeps.
 * Return: 0, or -ENOMEM with nothing to release.
 */
int hr_impact(const struct hr_table *before, const struct hr_table *after,
	      gfp_t gfp, struct hr_impact *impact)
{
	const struct hr_walk walk = { .before = before, .after = after };

	memset(impact, 0, sizeof(*impact));
	sum_arcs(walk, impact);
	sum_nodes(before, after, impact);
	impact->collateral = impact->moved - impact->required;
	impact->peak_before = hr_table_peak(before);
	impact->peak_after = hr_table_peak(after);
	return impact->arcs ? make_matrix(walk, gfp, impact) : 0;
}

/**
 * hr_impact_release() - free what hr_impact() filled in
 * @impact: the figures
 *
 * Context: any that kvfree() may be called from.
 */
void hr_impact_release(struct hr_impact *impact)
{
	kvfree(impact->moves);
	impact->moves = NULL;
	impact->nr_moves = 0;
}

/* In thousandths of a percent, rounded to nearest. */
static u64 millipercent(u64 share)
{
	return (share * 100000 + (1ULL << 31)) >> 32;
}

/**
 * hr_impact_check() - whether a change keeps within its budget
 * @impact: of the change
 * @max_moved: in 2^-32 of the ring; a share that loses its owner counts too,
 *	because its flows go elsewhere
 * @err: the reason of a refusal
 *
 * Context: any.
 * Return: 0, or -EDQUOT.
 */
int hr_impact_check(const struct hr_impact *impact, u64 max_moved,
		    struct hr_error *err)
{
	u64 affected = impact->moved + impact->lost;
	u64 would, allowed;

	if (affected <= max_moved)
		return 0;
	would = millipercent(affected);
	allowed = millipercent(max_moved);
	return hr_refuse(err, U32_MAX, HR_PART_ALL, -EDQUOT,
			 "would move more than is allowed",
			 ": %llu.%03llu%%, not %llu.%03llu%%",
			 would / 1000, would % 1000,
			 allowed / 1000, allowed % 1000);
}
