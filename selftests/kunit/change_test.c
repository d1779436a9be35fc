// SPDX-License-Identifier: GPL-2.0-only
/* The results of accepted changes: slots, ids, versions, points, memory. */
#include "core/table_build.h"
#include "suites.h"
#include "unit.h"

/* b1, b2, b3 with ids and slots 1, 2, 3 and 0, 1, 2. */
static int setup(struct kunit *test)
{
	struct unit_ring *ring = unit_alloc(test, 1, sizeof(*ring));
	struct hr_op ops[] = { unit_add("b1"), unit_add("b2"), unit_add("b3") };

	unit_ring_init(test, ring, &hr_place_hash, 16, 1);
	unit_change(ring, ops, ARRAY_SIZE(ops));
	test->priv = ring;
	return 0;
}

static void teardown(struct kunit *test)
{
	if (test->priv)
		unit_ring_free(test->priv);
}

static const struct hr_node *node_of(const struct unit_ring *ring,
				     const char *name)
{
	struct kunit *test = ring->test;
	const struct hr_node *node = hr_table_find(ring->table, name);

	KUNIT_ASSERT_NOT_NULL(test, node);
	return node;
}

static void slots_and_ids(struct kunit *test)
{
	struct unit_ring *ring = test->priv;
	struct hr_op ops[] = {
		unit_add("b4"), unit_del("b2"), unit_add("b0"),
	};

	/*
	 * A change does not reuse the ids and slots that it frees, without a
	 * request.
	 */
	unit_change(ring, ops, ARRAY_SIZE(ops));
	KUNIT_ASSERT_EQ(test, unit_slot(test, ring->table, "b4"), 3);
	KUNIT_ASSERT_EQ(test, unit_slot(test, ring->table, "b0"), 4);
	KUNIT_ASSERT_EQ(test, node_of(ring, "b4")->attrs.id, 4);
	KUNIT_ASSERT_EQ(test, node_of(ring, "b0")->attrs.id, 5);
	/* The next change reuses them. */
	unit_change_one(ring, unit_add("b5"));
	KUNIT_ASSERT_EQ(test, unit_slot(test, ring->table, "b5"), 1);
	KUNIT_ASSERT_EQ(test, node_of(ring, "b5")->attrs.id, 2);
	unit_change_one(ring, unit_del("b0"));
	KUNIT_ASSERT_EQ(test, ring->table->nr_slots, 4);
}

static void requested_ids(struct kunit *test)
{
	struct unit_ring *ring = test->priv;
	struct hr_op ops[] = {
		unit_id(unit_set("b1"), 2), unit_id(unit_set("b2"), 1),
		unit_id(unit_replace("b3", "b4"), 3), unit_add("b5"),
		unit_id(unit_add("b6"), 4),
	};

	unit_change(ring, ops, ARRAY_SIZE(ops));
	KUNIT_ASSERT_EQ(test, node_of(ring, "b1")->attrs.id, 2);
	KUNIT_ASSERT_EQ(test, node_of(ring, "b2")->attrs.id, 1);
	KUNIT_ASSERT_EQ(test, node_of(ring, "b4")->attrs.id, 3);
	KUNIT_ASSERT_EQ(test, node_of(ring, "b5")->attrs.id, 5);
	KUNIT_ASSERT_EQ(test, node_of(ring, "b6")->attrs.id, 4);
	unit_change_one(ring, unit_id(unit_add("b7"), U32_MAX));
	KUNIT_ASSERT_EQ(test, node_of(ring, "b7")->attrs.id, U32_MAX);
}

