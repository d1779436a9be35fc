// SPDX-License-Identifier: GPL-2.0-only
/* Every refused change: its error, the named attribute, and the text. */
#include "suites.h"
#include "unit.h"

#define ID_MAX	255

/*
 * hashed: b1 id 1; b3 id 3; b6 id 4, which took b2's seat
 * listed: p1 at 100 and 200; p2 at 300, down
 */
struct rings {
	struct unit_ring hashed;
	struct unit_ring listed;
};

static int setup(struct kunit *test)
{
	static u32 first[] = { 200, 100 }, second[] = { 300 };
	struct rings *rings = unit_alloc(test, 1, sizeof(*rings));
	struct hr_op ops[3];

	unit_ring_init(test, &rings->hashed, &hr_place_hash, 16, 1);
	ops[0] = unit_add("b1");
	ops[1] = unit_add("b2");
	ops[2] = unit_add("b3");
	unit_change(&rings->hashed, ops, 3);
	unit_change_one(&rings->hashed, unit_replace("b2", "b6"));
	unit_ring_init(test, &rings->listed, &hr_place_explicit, 1, 1);
	ops[0] = unit_points(unit_add("p1"), first, 2);
	ops[1] = unit_state(unit_points(unit_add("p2"), second, 1), HASHRING_NODE_DOWN);
	unit_change(&rings->listed, ops, 2);
	test->priv = rings;
	return 0;
}

static void teardown(struct kunit *test)
{
	struct rings *rings = test->priv;

	if (!rings)
		return;
	unit_ring_free(&rings->hashed);
	unit_ring_free(&rings->listed);
}

static void assert_refused(const struct unit_ring *ring,
			   const struct hr_op *ops, u32 n, int ret, u32 op,
			   u32 part, const char *text)
{
	struct kunit *test = ring->test;
	const struct hr_table *base = ring->table;
	struct hr_table *untouched = (void *)ops, *next = untouched;
	u64 map = hr_digest_map(base);
	u64 members = hr_digest_members(&ring->cfg, base);
	struct hr_error err;
	u32 i;

	KUNIT_ASSERT_EQ(test,
			hr_change_build(&ring->cfg, base, ops, n, ID_MAX, false,
					&hr_node_plain_ops, GFP_KERNEL, &next,
					&err),
			ret);
	KUNIT_ASSERT_STREQ(test, err.text, text);
	KUNIT_ASSERT_EQ(test, err.op, op);
	KUNIT_ASSERT_EQ(test, err.part, part);
	KUNIT_ASSERT_PTR_EQ(test, next, untouched);
	KUNIT_ASSERT_EQ(test, hr_digest_map(base), map);
	KUNIT_ASSERT_EQ(test, hr_digest_members(&ring->cfg, base), members);
	for (i = 0; i < base->nr_nodes; i++)
		KUNIT_ASSERT_EQ(test, refcount_read(&base->by_name[i]->refs),
				1);
}

/* The bad operation is the third, after two good ones. */
static void assert_third(const struct unit_ring *ring, struct hr_op op, int ret,
			 u32 part, const char *text)
{
	static u32 points[] = { 0x70000000 };
	struct hr_op ops[3] = { unit_add("good1"), unit_set("b3"), op };

	if (ring->cfg.place->takes_points) {
		ops[0] = unit_points(ops[0], points, 1);
		ops[1] = unit_set("p1");
	}
	ops[1] = unit_weight(ops[1], 2);
	assert_refused(ring, ops, 3, ret, 2, part, text);
	assert_refused(ring, &op, 1, ret, 0, part, text);
}

