// SPDX-License-Identifier: GPL-2.0-only
/*
 * Balanced placement: how many cells each node gets is held against counting
 * them out one by one, which ones against the table before.
 */
#include <stdio.h>
#include <stdlib.h>

#include <linux/kernel.h>

#include "core/grid.h"
#include "unit.h"

static void ring_init(struct unit_ring *ring, u32 grid)
{
	unit_ring_init(ring, &hr_place_balanced, 0, 0);
	ring->cfg.grid = grid;
}

/* Cells one by one to who has the best claim, the first seat among equals. */
static void count_out(const struct hr_table *t, u32 grid, u32 *due)
{
	u64 best_w, best_s, s;
	u32 i, left = grid, best;

	memset(due, 0, t->nr_slots * sizeof(*due));
	for (i = 0; i < t->nr_nodes; i++) {
		if (t->by_seat[i]->state != HR_ACTIVE)
			continue;
		due[t->by_seat[i]->slot] = 1;
		left--;
	}
	if (left == grid)
		return;
	for (; left; left--) {
		best_w = 0;
		best_s = 1;
		best = 0;
		for (i = 0; i < t->nr_nodes; i++) {
			const struct hr_node *node = t->by_seat[i];

			if (node->state != HR_ACTIVE)
				continue;
			s = 2 * (u64)due[node->slot] + 1;
			if (node->weight * best_s <= best_w * s)
				continue;
			best_w = node->weight;
			best_s = s;
			best = node->slot;
		}
		due[best]++;
	}
}

static void check_due(const struct unit_ring *ring)
{
	const struct hr_table *t = ring->table;
	u32 *due = calloc(t->nr_slots + 1, sizeof(*due));
	u32 i;

	assert_non_null(due);
	count_out(t, ring->cfg.grid, due);
	for (i = 0; i < t->nr_slots; i++)
		assert_int_equal(t->share[i], (u64)due[i] <<
				 hr_grid_shift(ring->cfg.grid));
	free(due);
}

/* Look-ups, both ends of every cell, against the points one by one. */
static void check_lookup(const struct unit_ring *ring)
{
	const struct hr_table *t = ring->table;
	u32 cell, end, k = 0;

	for (cell = 0; cell < ring->cfg.grid; cell++) {
		end = hr_grid_end(ring->cfg.grid, cell);
		if (!t->nr_points) {
			assert_int_equal(hr_table_lookup(t, end), HR_NO_SLOT);
			continue;
		}
		while (t->points[k].pos < end)
			k++;
		assert_int_equal(hr_table_lookup(t, end), t->points[k].slot);
		assert_int_equal(hr_table_lookup(t, end -
				 (1U << hr_grid_shift(ring->cfg.grid)) + 1),
				 t->points[k].slot);
	}
}

/* What moves is what the counts require, from who has less to who has more. */
static void check_moves(const struct hr_table *before,
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
	assert_int_equal(impact->moved + impact->gained, more);
	assert_int_equal(impact->collateral, 0);
	for (i = 0; i < impact->nr_moves; i++) {
		const struct hr_move *move = &impact->moves[i];

		assert_true(move->from >= after->nr_slots ||
			    after->share[move->from] <
			    before->share[move->from]);
		assert_true(move->to >= before->nr_slots ||
			    after->share[move->to] > before->share[move->to]);
	}
}

/* Not unit_change_impact(): the table before is wanted too. */
static void change(struct unit_ring *ring, const struct hr_op *ops, u32 nr_ops)
{
	struct hr_table *next = NULL;
	struct hr_impact impact;
	struct hr_error err;
	int ret;

	ret = hr_change_build(&ring->cfg, ring->table, ops, nr_ops, U32_MAX,
			      &hr_node_plain_ops, GFP_KERNEL, &next, &err);
	if (ret)
		fail_msg("operation %u: %s (%d)", err.op, err.text, ret);
	assert_int_equal(hr_impact(ring->table, next, GFP_KERNEL, &impact), 0);
	check_moves(ring->table, next, &impact);
	hr_impact_release(&impact);
	hr_table_free(ring->table, &hr_node_plain_ops);
	ring->table = next;
}

