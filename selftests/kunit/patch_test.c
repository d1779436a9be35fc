// SPDX-License-Identifier: GPL-2.0-only
/*
 * Large tables with small changes: the patched index and shares are compared
 * with those of a table of the same members, made in one change.
 */
#include "core/table_build.h"
#include "model/model.h"
#include "suites.h"
#include "unit.h"

#define NAMES	80
#define CHANGES	UNIT_ROUNDS(250)
#define PAIRED_CHANGES	UNIT_ROUNDS(40)

/* Adds all members of a ring to an empty ring. */
static void make_anew(const struct unit_ring *ring, struct unit_ring *anew)
{
	struct kunit *test = ring->test;
	const struct hr_table *t = ring->table;
	struct hr_op *ops = kvcalloc(t->nr_nodes, sizeof(*ops), GFP_KERNEL);
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, ops);
	for (i = 0; i < t->nr_nodes; i++) {
		const struct hr_node *node = t->by_name[i];

		ops[i] = unit_seat(unit_add(node->name), node->seat);
		ops[i] = unit_weight(ops[i], node->attrs.weight);
		ops[i] = unit_state(ops[i], node->attrs.state);
		if (node->nr_points)
			ops[i] = unit_points(ops[i], node->points,
					     node->nr_points);
	}
	*anew = *ring;
	anew->table = hr_table_empty(GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, anew->table);
	unit_change(anew, ops, t->nr_nodes);
	kvfree(ops);
}

static void assert_owners(struct kunit *test, const struct hr_table *a,
			  const struct hr_table *b, u32 pos)
{
	KUNIT_ASSERT_STREQ(test, hr_table_owner(a, pos)->name,
			   hr_table_owner(b, pos)->name);
}

static void assert_same(struct kunit *test, const struct hr_table *a,
			const struct hr_table *b)
{
	u32 i;

	KUNIT_ASSERT_EQ(test, a->nr_nodes, b->nr_nodes);
	KUNIT_ASSERT_EQ(test, a->nr_points, b->nr_points);
	KUNIT_ASSERT_EQ(test, a->shift, b->shift);
	for (i = 0; i < a->nr_nodes; i++)
		KUNIT_ASSERT_EQ(test, a->share[a->by_name[i]->slot],
				b->share[b->by_name[i]->slot]);
	for (i = 0; i < a->nr_points; i++) {
		u32 pos = a->points[i].pos;

		KUNIT_ASSERT_EQ(test, pos, b->points[i].pos);
		KUNIT_ASSERT_NOT_NULL(test, a->nodes[a->points[i].slot]);
		KUNIT_ASSERT_STREQ(test, a->nodes[a->points[i].slot]->name,
				   b->nodes[b->points[i].slot]->name);
		assert_owners(test, a, b, pos - 1);
		assert_owners(test, a, b, pos);
		assert_owners(test, a, b, pos + 1);
	}
	/* Each slot of the index, at both ends. */
	for (i = 0; i < 1U << (32 - a->shift); i++) {
		assert_owners(test, a, b, i << a->shift);
		assert_owners(test, a, b,
			      (i << a->shift) + (1U << a->shift) - 1);
	}
	KUNIT_ASSERT_EQ(test, a->points[a->nr_points].pos, U32_MAX);
	KUNIT_ASSERT_EQ(test, a->points[a->nr_points].slot, a->points[0].slot);
}

static void random_op(struct unit_random *random, struct hr_op *op)
{
	char name[16], other[16];
	u32 kind = unit_below(random, 8);

	snprintf(name, sizeof(name), "n%u", unit_below(random, NAMES));
	snprintf(other, sizeof(other), "n%u", unit_below(random, NAMES));
	if (kind < 2)
		*op = unit_add(name);
	else if (kind < 4)
		*op = unit_del(name);
	else if (kind < 5)
		*op = unit_weight(unit_set(name), 1 + unit_below(random, 2));
	else if (kind < 6)
		*op = unit_state(unit_set(name), unit_below(random, 2));
	else
		*op = unit_replace(name, other);
}

