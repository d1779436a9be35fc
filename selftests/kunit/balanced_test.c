// SPDX-License-Identifier: GPL-2.0-only
/*
 * Balanced placement: the number of cells of each node is compared with a count
 * one by one, and the moves with the required ones.
 */
#include <linux/math64.h>

#include "balanced.h"
#include "model/model.h"
#include "suites.h"

/* Returns the largest error of a node in cells, times 1000. */
static u64 check_due(const struct unit_ring *ring)
{
	struct kunit *test = ring->test;
	const struct hr_table *t = ring->table;
	u32 *due = kvcalloc(t->nr_slots + 1, sizeof(*due), GFP_KERNEL);
	u64 has, part, off, most = 0;
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, due);
	model_due(t, ring->cfg.grid, due);
	for (i = 0; i < t->nr_slots; i++)
		KUNIT_ASSERT_EQ(test, t->share[i],
				(u64)due[i] << hr_grid_shift(ring->cfg.grid));
	for (i = 0; i < t->nr_nodes; i++) {
		const struct hr_node *node = t->by_seat[i];

		if (node->attrs.state != HASHRING_NODE_ACTIVE)
			continue;
		has = due[node->slot] * t->weight;
		part = (u64)node->attrs.weight * ring->cfg.grid;
		off = has > part ? has - part : part - has;
		off = div64_u64(1000 * off + t->weight - 1, t->weight);
		most = off > most ? off : most;
	}
	kvfree(due);
	return most;
}

static void random_changes(struct kunit *test)
{
	struct unit_random random = { 1 };
	struct unit_ring ring;
	struct hr_op ops[5];
	u32 i, n;

	balanced_init(test, &ring, 1024);
	for (i = 0; i < UNIT_ROUNDS(1500); i++) {
		n = balanced_ops(&ring, &random, 10 + i / 50, true, ops,
				 1 + unit_below(&random, 5));
		if (!n)
			continue;
		balanced_change(&ring, ops, n);
		check_due(&ring);
		balanced_check_lookup(&ring);
	}
	unit_ring_free(&ring);
}

/* Crowded grids and very different weights, with the minimum of one cell. */
static void crowds(struct kunit *test)
{
	struct unit_random random = { 2 };
	struct unit_ring ring;
	struct hr_op *ops = unit_alloc(test, 1024, sizeof(*ops));
	u32 round, i, n;

	for (round = 0; round < UNIT_ROUNDS(12); round++) {
		balanced_init(test, &ring, 1024);
		n = round < 2 ? 1024 : 1 + unit_below(&random, 1024);
		for (i = 0; i < n; i++) {
			ops[i] = unit_add("");
			snprintf(ops[i].name, sizeof(ops[i].name), "n%u", i);
			ops[i] = unit_weight(ops[i], round == 1 || i % 16 ?
					     1 : balanced_weight(&random));
		}
		balanced_change(&ring, ops, n);
		check_due(&ring);
		for (i = 0; i < ring.table->nr_slots; i++)
			KUNIT_ASSERT_TRUE(test, ring.table->share[i]);
		unit_ring_free(&ring);
	}
}

/*
 * The theorem for equal weights. A join moves the due of the new node, to the
 * cell. A removal moves the cells of the removed node, and no others. The
 * fullest node has at most a cell more than its part.
 */
static void optimal(struct kunit *test)
{
	static const u32 sizes[][2] = {
		{ 4, 65536 }, { 10, 65536 }, { 100, 65536 }, { 1000, 65536 },
		{ 10000, 1048576 },
	};
	struct unit_ring ring;
	struct hr_impact impact;
	u64 cell, peak;
	struct hr_op op;
	u32 i, n;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		n = sizes[i][0];
		balanced_init(test, &ring, sizes[i][1]);
		cell = HR_WHOLE_RING / ring.cfg.grid;
		unit_add_many(&ring, "n%u", n);

		op = unit_add("joins");
		unit_change_impact(&ring, &op, 1, &impact);
		KUNIT_ASSERT_EQ(test, impact.ideal,
				(HR_WHOLE_RING + (n + 1) / 2) / (n + 1));
		KUNIT_ASSERT_TRUE(test,
				  impact.moved + cell > impact.ideal &&
					  impact.moved < impact.ideal + cell);
		KUNIT_ASSERT_EQ(test, impact.collateral, 0);
		/* At most 1 + (nodes / cells). */
		peak = HR_WHOLE_RING + (n + 1) * cell;
		KUNIT_ASSERT_TRUE(test, hr_table_peak(ring.table) <= peak);
		hr_impact_release(&impact);

		op = unit_del("n1");
		unit_change_impact(&ring, &op, 1, &impact);
		KUNIT_ASSERT_TRUE(test,
				  impact.moved + cell > impact.ideal &&
					  impact.moved < impact.ideal + cell);
		KUNIT_ASSERT_EQ(test, impact.collateral, 0);
		hr_impact_release(&impact);
		unit_ring_free(&ring);
	}
}

