// SPDX-License-Identifier: GPL-2.0-only
/* Balanced placement: the cells of returning nodes, and of restored tables. */
#include "balanced.h"
#include "suites.h"

/*
 * The map is the same to the bit when a node has returned, after any kind of
 * removal, also when several nodes return one by one.
 */
static void nodes_return(struct kunit *test)
{
	struct unit_random random = { 3 };
	struct unit_ring ring;
	struct hr_op ops[5];
	u64 digest, between;
	u32 i, n;

	balanced_init(test, &ring, 4096);
	unit_add_many(&ring, "n%u", 12);
	for (i = 0; i < UNIT_ROUNDS(300); i++) {
		const char *a = ring.table->by_name[0]->name;
		const char *b = ring.table->by_name[ring.table->nr_nodes - 1]
				->name;
		char first[64], second[64];
		const struct hr_node *node;

		strscpy(first, a, sizeof(first));
		strscpy(second, b, sizeof(second));
		if (ring.table->nr_nodes > 3 &&
		    hr_table_find(ring.table, first)->attrs.state ==
			    HASHRING_NODE_ACTIVE &&
		    hr_table_find(ring.table, second)->attrs.state ==
			    HASHRING_NODE_ACTIVE) {
			digest = hr_digest_map(ring.table);
			balanced_change_one(&ring,
					    unit_state(unit_set(first),
						       HASHRING_NODE_DRAINING));
			between = hr_digest_map(ring.table);
			balanced_change_one(&ring,
					    unit_state(unit_set(first),
						       HASHRING_NODE_DOWN));
			balanced_change_one(&ring,
					    unit_state(unit_set(second),
						       HASHRING_NODE_DOWN));
			balanced_change_one(&ring,
					    unit_state(unit_set(second),
						       HASHRING_NODE_ACTIVE));
			KUNIT_ASSERT_EQ(test, hr_digest_map(ring.table),
					between);
			node = hr_table_find(ring.table, second);
			KUNIT_ASSERT_EQ(test, node->nr_home, 0);
			balanced_change_one(&ring,
					    unit_state(unit_set(first),
						       HASHRING_NODE_ACTIVE));
			KUNIT_ASSERT_EQ(test, hr_digest_map(ring.table),
					digest);
		}
		n = balanced_ops(&ring, &random, 12, true, ops,
				 1 + unit_below(&random, 3));
		if (n)
			balanced_change(&ring, ops, n);
	}
	unit_ring_free(&ring);
}

static void last_node(struct kunit *test)
{
	struct unit_ring ring;
	u64 digest;

	balanced_init(test, &ring, 1024);
	balanced_change_one(&ring, unit_add("a"));
	digest = hr_digest_map(ring.table);
	KUNIT_ASSERT_EQ(test, ring.table->share[0], HR_WHOLE_RING);
	balanced_change_one(&ring, unit_state(unit_set("a"), HASHRING_NODE_DOWN));
	KUNIT_ASSERT_EQ(test, ring.table->nr_points, 0);
	balanced_check_lookup(&ring);
	balanced_change_one(&ring, unit_state(unit_set("a"), HASHRING_NODE_ACTIVE));
	KUNIT_ASSERT_EQ(test, hr_digest_map(ring.table), digest);
	balanced_change_one(&ring, unit_replace("a", "b"));
	KUNIT_ASSERT_EQ(test,
			ring.table->share[unit_slot(test, ring.table, "b")],
			HR_WHOLE_RING);
	balanced_change_one(&ring, unit_del("b"));
	KUNIT_ASSERT_EQ(test, ring.table->nr_points, 0);
	unit_ring_free(&ring);
}