static void change_one(struct unit_ring *ring, struct hr_op op)
{
	change(ring, &op, 1);
}

static u32 random_weight(struct unit_random *random)
{
	static const u32 tops[] = { 1, 3, 10, HR_MAX_WEIGHT };

	return 1 + unit_below(random, tops[unit_below(random, 4)]);
}

/* Up to @nr operations on different ones of @names nodes, at least 2 * @nr. */
static u32 random_ops(const struct unit_ring *ring, struct unit_random *random,
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
					       random_weight(random) : 1);
			continue;
		}
		switch (weights ? unit_below(random, 5) : 0) {
		case 0:
			ops[n++] = unit_del(name);
			break;
		case 1:
			ops[n++] = unit_weight(unit_set(name),
					       random_weight(random));
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

static void random_changes(void **state)
{
	struct unit_random random = { 1 };
	struct unit_ring ring;
	struct hr_op ops[5];
	u32 i, n;

	ring_init(&ring, 1024);
	for (i = 0; i < 1500; i++) {
		n = random_ops(&ring, &random, 10 + i / 50, true, ops,
			       1 + unit_below(&random, 5));
		if (!n)
			continue;
		change(&ring, ops, n);
		check_due(&ring);
		check_lookup(&ring);
	}
	unit_ring_free(&ring);
}

/* Crowded grids and weights far apart, where the floor of one cell matters. */
static void crowds(void **state)
{
	struct unit_random random = { 2 };
	struct unit_ring ring;
	struct hr_op *ops = calloc(1024, sizeof(*ops));
	u32 round, i, n;

	assert_non_null(ops);
	for (round = 0; round < 12; round++) {
		ring_init(&ring, 1024);
		n = round < 2 ? 1024 : 1 + unit_below(&random, 1024);
		for (i = 0; i < n; i++) {
			ops[i] = unit_add("");
			snprintf(ops[i].name, sizeof(ops[i].name), "n%u", i);
			ops[i] = unit_weight(ops[i], round == 1 || i % 16 ?
					     1 : random_weight(&random));
		}
		change(&ring, ops, n);
		check_due(&ring);
		for (i = 0; i < ring.table->nr_slots; i++)
			assert_true(ring.table->share[i]);
		unit_ring_free(&ring);
	}
	free(ops);
}

/*
 * The theorem: with equal weights a join moves the newcomer's due, to the cell,
 * and a node that goes what it had, with nothing beside it; and the fullest
 * node has at most a cell more than its part.
 */
static void optimal(void **state)
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
		ring_init(&ring, sizes[i][1]);
		cell = HR_WHOLE_RING / ring.cfg.grid;
		unit_add_many(&ring, "n%u", n);

		op = unit_add("joins");
		unit_change_impact(&ring, &op, 1, &impact);
		assert_int_equal(impact.ideal,
				 (HR_WHOLE_RING + (n + 1) / 2) / (n + 1));
		assert_true(impact.moved + cell > impact.ideal &&
			    impact.moved < impact.ideal + cell);
		assert_int_equal(impact.collateral, 0);
		/* At most 1 + (nodes / cells). */
		peak = HR_WHOLE_RING + (n + 1) * cell;
		assert_true(hr_table_peak(ring.table) <= peak);
		hr_impact_release(&impact);

		op = unit_del("n1");
		unit_change_impact(&ring, &op, 1, &impact);
		assert_true(impact.moved + cell > impact.ideal &&
			    impact.moved < impact.ideal + cell);
		assert_int_equal(impact.collateral, 0);
		hr_impact_release(&impact);
		unit_ring_free(&ring);
	}
}