static void replacement_takes_over(struct kunit *test)
{
	struct unit_ring *ring = test->priv;
	const struct hr_node *node;
	struct hr_op op = unit_weight(unit_set("b2"), 5);

	op.has |= HR_HAS_VIA;
	op.attrs.via.has4 = true;
	op.attrs.via.addr4[3] = 9;
	unit_change_one(ring, op);
	unit_change_one(ring, unit_replace("b2", "b9"));
	node = node_of(ring, "b9");
	KUNIT_ASSERT_STREQ(test, node->seat, "b2");
	KUNIT_ASSERT_PTR_EQ(test, hr_table_find_seat(ring->table, "b2"), node);
	KUNIT_ASSERT_EQ(test, node->attrs.weight, 5);
	KUNIT_ASSERT_EQ(test, node->attrs.id, 4);
	KUNIT_ASSERT_TRUE(test, node->attrs.via.has4);
	KUNIT_ASSERT_EQ(test, node->attrs.via.addr4[3], 9);
	KUNIT_ASSERT_NULL(test, hr_table_find(ring->table, "b2"));

	op = unit_state(unit_weight(unit_replace("b9", "b2"), 2), HASHRING_NODE_DRAINING);
	op.has |= HR_HAS_VIA;
	unit_change_one(ring, op);
	node = node_of(ring, "b2");
	KUNIT_ASSERT_EQ(test, node->attrs.weight, 2);
	KUNIT_ASSERT_EQ(test, node->attrs.state, HASHRING_NODE_DRAINING);
	KUNIT_ASSERT_FALSE(test, node->attrs.via.has4);
	KUNIT_ASSERT_EQ(test, ring->table->share[node->slot], 0);
	KUNIT_ASSERT_EQ(test, ring->table->weight, 2);
}

static void freed_seat(struct kunit *test)
{
	struct unit_ring *ring = test->priv;
	u64 map = hr_digest_map(ring->table);
	u64 members = hr_digest_members(&ring->cfg, ring->table);
	struct hr_op ops[2];

	unit_change_one(ring, unit_replace("b2", "b9"));
	KUNIT_ASSERT_NE(test, hr_digest_map(ring->table), map);
	/* In one change, with the operations in either order. */
	ops[0] = unit_id(unit_add("b2"), 2);
	ops[1] = unit_del("b9");
	unit_change(ring, ops, 2);
	KUNIT_ASSERT_EQ(test, hr_digest_map(ring->table), map);
	KUNIT_ASSERT_EQ(test, hr_digest_members(&ring->cfg, ring->table),
			members);
	unit_change_one(ring, unit_replace("b2", "b9"));
	ops[1] = ops[0];
	ops[0] = unit_del("b9");
	unit_change(ring, ops, 2);
	KUNIT_ASSERT_EQ(test, hr_digest_map(ring->table), map);
	KUNIT_ASSERT_EQ(test, hr_digest_members(&ring->cfg, ring->table),
			members);
}

/* b1 and b2 exchange their places, by way of other names. */
static void replacements_at_once(struct kunit *test)
{
	struct unit_ring *ring = test->priv;
	struct hr_op ops[] = {
		unit_replace("b1", "c1"), unit_replace("b2", "a2"),
	};
	struct hr_impact impact;

	unit_change_impact(ring, ops, 2, &impact);
	KUNIT_ASSERT_EQ(test, impact.moved, impact.required);
	KUNIT_ASSERT_EQ(test, impact.nr_moves, 2);
	hr_impact_release(&impact);
	KUNIT_ASSERT_STREQ(test, ring->table->by_name[0]->name, "a2");
	KUNIT_ASSERT_STREQ(test, ring->table->by_name[1]->name, "b3");
	KUNIT_ASSERT_STREQ(test, ring->table->by_name[2]->name, "c1");
	KUNIT_ASSERT_STREQ(test, ring->table->by_seat[0]->name, "c1");
	KUNIT_ASSERT_STREQ(test, ring->table->by_seat[1]->name, "a2");
	KUNIT_ASSERT_STREQ(test, ring->table->by_seat[2]->name, "b3");
}

static void settings_that_move_nothing(struct kunit *test)
{
	struct unit_ring *ring = test->priv;
	struct hr_op ops[] = {
		unit_id(unit_set("b1"), 77), unit_state(unit_set("b2"), 0),
		unit_weight(unit_set("b3"), 1),
	};
	const struct hr_node *before = node_of(ring, "b1");
	u64 map = hr_digest_map(ring->table);
	u64 members = hr_digest_members(&ring->cfg, ring->table);
	struct hr_impact impact;

	unit_change_impact(ring, &ops[1], 2, &impact);
	KUNIT_ASSERT_EQ(test, impact.moved, 0);
	KUNIT_ASSERT_NULL(test, impact.moves);
	hr_impact_release(&impact);
	KUNIT_ASSERT_PTR_EQ(test, node_of(ring, "b1"), before);
	KUNIT_ASSERT_EQ(test, hr_digest_members(&ring->cfg, ring->table),
			members);
	unit_change_impact(ring, ops, 1, &impact);
	KUNIT_ASSERT_EQ(test, impact.moved, 0);
	hr_impact_release(&impact);
	KUNIT_ASSERT_EQ(test, node_of(ring, "b1")->attrs.id, 77);
	KUNIT_ASSERT_EQ(test, hr_digest_map(ring->table), map);
	KUNIT_ASSERT_NE(test, hr_digest_members(&ring->cfg, ring->table),
			members);
}

