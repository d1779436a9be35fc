// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "grid.h"
#include "sort.h"
#include "table_build.h"
#include "table_index.h"

/**
 * hr_table_alloc() - a table without points
 * @nr_slots: room for nodes
 * @nr_nodes: number of members
 * @gfp: how to allocate
 *
 * Context: process.
 * Return: a table that hr_build() completes and hr_table_put() frees at any
 * stage, or NULL.
 */
struct hr_table *hr_table_alloc(u32 nr_slots, u32 nr_nodes, gfp_t gfp)
{
	struct hr_table *t = kvzalloc(sizeof(*t), gfp);

	if (!t)
		return NULL;
	refcount_set(&t->refs, 1);
	t->nodes = kvcalloc(nr_slots, sizeof(*t->nodes), gfp);
	t->share = kvcalloc(nr_slots, sizeof(*t->share), gfp);
	/* room for leaving nodes, too */
	t->by_name = kvmalloc_array(nr_slots, sizeof(*t->by_name), gfp);
	t->by_seat = kvmalloc_array(nr_nodes, sizeof(*t->by_seat), gfp);
	if (!t->nodes || !t->share || !t->by_name || !t->by_seat) {
		hr_table_put(t, NULL);
		return NULL;
	}
	t->nr_slots = nr_slots;
	t->nr_nodes = nr_nodes;
	t->bytes = sizeof(*t) +
		   (size_t)nr_slots * (sizeof(*t->nodes) + sizeof(*t->share)) +
		   (size_t)nr_nodes * (sizeof(*t->by_name) +
				       sizeof(*t->by_seat));
	return t;
}

/**
 * hr_table_list_leaving() - find the leaving nodes
 * @t: a table with its nodes and members
 * @gfp: how to allocate
 *
 * Context: process; sleeps.
 * Return: 0, or -ENOMEM: the table is to be put.
 */
int hr_table_list_leaving(struct hr_table *t, gfp_t gfp)
{
	struct hr_item *items;
	u32 n = 0, i;

	if (!t->nr_leaving)
		return 0;
	items = kvmalloc_array(t->nr_leaving, 2 * sizeof(*items), gfp);
	if (!items)
		return -ENOMEM;
	for (i = 0; i < t->nr_slots; i++) {
		if (t->nodes[i] && !hr_table_has(t, t->nodes[i]))
			items[n++] = (struct hr_item) {
				.key = t->nodes[i]->name, .op = i,
			};
		if (!(i & 0xff))
			cond_resched();
	}
	hr_sort_items(items, items + n, n);
	for (i = 0; i < n; i++)
		t->by_name[t->nr_nodes + i] = t->nodes[items[i].op];
	t->bytes += (size_t)n * sizeof(*t->by_name);
	kvfree(items);
	return 0;
}

/*
 * A merge under way. A point that goes is written too, and then overwritten by
 * the next one; so is a position in @changed. Both arrays have room for one
 * more element than they hold in the end.
 */
struct merge {
	const struct hr_build *b;
	struct hr_point *to;
	u32 *changed;		/* positions that change, or NULL */
};

/* Copies unchanged points, renumbered. */
static void copy_points(struct merge *m, const struct hr_point *from, u32 n)
{
	const u32 *remap = m->b->remap;
	struct hr_point *to = m->to;
	u32 *changed = m->changed;
	u32 i, slot;

	if (!remap) {
		memcpy(to, from, n * sizeof(*to));
		to += n;
	} else if (!changed) {
		for (i = 0; i < n; i++) {
			slot = remap[from[i].slot];
			to->pos = from[i].pos;
			to->slot = slot;
			to += slot != HR_NO_SLOT;
		}
	} else {
		for (i = 0; i < n; i++) {
			slot = remap[from[i].slot];
			to->pos = from[i].pos;
			to->slot = slot;
			to += slot != HR_NO_SLOT;
			*changed = from[i].pos;
			changed += slot != from[i].slot;
		}
		m->changed = changed;
	}
	m->to = to;
}

/* Whether a point of the base comes before a new one. */
static bool stands_before(const struct hr_build *b, const struct hr_point *old,
			  const struct hr_point *new)
{
	if (likely(old->pos != new->pos))
		return old->pos < new->pos;
	return strcmp(b->base->nodes[old->slot]->seat,
		      b->next->nodes[new->slot]->seat) < 0;
}

