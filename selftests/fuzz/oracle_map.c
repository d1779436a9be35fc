// SPDX-License-Identifier: GPL-2.0-only
/*
 * Maps as lists of points, and figures by counting piece by piece.
 */
#include <string.h>

#include "oracle.h"

/* The first point at or behind @pos, or else the first of all. */
u32 map_owner(const struct map *map, u32 pos)
{
	u32 i;

	for (i = 0; i < map->n; i++)
		if (map->at[i].pos >= pos)
			return map->at[i].uid;
	return map->n ? map->at[0].uid : NOBODY;
}

static bool add_spot(struct map *map, u32 pos, u32 uid)
{
	if (map->n == ORACLE_SPOTS)
		return false;
	map->at[map->n++] = (struct spot) { pos, uid };
	return true;
}

/**
 * map_splice() - one map below a frontier, another one from there on
 * @to: filled in; neither of the two
 * @below: the one map
 * @above: the other
 * @frontier: 0 to 2^32
 *
 * Return: whether there was room.
 */
bool map_splice(struct map *to, const struct map *below,
		const struct map *above, u64 frontier)
{
	bool fits = true;
	u32 i;

	to->n = 0;
	for (i = 0; i < below->n; i++)
		if (below->at[i].pos < frontier)
			fits &= add_spot(to, below->at[i].pos, below->at[i].uid);
	if (frontier)
		fits &= add_spot(to, frontier - 1,
				 map_owner(below, frontier - 1));
	for (i = 0; i < above->n; i++)
		if (above->at[i].pos >= frontier)
			fits &= add_spot(to, above->at[i].pos, above->at[i].uid);
	if (frontier <= U32_MAX)
		fits &= add_spot(to, U32_MAX, map_owner(above, U32_MAX));
	return fits;
}

/* What a node owned falls to whose point is the next. */
void map_drop(struct map *map, u32 uid)
{
	u32 i, n = 0;

	for (i = 0; i < map->n; i++)
		if (map->at[i].uid != uid)
			map->at[n++] = map->at[i];
	map->n = n;
}

u32 map_ends(const struct map *a, const struct map *b, u64 *ends)
{
	u32 i = 0, k = 0, n = 0;

	while (i < a->n || k < b->n) {
		u64 end = HR_WHOLE_RING;

		if (i < a->n)
			end = a->at[i].pos + 1ULL;
		if (k < b->n && b->at[k].pos + 1ULL < end)
			end = b->at[k].pos + 1ULL;
		while (i < a->n && a->at[i].pos < end)
			i++;
		while (k < b->n && b->at[k].pos < end)
			k++;
		ends[n++] = end;
	}
	if (!n || ends[n - 1] != HR_WHOLE_RING)
		ends[n++] = HR_WHOLE_RING;
	return n;
}

/* A piece of the ring and its owners in two maps. */
struct piece {
	u64 share;
	u32 from;
	u32 to;
};

/* Neighbours of the same two owners are one, also over position 0. */
static u32 cut(const struct map *before, const struct map *after,
	       struct piece *pieces)
{
	static u64 ends[MAP_ENDS];
	u32 nr_ends = map_ends(before, after, ends), n = 0, i;
	u64 low = 0;

	for (i = 0; i < nr_ends; i++) {
		struct piece p = {
			.share = ends[i] - low,
			.from = map_owner(before, ends[i] - 1),
			.to = map_owner(after, ends[i] - 1),
		};

		low = ends[i];
		if (n && pieces[n - 1].from == p.from && pieces[n - 1].to == p.to)
			pieces[n - 1].share += p.share;
		else
			pieces[n++] = p;
	}
	if (n > 1 && pieces[0].from == pieces[n - 1].from &&
	    pieces[0].to == pieces[n - 1].to)
		pieces[0].share += pieces[--n].share;
	return n;
}

static u64 weight_of(const struct oracle *o, u32 uid)
{
	const struct oracle_node *node = oracle_of(o, uid);

	return node && node->member && node->state == HASHRING_NODE_ACTIVE ?
		       node->weight : 0;
}

