// SPDX-License-Identifier: GPL-2.0-only
/* What accepted changes come to: slots, ids, versions, points, memory. */
#include <linux/kernel.h>
#include <stdlib.h>

#include "unit.h"

/* b1, b2, b3 with ids and slots 1, 2, 3 and 0, 1, 2. */
static int setup(void **state)
{
	struct unit_ring *ring = calloc(1, sizeof(*ring));
	struct hr_op ops[] = { unit_add("b1"), unit_add("b2"), unit_add("b3") };

	assert_non_null(ring);
	unit_ring_init(ring, &hr_place_hash, 16, 1);
	unit_change(ring, ops, ARRAY_SIZE(ops));
	*state = ring;
	return 0;
}

static int teardown(void **state)
{
	unit_ring_free(*state);
	free(*state);
	return 0;
}

static const struct hr_node *node_of(const struct unit_ring *ring,
				     const char *name)
{
	const struct hr_node *node = hr_table_find(ring->table, name);

	assert_non_null(node);
	return node;
}

static void slots_and_ids(void **state)
{
	struct unit_ring *ring = *state;
	struct hr_op ops[] = {
		unit_add("b4"), unit_del("b2"), unit_add("b0"),
	};

	/* What the change frees it does not give out, unasked. */
	unit_change(ring, ops, ARRAY_SIZE(ops));
	assert_int_equal(unit_slot(ring->table, "b4"), 3);
	assert_int_equal(unit_slot(ring->table, "b0"), 4);
	assert_int_equal(node_of(ring, "b4")->id, 4);
	assert_int_equal(node_of(ring, "b0")->id, 5);
	/* The next one does. */
	unit_change_one(ring, unit_add("b5"));
	assert_int_equal(unit_slot(ring->table, "b5"), 1);
	assert_int_equal(node_of(ring, "b5")->id, 2);
	unit_change_one(ring, unit_del("b0"));
	assert_int_equal(ring->table->nr_slots, 4);
}

static void ids_that_are_asked_for(void **state)
{
	struct unit_ring *ring = *state;
	struct hr_op ops[] = {
		unit_id(unit_set("b1"), 2), unit_id(unit_set("b2"), 1),
		unit_id(unit_replace("b3", "b4"), 3), unit_add("b5"),
		unit_id(unit_add("b6"), 4),
	};

	unit_change(ring, ops, ARRAY_SIZE(ops));
	assert_int_equal(node_of(ring, "b1")->id, 2);
	assert_int_equal(node_of(ring, "b2")->id, 1);
	assert_int_equal(node_of(ring, "b4")->id, 3);
	assert_int_equal(node_of(ring, "b5")->id, 5);
	assert_int_equal(node_of(ring, "b6")->id, 4);
	unit_change_one(ring, unit_id(unit_add("b7"), U32_MAX));
	assert_int_equal(node_of(ring, "b7")->id, U32_MAX);
}

static void what_a_replacement_takes_over(void **state)
{
	struct unit_ring *ring = *state;
	const struct hr_node *node;
	struct hr_op op = unit_weight(unit_set("b2"), 5);

	op.has |= HR_OP_HAS_VIA;
	op.via.has4 = true;
	op.via.addr4[3] = 9;
	unit_change_one(ring, op);
	unit_change_one(ring, unit_replace("b2", "b9"));
	node = node_of(ring, "b9");
	assert_string_equal(node->seat, "b2");
	assert_ptr_equal(hr_table_find_seat(ring->table, "b2"), node);
	assert_int_equal(node->weight, 5);
	assert_int_equal(node->id, 4);
	assert_true(node->via.has4);
	assert_int_equal(node->via.addr4[3], 9);
	assert_null(hr_table_find(ring->table, "b2"));

	op = unit_state(unit_weight(unit_replace("b9", "b2"), 2), HR_DRAINING);
	op.has |= HR_OP_HAS_VIA;
	unit_change_one(ring, op);
	node = node_of(ring, "b2");
	assert_int_equal(node->weight, 2);
	assert_int_equal(node->state, HR_DRAINING);
	assert_false(node->via.has4);
	assert_int_equal(ring->table->share[node->slot], 0);
	assert_int_equal(ring->table->weight, 2);
}

static void a_seat_that_comes_free(void **state)
{
	struct unit_ring *ring = *state;
	u64 map = hr_digest_map(ring->table);
	u64 members = hr_digest_members(&ring->cfg, ring->table);
	struct hr_op ops[2];

	unit_change_one(ring, unit_replace("b2", "b9"));
	assert_int_not_equal(hr_digest_map(ring->table), map);
	/* In one change, whichever operation comes first. */
	ops[0] = unit_id(unit_add("b2"), 2);
	ops[1] = unit_del("b9");
	unit_change(ring, ops, 2);
	assert_int_equal(hr_digest_map(ring->table), map);
	assert_int_equal(hr_digest_members(&ring->cfg, ring->table), members);
	unit_change_one(ring, unit_replace("b2", "b9"));
	ops[1] = ops[0];
	ops[0] = unit_del("b9");
	unit_change(ring, ops, 2);
	assert_int_equal(hr_digest_map(ring->table), map);
	assert_int_equal(hr_digest_members(&ring->cfg, ring->table), members);
}

