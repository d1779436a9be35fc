// SPDX-License-Identifier: GPL-2.0-only
/*
 * The other methods, each compared with the claims of its inventors, and all
 * compared with a recount of keys.
 */
#include <stdio.h>
#include <stdlib.h>

#include <linux/kernel.h>

#include "ringlab/sim/maglev.h"
#include "sims.h"

/* The exact moves of a change from n nodes to m. */
static u64 exact_moved(const struct sim_ops *ops, u32 n, u32 m, u64 *required)
{
	struct sim before, after;
	struct sim_tally tally;
	u64 moved;
	u32 i;

	assert_int_equal(sim_tally_init(&tally, NODES), 0);
	start(&before, ops, n, NODES);
	start(&after, ops, n, NODES);
	for (i = n; i < m; i++)
		join(&after, i);
	assert_int_equal(sim_exact(&before, &after, &tally), 0);
	moved = tally.moved;
	*required = sim_required(&tally, NODES);
	sim_tally_release(&tally);
	sim_release(&before);
	sim_release(&after);
	return moved;
}

/* --- modulo ---------------------------------------------------------------- */

/*
 * Of lcm(n, n + 1) = n(n + 1) consecutive positions n stay: those with equal
 * remainders.
 */
static void modulo_over_a_full_period(void **state)
{
	u32 n, pos, kept;

	for (n = 1; n < 60; n++) {
		struct sim before, after;

		start(&before, &sim_modulo, n, NODES);
		start(&after, &sim_modulo, n + 1, NODES);
		for (kept = 0, pos = 0; pos < n * (n + 1); pos++)
			kept += owner(&before, pos) == owner(&after, pos);
		assert_int_equal(kept, n);
		sim_release(&before);
		sim_release(&after);
	}
}

/*
 * n/(n + 1) of all positions move, within the error of the last, partial
 * period.
 */
static void modulo_moves_nearly_all(void **state)
{
	static const u32 sizes[] = { 1, 4, 5, 50, 99, 150 };
	u64 moved, required, due;
	u32 i, n;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		n = sizes[i];
		moved = exact_moved(&sim_modulo, n, n + 1, &required);
		due = SIM_WHOLE - SIM_WHOLE / (n + 1);
		assert_in_range(moved, due - n, due + n);
		assert_in_range(required, SIM_WHOLE / (n + 1) - 1,
				SIM_WHOLE / (n + 1) + 1);
	}
}

/* --- ranges ---------------------------------------------------------------- */

static void largest_range_is_split(void **state)
{
	u64 required;

	assert_int_equal(exact_moved(&sim_range_split, 4, 5, &required),
			 SIM_WHOLE / 8);
	assert_int_equal(required, SIM_WHOLE / 8);
	assert_int_equal(exact_moved(&sim_range_split, 4, 8, &required),
			 SIM_WHOLE / 2);
	assert_int_equal(exact_moved(&sim_range_split, 1, 128, &required),
			 SIM_WHOLE / 128 * 127);
	assert_int_equal(required, SIM_WHOLE / 128 * 127);
}

/* The smaller neighbour takes the range of a leaving node. */
static void range_is_merged(void **state)
{
	const u32 gone[] = { 0, 3 };
	const struct sim_change change = { .gone = gone, .nr_gone = 2 };
	struct sim s;

	start(&s, &sim_range_split, 4, NODES);
	join(&s, 4);
	/* 0: eighths 0; 4: 1; 1: 2 and 3; 2: 4 and 5; 3: 6 and 7. */
	leave(&s, 1);
	assert_int_equal(owner(&s, 0x50000000), 4);
	assert_int_equal(sim_change(&s, &change), 0);
	assert_int_equal(owner(&s, 0), 4);
	assert_int_equal(owner(&s, U32_MAX), 2);
	assert_int_equal(s.nr, 2);
	sim_release(&s);
}

/*
 * If a node joins at place k of n equal ranges, all positions move except (sum
 * of n - i for i < k, and of i + 1 for k <= i < n) / n(n + 1).
 */
static u64 recut_formula(u32 n, u32 k)
{
	u64 kept = 0;
	u32 i;

	for (i = 0; i < n; i++)
		kept += i < k ? n - i : i + 1;
	return SIM_WHOLE - SIM_WHOLE * kept / (n * (n + 1));
}

static void equal_cuts_move_as_rfc_2992_says(void **state)
{
	u64 moved, required, due;
	u32 n;

	for (n = 1; n < 150; n++) {
		moved = exact_moved(&sim_threshold, n, n + 1, &required);
		due = recut_formula(n, n / 2);
		assert_in_range(moved, due - 2 * n, due + 2 * n);
		/* A quarter for the middle, a half for the end. */
		if (n > 1)
			assert_in_range(moved, SIM_WHOLE / 4, SIM_WHOLE / 3);
		moved = exact_moved(&sim_range_recut, n, n + 1, &required);
		assert_in_range(moved, SIM_WHOLE / 2 - 2 * n,
				SIM_WHOLE / 2 + 2 * n);
		due = recut_formula(n, n);
		assert_in_range(moved, due - 2 * n, due + 2 * n);
		assert_in_range(required, SIM_WHOLE / (n + 1) - n,
				SIM_WHOLE / (n + 1) + n);
	}
}

