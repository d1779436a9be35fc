// SPDX-License-Identifier: GPL-2.0-only
/*
 * Operations on leaving nodes: such a node keeps its name, and can be taken down, and
 * nothing else.
 */
#include "core/record.h"
#include "core/table_build.h"
#include "core/view_priv.h"
#include "suites.h"
#include "unit.h"

static const struct hr_node_ops *const plain = &hr_node_plain_ops;

/*
 * a: leaving; b: leaving, b2 has its seat; c: a member; d: leaving, was down before;
 * e: a member, down
 */
static int setup(struct kunit *test)
{
	struct unit_ring *ring = unit_alloc(test, 1, sizeof(*ring));
	struct hr_op *ops = unit_alloc(test, 5, sizeof(*ops));

	unit_ring_init(test, ring, &hr_place_hash, 8, 1);
	ops[0] = unit_add("a");
	ops[1] = unit_weight(unit_add("b"), 5);
	ops[2] = unit_add("c");
	ops[3] = unit_state(unit_add("d"), HASHRING_NODE_DOWN);
	ops[4] = unit_state(unit_add("e"), HASHRING_NODE_DOWN);
	unit_change(ring, ops, 5);
	ops[0] = unit_del("d");
	ops[1] = unit_replace("b", "b2");
	ops[2] = unit_del("a");
	unit_hold(ring, ops, 3);
	test->priv = ring;
	return 0;
}

static void teardown(struct kunit *test)
{
	if (test->priv)
		unit_ring_free(test->priv);
}

#define down(name)	unit_state(unit_set(name), HASHRING_NODE_DOWN)
#define del_now(name)	unit_now(unit_del(name))

/* The bad operation comes alone, and after a good one. */
static void refuse(const struct unit_ring *ring, struct hr_op op, int want,
		   u32 part, const char *text)
{
	struct hr_op ops[] = { unit_weight(unit_set("e"), 2), op };
	u64 members = hr_digest_members(&ring->cfg, ring->table);
	struct kunit *test = ring->test;
	struct hr_table *next;
	struct hr_error err;
	u32 first;

	for (first = 0; first < 2; first++) {
		KUNIT_ASSERT_EQ(test,
				unit_leave(ring, ops + first, 2 - first,
					   GFP_KERNEL, &next, &err),
				want);
		KUNIT_ASSERT_STREQ(test, err.text, text);
		KUNIT_ASSERT_EQ(test, err.op, 1 - first);
		KUNIT_ASSERT_EQ(test, err.part, part);
		KUNIT_ASSERT_NULL(test, next);
	}
	KUNIT_ASSERT_EQ(test, hr_digest_members(&ring->cfg, ring->table), members);
}

static void names_stay_taken(struct kunit *test)
{
	struct unit_ring *ring = test->priv;
	struct hr_op ops[] = { unit_add("a"), unit_replace("c", "b"), unit_add("d") };
	struct hr_table *settled;

	refuse(ring, unit_add("a"), -EINPROGRESS, HR_PART(NAME),
	       "a leaving node has the name: a");
	refuse(ring, unit_replace("c", "b"), -EINPROGRESS, HR_PART(NEW_NAME),
	       "a leaving node has the name: b");
	/* Also the name of a node that is down stays taken. */
	refuse(ring, unit_add("d"), -EINPROGRESS, HR_PART(NAME),
	       "a leaving node has the name: d");
	refuse(ring, unit_replace("c", "d"), -EINPROGRESS, HR_PART(NEW_NAME),
	       "a leaving node has the name: d");
	/* The names are free after the migration. */
	settled = hr_table_settle(ring->table, 0, GFP_KERNEL, plain);
	KUNIT_ASSERT_NOT_NULL(test, settled);
	KUNIT_ASSERT_NULL(test, hr_table_find_leaving(settled, "a"));
	hr_table_put(ring->table, plain);
	ring->table = settled;
	unit_hold(ring, ops, ARRAY_SIZE(ops));
	KUNIT_ASSERT_NOT_NULL(test, hr_table_find(ring->table, "a"));
	KUNIT_ASSERT_NOT_NULL(test, hr_table_find(ring->table, "b"));
}