static void nobody_starves(void **state)
{
	struct unit_ring ring;
	struct hr_op op;
	char name[16];
	u32 i;

	ring_init(&ring, 1024);
	for (i = 1; i <= HR_MAX_WEIGHT; i++) {
		snprintf(name, sizeof(name), "w%u", i);
		op = unit_weight(unit_add(name), i);
		change_one(&ring, op);
	}
	check_due(&ring);
	for (i = 0; i < ring.table->nr_slots; i++)
		assert_true(ring.table->share[i]);
	unit_ring_free(&ring);
}

/* Back to the bit, whatever a node's way out was, also several one by one. */
static void who_comes_back_alone(void **state)
{
	struct unit_random random = { 3 };
	struct unit_ring ring;
	struct hr_op ops[5];
	u64 digest, between;
	u32 i, n;

	ring_init(&ring, 4096);
	unit_add_many(&ring, "n%u", 12);
	for (i = 0; i < 300; i++) {
		const char *a = ring.table->by_name[0]->name;
		const char *b = ring.table->by_name[ring.table->nr_nodes - 1]
				->name;
		char first[64], second[64];

		strscpy(first, a, sizeof(first));
		strscpy(second, b, sizeof(second));
		if (ring.table->nr_nodes > 3 &&
		    hr_table_find(ring.table, first)->state == HR_ACTIVE &&
		    hr_table_find(ring.table, second)->state == HR_ACTIVE) {
			digest = hr_digest_map(ring.table);
			change_one(&ring, unit_state(unit_set(first),
						     HR_DRAINING));
			between = hr_digest_map(ring.table);
			change_one(&ring, unit_state(unit_set(first), HR_DOWN));
			change_one(&ring, unit_state(unit_set(second),
						     HR_DOWN));
			change_one(&ring, unit_state(unit_set(second),
						     HR_ACTIVE));
			assert_int_equal(hr_digest_map(ring.table), between);
			assert_int_equal(hr_table_find(ring.table, second)
					 ->nr_home, 0);
			change_one(&ring, unit_state(unit_set(first),
						     HR_ACTIVE));
			assert_int_equal(hr_digest_map(ring.table), digest);
		}
		n = random_ops(&ring, &random, 12, true, ops,
			       1 + unit_below(&random, 3));
		if (n)
			change(&ring, ops, n);
	}
	unit_ring_free(&ring);
}

static void the_last_one_and_nobody(void **state)
{
	struct unit_ring ring;
	u64 digest;

	ring_init(&ring, 1024);
	change_one(&ring, unit_add("a"));
	digest = hr_digest_map(ring.table);
	assert_int_equal(ring.table->share[0], HR_WHOLE_RING);
	change_one(&ring, unit_state(unit_set("a"), HR_DOWN));
	assert_int_equal(ring.table->nr_points, 0);
	check_lookup(&ring);
	change_one(&ring, unit_state(unit_set("a"), HR_ACTIVE));
	assert_int_equal(hr_digest_map(ring.table), digest);
	change_one(&ring, unit_replace("a", "b"));
	assert_int_equal(ring.table->share[unit_slot(ring.table, "b")],
			 HR_WHOLE_RING);
	change_one(&ring, unit_del("b"));
	assert_int_equal(ring.table->nr_points, 0);
	unit_ring_free(&ring);
}

/* The seat decides who gets what, so that a replacement moves its share only. */
static void replacements(void **state)
{
	struct hr_op op = unit_replace("n3", "a-first");
	struct unit_ring ring;
	struct hr_impact impact;
	u64 share;

	ring_init(&ring, 1024);
	unit_add_many(&ring, "n%u", 7);
	share = ring.table->share[unit_slot(ring.table, "n3")];
	unit_change_impact(&ring, &op, 1, &impact);
	assert_int_equal(impact.moved, share);
	assert_int_equal(impact.collateral, 0);
	hr_impact_release(&impact);

	/* While a node is away its successor inherits where it returns to. */
	share = hr_digest_map(ring.table);
	change_one(&ring, unit_state(unit_set("n5"), HR_DOWN));
	change_one(&ring, unit_replace("n5", "m5"));
	change_one(&ring, unit_state(unit_set("m5"), HR_ACTIVE));
	change_one(&ring, unit_replace("m5", "n5"));
	assert_int_equal(hr_digest_map(ring.table), share);
	unit_ring_free(&ring);
}