/* The seat decides the cells, so that a replacement moves only its share. */
static void replacements(struct kunit *test)
{
	struct hr_op op = unit_replace("n3", "a-first");
	struct unit_ring ring;
	struct hr_impact impact;
	u64 share;

	balanced_init(test, &ring, 1024);
	unit_add_many(&ring, "n%u", 7);
	share = ring.table->share[unit_slot(test, ring.table, "n3")];
	unit_change_impact(&ring, &op, 1, &impact);
	KUNIT_ASSERT_EQ(test, impact.moved, share);
	KUNIT_ASSERT_EQ(test, impact.collateral, 0);
	hr_impact_release(&impact);

	/* While a node is away, its successor gets its home cells. */
	share = hr_digest_map(ring.table);
	balanced_change_one(&ring, unit_state(unit_set("n5"), HASHRING_NODE_DOWN));
	balanced_change_one(&ring, unit_replace("n5", "m5"));
	balanced_change_one(&ring, unit_state(unit_set("m5"), HASHRING_NODE_ACTIVE));
	balanced_change_one(&ring, unit_replace("m5", "n5"));
	KUNIT_ASSERT_EQ(test, hr_digest_map(ring.table), share);
	unit_ring_free(&ring);
}

/* The cells of every node of a table, as in a saved file. */
static u32 restore_ops(const struct unit_ring *ring, struct hr_op *ops,
		       struct hr_run *runs)
{
	const struct hr_table *t = ring->table;
	const struct hr_node *node;
	u32 i, k;

	for (i = 0; i < t->nr_nodes; i++) {
		/* In reverse order, so that slots differ. */
		node = t->by_name[t->nr_nodes - 1 - i];
		ops[i] = unit_cells(unit_add(node->name), runs, 0);
		ops[i] = unit_id(unit_weight(ops[i], node->attrs.weight),
				 node->attrs.id);
		ops[i] = unit_state(unit_seat(ops[i], node->seat),
				    node->attrs.state);
		for (k = 0; k < t->nr_points; k++)
			if (t->points[k].slot == node->slot)
				runs[ops[i].nr_cells++] =
					hr_grid_run(t, ring->cfg.grid, k);
		for (k = 0; k < node->nr_home; k++)
			runs[ops[i].nr_cells++] = node->home[k];
		runs += ops[i].nr_cells;
	}
	return t->nr_nodes;
}

/* A restored ring is the same, and later changes have the same results. */
static void restored(struct kunit *test)
{
	struct unit_random random = { 4 };
	struct hr_run *runs = unit_alloc(test, 8 * 4096, sizeof(*runs));
	struct unit_ring ring, again;
	struct hr_op *ops = unit_alloc(test, 64, sizeof(*ops)), more[5];
	u32 i, n;

	balanced_init(test, &ring, 4096);
	for (i = 0; i < UNIT_ROUNDS(200); i++) {
		n = balanced_ops(&ring, &random, 30, true, more,
				 1 + unit_below(&random, 5));
		if (n)
			balanced_change(&ring, more, n);
		if (i % 10)
			continue;
		balanced_init(test, &again, 4096);
		unit_change(&again, ops, restore_ops(&ring, ops, runs));
		KUNIT_ASSERT_EQ(test, hr_digest_map(again.table),
				hr_digest_map(ring.table));
		KUNIT_ASSERT_EQ(test,
				hr_digest_members(&again.cfg, again.table),
				hr_digest_members(&ring.cfg, ring.table));
		n = balanced_ops(&ring, &random, 30, true, more, 5);
		if (n) {
			balanced_change(&ring, more, n);
			balanced_change(&again, more, n);
		}
		KUNIT_ASSERT_EQ(test, hr_digest_map(again.table),
				hr_digest_map(ring.table));
		unit_ring_free(&again);
	}
	unit_ring_free(&ring);
}

/*
 * One change restores a table of the past, which the counts alone do not give.
 */