static void listed_by_name(struct kunit *test)
{
	static const char *const names[] = { "a", "b", "d" };
	const struct unit_ring *ring = test->priv;
	const struct hr_table *t = ring->table;
	u32 i;

	KUNIT_ASSERT_EQ(test, t->nr_leaving, ARRAY_SIZE(names));
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		const struct hr_node *node = hr_table_find_leaving(t, names[i]);

		KUNIT_ASSERT_NOT_NULL(test, node);
		KUNIT_ASSERT_STREQ(test, node->name, names[i]);
		KUNIT_ASSERT_PTR_EQ(test, t->by_name[t->nr_nodes + i], node);
		KUNIT_ASSERT_NULL(test, hr_table_find(t, names[i]));
	}
	KUNIT_ASSERT_NULL(test, hr_table_find_leaving(t, "c"));
	KUNIT_ASSERT_NULL(test, hr_table_find_leaving(t, "b2"));
	KUNIT_ASSERT_NULL(test, hr_table_find_leaving(t, "aa"));
	KUNIT_ASSERT_NULL(test, hr_table_find_leaving(t, "z"));
}

static void only_down(struct kunit *test)
{
	static const char text[] = "node is leaving, and can only go down: a";
	const struct unit_ring *ring = test->priv;
	struct hr_op via = unit_set("a");

	via.has |= HR_HAS_VIA;
	via.attrs.via.has4 = true;
	refuse(ring, via, -EINPROGRESS, HR_PART(NAME), text);
	refuse(ring, unit_del("a"), -EINPROGRESS, HR_PART(NAME), text);
	refuse(ring, unit_replace("a", "x"), -EINPROGRESS, HR_PART(NAME), text);
	refuse(ring, unit_weight(unit_set("a"), 2), -EINPROGRESS, HR_PART(NAME),
	       text);
	refuse(ring, unit_id(unit_set("a"), 9), -EINPROGRESS, HR_PART(NAME),
	       text);
	refuse(ring, unit_state(unit_set("a"), HASHRING_NODE_ACTIVE),
	       -EINPROGRESS, HR_PART(NAME), text);
	refuse(ring, unit_state(unit_set("a"), HASHRING_NODE_DRAINING),
	       -EINPROGRESS, HR_PART(NAME), text);
	/* Down, and something else. */
	refuse(ring, unit_weight(down("a"), 2), -EINPROGRESS, HR_PART(NAME), text);

	refuse(ring, down("d"), -ENOENT, HR_PART(NAME), "no such node: d");
	refuse(ring, del_now("d"), -ENOENT, HR_PART(NAME), "no such node: d");
	refuse(ring, unit_del("d"), -ENOENT, HR_PART(NAME), "no such node: d");
	refuse(ring, unit_replace("d", "x"), -ENOENT, HR_PART(NAME),
	       "no such node: d");
}

/* What a leaving node that went down left in a map: nothing. */
static void check_without(struct unit_ring *ring, struct hr_table *map, u32 slot)
{
	struct kunit *test = ring->test;
	struct hr_table *less;
	u32 i;

	KUNIT_ASSERT_GT(test, map->share[slot], 0);
	less = hr_table_without(map, ring->table, 0, GFP_KERNEL, plain);
	KUNIT_ASSERT_NOT_NULL(test, less);
	KUNIT_ASSERT_EQ(test, less->share[slot], 0);
	for (i = 0; i < less->nr_points; i++)
		KUNIT_ASSERT_NE(test, less->points[i].slot, slot);
	hr_table_put(less, plain);
}

