// SPDX-License-Identifier: GPL-2.0-only
/*
 * Compares a view with the model: owners on both sides of every border, shares,
 * arcs, members, and the table of the same members made in one change.
 */
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "core/digest.h"
#include "core/table_build.h"
#include "model.h"

static struct model_arcs arcs;	/* of the checked map */

/* The node in a slot of one of the view's tables. */
static u32 uid_at(const struct model_ring *ring, const struct hr_table *t,
		  u32 slot)
{
	if (slot == HR_NO_SLOT)
		return MODEL_NOBODY;
	MODEL_CHECK(ring->test, slot < t->nr_slots && t->nodes[slot]);
	return ring->uid_of_slot[slot];
}

/* A table's points are the model's, one by one; cells are shared as due. */
static void check_points(const struct model_ring *ring, const struct hr_table *t)
{
	static u32 due[MODEL_SLOTS];
	u32 i;

	MODEL_CHECK(ring->test, t->nr_points == ring->to.n);
	for (i = 0; i < t->nr_points; i++) {
		MODEL_CHECK(ring->test,
			    t->points[i].pos == ring->to.point[i].pos);
		MODEL_CHECK(ring->test, uid_at(ring, t, t->points[i].slot) ==
						ring->to.point[i].uid);
	}
	if (!ring->cfg.place->takes_cells)
		return;
	model_due(t, ring->cfg.grid, due);
	for (i = 0; i < t->nr_slots; i++)
		MODEL_CHECK(ring->test, t->share[i] * ring->cfg.grid ==
						due[i] * HR_WHOLE_RING);
}

static void check_node(struct kunit *test, const struct model_node *is,
		       const struct hr_node *node)
{
	MODEL_CHECK(test, !strcmp(is->name, node->name));
	MODEL_CHECK(test, !strcmp(is->seat, node->seat));
	MODEL_CHECK(test, is->id == node->attrs.id);
	MODEL_CHECK(test, is->weight == node->attrs.weight);
	MODEL_CHECK(test, is->state == node->attrs.state);
}

/* Each name leads to its node; members and leaving nodes are in order. */
static void check_names(const struct model_ring *ring, const struct hr_table *t)
{
	struct kunit *test = ring->test;
	u32 i;

	for (i = 0; i < t->nr_slots; i++) {
		const struct hr_node *node = t->nodes[i], *member, *leaving;
		bool is;

		if (!node)
			continue;
		is = model_node(&ring->nodes, ring->uid_of_slot[i])->member;
		member = hr_table_find(t, node->name);
		leaving = hr_table_find_leaving(t, node->name);
		MODEL_CHECK(test, hr_table_has(t, node) == is);
		MODEL_CHECK(test, member == (is ? node : NULL));
		MODEL_CHECK(test, leaving == (is ? NULL : node));
		if (is)
			MODEL_CHECK(test,
				    hr_table_find_seat(t, node->seat) == node);
	}
	for (i = 1; i < t->nr_nodes + t->nr_leaving; i++)
		if (i != t->nr_nodes)
			MODEL_CHECK(test, strcmp(t->by_name[i - 1]->name,
						 t->by_name[i]->name) < 0);
	for (i = 1; i < t->nr_nodes; i++)
		MODEL_CHECK(test, strcmp(t->by_seat[i - 1]->seat,
					 t->by_seat[i]->seat) < 0);
}

static void check_members(const struct model_ring *ring,
			  const struct hr_table *t)
{
	struct kunit *test = ring->test;
	u32 members = 0, all = 0, i;
	u64 weight = 0;

	for (i = 0; i < t->nr_slots; i++) {
		const struct model_node *is;

		if (!t->nodes[i])
			continue;
		all++;
		is = model_node(&ring->nodes, ring->uid_of_slot[i]);
		MODEL_CHECK(test, is && t->nodes[i]->slot == i);
		check_node(test, is, t->nodes[i]);
		if (!is->member) {
			MODEL_CHECK(test, !t->share[i]);
			continue;
		}
		members++;
		if (is->state == HASHRING_NODE_ACTIVE)
			weight += is->weight;
	}
	MODEL_CHECK(test, all == ring->nodes.n && members == t->nr_nodes);
	MODEL_CHECK(test, t->nr_leaving == all - members);
	MODEL_CHECK(test, t->weight == weight);
}

