// SPDX-License-Identifier: GPL-2.0-only
/*
 * The details of a plan beyond a receipt: impact zones, and other methods.
 */
#include <stdlib.h>
#include <string.h>

#include <core/sort.h>
#include "shares.h"

#include "plan.h"

/* Neighbours are points of the map after the change. */
static void find_neighbours(const struct hr_table *t, struct zone *zone)
{
	__u32 behind;

	zone->has_neighbours = t->nr_points > 0;
	if (!t->nr_points)
		return;
	behind = zone->arc.start == UINT32_MAX ? t->nr_points :
		 hr_points_gallop(t->points, 0, t->nr_points,
				  zone->arc.start + 1);
	zone->predecessor = t->points[behind ? behind - 1 : t->nr_points - 1];
	/* Of points at one position the first one owns. */
	zone->predecessor.slot = hr_table_lookup(t, zone->predecessor.pos);

	behind = zone->arc.end == UINT32_MAX ? t->nr_points :
		 hr_points_gallop(t->points, 0, t->nr_points,
				  zone->arc.end + 1);
	zone->successor = t->points[behind < t->nr_points ? behind : 0];
}

/**
 * zone_next() - the next arc that changes hands
 * @p: the plan
 * @walk: zeroed at first, except for its tables
 * @zone: set
 *
 * Return: whether there was one more; arcs come in ring order.
 */
bool zone_next(const struct plan *p, struct hr_walk *walk, struct zone *zone)
{
	__u32 size;

	walk->before = p->ring.table;
	walk->after = p->next.after;
	if (!hr_walk_next(walk, &zone->arc))
		return false;
	size = zone->arc.end - zone->arc.start;
	zone->share = size ? size : HR_WHOLE_RING;
	find_neighbours(p->next.after, zone);
	return true;
}

/**
 * zones_largest() - the largest arcs that change hands
 * @p: the plan
 * @largest: set, the largest first
 * @room: number of elements of @largest
 *
 * Return: the number of all of them.
 */
__u32 zones_largest(const struct plan *p, struct zone *largest, __u32 room)
{
	struct hr_walk walk = { 0 };
	struct zone zone;
	__u32 nr = 0, i;

	for (; zone_next(p, &walk, &zone); nr++) {
		i = nr < room ? nr : room;
		if (i == room && largest[i - 1].share >= zone.share)
			continue;
		if (i == room)
			i--;
		for (; i && largest[i - 1].share < zone.share; i--)
			largest[i] = largest[i - 1];
		largest[i] = zone;
	}
	return nr;
}

/* The weight of an active node, else 0. */
static __u32 weight_of(const struct hr_node *node)
{
	return node->attrs.state == HASHRING_NODE_ACTIVE ? node->attrs.weight :
							   0;
}

/* The version of the node in the other table, or NULL. */
static const struct hr_node *other(const struct hr_table *t,
				   const struct hr_node *node)
{
	return node->slot < t->nr_slots ? t->nodes[node->slot] : NULL;
}

/**
 * rivals_of() - what other methods would move for the same change
 * @p: the plan
 * @r: set
 *
 * Ranges are in the order of names; new nodes come last.
 *
 * Return: an exit status; errors are reported.
 */
int rivals_of(const struct plan *p, struct rivals *r)
{
	const struct hr_table *old = p->ring.table;
	const struct hr_table *new = p->next.after;
	__u32 nr = 0, gone = 0, come = 0, i;
	__u32 *before, *after;
	__u64 kept = 0;

	memset(r, 0, sizeof(*r));
	before = calloc((size_t)old->nr_nodes + new->nr_nodes + 1,
			2 * sizeof(*before));
	if (!before)
		return fail_memory();
	after = before + old->nr_nodes + new->nr_nodes + 1;
	for (i = 0; i < old->nr_nodes; i++, nr++) {
		const struct hr_node *is = other(new, old->by_name[i]);

		before[nr] = weight_of(old->by_name[i]);
		after[nr] = is ? weight_of(is) : 0;
	}
	for (i = 0; i < new->nr_nodes; i++)
		if (!other(old, new->by_name[i]))
			after[nr++] = weight_of(new->by_name[i]);
	for (i = 0; i < nr; i++) {
		kept += before[i] < after[i] ? before[i] : after[i];
		r->split_before += before[i] > 0;
		r->split_after += after[i] > 0;
		gone += before[i] && !after[i];
		come += after[i] && !before[i];
	}
	r->modulo_before = old->weight;
	r->modulo_after = new->weight;
	r->modulo = modulo_share(old->weight, new->weight, kept);
	r->split = split_share(r->split_before, gone, come);
	r->recut = recut_share(before, after, nr);
	free(before);
	return EXIT_DONE;
}
