// SPDX-License-Identifier: GPL-2.0-only
/* Records: their content after a change, and the way back by them. */
#include "core/record.h"
#include "core/view.h"
#include "suites.h"
#include "unit.h"

#define NODES	40	/* possible names */
#define OPS	5	/* maximum of a change */
#define DEPTH	24	/* changes that are undone */

/* A change of a ring with its record. */
static void change(struct unit_ring *ring, const struct hr_op *ops, u32 nr_ops,
		   bool arcs, struct hr_record *record)
{
	struct kunit *test = ring->test;
	struct hr_table *next;
	struct hr_error err;

	KUNIT_ASSERT_EQ(test,
			hr_change_build(&ring->cfg, ring->table, ops, nr_ops,
					U32_MAX, false, &hr_node_plain_ops,
					GFP_KERNEL, &next, &err),
			0);
	KUNIT_ASSERT_EQ(test,
			hr_record_make(record, ring->table, next, ops, nr_ops,
				       arcs, GFP_KERNEL),
			0);
	hr_table_put(ring->table, &hr_node_plain_ops);
	ring->table = next;
}

static void each_kind(struct kunit *test)
{
	struct hr_op first[] = {
		unit_add("b1"), unit_weight(unit_add("b2"), 3),
	};
	struct hr_op ops[] = {
		unit_replace("b1", "b3"), unit_state(unit_set("b2"), HASHRING_NODE_DOWN),
		unit_add("b4"),
	};
	struct hr_record record;
	struct unit_ring ring;
	struct hr_op_record did;
	u32 next = 0;

	unit_ring_init(test, &ring, &hr_place_hash, 4, 1);
	unit_change(&ring, first, ARRAY_SIZE(first));
	ops[1].has |= HR_HAS_VIA;
	ops[1].attrs.via.has6 = true;
	ops[1].attrs.via.addr6[15] = 7;
	ops[2].has |= HR_HAS_VIA;
	ops[2].attrs.via.has4 = true;
	ops[2].attrs.via.addr4[3] = 9;
	change(&ring, ops, ARRAY_SIZE(ops), false, &record);
	KUNIT_ASSERT_EQ(test, record.nr_ops, 3);
	KUNIT_ASSERT_NULL(test, record.arcs);

	KUNIT_ASSERT_TRUE(test, hr_record_next(&record, &next, &did));
	KUNIT_ASSERT_EQ(test, did.kind, HASHRING_OP_REPLACE);
	KUNIT_ASSERT_TRUE(test, did.has_before && did.has_after);
	KUNIT_ASSERT_STREQ(test, did.before.name, "b1");
	KUNIT_ASSERT_STREQ(test, did.before.seat, "b1");
	KUNIT_ASSERT_EQ(test, did.before.attrs.id, 1);
	KUNIT_ASSERT_STREQ(test, did.after.name, "b3");
	KUNIT_ASSERT_STREQ(test, did.after.seat, "b1");
	KUNIT_ASSERT_EQ(test, did.after.attrs.id, 3);
	KUNIT_ASSERT_TRUE(test, next <= record.largest);

	KUNIT_ASSERT_TRUE(test, hr_record_next(&record, &next, &did));
	KUNIT_ASSERT_EQ(test, did.kind, HASHRING_OP_SET);
	KUNIT_ASSERT_EQ(test, did.before.attrs.weight, 3);
	KUNIT_ASSERT_EQ(test, did.before.attrs.state, HASHRING_NODE_ACTIVE);
	KUNIT_ASSERT_FALSE(test, did.before.attrs.via.has6);
	KUNIT_ASSERT_EQ(test, did.after.attrs.weight, 3);
	KUNIT_ASSERT_EQ(test, did.after.attrs.state, HASHRING_NODE_DOWN);
	KUNIT_ASSERT_FALSE(test, did.after.attrs.via.has4);
	KUNIT_ASSERT_TRUE(test, did.after.attrs.via.has6);
	KUNIT_ASSERT_EQ(test, did.after.attrs.via.addr6[15], 7);

	KUNIT_ASSERT_TRUE(test, hr_record_next(&record, &next, &did));
	KUNIT_ASSERT_EQ(test, did.kind, HASHRING_OP_ADD);
	KUNIT_ASSERT_FALSE(test, did.has_before);
	KUNIT_ASSERT_STREQ(test, did.after.name, "b4");
	KUNIT_ASSERT_TRUE(test, did.after.attrs.via.has4);
	KUNIT_ASSERT_FALSE(test, did.after.attrs.via.has6);
	KUNIT_ASSERT_EQ(test, did.after.attrs.via.addr4[3], 9);
	KUNIT_ASSERT_FALSE(test, hr_record_next(&record, &next, &did));
	hr_record_release(&record);

	next = 0;
	ops[0] = unit_del("b4");
	change(&ring, ops, 1, false, &record);
	KUNIT_ASSERT_TRUE(test, hr_record_next(&record, &next, &did));
	KUNIT_ASSERT_EQ(test, did.kind, HASHRING_OP_DEL);
	KUNIT_ASSERT_FALSE(test, did.has_after);
	KUNIT_ASSERT_STREQ(test, did.before.name, "b4");
	hr_record_release(&record);
	next = 0;
	KUNIT_ASSERT_FALSE(test, hr_record_next(&record, &next, &did));
	unit_ring_free(&ring);
}