static u64 weight_sum(const struct oracle *o)
{
	u64 sum = 0;
	u32 i;

	for (i = 0; i < o->n; i++)
		sum += weight_of(o, o->node[i].uid);
	return sum;
}

static u64 ideal(const struct oracle *old, const struct oracle *new)
{
	unsigned __int128 sum = 0, whole;
	u64 all_before = weight_sum(old), all_after = weight_sum(new);
	u32 i;

	if (!all_before || !all_after)
		return 0;
	whole = (unsigned __int128)all_before * all_after;
	for (i = 0; i < new->n; i++) {
		u64 had = weight_of(old, new->node[i].uid) * all_after;
		u64 has = weight_of(new, new->node[i].uid) * all_before;

		if (has > had)
			sum += has - had;
	}
	return ((sum << 33) + whole) / (2 * whole);
}

static u64 share_of(const struct piece *pieces, u32 n, u32 uid, bool before)
{
	u64 share = 0;
	u32 i;

	for (i = 0; i < n; i++)
		if ((before ? pieces[i].from : pieces[i].to) == uid)
			share += pieces[i].share;
	return share;
}

static void check_row(const struct hr_move *move, const u32 *uid_of_slot,
		      const struct piece *pieces, u32 n)
{
	u32 from = uid_of_slot[move->from], to = uid_of_slot[move->to];
	u32 arcs = 0, i;
	u64 share = 0;

	for (i = 0; i < n; i++) {
		if (pieces[i].from != from || pieces[i].to != to)
			continue;
		share += pieces[i].share;
		arcs++;
	}
	CHECK(from != to && move->share == share && move->arcs == arcs);
}

void oracle_check_impact(const struct hr_impact *is, const u32 *uid_of_slot,
			 const struct map *before, const struct map *after,
			 const struct oracle *old, const struct oracle *new)
{
	static struct piece pieces[MAP_ENDS];
	u64 moved = 0, gained = 0, lost = 0, more = 0, rows = 0;
	u32 n = cut(before, after, pieces), arcs = 0, uid, i;

	for (i = 0; i < n; i++) {
		const struct piece *p = &pieces[i];

		if (p->from == p->to)
			continue;
		if (p->from == NOBODY) {
			gained += p->share;
		} else if (p->to == NOBODY) {
			lost += p->share;
		} else {
			moved += p->share;
			arcs++;
		}
	}
	for (uid = 1; uid < new->next_uid; uid++) {
		u64 had = share_of(pieces, n, uid, true);
		u64 has = share_of(pieces, n, uid, false);

		if (has > had)
			more += has - had;
	}
	CHECK(is->moved == moved);
	CHECK(is->gained == gained);
	CHECK(is->lost == lost);
	CHECK(is->arcs == arcs);
	CHECK(is->required == more - gained);
	CHECK(is->collateral == moved - is->required);
	CHECK(is->ideal == ideal(old, new));
	for (i = 0; i < is->nr_moves; i++) {
		check_row(&is->moves[i], uid_of_slot, pieces, n);
		rows += is->moves[i].share;
	}
	CHECK(rows == moved);
}

/* Nobody has a better claim to a cell than who has it. */
void oracle_check_due(const struct oracle *o, const struct hr_table *t)
{
	u64 cell = HR_WHOLE_RING / o->cfg->grid;
	u32 i, k;

	for (i = 0; i < t->nr_nodes; i++) {
		const struct hr_node *a = t->by_name[i];
		u64 has_a = t->share[a->slot] / cell;

		CHECK(t->share[a->slot] % cell == 0);
		CHECK((a->attrs.state == HASHRING_NODE_ACTIVE) == (has_a > 0));
		for (k = 0; k < t->nr_nodes && has_a > 1; k++) {
			const struct hr_node *b = t->by_name[k];
			u64 has_b = t->share[b->slot] / cell;

			if (b->attrs.state == HASHRING_NODE_ACTIVE)
				CHECK(a->attrs.weight * (2 * has_b + 1) >=
				      b->attrs.weight * (2 * has_a - 1));
		}
	}
}