static void shown_names(struct kunit *test)
{
	KUNIT_ASSERT_STREQ(test, hr_name_shown("web"), "web");
	KUNIT_ASSERT_STREQ(test, hr_name_shown("x\033[2J"), "(not a name)");
	KUNIT_ASSERT_STREQ(test, hr_name_shown(""), "(not a name)");
}

static void zones(struct kunit *test)
{
	struct unit_ring *ring = test->priv;
	u64 map = hr_digest_map(ring->table);
	u64 members = hr_digest_members(&ring->cfg, ring->table);
	struct hr_op op = unit_set("b2");

	op.has = HR_HAS_ATTR(ZONE);
	op.attrs.zone = 5;
	unit_change_one(ring, op);
	KUNIT_ASSERT_EQ(test, node_of(ring, "b2")->attrs.zone, 5);
	KUNIT_ASSERT_EQ(test, hr_digest_map(ring->table), map);
	KUNIT_ASSERT_NE(test, hr_digest_members(&ring->cfg, ring->table),
			members);
	unit_change_one(ring, unit_replace("b2", "b9"));
	KUNIT_ASSERT_EQ(test, node_of(ring, "b9")->attrs.zone, 5);
	unit_change_one(ring, unit_replace("b9", "b2"));
	op.attrs.zone = 0;
	unit_change_one(ring, op);
	KUNIT_ASSERT_EQ(test, hr_digest_members(&ring->cfg, ring->table),
			members);
}

static void returning_node(struct kunit *test)
{
	struct unit_ring *ring = test->priv;
	u64 map = hr_digest_map(ring->table);
	u64 members = hr_digest_members(&ring->cfg, ring->table);
	u8 away;

	for (away = HASHRING_NODE_DRAINING; away <= HASHRING_NODE_DOWN;
	     away++) {
		unit_change_one(ring, unit_state(unit_set("b2"), away));
		KUNIT_ASSERT_NE(test, hr_digest_map(ring->table), map);
		unit_change_one(ring, unit_state(unit_set("b2"), HASHRING_NODE_ACTIVE));
		KUNIT_ASSERT_EQ(test, hr_digest_map(ring->table), map);
	}
	unit_change_one(ring, unit_del("b2"));
	unit_change_one(ring, unit_add("b2"));
	KUNIT_ASSERT_EQ(test, hr_digest_map(ring->table), map);
	KUNIT_ASSERT_EQ(test, hr_digest_members(&ring->cfg, ring->table),
			members);
}

static void first_and_last_node(struct kunit *test)
{
	struct unit_ring ring;
	struct hr_impact impact;
	struct hr_op op = unit_add("b1");
	u64 empty;

	unit_ring_init(test, &ring, &hr_place_hash, 16, 1);
	empty = hr_digest_map(ring.table);
	KUNIT_ASSERT_EQ(test, hr_table_lookup(ring.table, 5), HR_NO_SLOT);
	unit_change_impact(&ring, &op, 1, &impact);
	KUNIT_ASSERT_EQ(test, impact.gained, HR_WHOLE_RING);
	KUNIT_ASSERT_EQ(test, impact.moved, 0);
	KUNIT_ASSERT_EQ(test, impact.required, 0);
	KUNIT_ASSERT_EQ(test, impact.peak_before, 0);
	KUNIT_ASSERT_EQ(test, impact.peak_after, HR_WHOLE_RING);
	KUNIT_ASSERT_NE(test, hr_digest_map(ring.table), empty);
	hr_impact_release(&impact);
	op = unit_del("b1");
	unit_change_impact(&ring, &op, 1, &impact);
	KUNIT_ASSERT_EQ(test, impact.lost, HR_WHOLE_RING);
	KUNIT_ASSERT_EQ(test, impact.moved, 0);
	hr_impact_release(&impact);
	KUNIT_ASSERT_EQ(test, hr_digest_map(ring.table), empty);
	KUNIT_ASSERT_EQ(test, ring.table->nr_slots, 0);
	unit_ring_free(&ring);
}