static void points(struct kunit *test)
{
	u32 first[] = { 10, 20, 30 }, second[] = { 5, 7 };
	struct hr_op op = unit_points(unit_add("p"), first, 3);
	struct hr_record record;
	struct unit_ring ring;
	struct hr_op_record did;
	u32 next = 0, size;

	unit_ring_init(test, &ring, &hr_place_explicit, 1, 1);
	change(&ring, &op, 1, false, &record);
	size = record.size;
	hr_record_release(&record);

	/* Points that stay are kept once. */
	op = unit_weight(unit_set("p"), 9);
	change(&ring, &op, 1, false, &record);
	KUNIT_ASSERT_TRUE(test, record.size < 2 * size);
	KUNIT_ASSERT_TRUE(test, hr_record_next(&record, &next, &did));
	KUNIT_ASSERT_TRUE(test, did.same_points);
	KUNIT_ASSERT_EQ(test, did.after.nr_points, 3);
	KUNIT_ASSERT_PTR_EQ(test, did.after.points, did.before.points);
	KUNIT_ASSERT_MEMEQ(test, did.before.points, first, sizeof(first));
	hr_record_release(&record);

	next = 0;
	op = unit_points(unit_replace("p", "q"), second, 2);
	change(&ring, &op, 1, false, &record);
	KUNIT_ASSERT_TRUE(test, hr_record_next(&record, &next, &did));
	KUNIT_ASSERT_FALSE(test, did.same_points);
	KUNIT_ASSERT_MEMEQ(test, did.before.points, first, sizeof(first));
	KUNIT_ASSERT_EQ(test, did.after.nr_points, 2);
	KUNIT_ASSERT_MEMEQ(test, did.after.points, second, sizeof(second));
	hr_record_release(&record);
	unit_ring_free(&ring);
}

/* Home cells of a returning node, which no placement would give it here. */
static void homes(struct kunit *test)
{
	struct hr_run home[] = { { 1, 2 }, { 9, 1 } };
	struct hr_op op = unit_add("b");
	struct hr_record record;
	struct unit_ring ring;
	struct hr_op_record did;
	struct hr_node *node;
	u32 next = 0;

	unit_ring_init(test, &ring, &hr_place_hash, 4, 1);
	unit_change_one(&ring, op);
	node = hr_table_find(ring.table, "b");
	node->home = kvmalloc(sizeof(home), GFP_KERNEL);
	memcpy(node->home, home, sizeof(home));
	node->nr_home = 2;
	op = unit_del("b");
	change(&ring, &op, 1, false, &record);
	KUNIT_ASSERT_TRUE(test, hr_record_next(&record, &next, &did));
	KUNIT_ASSERT_EQ(test, did.before.nr_home, 2);
	KUNIT_ASSERT_MEMEQ(test, did.before.home, home, sizeof(home));
	KUNIT_ASSERT_STREQ(test, did.before.name, "b");
	hr_record_release(&record);
	unit_ring_free(&ring);
}

