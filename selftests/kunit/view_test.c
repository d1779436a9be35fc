// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random migrations of all kinds: at every moment the view has the owners of
 * its maps, point by point, and each migration ends at the right map.
 */
#include "migration.h"
#include "suites.h"

#define OPS	4
#define ROUNDS	UNIT_ROUNDS(400)

static struct migration migration;

/* Random steps, forward and back, within both ends. */
static void some_steps(struct migration *m)
{
	u32 n = unit_below(&m->random, 4);
	struct hr_pace pace;

	while (n--) {
		pace.by = unit_below(&m->random, 3);
		pace.back = !unit_below(&m->random, 3);
		pace.amount = unit_random(&m->random);
		if (pace.by == HR_PACE_ARCS)
			pace.amount = unit_below(&m->random, 8);
		else if (pace.by == HR_PACE_SHARE)
			pace.amount >>= unit_below(&m->random, 8);
		m->view.frontier = hr_view_step(&m->view, m->view.frontier,
						&pace, m->model.cfg.grid);
		migration_check(m);
	}
}

static void some_change(struct migration *m,
			bool (*change)(struct migration *m,
				       const struct hr_op *ops, u32 nr))
{
	static struct hr_op ops[OPS];
	u32 nr = migration_ops(m, ops, OPS);

	change(m, ops, nr);
	migration_ops_free(ops, nr);
}

/* Changes in force at once, one after the other, while all arcs have moved. */
static void some_releases(struct migration *m)
{
	u32 n = unit_below(&m->random, 3);

	m->view.frontier = HR_WHOLE_RING;
	while (n--) {
		some_change(m, migration_release);
		migration_check(m);
	}
}

static void some_down(struct migration *m)
{
	const struct hr_table *t = m->view.table;
	u32 nr = t->nr_nodes + t->nr_leaving;
	const struct hr_node *node;

	if (!nr || model_downs(&m->model) >= 3)
		return;
	node = t->by_name[unit_below(&m->random, nr)];
	if (node->attrs.state != HASHRING_NODE_DOWN)
		migration_down(m, node->name);
}

static void go_to_the_end(struct migration *m)
{
	m->view.frontier = HR_WHOLE_RING;
	migration_check(m);
	migration_settle(m);
}

static void one_migration(struct migration *m)
{
	struct kunit *test = m->test;
	u64 digest = hr_digest_map(m->view.table);
	u32 n = unit_below(&m->random, 4), ending;

	some_change(m, migration_hold);
	if (hr_view_settled(&m->view))
		return;
	migration_check(m);
	some_steps(m);
	while (n--) {
		if (unit_below(&m->random, 3))
			some_change(m, migration_hold);
		else if (unit_below(&m->random, 3))
			some_down(m);
		else
			some_releases(m);
		migration_check(m);
		some_steps(m);
	}
	ending = unit_below(&m->random, 3);
	if (!ending) {
		go_to_the_end(m);
		return;
	}
	if (m->changes == 1 && !model_downs(&m->model)) {
		m->view.frontier = 0;
		migration_check(m);
	} else {
		migration_rollback(m);
		migration_check(m);
		some_steps(m);
		if (ending == 2)
			some_down(m);
		migration_check(m);
		m->view.frontier = HR_WHOLE_RING;
		migration_check(m);
		if (model_downs(&m->model))
			digest = hr_digest_map(m->shadow);
	}
	migration_settle(m);
	KUNIT_ASSERT_EQ(test, hr_digest_map(m->view.table), digest);
}

static void migrations_at_random(struct kunit *test)
{
	u32 kind, round;

	for (kind = 0; kind < MIGRATION_KINDS; kind++) {
		migration_init(test, &migration, kind, 11 + kind);
		for (round = 0; round < ROUNDS; round++) {
			if (unit_below(&migration.random, 2))
				some_change(&migration, migration_change);
			one_migration(&migration);
			migration_check(&migration);
		}
		migration_free(&migration);
	}
}

static struct hr_op with_point(struct hr_op op, u32 *at)
{
	return unit_points(op, at, 1);
}

/* The owner of the whole ring, for a map whose points are all cut off. */
static void one_owner_without_points(struct kunit *test)
{
	struct hr_op op = with_point(unit_id(unit_add("a"), 1), (u32[]){ 50 });

	migration_init(test, &migration, MIGRATION_EXPLICIT, 1);
	KUNIT_ASSERT_TRUE(test, migration_change(&migration, &op, 1));
	op = with_point(unit_set("a"), (u32[]){ 200 });
	KUNIT_ASSERT_TRUE(test, migration_hold(&migration, &op, 1));
	migration.view.frontier = 100;
	migration_check(&migration);
	op = with_point(unit_id(unit_add("b"), 2), (u32[]){ 1000 });
	KUNIT_ASSERT_TRUE(test, migration_hold(&migration, &op, 1));
	migration_check(&migration);
	migration_free(&migration);
}

/* Owned, then without an owner up to @behind_hole, and owned again. */
static u64 digest_with_a_hole(struct kunit *test, u32 behind_hole)
{
	struct hr_op op = with_point(unit_id(unit_add("a"), 1), (u32[]){ 9 });
	struct hr_table *t;
	u64 digest;

	migration_init(test, &migration, MIGRATION_EXPLICIT, 1);
	KUNIT_ASSERT_TRUE(test, migration_hold(&migration, &op, 1));
	migration.view.frontier = 1U << 31;
	migration_check(&migration);
	op = unit_del("a");
	KUNIT_ASSERT_TRUE(test, migration_hold(&migration, &op, 1));
	migration.view.frontier = behind_hole;
	migration_check(&migration);
	op = with_point(unit_id(unit_add("b"), 2), (u32[]){ 9 });
	KUNIT_ASSERT_TRUE(test, migration_hold(&migration, &op, 1));
	migration.view.frontier = 5000;
	migration_check(&migration);
	t = hr_view_compose(&migration.view, 5000, 0, GFP_KERNEL,
			    &hr_node_plain_ops);
	digest = hr_digest_map(t);
	hr_table_put(t, &hr_node_plain_ops);
	migration_free(&migration);
	return digest;
}

static void digests_of_unowned_positions(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, digest_with_a_hole(test, 1U << 20),
			digest_with_a_hole(test, 1U << 20));
	KUNIT_ASSERT_TRUE(test, digest_with_a_hole(test, 1U << 20) !=
					digest_with_a_hole(test, 1U << 21));
	KUNIT_ASSERT_TRUE(test, digest_with_a_hole(test, 5000) !=
					digest_with_a_hole(test, 1U << 20));
}

static struct kunit_case view_cases[] = {
	KUNIT_CASE(migrations_at_random),
	KUNIT_CASE(one_owner_without_points),
	KUNIT_CASE(digests_of_unowned_positions),
	{}
};

struct kunit_suite view_suite = {
	.name = "hashring_view",
	.test_cases = view_cases,
};