/* --- Maglev ---------------------------------------------------------------- */

/*
 * The paper's second listing in another form: every node's complete permutation
 * first, then turns.
 */
static void maglev_is_filled_by_permutations(void **state)
{
	enum { SIZE = 1009, NR = 7 };
	const siphash_key_t offset_key = { { 1, 0 } };
	const siphash_key_t skip_key = { { 2, 0 } };
	u32 entry[SIZE], next[NR] = {}, filled = 0, load[NR] = {}, i, j;
	static u32 permutation[NR][SIZE];
	struct maglev maglev;

	for (i = 0; i < NR; i++) {
		u64 offset = siphash(name[i], strlen(name[i]), &offset_key) %
			     SIZE;
		u64 skip = siphash(name[i], strlen(name[i]), &skip_key) %
			   (SIZE - 1) + 1;

		for (j = 0; j < SIZE; j++)
			permutation[i][j] = (offset + j * skip) % SIZE;
	}
	memset(entry, 0xff, sizeof(entry));
	for (i = 0; filled < SIZE; i = (i + 1) % NR) {
		while (entry[permutation[i][next[i]]] != U32_MAX)
			next[i]++;
		entry[permutation[i][next[i]]] = i;
		load[i]++;
		filled++;
	}
	assert_int_equal(maglev_init(&maglev, SIZE, name, NR), 0);
	assert_memory_equal(maglev.slots, entry, sizeof(entry));
	maglev_release(&maglev);
	for (i = 0; i < NR; i++)
		assert_in_range(load[i], SIZE / NR, SIZE / NR + 1);
}

/*
 * The loads of nodes differ by at most one slot, and some keys move without
 * need.
 */
static void maglev_is_even_and_not_minimal(void **state)
{
	u64 moved, required;

	moved = exact_moved(&sim_maglev_65537, 100, 101, &required);
	assert_in_range(required, SIM_WHOLE / 101 - SIM_WHOLE / 65537,
			SIM_WHOLE / 101 + SIM_WHOLE / 65537);
	assert_true(moved > required);
	assert_true(moved < 3 * required);
}

/* --- all of them ----------------------------------------------------------- */

/*
 * Compares exact figures with a recount of positions at equal distances: a
 * share of the ring has its part of them, except for one at each border of a
 * piece.
 */
static void assert_recount(const struct sim *before, const struct sim *after)
{
	enum { STEP = 1 << 14, KEYS = 1 << 18 };
	struct sim_tally exact, counted;
	static u64 bytes[KEYS];
	static u32 pos[KEYS];
	const struct sim_keys keys = { KEYS, pos, bytes };
	u64 all = 0;
	u32 i;

	for (i = 0; i < KEYS; i++) {
		pos[i] = i * STEP + STEP / 2 + i % 1021;
		bytes[i] = 10;
	}
	assert_int_equal(sim_tally_init(&exact, NODES), 0);
	assert_int_equal(sim_tally_init(&counted, NODES), 0);
	sim_count(before, after, &keys, &counted);
	assert_int_equal(counted.whole, KEYS);
	assert_int_equal(counted.moved_bytes, 10 * counted.moved);
	assert_true(sim_required(&counted, NODES) <= counted.moved);
	if (sim_is_exact(before->ops)) {
		assert_int_equal(sim_exact(before, after, &exact), 0);
		assert_true(sim_required(&exact, NODES) <= exact.moved);
		assert_in_range(exact.moved / STEP + 3000,
				counted.moved + 1500, counted.moved + 4500);
		for (i = 0; i < NODES; i++) {
			assert_in_range(exact.before[i] / STEP + 800,
					counted.before[i],
					counted.before[i] + 1600);
			assert_in_range(exact.after[i] / STEP + 800,
					counted.after[i],
					counted.after[i] + 1600);
			all += exact.after[i];
		}
		assert_int_equal(all, SIM_WHOLE);
	}
	sim_tally_release(&exact);
	sim_tally_release(&counted);
}

static void exact_figures_are_those_of_a_recount(void **state)
{
	const u32 gone[] = { 3, 17 }, joined[] = { 41, 42, 43 };
	const struct sim_swap swap = { 5, 40 };
	const struct sim_change change = {
		.gone = gone, .nr_gone = 2,
		.joined = joined, .nr_joined = 3,
		.swap = &swap, .nr_swaps = 1,
	};
	struct sim before, after;
	u32 i, k;

	for (i = 0; sim_methods[i]; i++) {
		start(&before, sim_methods[i], 40, 50);
		start(&after, sim_methods[i], 40, 50);
		assert_int_equal(sim_change(&after, &change), 0);
		assert_recount(&before, &after);
		for (k = 0; k < 4000; k++) {
			u32 to = owner(&after, k * 1000003U);

			assert_true(to < 44 && to != 3 && to != 17 && to != 5);
		}
		sim_release(&before);
		sim_release(&after);
	}
}

