// SPDX-License-Identifier: GPL-2.0-only
/* Maps as lists of points: the owners of positions, in one map and in two. */
#include <linux/minmax.h>
#include <linux/string.h>

#include "model.h"

/* The owner of positions up to point @i, which wraps to the first point. */
static u32 owner_up_to(const struct model_map *map, u32 i)
{
	if (i < map->n)
		return map->point[i].uid;
	return map->n ? map->point[0].uid : MODEL_NOBODY;
}

/**
 * model_owner() - the owner of a position
 * @map: the map
 * @pos: the position
 *
 * Return: the uid of the first point at or behind @pos, which wraps.
 */
u32 model_owner(const struct model_map *map, u32 pos)
{
	u32 i;

	for (i = 0; i < map->n; i++)
		if (map->point[i].pos >= pos)
			break;
	return owner_up_to(map, i);
}

/**
 * model_arcs() - the arcs of two maps, from position 0 to 2^32
 * @before: the first map
 * @after: the second map
 * @arcs: set; neighbours with the same owners are one arc, but not over 0
 */
void model_arcs(const struct model_map *before, const struct model_map *after,
		struct model_arcs *arcs)
{
	struct model_arc arc = {};
	u32 i = 0, k = 0;

	arcs->n = 0;
	while (arc.high < HR_WHOLE_RING) {
		arc.low = arc.high;
		while (i < before->n && before->point[i].pos < arc.low)
			i++;
		while (k < after->n && after->point[k].pos < arc.low)
			k++;
		arc.from = owner_up_to(before, i);
		arc.to = owner_up_to(after, k);
		arc.high = HR_WHOLE_RING;
		if (i < before->n)
			arc.high = before->point[i].pos + 1ULL;
		if (k < after->n)
			arc.high = min(arc.high, after->point[k].pos + 1ULL);
		if (arcs->n && arcs->arc[arcs->n - 1].from == arc.from &&
		    arcs->arc[arcs->n - 1].to == arc.to)
			arcs->arc[arcs->n - 1].high = arc.high;
		else
			arcs->arc[arcs->n++] = arc;
	}
}

/**
 * model_join_ends() - joins the first and the last arc of the same owners
 * @arcs: the arcs of model_arcs(); an arc that wraps comes last
 */
void model_join_ends(struct model_arcs *arcs)
{
	const struct model_arc *first = &arcs->arc[0];
	struct model_arc *last = &arcs->arc[arcs->n - 1];

	if (arcs->n < 2 || first->from != last->from || first->to != last->to)
		return;
	last->high += first->high;
	memmove(arcs->arc, arcs->arc + 1, --arcs->n * sizeof(*arcs->arc));
}

/**
 * model_make_map() - the points of hashed and explicit placement
 * @nodes: the nodes
 * @map: set
 */
void model_make_map(const struct model_nodes *nodes, struct model_map *map)
{
	u32 i, k, at;

	map->n = 0;
	for (i = 0; i < nodes->n; i++) {
		const struct model_node *node = &nodes->node[i];

		if (!node->member || node->state != HASHRING_NODE_ACTIVE)
			continue;
		for (k = 0; k < node->nr_points; k++) {
			u32 pos = node->points[k];

			for (at = map->n++; at > 0; at--) {
				const struct model_point *low =
					&map->point[at - 1];

				if (low->pos < pos)
					break;
				if (low->pos == pos &&
				    strcmp(model_node(nodes, low->uid)->seat,
					   node->seat) <= 0)
					break;
				map->point[at] = *low;
			}
			map->point[at] = (struct model_point){ pos, node->uid };
		}
	}
}

static bool add_point(struct model_map *map, u32 pos, u32 uid)
{
	if (map->n == MODEL_POINTS)
		return false;
	map->point[map->n++] = (struct model_point){ pos, uid };
	return true;
}

/**
 * model_splice() - joins two maps at a frontier
 * @below: the map below the frontier
 * @above: the map from the frontier on
 * @frontier: 0 to 2^32
 * @to: set; neither @below nor @above
 *
 * Return: whether there was room.
 */
bool model_splice(const struct model_map *below, const struct model_map *above,
		  u64 frontier, struct model_map *to)
{
	bool fits = true;
	u32 i;

	to->n = 0;
	for (i = 0; i < below->n; i++)
		if (below->point[i].pos < frontier)
			fits &= add_point(to, below->point[i].pos,
					  below->point[i].uid);
	if (frontier)
		fits &= add_point(to, frontier - 1,
				  model_owner(below, frontier - 1));
	for (i = 0; i < above->n; i++)
		if (above->point[i].pos >= frontier)
			fits &= add_point(to, above->point[i].pos,
					  above->point[i].uid);
	if (frontier <= U32_MAX)
		fits &= add_point(to, U32_MAX, model_owner(above, U32_MAX));
	return fits;
}

/**
 * model_drop() - removes a node from a map
 * @map: the map
 * @uid: the node; the owner of the next point gets its positions
 */
void model_drop(struct model_map *map, u32 uid)
{
	u32 i, n = 0;

	for (i = 0; i < map->n; i++)
		if (map->point[i].uid != uid)
			map->point[n++] = map->point[i];
	map->n = n;
}