static void names(struct kunit *test)
{
	const struct unit_ring *ring = &((struct rings *)test->priv)->hashed;
	static const struct {
		const char *name;
		const char *text;
	} bad[] = {
		{ "", "a name must not be empty" },
		{ "-b", "a name must not begin with -" },
		{ "b 9", "a name consists of printable ASCII without blanks" },
		{ "b\t", "a name consists of printable ASCII without blanks" },
		{ "b\x7f", "a name consists of printable ASCII without blanks" },
		{ "b\xc3\xa9",
		  "a name consists of printable ASCII without blanks" },
		{ "b{", "a name must not contain any of {};\"'\\#" },
		{ "b}", "a name must not contain any of {};\"'\\#" },
		{ "b;", "a name must not contain any of {};\"'\\#" },
		{ "b\"", "a name must not contain any of {};\"'\\#" },
		{ "b'", "a name must not contain any of {};\"'\\#" },
		{ "b\\", "a name must not contain any of {};\"'\\#" },
		{ "b#", "a name must not contain any of {};\"'\\#" },
	};
	struct hr_op op;
	char text[64];
	u32 i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_third(ring, unit_add(bad[i].name), -EINVAL,
			     HR_PART(NAME), bad[i].text);
		assert_third(ring, unit_del(bad[i].name), -EINVAL,
			     HR_PART(NAME), bad[i].text);
		assert_third(ring, unit_replace("b1", bad[i].name), -EINVAL,
			     HR_PART(NEW_NAME), bad[i].text);
		assert_third(ring, unit_seat(unit_add("b9"), bad[i].name),
			     -EINVAL, HR_PART(SEAT), bad[i].text);
	}
	op = unit_add("b9");
	memset(op.name, 'x', sizeof(op.name));
	assert_third(ring, op, -EINVAL, HR_PART(NAME),
		     "a name has at most 63 bytes");
	op = unit_replace("b1", "b9");
	memset(op.new_name, 'x', sizeof(op.new_name));
	assert_third(ring, op, -EINVAL, HR_PART(NEW_NAME),
		     "a name has at most 63 bytes");
	/* 63 bytes are valid, and so are other printable characters. */
	memset(text, '-', 63);
	memcpy(text, "!$%&()*+,-./09:<=>?@AZ[]^_`az|~", 31);
	KUNIT_ASSERT_NULL(test, hr_name_check(text, 63));
	KUNIT_ASSERT_NOT_NULL(test, hr_name_check("ab\0", 3));
}

static void members(struct kunit *test)
{
	const struct unit_ring *ring = &((struct rings *)test->priv)->hashed;

	assert_third(ring, unit_add("b1"), -EEXIST, HR_PART(NAME),
		     "node exists already: b1");
	assert_third(ring, unit_del("b7"), -ENOENT, HR_PART(NAME),
		     "no such node: b7");
	assert_third(ring, unit_weight(unit_set("b2"), 1), -ENOENT,
		     HR_PART(NAME), "no such node: b2");
	assert_third(ring, unit_replace("b7", "b8"), -ENOENT, HR_PART(NAME),
		     "no such node: b7");
	assert_third(ring, unit_replace("b1", "b6"), -EEXIST, HR_PART(NEW_NAME),
		     "node exists already: b6");
	assert_third(ring, unit_replace("b1", "b1"), -EINVAL, HR_PART(NEW_NAME),
		     "node cannot replace itself: b1");
}

static void named_twice(struct kunit *test)
{
	const struct unit_ring *ring = &((struct rings *)test->priv)->hashed;
	struct hr_op ops[3] = { unit_del("b1"), unit_del("b3"), };

	ops[2] = unit_add("b1");
	assert_refused(ring, ops, 3, -EEXIST, 2, HR_PART(NAME),
		       "node is named already: b1 by operation 1");
	ops[2] = unit_del("b3");
	assert_refused(ring, ops, 3, -EEXIST, 2, HR_PART(NAME),
		       "node is named already: b3 by operation 2");
	ops[2] = unit_replace("b6", "b3");
	assert_refused(ring, ops, 3, -EEXIST, 2, HR_PART(NEW_NAME),
		       "node is named already: b3 by operation 2");
	ops[2] = unit_replace("b1", "b9");
	assert_refused(ring, ops, 3, -EEXIST, 2, HR_PART(NAME),
		       "node is named already: b1 by operation 1");
}

