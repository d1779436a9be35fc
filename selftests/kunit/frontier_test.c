// SPDX-License-Identifier: GPL-2.0-only
/*
 * Steps of a migration: every one ends where the pieces that change hands,
 * counted one by one, say that it must.
 */
#include "core/grid.h"
#include "moving.h"
#include "suites.h"

#define ROUNDS	UNIT_ROUNDS(200)

static struct moving moving;

/* The pieces that change hands, from @low to @high - 1, in ring order. */
struct piece {
	u64 low;
	u64 high;
};

static struct piece pieces[2 * MOVING_POINTS + 1];
static u32 nr_pieces;

static void find_pieces(const struct moving *m)
{
	static u64 ends[2 * MOVING_POINTS + 1];
	u32 n = moving_ends(&m->from, &m->to, ends), i;
	u32 was_from = HR_NO_ID, was_to = HR_NO_ID;
	u64 low = 0;

	nr_pieces = 0;
	for (i = 0; i < n; i++) {
		u32 from = moving_owner(&m->from, ends[i] - 1);
		u32 to = moving_owner(&m->to, ends[i] - 1);

		if (from != to && low && from == was_from && to == was_to)
			pieces[nr_pieces - 1].high = ends[i];
		else if (from != to)
			pieces[nr_pieces++] = (struct piece) { low, ends[i] };
		was_from = from;
		was_to = to;
		low = ends[i];
	}
}

/* Share below a frontier. */
static u64 share_below(u64 frontier)
{
	u64 share = 0;
	u32 i;

	for (i = 0; i < nr_pieces; i++) {
		if (pieces[i].low >= frontier)
			break;
		share += (pieces[i].high < frontier ? pieces[i].high :
						      frontier) - pieces[i].low;
	}
	return share;
}

/* Pieces below a frontier, in whole or begun. */
static u32 pieces_below(u64 frontier, bool whole)
{
	u32 i;

	for (i = 0; i < nr_pieces; i++)
		if ((whole ? pieces[i].high : pieces[i].low + 1) > frontier)
			break;
	return i;
}

static void check_way(const struct moving *m, u64 frontier)
{
	struct kunit *test = m->test;
	struct hr_progress way;

	hr_view_progress(&m->view, frontier, &way);
	KUNIT_ASSERT_EQ(test, way.share, share_below(HR_WHOLE_RING));
	KUNIT_ASSERT_EQ(test, way.arcs, nr_pieces);
	KUNIT_ASSERT_EQ(test, way.share_released, share_below(frontier));
	KUNIT_ASSERT_EQ(test, way.arcs_released, pieces_below(frontier, true));
}

static void check_between(const struct moving *m, u64 low, u64 high)
{
	struct kunit *test = m->test;
	u32 arcs;
	u64 share;

	hr_view_between(&m->view, low, high, &share, &arcs);
	KUNIT_ASSERT_EQ(test, share, share_below(high) - share_below(low));
	KUNIT_ASSERT_EQ(test, arcs,
			pieces_below(high, false) - pieces_below(low, true));
}

static u64 cell_of(const struct moving *m)
{
	return m->cfg.grid ? 1ULL << hr_grid_shift(m->cfg.grid) : 1;
}

/* A step by share: far enough, and no further than it must. */
static void check_share(const struct moving *m, u64 was, u64 is,
			const struct hr_pace *pace)
{
	struct kunit *test = m->test;
	u64 cell = cell_of(m), have = share_below(was), want;
	u64 amount = pace->amount ? pace->amount : 1;

	amount = (amount + cell - 1) / cell * cell;
	if (pace->back) {
		want = have > amount ? have - amount : 0;
		KUNIT_ASSERT_EQ(test, share_below(is), want);
		KUNIT_ASSERT_TRUE(test,
				  is ? share_below(is - 1) < want : !want);
		return;
	}
	want = have + amount;
	if (is == HR_WHOLE_RING) {
		KUNIT_ASSERT_TRUE(test, want >= share_below(is));
		return;
	}
	KUNIT_ASSERT_EQ(test, share_below(is), want);
	KUNIT_ASSERT_TRUE(test, share_below(is - 1) < want);
	KUNIT_ASSERT_TRUE(test, want < share_below(HR_WHOLE_RING));
}

