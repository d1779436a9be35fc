// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>

#include "unit.h"

/* SplitMix64. */
u32 unit_random(struct unit_random *random)
{
	u64 x = random->state += 0x9e3779b97f4a7c15ULL;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
	return (x ^ x >> 31) >> 32;
}

u32 unit_below(struct unit_random *random, u32 n)
{
	return (u64)unit_random(random) * n >> 32;
}

void unit_ring_init(struct unit_ring *ring, const struct hr_place_ops *place,
		    u32 points, u32 per)
{
	u32 i;

	memset(ring, 0, sizeof(*ring));
	ring->cfg.place = place;
	ring->cfg.points = points;
	ring->cfg.per = per;
	for (i = 0; i < HR_SEED_LEN; i++)
		ring->cfg.seed[i] = 17 * i + 3;
	hr_keys_derive(&ring->cfg.keys, ring->cfg.seed);
	ring->table = hr_table_empty(GFP_KERNEL);
	assert_non_null(ring->table);
}

void unit_ring_free(struct unit_ring *ring)
{
	hr_table_put(ring->table, &hr_node_plain_ops);
}

static struct hr_op op_on(u8 kind, const char *name)
{
	struct hr_op op = { .kind = kind };

	strscpy(op.name, name, sizeof(op.name));
	return op;
}

struct hr_op unit_add(const char *name)
{
	return op_on(HR_OP_ADD, name);
}

struct hr_op unit_del(const char *name)
{
	return op_on(HR_OP_DEL, name);
}

struct hr_op unit_set(const char *name)
{
	return op_on(HR_OP_SET, name);
}

struct hr_op unit_replace(const char *name, const char *new_name)
{
	struct hr_op op = op_on(HR_OP_REPLACE, name);

	strscpy(op.new_name, new_name, sizeof(op.new_name));
	return op;
}

struct hr_op unit_weight(struct hr_op op, u32 weight)
{
	op.has |= HR_OP_HAS_WEIGHT;
	op.weight = weight;
	return op;
}

struct hr_op unit_state(struct hr_op op, u8 state)
{
	op.has |= HR_OP_HAS_STATE;
	op.state = state;
	return op;
}

struct hr_op unit_id(struct hr_op op, u32 id)
{
	op.has |= HR_OP_HAS_ID;
	op.id = id;
	return op;
}

struct hr_op unit_seat(struct hr_op op, const char *seat)
{
	op.has |= HR_OP_HAS_SEAT;
	strscpy(op.seat, seat, sizeof(op.seat));
	return op;
}

struct hr_op unit_points(struct hr_op op, u32 *points, u32 n)
{
	op.has |= HR_OP_HAS_POINTS;
	op.points = points;
	op.nr_points = n;
	return op;
}

struct hr_op unit_cells(struct hr_op op, struct hr_run *cells, u32 n)
{
	op.has |= HR_OP_HAS_CELLS;
	op.cells = cells;
	op.nr_cells = n;
	return op;
}

struct hr_table *unit_next(const struct unit_ring *ring,
			   const struct hr_op *ops, u32 nr_ops)
{
	struct hr_table *next = NULL;
	struct hr_error err;
	int ret;

	ret = hr_change_build(&ring->cfg, ring->table, ops, nr_ops, U32_MAX, false,
			      &hr_node_plain_ops, GFP_KERNEL, &next, &err);
	if (ret)
		fail_msg("operation %u: %s (%d)", err.op, err.text, ret);
	return next;
}

void unit_change_impact(struct unit_ring *ring, const struct hr_op *ops,
			u32 nr_ops, struct hr_impact *impact)
{
	struct hr_table *next = unit_next(ring, ops, nr_ops);

	if (impact)
		assert_int_equal(hr_impact(ring->table, next, GFP_KERNEL,
					   impact), 0);
	hr_table_put(ring->table, &hr_node_plain_ops);
	ring->table = next;
}

void unit_change(struct unit_ring *ring, const struct hr_op *ops, u32 nr_ops)
{
	unit_change_impact(ring, ops, nr_ops, NULL);
}

void unit_change_one(struct unit_ring *ring, struct hr_op op)
{
	unit_change(ring, &op, 1);
}

void unit_add_many(struct unit_ring *ring, const char *format, u32 n)
{
	struct hr_op *ops = calloc(n, sizeof(*ops));
	u32 i;

	assert_non_null(ops);
	for (i = 0; i < n; i++) {
		ops[i].kind = HR_OP_ADD;
		snprintf(ops[i].name, sizeof(ops[i].name), format, i);
	}
	unit_change(ring, ops, n);
	free(ops);
}

u32 unit_slot(const struct hr_table *t, const char *name)
{
	const struct hr_node *node = hr_table_find(t, name);

	assert_non_null(node);
	return node->slot;
}

void unit_fail_each(const struct unit_ring *ring, const struct hr_op *ops,
		    u32 nr_ops)
{
	u64 map = hr_digest_map(ring->table);
	struct hr_table *next = NULL, *again = NULL;
	struct hr_impact impact;
	struct hr_error err;
	u32 n, i;
	int ret;

	for (n = 1;; n++) {
		shim_fail_after(n);
		ret = hr_change_build(&ring->cfg, ring->table, ops, nr_ops,
				      U32_MAX, false, &hr_node_plain_ops, GFP_KERNEL,
				      &next, &err);
		if (shim_allocations() < n)
			break;
		assert_int_equal(ret, -ENOMEM);
		assert_string_equal(err.text, "");
		assert_int_equal(err.op, U32_MAX);
		assert_null(next);
		for (i = 0; i < ring->table->nr_nodes; i++)
			assert_int_equal(refcount_read(&ring->table->by_name[i]
						       ->refs), 1);
	}
	assert_int_equal(ret, 0);
	/* Too few to be true: the shim is not asked. */
	assert_true(n > 8);
	for (n = 1;; n++) {
		shim_fail_after(n);
		ret = hr_impact(ring->table, next, GFP_KERNEL, &impact);
		if (shim_allocations() < n)
			break;
		assert_int_equal(ret, -ENOMEM);
		assert_null(impact.moves);
	}
	assert_int_equal(ret, 0);
	hr_impact_release(&impact);
	shim_fail_after(1);
	ret = hr_change_build(&ring->cfg, ring->table, ops, nr_ops, U32_MAX, false,
			      &hr_node_plain_ops, GFP_KERNEL | __GFP_NOFAIL,
			      &again, &err);
	assert_int_equal(ret, 0);
	shim_fail_after(0);
	assert_int_equal(hr_digest_map(again), hr_digest_map(next));
	hr_table_put(again, &hr_node_plain_ops);
	hr_table_put(next, &hr_node_plain_ops);
	assert_int_equal(hr_digest_map(ring->table), map);
}