/* b1 and b2 exchange their places, by way of the names of others. */
static void replacements_at_once(void **state)
{
	struct unit_ring *ring = *state;
	struct hr_op ops[] = {
		unit_replace("b1", "c1"), unit_replace("b2", "a2"),
	};
	struct hr_impact impact;

	unit_change_impact(ring, ops, 2, &impact);
	assert_int_equal(impact.moved, impact.required);
	assert_int_equal(impact.nr_moves, 2);
	hr_impact_release(&impact);
	assert_string_equal(ring->table->by_name[0]->name, "a2");
	assert_string_equal(ring->table->by_name[1]->name, "b3");
	assert_string_equal(ring->table->by_name[2]->name, "c1");
	assert_string_equal(ring->table->by_seat[0]->name, "c1");
	assert_string_equal(ring->table->by_seat[1]->name, "a2");
	assert_string_equal(ring->table->by_seat[2]->name, "b3");
}

static void settings_that_move_nothing(void **state)
{
	struct unit_ring *ring = *state;
	struct hr_op ops[] = {
		unit_id(unit_set("b1"), 77), unit_state(unit_set("b2"), 0),
		unit_weight(unit_set("b3"), 1),
	};
	const struct hr_node *before = node_of(ring, "b1");
	u64 map = hr_digest_map(ring->table);
	u64 members = hr_digest_members(&ring->cfg, ring->table);
	struct hr_impact impact;

	unit_change_impact(ring, &ops[1], 2, &impact);
	assert_int_equal(impact.moved, 0);
	assert_null(impact.moves);
	hr_impact_release(&impact);
	assert_ptr_equal(node_of(ring, "b1"), before);
	assert_int_equal(hr_digest_members(&ring->cfg, ring->table), members);
	unit_change_impact(ring, ops, 1, &impact);
	assert_int_equal(impact.moved, 0);
	hr_impact_release(&impact);
	assert_int_equal(node_of(ring, "b1")->id, 77);
	assert_int_equal(hr_digest_map(ring->table), map);
	assert_int_not_equal(hr_digest_members(&ring->cfg, ring->table),
			     members);
}

static void a_node_that_comes_back(void **state)
{
	struct unit_ring *ring = *state;
	u64 map = hr_digest_map(ring->table);
	u64 members = hr_digest_members(&ring->cfg, ring->table);
	u8 away;

	for (away = HR_DRAINING; away <= HR_DOWN; away++) {
		unit_change_one(ring, unit_state(unit_set("b2"), away));
		assert_int_not_equal(hr_digest_map(ring->table), map);
		unit_change_one(ring, unit_state(unit_set("b2"), HR_ACTIVE));
		assert_int_equal(hr_digest_map(ring->table), map);
	}
	unit_change_one(ring, unit_del("b2"));
	unit_change_one(ring, unit_add("b2"));
	assert_int_equal(hr_digest_map(ring->table), map);
	assert_int_equal(hr_digest_members(&ring->cfg, ring->table), members);
}

static void the_first_and_the_last(void **state)
{
	struct unit_ring ring;
	struct hr_impact impact;
	struct hr_op op = unit_add("b1");
	u64 empty;

	unit_ring_init(&ring, &hr_place_hash, 16, 1);
	empty = hr_digest_map(ring.table);
	assert_int_equal(hr_table_lookup(ring.table, 5), HR_NO_SLOT);
	unit_change_impact(&ring, &op, 1, &impact);
	assert_int_equal(impact.gained, HR_WHOLE_RING);
	assert_int_equal(impact.moved, 0);
	assert_int_equal(impact.required, 0);
	assert_int_equal(impact.peak_before, 0);
	assert_int_equal(impact.peak_after, HR_WHOLE_RING);
	assert_int_not_equal(hr_digest_map(ring.table), empty);
	hr_impact_release(&impact);
	op = unit_del("b1");
	unit_change_impact(&ring, &op, 1, &impact);
	assert_int_equal(impact.lost, HR_WHOLE_RING);
	assert_int_equal(impact.moved, 0);
	hr_impact_release(&impact);
	assert_int_equal(hr_digest_map(ring.table), empty);
	assert_int_equal(ring.table->nr_slots, 0);
	unit_ring_free(&ring);
}