static void arcs(struct kunit *test)
{
	struct hr_op first[] = { unit_add("b1"), unit_add("b2") };
	struct hr_op op = unit_id(unit_replace("b2", "b3"), 7);
	struct hr_record record;
	struct unit_ring ring;
	u64 share = 0;
	u32 i;

	unit_ring_init(test, &ring, &hr_place_hash, 8, 1);
	change(&ring, first, 2, true, &record);
	KUNIT_ASSERT_TRUE(test, record.nr_arcs > 0);
	for (i = 0; i < record.nr_arcs; i++) {
		KUNIT_ASSERT_EQ(test, record.arcs[i].from, HR_NO_ID);
		share += record.arcs[i].end - record.arcs[i].start;
	}
	KUNIT_ASSERT_EQ(test, share, HR_WHOLE_RING);
	hr_record_release(&record);

	/* By the ids of either side. */
	change(&ring, &op, 1, true, &record);
	KUNIT_ASSERT_TRUE(test, record.nr_arcs > 0);
	for (i = 0, share = 0; i < record.nr_arcs; i++) {
		KUNIT_ASSERT_EQ(test, record.arcs[i].from, 2);
		KUNIT_ASSERT_EQ(test, record.arcs[i].to, 7);
		share += record.arcs[i].end - record.arcs[i].start;
	}
	KUNIT_ASSERT_EQ(test, share,
			ring.table->share[unit_slot(test, ring.table, "b3")]);
	hr_record_release(&record);
	unit_ring_free(&ring);
}

/* A record above the limit is not kept, but its size is reported. */
static void too_much(struct kunit *test)
{
	u32 n = HR_MAX_NODE_POINTS, nr = HR_MAX_HISTORY / (4 * n) + 1;
	struct hr_op *ops = unit_alloc(test, nr, sizeof(*ops));
	u32 *list = unit_alloc(test, (size_t)nr * n, sizeof(*list));
	struct hr_record record;
	struct unit_ring ring;
	char name[16];
	u32 i;

	unit_ring_init(test, &ring, &hr_place_explicit, 1, 1);
	/* No two neighbouring points are of the same node. */
	for (i = 0; i < nr * n; i++)
		list[i] = 7 * (i % n * nr + i / n);
	for (i = 0; i < nr; i++) {
		snprintf(name, sizeof(name), "b%u", i);
		ops[i] = unit_points(unit_add(name), list + i * n, n);
	}
	change(&ring, ops, nr - 1, true, &record);
	KUNIT_ASSERT_NOT_NULL(test, record.data);
	KUNIT_ASSERT_NULL(test, record.arcs);
	KUNIT_ASSERT_TRUE(test, record.nr_arcs > 0);
	KUNIT_ASSERT_TRUE(test, record.bytes <= HR_MAX_HISTORY);
	hr_record_release(&record);
	unit_ring_free(&ring);

	unit_ring_init(test, &ring, &hr_place_explicit, 1, 1);
	change(&ring, ops, nr, true, &record);
	KUNIT_ASSERT_NULL(test, record.data);
	KUNIT_ASSERT_EQ(test, record.nr_ops, nr);
	KUNIT_ASSERT_EQ(test, record.bytes, 0);
	hr_record_release(&record);
	unit_ring_free(&ring);
}

/* Each allocation fails once: the result is an error, and nothing is lost. */
static void memory_fails(struct kunit *test)
{
	struct hr_op ops[] = { unit_add("b1"), unit_add("b2") };
	struct hr_record record;
	struct unit_ring ring;
	struct hr_table *next;
	bool failed;
	u32 n = 0;
	int ret;

	unit_want_failures(test);
	unit_ring_init(test, &ring, &hr_place_hash, 8, 1);
	next = unit_next(&ring, ops, 2);
	do {
		unit_fail_nth(++n);
		ret = hr_record_make(&record, ring.table, next, ops, 2, true,
				     GFP_KERNEL);
		failed = unit_failed();
		if (failed && !(UNIT_OTHER_WAYS && !ret)) {
			KUNIT_ASSERT_EQ(test, ret, -ENOMEM);
			KUNIT_ASSERT_NULL(test, record.data);
			KUNIT_ASSERT_NULL(test, record.arcs);
			continue;
		}
		KUNIT_ASSERT_EQ(test, ret, 0);
		hr_record_release(&record);
	} while (failed);
	KUNIT_ASSERT_GE(test, n, 3);
	unit_fail_nth(1);
	ret = hr_record_make(&record, ring.table, next, ops, 2, true,
			     GFP_KERNEL | __GFP_NOFAIL);
	unit_failed();
	KUNIT_ASSERT_EQ(test, ret, 0);
	hr_record_release(&record);
	hr_table_put(next, &hr_node_plain_ops);
	unit_ring_free(&ring);
}

