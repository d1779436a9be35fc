// SPDX-License-Identifier: GPL-2.0-only
/*
 * A ring against the oracle: owners on both sides of every border, shares,
 * arcs, members, digests, and how far a migration has come.
 */
#include <string.h>

#include <linux/slab.h>

#include "core/digest.h"
#include "core/table_build.h"
#include "core/view_frontier.h"
#include "core_ring.h"

void put(struct hr_table *t)
{
	hr_table_put(t, &hr_node_plain_ops);
}

struct hr_table *compose(const struct ring *r, gfp_t gfp)
{
	return hr_view_compose(&r->view, r->view.frontier, r->cfg.grid, gfp,
			       &hr_node_plain_ops);
}

/* Who stands in a slot of one of the view's maps. */
u32 uid_at(const struct ring *r, u32 slot)
{
	if (slot == HR_NO_SLOT)
		return NOBODY;
	CHECK(slot < r->view.table->nr_slots && r->view.table->nodes[slot]);
	return r->uid_of_slot[slot];
}

void copy_map(const struct ring *r, const struct hr_table *t, struct map *map)
{
	u32 i;

	CHECK(t->nr_points <= ORACLE_SPOTS);
	map->n = t->nr_points;
	for (i = 0; i < t->nr_points; i++)
		map->at[i] = (struct spot) {
			t->points[i].pos, uid_at(r, t->points[i].slot),
		};
}

/* The points of hashed and explicit rings are the oracle's, one by one. */
static void check_points(const struct ring *r)
{
	static struct map map;
	u32 i;

	if (r->cfg.place->takes_cells) {
		oracle_check_due(&r->nodes, r->view.table);
		return;
	}
	oracle_map(&r->nodes, &map);
	CHECK(map.n == r->to.n);
	for (i = 0; i < map.n; i++) {
		CHECK(map.at[i].pos == r->to.at[i].pos);
		CHECK(map.at[i].uid == r->to.at[i].uid);
	}
}

static void check_node(const struct oracle_node *is, const struct hr_node *node)
{
	CHECK(!strcmp(is->name, node->name) && !strcmp(is->seat, node->seat));
	CHECK(is->weight == node->attrs.weight &&
	      is->state == node->attrs.state);
	CHECK(is->member ==
	      (node->attrs.state != HASHRING_NODE_LEAVING && is->member));
}

static void check_members(const struct ring *r)
{
	const struct hr_table *t = r->view.table;
	u32 members = 0, all = 0, i;
	u64 weight = 0;

	for (i = 0; i < t->nr_slots; i++) {
		const struct oracle_node *is;

		if (!t->nodes[i])
			continue;
		all++;
		is = oracle_of(&r->nodes, r->uid_of_slot[i]);
		CHECK(is && t->nodes[i]->slot == i);
		check_node(is, t->nodes[i]);
		CHECK(is->member == hr_table_has(t, t->nodes[i]));
		if (!is->member) {
			CHECK(!t->share[i]);
			continue;
		}
		members++;
		CHECK(is->id == t->nodes[i]->attrs.id);
		CHECK(hr_table_find(t, is->name) == t->nodes[i]);
		CHECK(hr_table_find_seat(t, is->seat) == t->nodes[i]);
		if (is->state == HASHRING_NODE_ACTIVE)
			weight += is->weight;
	}
	CHECK(all == r->nodes.n && members == t->nr_nodes);
	CHECK(t->nr_leaving == all - members && t->weight == weight);
	for (i = 1; i < t->nr_nodes; i++) {
		CHECK(strcmp(t->by_name[i - 1]->name, t->by_name[i]->name) < 0);
		CHECK(strcmp(t->by_seat[i - 1]->seat, t->by_seat[i]->seat) < 0);
	}
}

void check_at(const struct ring *r, const struct hr_table *composed, u32 pos)
{
	const struct hr_node *node = hr_view_owner(&r->view, pos);
	u32 base, now, then, is, was, will = map_owner(&r->to, pos);

	is = will;
	was = will;
	if (r->view.from) {
		was = map_owner(&r->base, pos);
		if (pos >= r->view.frontier)
			is = map_owner(&r->from, pos);
	}
	CHECK((node ? r->uid_of_slot[node->slot] : NOBODY) == is);
	hr_view_slots(&r->view, pos, &base, &now, &then);
	CHECK(uid_at(r, base) == was);
	CHECK(uid_at(r, now) == is);
	CHECK(uid_at(r, then) == will);
	CHECK(uid_at(r, hr_table_lookup(composed, pos)) == is);
}

static void check_around(const struct ring *r, const struct hr_table *composed,
			 const struct map *map)
{
	u32 i, k;

	for (i = 0; i < map->n; i++)
		for (k = 0; k < 3; k++)
			if (i < 1 || k || map->at[i].pos != map->at[i - 1].pos)
				check_at(r, composed, map->at[i].pos + k - 1);
}