static void check_arcs(struct kunit *test, u64 was, u64 is,
		       const struct hr_pace *pace)
{
	u32 amount = pace->amount ? pace->amount : 1, have, want;

	if (pace->back) {
		have = pieces_below(was, false);
		want = have > amount ? have - amount : 0;
		KUNIT_ASSERT_EQ(test, is, want ? pieces[want - 1].high : 0);
		return;
	}
	want = pieces_below(was, true) + amount;
	KUNIT_ASSERT_EQ(test, is,
			want < nr_pieces ? pieces[want - 1].high :
					   HR_WHOLE_RING);
}

static void check_position(const struct moving *m, u64 was, u64 is,
			   const struct hr_pace *pace)
{
	struct kunit *test = m->test;
	u64 cell = cell_of(m), to = (pace->amount + cell - 1) / cell * cell;

	if (to >= was && share_below(to) == share_below(HR_WHOLE_RING))
		to = HR_WHOLE_RING;
	else if (to < was && !share_below(to))
		to = 0;
	KUNIT_ASSERT_EQ(test, is, to);
}

static u64 step(struct moving *m, const struct hr_pace *pace)
{
	struct kunit *test = m->test;
	u64 was = m->view.frontier;
	u64 is = hr_view_step(&m->view, was, pace, m->cfg.grid);

	KUNIT_ASSERT_TRUE(test, is <= HR_WHOLE_RING && is % cell_of(m) == 0);
	if (pace->by == HR_PACE_SHARE)
		check_share(m, was, is, pace);
	else if (pace->by == HR_PACE_ARCS)
		check_arcs(test, was, is, pace);
	else
		check_position(m, was, is, pace);
	if (pace->by != HR_PACE_POSITION && pace->back)
		KUNIT_ASSERT_TRUE(test, is < was || !was);
	else if (pace->by != HR_PACE_POSITION)
		KUNIT_ASSERT_TRUE(test, is > was || was == HR_WHOLE_RING);
	check_way(m, is);
	check_between(m, is < was ? is : was, is < was ? was : is);
	m->view.frontier = is;
	return is;
}

static void one_step(struct moving *m)
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

/* Over so much share and back over what that was: the map is the same. */
static void there_and_back(struct moving *m)
{
	struct kunit *test = m->test;
	struct hr_pace pace = { .by = HR_PACE_SHARE };
	struct hr_table *t[2];
	u64 was, is;
	u32 i;

	was = m->view.frontier;
	t[0] = hr_view_compose(&m->view, was, m->cfg.grid, GFP_KERNEL,
			       &hr_node_plain_ops);
	pace.amount = unit_random(&m->random) >> unit_below(&m->random, 20);
	is = step(m, &pace);
	pace.back = true;
	pace.amount = share_below(is) - share_below(was);
	if (pace.amount)
		step(m, &pace);
	t[1] = hr_view_compose(&m->view, m->view.frontier, m->cfg.grid,
			       GFP_KERNEL, &hr_node_plain_ops);
	KUNIT_ASSERT_EQ(test, hr_digest_map(t[0]), hr_digest_map(t[1]));
	for (i = 0; i < 2; i++)
		hr_table_put(t[i], &hr_node_plain_ops);
}

/* From one end to the other: all pieces, each once. */
static void to_the_ends(struct moving *m, enum hr_pace_by by, u64 amount)
{
	struct kunit *test = m->test;
	struct hr_pace pace = { .by = by, .amount = amount };
	u32 n;

	m->view.frontier = 0;
	for (n = 0; m->view.frontier < HR_WHOLE_RING; n++)
		step(m, &pace);
	if (by == HR_PACE_ARCS && amount == 1)
		KUNIT_ASSERT_EQ(test, n, nr_pieces ? nr_pieces : 1);
	pace.back = true;
	for (n = 0; m->view.frontier; n++)
		step(m, &pace);
	if (by == HR_PACE_ARCS && amount == 1)
		KUNIT_ASSERT_EQ(test, n, nr_pieces ? nr_pieces : 1);
}

