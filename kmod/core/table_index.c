// SPDX-License-Identifier: GPL-2.0-only
#include <linux/minmax.h>
#include <linux/sched.h>

#include "grid.h"
#include "sort.h"
#include "table_build.h"
#include "table_index.h"

/**
 * hr_index_size() - choose a table's index
 * @t: the table
 * @nr_points: number of points that it will have
 * @grid: number of cells if all points end cells, or 0
 * @max_slot: the highest slot of any point
 *
 * Two to four index slots a point while the index fits a near cache: beyond it
 * an access costs more than the search that it saves. In larger tables one to
 * two, and two thirds to four thirds if slots are paired. With a grid a slot is
 * two cells, with at most one border between them, and answers by itself.
 */
void hr_index_size(struct hr_table *t, u32 nr_points, u32 grid, u32 max_slot)
{
	u32 bits = fls(nr_points);

	if (grid) {
		t->shift = hr_grid_shift(grid) + 1;
		return;
	}
	t->paired = bits > HR_INDEX_SINGLE_BITS &&
		    max_slot < BIT(HR_PAIR_OWNER_BITS);
	if (t->paired)
		bits = fls(nr_points / 3 * 2);
	else if (bits < HR_INDEX_ROOMY_BITS)
		bits++;
	t->shift = 32 - clamp(bits, HR_INDEX_MIN_BITS,
			      HR_INDEX_MAX_BITS);
}

/* The borders between owners in a unit. */
struct borders {
	u32 nr;			/* also counts those without room here */
	u32 pos[HR_PAIR_BORDERS];
	u32 owner[HR_PAIR_BORDERS + 1];
};

static void add_border(struct borders *b, u32 pos, u32 owner)
{
	if (b->nr < HR_PAIR_BORDERS) {
		b->pos[b->nr] = pos;
		b->owner[b->nr + 1] = owner;
	}
	b->nr++;
}

/*
 * The borders of the unit that ends with @last; returns the first point behind.
 */
static const struct hr_point *find_borders(const struct hr_table *t,
					   const struct hr_point *p, u32 last,
					   struct borders *b)
{
	const struct hr_point *first = p, *end = t->points + t->nr_points;
	u32 owner = p->slot;

	b->nr = 0;
	b->owner[0] = owner;
	for (; p < end && p->pos <= last; p++) {
		/* Of points that share a position the first one owns. */
		if (p->slot == owner || (p > first && p->pos == p[-1].pos))
			continue;
		owner = p->slot;
		add_border(b, p[-1].pos, owner);
	}
	/* What is behind the last point belongs to the next one. */
	if (p > first && p[-1].pos != last && p->slot != owner)
		add_border(b, p[-1].pos, p->slot);
	return p;
}

static void fill_slot(u64 *slot, const struct borders *b, u64 search)
{
	if (b->nr > 1)
		*slot = search;
	else if (b->nr)
		*slot = hr_index_answer(b->owner[0], b->owner[1], b->pos[0]);
	else
		*slot = hr_index_answer(b->owner[0], b->owner[0], 0);
}

static void fill_pair(u64 *pair, struct borders *b, u64 search)
{
	u32 i;

	if (b->nr > HR_PAIR_BORDERS) {
		pair[0] = search;
		pair[1] = search;
		return;
	}
	for (i = b->nr; i < HR_PAIR_BORDERS; i++)
		add_border(b, U16_MAX, 0);
	hr_index_pair(pair, b->owner, b->pos);
}

/**
 * hr_index_fill() - make index slots from points
 * @t: the table; its points are complete
 * @unit: the first unit, see hr_index_units()
 * @end: the unit after the last one
 * @k: the first point at or behind the beginning of @unit
 *
 * Context: process; sleeps.
 */
void hr_index_fill(struct hr_table *t, u32 unit, u32 end, u32 k)
{
	const u32 shift = hr_index_unit_shift(t);
	const struct hr_point *p = t->points + k;

	for (; unit < end; unit++) {
		const struct hr_point *first = p;
		struct borders b;
		u64 search;

		p = find_borders(t, p, (unit << shift) | ((1U << shift) - 1),
				 &b);
		search = hr_index_entry(first - t->points, p - first);
		if (t->paired)
			fill_pair(t->index + 2 * unit, &b, search);
		else
			fill_slot(t->index + unit, &b, search);
		if (!(unit & (HR_CHUNK - 1)))
			cond_resched();
	}
}

/**
 * hr_index_copy() - copy index slots of another table
 * @t: the table
 * @base: a table with an index of the same size
 * @unit: the first unit
 * @end: the unit after the last one
 * @delta: how many places later their points are in @t
 *
 * Context: process; sleeps.
 */
void hr_index_copy(struct hr_table *t, const struct hr_table *base, u32 unit,
		   u32 end, u32 delta)
{
	u32 i;

	for (i = unit << t->paired; i < end << t->paired; i++) {
		t->index[i] = hr_index_moved(base->index[i], delta);
		if (!(i & (HR_CHUNK - 1)))
			cond_resched();
	}
}