/* The first of the base's points, from @from on, that comes after @new. */
static u32 points_before(const struct hr_build *b, u32 from,
			 const struct hr_point *new)
{
	const struct hr_point *points = b->base->points;
	u32 n = b->base->nr_points;
	u32 i = hr_points_gallop(points, from, n, new->pos);

	while (i < n && stands_before(b, &points[i], new))
		i++;
	return i;
}

static void merge_points(struct merge *m, const struct hr_point *run,
			 u32 nr_run)
{
	const struct hr_table *base = m->b->base;
	u32 done = 0, next = 0, work = 0, n, i;

	for (i = 0; i <= nr_run; i++) {
		next = i < nr_run ? points_before(m->b, done, &run[i]) :
				    base->nr_points;
		for (; done < next; done += n) {
			n = min(next - done, HR_CHUNK);
			copy_points(m, base->points + done, n);
			work += n;
			if (work >= HR_CHUNK) {
				work = 0;
				cond_resched();
			}
		}
		if (i == nr_run)
			break;
		*m->to++ = run[i];
		if (m->changed)
			*m->changed++ = run[i].pos;
		work++;
	}
}

static void fill_shares(struct hr_table *t)
{
	u32 n = t->nr_points, before, i;

	if (!n)
		return;
	before = t->points[n - 1].pos;
	for (i = 0; i < n; i++) {
		if (likely(t->points[i].slot != HR_NO_SLOT))
			t->share[t->points[i].slot] += t->points[i].pos - before;
		before = t->points[i].pos;
		if (!(i & (HR_CHUNK - 1)))
			cond_resched();
	}
	/* All points are at one position: the differences above were all 0. */
	if (t->points[0].pos == before && t->points[0].slot != HR_NO_SLOT)
		t->share[t->points[0].slot] = HR_WHOLE_RING;
}

/* The distance to the nearest point before @pos; @k is the point after it. */
static u64 way_back(const struct hr_table *t, u32 k, u32 pos)
{
	u32 way = pos - t->points[k ? k - 1 : t->nr_points - 1].pos;

	return way ? way : HR_WHOLE_RING;
}

/*
 * Makes index and shares from the base's. The owner of a position differs only
 * if the position is before a changed point and behind every earlier point.
 * Index slots without such a position differ only in the place of their points
 * in the array.
 */
static void patch(const struct hr_table *base, struct hr_table *t,
		  const u32 *changed, u32 nr_changed)
{
	const u32 shift = hr_index_unit_shift(t);
	u32 done = 0, delta = 0, i = 0, j = 0, k = 0, begin, c;
	u64 way;

	memcpy(t->share, base->share, base->nr_slots * sizeof(*t->share));
	for (c = 0; c < nr_changed; c++) {
		u32 pos = changed[c];

		if (c && pos == changed[c - 1])
			continue;
		i = hr_points_gallop(base->points, i, base->nr_points, pos);
		j = hr_points_gallop(t->points, j, t->nr_points, pos);
		way = min(way_back(base, i, pos), way_back(t, j, pos));
		t->share[base->points[i].slot] -= way;
		t->share[t->points[j].slot] += way;

		begin = way > pos ? 0 : (u32)(pos - way + 1) >> shift;
		begin = max(begin, done);
		hr_index_copy(t, base, done, begin, delta);
		done = (pos >> shift) + 1;
		k = hr_points_gallop(t->points, k, t->nr_points,
				     begin << shift);
		hr_index_fill(t, begin, done, k);

		while (i < base->nr_points && base->points[i].pos == pos)
			i++;
		while (j < t->nr_points && t->points[j].pos == pos)
			j++;
		delta = j - i;
		if (!(c & 0xfff))
			cond_resched();
	}
	/*
	 * The first point owns what is behind the last one, and may have
	 * changed.
	 */
	begin = min(base->points[base->nr_points - 1].pos,
		    t->points[t->nr_points - 1].pos) >> shift;
	begin = max(begin, done);
	hr_index_copy(t, base, done, begin, delta);
	k = hr_points_gallop(t->points, k, t->nr_points, begin << shift);
	hr_index_fill(t, begin, hr_index_units(t), k);
}

/* Room for the index, or for the owners of a grid's cells if they fit. */
static int alloc_index(struct hr_table *t, u32 nr_points, u32 grid,
		       u32 max_slot, gfp_t gfp)
{
	if (grid && nr_points && max_slot <= U16_MAX) {
		t->shift = hr_grid_shift(grid);
		t->cells = kvmalloc_array(grid, sizeof(*t->cells), gfp);
		t->bytes += grid * sizeof(*t->cells);
		return t->cells ? 0 : -ENOMEM;
	}
	hr_index_size(t, nr_points, nr_points ? grid : 0, max_slot);
	t->index = kvmalloc_array(1U << (32 - t->shift), sizeof(*t->index),
				  gfp);
	t->bytes += sizeof(*t->index) << (32 - t->shift);
	return t->index ? 0 : -ENOMEM;
}

