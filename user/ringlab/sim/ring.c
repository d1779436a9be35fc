// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ring itself, by the module's own code. A place is a slot. A node's id is
 * its number + 1.
 */
#include <errno.h>
#include <linux/slab.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/table_build.h"
#include "sim.h"

struct ring {
	struct hr_config cfg;
	struct hr_table *table;
};

static const struct hr_table *table_of(const struct sim *s)
{
	const struct ring *ring = s->map;

	return ring->table;
}

static struct ring *ring_new(const struct sim *s,
			     const struct hr_place_ops *place)
{
	struct ring *ring = calloc(1, sizeof(*ring));

	if (!ring)
		return NULL;
	ring->cfg.place = place;
	ring->cfg.points = s->nodes->points;
	ring->cfg.per = s->nodes->per;
	if (place->takes_cells)
		ring->cfg.grid = s->nodes->grid;
	memcpy(ring->cfg.seed, s->nodes->seed, sizeof(ring->cfg.seed));
	hr_keys_derive(&ring->cfg.keys, ring->cfg.seed);
	ring->table = hr_table_empty(GFP_KERNEL);
	if (ring->table)
		return ring;
	free(ring);
	return NULL;
}

static u32 weight_of(const struct sim_change *change, u32 number)
{
	return change->weight ? change->weight[number] : 1;
}

static struct hr_op *add_op(struct hr_op **next, const struct sim *s,
			    enum hashring_op_kind kind, u32 number)
{
	struct hr_op *op = (*next)++;

	op->kind = kind;
	snprintf(op->name, sizeof(op->name), "%s", s->nodes->name[number]);
	return op;
}

static bool is_gone(const struct sim_change *change, u32 number)
{
	u32 i;

	for (i = 0; i < change->nr_gone; i++)
		if (change->gone[i] == number)
			return true;
	for (i = 0; i < change->nr_swaps; i++)
		if (change->swap[i].gone == number)
			return true;
	return false;
}

/* The operations of a change; @ops has room for a change of all weights too. */
static u32 make_ops(const struct sim *s, const struct sim_change *change,
		    struct hr_op *ops)
{
	const struct ring *ring = s->map;
	struct hr_op *next = ops, *op;
	u32 i, number;

	for (i = 0; i < change->nr_gone; i++)
		add_op(&next, s, HASHRING_OP_DEL, change->gone[i]);
	for (i = 0; i < change->nr_swaps; i++) {
		op = add_op(&next, s, HASHRING_OP_REPLACE,
			    change->swap[i].gone);
		number = change->swap[i].joined;
		snprintf(op->new_name, sizeof(op->new_name), "%s",
			 s->nodes->name[number]);
		op->has = HR_HAS_ATTR(ID) | HR_HAS_ATTR(WEIGHT);
		op->attrs.id = number + 1;
		op->attrs.weight = weight_of(change, number);
	}
	for (i = 0; i < change->nr_joined; i++) {
		number = change->joined[i];
		op = add_op(&next, s, HASHRING_OP_ADD, number);
		op->has = HR_HAS_ATTR(ID) | HR_HAS_ATTR(WEIGHT);
		op->attrs.id = number + 1;
		op->attrs.weight = weight_of(change, number);
		if (ring->cfg.place->takes_points) {
			op->has |= HR_HAS(POINTS);
			op->nr_points = 1;
			op->points = (u32 *)&s->nodes->point[number];
		}
	}
	for (i = 0; i < ring->table->nr_nodes; i++) {
		const struct hr_node *node = ring->table->by_name[i];

		number = node->attrs.id - 1;
		if (node->attrs.weight == weight_of(change, number) ||
		    is_gone(change, number))
			continue;
		op = add_op(&next, s, HASHRING_OP_SET, number);
		op->has = HR_HAS_ATTR(WEIGHT);
		op->attrs.weight = weight_of(change, number);
	}
	return next - ops;
}

static int take_places(struct sim *s, const struct hr_table *t,
		       const u32 *number)
{
	u32 i;

	s->nr = 0;
	for (i = 0; i < t->nr_slots; i++) {
		u32 node = SIM_NOBODY;

		if (t->nodes[i])
			node = number ? number[i] : t->nodes[i]->attrs.id - 1;
		if (sim_insert(s, i, node))
			return -ENOMEM;
	}
	return 0;
}

