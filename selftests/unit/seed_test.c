// SPDX-License-Identifier: GPL-2.0-only
/*
 * A ring of another program, with one MD5 point a node: known loads, moved keys
 * and impact zones match to the last key.
 */
#include <md5.h>
#include <stdio.h>

#include "unit.h"

/* MD5 as a number of 128 bits, modulo 2^32: its last four bytes. */
static u32 md5_position(const char *text)
{
	u8 digest[MD5_DIGEST_LENGTH];
	MD5_CTX ctx;

	MD5Init(&ctx);
	MD5Update(&ctx, (const u8 *)text, strlen(text));
	MD5Final(digest, &ctx);
	return (u32)digest[12] << 24 | digest[13] << 16 | digest[14] << 8 |
	       digest[15];
}

static void add_md5(struct unit_ring *ring, const char *name,
		    struct hr_impact *impact)
{
	u32 point = md5_position(name);
	struct hr_op op = unit_points(unit_add(name), &point, 1);

	unit_change_impact(ring, &op, 1, impact);
}

static void add_md5_many(struct unit_ring *ring, const char *format, u32 n)
{
	char name[HR_MAX_NAME + 1];
	u32 i;

	for (i = 0; i < n; i++) {
		snprintf(name, sizeof(name), format, i);
		add_md5(ring, name, NULL);
	}
}

static u32 key_owner(const struct hr_table *t, u32 i)
{
	char key[32];

	snprintf(key, sizeof(key), "key_%u", i);
	return hr_table_lookup(t, md5_position(key));
}

static void loads(const struct hr_table *t, u32 nr_keys, u32 *load)
{
	u32 i;

	for (i = 0; i < nr_keys; i++)
		load[key_owner(t, i)]++;
}

static void loads_of_four_and_five(void **state)
{
	static const u32 four[] = { 4918, 3409, 703, 970 };
	static const u32 five[] = { 3065, 3409, 703, 970, 1853 };
	struct unit_ring ring;
	u32 load[5] = {};

	unit_ring_init(NULL, &ring, &hr_place_explicit, 1, 1);
	add_md5_many(&ring, "node_%u", 4);
	loads(ring.table, 10000, load);
	assert_memory_equal(load, four, sizeof(four));
	add_md5(&ring, "node_4", NULL);
	memset(load, 0, sizeof(load));
	loads(ring.table, 10000, load);
	assert_memory_equal(load, five, sizeof(five));
	unit_ring_free(&ring);
}

static void keys_that_move(void **state)
{
	static const u32 keys[] = { 10000, 100000 };
	static const u32 expected[] = { 1853, 18691 };
	struct unit_ring before, after;
	u32 moved, i, k;

	unit_ring_init(NULL, &before, &hr_place_explicit, 1, 1);
	unit_ring_init(NULL, &after, &hr_place_explicit, 1, 1);
	add_md5_many(&before, "node_%u", 4);
	add_md5_many(&after, "node_%u", 5);
	for (k = 0; k < 2; k++) {
		for (moved = 0, i = 0; i < keys[k]; i++) {
			u32 from = key_owner(before.table, i);
			u32 to = key_owner(after.table, i);

			if (from == to)
				continue;
			assert_int_equal(from, unit_slot(NULL, before.table,
							 "node_0"));
			assert_int_equal(to, unit_slot(NULL, after.table, "node_4"));
			moved++;
		}
		assert_int_equal(moved, expected[k]);
	}
	unit_ring_free(&before);
	unit_ring_free(&after);
}

/* The last node's join moves one arc, (start, end]. */
static void assert_zone(const char *format, char first, u32 n, u32 start,
			u32 end)
{
	char name[HR_MAX_NAME + 1];
	struct hr_table *before;
	struct hr_moved_arc arc;
	struct hr_walk walk = {};
	struct hr_impact impact;
	struct unit_ring ring;
	struct hr_error err;
	struct hr_op op;
	u32 i, point;

	unit_ring_init(NULL, &ring, &hr_place_explicit, 1, 1);
	for (i = 0; i < n; i++) {
		snprintf(name, sizeof(name), format, first + i);
		add_md5(&ring, name, NULL);
	}
	snprintf(name, sizeof(name), format, first + n);
	point = md5_position(name);
	op = unit_points(unit_add(name), &point, 1);
	before = ring.table;
	assert_int_equal(hr_change_build(&ring.cfg, before, &op, 1, U32_MAX, false,
					 &hr_node_plain_ops, GFP_KERNEL,
					 &ring.table, &err), 0);
	assert_int_equal(hr_impact(before, ring.table, GFP_KERNEL, &impact), 0);
	assert_int_equal(impact.moved, (u32)(end - start));
	assert_int_equal(impact.collateral, 0);
	assert_int_equal(impact.arcs, 1);
	assert_int_equal(impact.nr_moves, 1);
	hr_impact_release(&impact);

	walk.before = before;
	walk.after = ring.table;
	assert_true(hr_walk_next(&walk, &arc));
	assert_int_equal(arc.start, start);
	assert_int_equal(arc.end, end);
	assert_int_equal(arc.to, unit_slot(NULL, ring.table, name));
	assert_false(hr_walk_next(&walk, &arc));
	hr_table_put(before, &hr_node_plain_ops);
	unit_ring_free(&ring);
}

static void zone_of_the_fourth(void **state)
{
	assert_zone("%c", 'A', 3, 2063250801U, 3037444021U);
}

static void zone_that_wraps(void **state)
{
	assert_zone("%c", 'A', 5, 3037444021U, 155652114U);
}

static void zone_of_the_eleventh(void **state)
{
	assert_zone("Node%u", 0, 10, 4229005694U, 4276849854U);
}

static void zone_of_the_hundred_and_first(void **state)
{
	assert_zone("Node%u", 0, 100, 4229005694U, 4243478801U);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(loads_of_four_and_five),
		cmocka_unit_test(keys_that_move),
		cmocka_unit_test(zone_of_the_fourth),
		cmocka_unit_test(zone_that_wraps),
		cmocka_unit_test(zone_of_the_eleventh),
		cmocka_unit_test(zone_of_the_hundred_and_first),
	};

	return cmocka_run_group_tests_name("seed", tests, NULL, NULL);
}