static void reverted(struct kunit *test)
{
	struct hr_run runs[2] = { { 0, 512 }, { 512, 512 } };
	struct unit_ring ring;
	struct hr_impact impact;
	struct hr_op ops[2];

	balanced_init(test, &ring, 1024);
	unit_add_many(&ring, "n%u", 2);
	ops[0] = unit_cells(unit_set("n0"), &runs[1], 1);
	ops[1] = unit_cells(unit_set("n1"), &runs[0], 1);
	unit_change_impact(&ring, ops, 2, &impact);
	KUNIT_ASSERT_EQ(test, impact.moved, HR_WHOLE_RING);
	KUNIT_ASSERT_EQ(test, impact.required, 0);
	KUNIT_ASSERT_EQ(test, impact.collateral, HR_WHOLE_RING);
	hr_impact_release(&impact);
	KUNIT_ASSERT_STREQ(test, hr_table_owner(ring.table, 0)->name, "n1");

	/* The other nodes give up cells for the given ones. */
	runs[0].first = 256;
	balanced_change_one(&ring, unit_add("n2"));
	unit_change_one(&ring, unit_del("n2"));
	unit_change_one(&ring, unit_cells(unit_set("n0"), &runs[0], 1));
	KUNIT_ASSERT_STREQ(test, hr_table_owner(ring.table, 0)->name, "n1");
	KUNIT_ASSERT_STREQ(test, hr_table_owner(ring.table, 1U << 31)->name,
			   "n0");
	KUNIT_ASSERT_STREQ(test, hr_table_owner(ring.table, U32_MAX)->name,
			   "n1");
	unit_ring_free(&ring);
}

static struct hr_run whole = { 0, 341 };

static void refuse(const struct unit_ring *ring, struct hr_op op, int error,
		   u32 part, const char *text)
{
	struct kunit *test = ring->test;
	struct hr_op ops[] = { unit_cells(unit_set("n1"), &whole, 1), op };
	struct hr_table *next = NULL;
	struct hr_error err;
	u32 first = error == -EEXIST ? 0 : 1;

	KUNIT_ASSERT_EQ(test,
			hr_change_build(&ring->cfg, ring->table, ops + first,
					2 - first, U32_MAX, false,
					&hr_node_plain_ops, GFP_KERNEL, &next,
					&err),
			error);
	KUNIT_ASSERT_NULL(test, next);
	KUNIT_ASSERT_STREQ(test, err.text, text);
	KUNIT_ASSERT_EQ(test, err.part, part);
	KUNIT_ASSERT_EQ(test, err.op, 1 - first);
}

static void refused(struct kunit *test)
{
	struct hr_run runs[2] = { { 0, 341 }, { 340, 1 } };
	struct hr_op op = unit_cells(unit_add("c"), runs, 1);
	struct unit_ring ring;
	u32 points[] = { 7 };

	balanced_init(test, &ring, 1024);
	unit_add_many(&ring, "n%u", 2);
	refuse(&ring, unit_points(unit_add("p"), points, 1), -EINVAL,
	       HR_PART(POINTS), "points cannot be given in this placement: balanced");
	refuse(&ring, op, -EEXIST, HR_PART(CELLS),
	       "cell is given to another node already: 0");
	runs[0].count = 5;
	refuse(&ring, op, -EINVAL, HR_PART(CELLS),
	       "cells given and cells due differ: c, 5 and 342");
	op.nr_cells = 2;
	runs[1].first = 4;
	refuse(&ring, op, -EINVAL, HR_PART(CELLS),
	       "runs of cells are not empty and ascend");
	runs[1].first = 5;
	runs[1].count = 0;
	refuse(&ring, op, -EINVAL, HR_PART(CELLS),
	       "runs of cells are not empty and ascend");
	runs[1].count = 1020;
	refuse(&ring, op, -ERANGE, HR_PART(CELLS),
	       "cell is beyond the ring's grid: 1024 of 1024");
	runs[1].first = U32_MAX;
	runs[1].count = U32_MAX;
	refuse(&ring, op, -ERANGE, HR_PART(CELLS),
	       "cell is beyond the ring's grid: 8589934589 of 1024");
	op.nr_cells = HR_MAX_NODE_RUNS + 1;
	refuse(&ring, op, -E2BIG, HR_PART(CELLS),
	       "too many runs of cells in one operation: 8001 (at most 8000)");
	unit_change_one(&ring, unit_del("n1"));
	unit_add_many(&ring, "m%u", 1023);
	unit_change_one(&ring, unit_state(unit_set("m0"), HASHRING_NODE_DOWN));
	refuse(&ring, unit_add("n1025"), -E2BIG, HR_PART_ALL,
	       "more nodes than cells in the ring: 1025 (at most 1024)");
	unit_ring_free(&ring);

	unit_ring_init(test, &ring, &hr_place_hash, 1, 1);
	op.nr_cells = 1;
	refuse(&ring, op, -EINVAL, HR_PART(CELLS),
	       "cells cannot be given in this placement: hash");
	unit_ring_free(&ring);
}

