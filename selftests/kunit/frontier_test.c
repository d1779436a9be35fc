// SPDX-License-Identifier: GPL-2.0-only
/*
 * Steps of a migration: each step ends at the position that a count of the
 * moved pieces, one by one, requires.
 */
#include "migration.h"
#include "suites.h"

#define ROUNDS	UNIT_ROUNDS(200)

static struct migration migration;

static struct model_arcs moves;	/* the pieces that change their owner */

static u64 step(struct migration *m, const struct hr_pace *pace)
{
	u32 grid = m->model.cfg.grid;
	u64 to = hr_view_step(&m->view, m->view.frontier, pace, grid);

	model_check_step(m->test, &moves, &m->view, grid, pace, to);
	m->view.frontier = to;
	return to;
}

static void one_step(struct migration *m)
{
	struct hr_pace pace = {
		.by = unit_below(&m->random, 3),
		.back = unit_below(&m->random, 2),
	};

	if (pace.by == HR_PACE_ARCS)
		pace.amount = unit_below(&m->random, 6);
	else
		pace.amount = (u64)unit_random(&m->random) +
			      unit_below(&m->random, 2);
	if (pace.by == HR_PACE_SHARE)
		pace.amount >>= unit_below(&m->random, 33);
	step(m, &pace);
}

/*
 * A step over a share and a step back over the same share: the map is the same.
 */
static void there_and_back(struct migration *m)
{
	struct kunit *test = m->test;
	struct hr_pace pace = { .by = HR_PACE_SHARE };
	struct hr_table *t[2];
	u64 was, is;
	u32 i;

	was = m->view.frontier;
	t[0] = hr_view_compose(&m->view, was, m->model.cfg.grid, GFP_KERNEL,
			       &hr_node_plain_ops);
	pace.amount = unit_random(&m->random) >> unit_below(&m->random, 20);
	is = step(m, &pace);
	pace.back = true;
	pace.amount = model_share_below(&moves, is) -
		      model_share_below(&moves, was);
	if (pace.amount)
		step(m, &pace);
	t[1] = hr_view_compose(&m->view, m->view.frontier, m->model.cfg.grid,
			       GFP_KERNEL, &hr_node_plain_ops);
	KUNIT_ASSERT_EQ(test, hr_digest_map(t[0]), hr_digest_map(t[1]));
	for (i = 0; i < 2; i++)
		hr_table_put(t[i], &hr_node_plain_ops);
}

/* From one end to the other: all pieces, each once. */
static void to_the_ends(struct migration *m, enum hr_pace_by by, u64 amount)
{
	struct kunit *test = m->test;
	struct hr_pace pace = { .by = by, .amount = amount };
	u32 n;

	m->view.frontier = 0;
	for (n = 0; m->view.frontier < HR_WHOLE_RING; n++)
		step(m, &pace);
	if (by == HR_PACE_ARCS && amount == 1)
		KUNIT_ASSERT_EQ(test, n, moves.n ? moves.n : 1);
	pace.back = true;
	for (n = 0; m->view.frontier; n++)
		step(m, &pace);
	if (by == HR_PACE_ARCS && amount == 1)
		KUNIT_ASSERT_EQ(test, n, moves.n ? moves.n : 1);
}

static void steps_at_random(struct kunit *test)
{
	u32 kind, round, nr, i;
	struct hr_op ops[4];

	for (kind = 0; kind < MIGRATION_KINDS; kind++) {
		migration_init(test, &migration, kind, 71 + kind);
		for (round = 0; round < ROUNDS; round++) {
			nr = migration_ops(&migration, ops, ARRAY_SIZE(ops));
			migration_hold(&migration, ops, nr);
			migration_ops_free(ops, nr);
			if (hr_view_settled(&migration.view))
				continue;
			model_moves(&migration.model, &moves);
			to_the_ends(&migration, HR_PACE_ARCS, 1);
			to_the_ends(&migration, HR_PACE_SHARE, 1U << 28);
			for (i = 0; i < 20; i++)
				one_step(&migration);
			for (i = 0; i < 5; i++)
				there_and_back(&migration);
			if (unit_below(&migration.random, 3))
				continue;
			migration.view.frontier = HR_WHOLE_RING;
			migration_settle(&migration);
		}
		migration_free(&migration);
	}
}

/* Each kind of step, without a moved piece. */
static void nothing_to_move(struct kunit *test)
{
	u32 points[] = { 7, 9 };
	struct hr_op op = unit_points(unit_id(unit_add("a"), 1), points, 2);
	struct hr_progress way;
	u32 by;

	migration_init(test, &migration, MIGRATION_EXPLICIT, 1);
	KUNIT_ASSERT_TRUE(test, migration_change(&migration, &op, 1));
	op = unit_weight(unit_set("a"), 2);
	KUNIT_ASSERT_TRUE(test, migration_hold(&migration, &op, 1));
	for (by = HR_PACE_POSITION; by <= HR_PACE_ARCS; by++) {
		struct hr_pace pace = { .by = by, .amount = 5 };

		KUNIT_ASSERT_EQ(test, hr_view_step(&migration.view, 0, &pace, 0),
				HR_WHOLE_RING);
		pace.back = true;
		KUNIT_ASSERT_EQ(test,
				hr_view_step(&migration.view, HR_WHOLE_RING, &pace,
					     0),
				0);
	}
	hr_view_progress(&migration.view, 7, &way);
	KUNIT_ASSERT_EQ(test, way.share, 0);
	KUNIT_ASSERT_EQ(test, way.arcs, 0);
	migration_free(&migration);
}

/*
 * The first node of an empty ring, in four quarters, and the removal of the
 * last.
 */
static void all_of_the_ring(struct kunit *test)
{
	struct hr_op op = unit_id(unit_add("a"), 1);
	struct hr_pace pace = { .by = HR_PACE_SHARE, .amount = 1U << 30 };
	struct hr_progress way;
	u32 away, i;

	migration_init(test, &migration, MIGRATION_WIDE, 1);
	for (away = 0; away < 2; away++) {
		if (away)
			op = unit_del("a");
		KUNIT_ASSERT_TRUE(test, migration_hold(&migration, &op, 1));
		model_moves(&migration.model, &moves);
		KUNIT_ASSERT_EQ(test, moves.n, 1);
		for (i = 1; i <= 4; i++) {
			KUNIT_ASSERT_EQ(test, step(&migration, &pace),
					(u64)i << 30);
			hr_view_progress(&migration.view, (u64)i << 30, &way);
			KUNIT_ASSERT_EQ(test, way.arcs_released, i == 4);
			migration_check(&migration);
			KUNIT_ASSERT_EQ(test,
					!hr_view_owner(&migration.view, 1U << 29),
					away);
			KUNIT_ASSERT_EQ(test,
					!hr_view_owner(&migration.view, U32_MAX),
					(i == 4) == away);
		}
		migration_settle(&migration);
		migration_check(&migration);
	}
	migration_free(&migration);
}

static struct kunit_case frontier_cases[] = {
	KUNIT_CASE(steps_at_random),
	KUNIT_CASE(nothing_to_move),
	KUNIT_CASE(all_of_the_ring),
	{}
};

struct kunit_suite frontier_suite = {
	.name = "hashring_frontier",
	.test_cases = frontier_cases,
};