static void seats(struct kunit *test)
{
	const struct unit_ring *ring = &((struct rings *)test->priv)->hashed;
	struct hr_op ops[3];

	assert_third(ring, unit_add("b2"), -EEXIST, HR_PART(NAME),
		     "seat is held: b2 by node b6");
	assert_third(ring, unit_seat(unit_add("b9"), "b3"), -EEXIST,
		     HR_PART(SEAT), "seat is held: b3 by node b3");
	assert_third(ring, unit_seat(unit_set("b1"), "b9"), -EINVAL,
		     HR_PART(SEAT),
		     "a seat is given only to a node that is added");
	assert_third(ring, unit_seat(unit_replace("b1", "b9"), "b9"), -EINVAL,
		     HR_PART(SEAT),
		     "a seat is given only to a node that is added");

	/* Of two nodes in one change; a member that stays keeps its seat. */
	ops[0] = unit_add("x1");
	ops[1] = unit_add("x2");
	ops[2] = unit_seat(unit_add("x3"), "x1");
	assert_refused(ring, ops, 3, -EEXIST, 2, HR_PART(SEAT),
		       "seat is held: x1 by node x1");
	ops[0] = unit_add("b2");
	ops[2] = unit_weight(unit_set("b6"), 3);
	assert_refused(ring, ops, 3, -EEXIST, 0, HR_PART(NAME),
		       "seat is held: b2 by node b6");
	ops[2] = unit_replace("b6", "b7");
	assert_refused(ring, ops, 3, -EEXIST, 0, HR_PART(NAME),
		       "seat is held: b2 by node b7");

	/* Long names are cut, so that the rest of the text stays. */
	memset(ops[0].name, 'x', HR_MAX_NAME);
	ops[2] = unit_seat(unit_add("x3"), ops[0].name);
	memset(ops[2].name, 'y', HR_MAX_NAME);
	assert_refused(ring, ops, 3, -EEXIST, 2, HR_PART(SEAT),
		       "seat is held: xxxxxxxxxxxxxxxxxxxxx... by node xxxxxxxxxxxxxxxxxxxxx...");
	/* A name of 24 bytes is not cut. */
	ops[0].name[24] = '\0';
	ops[2] = unit_add(ops[0].name);
	assert_refused(ring, ops, 3, -EEXIST, 2, HR_PART(NAME),
		       "node is named already: xxxxxxxxxxxxxxxxxxxxxxxx by operation 1");
}

static void ids(struct kunit *test)
{
	const struct unit_ring *ring = &((struct rings *)test->priv)->hashed;
	struct hr_op ops[3];

	assert_third(ring, unit_id(unit_add("b9"), 0), -EINVAL, HR_ATTR(ID),
		     "id 0 means no node");
	assert_third(ring, unit_id(unit_add("b9"), 300), -ERANGE, HR_ATTR(ID),
		     "id does not fit the mask of an attachment: 300 (at most 255)");
	assert_third(ring, unit_id(unit_add("b9"), 1), -EEXIST, HR_ATTR(ID),
		     "id is taken: 1 by node b1");
	assert_third(ring, unit_id(unit_set("b1"), 4), -EEXIST, HR_ATTR(ID),
		     "id is taken: 4 by node b6");
	assert_third(ring, unit_id(unit_replace("b1", "b9"), 4), -EEXIST,
		     HR_ATTR(ID), "id is taken: 4 by node b6");
	ops[0] = unit_id(unit_add("x1"), 9);
	ops[1] = unit_add("x2");
	ops[2] = unit_id(unit_add("x3"), 9);
	assert_refused(ring, ops, 3, -EEXIST, 2, HR_ATTR(ID),
		       "id is given twice: 9, to node x1 already");
	/* A member that gets another attribute keeps its id. */
	ops[0] = unit_weight(unit_set("b1"), 7);
	ops[2] = unit_id(unit_add("x3"), 1);
	assert_refused(ring, ops, 3, -EEXIST, 2, HR_ATTR(ID),
		       "id is taken: 1 by node b1");
}