/* Shares and arcs are what the pieces of the map add up to. */
static void check_shares(const struct ring *r, const struct hr_table *t,
			 const struct map *map)
{
	static u64 ends[MAP_ENDS];
	u64 share[MAX_SLOTS] = {}, arcs[MAX_SLOTS] = {}, low = 0;
	u32 n = map_ends(map, map, ends), cursor = 0, i, k;
	struct hr_arc arc;

	for (i = 0; i < n; low = ends[i++])
		for (k = 0; k < t->nr_slots; k++)
			if (t->nodes[k] && r->uid_of_slot[k] ==
			    map_owner(map, ends[i] - 1))
				share[k] += ends[i] - low;
	while (hr_table_next_arc(t, &cursor, &arc)) {
		CHECK(uid_at(r, arc.slot) == map_owner(map, arc.end));
		CHECK(uid_at(r, arc.slot) == map_owner(map, arc.start + 1));
		arcs[arc.slot] += arc.start == arc.end ? HR_WHOLE_RING :
				  (u32)(arc.end - arc.start);
	}
	for (i = 0; i < t->nr_slots; i++)
		CHECK(t->share[i] == share[i] && arcs[i] == share[i]);
}

/* What changes hands between two frontiers. */
u64 share_between(const struct ring *r, u64 low, u64 high)
{
	static u64 ends[MAP_ENDS];
	u32 n = map_ends(&r->from, &r->to, ends), i;
	u64 share = 0, begin = 0;

	for (i = 0; i < n; begin = ends[i++]) {
		u64 from = begin > low ? begin : low;
		u64 to = ends[i] < high ? ends[i] : high;

		if (from < to && map_owner(&r->from, ends[i] - 1) !=
				 map_owner(&r->to, ends[i] - 1))
			share += to - from;
	}
	return share;
}

static void check_way(const struct ring *r)
{
	u64 f = r->view.frontier, share;
	struct hr_progress way;
	u32 arcs;

	hr_view_progress(&r->view, f, &way);
	CHECK(way.share == share_between(r, 0, HR_WHOLE_RING));
	CHECK(way.share_released == share_between(r, 0, f));
	CHECK(way.arcs_released <= way.arcs && !way.arcs == !way.share);
	hr_view_between(&r->view, 0, f, &share, &arcs);
	CHECK(share == way.share_released && arcs >= way.arcs_released);
}

void check_ring(const struct ring *r)
{
	static struct map map;
	struct hr_table *composed = compose(r, GFP_KERNEL);
	u32 i;

	check_members(r);
	check_points(r);
	check_shares(r, r->view.table, &r->to);
	check_around(r, composed, &r->to);
	check_at(r, composed, 0);
	check_at(r, composed, U32_MAX);
	if (r->view.from) {
		check_around(r, composed, &r->from);
		check_around(r, composed, &r->base);
		for (i = 0; i < 3; i++)
			check_at(r, composed, r->view.frontier - 1 + i);
		if (map_splice(&map, &r->to, &r->from, r->view.frontier))
			check_shares(r, composed, &map);
		check_way(r);
	}
	put(composed);
}

/* A ring of the same members, made in one change, has the same map. */
void check_anew(const struct ring *r)
{
	static struct hr_op ops[ORACLE_NODES];
	struct hr_table *empty, *anew = NULL;
	struct hr_error err;
	u32 n = 0, i;

	if (r->cfg.place->takes_cells || !r->view.table->nr_nodes)
		return;
	for (i = r->nodes.n; i-- > 0;) {
		const struct oracle_node *is = &r->nodes.node[i];
		struct hr_op *op = &ops[n];

		if (!is->member)
			continue;
		memset(op, 0, sizeof(*op));
		op->kind = HASHRING_OP_ADD;
		op->has = HR_HAS_ATTR(ID) | HR_HAS_ATTR(WEIGHT) |
			  HR_HAS_ATTR(STATE) | HR_HAS(SEAT);
		strcpy(op->name, is->name);
		strcpy(op->seat, is->seat);
		op->attrs.id = is->id;
		op->attrs.weight = is->weight;
		op->attrs.state = is->state;
		if (r->cfg.place->takes_points) {
			op->has |= HR_HAS(POINTS);
			op->points = (u32 *)is->points;
			op->nr_points = is->nr_points;
		}
		op->has |= HR_HAS_VIA;
		op->attrs.via =
			hr_table_find(r->view.table, is->name)->attrs.via;
		n++;
	}
	empty = hr_table_empty(GFP_KERNEL);
	CHECK(!hr_change_build(&r->cfg, empty, ops, n, U32_MAX, false,
			       &hr_node_plain_ops, GFP_KERNEL, &anew, &err));
	CHECK(hr_digest_map(anew) == hr_digest_map(r->view.table));
	CHECK(hr_digest_members(&r->cfg, anew) ==
	      hr_digest_members(&r->cfg, r->view.table));
	put(anew);
	put(empty);
}