static void goes_down(struct kunit *test, struct hr_op op)
{
	struct unit_ring *ring = test->priv;
	struct hr_table *before = hr_table_get(ring->table);
	const struct hr_node *was = hr_table_find_leaving(before, op.name), *is;
	u64 digest = hr_digest_map(before);
	u64 members = hr_digest_members(&ring->cfg, before);

	KUNIT_ASSERT_EQ(test, was->attrs.state, HASHRING_NODE_LEAVING);
	unit_hold(ring, &op, 1);
	is = hr_table_find_leaving(ring->table, op.name);
	KUNIT_ASSERT_NOT_NULL(test, is);
	KUNIT_ASSERT_EQ(test, is->attrs.state, HASHRING_NODE_DOWN);
	KUNIT_ASSERT_EQ(test, is->attrs.id, was->attrs.id);
	KUNIT_ASSERT_EQ(test, is->attrs.weight, was->attrs.weight);
	KUNIT_ASSERT_EQ(test, is->slot, was->slot);
	KUNIT_ASSERT_STREQ(test, is->seat, was->seat);
	KUNIT_ASSERT_PTR_EQ(test, ring->table->nodes[was->slot], is);
	KUNIT_ASSERT_FALSE(test, hr_table_has(ring->table, is));
	/* Members and the map to come are as before. */
	KUNIT_ASSERT_EQ(test, ring->table->nr_leaving, before->nr_leaving);
	KUNIT_ASSERT_EQ(test, ring->table->nr_nodes, before->nr_nodes);
	KUNIT_ASSERT_EQ(test, ring->table->weight, before->weight);
	KUNIT_ASSERT_EQ(test, hr_digest_map(ring->table), digest);
	KUNIT_ASSERT_EQ(test, hr_digest_members(&ring->cfg, ring->table), members);
	/* The version before is unchanged: readers may still use it. */
	KUNIT_ASSERT_EQ(test, was->attrs.state, HASHRING_NODE_LEAVING);
	refuse(ring, op, -ENOENT, HR_PART(NAME), "no such node: a");
	hr_table_put(before, plain);
}

static void set_down(struct kunit *test)
{
	goes_down(test, down("a"));
}

static void deleted_now(struct kunit *test)
{
	goes_down(test, del_now("a"));
}

/* A node that leaves, and then goes down, owns nothing in the maps before. */
static void maps_before(struct kunit *test)
{
	struct unit_ring *ring = test->priv;
	struct hr_table *origin;
	struct hr_op op;
	u32 slot;

	unit_change_one(ring, unit_add("f"));
	origin = hr_table_get(ring->table);
	slot = unit_slot(test, origin, "f");
	op = unit_del("f");
	unit_hold(ring, &op, 1);
	/* As long as it is not down, it keeps its points there. */
	KUNIT_ASSERT_GT(test, origin->share[slot], 0);
	op = down("f");
	unit_hold(ring, &op, 1);
	check_without(ring, origin, slot);
	hr_table_put(origin, plain);
}

/* A member that is deleted at once is down when it leaves. */
static void now_on_a_member(struct kunit *test)
{
	struct unit_ring *ring = test->priv;
	struct hr_table *origin = hr_table_get(ring->table);
	u32 slot = unit_slot(test, origin, "c"), leaving = origin->nr_leaving;
	struct hr_op op = del_now("c");
	const struct hr_node *node;
	struct hr_table *next;

	/* Without a migration nothing is left of it. */
	next = unit_next(ring, &op, 1);
	KUNIT_ASSERT_EQ(test, next->nr_leaving, leaving);
	KUNIT_ASSERT_NULL(test, hr_table_find_leaving(next, "c"));
	hr_table_put(next, plain);

	unit_hold(ring, &op, 1);
	node = hr_table_find_leaving(ring->table, "c");
	KUNIT_ASSERT_NOT_NULL(test, node);
	KUNIT_ASSERT_EQ(test, node->attrs.state, HASHRING_NODE_DOWN);
	KUNIT_ASSERT_EQ(test, node->slot, slot);
	KUNIT_ASSERT_EQ(test, ring->table->nr_leaving, leaving + 1);
	KUNIT_ASSERT_NULL(test, hr_table_find(ring->table, "c"));
	check_without(ring, origin, slot);
	hr_table_put(origin, plain);
}