static void only_removes(struct kunit *test)
{
	struct hr_op ops[2] = { unit_del("b1") };

	ops[1] = unit_state(unit_set("b2"), HASHRING_NODE_DOWN);
	KUNIT_ASSERT_TRUE(test, hr_change_only_removes(ops, 2));
	ops[1] = unit_state(unit_set("b2"), HASHRING_NODE_DRAINING);
	KUNIT_ASSERT_TRUE(test, hr_change_only_removes(ops, 2));
	ops[1] = unit_state(unit_set("b2"), HASHRING_NODE_ACTIVE);
	KUNIT_ASSERT_FALSE(test, hr_change_only_removes(ops, 2));
	ops[1] = unit_weight(unit_state(unit_set("b2"), HASHRING_NODE_DOWN), 2);
	KUNIT_ASSERT_FALSE(test, hr_change_only_removes(ops, 2));
	ops[1] = unit_add("b2");
	KUNIT_ASSERT_FALSE(test, hr_change_only_removes(ops, 2));
	ops[1] = unit_replace("b2", "b3");
	KUNIT_ASSERT_FALSE(test, hr_change_only_removes(ops, 2));
}

static void points_of_versions(struct kunit *test)
{
	u32 first[] = { 30, 10, 20 }, second[] = { 10, 5 };
	struct hr_op ops[2];
	struct unit_ring ring;

	unit_ring_init(test, &ring, &hr_place_explicit, 1, 1);
	unit_change_one(&ring, unit_points(unit_add("p1"), first, 3));
	KUNIT_ASSERT_EQ(test, node_of(&ring, "p1")->points[0], 10);
	KUNIT_ASSERT_EQ(test, node_of(&ring, "p1")->points[2], 30);
	/* An operation may take points that another one frees. */
	ops[0] = unit_points(unit_add("p2"), second, 2);
	ops[1] = unit_points(unit_set("p1"), first, 1);
	unit_change(&ring, ops, 2);
	KUNIT_ASSERT_EQ(test, ring.table->nr_points, 3);
	KUNIT_ASSERT_EQ(test, hr_table_lookup(ring.table, 10),
			unit_slot(test, ring.table, "p2"));
	KUNIT_ASSERT_EQ(test, hr_table_lookup(ring.table, 11),
			unit_slot(test, ring.table, "p1"));
	unit_change_one(&ring, unit_state(unit_set("p2"), HASHRING_NODE_DOWN));
	unit_change_one(&ring, unit_replace("p2", "p3"));
	KUNIT_ASSERT_EQ(test, node_of(&ring, "p3")->nr_points, 2);
	unit_change_one(&ring, unit_state(unit_set("p3"), HASHRING_NODE_ACTIVE));
	KUNIT_ASSERT_EQ(test, hr_table_lookup(ring.table, 10),
			unit_slot(test, ring.table, "p3"));
	unit_ring_free(&ring);
}

/* A budget limits moved shares and shares that lose their owner. */
static void budgets(struct kunit *test)
{
	const u64 half = 1ULL << 31, part = (1ULL << 32) / 3;
	struct hr_impact impact = { .moved = half };
	struct hr_error err = {};

	KUNIT_ASSERT_EQ(test, hr_impact_check(&impact, half, &err), 0);
	KUNIT_ASSERT_EQ(test, hr_impact_check(&impact, 1ULL << 32, &err), 0);
	KUNIT_ASSERT_STREQ(test, err.text, "");
	KUNIT_ASSERT_EQ(test, hr_impact_check(&impact, half - 1, &err),
			-EDQUOT);
	KUNIT_ASSERT_STREQ(test, err.text,
			   "would move more than is allowed: 50.000%, not 50.000%");
	impact.lost = part;
	KUNIT_ASSERT_EQ(test, hr_impact_check(&impact, half, &err), -EDQUOT);
	KUNIT_ASSERT_STREQ(test, err.text,
			   "would move more than is allowed: 83.333%, not 50.000%");
	KUNIT_ASSERT_EQ(test, err.op, U32_MAX);
	impact.gained = 1ULL << 32;
	KUNIT_ASSERT_EQ(test, hr_impact_check(&impact, half + part, &err), 0);
	impact.moved = 1;
	impact.lost = 0;
	KUNIT_ASSERT_EQ(test, hr_impact_check(&impact, 0, &err), -EDQUOT);
	KUNIT_ASSERT_STREQ(test, err.text,
			   "would move more than is allowed: 0.000%, not 0.000%");
}