/* Few explicit points: some at the ends of the ring, some adjoining. */
static void random_points(struct unit_random *random, struct hr_op *op,
			  u32 *points)
{
	u32 near = unit_random(random), i;

	for (i = 0; i < 40; i++) {
		if (i < 2)
			points[i] = unit_below(random, 300) - 150;
		else if (i < 20)
			points[i] = near + i;
		else
			points[i] = unit_random(random);
	}
	if (op->kind == HASHRING_OP_ADD)
		*op = unit_points(*op, points, 40);
}

/* Returns the number of tables with a paired index. */
static u32 walk_many(struct kunit *test, const struct hr_place_ops *place,
		     u32 points_per_unit, u32 changes, u64 seed)
{
	struct unit_random random = { seed };
	struct unit_ring ring, anew;
	struct hr_table *next;
	struct hr_error err;
	u32 points[40], done = 0, small = 0, paired = 0, i;
	struct hr_op op;
	char name[16];

	unit_ring_init(test, &ring, place, points_per_unit, 1);
	for (i = 0; i < NAMES; i += 2) {
		snprintf(name, sizeof(name), "n%u", i);
		op = unit_add(name);
		/* Without the ends of the ring, where points would collide. */
		if (place->takes_points) {
			random_points(&random, &op, points);
			op.nr_points -= 2;
			op.points += 2;
		}
		unit_change_one(&ring, op);
	}
	while (done < changes) {
		random_op(&random, &op);
		if (place->takes_points)
			random_points(&random, &op, points);
		if (hr_change_build(&ring.cfg, ring.table, &op, 1, U32_MAX, false,
				    &hr_node_plain_ops, GFP_KERNEL, &next,
				    &err))
			continue;
		small += next->shift == ring.table->shift &&
			 next->paired == ring.table->paired;
		paired += next->paired;
		hr_table_put(ring.table, &hr_node_plain_ops);
		ring.table = next;
		make_anew(&ring, &anew);
		assert_same(test, ring.table, anew.table);
		unit_ring_free(&anew);
		done++;
	}
	/* A change of the index's size is not patched. */
	KUNIT_ASSERT_GE(test, small, changes / 2);
	KUNIT_ASSERT_LE(test, small, changes);
	unit_ring_free(&ring);
	return paired;
}

static void walk(struct kunit *test, const struct hr_place_ops *place, u64 seed)
{
	KUNIT_ASSERT_EQ(test, walk_many(test, place, 40, CHANGES, seed), 0);
}

static void hashed(struct kunit *test)
{
	walk(test, &hr_place_hash, 1);
}

static void low_positions(struct kunit *test)
{
	walk(test, &model_narrow[MODEL_LOW], 2);
}

static void high_positions(struct kunit *test)
{
	walk(test, &model_narrow[MODEL_HIGH], 3);
}

static void sixteen_positions(struct kunit *test)
{
	walk(test, &model_narrow[MODEL_TOP], 4);
}

static void one_position(struct kunit *test)
{
	walk(test, &model_narrow[MODEL_ONE], 5);
}

static void explicit_points(struct kunit *test)
{
	walk(test, &hr_place_explicit, 6);
}

/* So many points that most neighbouring index slots are paired. */
static void paired(struct kunit *test)
{
	KUNIT_ASSERT_GE(test,
			walk_many(test, &hr_place_hash, 4000, PAIRED_CHANGES,
				  7),
			PAIRED_CHANGES / 2);
	KUNIT_ASSERT_LE(test,
			walk_many(test, &hr_place_hash, 4000, PAIRED_CHANGES,
				  7),
			PAIRED_CHANGES);
}

static struct kunit_case patch_cases[] = {
	KUNIT_CASE(hashed),
	KUNIT_CASE(low_positions),
	KUNIT_CASE(high_positions),
	KUNIT_CASE(sixteen_positions),
	KUNIT_CASE(one_position),
	KUNIT_CASE(explicit_points),
	KUNIT_CASE(paired),
	{}
};

struct kunit_suite patch_suite = {
	.name = "hashring_patch",
	.test_cases = patch_cases,
};