static void ids_run_out(struct kunit *test)
{
	struct unit_ring ring;
	char text[192];

	unit_ring_init(test, &ring, &hr_place_hash, 1, 1);
	unit_add_many(&ring, "n%u", ID_MAX);
	snprintf(text, sizeof(text),
		 "id does not fit the mask of an attachment: %u (at most %u)",
		 ID_MAX + 1, ID_MAX);
	assert_refused(&ring, (struct hr_op []) { unit_add("b9") }, 1, -ERANGE,
		       0, HR_ATTR(ID), text);
	unit_ring_free(&ring);
}

static void figures(struct kunit *test)
{
	const struct unit_ring *ring = &((struct rings *)test->priv)->hashed;
	struct hr_op op;

	assert_third(ring, unit_weight(unit_add("b9"), 0), -EINVAL,
		     HR_ATTR(WEIGHT), "weight is out of range: 0, not 1 to 1000");
	assert_third(ring, unit_weight(unit_set("b1"), 1001), -ERANGE,
		     HR_ATTR(WEIGHT), "weight is out of range: 1001, not 1 to 1000");
	assert_third(ring, unit_weight(unit_add("b9"), U32_MAX), -ERANGE,
		     HR_ATTR(WEIGHT),
		     "weight is out of range: 4294967295, not 1 to 1000");
	assert_third(ring, unit_state(unit_add("b9"), 3), -EINVAL,
		     HR_ATTR(STATE),
		     "only states active (0), draining (1) and down (2) can be set: not 3");
	assert_third(ring, unit_set("b1"), -EINVAL, HR_PART_ALL,
		     "nothing to set on node: b1");
	assert_third(ring, unit_weight(unit_del("b1"), 1), -EINVAL, HR_PART_ALL,
		     "nothing can be set on a node that goes: b1");
	assert_third(ring, unit_weight(unit_now(unit_del("b1")), 1), -EINVAL,
		     HR_PART_ALL, "nothing can be set on a node that goes: b1");
	assert_third(ring, unit_now(unit_add("b9")), -EINVAL, HR_PART(NOW),
		     "now is only for a node that is deleted: b9");
	assert_third(ring, unit_now(unit_weight(unit_set("b1"), 1)), -EINVAL,
		     HR_PART(NOW), "now is only for a node that is deleted: b1");
	assert_third(ring, unit_now(unit_replace("b1", "b9")), -EINVAL,
		     HR_PART(NOW), "now is only for a node that is deleted: b1");
	op = unit_add("b9");
	op.kind = 4;
	assert_third(ring, op, -EINVAL, HR_PART_ALL,
		     "no such kind of operation: 4");
	assert_refused(ring, &op, 0, -EINVAL, U32_MAX, HR_PART_ALL,
		       "a change needs at least one operation");
}

/* Only a node that is set draining takes a deadline. */
static void deadlines(struct kunit *test)
{
	const struct unit_ring *ring = &((struct rings *)test->priv)->hashed;
	static const struct {
		u8 state;
		u64 deadline;
		int ret;
		const char *text;
	} bad[] = {
		{ HASHRING_NODE_ACTIVE, 1, -EINVAL,
		  "a deadline is given only to a node that is set draining" },
		{ HASHRING_NODE_DOWN, 1, -EINVAL,
		  "a deadline is given only to a node that is set draining" },
		{ HASHRING_NODE_DRAINING, 0, -ERANGE,
		  "deadline is out of range: 0 ms, not 1 to 2147483647" },
		{ HASHRING_NODE_DRAINING, HR_MAX_DEADLINE + 1ULL, -ERANGE,
		  "deadline is out of range: 2147483648 ms, not 1 to 2147483647" },
	};
	struct hr_op op;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		op = unit_state(unit_set("b1"), bad[i].state);
		assert_third(ring, unit_deadline(op, bad[i].deadline),
			     bad[i].ret, HR_PART(DEADLINE), bad[i].text);
	}
	op = unit_deadline(unit_weight(unit_set("b1"), 2), 1);
	assert_third(ring, op, -EINVAL, HR_PART(DEADLINE), bad[0].text);
}