static void steps_at_random(struct kunit *test)
{
	u32 kind, round, nr, i;
	struct hr_op ops[4];

	for (kind = 0; kind < MOVING_KINDS; kind++) {
		moving_init(test, &moving, kind, 71 + kind);
		for (round = 0; round < ROUNDS; round++) {
			nr = moving_ops(&moving, ops, ARRAY_SIZE(ops));
			moving_hold(&moving, ops, nr);
			moving_ops_free(ops, nr);
			if (hr_view_settled(&moving.view))
				continue;
			find_pieces(&moving);
			to_the_ends(&moving, HR_PACE_ARCS, 1);
			to_the_ends(&moving, HR_PACE_SHARE, 1U << 28);
			for (i = 0; i < 20; i++)
				one_step(&moving);
			for (i = 0; i < 5; i++)
				there_and_back(&moving);
			if (unit_below(&moving.random, 3))
				continue;
			moving.view.frontier = HR_WHOLE_RING;
			moving_settle(&moving);
		}
		moving_free(&moving);
	}
}

/* Each way of stepping, where nothing changes hands at all. */
static void nothing_to_move(struct kunit *test)
{
	u32 points[] = { 7, 9 };
	struct hr_op op = unit_points(unit_id(unit_add("a"), 1), points, 2);
	struct hr_progress way;
	u32 by;

	moving_init(test, &moving, MOVING_EXPLICIT, 1);
	KUNIT_ASSERT_TRUE(test, moving_change(&moving, &op, 1));
	op = unit_weight(unit_set("a"), 2);
	KUNIT_ASSERT_TRUE(test, moving_hold(&moving, &op, 1));
	for (by = HR_PACE_POSITION; by <= HR_PACE_ARCS; by++) {
		struct hr_pace pace = { .by = by, .amount = 5 };

		KUNIT_ASSERT_EQ(test, hr_view_step(&moving.view, 0, &pace, 0),
				HR_WHOLE_RING);
		pace.back = true;
		KUNIT_ASSERT_EQ(test,
				hr_view_step(&moving.view, HR_WHOLE_RING, &pace,
					     0),
				0);
	}
	hr_view_progress(&moving.view, 7, &way);
	KUNIT_ASSERT_EQ(test, way.share, 0);
	KUNIT_ASSERT_EQ(test, way.arcs, 0);
	moving_free(&moving);
}

/* The first node of an empty ring, in four quarters, and the last one away. */
static void all_of_the_ring(struct kunit *test)
{
	struct hr_op op = unit_id(unit_add("a"), 1);
	struct hr_pace pace = { .by = HR_PACE_SHARE, .amount = 1U << 30 };
	struct hr_progress way;
	u32 away, i;

	moving_init(test, &moving, MOVING_WIDE, 1);
	for (away = 0; away < 2; away++) {
		if (away)
			op = unit_del("a");
		KUNIT_ASSERT_TRUE(test, moving_hold(&moving, &op, 1));
		find_pieces(&moving);
		KUNIT_ASSERT_EQ(test, nr_pieces, 1);
		for (i = 1; i <= 4; i++) {
			KUNIT_ASSERT_EQ(test, step(&moving, &pace),
					(u64)i << 30);
			hr_view_progress(&moving.view, (u64)i << 30, &way);
			KUNIT_ASSERT_EQ(test, way.arcs_released, i == 4);
			moving_check(&moving);
			KUNIT_ASSERT_EQ(test,
					!hr_view_owner(&moving.view, 1U << 29),
					away);
			KUNIT_ASSERT_EQ(test,
					!hr_view_owner(&moving.view, U32_MAX),
					(i == 4) == away);
		}
		moving_settle(&moving);
		moving_check(&moving);
	}
	moving_free(&moving);
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