static int ring_change(struct sim *s, const struct hr_place_ops *place,
		       const struct sim_change *change)
{
	struct hr_table *next;
	struct hr_error error;
	struct ring *ring;
	struct hr_op *ops;
	u32 nr;
	int err;

	if (!s->map)
		s->map = ring_new(s, place);
	ops = calloc(2 * (size_t)s->nodes->nr, sizeof(*ops));
	if (!s->map || !ops) {
		free(ops);
		return -ENOMEM;
	}
	ring = s->map;
	nr = make_ops(s, change, ops);
	/* A change of nodes that have no share, or of other attributes. */
	if (!nr && ring->table->nr_nodes) {
		free(ops);
		return 0;
	}
	err = hr_change_build(&ring->cfg, ring->table, ops, nr, U32_MAX, false,
			      &hr_node_plain_ops, GFP_KERNEL, &next, &error);
	free(ops);
	if (err == -ENOMEM)
		return err;
	if (err) {
		snprintf(s->why, sizeof(s->why), "%s", error.text);
		return -EINVAL;
	}
	hr_table_put(ring->table, &hr_node_plain_ops);
	ring->table = next;
	return take_places(s, next, NULL);
}

static int hash_change(struct sim *s, const struct sim_change *change)
{
	return ring_change(s, &hr_place_hash, change);
}

static int explicit_change(struct sim *s, const struct sim_change *change)
{
	return ring_change(s, &hr_place_explicit, change);
}

static int balanced_change(struct sim *s, const struct sim_change *change)
{
	return ring_change(s, &hr_place_balanced, change);
}

static void ring_lookup(const struct sim *s, const u32 *pos, u32 *place, u32 n)
{
	const struct hr_table *t = table_of(s);
	u32 i;

	for (i = 0; i < n; i++)
		place[i] = hr_table_lookup(t, pos[i]);
}

/* A copy of the first point ends the array and wraps the ring. */
static void ring_piece(const struct sim *s, u64 *cursor,
		       struct sim_piece *piece)
{
	const struct hr_point *point = &table_of(s)->points[(*cursor)++];

	piece->end = point->pos;
	piece->place = point->slot;
}

static size_t ring_bytes(const struct sim *s)
{
	return table_of(s)->bytes;
}

static void ring_release(struct sim *s)
{
	struct ring *ring = s->map;

	if (ring)
		hr_table_put(ring->table, &hr_node_plain_ops);
}

const struct sim_ops sim_ring_hash = {
	.name = "hash",
	.change = hash_change,
	.lookup = ring_lookup,
	.piece = ring_piece,
	.bytes = ring_bytes,
	.release = ring_release,
};

const struct sim_ops sim_ring_explicit = {
	.name = "explicit",
	.needs_points = true,
	.change = explicit_change,
	.lookup = ring_lookup,
	.piece = ring_piece,
	.bytes = ring_bytes,
	.release = ring_release,
};

const struct sim_ops sim_ring_balanced = {
	.name = "balanced",
	.change = balanced_change,
	.lookup = ring_lookup,
	.piece = ring_piece,
	.bytes = ring_bytes,
	.release = ring_release,
};

/* A ring that the caller made and owns. */
const struct sim_ops sim_ring_given = {
	.name = "ring",
	.lookup = ring_lookup,
	.piece = ring_piece,
	.bytes = ring_bytes,
};

/**
 * sim_give() - makes the map of the caller's table
 * @s: a map without nodes, of sim_ring_given
 * @table: the table, in which every position has an owner; valid as long as @s
 * @number: by slot: the node, or SIM_NOBODY
 *
 * Return: 0 or -ENOMEM.
 */
int sim_give(struct sim *s, const struct hr_table *table, const u32 *number)
{
	struct ring *ring = calloc(1, sizeof(*ring));

	if (!ring)
		return -ENOMEM;
	ring->table = (struct hr_table *)table;
	s->map = ring;
	return take_places(s, table, number);
}