static void a_deadline_of_an_addition(struct kunit *test)
{
	const struct unit_ring *ring = &((struct rings *)test->priv)->hashed;

	assert_third(ring, unit_deadline(unit_add("b9"), 1), -EINVAL,
		     HR_PART(DEADLINE),
		     "a deadline is given only to a node that is set draining");
}

static void the_last_deadline(struct kunit *test)
{
	const struct unit_ring *ring = &((struct rings *)test->priv)->hashed;
	struct hr_op op = unit_state(unit_set("b1"), HASHRING_NODE_DRAINING);
	struct hr_table *next;
	struct hr_error err;

	op = unit_deadline(op, HR_MAX_DEADLINE);
	KUNIT_ASSERT_EQ(test,
			hr_change_build(&ring->cfg, ring->table, &op, 1, ID_MAX,
					false, &hr_node_plain_ops, GFP_KERNEL,
					&next, &err),
			0);
	hr_table_put(next, &hr_node_plain_ops);
}

static void explicit_points(struct kunit *test)
{
	const struct rings *rings = test->priv;
	const struct unit_ring *ring = &rings->listed;
	u32 at100[] = { 5, 100 }, at300[] = { 300 }, twice[] = { 7, 8, 7 };
	u32 other[] = { 9, 8 }, *many;
	struct hr_op ops[2];

	assert_third(&rings->hashed, unit_points(unit_add("b9"), at100, 2),
		     -EINVAL, HR_PART(POINTS),
		     "points cannot be given in this placement: hash");
	assert_third(ring, unit_add("p9"), -EINVAL, HR_PART(POINTS),
		     "node needs points in this placement: p9");
	assert_third(ring, unit_points(unit_add("p9"), NULL, 0), -EINVAL,
		     HR_PART(POINTS), "a node needs at least one point");
	assert_third(ring, unit_points(unit_add("p9"), at100, 2), -EEXIST,
		     HR_PART(POINTS), "position is held: 100 by node p1");
	/* A member that is down keeps its points. */
	assert_third(ring, unit_points(unit_add("p9"), at300, 1), -EEXIST,
		     HR_PART(POINTS), "position is held: 300 by node p2");
	assert_third(ring, unit_points(unit_add("p9"), twice, 3), -EEXIST,
		     HR_PART(POINTS), "position is given twice: 7");
	ops[0] = unit_points(unit_add("p8"), other, 2);
	ops[1] = unit_points(unit_add("p9"), twice, 2);
	assert_refused(ring, ops, 2, -EEXIST, 1, HR_PART(POINTS),
		       "position is held: 8 by node p8");
	/* So does a node that takes a seat with its points. */
	ops[0] = unit_replace("p1", "p8");
	ops[1] = unit_points(unit_add("p9"), at100, 2);
	assert_refused(ring, ops, 2, -EEXIST, 1, HR_PART(POINTS),
		       "position is held: 100 by node p1");

	many = unit_alloc(test, HR_MAX_NODE_POINTS + 1, sizeof(*many));
	assert_third(ring, unit_points(unit_add("p9"), many,
				       HR_MAX_NODE_POINTS + 1),
		     -E2BIG, HR_PART(POINTS),
		     "too many points in one operation: 16001 (at most 16000)");
}