/* One change takes leaving nodes down, and changes members at their seats. */
static void with_others(struct kunit *test)
{
	struct unit_ring *ring = test->priv;
	struct hr_op ops[] = {
		unit_add("a2"), down("a"), unit_replace("b2", "b3"), del_now("b"),
		del_now("c"), unit_weight(unit_set("e"), 7),
	};
	const struct hr_table *t;

	/* The seat of a is free: a leaving node has a seat no more. */
	ops[0] = unit_seat(ops[0], "a");
	unit_hold(ring, ops, ARRAY_SIZE(ops));
	t = ring->table;
	KUNIT_ASSERT_EQ(test, t->nr_nodes, 3);
	KUNIT_ASSERT_EQ(test, t->nr_leaving, 5);
	KUNIT_ASSERT_EQ(test, t->weight, 6);
	KUNIT_ASSERT_STREQ(test, t->by_name[0]->name, "a2");
	KUNIT_ASSERT_STREQ(test, t->by_name[1]->name, "b3");
	KUNIT_ASSERT_STREQ(test, t->by_name[2]->name, "e");
	KUNIT_ASSERT_STREQ(test, t->by_seat[0]->name, "a2");
	KUNIT_ASSERT_STREQ(test, t->by_seat[1]->name, "b3");
	KUNIT_ASSERT_STREQ(test, t->by_seat[2]->name, "e");
	KUNIT_ASSERT_STREQ(test, t->by_name[3]->name, "a");
	KUNIT_ASSERT_STREQ(test, t->by_name[4]->name, "b");
	KUNIT_ASSERT_STREQ(test, t->by_name[5]->name, "b2");
	KUNIT_ASSERT_STREQ(test, t->by_name[6]->name, "c");
	KUNIT_ASSERT_STREQ(test, t->by_name[7]->name, "d");
	KUNIT_ASSERT_EQ(test, hr_table_find_leaving(t, "a")->attrs.state,
			HASHRING_NODE_DOWN);
	KUNIT_ASSERT_EQ(test, hr_table_find_leaving(t, "b")->attrs.state,
			HASHRING_NODE_DOWN);
	KUNIT_ASSERT_EQ(test, hr_table_find_leaving(t, "b2")->attrs.state,
			HASHRING_NODE_LEAVING);
	/* The seat is held again, by a member. */
	refuse(ring, unit_seat(unit_add("x"), "b"), -EEXIST, HR_PART(SEAT),
	       "seat is held: b by node b3");
}

static void ids_stay_taken(struct kunit *test)
{
	struct unit_ring *ring = test->priv;
	struct hr_op ops[] = { down("a"), unit_id(unit_add("x"), 1) };
	struct hr_table *next;
	struct hr_error err;

	KUNIT_ASSERT_EQ(test, unit_leave(ring, ops, 2, GFP_KERNEL, &next, &err),
			-EEXIST);
	KUNIT_ASSERT_STREQ(test, err.text,
			   "id is taken: 1 by node a, which is leaving");
	ops[0] = del_now("a");
	KUNIT_ASSERT_EQ(test, unit_leave(ring, ops, 2, GFP_KERNEL, &next, &err),
			-EEXIST);
	KUNIT_ASSERT_STREQ(test, err.text,
			   "id is taken: 1 by node a, which is leaving");
	unit_hold(ring, ops, 1);
	refuse(ring, ops[1], -EEXIST, HR_ATTR(ID),
	       "id is taken: 1 by node a, which is leaving");
}