/* A member as an operation that adds it. */
static struct hr_op op_of(const struct hr_node_info *was)
{
	struct hr_op op = unit_seat(unit_add(was->name), was->seat);

	op = unit_state(unit_weight(unit_id(op, was->attrs.id),
				    was->attrs.weight),
			was->attrs.state);
	op.has |= HR_HAS_VIA;
	op.attrs.via = was->attrs.via;
	return op;
}

/* Members as operations that add them to an empty ring. */
struct members {
	struct hr_op op[NODES];
	u32 nr;
};

static u32 find(struct kunit *test, const struct members *m, const char *name)
{
	u32 i;

	for (i = 0; i < m->nr; i++)
		if (!strcmp(m->op[i].name, name))
			return i;
	KUNIT_FAIL_AND_ABORT(test, "%s is no member", name);
	return 0;
}

static void undo(struct kunit *test, struct members *m,
		 const struct hr_record *record)
{
	struct hr_op_record did;
	u32 next;

	for (next = 0; hr_record_next(record, &next, &did);)
		if (did.has_after) {
			u32 i = find(test, m, did.after.name);

			m->op[i] = m->op[--m->nr];
		}
	for (next = 0; hr_record_next(record, &next, &did);)
		if (did.has_before)
			m->op[m->nr++] = op_of(&did.before);
}

static void members_of(const struct hr_table *t, struct members *m)
{
	u32 i;

	m->nr = 0;
	for (i = 0; i < t->nr_nodes; i++) {
		const struct hr_node *node = t->by_name[i];
		struct hr_node_info was = {
			.name = node->name,
			.seat = node->seat,
			.attrs.id = node->attrs.id,
			.attrs.weight = node->attrs.weight,
			.attrs.state = node->attrs.state,
			.attrs.via = node->attrs.via,
		};

		m->op[m->nr++] = op_of(&was);
	}
}

/* Takes a leaving node down, unless it is down. */
static void leaving_op(struct unit_random *random, const struct hr_node *node,
		       struct hr_op *ops, u32 *nr)
{
	if (node->attrs.state == HASHRING_NODE_DOWN)
		return;
	if (unit_below(random, 2))
		ops[(*nr)++] = unit_now(unit_del(node->name));
	else
		ops[(*nr)++] = unit_state(unit_set(node->name),
					  HASHRING_NODE_DOWN);
}

static void random_ops(struct unit_random *random, const struct hr_table *t,
		       struct hr_op *ops, u32 *nr)
{
	const struct hr_node *leaving;
	u32 i;

	*nr = 0;
	for (i = 0; i < NODES && *nr < OPS; i++) {
		char name[8], other[8];

		if (unit_below(random, 6))
			continue;
		snprintf(name, sizeof(name), "b%u", i);
		snprintf(other, sizeof(other), "c%u", i);
		leaving = hr_table_find_leaving(t, name) ?:
			  hr_table_find_leaving(t, other);
		if (leaving)
			leaving_op(random, leaving, ops, nr);
		else if (!hr_table_find(t, name) && !hr_table_find(t, other))
			ops[(*nr)++] = unit_weight(unit_add(name),
						   1 + unit_below(random, 9));
		else if (!hr_table_find(t, name))
			ops[(*nr)++] = unit_replace(other, name);
		else if (unit_below(random, 3) == 0)
			ops[(*nr)++] = unit_replace(name, other);
		else if (unit_below(random, 2))
			ops[(*nr)++] = unit_state(unit_set(name),
						  unit_below(random, 3));
		else if (unit_below(random, 3))
			ops[(*nr)++] = unit_del(name);
		else
			ops[(*nr)++] = unit_now(unit_del(name));
	}
}