static void grids(struct kunit *test)
{
	static const u32 good[] = { 1024, 2048, 65536, 1048576 };
	static const u32 bad[] = { 0, 1, 512, 1023, 1025, 3000, 2097152,
				   0x80000000, U32_MAX };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(good); i++)
		KUNIT_ASSERT_NULL(test, hr_grid_check(good[i]));
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		KUNIT_ASSERT_STREQ(test, hr_grid_check(bad[i]),
				   "a grid has 1024 to 1048576 cells, a power of two");
}

/* More slots than 16 bits can number: the table has an index instead. */
static void very_many(struct kunit *test)
{
	struct unit_ring ring;
	struct hr_op *ops;
	u32 i, n = 34000;

	ops = unit_alloc(test, n, sizeof(*ops));
	balanced_init(test, &ring, 131072);
	unit_add_many(&ring, "n%u", n);
	KUNIT_ASSERT_NOT_NULL(test, ring.table->cells);
	for (i = 0; i < n; i++) {
		snprintf(ops[i].name, sizeof(ops[i].name), "n%u", i);
		snprintf(ops[i].new_name, sizeof(ops[i].new_name), "m%u", i);
		ops[i].kind = HASHRING_OP_REPLACE;
	}
	unit_change(&ring, ops, n);
	KUNIT_ASSERT_NULL(test, ring.table->cells);
	balanced_check_lookup(&ring);
	unit_ring_free(&ring);
}

static void failing(struct kunit *test)
{
	struct hr_run runs[] = { { 0, 204 }, { 1000, 1 } };
	struct unit_ring ring;
	struct hr_op ops[3];

	unit_want_failures(test);
	balanced_init(test, &ring, 1024);
	unit_add_many(&ring, "n%u", 4);
	balanced_change_one(&ring, unit_state(unit_set("n3"), HASHRING_NODE_DOWN));
	ops[0] = unit_state(unit_set("n3"), HASHRING_NODE_ACTIVE);
	ops[1] = unit_state(unit_set("n2"), HASHRING_NODE_DRAINING);
	ops[2] = unit_replace("n1", "m1");
	unit_fail_each(&ring, ops, 3);
	ops[0] = unit_cells(unit_set("n3"), runs, 2);
	unit_fail_each(&ring, ops, 2);
	/* The new node takes cells of others: these are freed first. */
	ops[0] = unit_add("n4");
	unit_fail_each(&ring, ops, 1);
	unit_ring_free(&ring);
}

static struct kunit_case cells_cases[] = {
	KUNIT_CASE(nodes_return),
	KUNIT_CASE(last_node),
	KUNIT_CASE(replacements),
	KUNIT_CASE(restored),
	KUNIT_CASE(reverted),
	KUNIT_CASE(refused),
	KUNIT_CASE(grids),
	KUNIT_CASE(very_many),
	KUNIT_CASE(failing),
	{}
};

struct kunit_suite cells_suite = {
	.name = "hashring_cells",
	.test_cases = cells_cases,
};
