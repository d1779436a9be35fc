// SPDX-License-Identifier: GPL-2.0-only
#include "balanced.h"

void balanced_init(struct kunit *test, struct unit_ring *ring, u32 grid)
{
	unit_ring_init(test, ring, &hr_place_balanced, 0, 0);
	ring->cfg.grid = grid;
}

void balanced_check_lookup(const struct unit_ring *ring)
{
	struct kunit *test = ring->test;
	const struct hr_table *t = ring->table;
	u32 width = 1U << hr_grid_shift(ring->cfg.grid);
	u32 cell, end, k = 0;

	for (cell = 0; cell < ring->cfg.grid; cell++) {
		end = hr_grid_end(ring->cfg.grid, cell);
		if (!t->nr_points) {
			KUNIT_ASSERT_EQ(test, hr_table_lookup(t, end),
					HR_NO_SLOT);
			continue;
		}
		while (t->points[k].pos < end)
			k++;
		KUNIT_ASSERT_EQ(test, hr_table_lookup(t, end),
				t->points[k].slot);
		KUNIT_ASSERT_EQ(test, hr_table_lookup(t, end - width + 1),
				t->points[k].slot);
	}
}

/* Moves are those that the counts require, from shrinking to growing nodes. */
static void check_moves(struct kunit *test, const struct hr_table *before,
			const struct hr_table *after,
			const struct hr_impact *impact)
{
	u32 i, nr = before->nr_slots > after->nr_slots ? before->nr_slots :
							 after->nr_slots;
	u64 had, has, more = 0;

	for (i = 0; i < nr; i++) {
		had = i < before->nr_slots ? before->share[i] : 0;
		has = i < after->nr_slots ? after->share[i] : 0;
		if (has > had)
			more += has - had;
	}
	KUNIT_ASSERT_EQ(test, impact->moved + impact->gained, more);
	KUNIT_ASSERT_EQ(test, impact->collateral, 0);
	for (i = 0; i < impact->nr_moves; i++) {
		const struct hr_move *move = &impact->moves[i];

		KUNIT_ASSERT_TRUE(test, move->from >= after->nr_slots ||
				  after->share[move->from] <
				  before->share[move->from]);
		KUNIT_ASSERT_TRUE(test, move->to >= before->nr_slots ||
				  after->share[move->to] >
				  before->share[move->to]);
	}
}

/* Unlike unit_change_impact(), this also needs the table before the change. */
void balanced_change(struct unit_ring *ring, const struct hr_op *ops, u32 nr_ops)
{
	struct kunit *test = ring->test;
	struct hr_table *next = unit_next(ring, ops, nr_ops);
	struct hr_impact impact;

	KUNIT_ASSERT_EQ(test, hr_impact(ring->table, next, GFP_KERNEL, &impact),
			0);
	check_moves(test, ring->table, next, &impact);
	hr_impact_release(&impact);
	hr_table_put(ring->table, &hr_node_plain_ops);
	ring->table = next;
}

void balanced_change_one(struct unit_ring *ring, struct hr_op op)
{
	balanced_change(ring, &op, 1);
}

u32 balanced_weight(struct unit_random *random)
{
	static const u32 tops[] = { 1, 3, 10, HR_MAX_WEIGHT };

	return 1 + unit_below(random, tops[unit_below(random, 4)]);
}

u32 balanced_ops(const struct unit_ring *ring, struct unit_random *random,
		 u32 names, bool weights, struct hr_op *ops, u32 nr)
{
	u32 i, first = unit_below(random, names), n = 0;
	char name[32], other[32];

	for (i = 0; i < nr; i++) {
		snprintf(name, sizeof(name), "n%u", (first + i) % names);
		snprintf(other, sizeof(other), "n%u", (first + nr + i) % names);
		if (!hr_table_find(ring->table, name)) {
			if (hr_table_find_seat(ring->table, name))
				continue;
			ops[n++] = unit_weight(unit_add(name), weights ?
					       balanced_weight(random) : 1);
			continue;
		}
		switch (weights ? unit_below(random, 5) : 0) {
		case 0:
			ops[n++] = unit_del(name);
			break;
		case 1:
			ops[n++] = unit_weight(unit_set(name),
					       balanced_weight(random));
			break;
		case 2:
			if (!hr_table_find(ring->table, other) &&
			    !hr_table_find_seat(ring->table, other))
				ops[n++] = unit_replace(name, other);
			break;
		default:
			ops[n++] = unit_state(unit_set(name),
					      unit_below(random, 3));
		}
	}
	return n;
}