static void leads_back(struct kunit *test)
{
	struct unit_random random = { 11 };
	u64 map[DEPTH], config[DEPTH];
	struct hr_record *record = unit_alloc(test, DEPTH, sizeof(*record));
	struct hr_op *ops = unit_alloc(test, OPS, sizeof(*ops));
	struct members *m = unit_alloc(test, 1, sizeof(*m));
	struct unit_ring ring, again;
	u32 i, nr;

	unit_ring_init(test, &ring, &hr_place_hash, 16, 1);
	for (i = 0; i < DEPTH;) {
		random_ops(&random, ring.table, ops, &nr);
		if (!nr)
			continue;
		map[i] = hr_digest_map(ring.table);
		config[i] = hr_digest_members(&ring.cfg, ring.table);
		change(&ring, ops, nr, false, &record[i++]);
	}
	members_of(ring.table, m);
	while (i--) {
		undo(test, m, &record[i]);
		unit_ring_init(test, &again, &hr_place_hash, 16, 1);
		if (m->nr)
			unit_change(&again, m->op, m->nr);
		KUNIT_ASSERT_EQ(test, hr_digest_map(again.table), map[i]);
		KUNIT_ASSERT_EQ(test,
				hr_digest_members(&again.cfg, again.table),
				config[i]);
		unit_ring_free(&again);
		hr_record_release(&record[i]);
	}
	KUNIT_ASSERT_EQ(test, m->nr, 0);
	unit_ring_free(&ring);
}

static void assert_kinds(struct kunit *test, const struct hr_record *record)
{
	struct hr_op_record did;
	u32 next = 0, n = 0;

	while (hr_record_next(record, &next, &did)) {
		n++;
		if (did.has_before && did.has_after) {
			KUNIT_ASSERT_EQ(test, did.kind, HASHRING_OP_SET);
			KUNIT_ASSERT_STREQ(test, did.before.name,
					   did.after.name);
			KUNIT_ASSERT_STREQ(test, did.before.seat,
					   did.after.seat);
		} else {
			KUNIT_ASSERT_EQ(test, did.kind,
					did.has_after ? HASHRING_OP_ADD :
							HASHRING_OP_DEL);
		}
	}
	KUNIT_ASSERT_EQ(test, record->nr_ops, n);
}

/* From one table to a table some changes later, and back in one change. */
static void leads_back_at_once(struct kunit *test)
{
	struct hr_op *ops = unit_alloc(test, OPS, sizeof(*ops));
	struct members *m = unit_alloc(test, 1, sizeof(*m));
	struct hr_table *was, *next, *settled;
	struct unit_random random = { 12 };
	struct unit_ring ring, again;
	struct hr_record record;
	struct hr_error err;
	u32 round, i, nr;

	unit_ring_init(test, &ring, &hr_place_hash, 16, 1);
	for (round = 0; round < UNIT_ROUNDS(200); round++) {
		was = hr_table_get(ring.table);
		for (i = unit_below(&random, 5); i; i--) {
			random_ops(&random, ring.table, ops, &nr);
			if (!nr)
				continue;
			KUNIT_ASSERT_EQ(test,
					hr_change_build(&ring.cfg, ring.table,
							ops, nr, U32_MAX, true,
							&hr_node_plain_ops,
							GFP_KERNEL, &next,
							&err),
					0);
			hr_table_put(ring.table, &hr_node_plain_ops);
			ring.table = next;
		}
		settled = hr_table_settle(ring.table, 0, GFP_KERNEL,
					  &hr_node_plain_ops);
		/* Leaving or removed: these nodes are no members. */
		KUNIT_ASSERT_EQ(test,
				hr_record_diff(&record, was,
					       round & 1 ? settled : ring.table,
					       true, GFP_KERNEL),
				0);
		assert_kinds(test, &record);
		members_of(settled, m);
		undo(test, m, &record);
		unit_ring_init(test, &again, &hr_place_hash, 16, 1);
		if (m->nr)
			unit_change(&again, m->op, m->nr);
		KUNIT_ASSERT_EQ(test, hr_digest_map(again.table),
				hr_digest_map(was));
		KUNIT_ASSERT_EQ(test, hr_digest_members(&ring.cfg, again.table),
				hr_digest_members(&ring.cfg, was));
		if (was == settled) {
			KUNIT_ASSERT_EQ(test, record.nr_ops, 0);
			KUNIT_ASSERT_EQ(test, record.nr_arcs, 0);
		}
		unit_ring_free(&again);
		hr_record_release(&record);
		hr_table_put(was, &hr_node_plain_ops);
		hr_table_put(ring.table, &hr_node_plain_ops);
		ring.table = settled;
	}
	unit_ring_free(&ring);
}