/* Whether a patch is worth it, and both tables have the same form. */
static bool can_patch(const struct hr_build *b)
{
	return b->base->nr_points && b->nr_points &&
	       b->base->shift == b->next->shift &&
	       b->base->paired == b->next->paired &&
	       b->nr_changed <= b->nr_points / HR_PATCH_PART;
}

/* The highest slot of any point, HR_NO_SLOT if some have no owner. */
static u32 max_slot(const struct hr_table *t, const struct hr_point *points,
		    u32 nr_points)
{
	u32 i;

	for (i = 0; i < nr_points; i++) {
		if (points[i].slot == HR_NO_SLOT)
			return HR_NO_SLOT;
		if (!(i & (HR_CHUNK - 1)))
			cond_resched();
	}
	return t->nr_slots ? t->nr_slots - 1 : 0;
}

/* The copy of the first point that ends the array. */
static void end_points(struct hr_point *points, u32 nr_points)
{
	points[nr_points].slot = nr_points ? points[0].slot : HR_NO_SLOT;
	points[nr_points].pos = U32_MAX;
}

/* Shares and index, from the points. */
static void fill(struct hr_table *t)
{
	fill_shares(t);
	if (t->cells)
		hr_grid_fill(t);
	else
		hr_index_fill(t, 0, hr_index_units(t), 0);
}

/**
 * hr_build_of() - complete a table from its points
 * @t: the table, with its nodes and members
 * @points: ascending, with room for one more; taken over, also on error
 * @nr_points: number of @points
 * @grid: number of cells if all points end cells, or 0
 * @gfp: how to allocate
 *
 * Context: process; sleeps.
 * Return: 0, or -ENOMEM: the table is to be put.
 */
int hr_build_of(struct hr_table *t, struct hr_point *points, u32 nr_points,
		u32 grid, gfp_t gfp)
{
	int ret;

	t->points = points;
	ret = alloc_index(t, nr_points, grid, max_slot(t, points, nr_points),
			  gfp);
	if (ret)
		return ret;
	t->nr_points = nr_points;
	t->bytes += ((size_t)nr_points + 1) * sizeof(*points);
	end_points(points, nr_points);
	fill(t);
	return 0;
}

/**
 * hr_build() - complete a table
 * @build: the parts of the table
 * @gfp: how to allocate
 *
 * Context: process; sleeps.
 * Return: 0, or -ENOMEM: the table is to be put.
 */
int hr_build(const struct hr_build *build, gfp_t gfp)
{
	struct hr_table *t = build->next;
	u32 nr_points = build->nr_points;
	struct merge m = { .b = build };
	struct hr_point *points;
	u32 *changed = NULL;

	points = kvmalloc_array(nr_points + 1, sizeof(*points), gfp);
	t->points = points;
	if (!points)
		return -ENOMEM;
	if (alloc_index(t, nr_points, build->grid,
			t->nr_slots ? t->nr_slots - 1 : 0, gfp))
		return -ENOMEM;
	if (can_patch(build)) {
		changed = kvmalloc_array(build->nr_changed + 1,
					 sizeof(*changed), gfp);
		if (!changed)
			return -ENOMEM;
	}
	t->nr_points = nr_points;
	t->bytes += ((size_t)nr_points + 1) * sizeof(*points);

	hr_sort_points(build->run, points, build->nr_run);
	m.to = points;
	m.changed = changed;
	merge_points(&m, build->run, build->nr_run);
	end_points(points, nr_points);
	if (changed)
		patch(build->base, t, changed, m.changed - changed);
	else
		fill(t);
	kvfree(changed);
	return 0;
}

/**
 * hr_table_empty() - the table of a new ring
 * @gfp: how to allocate
 *
 * Context: process.
 * Return: a table without members, or NULL.
 */
struct hr_table *hr_table_empty(gfp_t gfp)
{
	struct hr_table *t = hr_table_alloc(0, 0, gfp);
	struct hr_build build = { .base = t, .next = t };

	if (t && hr_build(&build, gfp)) {
		hr_table_put(t, NULL);
		t = NULL;
	}
	return t;
}