/* The largest and the smallest share of a node over its due. */
static void check_balance(const struct model_ring *ring,
			  const struct hr_table *t)
{
	u64 peak = 0, trough = U64_MAX, load;
	u32 i;

	for (i = 0; i < t->nr_nodes; i++) {
		u32 weight = t->by_name[i]->attrs.weight;

		if (t->by_name[i]->attrs.state != HASHRING_NODE_ACTIVE)
			continue;
		load = 2 * t->share[t->by_name[i]->slot] * t->weight + weight;
		load = div_u64(load, 2 * weight);
		peak = max(peak, load);
		trough = min(trough, load);
	}
	MODEL_CHECK(ring->test, hr_table_peak(t) == peak);
	MODEL_CHECK(ring->test, hr_table_trough(t) ==
					(t->weight ? trough : 0));
}

/* Shares and arcs are the sums of the map's pieces. */
static void check_arcs(const struct model_ring *ring, const struct hr_table *t,
		       const struct model_map *map)
{
	static u64 share[MODEL_SLOTS];
	struct kunit *test = ring->test;
	u32 cursor = 0, i, k;
	struct hr_arc got;

	MODEL_CHECK(test, t->nr_slots <= MODEL_SLOTS);
	memset(share, 0, sizeof(share));
	model_arcs(map, map, &arcs);
	model_join_ends(&arcs);
	/* The core begins with the arc of position 0. */
	for (i = 0; i < arcs.n; i++) {
		const struct model_arc *arc =
			&arcs.arc[arcs.arc[0].low ? (i + arcs.n - 1) % arcs.n :
						    i];

		if (arc->to == MODEL_NOBODY)
			continue;
		MODEL_CHECK(test, hr_table_next_arc(t, &cursor, &got));
		MODEL_CHECK(test, uid_at(ring, t, got.slot) == arc->to);
		share[got.slot] += arc->high - arc->low;
		if (arc->high - arc->low == HR_WHOLE_RING) {
			MODEL_CHECK(test, got.start == got.end);
			continue;
		}
		MODEL_CHECK(test, got.start == (u32)(arc->low - 1));
		MODEL_CHECK(test, got.end == (u32)(arc->high - 1));
	}
	MODEL_CHECK(test, !hr_table_next_arc(t, &cursor, &got));
	for (k = 0; k < t->nr_slots; k++)
		MODEL_CHECK(test, t->share[k] == share[k]);
}

/**
 * model_check_at() - compares the owners of a position with the model
 * @ring: the ring
 * @view: the core's view
 * @composed: the core's effective table
 * @pos: the position
 */
void model_check_at(const struct model_ring *ring, const struct hr_view *view,
		    const struct hr_table *composed, u32 pos)
{
	const struct hr_node *node = hr_view_owner(view, pos);
	u32 will = model_owner(&ring->to, pos), is = will, was = will;
	u32 base, now, then;

	if (ring->held) {
		was = model_owner(&ring->base, pos);
		if (pos >= view->frontier)
			is = model_owner(&ring->from, pos);
	}
	MODEL_CHECK(ring->test, (node ? ring->uid_of_slot[node->slot] :
					MODEL_NOBODY) == is);
	hr_view_slots(view, pos, &base, &now, &then);
	MODEL_CHECK(ring->test, uid_at(ring, view->table, base) == was);
	MODEL_CHECK(ring->test, uid_at(ring, view->table, now) == is);
	MODEL_CHECK(ring->test, uid_at(ring, view->table, then) == will);
	now = hr_table_lookup(composed, pos);
	MODEL_CHECK(ring->test, uid_at(ring, view->table, now) == is);
}

static void check_around(const struct model_ring *ring,
			 const struct hr_view *view,
			 const struct hr_table *composed,
			 const struct model_map *map)
{
	u32 i, k;

	for (i = 0; i < map->n; i++)
		for (k = 0; k < 3; k++)
			if (!i || k ||
			    map->point[i].pos != map->point[i - 1].pos)
				model_check_at(ring, view, composed,
					       map->point[i].pos + k - 1);
}

static u64 share_of(const struct hr_table *t, u32 slot)
{
	return slot < t->nr_slots ? t->share[slot] : 0;
}