/* Each word of an attachment counts, and also its place. */
static void attachments(struct kunit *test)
{
	u32 word[HR_DIGEST_ATTACH] = {}, i, k;
	u64 seen[HR_DIGEST_ATTACH + 1];

	for (i = 0; i <= HR_DIGEST_ATTACH; i++) {
		if (i)
			word[i - 1] = 1;
		seen[i] = hr_digest_attach(word);
		KUNIT_ASSERT_EQ(test, hr_digest_attach(word), seen[i]);
		if (i)
			word[i - 1] = 0;
		for (k = 0; k < i; k++)
			KUNIT_ASSERT_NE(test, seen[k], seen[i]);
	}
}

static void failing_allocations(struct kunit *test)
{
	struct hr_op ops[] = {
		unit_add("b4"), unit_id(unit_add("b5"), 9), unit_del("b1"),
		unit_replace("b2", "b6"), unit_weight(unit_set("b3"), 3),
	};
	u32 at[] = { 1, 2, 3 }, more[] = { 4, 5 }, others[] = { 7 };
	struct unit_ring ring;

	unit_want_failures(test);
	unit_fail_each(test->priv, ops, ARRAY_SIZE(ops));

	unit_ring_init(test, &ring, &hr_place_explicit, 1, 1);
	unit_change_one(&ring, unit_points(unit_add("p1"), at, 3));
	unit_change_one(&ring, unit_points(unit_add("p4"), others, 1));
	ops[0] = unit_points(unit_add("p2"), more, 2);
	ops[1] = unit_replace("p1", "p3");
	ops[2] = unit_state(unit_set("p4"), HASHRING_NODE_DOWN);
	unit_fail_each(&ring, ops, 3);
	unit_ring_free(&ring);

	/* One of many nodes: the index is patched. */
	unit_ring_init(test, &ring, &hr_place_hash, 16, 1);
	unit_add_many(&ring, "n%u", 40);
	ops[0] = unit_add("one-more");
	ops[1] = unit_del("n7");
	unit_fail_each(&ring, ops, 2);
	unit_ring_free(&ring);
}

static void empty_table_allocates(struct kunit *test)
{
	struct hr_table *t;
	bool failed;
	u32 n = 0;

	unit_want_failures(test);
	do {
		unit_fail_nth(++n);
		t = hr_table_empty(GFP_KERNEL);
		failed = unit_failed();
		if (!failed || UNIT_OTHER_WAYS)
			hr_table_put(t, &hr_node_plain_ops);
		else
			KUNIT_ASSERT_NULL(test, t);
	} while (failed);
	KUNIT_ASSERT_NOT_NULL(test, t);
	/* In the kernel, arrays of length 0 never fail. */
	KUNIT_ASSERT_GT(test, n, 3);
	hr_table_put(NULL, &hr_node_plain_ops);
}

static struct kunit_case change_cases[] = {
	KUNIT_CASE(slots_and_ids),
	KUNIT_CASE(requested_ids),
	KUNIT_CASE(replacement_takes_over),
	KUNIT_CASE(freed_seat),
	KUNIT_CASE(replacements_at_once),
	KUNIT_CASE(settings_that_move_nothing),
	KUNIT_CASE(shown_names),
	KUNIT_CASE(zones),
	KUNIT_CASE(returning_node),
	KUNIT_CASE(first_and_last_node),
	KUNIT_CASE(only_removes),
	KUNIT_CASE(points_of_versions),
	KUNIT_CASE(budgets),
	KUNIT_CASE(attachments),
	KUNIT_CASE(failing_allocations),
	KUNIT_CASE(empty_table_allocates),
	{}
};

struct kunit_suite change_suite = {
	.name = "hashring_change",
	.init = setup,
	.exit = teardown,
	.test_cases = change_cases,
};
