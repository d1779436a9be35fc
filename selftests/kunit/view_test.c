// SPDX-License-Identifier: GPL-2.0-only
/*
 * Migrations of all kinds, at random: at every moment what a view says is what
 * its maps say, point by point, and each leads where it has to.
 */
#include "moving.h"
#include "suites.h"

#define OPS	4
#define ROUNDS	UNIT_ROUNDS(400)

static struct moving moving;

/* Random steps, forward and back; never beyond either end. */
static void some_steps(struct moving *m)
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
						&pace, m->cfg.grid);
		moving_check(m);
	}
}

static void hold_some(struct moving *m)
{
	struct hr_op ops[4];
	u32 nr = moving_ops(m, ops, ARRAY_SIZE(ops));

	moving_hold(m, ops, nr);
	moving_ops_free(ops, nr);
}

static void some_down(struct moving *m)
{
	const struct hr_table *t = m->view.table;
	const char *name;

	if (!t->nr_nodes || m->nr_down >= 3)
		return;
	name = t->by_name[unit_below(&m->random, t->nr_nodes)]->name;
	if (hr_table_find(t, name)->attrs.state != HASHRING_NODE_DOWN)
		moving_down(m, name);
}

static void go_to_the_end(struct moving *m)
{
	m->view.frontier = HR_WHOLE_RING;
	moving_check(m);
	moving_settle(m);
}

static void one_migration(struct moving *m)
{
	struct kunit *test = m->test;
	u64 digest = hr_digest_map(m->view.table);
	u32 n = unit_below(&m->random, 4), ending;

	hold_some(m);
	if (hr_view_settled(&m->view))
		return;
	moving_check(m);
	some_steps(m);
	while (n--) {
		if (unit_below(&m->random, 3))
			hold_some(m);
		else
			some_down(m);
		moving_check(m);
		some_steps(m);
	}
	ending = unit_below(&m->random, 3);
	if (!ending) {
		go_to_the_end(m);
		return;
	}
	if (m->changes == 1 && !m->nr_down) {
		m->view.frontier = 0;
		moving_check(m);
	} else {
		n = m->nr_down;
		moving_recall(m);
		moving_check(m);
		some_steps(m);
		if (ending == 2)
			some_down(m);
		moving_check(m);
		m->view.frontier = HR_WHOLE_RING;
		moving_check(m);
		if (m->nr_down)
			digest = hr_digest_map(m->shadow);
	}
	moving_settle(m);
	KUNIT_ASSERT_EQ(test, hr_digest_map(m->view.table), digest);
}

static void migrations_at_random(struct kunit *test)
{
	struct hr_op *ops = unit_alloc(test, OPS, sizeof(*ops));
	u32 kind, round, nr;

	for (kind = 0; kind < MOVING_KINDS; kind++) {
		moving_init(test, &moving, kind, 11 + kind);
		for (round = 0; round < ROUNDS; round++) {
			if (unit_below(&moving.random, 2)) {
				nr = moving_ops(&moving, ops, OPS);
				moving_change(&moving, ops, nr);
				moving_ops_free(ops, nr);
			}
			one_migration(&moving);
			moving_check(&moving);
		}
		moving_free(&moving);
	}
}

static struct hr_op with_point(struct hr_op op, u32 *at)
{
	return unit_points(op, at, 1);
}

/* The node that owns all of the ring, of a map whose points are all cut off. */
static void one_owner_without_points(struct kunit *test)
{
	struct hr_op op = with_point(unit_id(unit_add("a"), 1), (u32[]){ 50 });

	moving_init(test, &moving, MOVING_EXPLICIT, 1);
	KUNIT_ASSERT_TRUE(test, moving_change(&moving, &op, 1));
	op = with_point(unit_set("a"), (u32[]){ 200 });
	KUNIT_ASSERT_TRUE(test, moving_hold(&moving, &op, 1));
	moving.view.frontier = 100;
	moving_check(&moving);
	op = with_point(unit_id(unit_add("b"), 2), (u32[]){ 1000 });
	KUNIT_ASSERT_TRUE(test, moving_hold(&moving, &op, 1));
	moving_check(&moving);
	moving_free(&moving);
}

/* Owned, then by nobody up to @behind_hole, and owned again. */
static u64 digest_with_a_hole(struct kunit *test, u32 behind_hole)
{
	struct hr_op op = with_point(unit_id(unit_add("a"), 1), (u32[]){ 9 });
	struct hr_table *t;
	u64 digest;

	moving_init(test, &moving, MOVING_EXPLICIT, 1);
	KUNIT_ASSERT_TRUE(test, moving_hold(&moving, &op, 1));
	moving.view.frontier = 1U << 31;
	moving_check(&moving);
	op = unit_del("a");
	KUNIT_ASSERT_TRUE(test, moving_hold(&moving, &op, 1));
	moving.view.frontier = behind_hole;
	moving_check(&moving);
	op = with_point(unit_id(unit_add("b"), 2), (u32[]){ 9 });
	KUNIT_ASSERT_TRUE(test, moving_hold(&moving, &op, 1));
	moving.view.frontier = 5000;
	moving_check(&moving);
	t = hr_view_compose(&moving.view, 5000, 0, GFP_KERNEL,
			    &hr_node_plain_ops);
	digest = hr_digest_map(t);
	hr_table_put(t, &hr_node_plain_ops);
	moving_free(&moving);
	return digest;
}

static void digests_tell_what_nobody_owns(struct kunit *test)
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
	KUNIT_CASE(digests_tell_what_nobody_owns),
	{}
};

struct kunit_suite view_suite = {
	.name = "hashring_view",
	.test_cases = view_cases,
};