/* A replacement gets all keys of the replaced node, and no others. */
static void swap_takes_the_place(void **state)
{
	const struct sim_swap swap = { 5, 10 };
	const struct sim_change change = { .swap = &swap, .nr_swaps = 1 };
	struct sim before, after;
	u32 i, k, from;

	for (i = 0; sim_methods[i]; i++) {
		start(&before, sim_methods[i], 10, 11);
		start(&after, sim_methods[i], 10, 11);
		assert_int_equal(sim_change(&after, &change), 0);
		for (k = 0; k < 4000; k++) {
			from = owner(&before, k * 1000003U);
			assert_int_equal(owner(&after, k * 1000003U),
					 from == 5 ? 10 : from);
		}
		sim_release(&before);
		sim_release(&after);
	}
}

static void assert_agrees(const struct sim_ops *sim_ops,
			  const struct hr_place_ops *place)
{
	struct hr_impact impact;
	struct unit_ring ring;
	struct hr_op ops[5];
	u64 moved, required;
	u32 i;

	moved = exact_moved(sim_ops, 20, 25, &required);
	unit_ring_init(NULL, &ring, place, nodes.points, 1);
	if (place->takes_cells)
		ring.cfg.grid = nodes.grid;
	memset(ring.cfg.seed, 0, sizeof(ring.cfg.seed));
	hr_keys_derive(&ring.cfg.keys, ring.cfg.seed);
	unit_add_many(&ring, "node_%u", 20);
	for (i = 0; i < 5; i++)
		ops[i] = unit_add(name[20 + i]);
	unit_change_impact(&ring, ops, 5, &impact);
	assert_int_equal(moved, impact.moved);
	assert_int_equal(required, impact.required);
	assert_int_equal(moved, required);
	hr_impact_release(&impact);
	unit_ring_free(&ring);
}

/* The figures of rings are the module's own. */
static void rings_agree_with_the_core(void **state)
{
	assert_agrees(&sim_ring_hash, &hr_place_hash);
	assert_agrees(&sim_ring_balanced, &hr_place_balanced);
}

/* A grid that is too small gives no map, but an error. */
static void grid_is_too_small(void **state)
{
	u32 joined[NODES], i;
	const struct sim_change change = { .joined = joined, .nr_joined = 3 };
	struct sim s;

	for (i = 0; i < 3; i++)
		joined[i] = i;
	nodes.grid = 2;
	sim_init(&s, &sim_ring_balanced, &nodes);
	assert_int_equal(sim_change(&s, &change), -EINVAL);
	assert_true(s.why[0]);
	sim_release(&s);
	nodes.grid = HR_DEFAULT_GRID;
}

/* A sample depends only on its number, and is near the exact figure. */
static void samples_are_near(void **state)
{
	struct sim before, after;
	struct sim_tally a, b;
	u64 moved, required;

	moved = exact_moved(&sim_ring_hash, 10, 11, &required);
	assert_int_equal(sim_tally_init(&a, NODES), 0);
	assert_int_equal(sim_tally_init(&b, NODES), 0);
	start(&before, &sim_ring_hash, 10, NODES);
	start(&after, &sim_ring_hash, 11, NODES);
	sim_sample(&before, &after, 1, 100000, &a);
	sim_sample(&before, &after, 1, 100000, &b);
	assert_int_equal(a.moved, b.moved);
	assert_in_range(a.moved, moved * 100000 / SIM_WHOLE - 500,
			moved * 100000 / SIM_WHOLE + 500);
	sim_sample(&before, &after, 2, 100000, &b);
	assert_int_not_equal(b.moved, 2 * a.moved);
	sim_tally_add(&a, &b, NODES);
	assert_int_equal(a.whole, 300000);
	sim_tally_release(&a);
	sim_tally_release(&b);
	sim_release(&before);
	sim_release(&after);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(modulo_over_a_full_period),
		cmocka_unit_test(modulo_moves_nearly_all),
		cmocka_unit_test(largest_range_is_split),
		cmocka_unit_test(range_is_merged),
		cmocka_unit_test(equal_cuts_move_as_rfc_2992_says),
		cmocka_unit_test(maglev_is_filled_by_permutations),
		cmocka_unit_test(maglev_is_even_and_not_minimal),
		cmocka_unit_test(exact_figures_are_those_of_a_recount),
		cmocka_unit_test(swap_takes_the_place),
		cmocka_unit_test(rings_agree_with_the_core),
		cmocka_unit_test(grid_is_too_small),
		cmocka_unit_test(samples_are_near),
	};

	return cmocka_run_group_tests_name("sim", tests, sims_setup, NULL);
}