static void only_removes(void **state)
{
	struct hr_op ops[2] = { unit_del("b1") };

	ops[1] = unit_state(unit_set("b2"), HR_DOWN);
	assert_true(hr_change_only_removes(ops, 2));
	ops[1] = unit_state(unit_set("b2"), HR_DRAINING);
	assert_true(hr_change_only_removes(ops, 2));
	ops[1] = unit_state(unit_set("b2"), HR_ACTIVE);
	assert_false(hr_change_only_removes(ops, 2));
	ops[1] = unit_weight(unit_state(unit_set("b2"), HR_DOWN), 2);
	assert_false(hr_change_only_removes(ops, 2));
	ops[1] = unit_add("b2");
	assert_false(hr_change_only_removes(ops, 2));
	ops[1] = unit_replace("b2", "b3");
	assert_false(hr_change_only_removes(ops, 2));
}

static void points_of_versions(void **state)
{
	u32 first[] = { 30, 10, 20 }, second[] = { 10, 5 };
	struct hr_op ops[2];
	struct unit_ring ring;

	unit_ring_init(&ring, &hr_place_explicit, 1, 1);
	unit_change_one(&ring, unit_points(unit_add("p1"), first, 3));
	assert_int_equal(node_of(&ring, "p1")->points[0], 10);
	assert_int_equal(node_of(&ring, "p1")->points[2], 30);
	/* Points that one operation frees another may take. */
	ops[0] = unit_points(unit_add("p2"), second, 2);
	ops[1] = unit_points(unit_set("p1"), first, 1);
	unit_change(&ring, ops, 2);
	assert_int_equal(ring.table->nr_points, 3);
	assert_int_equal(hr_table_lookup(ring.table, 10),
			 unit_slot(ring.table, "p2"));
	assert_int_equal(hr_table_lookup(ring.table, 11),
			 unit_slot(ring.table, "p1"));
	unit_change_one(&ring, unit_state(unit_set("p2"), HR_DOWN));
	unit_change_one(&ring, unit_replace("p2", "p3"));
	assert_int_equal(node_of(&ring, "p3")->nr_points, 2);
	unit_change_one(&ring, unit_state(unit_set("p3"), HR_ACTIVE));
	assert_int_equal(hr_table_lookup(ring.table, 10),
			 unit_slot(ring.table, "p3"));
	unit_ring_free(&ring);
}

static void states(void **state)
{
	assert_string_equal(hr_state_name(HR_ACTIVE), "active");
	assert_string_equal(hr_state_name(HR_DRAINING), "draining");
	assert_string_equal(hr_state_name(HR_DOWN), "down");
	assert_string_equal(hr_state_name(HR_LEAVING), "leaving");
	assert_null(hr_state_name(4));
}

static void failing_allocations(void **state)
{
	struct hr_op ops[] = {
		unit_add("b4"), unit_id(unit_add("b5"), 9), unit_del("b1"),
		unit_replace("b2", "b6"), unit_weight(unit_set("b3"), 3),
	};
	u32 at[] = { 1, 2, 3 }, more[] = { 4, 5 }, others[] = { 7 };
	struct unit_ring ring;

	unit_fail_each(*state, ops, ARRAY_SIZE(ops));

	unit_ring_init(&ring, &hr_place_explicit, 1, 1);
	unit_change_one(&ring, unit_points(unit_add("p1"), at, 3));
	unit_change_one(&ring, unit_points(unit_add("p4"), others, 1));
	ops[0] = unit_points(unit_add("p2"), more, 2);
	ops[1] = unit_replace("p1", "p3");
	ops[2] = unit_state(unit_set("p4"), HR_DOWN);
	unit_fail_each(&ring, ops, 3);
	unit_ring_free(&ring);

	/* One of many: the index is patched. */
	unit_ring_init(&ring, &hr_place_hash, 16, 1);
	unit_add_many(&ring, "n%u", 40);
	ops[0] = unit_add("one-more");
	ops[1] = unit_del("n7");
	unit_fail_each(&ring, ops, 2);
	unit_ring_free(&ring);
}

static void an_empty_table_wants_memory(void **state)
{
	u32 n;

	for (n = 1;; n++) {
		struct hr_table *t;

		shim_fail_after(n);
		t = hr_table_empty(GFP_KERNEL);
		if (shim_allocations() < n) {
			assert_non_null(t);
			hr_table_put(t, &hr_node_plain_ops);
			break;
		}
		assert_null(t);
	}
	shim_fail_after(0);
	assert_true(n > 4);
	hr_table_put(NULL, &hr_node_plain_ops);
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(slots_and_ids),
		TEST(ids_that_are_asked_for),
		TEST(what_a_replacement_takes_over),
		TEST(a_seat_that_comes_free),
		TEST(replacements_at_once),
		TEST(settings_that_move_nothing),
		TEST(a_node_that_comes_back),
		TEST(the_first_and_the_last),
		TEST(only_removes),
		TEST(points_of_versions),
		TEST(states),
		TEST(failing_allocations),
		TEST(an_empty_table_wants_memory),
	};

	return cmocka_run_group_tests_name("change", tests, NULL, NULL);
}