/*
 * The number of members that differ after @ops, carried out one after the
 * other.
 */
static u32 differ(struct unit_ring *ring, const struct hr_op *ops, u32 nr_ops)
{
	struct hr_table *was = hr_table_get(ring->table);
	struct kunit *test = ring->test;
	struct hr_record record;
	u32 i, n;

	for (i = 0; i < nr_ops; i++)
		unit_change_one(ring, ops[i]);
	KUNIT_ASSERT_EQ(test,
			hr_record_diff(&record, was, ring->table, false,
				       GFP_KERNEL),
			0);
	n = record.nr_ops;
	hr_record_release(&record);
	hr_table_put(was, &hr_node_plain_ops);
	return n;
}

/* Each changed value is a difference; a reverted change is none. */
static void each_difference(struct kunit *test)
{
	u32 two[] = { 10, 20 }, other[] = { 10, 30 }, one[] = { 10 };
	struct hr_op op, ops[2];
	struct unit_ring ring;

	unit_ring_init(test, &ring, &hr_place_explicit, 1, 1);
	unit_change_one(&ring, unit_points(unit_add("p"), two, 2));
	op = unit_set("p");
	KUNIT_ASSERT_EQ(test, differ(&ring, &op, 0), 0);
	op = unit_weight(unit_set("p"), 9);
	KUNIT_ASSERT_EQ(test, differ(&ring, &op, 1), 1);
	op = unit_state(unit_set("p"), HASHRING_NODE_DRAINING);
	KUNIT_ASSERT_EQ(test, differ(&ring, &op, 1), 1);
	op = unit_points(unit_set("p"), other, 2);
	KUNIT_ASSERT_EQ(test, differ(&ring, &op, 1), 1);
	op = unit_points(unit_set("p"), one, 1);
	KUNIT_ASSERT_EQ(test, differ(&ring, &op, 1), 1);
	op = unit_set("p");
	op.has |= HR_HAS_VIA;
	op.attrs.via.has4 = true;
	KUNIT_ASSERT_EQ(test, differ(&ring, &op, 1), 1);
	op.attrs.via.addr4[0] = 1;
	KUNIT_ASSERT_EQ(test, differ(&ring, &op, 1), 1);

	ops[0] = unit_weight(unit_set("p"), 3);
	ops[1] = unit_weight(unit_set("p"), 9);
	KUNIT_ASSERT_EQ(test, differ(&ring, ops, 2), 0);
	ops[0] = unit_points(unit_set("p"), two, 2);
	ops[1] = unit_points(unit_set("p"), one, 1);
	KUNIT_ASSERT_EQ(test, differ(&ring, ops, 2), 0);
	unit_ring_free(&ring);
}

static struct kunit_case record_cases[] = {
	KUNIT_CASE(each_kind),
	KUNIT_CASE(points),
	KUNIT_CASE(homes),
	KUNIT_CASE(arcs),
	KUNIT_CASE(too_much),
	KUNIT_CASE(memory_fails),
	KUNIT_CASE(leads_back),
	KUNIT_CASE(leads_back_at_once),
	KUNIT_CASE(each_difference),
	{}
};

struct kunit_suite record_suite = {
	.name = "hashring_record",
	.test_cases = record_cases,
};