/*
 * With equal weights a node is less than a cell off its exact part. With other
 * weights the error is a little larger, if the minimum of one cell raises some
 * nodes.
 */
static void near_the_exact_part_of(struct kunit *test, u32 size, u32 most_off)
{
	struct unit_random random = { .state = size };
	const u32 n = size < 100 ? size : 100;
	struct hr_op *ops = unit_alloc(test, n, sizeof(*ops));
	struct unit_ring ring;
	u64 off, most = 0;
	u32 k, round;

	balanced_init(test, &ring, 65536);
	unit_add_many(&ring, "n%u", size);
	KUNIT_ASSERT_LT(test, check_due(&ring), 1000);
	for (round = 0; round < UNIT_ROUNDS(1000 / size); round++) {
		/* in one change, because a thousand nodes take long */
		for (k = 0; k < n; k++) {
			ops[k] = unit_weight(unit_set(""),
					     1 + unit_below(&random, 1000));
			snprintf(ops[k].name, sizeof(ops[k].name), "n%u",
				 k * (size / n) +
					 unit_below(&random, size / n));
		}
		balanced_change(&ring, ops, n);
		off = check_due(&ring);
		most = off > most ? off : most;
	}
	kunit_info(test,
		   "%u nodes of weights 1 to 1000: 0.001 * %llu of 65536 cells off at most\n",
		   size, most);
	KUNIT_ASSERT_LT(test, most, 1000 * most_off);
	unit_ring_free(&ring);
}

static void near_the_exact_part(struct kunit *test)
{
	near_the_exact_part_of(test, 3, 1);
	near_the_exact_part_of(test, 10, 1);
	near_the_exact_part_of(test, 100, 1);
	near_the_exact_part_of(test, 1000, 6);
}

static void each_node_has_a_cell(struct kunit *test)
{
	struct unit_ring ring;
	struct hr_op op;
	char name[16];
	u32 i;

	balanced_init(test, &ring, 1024);
	for (i = 1; i <= HR_MAX_WEIGHT; i++) {
		snprintf(name, sizeof(name), "w%u", i);
		op = unit_weight(unit_add(name), i);
		balanced_change_one(&ring, op);
	}
	check_due(&ring);
	for (i = 0; i < ring.table->nr_slots; i++)
		KUNIT_ASSERT_TRUE(test, ring.table->share[i]);
	unit_ring_free(&ring);
}

/*
 * Counts the arcs of a ring of @nodes nodes after many joins and removals: the
 * maximum of the ring, and of one node.
 */
static void churn(struct kunit *test, u32 nodes, u32 grid, u32 changes,
		  u32 most)
{
	struct unit_random random = { nodes };
	u32 i, k, n, arcs = 0, of_one = 0, *count;
	struct unit_ring ring;
	struct hr_op ops[5];

	balanced_init(test, &ring, grid);
	unit_add_many(&ring, "n%u", nodes);
	for (i = 0; i < changes; i++) {
		n = balanced_ops(&ring, &random, 2 * nodes, false, ops,
				 1 + unit_below(&random, 2));
		balanced_change(&ring, ops, n);
		arcs = ring.table->nr_points > arcs ? ring.table->nr_points :
						      arcs;
	}
	count = unit_alloc(test, ring.table->nr_slots, sizeof(*count));
	for (k = 0; k < ring.table->nr_points; k++) {
		u32 slot = ring.table->points[k].slot;

		if (++count[slot] > of_one)
			of_one = count[slot];
	}
	kunit_info(test,
		   "%u nodes, %u cells, %u changes: at most %u arcs, at the end %u, of one node %u\n",
		   nodes, grid, changes, arcs, ring.table->nr_points, of_one);
	KUNIT_ASSERT_LE(test, arcs, most);
	/* One operation that restores the node can have all its runs. */
	KUNIT_ASSERT_LE(test, of_one, HR_MAX_NODE_RUNS);
	unit_ring_free(&ring);
}

static void arcs_stay_few(struct kunit *test)
{
	churn(test, 10, 65536, UNIT_ROUNDS(2000), 150);
	churn(test, 100, 65536, UNIT_ROUNDS(2000), 7000);
	churn(test, 1000, 65536, UNIT_ROUNDS(2000), 20000);
	churn(test, 100, 1048576, UNIT_ROUNDS(100), 5000);
}

static struct kunit_case balanced_cases[] = {
	KUNIT_CASE(random_changes),
	KUNIT_CASE(crowds),
	KUNIT_CASE(optimal),
	KUNIT_CASE(near_the_exact_part),
	KUNIT_CASE(each_node_has_a_cell),
	KUNIT_CASE(arcs_stay_few),
	{}
};

struct kunit_suite balanced_suite = {
	.name = "hashring_balanced",
	.test_cases = balanced_cases,
};
