// SPDX-License-Identifier: GPL-2.0-only
/*
 * Maps made of maps: the state of a migration as a table of its own.
 */
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "sort.h"
#include "table_build.h"
#include "view_priv.h"

/**
 * hr_view_owner_moving() - hr_view_owner() in a migration
 * @view: the view
 * @pos: any position
 *
 * Context: any; the caller keeps the view alive.
 * Return: the node, which may be leaving, or NULL.
 */
struct hr_node *hr_view_owner_moving(const struct hr_view *view, u32 pos)
{
	u64 frontier = READ_ONCE(view->frontier);
	const struct hr_table *map = hr_view_map(view, frontier, pos);

	return hr_view_node(view, hr_table_lookup(map, pos));
}

/**
 * hr_view_slots() - the slots of a position in all three maps
 * @view: the view
 * @pos: any position
 * @base: set to its slot in the last settled map, or HR_NO_SLOT
 * @now: set to its slot in the effective map
 * @then: set to its slot in the map that the migration leads to
 *
 * All three are equal when no migration is under way. See hr_view_node().
 *
 * Context: any; the caller keeps the view alive.
 */
void hr_view_slots(const struct hr_view *view, u32 pos, u32 *base, u32 *now,
		   u32 *then)
{
	u64 frontier = READ_ONCE(view->frontier);

	*then = hr_table_lookup(view->table, pos);
	*now = *then;
	*base = *then;
	if (hr_view_settled(view))
		return;
	*base = hr_table_lookup(view->base, pos);
	if (pos < frontier)
		return;
	*now = view->from == view->base ? *base :
					  hr_table_lookup(view->from, pos);
}

struct hr_table *hr_table_members(const struct hr_table *t, u32 nr_slots,
				  gfp_t gfp)
{
	struct hr_table *copy = hr_table_alloc(nr_slots, t->nr_nodes, gfp);
	u32 i;

	if (!copy)
		return NULL;
	for (i = 0; i < t->nr_slots; i++) {
		if (t->nodes[i])
			copy->nodes[i] = hr_node_get(t->nodes[i]);
		if (!(i & 0xfff))
			cond_resched();
	}
	memcpy(copy->by_name, t->by_name, t->nr_nodes * sizeof(*copy->by_name));
	memcpy(copy->by_seat, t->by_seat, t->nr_nodes * sizeof(*copy->by_seat));
	copy->nr_leaving = t->nr_leaving;
	copy->weight = t->weight;
	return copy;
}

/* Completes @t, if there is one, with points that it takes over; or puts it. */
static struct hr_table *finish(struct hr_table *t, struct hr_point *points,
			       u32 nr_points, u32 grid, gfp_t gfp,
			       const struct hr_node_ops *ops)
{
	if (!t) {
		kvfree(points);
		return NULL;
	}
	if (!points || hr_build_of(t, points, nr_points, grid, gfp) ||
	    hr_table_list_leaving(t, gfp)) {
		hr_table_put(t, ops);
		return NULL;
	}
	return t;
}

static void copy_points(struct hr_point *to, const struct hr_point *from, u32 n)
{
	u32 i, part;

	for (i = 0; i < n; i += part) {
		part = min(n - i, HR_CHUNK);
		memcpy(to + i, from + i, part * sizeof(*to));
		cond_resched();
	}
}

struct hr_table *hr_table_finish_as(struct hr_table *t,
				    const struct hr_table *map, u32 grid,
				    gfp_t gfp, const struct hr_node_ops *ops)
{
	struct hr_point *points = kvmalloc_array(map->nr_points + 1,
						 sizeof(*points), gfp);

	if (points)
		copy_points(points, map->points, map->nr_points);
	return finish(t, points, map->nr_points, grid, gfp, ops);
}

/*
 * Cuts the points of both maps at the frontier: finds the first ones at or
 * behind it.
 */
struct cut {
	u32 table;
	u32 from;
	u32 frontier;
};

/*
 * Writes the points of the effective map; returns their number. They are those
 * of @table before the frontier, then those of @from at or behind it. Where the
 * frontier cuts an arc, there is a point that neither map has.
 */
static u32 compose_points(const struct hr_view *view, const struct cut *cut,
			  struct hr_point *to)
{
	const struct hr_table *table = view->table, *from = view->from;
	u32 rest = from->nr_points - cut->from, n = cut->table;
	/* Both arrays end with a copy of their first point. */
	u32 below = table->points[cut->table].slot;
	u32 above = from->points[cut->from].slot;
	u32 wrap = from->points[from->nr_points].slot;

	copy_points(to, table->points, n);
	if (cut->frontier && below != above &&
	    (!n || to[n - 1].pos != cut->frontier - 1))
		to[n++] = (struct hr_point) {
			.pos = cut->frontier - 1, .slot = below,
		};
	copy_points(to + n, from->points + cut->from, rest);
	n += rest;
	if (n ? to[n - 1].pos != U32_MAX && to[0].slot != wrap :
		wrap != HR_NO_SLOT)
		to[n++] = (struct hr_point) { .pos = U32_MAX, .slot = wrap };
	return n;
}