/* The record of an operation on a leaving node: its state is set, however. */
static void recorded(struct kunit *test)
{
	struct unit_ring *ring = test->priv;
	struct hr_op ops[] = { del_now("c"), down("a"), del_now("b") };
	struct hr_op_record did;
	struct hr_record record;
	struct hr_table *next;
	struct hr_error err;
	u32 from = 0, i;

	KUNIT_ASSERT_EQ(test, unit_leave(ring, ops, 3, GFP_KERNEL, &next, &err),
			0);
	KUNIT_ASSERT_EQ(test,
			hr_record_make(&record, ring->table, next, ops, 3, false,
				       GFP_KERNEL),
			0);
	KUNIT_ASSERT_EQ(test, record.nr_ops, 3);
	KUNIT_ASSERT_TRUE(test, hr_record_next(&record, &from, &did));
	KUNIT_ASSERT_EQ(test, did.kind, HASHRING_OP_DEL);
	KUNIT_ASSERT_STREQ(test, did.before.name, "c");
	KUNIT_ASSERT_EQ(test, did.before.attrs.state, HASHRING_NODE_ACTIVE);
	KUNIT_ASSERT_FALSE(test, did.has_after);
	for (i = 1; i < 3; i++) {
		KUNIT_ASSERT_TRUE(test, hr_record_next(&record, &from, &did));
		KUNIT_ASSERT_EQ(test, did.kind, HASHRING_OP_SET);
		KUNIT_ASSERT_TRUE(test, did.has_before && did.has_after);
		KUNIT_ASSERT_STREQ(test, did.before.name, ops[i].name);
		KUNIT_ASSERT_STREQ(test, did.after.name, ops[i].name);
		KUNIT_ASSERT_STREQ(test, did.after.seat, did.before.seat);
		KUNIT_ASSERT_EQ(test, did.after.attrs.id, did.before.attrs.id);
		KUNIT_ASSERT_EQ(test, did.before.attrs.state,
				HASHRING_NODE_LEAVING);
		KUNIT_ASSERT_EQ(test, did.after.attrs.state, HASHRING_NODE_DOWN);
	}
	KUNIT_ASSERT_FALSE(test, hr_record_next(&record, &from, &did));
	hr_record_release(&record);
	/* Members are the same but for c. */
	KUNIT_ASSERT_EQ(test,
			hr_record_diff(&record, ring->table, next, false,
				       GFP_KERNEL),
			0);
	KUNIT_ASSERT_EQ(test, record.nr_ops, 1);
	hr_record_release(&record);
	hr_table_put(next, plain);
}

/* After a rollback a node that was deleted at once is a member, and down. */
static void rolled_back(struct kunit *test)
{
	struct hr_op adds[] = { unit_add("a"), unit_add("b"), unit_add("c") };
	struct hr_op ops[] = { del_now("a"), unit_del("b"), unit_add("x") };
	struct hr_table *origin, *to;
	struct unit_ring ring;
	struct hr_op *downs;
	u32 nr;

	unit_ring_init(test, &ring, &hr_place_hash, 8, 1);
	unit_change(&ring, adds, ARRAY_SIZE(adds));
	origin = hr_table_get(ring.table);
	unit_hold(&ring, ops, ARRAY_SIZE(ops));
	ops[0] = del_now("x");
	ops[1] = down("b");
	unit_hold(&ring, ops, 2);
	to = hr_table_rollback(origin, ring.table, 0, GFP_KERNEL, plain);
	KUNIT_ASSERT_NOT_NULL(test, to);
	KUNIT_ASSERT_EQ(test,
			hr_rollback_ops(origin, ring.table, &downs, &nr,
					GFP_KERNEL),
			0);
	KUNIT_ASSERT_EQ(test, nr, 2);
	KUNIT_ASSERT_STREQ(test, downs[0].name, "a");
	KUNIT_ASSERT_STREQ(test, downs[1].name, "b");
	hr_table_put(ring.table, plain);
	ring.table = to;
	KUNIT_ASSERT_EQ(test, hr_table_find_leaving(to, "x")->attrs.state,
			HASHRING_NODE_DOWN);
	KUNIT_ASSERT_NULL(test, hr_table_find_leaving(to, "a"));
	unit_hold(&ring, downs, nr);
	kvfree(downs);
	KUNIT_ASSERT_EQ(test, hr_table_find(ring.table, "a")->attrs.state,
			HASHRING_NODE_DOWN);
	KUNIT_ASSERT_EQ(test, hr_table_find(ring.table, "b")->attrs.state,
			HASHRING_NODE_DOWN);
	hr_table_put(origin, plain);
	unit_ring_free(&ring);
}