/* The cells of every node of a table, as a file would have them. */
static u32 restore_ops(const struct unit_ring *ring, struct hr_op *ops,
		       struct hr_run *runs)
{
	const struct hr_table *t = ring->table;
	const struct hr_node *node;
	u32 i, k;

	for (i = 0; i < t->nr_nodes; i++) {
		/* The other way round, so that slots differ. */
		node = t->by_name[t->nr_nodes - 1 - i];
		ops[i] = unit_cells(unit_add(node->name), runs, 0);
		ops[i] = unit_id(unit_weight(ops[i], node->weight), node->id);
		ops[i] = unit_state(unit_seat(ops[i], node->seat), node->state);
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

/* A restored ring is the same and goes on the same way. */
static void restored(void **state)
{
	struct unit_random random = { 4 };
	struct hr_run *runs = calloc(8 * 4096, sizeof(*runs));
	struct unit_ring ring, again;
	struct hr_op ops[64], more[5];
	u32 i, n;

	assert_non_null(runs);
	ring_init(&ring, 4096);
	for (i = 0; i < 200; i++) {
		n = random_ops(&ring, &random, 30, true, more,
			       1 + unit_below(&random, 5));
		if (n)
			change(&ring, more, n);
		if (i % 10)
			continue;
		ring_init(&again, 4096);
		unit_change(&again, ops, restore_ops(&ring, ops, runs));
		assert_int_equal(hr_digest_map(again.table),
				 hr_digest_map(ring.table));
		assert_int_equal(hr_digest_members(&again.cfg, again.table),
				 hr_digest_members(&ring.cfg, ring.table));
		n = random_ops(&ring, &random, 30, true, more, 5);
		if (n) {
			change(&ring, more, n);
			change(&again, more, n);
		}
		assert_int_equal(hr_digest_map(again.table),
				 hr_digest_map(ring.table));
		unit_ring_free(&again);
	}
	free(runs);
	unit_ring_free(&ring);
}

/* A table of the past comes back in one change, though counts alone would not. */
static void reverted(void **state)
{
	struct hr_run runs[2] = { { 0, 512 }, { 512, 512 } };
	struct unit_ring ring;
	struct hr_impact impact;
	struct hr_op ops[2];

	ring_init(&ring, 1024);
	unit_add_many(&ring, "n%u", 2);
	ops[0] = unit_cells(unit_set("n0"), &runs[1], 1);
	ops[1] = unit_cells(unit_set("n1"), &runs[0], 1);
	unit_change_impact(&ring, ops, 2, &impact);
	assert_int_equal(impact.moved, HR_WHOLE_RING);
	assert_int_equal(impact.required, 0);
	assert_int_equal(impact.collateral, HR_WHOLE_RING);
	hr_impact_release(&impact);
	assert_string_equal(hr_table_owner(ring.table, 0)->name, "n1");

	/* Given to one, the others make room. */
	runs[0].first = 256;
	change_one(&ring, unit_add("n2"));
	unit_change_one(&ring, unit_del("n2"));
	unit_change_one(&ring, unit_cells(unit_set("n0"), &runs[0], 1));
	assert_string_equal(hr_table_owner(ring.table, 0)->name, "n1");
	assert_string_equal(hr_table_owner(ring.table, 1U << 31)->name, "n0");
	assert_string_equal(hr_table_owner(ring.table, U32_MAX)->name, "n1");
	unit_ring_free(&ring);
}

static struct hr_run whole = { 0, 341 };

static void refuse(const struct unit_ring *ring, struct hr_op op, int error,
		   enum hr_culprit culprit, const char *text)
{
	struct hr_op ops[] = { unit_cells(unit_set("n1"), &whole, 1), op };
	struct hr_table *next = NULL;
	struct hr_error err;
	u32 first = error == -EEXIST ? 0 : 1;

	assert_int_equal(hr_change_build(&ring->cfg, ring->table, ops + first,
					 2 - first, U32_MAX,
					 &hr_node_plain_ops, GFP_KERNEL, &next,
					 &err), error);
	assert_null(next);
	assert_string_equal(err.text, text);
	assert_int_equal(err.culprit, culprit);
	assert_int_equal(err.op, 1 - first);
}

static void refused(void **state)
{
	struct hr_run runs[2] = { { 0, 341 }, { 340, 1 } };
	struct hr_op op = unit_cells(unit_add("c"), runs, 1);
	struct unit_ring ring;
	u32 points[] = { 7 };

	ring_init(&ring, 1024);
	unit_add_many(&ring, "n%u", 2);
	refuse(&ring, unit_points(unit_add("p"), points, 1), -EINVAL,
	       HR_BAD_POINTS, "with balanced placement points cannot be given");
	refuse(&ring, op, -EEXIST, HR_BAD_CELLS,
	       "cell 0 is given to another node already");
	runs[0].count = 5;
	refuse(&ring, op, -EINVAL, HR_BAD_CELLS,
	       "node c is given 5 cells but due 342");
	op.nr_cells = 2;
	runs[1].first = 4;
	refuse(&ring, op, -EINVAL, HR_BAD_CELLS,
	       "runs of cells are not empty and ascend");
	runs[1].first = 5;
	runs[1].count = 0;
	refuse(&ring, op, -EINVAL, HR_BAD_CELLS,
	       "runs of cells are not empty and ascend");
	runs[1].count = 1020;
	refuse(&ring, op, -ERANGE, HR_BAD_CELLS,
	       "cell 1024 is beyond the ring's 1024 cells");
	runs[1].first = U32_MAX;
	runs[1].count = U32_MAX;
	refuse(&ring, op, -ERANGE, HR_BAD_CELLS,
	       "cell 8589934589 is beyond the ring's 1024 cells");
	op.nr_cells = HR_MAX_NODE_RUNS + 1;
	refuse(&ring, op, -E2BIG, HR_BAD_CELLS,
	       "8001 runs of cells given in one operation (at most 8000)");
	unit_change_one(&ring, unit_del("n1"));
	unit_add_many(&ring, "m%u", 1023);
	unit_change_one(&ring, unit_state(unit_set("m0"), HR_DOWN));
	refuse(&ring, unit_add("n1025"), -E2BIG, HR_BAD_OP,
	       "the ring would hold 1025 nodes (at most 1024, one a cell of its grid)");
	unit_ring_free(&ring);

	unit_ring_init(&ring, &hr_place_hash, 1, 1);
	op.nr_cells = 1;
	refuse(&ring, op, -EINVAL, HR_BAD_CELLS,
	       "with hash placement cells cannot be given");
	unit_ring_free(&ring);
}

static void grids(void **state)
{
	static const u32 good[] = { 1024, 2048, 65536, 1048576 };
	static const u32 bad[] = { 0, 1, 512, 1023, 1025, 3000, 2097152,
				   0x80000000, U32_MAX };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(good); i++)
		assert_null(hr_grid_check(good[i]));
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		assert_string_equal(hr_grid_check(bad[i]),
				    "a grid has 1024 to 1048576 cells, a power of two");
}

/* More slots than 16 bits tell apart: the table has an index instead. */
static void very_many(void **state)
{
	struct unit_ring ring;
	struct hr_op *ops;
	u32 i, n = 34000;

	ops = calloc(n, sizeof(*ops));
	assert_non_null(ops);
	ring_init(&ring, 131072);
	unit_add_many(&ring, "n%u", n);
	assert_non_null(ring.table->cells);
	for (i = 0; i < n; i++) {
		snprintf(ops[i].name, sizeof(ops[i].name), "n%u", i);
		snprintf(ops[i].new_name, sizeof(ops[i].new_name), "m%u", i);
		ops[i].kind = HR_OP_REPLACE;
	}
	unit_change(&ring, ops, n);
	assert_null(ring.table->cells);
	check_lookup(&ring);
	free(ops);
	unit_ring_free(&ring);
}

static void failing(void **state)
{
	struct hr_run runs[] = { { 0, 204 }, { 1000, 1 } };
	struct unit_ring ring;
	struct hr_op ops[3];

	ring_init(&ring, 1024);
	unit_add_many(&ring, "n%u", 4);
	change_one(&ring, unit_state(unit_set("n3"), HR_DOWN));
	ops[0] = unit_state(unit_set("n3"), HR_ACTIVE);
	ops[1] = unit_state(unit_set("n2"), HR_DRAINING);
	ops[2] = unit_replace("n1", "m1");
	unit_fail_each(&ring, ops, 3);
	ops[0] = unit_cells(unit_set("n3"), runs, 2);
	unit_fail_each(&ring, ops, 2);
	unit_ring_free(&ring);
}

/*
 * The arcs of a ring of @nodes nodes that come and go for long: how many there
 * are at most, and of one node.
 */
static void churn(u32 nodes, u32 grid, u32 changes, u32 most)
{
	struct unit_random random = { nodes };
	u32 i, k, n, arcs = 0, of_one = 0, *count;
	struct unit_ring ring;
	struct hr_op ops[5];

	ring_init(&ring, grid);
	unit_add_many(&ring, "n%u", nodes);
	for (i = 0; i < changes; i++) {
		n = random_ops(&ring, &random, 2 * nodes, false, ops,
			       1 + unit_below(&random, 2));
		change(&ring, ops, n);
		arcs = ring.table->nr_points > arcs ? ring.table->nr_points :
						      arcs;
	}
	count = calloc(ring.table->nr_slots, sizeof(*count));
	assert_non_null(count);
	for (k = 0; k < ring.table->nr_points; k++) {
		u32 slot = ring.table->points[k].slot;

		if (++count[slot] > of_one)
			of_one = count[slot];
	}
	free(count);
	print_message("# %u nodes, %u cells, %u changes: ", nodes, grid,
		      changes);
	print_message("at most %u arcs, at the end %u, of one node %u\n", arcs,
		      ring.table->nr_points, of_one);
	assert_true(arcs <= most);
	/* All of them fit into one operation that restores it. */
	assert_true(of_one <= HR_MAX_NODE_RUNS);
	unit_ring_free(&ring);
}

static void arcs_stay_few(void **state)
{
	churn(10, 65536, 2000, 150);
	churn(100, 65536, 2000, 7000);
	churn(1000, 65536, 2000, 20000);
	churn(100, 1048576, 100, 5000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_changes),
		cmocka_unit_test(crowds),
		cmocka_unit_test(optimal),
		cmocka_unit_test(nobody_starves),
		cmocka_unit_test(who_comes_back_alone),
		cmocka_unit_test(the_last_one_and_nobody),
		cmocka_unit_test(replacements),
		cmocka_unit_test(restored),
		cmocka_unit_test(reverted),
		cmocka_unit_test(refused),
		cmocka_unit_test(grids),
		cmocka_unit_test(very_many),
		cmocka_unit_test(failing),
		cmocka_unit_test(arcs_stay_few),
	};

	return cmocka_run_group_tests_name("balanced", tests, NULL, NULL);
}
