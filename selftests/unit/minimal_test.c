// SPDX-License-Identifier: GPL-2.0-only
/*
 * Methods with minimal disruption: rendezvous, AnchorHash and jump, and the
 * balanced ring.
 */
#include <stdio.h>
#include <stdlib.h>

#include <linux/kernel.h>

#include "sims.h"

/* --- rendezvous ------------------------------------------------------------ */

/* The node with the highest hash of name and key, by one hash at a time. */
static void rendezvous_is_the_highest(void **state)
{
	const siphash_key_t key = { { 3, 0 } };
	struct unit_random random = { 5 };
	u32 i, k, pos, best;
	struct sim s;
	u64 most, draw;

	start(&s, &sim_rendezvous, 50, NODES);
	for (k = 0; k < 2000; k++) {
		pos = unit_random(&random);
		for (best = 0, most = 0, i = 0; i < 50; i++) {
			draw = sim_mix(siphash(name[i], strlen(name[i]), &key) ^
				       sim_mix(pos));
			if (draw >= most) {
				most = draw;
				best = i;
			}
		}
		assert_int_equal(owner(&s, pos), best);
	}
	sim_release(&s);
}

/* --- minimal disruption ---------------------------------------------------- */

/* Counts keys of n nodes: the loads are equal within 5 standard errors. */
static void assert_even(const struct sim *s, const u32 *there, u32 nr)
{
	u32 load[NODES] = {}, i, keys = 400 * nr;
	struct unit_random random = { 9 };

	for (i = 0; i < keys; i++)
		load[owner(s, unit_random(&random))]++;
	for (i = 0; i < nr; i++) {
		assert_in_range(load[there[i]], 300, 500);
		keys -= load[there[i]];
	}
	/* No other node has keys. */
	assert_int_equal(keys, 0);
}

/* A node joins or leaves: only keys to it, or from it, move. */
static void assert_minimal(const struct sim *before, const struct sim *after,
			   u32 number, bool joined)
{
	struct unit_random random = { 3 };
	u32 i;

	for (i = 0; i < 4000; i++) {
		u32 pos = unit_random(&random);
		u32 from = owner(before, pos), to = owner(after, pos);

		if (joined)
			assert_true(from == to || to == number);
		else
			assert_true(from == to || from == number);
	}
}

/* @nr nodes of which any may leave, 60 times. */
static void random_changes(const struct sim_ops *ops)
{
	struct unit_random random = { 77 };
	u32 there[NODES], nr = 20, next = 20, step, i, k;
	struct sim before, after;

	for (i = 0; i < nr; i++)
		there[i] = i;
	start(&before, ops, nr, NODES);
	start(&after, ops, nr, NODES);
	for (step = 0; step < 60; step++) {
		bool joins = nr < 5 || (nr < 60 && unit_below(&random, 2));
		u32 number;

		if (joins) {
			number = next++;
			there[nr++] = number;
			join(&after, number);
		} else {
			k = unit_below(&random, nr);
			number = there[k];
			there[k] = there[--nr];
			leave(&after, number);
		}
		assert_minimal(&before, &after, number, joins);
		if (joins)
			join(&before, number);
		else
			leave(&before, number);
	}
	assert_even(&after, there, nr);
	sim_release(&before);
	sim_release(&after);
}

static void rendezvous_disrupts_minimally(void **state)
{
	random_changes(&sim_rendezvous);
}

static void anchor_disrupts_minimally(void **state)
{
	random_changes(&sim_anchor);
}

static void balanced_disrupts_minimally(void **state)
{
	random_changes(&sim_ring_balanced);
}

/* A removed node gets its bucket back, last in first out. */
static void anchor_restores(void **state)
{
	struct sim before, after;
	u32 i;

	start(&before, &sim_anchor, 30, 30);
	start(&after, &sim_anchor, 30, 30);
	for (i = 0; i < 25; i++)
		leave(&after, 7 * i % 30);
	while (i--)
		join(&after, 7 * i % 30);
	for (i = 0; i < 4000; i++)
		assert_int_equal(owner(&before, i * 1000003U),
				 owner(&after, i * 1000003U));
	sim_release(&before);
	sim_release(&after);
}

/* --- jump ------------------------------------------------------------------ */

/* A key stays or jumps to the new bucket, 1/n of the keys each time. */
static void jump_is_monotone(void **state)
{
	enum { KEYS = 20000 };
	static u32 at[KEYS];
	u32 n, i, jumped, bucket;
	struct sim s;

	memset(at, 0, sizeof(at));
	start(&s, &sim_jump, 1, NODES);
	for (n = 2; n < 60; n++) {
		join(&s, n - 1);
		for (jumped = 0, i = 0; i < KEYS; i++) {
			bucket = owner(&s, i * 2654435761U);
			assert_true(bucket == at[i] || bucket == n - 1);
			jumped += bucket != at[i];
			at[i] = bucket;
		}
		/* 5 standard errors are less than 5 sqrt(KEYS * n). */
		assert_in_range(jumped * n, KEYS - 5 * 1090,
				KEYS + 5 * 1090);
	}
	sim_release(&s);
}

/* If the third node leaves, the last node takes its bucket. */
static void jump_renumbers(void **state)
{
	struct sim before, after;
	u32 i, pos;

	start(&before, &sim_jump, 10, NODES);
	start(&after, &sim_jump, 10, NODES);
	leave(&after, 3);
	for (i = 0; i < 4000; i++) {
		pos = i * 2654435761U;
		switch (owner(&before, pos)) {
		case 3:
			assert_int_equal(owner(&after, pos), 9);
			break;
		case 9:
			break;
		default:
			assert_int_equal(owner(&after, pos),
					 owner(&before, pos));
		}
	}
	sim_release(&before);
	sim_release(&after);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rendezvous_is_the_highest),
		cmocka_unit_test(rendezvous_disrupts_minimally),
		cmocka_unit_test(anchor_disrupts_minimally),
		cmocka_unit_test(balanced_disrupts_minimally),
		cmocka_unit_test(anchor_restores),
		cmocka_unit_test(jump_is_monotone),
		cmocka_unit_test(jump_renumbers),
	};

	return cmocka_run_group_tests_name("minimal", tests, sims_setup, NULL);
}