/* The list needs memory, but none without leaving nodes. */
static void memory_fails_a_list(struct kunit *test)
{
	struct unit_ring *ring = test->priv;
	u32 refs = unit_refs(ring->table);
	struct hr_table *t;
	int ret;

	unit_want_failures(test);
	t = hr_table_members(ring->table, ring->table->nr_slots, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, t);
	unit_fail_nth(1);
	ret = hr_table_list_leaving(t, GFP_KERNEL);
	KUNIT_ASSERT_TRUE(test, unit_failed());
	KUNIT_ASSERT_EQ(test, ret, -ENOMEM);
	unit_fail_nth(1);
	ret = hr_table_list_leaving(t, GFP_KERNEL | __GFP_NOFAIL);
	unit_failed();
	KUNIT_ASSERT_EQ(test, ret, 0);
	KUNIT_ASSERT_STREQ(test, hr_table_find_leaving(t, "b")->name, "b");
	t->nr_leaving = 0;
	unit_fail_nth(1);
	ret = hr_table_list_leaving(t, GFP_KERNEL);
	KUNIT_ASSERT_FALSE(test, unit_failed());
	KUNIT_ASSERT_EQ(test, ret, 0);
	hr_table_put(t, plain);
	KUNIT_ASSERT_EQ(test, unit_refs(ring->table), refs);
}

static void memory_fails_a_change(struct kunit *test)
{
	struct hr_op ops[] = { down("a"), del_now("b"), del_now("c") };
	struct unit_ring *ring = test->priv;
	u32 refs = unit_refs(ring->table);
	struct hr_table *next;
	struct hr_error err;
	int ret;

	unit_want_failures(test);
	unit_leave_without_memory(ring, ops, ARRAY_SIZE(ops));
	/* Such a change only removes, and may not fail. */
	KUNIT_ASSERT_TRUE(test, hr_change_only_removes(ops, 3));
	unit_fail_nth(1);
	ret = unit_leave(ring, ops, 3, GFP_KERNEL | __GFP_NOFAIL, &next, &err);
	unit_failed();
	KUNIT_ASSERT_EQ(test, ret, 0);
	hr_table_put(next, plain);
	KUNIT_ASSERT_EQ(test, unit_refs(ring->table), refs);
}

static void only_takes_down(struct kunit *test)
{
	struct hr_op op = down("a");

	KUNIT_ASSERT_TRUE(test, hr_op_downs(&op));
	op.attrs.state = HASHRING_NODE_DRAINING;
	KUNIT_ASSERT_FALSE(test, hr_op_downs(&op));
	op = unit_weight(down("a"), 1);
	KUNIT_ASSERT_FALSE(test, hr_op_downs(&op));
	op = unit_state(unit_add("a"), HASHRING_NODE_DOWN);
	KUNIT_ASSERT_FALSE(test, hr_op_downs(&op));
	op = unit_state(unit_replace("a", "b"), HASHRING_NODE_DOWN);
	KUNIT_ASSERT_FALSE(test, hr_op_downs(&op));
	op = unit_del("a");
	KUNIT_ASSERT_FALSE(test, hr_op_downs(&op));
	op = del_now("a");
	KUNIT_ASSERT_TRUE(test, hr_op_downs(&op));
}

static struct kunit_case leaving_ops_cases[] = {
	KUNIT_CASE(names_stay_taken),
	KUNIT_CASE(listed_by_name),
	KUNIT_CASE(only_down),
	KUNIT_CASE(set_down),
	KUNIT_CASE(deleted_now),
	KUNIT_CASE(maps_before),
	KUNIT_CASE(now_on_a_member),
	KUNIT_CASE(with_others),
	KUNIT_CASE(ids_stay_taken),
	KUNIT_CASE(recorded),
	KUNIT_CASE(rolled_back),
	KUNIT_CASE(only_takes_down),
	KUNIT_CASE(memory_fails_a_list),
	KUNIT_CASE(memory_fails_a_change),
	{}
};

struct kunit_suite leaving_ops_suite = {
	.name = "hashring_leaving_ops",
	.init = setup,
	.exit = teardown,
	.test_cases = leaving_ops_cases,
};