/**
 * hr_view_compose() - the effective map as a table of its own
 * @view: the view
 * @frontier: the frontier to use
 * @grid: number of cells if all points end cells, or 0; the frontier is at the
 *	border of two cells
 * @gfp: how to allocate; with __GFP_NOFAIL it will not fail
 * @ops: the ops that made the nodes
 *
 * Its members and leaving nodes are those of the table that the migration leads
 * to. If that table or the map before is empty, there are positions without an
 * owner.
 *
 * Context: process; sleeps. The caller keeps the view alive.
 * Return: a table to be put, which may be the view's own; or NULL.
 */
struct hr_table *hr_view_compose(const struct hr_view *view, u64 frontier,
				 u32 grid, gfp_t gfp,
				 const struct hr_node_ops *ops)
{
	const struct hr_table *table = view->table, *from = view->from;
	struct cut cut = { .frontier = frontier };
	struct hr_point *points;
	struct hr_table *t;
	u32 n = 0;

	if (hr_view_settled(view) || frontier >= HR_WHOLE_RING)
		return hr_table_get(view->table);
	cut.table = hr_points_seek(table->points, table->nr_points, frontier);
	cut.from = hr_points_seek(from->points, from->nr_points, frontier);
	t = hr_table_members(table, table->nr_slots, gfp);
	/* Two that neither map has, and the copy at the end. */
	points = kvmalloc_array(cut.table + from->nr_points - cut.from + 3,
				sizeof(*points), gfp);
	if (points)
		n = compose_points(view, &cut, points);
	return finish(t, points, n, grid, gfp, ops);
}

/* Whether a slot has a node that is not down. */
static bool is_up(const struct hr_table *members, u32 slot)
{
	if (slot == HR_NO_SLOT)
		return true;
	return slot < members->nr_slots && members->nodes[slot] &&
	       members->nodes[slot]->attrs.state != HASHRING_NODE_DOWN;
}

static u32 count_up(const struct hr_table *t, const struct hr_table *members)
{
	u32 i, n = 0;

	for (i = 0; i < t->nr_points; i++) {
		n += is_up(members, t->points[i].slot);
		if (!(i & (HR_CHUNK - 1)))
			cond_resched();
	}
	return n;
}

/**
 * hr_table_without() - a map without the points of nodes that are down
 * @t: the map
 * @members: a table; points go whose slot is free in it or has a node that is
 *	down
 * @grid: number of cells if all points end cells, or 0
 * @gfp: how to allocate; with __GFP_NOFAIL it will not fail
 * @ops: the ops that made the nodes
 *
 * Their arcs go to the node of the next point. Nodes and members stay those of
 * @t.
 *
 * Context: process; sleeps. The caller keeps the tables alive.
 * Return: a table to be put, @t itself when nothing goes; or NULL.
 */
struct hr_table *hr_table_without(struct hr_table *t,
				  const struct hr_table *members, u32 grid,
				  gfp_t gfp, const struct hr_node_ops *ops)
{
	u32 nr = count_up(t, members), n = 0, i;
	struct hr_point *points;
	struct hr_table *less;

	if (nr == t->nr_points)
		return hr_table_get(t);
	less = hr_table_members(t, t->nr_slots, gfp);
	points = kvmalloc_array(nr + 1, sizeof(*points), gfp);
	for (i = 0; points && i < t->nr_points; i++) {
		if (is_up(members, t->points[i].slot))
			points[n++] = t->points[i];
		if (!(i & (HR_CHUNK - 1)))
			cond_resched();
	}
	return finish(less, points, nr, grid, gfp, ops);
}

/**
 * hr_table_settle() - a table without its leaving nodes
 * @t: the table; no point of its map belongs to one
 * @grid: number of cells if all points end cells, or 0
 * @gfp: how to allocate; with __GFP_NOFAIL it will not fail
 * @ops: the ops that made the nodes
 *
 * Context: process; sleeps. The caller keeps the table alive.
 * Return: a table to be put, @t itself without leaving nodes; or NULL.
 */
struct hr_table *hr_table_settle(struct hr_table *t, u32 grid, gfp_t gfp,
				 const struct hr_node_ops *ops)
{
	struct hr_table *settled;
	u32 i;

	if (!t->nr_leaving)
		return hr_table_get(t);
	settled = hr_table_members(t, t->nr_slots, gfp);
	if (!settled)
		return NULL;
	for (i = 0; i < t->nr_slots; i++) {
		struct hr_node *node = t->nodes[i];

		if (node && !hr_table_has(t, node)) {
			hr_node_put(node, ops);
			settled->nodes[i] = NULL;
		}
		if (!(i & 0xfff))
			cond_resched();
	}
	settled->nr_leaving = 0;
	while (settled->nr_slots && !settled->nodes[settled->nr_slots - 1])
		settled->nr_slots--;
	return hr_table_finish_as(settled, t, grid, gfp, ops);
}