static void too_many_points(struct kunit *test)
{
	struct unit_ring ring;
	struct hr_op ops[2] = { unit_add("a"), unit_add("b") };

	/*
	 * Two million a unit of weight: the eighth unit fits, the ninth does
	 * not.
	 */
	unit_ring_init(test, &ring, &hr_place_hash, HR_MAX_POINTS / 8, 1);
	ops[0] = unit_weight(ops[0], 9);
	assert_refused(&ring, ops, 1, -E2BIG, 0, HR_PART_ALL,
		       "too many points in the ring: 18874368 (at most 16777216)");
	ops[0] = unit_weight(ops[0], 8);
	assert_refused(&ring, ops, 2, -E2BIG, U32_MAX, HR_PART_ALL,
		       "too many points in the ring: 18874368 (at most 16777216)");
	unit_ring_free(&ring);
}

static void too_many_nodes(struct kunit *test)
{
	struct unit_ring ring;
	struct hr_op *ops = unit_alloc(test, HR_MAX_NODES + 1, sizeof(*ops));
	struct hr_table *next = NULL;
	struct hr_error err;
	u32 i;

	for (i = 0; i <= HR_MAX_NODES; i++) {
		ops[i].kind = HASHRING_OP_ADD;
		snprintf(ops[i].name, sizeof(ops[i].name), "n%u", i);
	}
	unit_ring_init(test, &ring, &hr_place_hash, 1, 1);
	KUNIT_ASSERT_EQ(test,
			hr_change_build(&ring.cfg, ring.table, ops,
					HR_MAX_NODES + 1, U32_MAX, false,
					&hr_node_plain_ops, GFP_KERNEL, &next,
					&err),
			-E2BIG);
	KUNIT_ASSERT_STREQ(test, err.text,
			   "too many nodes in the ring: 65536 (at most 65535)");
	KUNIT_ASSERT_EQ(test, err.op, U32_MAX);
	unit_change(&ring, ops, HR_MAX_NODES);
	KUNIT_ASSERT_EQ(test, ring.table->nr_nodes, HR_MAX_NODES);
	KUNIT_ASSERT_EQ(test,
			hr_change_build(&ring.cfg, ring.table,
					&ops[HR_MAX_NODES], 1, U32_MAX, false,
					&hr_node_plain_ops, GFP_KERNEL, &next,
					&err),
			-E2BIG);
	KUNIT_ASSERT_EQ(test, err.op, 0);

	/* One change can replace all members: the slots are all new. */
	for (i = 0; i < HR_MAX_NODES; i++) {
		ops[i].kind = HASHRING_OP_REPLACE;
		snprintf(ops[i].new_name, sizeof(ops[i].new_name), "m%u", i);
	}
	unit_change(&ring, ops, HR_MAX_NODES);
	KUNIT_ASSERT_EQ(test, ring.table->nr_slots, 2 * HR_MAX_NODES);
	KUNIT_ASSERT_EQ(test, unit_slot(test, ring.table, "m0"), HR_MAX_NODES);
	unit_ring_free(&ring);
}

static void too_many_operations(struct kunit *test)
{
	const struct unit_ring *ring = &((struct rings *)test->priv)->hashed;
	struct hr_op *ops = unit_alloc(test, HR_MAX_OPS + 1, sizeof(*ops));

	assert_refused(ring, ops, HR_MAX_OPS + 1, -E2BIG, U32_MAX, HR_PART_ALL,
		       "too many operations in one change: 131073 (at most 131072)");
}

static struct kunit_case refuse_cases[] = {
	KUNIT_CASE(names),
	KUNIT_CASE(members),
	KUNIT_CASE(named_twice),
	KUNIT_CASE(seats),
	KUNIT_CASE(ids),
	KUNIT_CASE(ids_run_out),
	KUNIT_CASE(figures),
	KUNIT_CASE(deadlines),
	KUNIT_CASE(a_deadline_of_an_addition),
	KUNIT_CASE(the_last_deadline),
	KUNIT_CASE(explicit_points),
	KUNIT_CASE(too_many_points),
	KUNIT_CASE(too_many_nodes),
	KUNIT_CASE(too_many_operations),
	{}
};

struct kunit_suite refuse_suite = {
	.name = "hashring_refuse",
	.init = setup,
	.exit = teardown,
	.test_cases = refuse_cases,
};
