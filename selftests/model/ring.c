// SPDX-License-Identifier: GPL-2.0-only
/* Changes of a ring, migrations, and the ends of migrations. */
#include <linux/string.h>

#include "model.h"

/**
 * model_begin() - makes an empty ring
 * @ring: set
 * @test: for MODEL_CHECK()
 * @cfg: its configuration
 */
void model_begin(struct model_ring *ring, struct kunit *test,
		 const struct hr_config *cfg)
{
	memset(ring, 0, sizeof(*ring));
	ring->test = test;
	ring->cfg = *cfg;
	ring->nodes.cfg = &ring->cfg;
	ring->nodes.next_uid = 1;
}

/**
 * model_name_slots() - the nodes in the slots of a table
 * @ring: the ring before the table
 * @nodes: the nodes of the table
 * @t: the table
 * @uid_of_slot: set for the nodes of @t, else as in @ring
 *
 * Checks that nodes keep their slots.
 */
void model_name_slots(const struct model_ring *ring,
		      const struct model_nodes *nodes,
		      const struct hr_table *t, u32 *uid_of_slot)
{
	struct kunit *test = ring->test;
	u32 i;

	MODEL_CHECK(test, t->nr_slots <= MODEL_SLOTS);
	memmove(uid_of_slot, ring->uid_of_slot, sizeof(ring->uid_of_slot));
	for (i = 0; i < t->nr_slots; i++) {
		const struct model_node *is;

		if (!t->nodes[i])
			continue;
		is = model_find(nodes, t->nodes[i]->name);
		if (!is || hr_table_find(t, is->name) != t->nodes[i]) {
			is = model_node(nodes, uid_of_slot[i]);
			MODEL_CHECK(test, is && !is->member);
			continue;
		}
		/* A change does not reuse a slot that it frees. */
		MODEL_CHECK(test,
			    !uid_of_slot[i] || uid_of_slot[i] == is->uid);
		uid_of_slot[i] = is->uid;
	}
}

/* Frees slots without a node; a migration frees no slots. */
static void free_slots(struct model_ring *ring, const struct hr_table *t)
{
	u32 i;

	for (i = 0; i < MODEL_SLOTS; i++) {
		if (i < t->nr_slots && t->nodes[i])
			continue;
		MODEL_CHECK(ring->test, !ring->held || !ring->uid_of_slot[i]);
		ring->uid_of_slot[i] = MODEL_NOBODY;
	}
}

/**
 * model_effective() - the map in force
 * @ring: the ring
 * @frontier: the frontier, in a migration
 * @map: set
 *
 * Return: whether there was room.
 */
bool model_effective(const struct model_ring *ring, u64 frontier,
		     struct model_map *map)
{
	if (ring->held)
		return model_splice(&ring->to, &ring->from, frontier, map);
	*map = ring->to;
	return true;
}

/**
 * model_hold() - begins a migration, or holds one more change in it
 * @ring: the ring; model_publish() comes next
 * @frontier: the frontier, in a migration
 * @stay: the migration keeps its frontier
 */
void model_hold(struct model_ring *ring, u64 frontier, bool stay)
{
	static struct model_map from;

	if (!ring->held) {
		ring->held = true;
		ring->origin = ring->nodes;
		ring->origin_to = ring->to;
		ring->base = ring->to;
		ring->from = ring->to;
	} else if (!stay) {
		MODEL_CHECK(ring->test, model_effective(ring, frontier, &from));
		ring->from = from;
	}
}

/**
 * model_map_of() - the map of a table
 * @ring: the ring
 * @nodes: the nodes of the table
 * @t: the table; the owners of cells are the core's, see model_due()
 * @uid_of_slot: set by model_name_slots()
 * @map: set
 */
void model_map_of(const struct model_ring *ring,
		  const struct model_nodes *nodes, const struct hr_table *t,
		  const u32 *uid_of_slot, struct model_map *map)
{
	if (!ring->cfg.place->takes_cells) {
		model_make_map(nodes, map);
		return;
	}
	MODEL_CHECK(ring->test, t->nr_points <= MODEL_POINTS);
	for (map->n = 0; map->n < t->nr_points; map->n++)
		map->point[map->n] = (struct model_point){
			.pos = t->points[map->n].pos,
			.uid = uid_of_slot[t->points[map->n].slot],
		};
}

/**
 * model_publish() - publishes a change
 * @ring: the ring
 * @after: the nodes after the change
 * @t: the core's table after the change
 */
void model_publish(struct model_ring *ring, const struct model_nodes *after,
		   const struct hr_table *t)
{
	u32 i;

	model_name_slots(ring, after, t, ring->uid_of_slot);
	ring->nodes = *after;
	free_slots(ring, t);
	model_map_of(ring, after, t, ring->uid_of_slot, &ring->to);
	if (!ring->held)
		return;
	/* A down node owns nothing in any of the maps. */
	for (i = 0; i < ring->nodes.n; i++) {
		const struct model_node *node = &ring->nodes.node[i];

		if (node->state != HASHRING_NODE_DOWN)
			continue;
		model_drop(&ring->from, node->uid);
		model_drop(&ring->base, node->uid);
	}
}

/**
 * model_settle() - ends a migration
 * @ring: the ring
 * @back: the migration ends at frontier 0, not at 2^32
 * @t: the core's table after the end
 */
void model_settle(struct model_ring *ring, bool back, const struct hr_table *t)
{
	static struct model_nodes after;
	u32 i, n = 0;

	after = back ? ring->origin : ring->nodes;
	after.next_uid = ring->nodes.next_uid;
	for (i = 0; i < after.n; i++)
		if (after.node[i].member)
			after.node[n++] = after.node[i];
	after.n = n;
	ring->held = false;
	model_publish(ring, &after, t);
}

static bool went_down(const struct model_ring *ring,
		      const struct model_node *node)
{
	const struct model_node *old = model_node(&ring->origin, node->uid);

	return node->state == HASHRING_NODE_DOWN &&
	       !(old && old->state == HASHRING_NODE_DOWN);
}

/**
 * model_downs() - counts nodes that went down in a migration
 * @ring: the ring
 *
 * Return: the number.
 */
u32 model_downs(const struct model_ring *ring)
{
	u32 n = 0, i;

	for (i = 0; ring->held && i < ring->nodes.n; i++)
		n += went_down(ring, &ring->nodes.node[i]);
	return n;
}

/**
 * model_rollback() - the nodes that a rollback leads to
 * @ring: the ring, in a migration
 * @after: set to the nodes before the migration, of which those that went down
 *	stay down; all other nodes leave
 */
void model_rollback(const struct model_ring *ring, struct model_nodes *after)
{
	u32 i;

	*after = ring->origin;
	after->next_uid = ring->nodes.next_uid;
	for (i = 0; i < ring->nodes.n; i++) {
		const struct model_node *is = &ring->nodes.node[i];
		struct model_node *old = model_node(after, is->uid);

		if (old) {
			if (went_down(ring, is))
				old->state = HASHRING_NODE_DOWN;
			continue;
		}
		old = &after->node[after->n++];
		*old = *is;
		old->member = false;
		if (old->state != HASHRING_NODE_DOWN)
			old->state = HASHRING_NODE_LEAVING;
	}
}