static void check_migration(const struct model_ring *ring,
			    const struct hr_view *view,
			    const struct hr_table *composed)
{
	const struct hr_table *t = view->table;
	static struct model_map map;
	u32 i;

	check_around(ring, view, composed, &ring->from);
	check_around(ring, view, composed, &ring->base);
	for (i = 0; i < 3; i++)
		model_check_at(ring, view, composed, view->frontier - 1 + i);
	if (model_effective(ring, view->frontier, &map))
		check_arcs(ring, composed, &map);
	model_moves(ring, &arcs);
	model_check_progress(ring->test, &arcs, view, 0, view->frontier);
	/* A down node owns nothing in any of the maps. */
	for (i = 0; i < t->nr_slots; i++) {
		if (!t->nodes[i] ||
		    t->nodes[i]->attrs.state != HASHRING_NODE_DOWN)
			continue;
		MODEL_CHECK(ring->test, !share_of(view->from, i));
		MODEL_CHECK(ring->test, !share_of(view->base, i));
	}
}

/**
 * model_check() - compares a view with the model
 * @ring: the ring
 * @view: the core's view
 */
void model_check(const struct model_ring *ring, const struct hr_view *view)
{
	struct hr_table *composed;

	composed = hr_view_compose(view, view->frontier, ring->cfg.grid,
				   GFP_KERNEL, &hr_node_plain_ops);
	MODEL_CHECK(ring->test, composed);
	MODEL_CHECK(ring->test, ring->held == !hr_view_settled(view));
	check_members(ring, view->table);
	check_names(ring, view->table);
	check_names(ring, composed);
	check_points(ring, view->table);
	check_arcs(ring, view->table, &ring->to);
	check_balance(ring, view->table);
	check_around(ring, view, composed, &ring->to);
	model_check_at(ring, view, composed, 0);
	model_check_at(ring, view, composed, U32_MAX);
	if (ring->held)
		check_migration(ring, view, composed);
	hr_table_put(composed, &hr_node_plain_ops);
}

static void add_op(const struct model_ring *ring, const struct hr_table *t,
		   const struct model_node *node, struct hr_op *op)
{
	memset(op, 0, sizeof(*op));
	op->kind = HASHRING_OP_ADD;
	op->has = HR_HAS_ATTR(ID) | HR_HAS_ATTR(WEIGHT) | HR_HAS_ATTR(STATE) |
		  HR_HAS_VIA | HR_HAS(SEAT);
	strscpy(op->name, node->name, sizeof(op->name));
	strscpy(op->seat, node->seat, sizeof(op->seat));
	op->attrs.id = node->id;
	op->attrs.weight = node->weight;
	op->attrs.state = node->state;
	op->attrs.via = hr_table_find(t, node->name)->attrs.via;
	if (ring->cfg.place->takes_points) {
		op->has |= HR_HAS(POINTS);
		op->points = (u32 *)node->points;
		op->nr_points = node->nr_points;
	}
}

/**
 * model_check_anew() - checks that the same members, added at once, make the
 *	same map
 * @ring: the ring, not a balanced one
 * @t: its table
 * @first: any number: it selects the order of the members
 */
void model_check_anew(const struct model_ring *ring, const struct hr_table *t,
		      u32 first)
{
	static struct hr_op ops[MODEL_NODES];
	struct hr_table *empty, *anew = NULL;
	struct hr_error err;
	u32 n = 0, i;

	if (ring->cfg.place->takes_cells || !t->nr_nodes)
		return;
	for (i = ring->nodes.n; i-- > 0;) {
		const struct model_node *node =
			&ring->nodes.node[(first + i) % ring->nodes.n];

		if (node->member)
			add_op(ring, t, node, &ops[n++]);
	}
	empty = hr_table_empty(GFP_KERNEL);
	MODEL_CHECK(ring->test, empty);
	MODEL_CHECK(ring->test,
		    !hr_change_build(&ring->cfg, empty, ops, n, U32_MAX, false,
				     &hr_node_plain_ops, GFP_KERNEL, &anew,
				     &err));
	MODEL_CHECK(ring->test, hr_digest_map(anew) == hr_digest_map(t));
	MODEL_CHECK(ring->test, hr_digest_members(&ring->cfg, anew) ==
					hr_digest_members(&ring->cfg, t));
	hr_table_put(anew, &hr_node_plain_ops);
	hr_table_put(empty, &hr_node_plain_ops);
}
